"""Where the money is: the headline with its goals, the open deals stage by stage, the forecast month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from salesbot.core.report.deals import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ZERO, Total, total


@dataclass(frozen=True)
class Won:
    """What was won since a calendar month, quarter or year began, and the goal for it, if there is one."""

    span: str
    total: Total
    goal: Decimal | None = None

    @property
    def reached(self) -> float | None:
        """The share of the goal that is won."""
        return float(self.total.value / self.goal) if self.goal else None


@dataclass(frozen=True)
class Headline:
    """All open deals, the ones that carry the headline's money, the prospects, the put off ones, what is won."""

    open: Total
    leads: Total
    """Open without prospects."""
    prospects: Total
    revisit: Total
    won: tuple[Won, ...]


def headline(deals: Sequence[CountedDeal], scope: Scope) -> Headline:
    """Say where the team stands."""
    open_ = [deal for deal in deals if deal.stage in scope.open]
    won = [deal for deal in deals if scope.outcomes.get(deal.stage) == "won"]
    goals = scope.pipeline.report.goal
    return Headline(
        open=total(open_),
        leads=total(deal for deal in open_ if deal.stage not in scope.prospects),
        prospects=total(deal for deal in open_ if deal.stage in scope.prospects),
        revisit=total(deal for deal in deals if deal.stage in scope.paused),
        won=tuple(
            Won(span, total(deal for deal in won if deal.closed and deal.closed >= begun), goals.get(span))
            for span, begun in scope.spans.items()
        ),
    )


@dataclass(frozen=True)
class OpenStage:
    """An open stage, with its deals: the most valuable first."""

    stage: str
    total: Total
    deals: tuple[CountedDeal, ...]


def open_deals(deals: Sequence[CountedDeal], scope: Scope) -> tuple[OpenStage, ...]:
    """List the open deals, the last stage first: what is nearest to a signature stands at the top."""
    by_stage: dict[str, list[CountedDeal]] = {name: [] for name in scope.open}
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
    ahead: Total
    """Of those expected, the ones whose day has not passed."""
    won: Total


@dataclass(frozen=True)
class Forecast:
    """By month of expected close. Deals past their day stay in their month, and are summed in a line of their own."""

    months: tuple[Month, ...]
    overdue: Total
    undated: Total


def forecast(deals: Sequence[CountedDeal], scope: Scope) -> Forecast:
    """Say what is expected when. Nobody's date is moved to the running month in silence."""
    open_ = [deal for deal in deals if deal.stage in scope.open]
    expected: dict[str, list[CountedDeal]] = {}
    for deal in open_:
        if deal.expected is not None:
            expected.setdefault(f"{deal.expected:%Y-%m}", []).append(deal)
    won = won_by_month(deals, scope)
    late = [deal for deal in open_ if _is_late(deal, scope)]
    return Forecast(
        months=tuple(
            Month(
                month,
                total(expected.get(month, ())),
                total(deal for deal in expected.get(month, ()) if not _is_late(deal, scope)),
                won.get(month, Total()),
            )
            for month in sorted({*expected, *won})
        ),
        overdue=total(late),
        undated=total(deal for deal in open_ if deal.expected is None),
    )


def _is_late(deal: CountedDeal, scope: Scope) -> bool:
    return deal.expected is not None and deal.expected < scope.today


def won_by_month(deals: Sequence[CountedDeal], scope: Scope) -> Mapping[str, Total]:
    """Sum up what was won, by month of closing."""
    found: dict[str, list[CountedDeal]] = {}
    for deal in deals:
        if scope.outcomes.get(deal.stage) == "won" and deal.closed is not None:
            found.setdefault(scope.month(deal.closed), []).append(deal)
    return {month: total(deals_) for month, deals_ in found.items()}
