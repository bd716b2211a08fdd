"""Dates: days as people write them, for the field they are written for.

Knows English and the ISO and German ways to write a day. Knows no clock: `today` is the caller's, in the team's zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from salesbot.core.text import date_forms, date_phrases
from salesbot.core.text.date_meaning import Asked, DateError, NoDateError, ShortYearError, not_a_date, quoted
from salesbot.core.text.date_words import LONGEST, corrected, one_spelling
from salesbot.core.text.periods import Named, Purpose

__all__ = [
    "DateError",
    "NoDateError",
    "Purpose",
    "fixed_date",
    "leading_date",
    "parse_date",
    "parse_snooze",
]

_MOST_WORDS = 9
"""As in `by the end of the first quarter of 2027`."""
_MOST_SEARCHED = 30
"""Words among which a date is looked for that is not where it should be."""
_MOST_OFFERED = 2
_TIME = re.compile(
    r"[ T,]+(?:at |um )?\d{1,2}(?::\d\d){1,2}(?:[.,]\d{1,9})?"
    r"(?: ?[ap]\.?m\.?| ?uhr)?(?: ?(?:z|utc|[+-]\d\d:?\d\d))?",
    re.ASCII | re.IGNORECASE,
)
_JOINED_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d.*)", re.ASCII)
_YEAR_LIKE = re.compile(r"(?:19|2[012])\d\d", re.ASCII)


def parse_date(text: str, today: date, purpose: Purpose, *, future: bool = False) -> date:
    """Read a day: `2027-03-01`, `01.03.2027`, `1 march`, `march`, `Q1 2027`, `KW 5`, `end of march`, `in 3 months` ...

    Which day of a period it is, and whether a running one counts, depends on the purpose. Without a year, a day that
    has passed means the next one. Raises DateError, with `future` also for days before today.
    """
    try:
        return _day(text, Asked(today, purpose, future))
    except NoDateError as error:
        raise error if error.suggestions else not_a_date(text, *_offers(text, Asked(today, purpose, future))) from None


def fixed_date(text: str, purpose: Purpose) -> date | None:
    """Read a day as it is written in a description or a table: the same ways, but it must name its year.

    Nobody knows when it was typed, so `march` or `in 3 months` would mean another day to each reader. None for those.
    A time of day behind it is passed over.
    """
    asked = Asked(date(2000, 1, 1), purpose, fixed=True)
    try:
        meaning = date_phrases.read(one_spelling(_without_time(text)), asked)
    except DateError:
        return None
    if not isinstance(meaning, Named) or meaning.year is None:
        return None
    period = meaning.in_year(meaning.year)
    return period.day_for(purpose) if period else None


def leading_date(
    words: Sequence[str], today: date, purpose: Purpose, *, future: bool = False
) -> tuple[date, tuple[str, ...]]:
    """Read the date that the words begin with, the longest one, and give back the words after it.

    Raises DateError, whose `rest` has all words that are not the date.
    """
    asked = Asked(today, purpose, future)
    typed = separate_time(words)
    found = _leading(typed, asked)
    if found is None:
        raise _misplaced(typed, asked)
    return found


def parse_snooze(text: str, today: date) -> date:
    """Read `3 days`, `2 weeks`, `friday`, `until 1 march`, and say which day that is. Raises DateError."""
    span = date_forms.SPAN.fullmatch(one_spelling(text))
    day = date_forms.after_span(span, today, text) if span else _snoozed_until(text, today)
    if day <= today:
        raise DateError(f"{quoted(text)} is not a duration.", "1 day")
    return day


def separate_time(words: Sequence[str]) -> tuple[str, ...]:
    """Part a date from the time of day that is joined to it by a `T`: the time is text of the next step."""
    return tuple(part for word in words for part in _parted(word))


def _parted(word: str) -> tuple[str, ...]:
    joined = _JOINED_TIME.fullmatch(word)
    return joined.groups() if joined else (word,)


def _day(text: str, asked: Asked) -> date:
    asked = replace(asked, typed=text)
    meaning = date_phrases.read(one_spelling(text), asked)
    if meaning is None:
        raise not_a_date(text)
    return asked.day(meaning)


def _snoozed_until(text: str, today: date) -> date:
    try:
        return parse_date(text, today, Purpose.NOT_BEFORE, future=True)
    except NoDateError as error:
        what = f"{quoted(text)} is neither a duration nor a date."
        count = one_spelling(text)
        spans = [f"{count} {unit}" for unit in ("days", "weeks")] if re.fullmatch("[1-9][0-9]?", count) else []
        raise NoDateError(what, *(spans or error.suggestions)) from None


def _leading(words: Sequence[str], asked: Asked) -> tuple[date, tuple[str, ...]] | None:
    for count in range(min(len(words), _MOST_WORDS), 0, -1):
        rest = tuple(words[count:])
        try:
            if count > 1 and _is_another_number(words[count - 1]):
                continue
            return _day(" ".join(words[:count]), asked), rest
        except NoDateError:
            continue
        except ShortYearError as error:
            if _is_short_year(words[count - 1], rest, asked):
                raise _with_rest(error, rest) from None
        except DateError as error:
            raise _with_rest(error, rest) from None
    return None


def _is_another_number(word: str) -> bool:
    """`12 april 1500 flyers`: four digits that are not a year of our time are a number of something."""
    bare = word.rstrip(".,:;")
    return re.fullmatch(r"\d{4}", bare, re.ASCII) is not None and not _YEAR_LIKE.fullmatch(bare)


def _is_short_year(word: str, rest: Sequence[str], asked: Asked) -> bool:
    """`1 march 27` ends in a year; `12 april 10 slides` does not, nor does `12.4. 15 Uhr`."""
    loose = re.fullmatch(r"(\d\d)[.,:;]?", word, re.ASCII)
    return loose is None or (not rest and 2000 + int(loose[1]) >= asked.today.year)


def _with_rest(error: DateError, rest: Sequence[str]) -> DateError:
    error.rest = tuple(rest)
    return error


def _misplaced(words: Sequence[str], asked: Asked) -> NoDateError:
    """Refuse words that do not begin with a date; offer the one that is misspelled or that comes later."""
    first = words[0] if words else ""
    right = corrected(" ".join(words[:_MOST_WORDS]))
    if right is not None:
        begins = _quietly(right.split() + list(words[_MOST_WORDS:]), asked)
        if begins is not None:
            taken = len(words) - len(begins[1])
            return not_a_date(first, " ".join(right.split()[:taken]), rest=begins[1])
    for day, start, stop in _dates_in(words, asked):
        return not_a_date(first, day.isoformat(), rest=[*words[:start], *words[stop:]])
    return not_a_date(first, rest=words)


def _offers(text: str, asked: Asked) -> list[str]:
    """Find what somebody meant whose text is not a date: the misspelled one, or the dates in it."""
    right = corrected(text) if len(text) <= LONGEST else None
    if right is not None and _quietly(right.split(), asked) is not None:
        return [right.lower()]
    days = [day.isoformat() for day, _, _ in _dates_in(text.split(), asked)]
    return list(dict.fromkeys(days))[:_MOST_OFFERED]


def _dates_in(words: Sequence[str], asked: Asked) -> Iterator[tuple[date, int, int]]:
    """Find dates anywhere in a text, the longest at each place: (day, first word, word after it)."""
    searched, start = words[:_MOST_SEARCHED], 0
    while start < len(searched):
        found = _quietly(searched[start:], asked)
        stop = len(searched) - len(found[1]) if found else start + 1
        if found:
            yield found[0], start, stop
        start = stop


def _quietly(words: Sequence[str], asked: Asked) -> tuple[date, tuple[str, ...]] | None:
    try:
        return _leading(words, asked)
    except DateError:
        return None


def _without_time(text: str) -> str:
    """Drop a time of day from the end, as databases and spreadsheets write it."""
    line = text.strip()[:LONGEST]
    time = _TIME.search(line)
    return line[: time.start()] if time and time.end() == len(line) else text
