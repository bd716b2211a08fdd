"""Totals: how many deals, what they are worth, and what of that is likely to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from salesbot.core.report.deals import CountedDeal

ZERO = Decimal(0)
SMALL = 10
"""Below so many, a share is shown as "2 of 3" and not in percent."""


@dataclass(frozen=True)
class Total:
    """A sum over deals, in the pipeline's currency and exact. `others` holds values that no rate converts."""

    count: int = 0
    value: Decimal = ZERO
    weighted: Decimal = ZERO
    other_issues: Mapping[str, Decimal] = field(default_factory=dict)
    others_weighted: Mapping[str, Decimal] = field(default_factory=dict)


def total(deals: Iterable[CountedDeal]) -> Total:
    """Sum deals up. A deal without a value counts as one deal worth nothing."""
    count, value, weighted = 0, ZERO, ZERO
    other_issues: dict[str, Decimal] = {}
    likely: dict[str, Decimal] = {}
    for deal in deals:
        count += 1
        if deal.value is not None:
            value += deal.value
            weighted += deal.value * deal.probability
        elif deal.foreign is not None:
            currency, amount = deal.foreign
            other_issues[currency] = other_issues.get(currency, ZERO) + amount
            likely[currency] = likely.get(currency, ZERO) + (amount * deal.probability).scaleb(-2)
    return Total(count, value, weighted.scaleb(-2), other_issues, likely)


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        """The share as a number from 0 to 1; None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def small(self) -> bool:
        """Whether there are too few for a percentage to mean anything."""
        return self.whole < SMALL


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
