"""The fields of a deal as values the report can count with, and what cannot be read of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from salesbot.core.model import headings
from salesbot.core.model.deal import StageVisit
from salesbot.core.model.estimate import Range, kept_money
from salesbot.core.model.exchange import convert
from salesbot.core.model.journal import Journal
from salesbot.core.report.counted_deal import ForcedMove
from salesbot.core.report.scope import Scope
from salesbot.core.text.money import Money, MoneyError

Fields = Mapping[str, str]
_REASON_ENDS = re.compile(r"[:\n]")
_ACCENTS_AND_SPACES = re.compile(r"[\u0300-\u036f\s]")
"""Accents of Latin, Greek and Cyrillic letters; in other scripts the marks tell words apart."""


@dataclass(frozen=True)
class DealValue:
    """The value of a deal, converted if there is a rate; `problem` says why there is none."""

    value: Decimal | None = None
    given: tuple[str, Decimal] | None = None
    problem: str = ""


def deal_value(fields: Fields, day: date, scope: Scope) -> DealValue:
    """Read the value of a deal, converted at the rate of a day."""
    text = fields.get(headings.VALUE, "")
    if not text:
        return DealValue()
    try:
        money = Money.parse(text, scope.pipeline.currency)
    except MoneyError:
        return DealValue(problem="its value cannot be read")
    value = convert(money, day, scope.pipeline)
    if value is None:
        problem = f"its value is in {money.currency}, and there is no rate for it"
        return DealValue(None, (money.currency, money.amount), problem)
    return DealValue(value, (money.currency, money.amount))


def value_rounds(journal: Journal | None, day: date, scope: Scope) -> Iterator[tuple[datetime, Decimal]]:
    """List the values that commands set up to the report's moment."""
    for at, text in journal.rounds if journal is not None else ():
        value = deal_value({headings.VALUE: text}, day, scope).value
        if value is not None and at <= scope.at:
            yield at, value


def estimated(journal: Journal | None, scope: Scope) -> Range | None:
    """Give the last estimate of a deal, if all of it is money of the pipeline's currency."""
    last = journal.estimates[-1] if journal is not None and journal.estimates else None
    if last is None or last.unpriced:
        return None
    return kept_money(last.low, last.high, scope.pipeline.currency)


def as_configured(text: str, known: tuple[str, ...]) -> str:
    """Spell a word as the configuration does. A word that is not configured stays as written, in one line."""
    line = " ".join(text.split())
    key = word_key(line)
    return next((word for word in known if word_key(word) == key), line)


@lru_cache(maxsize=4096)
def word_key(text: str) -> str:
    """Give a key that is the same for words that differ in case, spaces, punctuation or accents only."""
    signs = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in signs if not _ACCENTS_AND_SPACES.match(sign) and not _is_mark(sign)) or text


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "PC"


def reason(text: str, scope: Scope, stage: str) -> str:
    """Give the reason for which a deal ended: the configured one it begins with, else the text as written."""
    lost = scope.outcomes.get(stage) == "lost"
    known = scope.pipeline.lost_reasons if lost else scope.pipeline.reject_reasons
    first = _REASON_ENDS.split(text, 1)[0]
    spelled = as_configured(first, known)
    return spelled if spelled in known else as_configured(text, known)


def forced_moves(journal: Journal | None, scope: Scope) -> Iterator[ForcedMove]:
    """List the moves that were forced."""
    visits: tuple[StageVisit, ...] = journal.history if journal is not None else ()
    for visit in visits:
        if visit.forced is not None and visit.entered <= scope.at:
            yield ForcedMove(visit.stage, visit.entered, visit.by, visit.forced)
