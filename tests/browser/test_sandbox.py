"""The sandbox's page, as people use it: open a lead, drag it, tick, comment. Each act runs the real program.

The main story of the demo is played by mouse on a desk, by finger on a phone, and by keyboard alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from github_sandbox import Sandbox, Workflow
from salesbot.cli import sandbox_page
from salesbot.cli.sandbox_trial import Trial

HERE = Path(__file__).parent
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
INPUTS = {"token": "${{ github.token }}", "task": "${{ inputs.task }}"}


WAYS = ("mouse", "finger", "keyboard")


@pytest.fixture(scope="module")
def played() -> dict[str, dict[str, Any]]:
    """Sell in all ways at once, in one browser; each way has a sandbox of its own."""
    with ExitStack() as stack:
        addresses = [f"{way}={stack.enter_context(_sandbox())}" for way in WAYS]
        done = subprocess.run(["node", str(HERE / "sell.cjs"), *addresses], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(params=WAYS)
def sold(request: pytest.FixtureRequest, played: dict[str, dict[str, Any]]) -> dict[str, Any]:
    found = played[request.param]
    assert "stopped" not in found, found["stopped"]
    return found


@contextmanager
def _sandbox() -> Iterator[str]:
    source = str(Path(sandbox_page.__file__).parents[2])
    command = [sys.executable, "-m", "salesbot", "run"]
    workflow = Workflow(command, inputs=INPUTS, environment={"PYTHONPATH": source})
    page = sandbox_page.page(lambda: github, Trial())
    with Sandbox(at=MONDAY, step=1, auto=True, workflow=workflow, page=page) as github:
        sales = github.repo("acme/sales", roles={"ann": "triage", "nora": "write", "kim": "admin", "eve": "read"})
        sandbox_page.push_forms(sales)
        yield f"{github.url}/acme/sales/issues"


def test_a_lead_is_opened_with_the_form(sold: dict[str, Any]) -> None:
    assert "Acme GmbH" in sold["lead"]


def test_a_card_dragged_too_early_is_back_and_says_why(sold: dict[str, Any]) -> None:
    assert sold["back"] == "stage:lead"
    assert "Not moved to qualified." in sold["why"]
    assert "4 open items" in sold["why"]


def test_who_may_not_move_a_deal_reads_so_on_the_card(sold: dict[str, Any]) -> None:
    assert "that takes triage" in sold["stranger"]


def test_with_its_checklist_done_it_is_moved(sold: dict[str, Any]) -> None:
    assert sold["qualified"] == "stage:qualified"


def test_it_is_won_and_its_value_counts(sold: dict[str, Any]) -> None:
    assert sold["won"] == "stage:won"
    assert "24,000 EUR" in sold["sums"]


def test_a_field_is_changed_where_it_is_shown(sold: dict[str, Any]) -> None:
    assert (sold["saved"], sold["step"]) == ("", "")
    assert sold["field"] == ["2026-11-27", "call them @kim"]


def test_a_field_that_cannot_be_read_says_so_there_and_keeps_what_was_typed(sold: dict[str, Any]) -> None:
    assert "February" in sold["unread"]
    assert sold["kept"] == "30 February"


def test_filters_leave_what_is_looked_for(sold: dict[str, Any]) -> None:
    assert sold["found"] == ["Acme GmbH"]
    assert sold["nothing"] == []


def test_the_next_monday_sweeps_and_reports(sold: dict[str, Any]) -> None:
    assert sold["monday"].startswith("Mon 30 Nov 2026")
    assert {"schedule", "workflow_dispatch"} <= set(sold["runs"])
    assert "You won 24,000 EUR this month · Pipeline report 2026-W49" in sold["report"]


def test_every_run_came_to_its_end_and_the_page_to_no_error(sold: dict[str, Any]) -> None:
    assert (sold["failed"], sold["errors"], sold["foreign"]) == (0, [], [])


def test_a_title_is_text(sold: dict[str, Any]) -> None:
    assert "<img" in sold["title"]


def test_what_is_typed_stays_while_something_changes_elsewhere(sold: dict[str, Any]) -> None:
    assert sold["typed"].startswith("Delta AG <img")


def test_nothing_on_the_page_keeps_anybody_out(sold: dict[str, Any]) -> None:
    assert sold["axe"] == []


def test_the_page_is_no_wider_than_the_screen(sold: dict[str, Any]) -> None:
    assert sold["wider"] <= 0
