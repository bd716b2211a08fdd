"""What the fields of a deal say, as values the report can count with, and what cannot be read of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from salesbot.core.model import headings
from salesbot.core.model.deal import StageVisit
from salesbot.core.model.journal import Journal
from salesbot.core.report.deals import Forced
from salesbot.core.report.rates import convert
from salesbot.core.report.scope import Scope
from salesbot.core.text.money import Money, MoneyError

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Worth:
    """The value of a deal, converted where a rate allows; `trouble` says why there is none."""

    value: Decimal | None = None
    foreign: tuple[str, Decimal] | None = None
    trouble: str = ""


def worth(fields: Fields, day: date, scope: Scope) -> Worth:
    """Read the value of a deal, at the rate of a day."""
    text = fields.get(headings.VALUE, "")
    if not text:
        return Worth()
    try:
        money = Money.parse(text, scope.pipeline.currency)
    except MoneyError:
        return Worth(trouble="its value cannot be read")
    value = convert(money, day, scope.pipeline)
    if value is None:
        trouble = f"its value is in {money.currency}, and there is no rate for it"
        return Worth(None, (money.currency, money.amount), trouble)
    return Worth(value)


def rounds(journal: Journal | None, day: date, scope: Scope) -> Iterator[tuple[datetime, Decimal]]:
    """List the values that commands named up to the report's moment."""
    for at, text in journal.rounds if journal is not None else ():
        value = worth({headings.VALUE: text}, day, scope).value
        if value is not None and at <= scope.at:
            yield at, value


def one_of(text: str, known: tuple[str, ...]) -> str:
    """Spell a word as the configuration does; what it does not know stays as somebody wrote it, in one line."""
    line = " ".join(text.split())
    return next((word for word in known if word.casefold() == line.casefold()), line)


def reason(text: str, scope: Scope, stage: str) -> str:
    """Name the reason of an ending: the configured one it begins with, else what is written."""
    lost = scope.outcomes.get(stage) == "lost"
    known = scope.pipeline.lost_reasons if lost else scope.pipeline.reject_reasons
    first = text.partition(":")[0]
    spelled = one_of(first, known)
    return spelled if spelled in known else one_of(text, known)


def forced(journal: Journal | None, scope: Scope) -> Iterator[Forced]:
    """List the moves that passed guards and order."""
    visits: tuple[StageVisit, ...] = journal.history if journal is not None else ()
    for visit in visits:
        if visit.forced is not None and visit.entered <= scope.at:
            yield Forced(visit.stage, visit.entered, visit.by, visit.forced)
