"""Logged activities in the report: by person and week, in the page, the issue, the CSV and the JSON."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.model.journal import Cursor, Journal, Pair, to_payload
from salesbot.core.model.keys import Kind
from salesbot.core.model.logged_activity import ActivityKind, LoggedActivity
from salesbot.core.report import as_csv, as_json
from salesbot.core.report.view_report import report_values
from salesbot.core.text import markdown
from salesbot.tasks import report_files
from tests.core.report.stories import BOT
from tests.core.report.test_uncountable import a_report, an_issue

LEAD = ("labeled", "stage:lead", "2026-11-02T09:00:00Z")
CALL, MEETING, MAIL = ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.MAIL


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T09:00:00").replace(tzinfo=UTC)


def a_deal(*logged: tuple[str, ActivityKind, str], pair: Pair | None = None) -> dict[str, Any]:
    """A deal on which somebody logged activities."""
    activities = tuple(LoggedActivity(day(at), kind, by, 1, "about the price") for at, kind, by in logged)
    journal = Journal(1, 1, "lead", Cursor(day("2026-11-02")), day("2026-11-02"), activities=activities, pair=pair)
    body = f"{markdown.marker(Kind.CARD, to_payload(journal))}\nhello"
    return an_issue("", LEAD, comments=[{"by": BOT, "body": body, "at": "2026-11-02T09:00:05Z"}])


TWO = (
    a_deal(("2026-11-17", CALL, "nora"), ("2026-11-18", CALL, "nora"), ("2026-11-23", MAIL, "kim")),
    a_deal(("2026-11-23", MEETING, "nora"), ("2026-01-12", CALL, "kim")),
)


def number_first(deals: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """Each card names its issue."""
    for number, deal in enumerate(deals, 1):
        deal["comments"][0]["body"] = deal["comments"][0]["body"].replace('"issue":1', f'"issue":{number}')
    return deals


def test_activities_are_counted_by_person_and_week() -> None:
    made = a_report(*number_first(TWO))
    assert as_json.values(made)["activities"] == [
        {"person": "nora", "week": "2026-W47", "calls": 2, "meetings": 0, "mails": 0},
        {"person": "nora", "week": "2026-W48", "calls": 0, "meetings": 1, "mails": 0},
        {"person": "kim", "week": "2026-W48", "calls": 0, "meetings": 0, "mails": 1},
    ]
    rows = list(csv.DictReader(io.StringIO(as_csv.text(made))))
    assert [(row["activities"], row["last_contact"]) for row in rows] == [
        ("3", "2026-11-23T09:00:00Z"),
        ("2", "2026-11-23T09:00:00Z"),
    ]


def test_the_issue_and_the_page_have_a_table() -> None:
    made = a_report(*number_first(TWO))
    text = TemplateRenderer()("report.md.j2", report_values(made))
    assert "| nora | | | | | | | 2 | 1 | 2 | 1 | |" in " ".join(text.split("\n")).replace("  ", " ")
    page = report_files.page(made)
    assert 'id="activities"' in page
    assert "<td>nora</td>" in page


def test_without_activities_there_is_no_section() -> None:
    made = a_report(an_issue("", LEAD))
    assert "logged in the last" not in TemplateRenderer()("report.md.j2", report_values(made))
    assert 'id="activities"' not in report_files.page(made)
    assert as_json.values(made)["activities"] == []


def test_a_mail_by_the_mirror_is_a_contact() -> None:
    made = a_report(a_deal(("2026-11-17", CALL, "nora"), pair=Pair("KEY", received=day("2026-11-19"))))
    assert [deal.last_contact for deal in made.deals] == [day("2026-11-19")]


def test_a_report_of_an_earlier_moment_counts_what_was_logged_by_then() -> None:
    made = a_report(*number_first(TWO), now=day("2026-11-18"))
    assert [len(deal.activities) for deal in made.deals] == [2, 1]
