"""Movement: where each deal was then and is now, and the bridge between the money of then and now.

The bridge is over the headline's money: open deals without prospects. What a deal adds or takes is counted under one
name, so that the bridge adds up to the last digit whatever happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from salesbot.core.report.deals import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ZERO

KINDS = ("new", "forward", "back", "won", "lost", "rejected", "put off", "returned", "reopened")
STEPS = (
    "new",
    "returned",
    "reopened",
    "qualified from prospects",
    "worth more",
    "worth less",
    "back to prospects",
    "put off",
    "won",
    "lost",
    "rejected",
)


@dataclass(frozen=True)
class Moved:
    """What became of a deal since then. `before` is None for one that is new."""

    deal: CountedDeal
    before: str | None
    kind: str


@dataclass(frozen=True)
class Bridge:
    """The open money of then, what added to it or took from it, and the open money of now."""

    then: Decimal
    steps: tuple[tuple[str, Decimal], ...]
    now: Decimal


@dataclass(frozen=True)
class Movement:
    """Everything that moved, and how many open deals did not."""

    since: datetime
    moved: tuple[Moved, ...]
    unmoved: int
    bridge: Bridge

    def count(self, kind: str) -> int:
        """Count the deals of a kind. One that is new and ended since is in both kinds."""
        return sum(moved.kind == kind for moved in self.moved)


def movement(deals: Sequence[CountedDeal], scope: Scope) -> Movement:
    """Compare then and now, deal by deal."""
    moved: list[Moved] = []
    unmoved = 0
    for deal in deals:
        before = deal.stage_at(scope.since)
        kinds = _kinds(deal, before, scope)
        moved += [Moved(deal, before, kind) for kind in kinds]
        unmoved += not kinds and deal.stage in scope.open
    order = KINDS.index
    moved.sort(key=lambda each: (order(each.kind), each.deal.number))
    return Movement(scope.since, tuple(moved), unmoved, bridge(deals, scope))


def _kinds(deal: CountedDeal, before: str | None, scope: Scope) -> list[str]:
    kinds = ["new"] if before is None else []
    if deal.closed is not None:
        return kinds + ([scope.outcomes[deal.stage]] if deal.closed > scope.since else [])
    if before is None or before == deal.stage:
        return kinds
    if deal.stage in scope.paused:
        return ["put off"]
    if before in scope.paused:
        return ["returned"]
    if before in scope.outcomes:
        return ["reopened"]
    order = scope.open.index
    return ["forward" if order(deal.stage) > order(before) else "back"]


def bridge(deals: Sequence[CountedDeal], scope: Scope) -> Bridge:
    """Lead from the open money of then to that of now."""
    then = now = ZERO
    steps = dict.fromkeys(STEPS, ZERO)
    for deal in deals:
        before = deal.stage_at(scope.since)
        was = (deal.value_at(scope.since) or ZERO) if _counts(before, scope) else ZERO
        is_ = (deal.value or ZERO) if _counts(deal.stage, scope) else ZERO
        then, now = then + was, now + is_
        if is_ != was:
            steps[_step(deal, before, is_ > was, scope)] += is_ - was
    assert then + sum(steps.values()) == now, "the bridge adds up"
    return Bridge(then, tuple((name, amount) for name, amount in steps.items() if amount), now)


def _counts(stage: str | None, scope: Scope) -> bool:
    return stage in scope.open and stage not in scope.prospects


def _step(deal: CountedDeal, before: str | None, more: bool, scope: Scope) -> str:
    if _counts(before, scope) and _counts(deal.stage, scope):
        return "worth more" if more else "worth less"
    if deal.closed is not None:
        return scope.outcomes[deal.stage]
    if deal.stage in scope.paused:
        return "put off"
    if deal.stage in scope.prospects:
        return "back to prospects"
    if before is None:
        return "new"
    if before in scope.paused:
        return "returned"
    return "reopened" if before in scope.outcomes else "qualified from prospects"
