"""Forms of dates: each way to write a day or a period, with the function that reads it.

Forms read one spelling of each word (`date_words`). Where people would read two days, or none, they raise DateError.
Words around a date (`by`, `end of`, `after`) are read by `date_phrases`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from salesbot.core.text import periods
from salesbot.core.text.date_meaning import (
    FARTHEST,
    Asked,
    DateError,
    Meaning,
    days_of,
    last_working_day,
    quoted,
    short_year,
    spelled,
    too_far,
    unclear,
)
from salesbot.core.text.date_words import COUNTS, MONTH_NAMES, MONTHS, WEEKDAY_NAMES, WEEKDAYS
from salesbot.core.text.periods import Named, Period, Purpose

Read = Callable[[re.Match[str], Asked], "Meaning | None"]

_MONTH = rf"(?P<month>{'|'.join(MONTHS)})\.?"
_WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS)})\.?"
_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_COUNT = rf"(?P<count>\d{{1,6}}|{'|'.join(COUNTS)})"
_UNIT = r"(?P<unit>d|days?|w|weeks?|m|months?|y|years?)"
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


def _group(match: re.Match[str], name: str) -> str | None:
    """Read a group that not every form has."""
    return match.groupdict().get(name)


def _iso(match: re.Match[str], asked: Asked) -> Meaning:
    return named_day(int(match["day"]), int(match["number"]), int(match["year"]), asked)


def _numbered_day(match: re.Match[str], asked: Asked) -> Meaning:
    return _day_of_year(int(match["day"]), int(match["number"]), match["year"], _group(match, "short"), asked)


def _month_day(match: re.Match[str], asked: Asked) -> Meaning:
    return _day_of_year(
        int(match["day"]), 1 + MONTHS.index(match["month"]), match["year"], _group(match, "short"), asked
    )


def _day_of_year(day: int, month: int, year: str | None, short: str | None, asked: Asked) -> Meaning:
    if short:
        raise short_year(named_day(day, month, 2000 + int(short), asked), asked)
    return named_day(day, month, int(year) if year else None, asked)


def named_day(day: int, month: int, year: int | None, asked: Asked) -> Named:
    """Make a day of the calendar, or say why there is none."""
    if not 1 <= month <= 12:
        swapped = [named_day(month, day, year, asked)] if 1 <= day <= 12 and 1 <= month <= 28 else []
        raise DateError(f"There is no month {month}.", *asked.offers(*days_of(swapped, asked)))
    if not 1 <= day <= monthrange(year if year is not None else 2000, month)[1]:
        raise _no_such_day(month, year or asked.today.year + (month < asked.today.month), asked)
    return Named(lambda each: Period.day(date(each, month, day)), year)


def _no_such_day(month: int, year: int, asked: Asked) -> DateError:
    count = monthrange(year, month)[1]
    offered = asked.offers(date(year, month, count)) if 0 < year < 9999 else []
    return DateError(f"{MONTH_NAMES[month - 1]} {year} has {count} days.", *offered)


def _slashed(match: re.Match[str], asked: Asked) -> Meaning:
    """Half the world reads these the other way round, so they are read only where one way makes a day."""
    one, other, year = int(match["one"]), int(match["other"]), match["year"]
    full = int(f"20{year}" if len(year) == 2 else year) if year else None
    ways = [(one, other, full), (other, one, full)]
    if year and len(year) == 2 and match["sign"] == "-":
        ways.append((int(year), other, 2000 + one))
    by_day = {day: meaning for way in ways for day, meaning in _possible(way, asked)}
    if not by_day:
        raise DateError(f"{quoted(asked.typed)} is not a date in the calendar.")
    if len(by_day) > 1:
        raise unclear(list(by_day), asked)
    meaning = next(iter(by_day.values()))
    if year and len(year) == 2:
        raise short_year(meaning, asked)
    return meaning


def _possible(way: tuple[int, int, int | None], asked: Asked) -> list[tuple[date, Named]]:
    try:
        meaning = named_day(*way, asked)
    except DateError:
        return []
    return [(day, meaning) for day in days_of([meaning], asked)]


def _weekday_and_day(match: re.Match[str], asked: Asked) -> Meaning | None:
    """Read `Fri 27 Nov 2026`, as the card writes it; the weekday must be that of the day."""
    meaning = read_as(DAYS, match["rest"], asked)
    days = days_of([meaning], asked) if meaning else []
    wrong = (WEEKDAYS.index(match["weekday"]) - days[0].weekday() + 3) % 7 - 3 if days else 0
    if wrong:
        what = f"{spelled(days[0])} is a {WEEKDAY_NAMES[days[0].weekday()]}."
        raise DateError(what, *asked.offers(days[0], days[0] + timedelta(days=wrong)))
    return meaning


def _iso_week(match: re.Match[str], asked: Asked) -> Meaning:
    number, day, year = int(match["week"]), _group(match, "weekday"), match["year"] or _group(match, "behind")
    named = Named(lambda each: periods.week(each, number), int(year) if year else None)
    if not 1 <= number <= 53 or (named.year and 0 < named.year < 9999 and named.in_year(named.year) is None):
        raise DateError(f"There is no week {number}{f' in {year}' if year else ''}.")
    if day is None:
        return named
    return Named(lambda each: Period.day(date.fromisocalendar(each, number, int(day))), named.year)


def _named_month(match: re.Match[str], asked: Asked) -> Meaning:
    number = 1 + MONTHS.index(match["month"])
    year = match["year"]
    return Named(lambda each: periods.month(each, number), int(year) if year else None)


def _numbered_month(match: re.Match[str], asked: Asked) -> Meaning:
    number, year = int(match["number"]), int(match["year"])
    if not 1 <= number <= 12:
        raise DateError(f"There is no month {number}.")
    return Named(lambda each: periods.month(each, number), year)


def _month_short(match: re.Match[str], asked: Asked) -> Meaning:
    """`Mar '27` is a month without a full year; `Mar-27` may also be a day."""
    number, short = 1 + MONTHS.index(match["month"]), int(match["short"])
    whole = Named(lambda each: periods.month(each, number), 2000 + short)
    if match["sign"] == "-" and 1 <= short <= monthrange(2000, number)[1]:
        raise unclear(days_of([named_day(short, number, None, asked), whole], asked), asked)
    raise short_year(whole, asked)


def _part_of_year(match: re.Match[str], asked: Asked) -> Meaning | None:
    """Read quarters and halves: `Q1 2027`, `2027-Q1`, `H2`."""
    before, year, short = match["before"], match["year"], match["short"]
    number = int(match["number"])
    if (before and (year or short)) or (match["part"] == "h" and number > 2):
        return None
    make = periods.quarter if match["part"] == "q" else periods.half
    if short:
        raise short_year(Named(lambda each: make(each, number), 2000 + int(short)), asked)
    full = before or year
    return Named(lambda each: make(each, number), int(full) if full else None)


def _nth_quarter(match: re.Match[str], asked: Asked) -> Meaning:
    number = _ORDINALS.get(match["word"] or "") or int(match["number"])
    year = match["year"]
    return Named(lambda each: periods.quarter(each, number), int(year) if year else None)


def _whole_year(match: re.Match[str], asked: Asked) -> Meaning | None:
    # Behind `/next`, four digits are more often a number of something than a year.
    if asked.purpose is Purpose.ON and not match["word"]:
        return None
    return Named(periods.whole_year, int(match["year"]))


def _nth(match: re.Match[str], asked: Asked) -> Meaning | None:
    """Read `the 15th` as the next day of that number."""
    for months in range(12):
        first = asked.today + relativedelta(months=months, day=1)
        day = int(match["day"])
        if 1 <= day <= monthrange(first.year, first.month)[1] and first.replace(day=day) >= asked.today:
            return Period.day(first.replace(day=day))
    return None


def _weekday(match: re.Match[str], asked: Asked) -> Meaning:
    number = WEEKDAYS.index(match["weekday"])
    coming = asked.today + timedelta(days=(number - 1 - asked.today.weekday()) % 7 + 1)
    in_next_week = periods.monday_after(asked.today) + timedelta(days=number)
    if match["which"] == "this ":
        return Period.day(periods.around(asked.today, "week").first + timedelta(days=number))
    if match["which"] and coming != in_next_week:
        raise unclear([coming, in_next_week], asked)
    return Period.day(coming)


def _weekday_of_week(match: re.Match[str], asked: Asked) -> Meaning:
    """Read `friday next week` and `friday in 2 weeks`: the weekday of that calendar week."""
    number = WEEKDAYS.index(match["weekday"])
    count = _group(match, "count")
    weeks = count_of(count) if count else 1
    if weeks > 53 * FARTHEST:
        raise too_far(asked.typed)
    monday = periods.monday_after(asked.today) + timedelta(weeks=weeks - 1)
    return Period.day(monday + timedelta(days=number))


def _relative_day(match: re.Match[str], asked: Asked) -> Meaning:
    days = {"yesterday": -1, "today": 0, "tomorrow": 1, "day after tomorrow": 2}[match["word"]]
    return Period.day(asked.today + timedelta(days=days))


def _relative_period(match: re.Match[str], asked: Asked) -> Meaning:
    this = periods.around(asked.today, match["unit"])
    if match["which"] == "next":
        return periods.after(this, match["unit"])
    return Period.day(last_working_day(this, asked.today)) if asked.purpose is Purpose.ON else this


def _span(match: re.Match[str], asked: Asked) -> Meaning:
    return Period.day(after_span(match, asked.today, asked.typed))


def count_of(word: str) -> int:
    """Read a count: digits, or a number in words."""
    return int(word) if word.isdigit() else COUNTS[word]


def after_span(match: re.Match[str], today: date, typed: str) -> date:
    """Count a length of time from today. Raises DateError if that is too far away."""
    count, unit = count_of(match["count"]), match["unit"][0]
    steps = {"d": relativedelta(days=count), "w": relativedelta(weeks=count), "m": relativedelta(months=count)}
    try:
        day = today + steps.get(unit, relativedelta(years=count))
    except (ValueError, OverflowError):
        raise too_far(typed) from None
    if day.year - today.year > FARTHEST:
        raise too_far(typed)
    return day


SPAN = re.compile(rf"(?:for )?{_COUNT} ?{_UNIT}", re.ASCII)
"""A length of time."""


def _forms(*forms: tuple[str, Read]) -> tuple[tuple[re.Pattern[str], Read], ...]:
    return tuple((re.compile(form, re.ASCII), reader) for form, reader in forms)


_YEAR_BEHIND = r"(?:[-/., ]{1,2}(?:(?P<year>\d{4})|'?(?P<short>\d\d)))?"
DAYS = _forms(
    (r"(?P<year>\d{4})[-/.](?P<number>\d{1,2})[-/.](?P<day>\d{1,2})", _iso),
    (
        r"(?P<day>\d{1,2})\. ?(?P<number>\d{1,2})\.(?: ?(?P<year>\d{4})| ?'?(?P<short>\d\d))?",
        _numbered_day,
    ),
    (r"(?P<one>\d{1,2})(?P<sign>[/-])(?P<other>\d{1,2})(?:(?P=sign)(?P<year>\d{4}|\d\d))?", _slashed),
    (rf"{_NTH}[-. /]{{0,2}}(?:of )?{_MONTH}{_YEAR_BEHIND}", _month_day),
    (rf"{_MONTH} (?:the )?{_NTH}\.?(?:,? (?:(?P<year>\d{{4}})|'?(?P<short>\d\d)))?", _month_day),
    (rf"(?P<year>\d{{4}})[-/., ]{{1,2}}{_MONTH}[- /](?P<day>\d{{1,2}})", _month_day),
    (
        r"(?:(?P<year>\d{4})[ /-]?)(?:w|week)[ .-]?(?P<week>\d{1,2})-(?P<weekday>[1-7])",
        _iso_week,
    ),
)
WITH_WEEKDAY = _forms((rf"{_WEEKDAY},? (?:the )?(?P<rest>.+)", _weekday_and_day))
PERIODS = _forms(
    (rf"{_MONTH}(?:[-/., ]{{1,2}}(?P<year>\d{{4}}))?", _named_month),
    (rf"(?P<year>\d{{4}})[-/., ]{{1,2}}{_MONTH}", _named_month),
    (r"(?P<year>\d{4})[-/.](?P<number>\d{1,2})", _numbered_month),
    (r"(?P<number>\d{1,2})[-/.](?P<year>\d{4})", _numbered_month),
    (rf"{_MONTH} ?(?P<sign>['/-])(?P<short>\d\d)", _month_short),
    (
        r"(?:(?P<before>\d{4})[ /-]?)?(?P<part>[qh])(?P<number>[1-4])"
        r"(?:[ /-]?(?P<year>\d{4})|[ /-]?'?(?P<short>\d\d))?",
        _part_of_year,
    ),
    (
        rf"(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<number>[1-4])(?:st|nd|rd|th|\.)) quarter"
        r"(?: (?:of )?(?P<year>\d{4}))?",
        _nth_quarter,
    ),
    (
        r"(?:(?P<year>\d{4})[ /-]?)?(?:w|week|calendar week)[ .]?(?P<week>\d{1,2})"
        r"(?:[ /-](?P<behind>\d{4}))?",
        _iso_week,
    ),
    (r"(?P<word>year )?(?P<year>\d{4})", _whole_year),
)
FROM_TODAY = _forms(
    (r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)", _nth),
    (rf"(?P<which>next |this )?{_WEEKDAY}", _weekday),
    (rf"{_WEEKDAY} (?:in {_COUNT} weeks?|next week)", _weekday_of_week),
    (rf"next week {_WEEKDAY}", _weekday_of_week),
    (r"(?:the )?(?P<word>today|yesterday|tomorrow|day after tomorrow)", _relative_day),
    (rf"(?:in )?{_COUNT} ?{_UNIT}", _span),
)
RELATIVE_PERIODS = _forms((r"(?:the )?(?P<which>this|next) (?P<unit>week|month|quarter|year)", _relative_period))
INSIDE = _forms((r"(?P<which>)(?:the )?(?P<unit>week|month|quarter|year)", _relative_period))
"""Periods that are named so only behind `end of` and the like."""


def read_as(forms: Sequence[tuple[re.Pattern[str], Read]], text: str, asked: Asked) -> Meaning | None:
    """Read a date in the first of some forms that fits."""
    for form, reader in forms:
        match = form.fullmatch(text)
        found = reader(match, asked) if match else None
        if found is not None:
            return found
    return None
