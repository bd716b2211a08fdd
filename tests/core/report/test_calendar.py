"""The calendar of a report: what is in it, read back by icalendar, and the rules of RFC 5545 for its lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import icalendar
import pytest

from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.stage_intervals import StageInterval
from salesbot.core.text.next_step import NextStep
from salesbot.tasks import report_files
from tests.core.report.made import SCOPE, a_report

DAY = date(2026, 12, 1)
EVIL = "Müller; & Söhne, \\n\r\nEND:VEVENT\nATTENDEE:mailto:x@evil.example\x07\u202e" + "🎉" * 40


def a_deal(stage: str = "negotiating", number: int = 7) -> CountedDeal:
    entered = (StageInterval(stage, datetime(2026, 11, 2, tzinfo=UTC)),)
    return CountedDeal(number, "Acme GmbH: new shop", "Acme GmbH", entered[0].entered, stage, entered, owner="nora")


def events(*deals: CountedDeal, person: str = "") -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(report_files.calendar(deals, SCOPE, person))
    assert isinstance(calendar, icalendar.Calendar)
    assert not calendar.errors
    return list(calendar.events)


def test_next_step_close_and_return_are_whole_days_under_their_owner() -> None:
    step = NextStep(DAY, "send the estimate", "kim")
    open_ = replace(a_deal(), next_step=step, expected=DAY + timedelta(17))
    paused = replace(a_deal("revisit", 9), revisit_on=date(2027, 3, 1))
    found = [(each.start, str(each["summary"]), each.categories) for each in events(open_, paused)]
    assert found == [
        (DAY, "Acme GmbH: send the estimate (kim)", ["kim"]),
        (DAY + timedelta(17), "Acme GmbH: expected to close (nora)", ["nora"]),
        (date(2027, 3, 1), "Acme GmbH: comes back (nora)", ["nora"]),
    ]
    assert [str(each["url"]) for each in events(paused)] == ["https://github.com/acme/sales/issues/9"]


def test_a_person_gets_what_is_theirs() -> None:
    deal = replace(a_deal(), next_step=NextStep(DAY, "call", "kim"), expected=DAY)
    assert [str(each["summary"]) for each in events(deal, person="@Kim")] == ["Acme GmbH: call (kim)"]
    assert events(deal, person="ann") == []


@pytest.mark.parametrize("stage", ["won", "lost"])
def test_an_ended_deal_has_its_next_step_and_no_expected_close(stage: str) -> None:
    deal = replace(a_deal(stage), next_step=NextStep(DAY, "send the invoice"), expected=DAY)
    assert [str(each["summary"]) for each in events(deal)] == ["Acme GmbH: send the invoice (nora)"]


def test_an_entry_keeps_its_id_when_its_day_words_and_owner_change() -> None:
    deal = replace(a_deal(), next_step=NextStep(DAY, "call"), expected=DAY)
    moved = replace(deal, next_step=NextStep(DAY + timedelta(3), "meet"), owner="kim", expected=DAY + timedelta(9))
    ids = {str(each.uid) for each in events(deal)}
    assert len(ids) == 2
    assert {str(each.uid) for each in events(moved)} == ids
    assert not {str(each.uid) for each in events(replace(deal, number=8))} & ids


def test_what_a_stranger_wrote_is_text_of_one_entry() -> None:
    deal = replace(a_deal(), client=EVIL, next_step=NextStep(DAY, EVIL))
    (event,) = events(deal)
    assert "attendee" not in event
    assert str(event["summary"]).startswith("Müller; & Söhne, \\n END:VEVENT ATTENDEE:mailto:x@evil.example")
    assert not set("\x07\u202e") & set(report_files.calendar([deal], SCOPE))


def test_every_line_has_at_most_75_octets_and_ends_as_the_rfc_says() -> None:
    text = report_files.calendar(a_report(Random(4), 200, title=EVIL, company="").deals, SCOPE)
    lines = text.encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert lines[-1] == b""
    assert len({line for line in lines if line.startswith(b"UID:")}) == text.count("BEGIN:VEVENT") > 50


def test_the_calendar_names_itself_and_the_zone_of_its_days() -> None:
    text = report_files.calendar([], SCOPE)
    assert "X-WR-CALNAME:Deals of acme/sales\r\n" in text
    assert "X-WR-TIMEZONE:Europe/Berlin\r\n" in text
