"""The bridge: from the open money that the previous report gave to that of now, step by step.

It covers the headline's money: open deals without prospects. It compares two moments, so a deal that came and went
between them is in no step. Without figures of a previous report, the start is computed from the deals' histories.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from salesbot.core.model.exchange import rates_on
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.figures import Figures
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ZERO
from salesbot.core.text import amounts


class BridgeStep(StrEnum):
    """Why the open money changed, in the order of the report."""

    NEW = "new"
    RETURNED = "returned"
    REOPENED = "reopened"
    QUALIFIED = "qualified from prospects"
    COUNTED_AGAIN = "counted again"
    VALUE_ROSE = "worth more"
    VALUE_FELL = "worth less"
    RATES = "exchange rates"
    TO_PROSPECTS = "back to prospects"
    PUT_OFF = "put off"
    WON = "won"
    LOST = "lost"
    REJECTED = "rejected"
    UNCOUNTED = "no longer counted"
    OTHER = "other changes"


class Start(StrEnum):
    """What the bridge's start was taken from."""

    REPORT = "previous report"
    SUM = "sum of the previous report"
    """The previous report had too many deals to keep the value of each."""
    HISTORY = "history"
    """There is no previous report, or it kept no figures in this currency."""


@dataclass(frozen=True)
class Bridge:
    """The open money at the start, what changed it, and the open money at the end, in whole cents that add up."""

    start: Decimal
    steps: tuple[tuple[BridgeStep, Decimal], ...]
    end: Decimal
    taken_from: Start


def compute_bridge(deals: Sequence[CountedDeal], scope: Scope) -> Bridge:
    """Explain the change of the open money step by step."""
    before = scope.before
    known = {deal.number: was for deal in deals if (was := _worth_then(deal, scope)) is not None}
    gone = _gone(deals, before)
    steps = dict.fromkeys(BridgeStep, ZERO)
    for deal in deals:
        for step, amount in _steps(deal, known.get(deal.number), scope):
            steps[step] += amount
    start = before.total if before is not None else sum(known.values(), ZERO)
    steps[BridgeStep.UNCOUNTED] -= gone
    steps[BridgeStep.OTHER] += start - gone - sum(known.values(), ZERO)
    return _in_cents(start, steps, _taken_from(before), scope)


def _worth_then(deal: CountedDeal, scope: Scope) -> Decimal | None:
    """Give what a deal counted at the start; None if it did not count."""
    before = scope.before
    if before is not None and before.amounts is not None:
        given = before.amounts.get(deal.number)
        return None if given is None else before.worth(given) or ZERO
    return (deal.value_at(scope.since) or ZERO) if scope.in_headline(deal.stage_at(scope.since)) else None


def _gone(deals: Sequence[CountedDeal], before: Figures | None) -> Decimal:
    """Sum up what the previous report counted of deals that are none any more, or were deleted."""
    here = {deal.number for deal in deals}
    kept: Mapping[int, tuple[str, Decimal]] = (before.amounts or {}) if before is not None else {}
    gone = (before.worth(given) for number, given in kept.items() if number not in here) if before is not None else ()
    return sum((worth for worth in gone if worth is not None), ZERO)


def _steps(deal: CountedDeal, was: Decimal | None, scope: Scope) -> Iterator[tuple[BridgeStep, Decimal]]:
    """Name the steps of a deal: it came, or its value and its rate changed, and then perhaps it left."""
    worth, here = deal.value or ZERO, scope.in_headline(deal.stage)
    if was is None:
        if here:
            yield _came(deal, scope), worth
        return
    by_rate = _by_rate(deal, was, scope.before)
    by_value = worth - was - by_rate
    yield (BridgeStep.VALUE_ROSE if by_value > 0 else BridgeStep.VALUE_FELL), by_value
    yield BridgeStep.RATES, by_rate
    if not here:
        yield _left(deal, scope), -worth


def _by_rate(deal: CountedDeal, was: Decimal, before: Figures | None) -> Decimal:
    """Give how far the present amount is worth more because the rates have changed."""
    if before is None or before.amounts is None or deal.given is None:
        return ZERO
    at_old_rate = before.worth(deal.given)
    if at_old_rate is not None:
        return (deal.value or ZERO) - at_old_rate
    same_currency = before.amounts[deal.number][0] == deal.given[0]
    return (deal.value or ZERO) - was if same_currency else ZERO


def _came(deal: CountedDeal, scope: Scope) -> BridgeStep:
    previous = deal.stage_at(scope.since)
    if previous is None:
        return BridgeStep.NEW
    if previous in scope.paused_stages:
        return BridgeStep.RETURNED
    if previous in scope.outcomes:
        return BridgeStep.REOPENED
    return BridgeStep.QUALIFIED if previous in scope.prospect_stages else BridgeStep.COUNTED_AGAIN


def _left(deal: CountedDeal, scope: Scope) -> BridgeStep:
    if deal.closed is not None:
        return BridgeStep(scope.outcomes[deal.stage])
    return BridgeStep.PUT_OFF if deal.stage in scope.paused_stages else BridgeStep.TO_PROSPECTS


def _taken_from(before: Figures | None) -> Start:
    if before is None:
        return Start.HISTORY
    return Start.SUM if before.amounts is None else Start.REPORT


def _in_cents(start: Decimal, steps: Mapping[BridgeStep, Decimal], taken_from: Start, scope: Scope) -> Bridge:
    """Round what is reached after each step, so that the rounded steps lead from the rounded start to the end."""
    currency = scope.pipeline.currency
    first = before = amounts.rounded(start, currency)
    exact, rounded = start, []
    for step, amount in steps.items():
        exact += amount
        after = amounts.rounded(exact, currency)
        rounded += [(step, after - before)] if after != before else []
        before = after
    return Bridge(first, tuple(rounded), before, taken_from)


def figures_of(deals: Sequence[CountedDeal], scope: Scope) -> Figures:
    """Gather what the next report's bridge begins with."""
    counted = [deal for deal in deals if scope.in_headline(deal.stage)]
    currency = scope.pipeline.currency
    return Figures(
        currency,
        sum((deal.value or ZERO for deal in counted), ZERO),
        rates_on(scope.today, scope.pipeline),
        {deal.number: deal.given or (currency, ZERO) for deal in counted},
    )
