"""What people see of an estimate: its line on the card, and the table of `/estimate`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from salesbot.core.lifecycle import guards
from salesbot.core.model.deal import Deal
from salesbot.core.model.estimate import Estimate, Line, Range, Sum, estimate, kept_money
from salesbot.core.model.exchange import convert
from salesbot.core.model.journal import EstimatedRound, Journal
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import markdown
from salesbot.core.text.estimate_lines import DAYS
from salesbot.core.text.money import DECIMALS, Money
from salesbot.core.text.render import Markdown

SHOWN = 80
"""Characters of a line that are repeated."""
MOST_OWED = 6
"""Lines without an amount that the card names."""
MOST_ROWS = 100
"""Lines of the table."""


def for_card(found: Estimate, deal: Deal, journal: Journal, pipeline: Pipeline, day: date) -> dict[str, Any] | None:
    """Gather what the card shows of an estimate; None where nobody has begun one."""
    if not found.is_begun:
        return None
    owed = [_owed(line) for line in found.owed if not line.is_doubtful]
    return {
        "url": Markdown(found.url) if found.url else None,
        "amount": in_words(found.total, pipeline) if found.counted else None,
        **compared(found, deal, pipeline, day),
        "owed": owed[:MOST_OWED],
        "more": max(0, len(owed) - MOST_OWED),
        "people": list(_people(found, pipeline)),
        "rounds": [_round(each) for each in journal.estimates[:-1]],
    }


def doubtful(found: Estimate) -> Iterator[dict[str, str]]:
    """Name the lines whose amount cannot be read, and why."""
    for line in found.doubtful:
        shown = markdown.code(_short(line.item.text))
        yield {"field": "Estimate", "why": Markdown(f"{shown}: {line.said.problem}")}


def for_table(deal: Deal, pipeline: Pipeline, day: date) -> dict[str, Any]:
    """Gather the table to copy into an offer."""
    found = estimate(deal.checklists, pipeline, day)
    return {
        "rows": [_row(line, pipeline) for line in found.counted[:MOST_ROWS]],
        "more": max(0, len(found.counted) - MOST_ROWS),
        "days": days(found.total.days),
        "total": in_words(found.total, pipeline),
        "people": list(_people(found, pipeline)),
        "owed": [_named(line) for line in found.owed],
        **compared(found, deal, pipeline, day),
    }


def as_round(found: Estimate, number: int, pipeline: Pipeline) -> EstimatedRound:
    """Write the sum of a round as the journal keeps it."""
    total = found.total
    low, high = (
        Money(amount, pipeline.currency).machine() if amount is not None else ""
        for amount in ((total.money.low, total.money.high) if total.money else (None, None))
    )
    return EstimatedRound(number, low, high, " + ".join(_unpriced(total)))


def in_words(total: Sum, pipeline: Pipeline) -> str:
    """Write a sum, e.g. `38,400 to 41,000 EUR + 3 d`: what no rate converts is beside it."""
    money = [amount_in_words(total.money, pipeline.currency)] if total.money else []
    return " + ".join([*money, *_unpriced(total)])


def amount_in_words(amount: Range, currency: str) -> str:
    """Write money from low to high, once where both are equal."""
    low, high = Money(amount.low, currency), Money(amount.high, currency)
    if low.rounded == high.rounded:
        return str(high)
    return f"{str(low).removesuffix(f' {currency}')} to {high}"


def days(work: Range | None) -> str:
    """Write days of work, e.g. `4 to 6 d`; nothing for none."""
    if work is None:
        return ""
    low, high = _number(work.low), _number(work.high)
    return f"{high} d" if low == high else f"{low} to {high} d"


def _number(amount: Decimal) -> str:
    return f"{amount:,.2f}".rstrip("0").rstrip(".")


def _unpriced(total: Sum) -> Iterator[str]:
    for unit, amount in total.unpriced.items():
        yield days(amount) if unit == DAYS else amount_in_words(amount, unit)


def compared(found: Estimate, deal: Deal, pipeline: Pipeline, day: date) -> dict[str, str]:
    """Set the value beside the estimate: by how much it is below the low end, or above the high one."""
    value, total = deal.value.money, found.total
    stage = pipeline.stage(deal.stage)
    word = "won" if stage is not None and stage.outcome == "won" else "offered"
    if value is None:
        return {"word": word, "value": "", "change": ""}
    worth = convert(value, day, pipeline)
    off = total.money.off(worth) if worth is not None and total.money is not None and total.is_whole else None
    return {"word": word, "value": str(value), "change": percent(off) if off is not None else ""}


def percent(change: Decimal | float) -> str:
    """Write a change in percent, with its sign; nothing for less than half a percent."""
    rounded = f"{change * 100:+.0f}"
    return "" if rounded in ("+0", "-0") else f"{rounded} %".replace("-", "\N{MINUS SIGN}")


def _owed(line: Line) -> dict[str, str]:
    return {"what": _short(guards.title(line.item, line.said.what)), "who": ", ".join(line.said.people)}


def _named(line: Line) -> str:
    owed = _owed(line)
    return f"{owed['what']} ({owed['who']})" if owed["who"] else owed["what"]


def _short(text: str) -> str:
    plain = markdown.one_line(text)
    return plain if len(plain) <= SHOWN else f"{plain[: SHOWN - 1].rstrip()}…"


def _people(found: Estimate, pipeline: Pipeline) -> Iterator[dict[str, str]]:
    if set(found.by_person) != {""}:
        for name, total in found.by_person.items():
            yield {"name": name or "nobody", "days": days(total.days), "amount": in_words(total, pipeline)}


def _row(line: Line, pipeline: Pipeline) -> dict[str, str]:
    return {
        "what": _short(line.said.what),
        "days": days(line.total.days),
        "amount": in_words(line.total, pipeline) if line.total.money or DAYS not in line.total.unpriced else "",
    }


def _round(kept: EstimatedRound) -> dict[str, Any]:
    return {"number": kept.number, "amount": " + ".join(_kept(kept))}


def _kept(kept: EstimatedRound) -> Iterable[str]:
    currency = kept.high.rpartition(" ")[2]
    money = kept_money(kept.low, kept.high, currency) if currency in DECIMALS else None
    if money is not None:
        yield amount_in_words(money, currency)
    if kept.unpriced:
        yield kept.unpriced
