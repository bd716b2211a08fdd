"""Open and won money: the headline, the open deals by stage, the forecast by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from salesbot.core.report import goals
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.goals import PersonalGoals, Won
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ZERO, Total, total


@dataclass(frozen=True)
class Headline:
    """All open deals, those without the prospects, the prospects, the deals that are put off, and what was won."""

    open: Total
    without_prospects: Total
    prospects: Total
    paused: Total
    won: tuple[Won, ...]
    people: tuple[PersonalGoals, ...] = ()


def headline(deals: Sequence[CountedDeal], scope: Scope) -> Headline:
    """Sum up open and won money."""
    open_ = [deal for deal in deals if deal.stage in scope.open_stages]
    return Headline(
        open=total(open_),
        without_prospects=total(deal for deal in open_ if scope.in_headline(deal.stage)),
        prospects=total(deal for deal in open_ if deal.stage in scope.prospect_stages),
        paused=total(deal for deal in deals if deal.stage in scope.paused_stages),
        won=goals.won(deals, scope),
        people=goals.of_people(deals, scope),
    )


@dataclass(frozen=True)
class OpenStage:
    """An open stage, with its deals: the most valuable first."""

    stage: str
    total: Total
    deals: tuple[CountedDeal, ...]


def open_deals(deals: Sequence[CountedDeal], scope: Scope) -> tuple[OpenStage, ...]:
    """List the open deals by stage, the last stage first: those are the closest to a signature."""
    by_stage: dict[str, list[CountedDeal]] = {name: [] for name in scope.open_stages}
    for deal in deals:
        if deal.stage in by_stage:
            by_stage[deal.stage].append(deal)
    return tuple(
        OpenStage(name, total(found), tuple(sorted(found, key=_by_value))) for name, found in reversed(by_stage.items())
    )


def _by_value(deal: CountedDeal) -> tuple[Decimal, int]:
    return (-(deal.value or ZERO), deal.number)


@dataclass(frozen=True)
class Month:
    """A calendar month: open deals expected to close in it, and what was won in it."""

    month: str
    expected: Total
    not_overdue: Total
    """The expected deals whose date has not passed."""
    won: Total


@dataclass(frozen=True)
class Forecast:
    """Open deals by month of expected close. Overdue ones stay in their month, and have a sum of their own."""

    months: tuple[Month, ...]
    overdue: Total
    undated: Total


def forecast(deals: Sequence[CountedDeal], scope: Scope) -> Forecast:
    """Sum up open deals by the month in which they should close. An overdue date is not moved to the current month."""
    open_ = [deal for deal in deals if deal.stage in scope.open_stages]
    expected: dict[str, list[CountedDeal]] = {}
    for deal in open_:
        if deal.expected is not None:
            expected.setdefault(f"{deal.expected:%Y-%m}", []).append(deal)
    won = won_by_month(deals, scope)
    overdue = [deal for deal in open_ if _is_overdue(deal, scope)]
    return Forecast(
        months=tuple(
            Month(
                month,
                total(expected.get(month, ())),
                total(deal for deal in expected.get(month, ()) if not _is_overdue(deal, scope)),
                won.get(month, Total()),
            )
            for month in sorted({*expected, *won})
        ),
        overdue=total(overdue),
        undated=total(deal for deal in open_ if deal.expected is None),
    )


def _is_overdue(deal: CountedDeal, scope: Scope) -> bool:
    return deal.expected is not None and deal.expected < scope.today


def won_by_month(deals: Sequence[CountedDeal], scope: Scope) -> Mapping[str, Total]:
    """Sum up what was won, by month of closing."""
    found: dict[str, list[CountedDeal]] = {}
    for deal in deals:
        if scope.outcomes.get(deal.stage) == "won" and deal.closed is not None:
            found.setdefault(scope.month(deal.closed), []).append(deal)
    return {month: total(deals_) for month, deals_ in found.items()}
