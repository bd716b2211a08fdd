"""Periods: stretches of days that have a name, and which of them a field means.

Knows the calendar. Knows no clock, and no way to write a day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto

from dateutil.relativedelta import MO, relativedelta


class Purpose(Enum):
    """What a field does with its date, and so which day of a period it means."""

    DUE_BY = auto()
    """Something happens by then: the last day of a period, and the period that is running counts."""
    NOT_BEFORE = auto()
    """Nothing happens before: the first day of the next such period."""
    ON = auto()
    """It happens on that day: the first day of a period that is to come."""


@dataclass(frozen=True)
class Period:
    """All days from the first to the last, both included."""

    first: date
    last: date

    @classmethod
    def day(cls, day: date) -> Period:
        """Make a period of one day."""
        return cls(day, day)

    @property
    def is_day(self) -> bool:
        """Whether it is a single day."""
        return self.first == self.last

    def day_for(self, purpose: Purpose) -> date:
        """Pick the day that a field with this purpose means."""
        return self.last if purpose is Purpose.DUE_BY else self.first

    def is_to_come(self, today: date, purpose: Purpose) -> bool:
        """Say whether a field can mean this period when its text names no year."""
        if purpose is Purpose.NOT_BEFORE and not self.is_day:
            return self.first > today
        return self.last >= today


@dataclass(frozen=True)
class Named:
    """A period that every year has, or nearly every year: `1 March`, `Q1`, `week 53`. Perhaps its year is known."""

    make: Callable[[int], Period]
    """Make the one of a year. Raises ValueError or OverflowError where a year has none."""
    year: int | None = None

    def in_year(self, year: int) -> Period | None:
        """Make the period of a year; None where that year has none."""
        try:
            return self.make(year)
        except (ValueError, OverflowError):
            return None

    def coming(self, today: date, purpose: Purpose) -> Period | None:
        """Find the one that a field means when no year is named; 29 February may be years away."""
        years = (self.in_year(year) for year in range(today.year - 1, today.year + 9))
        return next((found for found in years if found and found.is_to_come(today, purpose)), None)


def month(year: int, number: int) -> Period:
    """Make a month."""
    return _months(date(year, number, 1), 1)


def quarter(year: int, number: int) -> Period:
    """Make a quarter of a year."""
    return _months(date(year, 3 * number - 2, 1), 3)


def half(year: int, number: int) -> Period:
    """Make one half of a year."""
    return _months(date(year, 6 * number - 5, 1), 6)


def week(year: int, number: int) -> Period:
    """Make an ISO week, Monday to Sunday."""
    return Period(date.fromisocalendar(year, number, 1), date.fromisocalendar(year, number, 7))


def whole_year(year: int) -> Period:
    """Make a year."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def around(day: date, unit: str) -> Period:
    """Make the week, month, quarter or year that a day is in."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    if unit == "month":
        return month(day.year, day.month)
    if unit == "quarter":
        return quarter(day.year, (day.month + 2) // 3)
    return whole_year(day.year)


def after(period: Period, unit: str) -> Period:
    """Make the week, month, quarter or year after a period of that kind."""
    return around(period.last + timedelta(days=1), unit)


def middle(period: Period) -> date:
    """Find the day that people call the middle: the 15th of a month, the Wednesday of a week, 30 June of a year."""
    days = (period.last - period.first).days + 1
    if days == 7:
        return period.first + timedelta(days=2)
    if days <= 31:
        return period.first.replace(day=15)
    months = round(days / 30.4)
    if months == 3:
        return period.first + relativedelta(months=1, day=15)
    return period.first + relativedelta(months=months // 2) - timedelta(days=1)


def monday_after(day: date) -> date:
    """Find the Monday of the next week."""
    return day + relativedelta(days=1, weekday=MO)


def _months(first: date, count: int) -> Period:
    return Period(first, first + relativedelta(months=count - 1, day=31))
