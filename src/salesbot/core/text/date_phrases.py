"""Phrases of dates: what is around a day or a period, as in `by the end of march` or `after friday`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from salesbot.core.text import date_forms, periods
from salesbot.core.text.date_forms import read_as
from salesbot.core.text.date_meaning import Asked, DateError, Meaning, days_of, last_working_day, quoted
from salesbot.core.text.date_words import LONGEST
from salesbot.core.text.periods import Named, Period, Purpose

_SIMPLE = (
    *date_forms.DAYS,
    *date_forms.PERIODS,
    *date_forms.RELATIVE_PERIODS,
    *date_forms.FROM_TODAY,
    *date_forms.WITH_WEEKDAY,
)
_INSIDE = (*date_forms.PERIODS, *date_forms.RELATIVE_PERIODS, *date_forms.INSIDE)
_PREFIX = re.compile(r"(?:in|on|by|until|from|as of|at|not before|no later than|at the latest|starting|due) (?:the )?")
_EDGE = re.compile(r"(?P<edge>end|start|mid)[ -](?:of )?(?:the )?(?P<inside>.+)")
_EDGE_BEHIND = re.compile(r"(?P<inside>week|month|quarter|year)[ -](?P<edge>end)")
_BESIDE = re.compile(r"(?P<side>before|after) (?:the )?(?P<inside>.+)")


def read(text: str, asked: Asked) -> Meaning | None:
    """Read a date in the one spelling of each word; None if it is none. Raises DateError."""
    if len(text) > LONGEST:
        return None
    for plain in dict.fromkeys((text, _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text)):
        found = _read_whole(plain, asked)
        if found is not None:
            return found
    return None


def _read_whole(text: str, asked: Asked) -> Meaning | None:
    found = _read_simple(text, asked)
    if found is not None:
        return found
    edge = _EDGE.fullmatch(text) or _EDGE_BEHIND.fullmatch(text)
    if edge:
        return _edge_of(edge["edge"], read_as(_INSIDE, edge["inside"], _any(asked)), asked)
    beside = _BESIDE.fullmatch(text)
    return _beside(beside["side"], _read_simple(beside["inside"], asked), asked) if beside else None


def _read_simple(text: str, asked: Asked) -> Meaning | None:
    return read_as(_SIMPLE, text, asked)


def _any(asked: Asked) -> Asked:
    """Inside of `end of` a bare year is a year, whatever the field."""
    return replace(asked, purpose=Purpose.DUE_BY)


def _edge_of(edge: str, meaning: Meaning | None, asked: Asked) -> Meaning | None:
    def day(period: Period) -> Period:
        if edge == "end":
            return Period.day(last_working_day(period, asked.today) if asked.purpose is Purpose.ON else period.last)
        return Period.day(period.first if edge == "start" else periods.middle(period))

    return _each(meaning, day) if meaning is not None else None


def _beside(side: str, meaning: Meaning | None, asked: Asked) -> Meaning | None:
    """Read `before march` as the day before it, `after march` as the day after it."""
    if isinstance(meaning, Named) and meaning.year is None:
        meaning = meaning.coming(asked.today, Purpose.DUE_BY)
    if meaning is None:
        return None

    def day(period: Period) -> Period:
        return Period.day(period.first - timedelta(days=1) if side == "before" else period.last + timedelta(days=1))

    found = _each(meaning, day)
    if side == "after" and asked.purpose is Purpose.DUE_BY:
        raise DateError(f"{quoted(asked.typed)} has a start, but no end.", *asked.offers(*days_of([found], asked)))
    return found


def _each(meaning: Meaning, change: Callable[[Period], Period]) -> Meaning:
    """Change a period, in whatever year it is."""
    if isinstance(meaning, Period):
        return change(meaning)
    make = meaning.make
    return Named(lambda year: change(make(year)), meaning.year)
