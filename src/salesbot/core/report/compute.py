"""All sections of the report, and those the sweep keeps up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from salesbot.core.report import action_items, flow, open_money
from salesbot.core.report.action_items import AttentionItem, UpcomingItem
from salesbot.core.report.activity_counts import ActivityCounts, count_activities
from salesbot.core.report.clients import Client
from salesbot.core.report.clients import clients as compute_clients
from salesbot.core.report.closing import Closing, compute_closing
from salesbot.core.report.counted_deal import CountedDeal, UncountableDeal
from salesbot.core.report.estimates import Estimates, compute_estimates
from salesbot.core.report.flow import FunnelStep, StageFlow
from salesbot.core.report.movement import Movement, compute_movement
from salesbot.core.report.open_money import Forecast, Headline, OpenStage
from salesbot.core.report.scope import Scope


@dataclass(frozen=True)
class Board:
    """Sections 1 to 4, which the sweep keeps up to date."""

    headline: Headline
    attention: tuple[AttentionItem, ...]
    stages: tuple[OpenStage, ...]
    upcoming: Mapping[str, tuple[UpcomingItem, ...]]


@dataclass(frozen=True)
class Report:
    """Every number of the report, section by section."""

    scope: Scope
    board: Board
    movement: Movement
    forecast: Forecast
    stages: tuple[StageFlow, ...]
    funnel: tuple[FunnelStep, ...]
    closing: Closing
    estimates: Estimates
    activities: ActivityCounts
    paused: tuple[CountedDeal, ...]
    forced: tuple[CountedDeal, ...]
    doubtful: tuple[CountedDeal, ...]
    uncountable: tuple[UncountableDeal, ...]
    deals: tuple[CountedDeal, ...]
    clients: tuple[Client, ...] = ()


def compute_board(deals: Iterable[CountedDeal], scope: Scope) -> Board:
    """Compute sections 1 to 4 from the open deals, those that are put off, and those won this year."""
    listed = list(deals)
    return Board(
        open_money.headline(listed, scope),
        action_items.attention(listed, scope),
        open_money.open_deals(listed, scope),
        action_items.upcoming(listed, scope),
    )


def compute_report(issues: Iterable[CountedDeal | UncountableDeal], scope: Scope) -> Report:
    """Compute the whole report."""
    listed = sorted(issues, key=lambda each: each.number)
    deals = tuple(each for each in listed if isinstance(each, CountedDeal))
    return Report(
        scope=scope,
        board=compute_board(deals, scope),
        movement=compute_movement(deals, scope),
        forecast=open_money.forecast(deals, scope),
        stages=flow.stages(deals, scope),
        funnel=flow.funnel(deals, scope),
        closing=compute_closing(deals, scope),
        estimates=compute_estimates(deals, scope),
        activities=count_activities(deals, scope),
        paused=action_items.paused_deals(deals, scope),
        forced=tuple(deal for deal in deals if any(each.at > scope.since for each in deal.forced_moves)),
        doubtful=tuple(deal for deal in deals if deal.problems),
        uncountable=tuple(each for each in listed if isinstance(each, UncountableDeal)),
        deals=deals,
        clients=compute_clients(deals, scope),
    )
