"""Days: which one a moment is for a team, and on which people work.

Knows weekends, the quiet days that the caller names, and time zones. Knows no clock, and no way to write a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

Ranges = Iterable[tuple[date, date]]
"""Stretches of days, first and last one included."""


def is_working_day(day: date, quiet: Ranges = ()) -> bool:
    """Say whether people work on a day: no weekend, and none of the quiet days."""
    return day.weekday() < 5 and not any(first <= day <= last for first, last in quiet)


def working_days_between(start: date, end: date, quiet: Ranges = ()) -> int:
    """Count the working days after `start`, up to and including `end`."""
    days = _weekdays_until(end) - _weekdays_until(start)
    counted = start
    for first, last in sorted(quiet):
        before, until = max(first - timedelta(days=1), counted), min(last, end)
        if until > before:
            days -= _weekdays_until(until) - _weekdays_until(before)
            counted = until
    return max(days, 0)


def add_working_days(day: date, count: int, quiet: Ranges = ()) -> date:
    """Go `count` working days on; 0 means the first working day from `day` on. The last day is where there is none."""
    ranges = list(quiet)
    day = _first_working_day(day, ranges) if count == 0 else day
    for _ in range(count):
        day = _first_working_day(_day_after(day), ranges)
    return day


def _first_working_day(day: date, quiet: Ranges) -> date:
    """Find the first working day from a day on, past quiet days at once: they may have no end."""
    while day < date.max and not is_working_day(day, quiet):
        day = _day_after(max((last for first, last in quiet if first <= day <= last), default=day))
    return day


def _day_after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day


def local_day(moment: datetime, zone: tzinfo) -> date:
    """Say which day a moment is in a time zone. Raises ValueError for a moment without a zone of its own."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(zone).date()


def midnight(day: date, zone: tzinfo) -> datetime:
    """Give the moment at which a day begins in a time zone, in UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _weekdays_until(day: date) -> int:
    """Count Mondays to Fridays since the calendar began, which it did on a Monday."""
    weeks, days = divmod(day.toordinal(), 7)
    return 5 * weeks + min(days, 5)
