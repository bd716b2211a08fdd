"""The sandbox's page, as people use it: open, drag, tick, comment; each act runs the real program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from github_sandbox import Sandbox, Workflow

HERE = Path(__file__).parent
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def sold() -> Iterator[dict[str, Any]]:
    """Sell, once for all tests."""
    workflow = Workflow([sys.executable, "-m", "salesbot", "run"])
    with Sandbox(at=MONDAY, step=1, auto=True, workflow=workflow) as github:
        github.repo("acme/sales", roles={"ann": "triage", "nora": "write", "kim": "admin"})
        line = ["node", str(HERE / "sell.cjs"), f"{github.url}/acme/sales/issues"]
        done = subprocess.run(line, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        yield json.loads(done.stdout)


def test_an_issue_becomes_a_lead(sold: dict[str, Any]) -> None:
    assert sold["lead"] == ["stage:lead"]


def test_a_card_dragged_too_early_is_back_in_its_column(sold: dict[str, Any]) -> None:
    assert [card.split("\n")[0] for card in sold["back"]] == ["Acme GmbH: new shop"]


def test_ticked_and_asked_for_it_is_qualified(sold: dict[str, Any]) -> None:
    assert sold["qualified"] == ["stage:qualified"]


def test_every_run_came_to_its_end_and_the_page_to_no_error(sold: dict[str, Any]) -> None:
    assert (sold["failed"], sold["errors"]) == (0, [])


def test_a_title_is_text(sold: dict[str, Any]) -> None:
    assert sold["title"] == "Sandbox"
