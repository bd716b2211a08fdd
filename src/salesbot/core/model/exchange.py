"""Exchange rates from the configuration, so that a report has one sum.

A rate may carry the day it holds from. An open deal is converted at the rate of the report's day, a closed one at the
rate of its closing day. So its value does not change, as long as rates are added and old ones are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.money import Money


def convert(money: Money, day: date, pipeline: Pipeline) -> Decimal | None:
    """Convert an amount to the pipeline's currency; None if no rate is valid on the day."""
    if money.currency == pipeline.currency:
        return money.amount
    rate = rates_on(day, pipeline).get(money.currency)
    return money.amount * rate if rate is not None else None


def rates_on(day: date, pipeline: Pipeline) -> Mapping[str, Decimal]:
    """Give the rates that are valid on a day, by currency."""
    dated = pipeline.report.rates.items()
    return {code: rates[-1] for code, every in dated if (rates := [rate for first, rate in every if first <= day])}
