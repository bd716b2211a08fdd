"""Issues that come from another repository, go to a discussion, belong to a bot, or are a part of a deal."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from github_sandbox import Repo
from tests.e2e.play import CONFIG, Play

CODE = "acme/code"


def other_repository(play: Play) -> Repo:
    """The repository of the code, in which salesbot does not run."""
    code = play.github.repo(CODE, roles={"nora": "write", "kim": "admin", "ann": "triage", "eve": "read"})
    for label in ("stage:lost", "stage:qualified"):
        code.create_label("kim", label)
    return code


def transfer(play: Play, code: Repo, number: int, *, days: float = 3) -> int:
    """Let days pass, lose what waits for the other repository, and transfer the issue in."""
    play.github.advance(timedelta(days=days))
    play.drop()
    moved = code.transfer("nora", number, "acme/sales")
    for delivery in play.github.outbox:
        if delivery.repository == CODE:
            play.github.drop(delivery)
    return moved


@pytest.mark.parametrize("since", [True, False], ids=["since in the configuration", "no configuration"])
def test_what_was_said_in_the_other_repository_is_no_command(play: Play, *, since: bool) -> None:
    play.deal()
    if since:
        play.sales.push("kim", CONFIG, "since: 2026-11-01\n")
    code = other_repository(play)
    number = code.open_issue("eve", "The export is broken")
    said = code.comment("nora", number, "/lost price")
    moved = transfer(play, code, number)
    play.reconcile()
    assert (play.stages(moved), play.sales.issue(moved).state) == (["lead"], "OPEN")
    assert play.receipts(moved, said) == []
    assert sorted(play.said(moved)) == ["card", "checklist:qualification"]
    play.assert_at_rest(moved)
    play.sales.comment("nora", moved, "/lost price")
    play.reconcile()
    assert play.stages(moved) == ["lost"]


def report(play: Play, file: Path) -> Any:
    """Read the report's numbers."""
    assert play.salesbot("report", "--repo", "acme/sales", "--json", str(file)).exit_code == 0
    return json.loads(file.read_text(encoding="utf-8"))


def test_an_issue_of_years_ago_is_a_lead_of_today_once_it_is_transferred_in(play: Play, tmp_path: Path) -> None:
    play.deal()
    play.sales.push("kim", CONFIG, "since: 2026-11-20\n")
    code = other_repository(play)
    seeded = {"title": "Shop for Borealis", "author": "eve", "created_at": "2024-03-04T09:00:00Z"}
    code.seed([seeded, {**seeded, "title": "Shop for Cirrus"}])
    first, second = transfer(play, code, 1), transfer(play, code, 2)
    play.drop()
    play.by_hand(first)
    play.sweep()
    assert (play.stages(first), play.stages(second)) == (["lead"], ["lead"])
    play.assert_at_rest(second)
    shown = report(play, tmp_path / "report.json")
    assert shown["movement"]["new"] == 3
    assert {problem["what"] for problem in shown["problems"]} == {"it has no owner"}
    assert {row["stage"]: row["longest_days"] for row in shown["stages"]}["lead"] < 10


def test_a_label_that_came_along_does_not_end_the_deal_and_is_answered(play: Play) -> None:
    play.deal()
    code = other_repository(play)
    number = code.open_issue("eve", "Shop for Borealis", "### Reason\n\nprice\n")
    code.label("nora", number, "stage:lost")
    moved = transfer(play, code, number)
    play.reconcile()
    assert (play.stages(moved), play.sales.issue(moved).state) == (["lead"], "OPEN")
    assert "transferred here" in play.text(moved, "refusal")
    play.assert_at_rest(moved)


def test_an_issue_of_a_bot_becomes_a_deal_only_with_a_field_or_by_a_person(play: Play) -> None:
    play.deal()
    dashboard = play.sales.open_issue("renovate[bot]", "Dependency Dashboard", "- [ ] update requests\n\n### Open\n")
    form = play.sales.open_issue("relay[bot]", "Borealis AG: shop", "### Company\n\nBorealis AG\n")
    play.reconcile()
    play.sweep()
    assert (play.said(dashboard), play.stages(form)) == ([], ["lead"])
    play.sales.comment("nora", dashboard, "/lead")
    play.reconcile()
    assert play.stages(dashboard) == ["lead"]


def test_sub_issues_are_work_on_a_deal_and_its_card_counts_them(play: Play) -> None:
    deal = play.deal()
    parts = [play.sales.open_issue("ann", f"Estimate, part {part}") for part in range(5)]
    for part in parts:
        play.sales.add_sub_issue("ann", deal, part)
    runs = play.reconcile()
    assert [run.exit_code for run in runs] == [0] * len(runs)
    assert [play.said(part) for part in parts] == [[]] * 5
    for part in parts[:3]:
        play.sales.close("ann", part)
    play.drop()
    play.sweep()
    assert "**Tasks:** 3 of 5 done" in play.text(deal, "card")
    assert [play.said(part) for part in parts] == [[]] * 5
    play.assert_at_rest(deal)
    play.sales.label("ann", parts[4], "stage:prospect")
    play.reconcile()
    assert play.stages(parts[4]) == ["prospect"], "a label of a person makes it a deal of its own"


def test_a_deal_that_became_a_discussion_is_named_in_the_report_with_what_ends_it(play: Play, tmp_path: Path) -> None:
    play.deal()
    converted, locked, closed = (
        play.deal("prospect", title=f"Borealis AG: {what}") for what in ("app", "shop", "site")
    )
    play.sales.convert_to_discussion("kim", converted)
    play.sales.unlock("kim", converted)
    assert {run.exit_code for run in play.reconcile()} == {0}
    assert play.sales.issue(converted).state == "CLOSED"
    for number in (locked, closed):
        play.sales.close("kim", number)
    play.sales.lock("kim", locked)
    assert {run.exit_code for run in play.reconcile()} == {0}
    shown, page = report(play, tmp_path / "report.json"), play.salesbot("report", "--repo", "acme/sales").stdout
    assert shown["open"]["count"] == 1 + 1, "the lead, and the one that is only closed"
    named = [problem["number"] for problem in shown["problems"] if "locked" in problem["what"]]
    assert sorted(named) == [converted, locked]
    assert page.count("The label `not-a-deal` takes it off this list") == 2
    play.sales.create_label("kim", "not-a-deal")
    for number in named:
        play.sales.label("kim", number, "not-a-deal")
    play.reconcile()
    assert all("locked" not in problem["what"] for problem in report(play, tmp_path / "report.json")["problems"])
