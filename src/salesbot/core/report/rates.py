"""Exchange rates, as the configuration gives them: so that a report has one sum.

A rate may carry the day it holds from. An open deal is converted at the rate of the report's day, a closed one at the
rate of its closing day: so its worth stays what it was, as long as rates are added and old ones are left to stand.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.money import Money


def convert(money: Money, day: date, pipeline: Pipeline) -> Decimal | None:
    """Say what an amount is worth in the pipeline's currency on a day; None without a rate that holds then."""
    if money.currency == pipeline.currency:
        return money.amount
    held = [rate for first, rate in pipeline.report.rates.get(money.currency, ()) if first <= day]
    return money.amount * held[-1] if held else None
