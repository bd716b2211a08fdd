"""Dates: days as people write them.

Knows English and the ISO and German ways to write a day. Knows no clock: `today` is the caller's, in the team's zone.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import NamedTuple

from dateutil.relativedelta import MO, relativedelta

from salesbot.core.text import markdown

# Not from `calendar`, which speaks the language of the machine.
_MONTH_NAMES = "January February March April May June July August September October November December"
_WEEKDAY_NAMES = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_MONTHS, _WEEKDAYS = _MONTH_NAMES.split(), _WEEKDAY_NAMES.split()
_SHORT = {"sept": "sep", "tues": "tue", "thur": "thu", "thurs": "thu"}
_COUNTS = {
    word: count
    for count, word in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1)
}
_FARTHEST = 50
_LONGEST = 40
_MOST_WORDS = 5
"""As in `until 1st of March 2027`."""
_BEFORE_DAYS = re.compile(r"^(?:in|on|by|until|till|from) ")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)


class DateError(ValueError):
    """A date that cannot be taken as written: what is wrong, and dates that would be right instead."""

    def __init__(self, what: str, *suggestions: str) -> None:
        super().__init__(what)
        self.what = what
        self.suggestions = suggestions


class NoDateError(DateError):
    """Text that is no date at all, so that it may be something else."""


class _Found(NamedTuple):
    first: date
    last: date
    """The same day, or the last one of the month or quarter that was named."""


_Form = tuple[re.Pattern[str], Callable[[re.Match[str], date], "date | _Found | None"]]


def parse_date(text: str, today: date, *, future: bool = False) -> date:
    """Read a day: `2027-03-01`, `01.03.2027`, `1 march`, `2027-03`, `march`, `Q1 2027`, `friday`, `in 3 months` ...

    A month or quarter is its first day. Without a year, a day that has passed and a month, quarter or weekday that has
    begun means the next one. Raises DateError, with `future` also for days before today.
    """
    found = _read(text, today)
    if future and found.first < today:
        raise DateError(f"{_spelled(found.first)} is in the past.", _later(found, today).isoformat())
    return found.first


def fixed_date(text: str) -> date | None:
    """Read a day as it stands in a description: the same ways, but it must say its year.

    Nobody knows when it was typed, and `march` or `in 3 months` would wander with whoever reads it. None for those.
    """
    plain = _plain(text)
    year = _YEAR.search(plain)
    try:
        return _read_as(_FIXED, plain, date(int(year[0]), 1, 1)).first if year else None
    except ValueError:
        return None


def leading_date(words: Sequence[str], today: date, *, future: bool = False) -> tuple[date, tuple[str, ...]]:
    """Read the date that the words begin with, the longest one, and give back the words after it. Raises DateError."""
    for count in range(min(len(words), _MOST_WORDS), 0, -1):
        try:
            return parse_date(" ".join(words[:count]), today, future=future), tuple(words[count:])
        except NoDateError:
            continue
    raise _no_date(words[0] if words else "", today)


def parse_duration(text: str, today: date) -> date:
    """Read `3 days`, `2 weeks`, `1 month`, and say which day that is, counted from today. Raises DateError."""
    span = _SPAN.fullmatch(_plain(text))
    if not span:
        raise DateError(f"{_quoted(text)} is no length of time.", "3 days", "2 weeks", "1 month")
    day = _after(span, today)
    if day == today:
        raise DateError(f"{_quoted(text)} is no time at all.", "1 day")
    return day


def _read(text: str, today: date) -> _Found:
    return _read_as(_FORMS, text, today)


def _read_as(forms: Sequence[_Form], text: str, today: date) -> _Found:
    plain = _plain(text)
    for said in dict.fromkeys((plain, _BEFORE_DAYS.sub("", plain))):
        for form, reader in forms:
            match = form.fullmatch(said)
            found = reader(match, today) if match else None
            if found:
                return found if isinstance(found, _Found) else _Found(found, found)
    raise _no_date(text, today)


def _iso(match: re.Match[str], today: date) -> date:
    return _day(int(match[3]), int(match[2]), int(match[1]), today)


def _dotted(match: re.Match[str], today: date) -> date:
    return _dated(int(match[1]), int(match[2]), match[3], today)


def _slashed(match: re.Match[str], today: date) -> date:
    """Half the world reads these the other way round, so they are read only where one way makes a day."""
    one, other, year = int(match[1]), int(match[3]), match[4]
    full = int(f"20{year}" if len(year) == 2 else year) if year else None
    ways = [(one, other, full), (other, one, full)]
    if year and len(year) == 2 and match[2] == "-":
        ways.append((int(year), other, 2000 + one))
    days = list(dict.fromkeys(day for way in ways if (day := _possible(*way, today))))
    if not days:
        raise DateError(f"{_quoted(match[0])} is no day of the calendar.")
    if len(days) > 1:
        raise _unclear(match[0], *days)
    if year and len(year) == 2:
        raise _short_year(days[0])
    return days[0]


def _month(match: re.Match[str], today: date) -> _Found | None:
    month = int(match[2]) if match[2] else _index(_MONTHS, match[3])
    if month is None:
        return None
    first = _first(month, match[1] or match[4], today)
    return _Found(first, first + relativedelta(day=31))


def _quarter(match: re.Match[str], today: date) -> _Found | None:
    if match[1] and match[3]:
        return None
    first = _first(3 * int(match[2]) - 2, match[1] or match[3], today)
    return _Found(first, first + relativedelta(months=2, day=31))


def _day_month(match: re.Match[str], today: date) -> date | None:
    month = _index(_MONTHS, match["month"])
    return _dated(int(match["day"]), month, match["year"], today) if month else None


def _weekday(match: re.Match[str], today: date) -> date | None:
    number = _index(_WEEKDAYS, match[2])
    if number is None:
        return None
    coming = today + timedelta(days=(number - 2 - today.weekday()) % 7 + 1)
    next_week = today + relativedelta(days=1, weekday=MO) + timedelta(days=number - 1)
    if match[1] and coming != next_week:
        raise _unclear(match[0], coming, next_week)
    return coming


def _next(match: re.Match[str], today: date) -> date:
    match match[0].split()[-1]:
        case "today":
            return today
        case "yesterday":
            return today - timedelta(days=1)
        case "tomorrow":
            return today + timedelta(days=1)
        case "week":
            return today + relativedelta(days=1, weekday=MO)
        case "month":
            return today + relativedelta(months=1, day=1)
        case "quarter":
            return today + relativedelta(months=3 - (today.month - 1) % 3, day=1)
        case _:
            return today + relativedelta(years=1, month=1, day=1)


def _in(match: re.Match[str], today: date) -> date | None:
    return None if match[1] == "for" else _after(match, today)


_FORMS: list[_Form] = [
    (re.compile(form, re.ASCII), reader)
    for form, reader in [
        (r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", _iso),
        (r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d\d)?", _dotted),
        (r"(\d{1,2})([/-])(\d{1,2})(?:\2(\d{4}|\d\d))?", _slashed),
        (r"(\d{4})-(\d{1,2})|([a-z]{3,9})\.?,?(?: (\d{4}))?", _month),
        (
            r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?(?P<month>[a-z]{3,9})\.?,?(?: (?P<year>\d{4}|\d\d))?",
            _day_month,
        ),
        (
            r"(?P<month>[a-z]{3,9})\.? (?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?,?(?: (?P<year>\d{4}|\d\d))?",
            _day_month,
        ),
        (r"(?:(\d{4})[ /-]?)?q([1-4])(?:[ /-]?(\d{4}))?", _quarter),
        (r"(next )?([a-z]{3,9})\.?", _weekday),
        (r"today|yesterday|tomorrow|next (?:week|month|quarter|year)", _next),
        (rf"(?:(in|for) )?(\d{{1,6}}|an?|{'|'.join(_COUNTS)}) ?(d|days?|w|weeks?|months?|y|years?)", _in),
    ]
]
_FIXED = _FORMS[:7]
"""Those that may say a year."""
_SPAN = _FORMS[-1][0]


def _after(span: re.Match[str], today: date) -> date:
    count = int(span[2]) if span[2].isdigit() else _COUNTS.get(span[2], 1)
    steps = {"d": relativedelta(days=count), "w": relativedelta(weeks=count), "m": relativedelta(months=count)}
    try:
        day = today + steps.get(span[3][0], relativedelta(years=count))
    except (ValueError, OverflowError):
        raise _too_far(span[0]) from None
    if day.year - today.year > _FARTHEST:
        raise _too_far(span[0])
    return day


def _dated(day: int, month: int, year: str | None, today: date) -> date:
    if not year:
        return _coming(day, month, today)
    if len(year) == 2:
        raise _short_year(_day(day, month, 2000 + int(year), today))
    return _day(day, month, int(year), today)


def _day(day: int, month: int, year: int, today: date) -> date:
    """Make a day, or say why there is none."""
    if abs(year - today.year) > _FARTHEST:
        raise _too_far(f"{year:04}")
    if not 1 <= month <= 12:
        swapped = _possible(month, day, year, today) if 1 <= day <= 12 else None
        raise DateError(f"There is no month {month}.", *([swapped.isoformat()] if swapped else []))
    days = monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise DateError(f"{_MONTHS[month - 1]} {year} has {days} days.", date(year, month, days).isoformat())
    return date(year, month, day)


def _coming(day: int, month: int, today: date) -> date:
    """Make the next such day, today included; 29 February may be years away."""
    for year in range(today.year, today.year + 9):
        found = _possible(day, month, year, today)
        if found and found >= today:
            return found
    return _day(day, month, today.year + (month < today.month), today)


def _possible(day: int, month: int, year: int | None, today: date) -> date | None:
    try:
        return _day(day, month, year, today) if year else _coming(day, month, today)
    except DateError:
        return None


def _first(month: int, year: str | None, today: date) -> date:
    """Make the first day of a month; without a year, of the next such month that has not begun."""
    if year:
        return _day(1, month, int(year), today)
    return _day(1, month, today.year + (date(today.year, month, 1) <= today), today)


def _later(found: _Found, today: date) -> date:
    """Guess what somebody meant who wrote a day that has passed."""
    if found.last >= today:
        return found.last
    years = today.year - found.first.year
    guess = found.first + relativedelta(years=years)
    return guess if guess >= today else found.first + relativedelta(years=years + 1)


def _index(names: list[str], word: str) -> int | None:
    """Find a month or weekday by its name or its first three letters, counted from one."""
    short = _SHORT.get(word, word)
    return next((number for number, name in enumerate(names, 1) if short in (name.lower(), name[:3].lower())), None)


def _plain(text: str) -> str:
    return markdown.one_line(text).lower().rstrip(",;:")


def _quoted(text: str) -> str:
    return markdown.code(markdown.one_line(text)[:_LONGEST]) or "Nothing"


def _spelled(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _too_far(text: str) -> DateError:
    return DateError(f"{_quoted(text)} is more than {_FARTHEST} years away.")


def _short_year(day: date) -> DateError:
    return DateError("The year needs four digits.", day.isoformat())


def _unclear(text: str, *days: date) -> DateError:
    return DateError(f"{_quoted(text)} may be {' or '.join(map(_spelled, days))}.", *(day.isoformat() for day in days))


def _no_date(text: str, today: date) -> NoDateError:
    words = [word.lower() for word in ("today", "tomorrow", *_WEEKDAYS, *_MONTHS)]
    said = [_plain(text)[:_LONGEST], *_plain(text)[:_LONGEST].split()]
    near = next(filter(None, (get_close_matches(each, words, n=1, cutoff=0.7) for each in said)), [])
    return NoDateError(f"{_quoted(text)} is no date.", *(near or [(today + timedelta(days=7)).isoformat()]))
