"""How deals flow: how long they stay in each stage, how far they come, what got stuck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from salesbot.core.report.deals import CountedDeal
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
    stage_intervals: Spread
    """Over all deals that ever were in it, a running stay up to now. Days."""
    finished: Spread
    """Over deals that left it, running stays left out. Days."""
    stuck: tuple[tuple[CountedDeal, float], ...] = ()
    """Deals that are in it for far longer than usual, with their days, the longest first."""


@dataclass
class _Lengths:
    """What is known of a stage while deals are gone through; lengths are days."""

    here: list[tuple[CountedDeal, float]] = field(default_factory=list)
    all: list[float] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)


def stages(deals: Sequence[CountedDeal], scope: Scope) -> tuple[StageFlow, ...]:
    """Describe every stage that deals pass through: the open ones, and where they are put off."""
    found = {stage.name: _Lengths() for stage in scope.pipeline.stages if stage.outcome is None}
    for deal in deals:
        days, running = _days(deal, scope.at)
        for stage, finished in days.items():
            if stage in found:
                whole = finished + running if stage == deal.stage else finished
                found[stage].all.append(whole)
                found[stage].finished.append(finished)
        if deal.stage in found:
            if deal.stage not in days:
                found[deal.stage].all.append(running)
            found[deal.stage].here.append((deal, days.get(deal.stage, 0.0) + running))
    return tuple(_stage(name, lengths, scope) for name, lengths in found.items())


def _days(deal: CountedDeal, at: datetime) -> tuple[dict[str, float], float]:
    """Sum up the finished stays of a deal by stage, and say how long the running one lasts; in days."""
    found: dict[str, float] = {}
    stage, entered = deal.stage_intervals[0]
    for after, left in deal.stage_intervals[1:]:
        found[stage] = found.get(stage, 0.0) + (left - entered).total_seconds() / DAY
        stage, entered = after, left
    return found, (at - entered).total_seconds() / DAY


def _stage(name: str, lengths: _Lengths, scope: Scope) -> StageFlow:
    finished = spread(lengths.finished)
    now = total(deal for deal, _ in lengths.here)
    return StageFlow(name, now, spread(lengths.all), finished, _stuck(name, lengths, finished, scope))


def _stuck(name: str, lengths: _Lengths, finished: Spread, scope: Scope) -> tuple[tuple[CountedDeal, float], ...]:
    """Only in stages with a limit for idleness: where none is set, lingering is no news."""
    stage = scope.pipeline.stage(name)
    if stage is None or stage.idle_days is None or name not in scope.open:
        return ()
    usual = finished.median if finished.count >= STUCK_FROM and finished.median is not None else stage.idle_days
    limit = max(STUCK_TIMES * usual, stage.idle_days)
    found = [pair for pair in lengths.here if pair[1] > limit]
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


def funnel(deals: Sequence[CountedDeal], scope: Scope) -> tuple[FunnelStep, ...]:
    """Count deals opened in the window for every stage up to their furthest, whatever became of them."""
    order = {name: place for place, name in enumerate(scope.funnel)}
    reached = [0] * len(order)
    for deal in deals:
        if deal.created >= scope.window:
            furthest = max((order[stay.stage] for stay in deal.stage_intervals if stay.stage in order), default=-1)
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
