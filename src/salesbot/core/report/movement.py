"""Movement: in which stage each deal was and is, and the bridge from the open money at the start to that at the end.

The bridge covers the headline's money: open deals without prospects. Each deal counts in one step only, so that the
bridge adds up exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ZERO


class MovementKind(StrEnum):
    """What happened to a deal, in the order of the report."""

    NEW = "new"
    FORWARD = "forward"
    BACK = "back"
    WON = "won"
    LOST = "lost"
    REJECTED = "rejected"
    PUT_OFF = "put off"
    RETURNED = "returned"
    REOPENED = "reopened"


class BridgeStep(StrEnum):
    """Why the open money changed, in the order of the report."""

    NEW = "new"
    RETURNED = "returned"
    REOPENED = "reopened"
    QUALIFIED = "qualified from prospects"
    VALUE_ROSE = "worth more"
    VALUE_FELL = "worth less"
    TO_PROSPECTS = "back to prospects"
    PUT_OFF = "put off"
    WON = "won"
    LOST = "lost"
    REJECTED = "rejected"


@dataclass(frozen=True)
class MovedDeal:
    """What happened to a deal since the start. A new one has no previous stage."""

    deal: CountedDeal
    previous_stage: str | None
    kind: MovementKind


@dataclass(frozen=True)
class Bridge:
    """The open money at the start, what changed it, and the open money at the end."""

    start: Decimal
    steps: tuple[tuple[BridgeStep, Decimal], ...]
    end: Decimal


@dataclass(frozen=True)
class Movement:
    """Everything that moved, and how many open deals did not."""

    since: datetime
    deals: tuple[MovedDeal, ...]
    unmoved: int
    bridge: Bridge

    def count(self, kind: MovementKind) -> int:
        """Count the deals of a kind. A new deal that has ended as well is of both kinds."""
        return sum(moved.kind == kind for moved in self.deals)


def compute_movement(deals: Sequence[CountedDeal], scope: Scope) -> Movement:
    """Compare the start with the moment of the report, deal by deal."""
    moved: list[MovedDeal] = []
    unmoved = 0
    for deal in deals:
        previous = deal.stage_at(scope.since)
        kinds = _kinds(deal, previous, scope)
        moved += [MovedDeal(deal, previous, kind) for kind in kinds]
        unmoved += not kinds and deal.stage in scope.open_stages
    order = list(MovementKind)
    moved.sort(key=lambda each: (order.index(each.kind), each.deal.number))
    return Movement(scope.since, tuple(moved), unmoved, compute_bridge(deals, scope))


def _kinds(deal: CountedDeal, previous: str | None, scope: Scope) -> list[MovementKind]:
    kinds = [MovementKind.NEW] if previous is None else []
    if deal.closed is not None:
        return kinds + ([MovementKind(scope.outcomes[deal.stage])] if deal.closed > scope.since else [])
    if previous is None or previous == deal.stage:
        return kinds
    if deal.stage in scope.paused_stages:
        return [MovementKind.PUT_OFF]
    if previous in scope.paused_stages:
        return [MovementKind.RETURNED]
    if previous in scope.outcomes:
        return [MovementKind.REOPENED]
    order = scope.open_stages.index
    return [MovementKind.FORWARD if order(deal.stage) > order(previous) else MovementKind.BACK]


def compute_bridge(deals: Sequence[CountedDeal], scope: Scope) -> Bridge:
    """Explain the change of the open money step by step."""
    start = end = ZERO
    steps = dict.fromkeys(BridgeStep, ZERO)
    for deal in deals:
        previous = deal.stage_at(scope.since)
        was = (deal.value_at(scope.since) or ZERO) if _counts(previous, scope) else ZERO
        is_ = (deal.value or ZERO) if _counts(deal.stage, scope) else ZERO
        start, end = start + was, end + is_
        if is_ != was:
            steps[_step(deal, previous, is_ > was, scope)] += is_ - was
    assert start + sum(steps.values()) == end, "the bridge adds up"
    return Bridge(start, tuple((name, amount) for name, amount in steps.items() if amount), end)


def _counts(stage: str | None, scope: Scope) -> bool:
    return stage in scope.open_stages and stage not in scope.prospect_stages


def _step(deal: CountedDeal, previous: str | None, more: bool, scope: Scope) -> BridgeStep:
    if _counts(previous, scope) and _counts(deal.stage, scope):
        return BridgeStep.VALUE_ROSE if more else BridgeStep.VALUE_FELL
    if deal.closed is not None:
        return BridgeStep(scope.outcomes[deal.stage])
    if deal.stage in scope.paused_stages:
        return BridgeStep.PUT_OFF
    if deal.stage in scope.prospect_stages:
        return BridgeStep.TO_PROSPECTS
    if previous is None:
        return BridgeStep.NEW
    if previous in scope.paused_stages:
        return BridgeStep.RETURNED
    return BridgeStep.REOPENED if previous in scope.outcomes else BridgeStep.QUALIFIED
