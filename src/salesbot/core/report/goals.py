"""Goals: what was won in the running month, quarter and year, what is still needed, and whether the pipeline covers it.

Coverage is what a CRM calls so: the open pipeline of the period divided by what is still needed for the goal. The open
pipeline of a period is every open deal without the prospects, except those that are expected to close after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ZERO, Total, total


@dataclass(frozen=True)
class Won:
    """What was won since a calendar month, quarter or year began, the goal for it, and the open pipeline of it."""

    span: str
    total: Total
    goal: Decimal | None = None
    pipeline: Total = field(default_factory=Total)

    @property
    def reached(self) -> float | None:
        """The share of the goal that is won."""
        return float(self.total.value / self.goal) if self.goal else None

    @property
    def needed(self) -> Decimal | None:
        """What is still to be won for the goal, 0 if it is reached; None without a goal."""
        return max(ZERO, self.goal - self.total.value) if self.goal is not None else None

    @property
    def coverage(self) -> Decimal | None:
        """The value of the open pipeline by what is still needed; None if nothing is."""
        return self.pipeline.value / self.needed if self.needed else None

    @property
    def weighted_coverage(self) -> Decimal | None:
        """The weighted value of the open pipeline by what is still needed: from 1 on it covers the goal."""
        return self.pipeline.weighted / self.needed if self.needed else None


@dataclass(frozen=True)
class PersonalGoals:
    """What a person won in each span that they have a goal for."""

    login: str
    won: tuple[Won, ...]
    absent: bool = False
    """Nobody of this name is in the repository: they left, or changed their login."""


def won(deals: Sequence[CountedDeal], scope: Scope) -> tuple[Won, ...]:
    """Sum up what the team won in each span."""
    year = scope.calendar_spans["year"]
    recent = [deal for deal in deals if deal.closed is None or deal.closed >= year]
    return tuple(_won(recent, span, scope.pipeline.report.goal, scope) for span in scope.calendar_spans)


def of_people(deals: Sequence[CountedDeal], scope: Scope) -> tuple[PersonalGoals, ...]:
    """Sum up what each person with a goal won, by the deals that they own, in the order of the configuration."""
    owned: dict[str, list[CountedDeal]] = {}
    for deal in deals:
        owned.setdefault((deal.owner or "").casefold(), []).append(deal)
    return tuple(
        PersonalGoals(
            login,
            tuple(_won(owned.get(login, ()), span, goal, scope) for span in scope.calendar_spans if span in goal),
            login in scope.absent,
        )
        for login, goal in scope.pipeline.report.people_goals.items()
    )


def _won(deals: Sequence[CountedDeal], span: str, goals: Mapping[str, Decimal], scope: Scope) -> Won:
    begun, last = scope.calendar_spans[span], scope.last_days[span]
    in_span = (deal for deal in deals if scope.outcomes.get(deal.stage) == "won" and deal.closed is not None
               and deal.closed >= begun)  # fmt: skip
    pipeline = (
        deal for deal in deals if scope.in_headline(deal.stage) and (deal.expected is None or deal.expected <= last)
    )
    return Won(span, total(in_span), goals.get(span), total(pipeline))
