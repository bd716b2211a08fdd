"""`salesbot list`: the deals that match what a person asks for, in the order in which one looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from salesbot.core.errors import InputError
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ZERO
from salesbot.core.text.days import local_day
from salesbot.core.text.money import Money, MoneyError
from salesbot.core.text.suggestions import did_you_mean


@dataclass(frozen=True)
class Asked:
    """What a person asks for, as typed. What is empty or None asks for nothing."""

    stages: Sequence[str] = ()
    all_stages: bool = False
    owner: str = ""
    without_owner: bool = False
    client: str = ""
    min_value: str = ""
    max_value: str = ""
    idle: int | None = None
    in_stage: int | None = None
    since: date | None = None
    attention: str | None = None
    """A reason; "" for any."""


@dataclass(frozen=True)
class Filters:
    """What is asked for, checked against the pipeline."""

    asked: Asked
    stages: frozenset[str]
    least: Decimal | None = None
    most: Decimal | None = None

    def only_current(self, pipeline: Pipeline) -> bool:
        """Say whether no deal that has ended is asked for; then only those that have not are to be read."""
        return all(stage.outcome is None for stage in pipeline.stages if stage.name in self.stages)


def read_filters(asked: Asked, pipeline: Pipeline) -> Filters:
    """Check what is asked for. Raises InputError for an unknown stage, an amount or a number of days that is wrong."""
    for option, count in (("--idle", asked.idle), ("--in-stage", asked.in_stage)):
        if count is not None and count < 0:
            raise InputError(f"{option} {count} is not a number of days.", f"For example {option} 14")
    return Filters(
        asked,
        _stages(asked, pipeline),
        _amount("--min-value", asked.min_value, pipeline),
        _amount("--max-value", asked.max_value, pipeline),
    )


def _stages(asked: Asked, pipeline: Pipeline) -> frozenset[str]:
    """Name the stages asked for; without any, those that do not end a deal."""
    if asked.stages:
        return frozenset(_stage(word, pipeline) for word in asked.stages)
    return frozenset(stage.name for stage in pipeline.stages if asked.all_stages or stage.outcome is None)


def _stage(word: str, pipeline: Pipeline) -> str:
    stage = pipeline.stage(word) or pipeline.stage_of_label(word)
    if stage is None:
        names = [each.name for each in pipeline.stages]
        raise InputError(f"--stage {word}: there is no such stage.", did_you_mean(word, names))
    return stage.name


def _amount(option: str, text: str, pipeline: Pipeline) -> Decimal | None:
    if not text:
        return None
    try:
        money = Money.parse(text, pipeline.currency)
    except MoneyError as error:
        raise InputError(f"{option}: {error}", f"For example {option} 12000") from error
    if money.currency != pipeline.currency:
        raise InputError(f"{option} {text}: values are compared in {pipeline.currency}.", "Give the amount in it")
    return money.amount


def matching(deals: Iterable[CountedDeal], filters: Filters, scope: Scope) -> list[CountedDeal]:
    """List the deals that match: open ones first, the last stage first, the most valuable first."""
    checks = tuple(_checks(filters.asked, filters, scope))
    order = [*reversed(scope.open_stages), *scope.paused_stages, *scope.outcomes]
    found = [deal for deal in deals if deal.stage in filters.stages and all(check(deal) for check in checks)]
    return sorted(found, key=lambda deal: (order.index(deal.stage), -(deal.value or ZERO), deal.number))


def _checks(asked: Asked, filters: Filters, scope: Scope) -> Iterable[Callable[[CountedDeal], bool]]:
    """Give a check for each thing that is asked for. What a deal does not have does not match."""
    if asked.owner:
        login = asked.owner.removeprefix("@").casefold()
        yield lambda deal: (deal.owner or "").casefold() == login
    if asked.without_owner:
        yield lambda deal: deal.owner is None
    if asked.client:
        yield lambda deal: asked.client.casefold() in deal.client.casefold()
    if (least := filters.least) is not None:
        yield lambda deal: deal.value is not None and deal.value >= least
    if (most := filters.most) is not None:
        yield lambda deal: deal.value is not None and deal.value <= most
    if (idle := asked.idle) is not None:
        yield lambda deal: (days := deal.idle_days(scope.today)) is not None and days >= idle
    if (days := asked.in_stage) is not None:
        yield lambda deal: (scope.today - local_day(deal.since, scope.zone)).days >= days
    if (since := asked.since) is not None:
        yield lambda deal: local_day(deal.since, scope.zone) >= since
    if (why := asked.attention) is not None:
        yield lambda deal: why in deal.needs(scope.at) if why else bool(deal.needs(scope.at))
