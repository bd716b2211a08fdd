"""A calendar file (RFC 5545), for any calendar program: icalendar folds, escapes and encodes.

Imported only where a calendar is written: icalendar takes half a second to import.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

import icalendar

from salesbot.core.report.calendar import CalendarEntry

PRODUCT = "-//salesbot//deals//EN"


def text(entries: Iterable[CalendarEntry], *, name: str, at: datetime, zone: tzinfo) -> str:
    """Write entries as a calendar of whole days, which block no time and invite nobody.

    A whole day has no time zone: it is the day of the deal, wherever the calendar is read. The zone is named for
    programs that ask for it.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", str(zone))
    for entry in entries:
        calendar.add_component(_event(entry, at))
    return str(calendar.to_ical(), "utf-8")


def _event(entry: CalendarEntry, at: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", at)
    event.add("dtstart", entry.day)
    event.add("summary", entry.title)
    event.add("description", entry.details)
    event.add("url", entry.url)
    event.add("transp", "TRANSPARENT")
    if entry.person:
        event.add("categories", [entry.person])
    return event
