"""How deals flow: how long they are in each stage, how far they get, which are stuck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import Share, Spread, Total, spread, total

DAY = 86_400.0
STUCK_FACTOR = 2
"""A deal is stuck when its present stay in a stage is longer than this many times the usual duration."""
STUCK_FROM = 3
"""Deals that must have left a stage before a usual duration is taken from them."""


@dataclass(frozen=True)
class StageFlow:
    """A stage: the deals in it now, and how long deals are in it. All intervals of a deal in it are added up."""

    stage: str
    now: Total
    durations: Spread
    """In days, over all deals that ever were in it; for those still in it, up to now."""
    finished: Spread
    """In days, over deals that have left it."""
    stuck: tuple[tuple[CountedDeal, float], ...] = ()
    """Deals whose present stay is much longer than usual, with its days, the longest first."""


@dataclass
class _Durations:
    """What is collected of a stage; durations are days."""

    current: list[tuple[CountedDeal, float]] = field(default_factory=list)
    all: list[float] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)


def stages(deals: Sequence[CountedDeal], scope: Scope) -> tuple[StageFlow, ...]:
    """Describe every stage except the end stages."""
    found = {stage.name: _Durations() for stage in scope.pipeline.stages if stage.outcome is None}
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
            found[deal.stage].current.append((deal, running))
    return tuple(_stage(name, durations, scope) for name, durations in found.items())


def _days(deal: CountedDeal, at: datetime) -> tuple[dict[str, float], float]:
    """Add up the finished intervals of a deal by stage, and give the length of the running one; in days."""
    found: dict[str, float] = {}
    stage, entered = deal.stage_intervals[0]
    for after, left in deal.stage_intervals[1:]:
        found[stage] = found.get(stage, 0.0) + (left - entered).total_seconds() / DAY
        stage, entered = after, left
    return found, (at - entered).total_seconds() / DAY


def _stage(name: str, durations: _Durations, scope: Scope) -> StageFlow:
    finished = spread(durations.finished)
    now = total(deal for deal, _ in durations.current)
    return StageFlow(name, now, spread(durations.all), finished, _stuck(name, durations, finished, scope))


def _stuck(name: str, durations: _Durations, finished: Spread, scope: Scope) -> tuple[tuple[CountedDeal, float], ...]:
    """Only stages with a limit for idleness can have stuck deals."""
    stage = scope.pipeline.stage(name)
    if stage is None or stage.idle_days is None or name not in scope.open_stages:
        return ()
    usual = finished.median if finished.count >= STUCK_FROM and finished.median is not None else stage.idle_days
    limit = max(STUCK_FACTOR * usual, stage.idle_days)
    found = [pair for pair in durations.current if pair[1] > limit]
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0].number)))


@dataclass(frozen=True)
class FunnelStep:
    """A stage of the funnel: how many deals reached it or a later one."""

    stage: str
    reached: int
    next: Share | None
    """How many of those reached the next stage; None for the last."""
    cumulative: Share
    """How many of all deals reached this stage."""


def funnel(deals: Sequence[CountedDeal], scope: Scope) -> tuple[FunnelStep, ...]:
    """Count deals opened in the window for every stage up to the furthest they reached, however they ended."""
    order = {name: place for place, name in enumerate(scope.funnel_stages)}
    reached = [0] * len(order)
    for deal in deals:
        if deal.created >= scope.window_start:
            furthest = max((order[each.stage] for each in deal.stage_intervals if each.stage in order), default=-1)
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
