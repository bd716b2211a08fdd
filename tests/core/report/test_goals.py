"""Goals of the team and of people: what is still needed, and whether the pipeline covers it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from salesbot.adapters.templates import TemplateRenderer, chat
from salesbot.core.report import as_json, formatting, goals
from salesbot.core.report.compute import compute_board
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.goals import Won
from salesbot.core.report.stage_intervals import StageInterval
from salesbot.core.report.view_board import board_values, chat_values
from salesbot.tasks import report_files
from tests.core.report.made import SCOPE
from tests.core.report.test_agreement import a_lead, won
from tests.core.report.test_uncountable import a_report

AT = datetime(2026, 11, 3, tzinfo=UTC)


def deal(stage: str, value: int, owner: str = "nora", expected: date | None = None) -> CountedDeal:
    return CountedDeal(
        1, "Acme GmbH", "Acme GmbH", AT, stage, (StageInterval(stage, AT),), AT if stage == "won" else None,
        owner, Decimal(value), probability=25, expected=expected,
    )  # fmt: skip


def month(*deals: CountedDeal) -> Won:
    """What this month comes to; its goal is 50,000."""
    return goals.won(deals, SCOPE)[0]


@pytest.mark.parametrize(
    ("deals", "needed", "coverage", "weighted"),
    [
        pytest.param([], 50_000, 0, 0, id="nothing won, nothing open"),
        pytest.param([deal("won", 40_000), deal("lead", 31_000)], 10_000, 3.1, 0.775, id="short of the goal"),
        pytest.param([deal("won", 50_000), deal("lead", 9)], 0, None, None, id="reached: nothing to cover"),
        pytest.param([deal("won", 60_000)], 0, None, None, id="more than reached"),
        pytest.param([deal("prospect", 99), deal("revisit", 99)], 50_000, 0, 0, id="prospects and what is put off"),
        pytest.param([deal("lead", 5_000, expected=date(2026, 11, 30))], 50_000, 0.1, 0.025, id="on its last day"),
        pytest.param([deal("lead", 5_000, expected=date(2026, 10, 1))], 50_000, 0.1, 0.025, id="overdue"),
        pytest.param([deal("lead", 5_000, expected=date(2026, 12, 1))], 50_000, 0, 0, id="expected after it"),
        pytest.param([replace(deal("lead", 1), value=None)], 50_000, 0, 0, id="an open deal without a value"),
    ],
)  # fmt: skip
def test_what_is_needed_and_covered(
    deals: list[CountedDeal], needed: int, coverage: float | None, weighted: float | None
) -> None:
    found = month(*deals)
    assert found.needed == needed
    assert [each and float(each) for each in (found.coverage, found.weighted_coverage)] == [coverage, weighted]


def test_without_a_goal_nothing_is_needed() -> None:
    year = goals.won([deal("won", 5)], SCOPE)[-1]
    assert (year.span, year.goal, year.needed, year.coverage) == ("year", None, None, None)


def test_a_person_has_what_they_own_whatever_the_case_and_only_their_spans() -> None:
    deals = [deal("won", 30_000, "Nora"), deal("won", 7, "kim"), deal("lead", 12_000, "NORA"), deal("lead", 9, "kim")]
    nora, left = goals.of_people(deals, SCOPE)
    shown = [f"{each.span}: {each.total.value}, {each.needed}" for each in nora.won]
    assert shown == ["quarter: 30000, 60000", "year: 30000, 0"]
    assert nora.won[0].coverage == Decimal("0.2")
    assert (left.login, [str(each.needed) for each in left.won]) == ("left", ["7"])


def test_who_is_not_in_the_repository_keeps_the_goal_and_is_marked() -> None:
    found = goals.of_people([deal("won", 5, "left")], SCOPE)
    assert [(each.login, each.absent) for each in found] == [("nora", False), ("left", True)]
    assert found[1].won[0].total.value == 5


@pytest.mark.parametrize(
    ("today", "last"),
    [
        pytest.param("2026-11-30T22:59:00+00:00", ["2026-11-30", "2026-12-31", "2026-12-31"], id="its last minute"),
        pytest.param("2026-11-30T23:01:00+00:00", ["2026-12-31", "2026-12-31", "2026-12-31"], id="and the first"),
        pytest.param("2028-02-01T12:00:00+00:00", ["2028-02-29", "2028-03-31", "2028-12-31"], id="a leap year"),
    ],
)  # fmt: skip
def test_the_last_days_of_the_spans(today: str, last: list[str]) -> None:
    scope = replace(SCOPE, at=datetime.fromisoformat(today))
    assert [day.isoformat() for day in scope.last_days.values()] == last


CONFIG = "report: {goal: {month: 74000, people: {ann: {month: 90000, quarter: 9000}, left: {year: 5}}}}"


def test_every_place_shows_the_same_goals() -> None:
    made = a_report(won("62340.50"), a_lead("20000"), config=CONFIG)
    board = compute_board(made.deals, replace(made.scope, absent=frozenset({"left"})))
    text = TemplateRenderer()("board.md.j2", board_values(board, made.scope))
    assert "| this month | 1 | 62,340.50 EUR | 84 % of 74,000 EUR | 11,659.50 EUR | 1.7x, weighted 0.1x |" in text
    assert "**Personal goals: 1 of 3 reached**" in text
    assert "| ann | month | 62,340.50 EUR | 69 % of 90,000 EUR | 27,659.50 EUR | 0.7x, weighted 0.0x |" in text
    assert "Not in this repository, but with a goal: left." in text
    page = report_files.page(replace(made, board=board))
    assert "<small>11,659.50 EUR still needed</small><small>coverage 1.7x, weighted 0.1x</small>" in page
    assert '<td>ann</td><td>month</td><td class="n">62,340.50 EUR</td>' in page
    assert "Not in this repository, but with a goal: left." in page
    said = chat("notify.txt.j2", chat_values(board, made.scope, ""))
    assert "84 % of 74,000 EUR; 11,659.50 EUR still needed, coverage 1.7x, weighted 0.1x" in said
    (ann, left) = as_json.values(replace(made, board=board))["goals_by_person"]
    assert (ann["month"]["needed"], left["in_repository"], left["year"]["goal"]) == ("27659.50", False, "5.00")


def test_without_goals_nothing_speaks_of_them() -> None:
    made = a_report(won("100"), config="timezone: UTC")
    text = TemplateRenderer()("board.md.j2", board_values(made.board, made.scope))
    assert not re.search("goal|needed|coverage", text + report_files.page(made), re.IGNORECASE)


@pytest.mark.parametrize(
    ("ratio", "said"),
    [("0", "0.0x"), ("0.99", "0.9x"), ("3.19", "3.1x"), ("99.99", "99.9x"), ("100", "over 100x"), ("1e9", "over 100x")],
)
def test_coverage_is_rounded_down(ratio: str, said: str) -> None:
    assert formatting.times(Decimal(ratio)) == said
