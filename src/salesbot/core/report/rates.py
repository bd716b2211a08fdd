"""Exchange rates from the configuration, so that a report has one sum.

A rate may carry the day it holds from. An open deal is converted at the rate of the report's day, a closed one at the
rate of its closing day. So its value does not change, as long as rates are added and old ones are kept.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.money import Money


def convert(money: Money, day: date, pipeline: Pipeline) -> Decimal | None:
    """Convert an amount to the pipeline's currency; None if no rate is valid on the day."""
    if money.currency == pipeline.currency:
        return money.amount
    valid = [rate for first, rate in pipeline.report.rates.get(money.currency, ()) if first <= day]
    return money.amount * valid[-1] if valid else None
