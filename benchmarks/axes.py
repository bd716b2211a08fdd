"""Axes of a chart: where they begin and end, and the round numbers on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDE_RANGE = 100
MOST_STEPS = 6


@dataclass(frozen=True)
class Axis:
    """An axis from its beginning to its end, with round numbers on it."""

    low: float
    high: float
    ticks: Sequence[float]
    logarithmic: bool = False

    def part(self, value: float) -> float:
        """Say where on the axis a value is: 0 at its beginning, 1 at its end."""
        low, high, at = (math.log(each) if self.logarithmic else each for each in (self.low, self.high, value))
        return (at - low) / (high - low)


def from_zero(values: Sequence[float]) -> Axis:
    """Make an axis that begins at 0."""
    return _linear(0, max(values, default=1))


def from_least(values: Sequence[float]) -> Axis:
    """Make an axis that begins at the least value, logarithmic where the largest is so many times that."""
    low, high = min(values, default=0), max(values, default=1)
    if low <= 0 or high / low < WIDE_RANGE:
        return _linear(low, high)
    steps = (1, 2, 5) if high / low < WIDE_RANGE * 10 else (1,)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [step * 10**power for power in powers for step in steps]
    return Axis(low, high, [tick for tick in ticks if low <= tick <= high], logarithmic=True)


def _linear(low: float, high: float) -> Axis:
    """Make an axis of at most six steps of 1, 2 or 5 times a power of ten; of one value, it begins at 0."""
    low, high = (low, high) if high > low else (0, max(high, 1))
    power = 10 ** math.floor(math.log10((high - low) / MOST_STEPS))
    step = next(each * power for each in (1, 2, 5, 10, 20) if (high - low) / (each * power) <= MOST_STEPS)
    ticks = [step * place for place in range(math.floor(low / step), math.ceil(high / step) + 1)]
    return Axis(ticks[0], ticks[-1], ticks)
