"""Totals: how many deals, their value and their weighted value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from salesbot.core.report.counted_deal import CountedDeal

ZERO = Decimal(0)
ENOUGH = 10
"""From this many on, a share is shown in percent; below, as "2 of 3"."""


@dataclass(frozen=True)
class Total:
    """A sum over deals, exact, in the pipeline's currency. `unconverted` holds values without a rate, by currency."""

    count: int = 0
    value: Decimal = ZERO
    weighted: Decimal = ZERO
    unconverted: Mapping[str, Decimal] = field(default_factory=dict)
    unconverted_weighted: Mapping[str, Decimal] = field(default_factory=dict)


NOTHING = Total()


def total(deals: Iterable[CountedDeal]) -> Total:
    """Sum up deals. A deal without a value counts as a deal with the value 0."""
    count, value, weighted = 0, ZERO, ZERO
    unconverted: dict[str, Decimal] = {}
    unconverted_weighted: dict[str, Decimal] = {}
    for deal in deals:
        count += 1
        if deal.value is not None:
            value += deal.value
            weighted += deal.value * deal.probability
        elif deal.foreign is not None:
            currency, amount = deal.foreign
            unconverted[currency] = unconverted.get(currency, ZERO) + amount
            unconverted_weighted[currency] = unconverted_weighted.get(currency, ZERO) + (
                amount * deal.probability
            ).scaleb(-2)
    return Total(count, value, weighted.scaleb(-2), unconverted, unconverted_weighted)


@dataclass(frozen=True)
class Share:
    """A part of a whole, in numbers of deals."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """The share as a number from 0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def too_few(self) -> bool:
        """Whether there are too few for a percentage to mean anything."""
        return self.whole < ENOUGH


@dataclass(frozen=True)
class Spread:
    """How long things took: over how many, and their median, mean and longest, in days or hours."""

    count: int = 0
    median: float | None = None
    mean: float | None = None
    longest: float | None = None


def spread(values: Iterable[float]) -> Spread:
    """Describe a list of lengths."""
    found = list(values)
    if not found:
        return Spread()
    return Spread(len(found), median(found), sum(found) / len(found), max(found))
