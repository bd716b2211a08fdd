"""All sections of the report, and those the sweep keeps up to date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from salesbot.core.report import closing as closings
from salesbot.core.report import flow, open_money, people
from salesbot.core.report import movement as movements
from salesbot.core.report.closing import Closing
from salesbot.core.report.deals import CountedDeal, UncountableDeal
from salesbot.core.report.flow import FunnelStep, StageFlow
from salesbot.core.report.movement import Movement
from salesbot.core.report.open_money import Forecast, Headline, OpenStage
from salesbot.core.report.people import Appointment, Need
from salesbot.core.report.scope import Scope


@dataclass(frozen=True)
class Board:
    """Sections 1 to 4, which the sweep keeps up to date: the team's board."""

    headline: Headline
    attention: tuple[Need, ...]
    open: tuple[OpenStage, ...]
    coming: Mapping[str, tuple[Appointment, ...]]


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
    back: tuple[CountedDeal, ...]
    forced: tuple[CountedDeal, ...]
    doubtful: tuple[CountedDeal, ...]
    uncountable: tuple[UncountableDeal, ...]
    deals: tuple[CountedDeal, ...]


def board(deals: Iterable[CountedDeal], scope: Scope) -> Board:
    """Compute sections 1 to 4. It needs the open deals, those put off, and what was won this year."""
    listed = list(deals)
    return Board(
        open_money.headline(listed, scope),
        people.attention(listed),
        open_money.open_deals(listed, scope),
        people.coming(listed, scope),
    )


def report(found: Iterable[CountedDeal | UncountableDeal], scope: Scope) -> Report:
    """Compute the whole report."""
    listed = sorted(found, key=lambda each: each.number)
    deals = tuple(each for each in listed if isinstance(each, CountedDeal))
    return Report(
        scope=scope,
        board=board(deals, scope),
        movement=movements.movement(deals, scope),
        forecast=open_money.forecast(deals, scope),
        stages=flow.stages(deals, scope),
        funnel=flow.funnel(deals, scope),
        closing=closings.closing(deals, scope),
        back=people.coming_back(deals, scope),
        forced=tuple(deal for deal in deals if any(each.at > scope.since for each in deal.forced)),
        doubtful=tuple(deal for deal in deals if deal.problems),
        uncountable=tuple(each for each in listed if isinstance(each, UncountableDeal)),
        deals=deals,
    )
