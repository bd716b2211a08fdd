"""Lines of an estimate: what is to be done, by whom, and at the line's end how much: `Design: 8 d senior @nora`.

Knows days, hours, weeks and money, ranges of them, and the names of rates. Knows no rate's price and no sum.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from salesbot.core.text import amounts, dates, logins, markdown
from salesbot.core.text.amounts import MoneyError
from salesbot.core.text.currencies import codes
from salesbot.core.text.date_words import ascii_digits
from salesbot.core.text.dates import Purpose
from salesbot.core.text.suggestions import misspelled

DAYS = "d"
"""The unit of an amount of work; any other is the code of a currency."""
WORKING_DAYS = 5
"""Days of a week."""
MOST_DAYS = 99_999

_UNIT_TABLE = """
d day days pd md manday mandays person-day person-days man-day man-days tag tage tagen pt = days
h hr hrs hour hours std std. stunde stunden = hours
w wk wks week weeks woche wochen = weeks
"""
_UNITS: Mapping[str, str] = MappingProxyType(
    {
        word: unit
        for words, unit in (line.split(" = ") for line in _UNIT_TABLE.strip().splitlines())
        for word in words.split()
    }
)
_LONG_UNITS = tuple(word for word in _UNITS if len(word) > 3)
_OTHER_UNIT_LIST = "min mins minute minutes minuten mo month months monat monate monaten year years jahr jahre"
_OTHER_UNITS = frozenset(_OTHER_UNIT_LIST.split())

_NUMBER = r"[0-9]+(?:[.,'][0-9]+)*(?: [0-9]{3})*(?:[.,][0-9]+)?(?:,-{1,2})?"
_TO = r"(?:-|\u2013|\u2014|\bto\b|\bbis\b|\btill\b|\.\.|\u2026)"
_WORD = r"[^\W\d_][^\W\d_]*(?:-[^\W\d_]+)*\.?"
_WORK = re.compile(
    rf"(?:(?P<low>{_NUMBER})\s*(?P<low_unit>{_WORD})?\s*{_TO}\s*)?(?P<high>{_NUMBER})\s*(?P<unit>{_WORD})",
    re.IGNORECASE,
)
_MONEY = re.compile(
    rf"\S{{0,4}}?\s*{_NUMBER}\s*\S{{0,10}}(?:\s*{_TO}\s*\S{{0,4}}?\s*{_NUMBER})?\s*\S{{0,10}}", re.IGNORECASE
)
_STRUCK = re.compile(r"(~~?)(?=[^\s~])(.*?[^\s~])\1(?!~)")
_EMPHASIS = re.compile(r"(?<![^\W_])[*_`]+|[*_`]+(?![^\W_])")
_PERSON = re.compile(rf"[(\[]?(?<![\w@/.`-])@{logins.LOGIN}(?![\w@/-])(?!\.\w)[)\]]?[,;:]?")
_BEFORE = re.compile(r"(?:.*[^\s:=]\s*[:=]|[:=])\s+(?=\S)")
_AT_THE_END = " \t.,;:!"
_APPROXIMATELY = re.compile(r"(?:^|\s)(?:ca\.?|about|approx\.?|approximately|around|circa|etwa|rund)$", re.IGNORECASE)
_LOOSE_END = re.compile(
    r"(?:^|\W)[0-9][0-9.,']*(?:\s*[^\W\d_]{1,8}\.?)?\s*(?:[-\u2013\u2014+&/x\u00d7*,]|\b(?:or|and|und|oder|plus|to|bis|x)\b)\s*$"
    r"|(?:^|\W)[0-9][0-9.,']*\s*$"
    r"|(?:[+&/\u00d7<>]|\b(?:plus|minus|times|x|max|min|up to|at least|at most|over|under|bis|or|oder)\b\.?)\s*$",
    re.IGNORECASE,
)
"""What may not stand before the amount: another number, or a word that makes it more or less."""
_MOST_WORDS = 8
_MOST_READ = 500
"""Characters of a line that are looked at, from its end."""


@dataclass(frozen=True)
class LineAmount:
    """How much a line says: `low` and `high` are equal unless it is a range. Work is in days."""

    low: Decimal
    high: Decimal
    unit: str = DAYS
    rate: str = ""
    """The name of the rate that the line names."""


@dataclass(frozen=True)
class EstimateLine:
    """A line without its amount and without its people. `people` are in the order in which they are named."""

    what: str
    people: tuple[str, ...] = ()
    amount: LineAmount | None = None
    problem: str = ""
    """Why what is at its end cannot be read, with code spans; empty if it can, or if nothing there is an amount."""
    is_surely_one: bool = True
    """Whether what cannot be read is surely meant as an amount: it has a unit. `Workshops: 3` may mean anything."""


@dataclass(frozen=True)
class Units:
    """What amounts are read by: the currency that `$` means, the names of rates, the hours of a working day."""

    currency: str = "EUR"
    rates: Collection[str] = field(default=frozenset())
    """In lowercase."""
    hours_per_day: Decimal = Decimal(8)


class _UnreadableError(Exception):
    def __init__(self, why: str, *, sure: bool = True) -> None:
        super().__init__(why)
        self.why, self.sure = why, sure


def is_unit(word: str) -> bool:
    """Say whether a word is a unit of work or a currency."""
    return _unit(word) is not None or bool(codes(word))


@lru_cache(maxsize=256)  # the lines of one deal are asked for several times
def read(text: str, units: Units) -> EstimateLine:
    """Read a line of an estimate. A part of it that is struck out is not read."""
    bare = _PERSON.sub(" ", _without_emphasis(text[-_MOST_READ:]))
    line = EstimateLine(_ended(bare), tuple(logins.mentions(text)))
    before, tail = _parted(_ended(bare))
    try:
        amount, rest = _at_end(tail, units, parted=bool(before))
    except _UnreadableError as error:
        return EstimateLine(line.what, line.people, None, error.why, error.sure)
    if amount is None:
        return line
    return EstimateLine(_ended(f"{before}{rest}").rstrip(" -\u2013\u2014=(:"), line.people, amount)


def _without_emphasis(text: str) -> str:
    plain = ascii_digits(re.sub("[~\u2248]", " ", markdown.one_line(_STRUCK.sub(" ", text))))
    return " ".join(_EMPHASIS.sub("", plain).split())


def _ended(text: str) -> str:
    text = re.sub(r"\s+(?:by|for|von|f\u00fcr)$", "", " ".join(text.split()).rstrip(_AT_THE_END))
    return text.rstrip(_AT_THE_END)


def _parted(text: str) -> tuple[str, str]:
    """Part a line behind its last colon; what follows is where the amount is."""
    found = _BEFORE.match(text)
    return (text[: found.end()], text[found.end() :]) if found else ("", text)


def _at_end(tail: str, units: Units, *, parted: bool) -> tuple[LineAmount | None, str]:
    """Find the amount at the end of a text, and what is before it. Raises _UnreadableError."""
    words = tail.replace("(", " ").replace(")", " ").split()
    if parted and words and (amount := _amount(words, units)) is not None:
        return amount, ""
    found = [
        (amount, " ".join(words[:-count]))
        for count in range(1, min(len(words), _MOST_WORDS) + 1)
        if (amount := _amount(words[-count:], units)) is not None
    ]
    if not found:
        _refuse_what_looks_like_one(words, units, parted=parted)
        return None, tail
    amount, rest = found[-1]
    text = " ".join(words)[len(rest) :].strip()
    rest = _APPROXIMATELY.sub("", rest)
    if _LOOSE_END.search(rest[-60:]) or re.search(r"[0-9]\s+[-\u2013\u2014]?\s*[0-9]", text):
        shown = markdown.code(" ".join(words)[-40:])
        raise _UnreadableError(f"{shown} can be read in two ways: write one amount at the end, with a colon before it.")
    return amount, rest


def _amount(words: list[str], units: Units) -> LineAmount | None:
    """Read words that are an amount as a whole, perhaps with the name of a rate; None if they are none.

    Raises _UnreadableError for what has the form of one and a wrong part.
    """
    text = " ".join(words)
    if len(text) > amounts.LONGEST:
        return None
    work = _WORK.fullmatch(text)
    if work is not None and _unit(work["unit"]) and (not work["low_unit"] or _unit(work["low_unit"])):
        return _work(work, units)
    if _is_money(text):
        return _money(text, units)
    rate = words[-1].casefold()
    if len(words) > 1 and rate not in _UNITS and (amount := _plain_work(words[:-1], units)) is not None:
        if rate in units.rates:
            return LineAmount(amount.low, amount.high, rate=rate)
        if re.fullmatch(_WORD, words[-1]) and not codes(words[-1]):
            raise _UnreadableError(_no_rate(words[-1], units))
    return None


def _plain_work(words: list[str], units: Units) -> LineAmount | None:
    work = _WORK.fullmatch(" ".join(words))
    return _work(work, units) if work is not None and _unit(work["unit"]) else None


def _no_rate(word: str, units: Units) -> str:
    known = f"there are {', '.join(map(markdown.code, sorted(units.rates)))}" if units.rates else "`rates` names none"
    return f"{markdown.code(word[:40])} is not the name of a rate: {known}. The amount must be at the end of the line."


def _unit(word: str | None) -> str | None:
    folded = (word or "").casefold()
    return _UNITS.get(folded) or _UNITS.get(folded.rstrip("."))


def _work(found: re.Match[str], units: Units) -> LineAmount:
    high = _days(found["high"], found["unit"], units)
    low = _days(found["low"], found["low_unit"] or found["unit"], units) if found["low"] else high
    return LineAmount(*_in_order(low, high, found[0]))


def _days(digits: str, unit: str, units: Units) -> Decimal:
    try:
        number = amounts.number(digits)
    except MoneyError as error:
        meant = f" Write {' or '.join(markdown.code(f'{each} {unit}') for each in error.suggestions)}."
        raise _UnreadableError(f"{error.what}{meant if error.suggestions else ''}") from None
    days = {"hours": number / units.hours_per_day, "weeks": number * WORKING_DAYS}.get(_unit(unit) or "", number)
    if days > MOST_DAYS:
        raise _UnreadableError(f"{markdown.code(f'{digits} {unit}'[:40])} is more than {MOST_DAYS:,} days.")
    return days


def _in_order(low: Decimal, high: Decimal, text: str) -> tuple[Decimal, Decimal]:
    if low > high:
        raise _UnreadableError(f"In {markdown.code(text[:60])} the first number is the larger one.")
    return low, high


def _is_money(text: str) -> bool:
    """Whether a text has the form of money and names a currency: a bare number may mean anything."""
    if not _MONEY.fullmatch(text):
        return False
    words = re.sub(rf"{_NUMBER}|\s{_TO}\s|[-\u2013\u2014]", " ", text, flags=re.IGNORECASE).split()
    return any(codes(word.strip(".,")) or codes(re.sub("(?i)^[kmt]", "", word.strip(".,"))) for word in words)


def _money(text: str, units: Units) -> LineAmount:
    try:
        low, high, currency = amounts.read_range(text, units.currency)
    except MoneyError as error:
        meant = f" Write {' or '.join(map(markdown.code, error.suggestions))}." if error.suggestions else ""
        raise _UnreadableError(f"{error.what}{meant}") from None
    return LineAmount(*_in_order(low, high, text), currency)


def _refuse_what_looks_like_one(words: list[str], units: Units, *, parted: bool) -> None:
    """Raise _UnreadableError if the text is meant as an amount; behind a colon, a number is perhaps meant as one."""
    text = " ".join(words)
    start = re.match(
        rf"(?:ca\.?|about|approx\.?|around|etwa)?\s*[-\u2212]?\s*({_NUMBER})\s*({_WORD})?", text, re.IGNORECASE
    )
    if not parted or start is None or dates.fixed_date(text, Purpose.ON) is not None:
        return
    shown, unit = markdown.code(text[:60]), (start[2] or "").casefold()
    meant = misspelled(unit, _LONG_UNITS) if len(unit) > 3 else None
    if _unit(unit) or codes(unit):
        raise _UnreadableError(
            f"{shown} cannot be read: write one amount, and nothing behind it but a rate and a name."
        )
    example = f"write `8 d`, `20 h`, `4-6 d` or `1200 {units.currency}`"
    if meant or unit in _OTHER_UNITS:
        raise _UnreadableError(f"{shown} cannot be read: {markdown.code(unit)} is not a unit; {example}.")
    if len(words) <= 3:
        raise _UnreadableError(f"{shown} cannot be read as an amount: {example}.", sure=False)
