"""Movement: in which stage each deal was and is, and the bridge from the open money at the start to that at the end.

A new deal counts as new, and as what took it out of the pipeline since: won, lost, rejected or put off. Everything else
counts once, by the stage then and the stage now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from salesbot.core.report.bridge import Bridge, compute_bridge
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope


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


@dataclass(frozen=True)
class MovedDeal:
    """What happened to a deal since the start. A new one has no previous stage."""

    deal: CountedDeal
    previous_stage: str | None
    kind: MovementKind
    ended_before: tuple[str, ...] = ()
    """The end stages it was in since, before its present one."""


@dataclass(frozen=True)
class Movement:
    """Everything that moved, and how many open deals did not."""

    since: datetime
    deals: tuple[MovedDeal, ...]
    unmoved: int
    bridge: Bridge

    def count(self, kind: MovementKind) -> int:
        """Count the deals of a kind. A new deal that has left the pipeline as well is of both kinds."""
        return sum(moved.kind == kind for moved in self.deals)


def compute_movement(deals: Sequence[CountedDeal], scope: Scope) -> Movement:
    """Compare the start with the moment of the report, deal by deal."""
    moved: list[MovedDeal] = []
    unmoved = 0
    for deal in deals:
        previous = deal.stage_at(scope.since)
        kinds = _kinds(deal, previous, scope)
        moved += [MovedDeal(deal, previous, kind, _ended_before(deal, scope)) for kind in kinds]
        unmoved += not kinds and deal.stage in scope.open_stages
    order = list(MovementKind)
    moved.sort(key=lambda each: (order.index(each.kind), each.deal.number))
    return Movement(scope.since, tuple(moved), unmoved, compute_bridge(deals, scope))


def _ended_before(deal: CountedDeal, scope: Scope) -> tuple[str, ...]:
    past = deal.stage_intervals[:-1]
    return tuple(each.stage for each in past if each.entered > scope.since and each.stage in scope.outcomes)


def _kinds(deal: CountedDeal, previous: str | None, scope: Scope) -> list[MovementKind]:
    kinds = [MovementKind.NEW] if previous is None else []
    if deal.closed is not None:
        return kinds + ([MovementKind(scope.outcomes[deal.stage])] if deal.closed > scope.since else [])
    if deal.stage in scope.paused_stages and previous != deal.stage:
        return [*kinds, MovementKind.PUT_OFF]
    if previous is None or previous == deal.stage:
        return kinds
    if previous in scope.paused_stages:
        return [MovementKind.RETURNED]
    if previous in scope.outcomes:
        return [MovementKind.REOPENED]
    order = scope.open_stages.index
    return [MovementKind.FORWARD if order(deal.stage) > order(previous) else MovementKind.BACK]
