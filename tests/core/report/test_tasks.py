"""Tasks in the report: the coming week of their people, the calendar, and the counts of the CSV and the JSON."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

from salesbot.core.model.journal import Cursor, Journal, to_payload
from salesbot.core.model.keys import Kind
from salesbot.core.model.tasks import DealTask, body
from salesbot.core.report import as_csv, calendar
from salesbot.core.text import markdown
from tests.core.report.stories import BOT
from tests.core.report.test_uncountable import a_report, an_issue

SINCE = datetime(2026, 11, 2, 9, tzinfo=UTC)
TASKS = (
    DealTask(31, "send the references", "2026-11-25", "kim"),
    DealTask(32, "ask legal", "2026-11-26"),
    DealTask(5, "a demo shop", "2026-11-27", "kim", "acme/shop"),
    DealTask(33, "some day"),
    DealTask(34, "later", "2027-03-01", "kim"),
)


def a_deal() -> dict[str, Any]:
    journal = Journal(
        1, 1, "qualified", Cursor(SINCE), SINCE, sub_issues=(3, 8), task_counts=(3, 8), tasks=TASKS,
    )  # fmt: skip
    card = f"{markdown.marker(Kind.CARD, to_payload(journal))}\nhello"
    event = ("labeled", "stage:qualified", "2026-11-02T09:00:00Z")
    return an_issue("", event, comments=[{"by": BOT, "body": card, "at": "2026-11-02T09:00:05Z"}])


def test_the_coming_week_has_the_tasks_of_each_person() -> None:
    made = a_report(a_deal())
    assert {who: [(f"{item.day}", item.what) for item in items] for who, items in made.board.upcoming.items()} == {
        "ann": [("2026-11-26", "ask legal")],
        "kim": [("2026-11-25", "send the references"), ("2026-11-27", "a demo shop")],
    }


def test_a_deal_with_open_tasks_is_not_without_a_next_step() -> None:
    (deal,) = a_report(a_deal()).deals
    assert "no-next-step" not in dict(deal.attention)


def test_the_csv_counts_them_and_the_calendar_has_an_entry_for_each_day() -> None:
    made = a_report(a_deal())
    (row,) = csv.DictReader(io.StringIO(as_csv.text(made)))
    assert (row["tasks_done"], row["tasks"]) == ("3", "8")
    entries = calendar.entries(made.deals, made.scope)
    assert len({entry.uid for entry in entries}) == len(entries) == 4


def test_a_task_that_salesbot_opened_counts_nowhere() -> None:
    label = ("labeled", "stage:lead", "2026-11-02T09:00:00Z")
    made = a_report(an_issue(body(7, 1, "100-1"), label, author=BOT))
    assert made.deals == ()
