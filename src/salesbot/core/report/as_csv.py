"""The deals of a report as CSV: one line each, for a spreadsheet. `docs/report.md` describes the columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime

from salesbot.core.report.compute import Report
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.reader import group_headings
from salesbot.core.report.scope import Scope
from salesbot.core.text import csv_cells
from salesbot.core.text.money import Money

COLUMNS = (
    "number",
    "title",
    "client",
    "stage",
    "since",
    "created",
    "closed",
    "owner",
    "value",
    "currency",
    "amount_given",
    "currency_given",
    "estimated_low",
    "estimated_high",
    "probability",
    "weighted",
    "expected_close",
    "next_step",
    "next_step_who",
    "next_step_what",
    "source",
    "reason",
    "attention",
    "idle_days",
    "tasks_done",
    "tasks",
    "activities",
    "last_contact",
    "problems",
    "url",
)


Value = str | int | tuple[str, ...]
"""What a column holds; "" for nothing."""


def text(report: Report) -> str:
    """Write every deal, by number, with the headings in the first line. Times are UTC."""
    return "".join(lines(report.deals, report.scope))


def lines(deals: Iterable[CountedDeal], scope: Scope) -> Iterator[str]:
    """Write deals in the order given, the headings first."""
    headings = [*COLUMNS, *(heading.casefold() for heading in group_headings(scope))]
    rows = ((_cell(each) for each in (*values(deal, scope), *deal.choices)) for deal in deals)
    return csv_cells.lines(itertools.chain([headings], rows))


def values(deal: CountedDeal, scope: Scope) -> Iterator[Value]:
    """Give what the columns hold for a deal."""
    given = Money(deal.given[1], deal.given[0]) if deal.given is not None else None
    value = given if deal.value is None else Money(deal.value, scope.pipeline.currency)
    weighs = deal.stage in scope.open_stages
    step = deal.next_step
    yield from (scope.reference(deal.number), deal.title, deal.client, deal.stage)
    yield from (_moment(deal.since), _moment(deal.created), _moment(deal.closed), deal.owner or "")
    yield from (*_money(value), *_money(given))
    yield from _estimate(deal, scope)
    yield deal.probability
    yield _money(value.weighted(deal.probability))[0] if value is not None and weighs else ""
    yield deal.expected.isoformat() if deal.expected else ""
    yield from (step.day.isoformat(), step.who or "", step.what) if step else ("", "", "")
    yield from (deal.source, deal.reason, deal.needs(scope.at))
    idle_days = deal.idle_days(scope.today)
    yield from (
        idle_days if idle_days is not None else "",
        *(deal.task_counts or (0, 0)),
        len(deal.activities),
    )
    yield from (_moment(deal.last_contact), deal.problems)
    yield scope.issue_url(deal.number)


def _cell(value: Value) -> str:
    text = "; ".join(value) if isinstance(value, tuple) else str(value)
    return " ".join(text.split())


def _money(money: Money | None) -> tuple[str, str]:
    return (str(money.rounded), money.currency) if money is not None else ("", "")


def _estimate(deal: CountedDeal, scope: Scope) -> Iterator[str]:
    for end in (deal.estimate.low, deal.estimate.high) if deal.estimate is not None else ():
        yield _money(Money(end, scope.pipeline.currency))[0]
    if deal.estimate is None:
        yield from ("", "")


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment is not None else ""
