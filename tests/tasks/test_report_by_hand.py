"""A report that a person makes with a token of their own has the numbers of the workflow's, cards and all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from github_sandbox import Sandbox
from tests.e2e.play import Play

COMMANDS = ["/value 24k EUR", "/next friday call them", "/probability 40"]


@pytest.mark.parametrize("cached", [False, True], ids=["read anew", "from a cache"])
def test_who_makes_it_changes_no_number(play: Play, github: Sandbox, tmp_path: Path, cached: bool) -> None:
    deal = play.sales.open_issue("ann", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
    play.reconcile()
    for text in COMMANDS:
        play.sales.comment("nora", deal, text)
        play.reconcile()
    play.sales.comment("kim", deal, '/stage won --force "a test"')
    play.reconcile()
    assert play.stages(deal) == ["won"]

    def made(token: str, name: str) -> dict[str, Any]:
        file = tmp_path / f"{name}.json"
        env = {"GITHUB_TOKEN": token, "GITHUB_API_URL": github.api_url}
        kept = ["--cache", str(tmp_path / f"{name}.sqlite")] if cached else []
        for _ in range(1 + cached):
            assert play.main(["report", "--repo", "acme/sales", "--json", str(file), *kept], env=env) == 0
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return {key: value for key, value in found.items() if key != "as_of"}

    by_workflow = made(play.sales.actions_token(), "workflow")
    assert by_workflow["won"]["month"]["value"] == "24000.00"
    assert made(github.token("kim"), "kim") == by_workflow
