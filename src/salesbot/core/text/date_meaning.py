"""Meanings of dates: which day a text means for a field, and what to say where it means none, several, or the past.

Knows no way to write a date (`date_forms`) and no clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from salesbot.core.text import markdown
from salesbot.core.text.date_words import MONTH_NAMES
from salesbot.core.text.periods import Named, Period, Purpose

FARTHEST = 50
"""Years a date may be away; what is farther is a slip of the finger."""

Meaning = Named | Period
"""A Named period comes back each year; a plain one was counted from today."""


class DateError(ValueError):
    """A date that cannot be taken as written: what is wrong, and what would be right instead.

    `rest` is what follows the date, so that nothing that somebody typed is lost when the date is replaced.
    """

    def __init__(self, what: str, *suggestions: str, rest: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.suggestions = suggestions
        self.rest = tuple(rest)


class NoDateError(DateError):
    """Text that is not a date at all, so that it may be something else."""


class ShortYearError(DateError):
    """A year of two digits, which may also be a number that follows the date."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a text: which day it is for a field, counted from today."""

    today: date
    purpose: Purpose
    future: bool = False
    """Whether the day must not be past."""
    fixed: bool = False
    """Whether only dates with a year are read; `today` is then of no account."""
    typed: str = ""
    """The text as somebody wrote it, for messages."""

    def day(self, meaning: Meaning) -> date:
        """Pick the day. Raises DateError if it is too far away, unclear, or past where it must not be."""
        period = self._period(meaning)
        day = period.day_for(self.purpose)
        if abs(day.year - self.today.year) > FARTHEST:
            raise too_far(f"{day.year:04}")
        if not self.future or day >= self.today:
            return day
        if period.last >= self.today and self.purpose is Purpose.ON:
            return last_working_day(period, self.today)
        raise DateError(f"{spelled(day)} is in the past.", *self._later(meaning, period))

    def _period(self, meaning: Meaning) -> Period:
        if isinstance(meaning, Period):
            return meaning
        if meaning.year is not None:
            found = meaning.in_year(meaning.year)
            if found is None or not 0 < meaning.year < 9999:
                raise too_far(f"{meaning.year:04}")
            return found
        found = meaning.coming(self.today, self.purpose)
        if found is None:
            raise not_a_date(self.typed)
        if self.purpose is Purpose.ON and not found.is_day and found.first <= self.today:
            # Does `/next november` mean this November or the next one, when this one is running?
            raise self._running(meaning, found)
        return found

    def _running(self, meaning: Named, found: Period) -> DateError:
        following = meaning.coming(self.today, Purpose.NOT_BEFORE)
        days = [found.last, *([following.first] if following else [])]
        return unclear(days, self)

    def _later(self, meaning: Meaning, period: Period) -> list[str]:
        """Guess what somebody meant who wrote a day that has passed."""
        if period.last >= self.today:
            return [period.last.isoformat(), (period.last + timedelta(days=1)).isoformat()]
        purpose = Purpose.DUE_BY if self.purpose is Purpose.DUE_BY else Purpose.NOT_BEFORE
        coming = meaning.coming(self.today, purpose) if isinstance(meaning, Named) else None
        if coming is not None:
            return [coming.day_for(self.purpose).isoformat()]
        return [self.today.isoformat(), (self.today + timedelta(days=1)).isoformat()]

    def offers(self, *days: date) -> list[str]:
        """Write days as suggestions; of those that must not be past the ones to come, else those of a later year."""
        good = [day for day in days if not self.future or day >= self.today]
        return list(dict.fromkeys(day.isoformat() for day in good or map(self._again, days)))

    def _again(self, day: date) -> date:
        later = day + relativedelta(years=max(0, self.today.year - day.year))
        return later if later >= self.today else later + relativedelta(years=1)


def days_of(meanings: Sequence[Meaning], asked: Asked) -> list[date]:
    """Pick the days of some meanings, past or not; those too far away are left out."""
    found: list[date] = []
    for meaning in meanings:
        if isinstance(meaning, Named):
            year = meaning.year
            period = meaning.in_year(year) if year is not None else meaning.coming(asked.today, asked.purpose)
        else:
            period = meaning
        if period and (asked.fixed or abs(period.first.year - asked.today.year) <= FARTHEST):
            found.append(period.day_for(asked.purpose))
    return found


def last_working_day(period: Period, today: date) -> date:
    """A week ends on its Friday for those who work; if that is over, on its Sunday."""
    friday = period.first + timedelta(days=4)
    return friday if (period.last - period.first).days == 6 and friday >= today else period.last


def quoted(text: str) -> str:
    """Quote what somebody typed, a line of it at most."""
    return markdown.code(markdown.one_line(text)[:40]) or "Nothing"


def spelled(day: date) -> str:
    """Write a day in words, always with its year."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def too_far(text: str) -> DateError:
    """Refuse a date that is a slip of the finger."""
    return DateError(f"{quoted(text)} is more than {FARTHEST} years away.")


def unclear(days: Sequence[date], asked: Asked) -> DateError:
    """Refuse a text that several people would read as several days."""
    return DateError(f"{quoted(asked.typed)} may be {' or '.join(map(spelled, days))}.", *asked.offers(*days))


def not_a_date(text: str, *suggestions: str, rest: Sequence[str] = ()) -> NoDateError:
    """Refuse a text that is not a date."""
    return NoDateError(f"{quoted(text)} is not a date.", *suggestions, rest=rest)


def short_year(meaning: Meaning, asked: Asked) -> ShortYearError:
    return ShortYearError("The year needs four digits.", *asked.offers(*days_of([meaning], asked)))
