"""Repositories as they really are: empty, old, half configured, with clocks that differ. A right report names it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from salesbot.adapters.templates import TemplateRenderer, builtin_names
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core.config import parse
from salesbot.core.errors import InputError
from salesbot.core.report import as_json
from salesbot.core.report.compute import Report, compute_report
from salesbot.core.report.reader import Reader
from salesbot.core.report.response_time import working_hours
from salesbot.core.report.scope import choose_scope, week_of
from salesbot.core.report.view_page import page_values
from tests.core.report.made import AROUND
from tests.core.report.stories import BOT, NOW, raw

BERLIN = ZoneInfo("Europe/Berlin")


def an_issue(body: str = "", *events: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    """An issue of November; events are kind, stage label and time."""
    last = [label for kind, label, _ in events if kind == "labeled"][-1:]
    return {
        "title": "Acme GmbH: new shop",
        "body": body,
        "author": "nora",
        "created_at": "2026-11-02T09:00:00Z",
        "labels": last,
        "assignees": ["ann"],
        "state": "OPEN",
        "state_reason": None,
        "closed_at": None,
        "events": [{"kind": kind, "by": "ann", "at": at, "label": label} for kind, label, at in events],
        "comments": [],
        **more,
    }


def a_report(*issues: dict[str, Any], config: str = "timezone: Europe/Berlin", now: datetime = NOW) -> Report:
    """The report of these issues."""
    scope = choose_scope(
        "acme/sales",
        parse(config, "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones()),
        now,
        url="https://x/acme/sales",
    )
    reader = Reader(AROUND, scope)
    found = [reader.count(raw(each, number)) for number, each in enumerate(issues, 1)]
    made = compute_report([deal for deal in found if deal is not None], scope)
    values = page_values(made)
    assert TemplateRenderer()("board.md.j2", values)
    assert TemplateRenderer()("report.md.j2", values)
    return made


LEAD = ("labeled", "stage:lead", "2026-11-02T09:00:00Z")


def test_an_open_deal_has_no_reason_whatever_an_earlier_end_left_in_its_description() -> None:
    lost = ("labeled", "stage:lost", "2026-11-03T09:00:00Z")
    back = ("unlabeled", "stage:lost", "2026-11-04T09:00:00Z")
    body = "### Reason\n\nprice\n"
    made = a_report(an_issue(body, LEAD, lost, back, LEAD), an_issue(body, LEAD, lost, state="CLOSED"))
    assert [(deal.stage, deal.reason) for deal in made.deals] == [("lead", ""), ("lost", "price")]


def test_an_empty_repository() -> None:
    made = as_json.values(a_report())
    assert (made["open"]["count"], made["sample"], made["win_rate"]["count"]) == (0, 0, None)
    assert made["forecast"] == made["attention"] == made["problems"] == []


def test_one_deal_and_a_week_without_a_change() -> None:
    made = as_json.values(a_report(an_issue("### Value\n\n12000 EUR", LEAD)))
    assert made["open"] == {"count": 1, "value": "12000.00", "weighted": "1200.00"}
    assert made["movement"]["unmoved"] == 1
    assert made["movement"]["bridge"] == {"then": "12000.00", "steps": [], "now": "12000.00"}


@pytest.mark.parametrize(
    ("issue", "problem"),
    [
        pytest.param(an_issue("### Value\n\na lot", LEAD), "its value cannot be read", id="a value nobody can read"),
        pytest.param(
            an_issue("### Expected close\n\nsoon", LEAD), "its expected close cannot be read", id="a day of no calendar"
        ),
        pytest.param(
            an_issue("### Value\n\n5 USD", LEAD),
            "its value is in USD, and there is no rate for it",
            id="a currency without a rate",
        ),
        pytest.param(
            an_issue("", LEAD, assignees=[]), "it has no owner", id="a lead that nobody owns"
        ),
        pytest.param(
            an_issue(labels=["stage:lead"]),
            "no label event shows when it entered its stage",
            id="transferred in: the label came without an event",
        ),
        pytest.param(
            an_issue("", ("labeled", "stage:lead", "2026-11-02T08:59:00Z")),
            "a label event is older than the issue",
            id="clocks differ",
        ),
        pytest.param(
            an_issue("", LEAD, labels=["stage:lead", "stage:prospect"]),
            "it has two stage labels",
            id="two stage labels",
        ),
        pytest.param(
            an_issue("", LEAD, state="CLOSED", state_reason="COMPLETED", closed_at="2026-11-10T09:00:00Z"),
            "its issue is closed without an outcome, so it counts as open",
            id="closed without an outcome",
        ),
    ],
)  # fmt: skip
def test_what_makes_a_number_doubtful_is_named(issue: dict[str, Any], problem: str) -> None:
    made = as_json.values(a_report(issue))
    assert {"number": 1, "what": problem} in made["problems"]
    assert made["open"]["count"] == 1


def test_events_out_of_order_end_no_stay_before_it_began() -> None:
    late, early = (
        ("labeled", "stage:qualified", "2026-11-05T09:00:00Z"),
        ("labeled", "stage:lead", "2026-11-04T09:00:00Z"),
    )
    made = a_report(an_issue("", late, ("unlabeled", "stage:qualified", "2026-11-04T08:00:00Z"), early))
    (deal,) = made.deals
    entered = [stay.entered for stay in deal.stage_intervals]
    assert entered == sorted(entered)


@pytest.mark.parametrize(
    ("by", "stage_intervals"),
    [
        pytest.param(BOT, ["lead"], id="salesbot took it off the next morning: it was refused and never was"),
        pytest.param("ann", ["lead", "qualified", "lead"], id="ann thought better of it: it was there for a day"),
    ],
)
def test_a_label_that_was_taken_off_a_day_later(by: str, stage_intervals: list[str]) -> None:
    off = {"kind": "unlabeled", "by": by, "at": "2026-11-05T05:00:00Z", "label": "stage:qualified"}
    issue = an_issue("", LEAD, ("labeled", "stage:qualified", "2026-11-04T09:00:00Z"), labels=["stage:lead"])
    made = a_report({**issue, "events": [*issue["events"], off]})
    assert [stay.stage for stay in made.deals[0].stage_intervals] == stage_intervals


def test_a_history_older_than_the_configuration_counts_under_the_new_names() -> None:
    config = "stages: {proposal: {was: negotiating, label: 'stage:proposal'}}"
    old = ("labeled", "stage:negotiating", "2026-11-04T09:00:00Z")
    made = a_report(an_issue("", LEAD, ("unlabeled", "stage:lead", "2026-11-04T09:00:00Z"), old), config=config)
    assert [stay.stage for stay in made.deals[0].stage_intervals] == ["lead", "proposal"]


def test_a_stage_that_no_configuration_knows_is_named_and_counted_nowhere() -> None:
    made = as_json.values(a_report(an_issue("", labels=["stage:frozen"])))
    assert made["open"]["count"] == 0
    assert made["problems"] == [{"number": 1, "what": "unknown stage stage:frozen"}]


def test_a_report_as_of_an_earlier_day_knows_nothing_of_later_labels() -> None:
    won = ("labeled", "stage:won", "2026-11-12T09:00:00Z")
    issue = an_issue("### Value\n\n900 EUR", LEAD, ("unlabeled", "stage:lead", "2026-11-12T09:00:00Z"), won)
    then = as_json.values(a_report(issue, now=datetime(2026, 11, 10, tzinfo=UTC)))
    assert (then["open"]["count"], then["closed"]["won"]) == (1, 0)
    now = as_json.values(a_report(issue))
    assert (now["open"]["count"], now["closed"]["won"], now["closed"]["won_value"]) == (0, 1, "900.00")


def test_an_issue_closed_later_was_open_then_also_where_no_event_tells_of_the_closing() -> None:
    end = {"state": "CLOSED", "state_reason": "NOT_PLANNED", "closed_at": "2026-11-12T09:00:00Z"}
    lost = ("labeled", "stage:lost", "2026-11-12T09:00:00Z")
    issue = an_issue("### Value\n\n900 EUR", LEAD, lost, **end)
    assert as_json.values(a_report(issue, now=datetime(2026, 11, 10, tzinfo=UTC)))["problems"] == []


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        pytest.param(datetime(2026, 12, 31, 12, tzinfo=UTC), "2026-W53", id="a year of 53 weeks"),
        pytest.param(datetime(2027, 1, 3, 12, tzinfo=UTC), "2026-W53", id="its last Sunday is in January"),
        pytest.param(datetime(2027, 1, 3, 23, 30, tzinfo=UTC), "2027-W01", id="Monday begins in the team's zone"),
        pytest.param(datetime(2024, 12, 30, 12, tzinfo=UTC), "2025-W01", id="a year may begin in December"),
    ],
)
def test_the_week_of_a_moment(moment: datetime, week: str) -> None:
    assert week_of(moment, BERLIN) == week


@pytest.mark.parametrize("week", ["2026-W54", "2026-W00", "2026-47", "W47", "2026-W48-1", ""])
def test_what_is_no_week_is_refused(week: str) -> None:
    pipeline = parse(None, "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones())
    with pytest.raises(InputError, match="not a week of the calendar"):
        choose_scope("acme/sales", pipeline, NOW, week=week)


def test_a_week_to_come_is_refused() -> None:
    pipeline = parse(None, "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones())
    with pytest.raises(InputError, match="is in the future"):
        choose_scope("acme/sales", pipeline, NOW, week="2026-W49")


def test_a_week_that_is_over_begins_and_ends_at_midnight_of_the_teams_zone_also_when_clocks_change() -> None:
    pipeline = parse("timezone: Europe/Berlin", "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones())
    # The clocks go back on 25 October 2026, the last day of this week: it has 169 hours.
    scope = choose_scope("acme/sales", pipeline, NOW, week="2026-W43")
    assert scope.at == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert scope.since == datetime(2026, 10, 18, 22, tzinfo=UTC), (
        "no hour is left out between this week and the one before"
    )


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param("2026-11-23T09:00", "2026-11-23T11:30", 2.5, id="the same morning"),
        pytest.param("2026-11-20T22:00", "2026-11-23T09:00", 11, id="Friday evening to Monday morning"),
        pytest.param("2026-11-21T10:00", "2026-11-22T10:00", 0, id="over a weekend nobody works"),
        pytest.param("2026-03-27T12:00", "2026-03-30T12:00", 24, id="the clocks go on, on Sunday"),
    ],
)
def test_working_hours(start: str, end: str, hours: float) -> None:
    pipeline = parse("timezone: Europe/Berlin", "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones())
    begin, until = (datetime.fromisoformat(each).replace(tzinfo=BERLIN).astimezone(UTC) for each in (start, end))
    assert working_hours(begin, until, pipeline) == hours


def test_a_machines_deal_that_nobody_answered_has_no_first_answer() -> None:
    made = as_json.values(a_report(an_issue("", labels=["stage:lead"], author=BOT)))
    assert made["first_reaction_hours"]["count"] == 0
