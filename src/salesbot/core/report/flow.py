"""How deals flow: how long they stay in each stage, how far they come, what got stuck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from salesbot.core.report.deals import Counted
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import Share, Spread, Total, spread, total

DAY = 86_400.0
STUCK_TIMES = 2
"""A deal is stuck when it is in its stage more than so many times as long as deals usually are."""
STUCK_FROM = 3
"""Deals that must have gone through a stage before "usually" means anything."""


@dataclass(frozen=True)
class StageFlow:
    """A stage: the deals in it now, and how long deals are in it. All stays of a deal in the stage are one length."""

    stage: str
    now: Total
    stays: Spread
    """Over all deals that ever were in it, a running stay up to now. Days."""
    finished: Spread
    """Over deals that left it, running stays left out. Days."""
    stuck: tuple[tuple[Counted, float], ...] = ()
    """Deals that are in it for far longer than usual, with their days, the longest first."""


def stages(deals: Sequence[Counted], scope: Scope) -> tuple[StageFlow, ...]:
    """Describe every stage that deals pass through: the open ones, and where they are put off."""
    names = [stage.name for stage in scope.pipeline.stages if stage.outcome is None]
    lengths: dict[str, list[tuple[Counted, float, float]]] = {name: [] for name in names}
    here: dict[str, list[Counted]] = {name: [] for name in names}
    for deal in deals:
        if deal.stage in here:
            here[deal.stage].append(deal)
        for stage, (all_, finished) in _days(deal, scope.at).items():
            if stage in lengths:
                lengths[stage].append((deal, all_, finished))
    return tuple(_stage(name, here[name], lengths[name], scope) for name in names)


def _days(deal: Counted, at: datetime) -> dict[str, tuple[float, float]]:
    """Sum up the stays of a deal by stage, in days: with the running one, and without (negative: none is finished)."""
    found: dict[str, tuple[float, float]] = {}
    for stay, after in pairwise(deal.stays):
        days = (after.entered - stay.entered).total_seconds() / DAY
        before = found.get(stay.stage, (0.0, 0.0))
        found[stay.stage] = (before[0] + days, before[1] + days)
    stage, entered = deal.stays[-1]
    running = (at - entered).total_seconds() / DAY
    before = found.get(stage, (0.0, -1.0))
    found[stage] = (before[0] + running, before[1])
    return found


def _stage(
    name: str, here: Sequence[Counted], lengths: Sequence[tuple[Counted, float, float]], scope: Scope
) -> StageFlow:
    stays = spread(all_ for _, all_, _ in lengths)
    finished = spread(days for _, _, days in lengths if days >= 0)
    return StageFlow(name, total(here), stays, finished, _stuck(name, lengths, finished, scope))


def _stuck(
    name: str, lengths: Sequence[tuple[Counted, float, float]], finished: Spread, scope: Scope
) -> tuple[tuple[Counted, float], ...]:
    """Only in stages with a limit for idleness: where none is set, lingering is no news."""
    stage = scope.pipeline.stage(name)
    if stage is None or stage.idle_days is None or name not in scope.open:
        return ()
    usual = finished.median if finished.count >= STUCK_FROM and finished.median is not None else stage.idle_days
    limit = max(STUCK_TIMES * usual, stage.idle_days)
    found = [(deal, days) for deal, days, _ in lengths if deal.stage == name and days > limit]
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0].number)))


@dataclass(frozen=True)
class FunnelStep:
    """A stage of the funnel: how many came at least so far."""

    stage: str
    reached: int
    next: Share | None
    """How many of those came to the next stage; None for the last."""
    cumulative: Share
    """How many of all came here."""


def funnel(deals: Sequence[Counted], scope: Scope) -> tuple[FunnelStep, ...]:
    """Count deals opened in the window for every stage up to their furthest, whatever became of them."""
    order = {name: place for place, name in enumerate(scope.funnel)}
    reached = [0] * len(order)
    for deal in deals:
        if deal.created >= scope.window:
            furthest = max((order[stay.stage] for stay in deal.stays if stay.stage in order), default=-1)
            for place in range(furthest + 1):
                reached[place] += 1
    return tuple(
        FunnelStep(
            name,
            reached[place],
            Share(reached[place + 1], reached[place]) if place + 1 < len(reached) else None,
            Share(reached[place], reached[0]),
        )
        for name, place in order.items()
    )
