"""The weekly report, as numbers: pure functions of the deals and the moment. One module, and one value, per subject.

Knows the definitions; `docs/report.md` says them in words. Writes nothing: `as_json`, `as_csv` and the templates do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from salesbot.core.report import closing as closings
from salesbot.core.report import flow, money_now, people
from salesbot.core.report import movement as movements
from salesbot.core.report.closing import Closing
from salesbot.core.report.deals import Counted, Strange
from salesbot.core.report.flow import FunnelStep, StageFlow
from salesbot.core.report.money_now import Forecast, Headline, OpenStage
from salesbot.core.report.movement import Movement
from salesbot.core.report.people import Appointment, Need
from salesbot.core.report.reader import Raw, Reader
from salesbot.core.report.scope import Scope, look

__all__ = ["Board", "Counted", "Raw", "Reader", "Report", "Scope", "Strange", "board", "look", "report"]


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
    back: tuple[Counted, ...]
    forced: tuple[Counted, ...]
    doubtful: tuple[Counted, ...]
    strange: tuple[Strange, ...]
    deals: tuple[Counted, ...]


def board(deals: Iterable[Counted], scope: Scope) -> Board:
    """Compute sections 1 to 4. It needs the open deals, those put off, and what was won this year."""
    listed = list(deals)
    return Board(
        money_now.headline(listed, scope),
        people.attention(listed),
        money_now.open_deals(listed, scope),
        people.coming(listed, scope),
    )


def report(found: Iterable[Counted | Strange], scope: Scope) -> Report:
    """Compute the whole report."""
    listed = sorted(found, key=lambda each: each.number)
    deals = tuple(each for each in listed if isinstance(each, Counted))
    return Report(
        scope=scope,
        board=board(deals, scope),
        movement=movements.movement(deals, scope),
        forecast=money_now.forecast(deals, scope),
        stages=flow.stages(deals, scope),
        funnel=flow.funnel(deals, scope),
        closing=closings.closing(deals, scope),
        back=people.coming_back(deals, scope),
        forced=tuple(deal for deal in deals if any(each.at > scope.since for each in deal.forced)),
        doubtful=tuple(deal for deal in deals if deal.problems),
        strange=tuple(each for each in listed if isinstance(each, Strange)),
        deals=deals,
    )
