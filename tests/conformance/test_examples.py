"""Every example payload that GitHub publishes goes through `salesbot run`: no traceback, the documented exit code.

The event file is the published one, the API is the sandbox. What is none of our business costs no request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from github_sandbox import Sandbox
from salesbot.adapters.actions import Inputs, run_request
from salesbot.cli.main import main
from salesbot.core.errors import InputError
from tests.conformance import published

OURS = ("issues", "issue_comment", "label", "repository_dispatch", "schedule", "workflow_dispatch")
CASES = [
    pytest.param(kind["name"], payload, id=f"{kind['name']} {payload.get('action', '')} {number}")
    for kind in published.examples()
    for number, payload in enumerate(kind["examples"], 1)
]


@pytest.fixture(scope="module")
def github() -> Iterator[Sandbox]:
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1) as sandbox:
        sales = sandbox.repo("acme/sales", roles={"ann": "triage", "kim": "admin"})
        for number in range(1, 4):
            sales.open_issue("ann", f"Lead {number}")
        sandbox.limits.enabled = False
        yield sandbox


def environment(github: Sandbox, event: str, payload: dict[str, Any], folder: Path) -> dict[str, str]:
    """What a runner would set, with the published payload as the event file."""
    (folder / "event.json").write_text(json.dumps(payload), encoding="utf-8")
    return {
        "GITHUB_REPOSITORY": "acme/sales",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_API_URL": github.api_url,
        "GITHUB_GRAPHQL_URL": github.graphql_url,
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "INPUT_TOKEN": github.repo("acme/sales").actions_token(),
    }


@pytest.mark.parametrize(("event", "payload"), CASES)
def test_an_example_goes_through(
    github: Sandbox, event: str, payload: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(github.requests)
    code = main(["run"], env=environment(github, event, payload, tmp_path))
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert code == 0, said.out
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("### salesbot")
    if event not in OURS:
        assert len(github.requests) == before


@pytest.mark.parametrize(("event", "payload"), CASES)
def test_an_example_under_any_other_name_is_read_or_refused_in_words(event: str, payload: dict[str, Any]) -> None:
    assert {outcome(name, payload) for name in OURS} <= {"deal", "labels", "task", "nothing", "refused"}


def outcome(name: str, payload: dict[str, Any]) -> str:
    try:
        return run_request(Inputs("acme/sales", "t", event=name), payload).kind
    except InputError:
        return "refused"


def test_the_examples_hold_what_we_live_on() -> None:
    seen = {(kind["name"], payload.get("action")) for kind in published.examples() for payload in kind["examples"]}
    # There is no published example of issues.closed.
    actions = ("opened", "edited", "labeled", "unlabeled", "reopened", "assigned", "unassigned")
    assert {("issues", action) for action in actions} <= seen
    assert {("issue_comment", action) for action in ("created", "edited", "deleted")} <= seen
    assert {("label", action) for action in ("edited", "deleted")} <= seen
