"""The estimate of a deal: what the lines of its checklist add up to, low and high, by person and in all.

Days become money by the configured rates, other currencies by the exchange rates of the report. What no rate converts
is kept apart, by its unit, and never added to anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from salesbot.core.model.exchange import convert
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import estimate_lines
from salesbot.core.text.checklists import Checklist
from salesbot.core.text.estimate_lines import DAYS, EstimateLine, Units
from salesbot.core.text.money import Money, MoneyError
from salesbot.core.text.task_lists import Item

CHECKLIST = "estimate"
"""The checklist whose lines are an estimate."""
DEFAULT_RATE = "default"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Range:
    """From a low amount to a high one."""

    low: Decimal = ZERO
    high: Decimal = ZERO

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def off(self, worth: Decimal) -> Decimal | None:
        """Say how far an amount is from its nearer end, as a share of that; 0 within, None if that end is nothing."""
        end = min(max(worth, self.low), self.high)
        return worth / end - 1 if end else None

    def times(self, factor: Decimal) -> Range:
        """Multiply both ends."""
        return Range(self.low * factor, self.high * factor)


@dataclass(frozen=True)
class Sum:
    """What some lines add up to: money in the pipeline's currency, all of their days, and what has no rate."""

    money: Range | None = None
    """None where no line is worth any."""
    days: Range | None = None
    unpriced: Mapping[str, Range] = field(default_factory=dict)
    """By unit: days without a rate, money of a currency without one."""

    def __add__(self, other: Sum) -> Sum:
        units = dict.fromkeys((*self.unpriced, *other.unpriced))
        unpriced = {unit: self.unpriced.get(unit, Range()) + other.unpriced.get(unit, Range()) for unit in units}
        return Sum(_plus(self.money, other.money), _plus(self.days, other.days), unpriced)

    @property
    def is_whole(self) -> bool:
        """Whether all of it is money of one currency."""
        return self.money is not None and not self.unpriced


def _plus(one: Range | None, other: Range | None) -> Range | None:
    if one is None or other is None:
        return one or other
    return one + other


@dataclass(frozen=True)
class Line:
    """A line of the checklist, what it says, and what it is worth to each person it names; "" is nobody."""

    item: Item
    said: EstimateLine
    shares: Mapping[str, Sum] = field(default_factory=dict)
    expected: bool = False
    """Whether the line is to have an amount."""

    @property
    def total(self) -> Sum:
        """What the line is worth in all."""
        return _total(self.shares.values())

    @property
    def is_owed(self) -> bool:
        """Whether an amount is still to come."""
        return self.expected and self.said.amount is None

    @property
    def is_doubtful(self) -> bool:
        """Whether the line carries something that cannot be read as an amount."""
        return bool(self.said.problem) and (self.said.is_surely_one or self.expected)


@dataclass(frozen=True)
class Estimate:
    """The lines that are not struck out. Without a single amount there is nothing to show of them."""

    lines: tuple[Line, ...] = ()
    url: str = ""
    """Where the checklist is."""

    @cached_property
    def is_begun(self) -> bool:
        """Whether somebody began to estimate: an amount, or a package with a name to it."""
        begun = (line.said.amount or (line.said.problem and line.said.is_surely_one) for line in self.lines)
        return any(begun) or any(line.item.package and (line.said.people or line.said.problem) for line in self.lines)

    @property
    def counted(self) -> tuple[Line, ...]:
        """The lines with an amount."""
        return tuple(line for line in self.lines if line.said.amount is not None)

    @property
    def owed(self) -> tuple[Line, ...]:
        """The lines whose amount is still to come."""
        return tuple(line for line in self.lines if line.is_owed)

    @property
    def doubtful(self) -> tuple[Line, ...]:
        """The lines with something that cannot be read."""
        return tuple(line for line in self.lines if line.is_doubtful) if self.is_begun else ()

    @cached_property
    def total(self) -> Sum:
        """What all lines add up to."""
        return _total(line.total for line in self.counted)

    @cached_property
    def by_person(self) -> Mapping[str, Sum]:
        """What the lines of each person add up to, in the order of the list; those of nobody last."""
        people = dict.fromkeys(name for line in self.counted for name in line.shares)
        order = sorted(people, key=lambda name: not name)
        return {name: _total(line.shares[name] for line in self.counted if name in line.shares) for name in order}

    @property
    def owing(self) -> Mapping[str, tuple[Line, ...]]:
        """The lines each person still owes, by name; a ticked one is settled without an amount."""
        if not self.is_begun:
            return {}
        people: dict[str, tuple[Line, ...]] = {}
        for line in self.owed:
            for name in line.said.people if not line.item.ticked else ():
                people[name] = (*people.get(name, ()), line)
        return people


def kept_money(low: str, high: str, currency: str) -> Range | None:
    """Read the money of a round that the journal kept; None if there is none, or of another currency."""
    try:
        ends = [Money.parse(text, currency) for text in (low, high)]
    except MoneyError:
        return None
    return Range(ends[0].amount, ends[1].amount) if {each.currency for each in ends} == {currency} else None


def _total(sums: Iterable[Sum]) -> Sum:
    return sum(sums, Sum())


def estimate(checklists: Mapping[str, Checklist], pipeline: Pipeline, day: date) -> Estimate:
    """Read the estimate of a deal from its checklists, with the exchange rates of a day."""
    posted = checklists.get(CHECKLIST)
    if posted is None:
        return Estimate()
    units = Units(pipeline.currency, frozenset(pipeline.rates), pipeline.hours_per_day)
    parted = any(item.package for item in posted.items)
    return Estimate(
        tuple(_line(item, units, parted, pipeline, day) for item in posted.items if not item.struck), posted.url
    )


def _line(item: Item, units: Units, parted: bool, pipeline: Pipeline, day: date) -> Line:
    said = estimate_lines.read(item.text, units)
    expected = item.package if parted else item.needed
    names = {name.casefold(): name for name in said.people}.values() or ("",)
    return Line(item, said, {name: _share(said, name, len(names), pipeline, day) for name in names}, expected)


def _share(said: EstimateLine, person: str, people: int, pipeline: Pipeline, day: date) -> Sum:
    """What one person of a line takes: an equal part, at the line's rate, else their own, else the default one."""
    if said.amount is None:
        return Sum()
    part = Range(said.amount.low / people, said.amount.high / people)
    if said.amount.unit != DAYS:
        return _worth(part, Money(Decimal(1), said.amount.unit), said.amount.unit, pipeline, day)
    rate = next((rate for name in _rates_of(said, person) if (rate := pipeline.rates.get(name))), None)
    return Sum(days=part) + _worth(part, rate, DAYS, pipeline, day)


def _rates_of(said: EstimateLine, person: str) -> Iterator[str]:
    if said.amount is not None and said.amount.rate:
        yield said.amount.rate
    yield from (person.casefold(), DEFAULT_RATE)


def _worth(part: Range, each: Money | None, unit: str, pipeline: Pipeline, day: date) -> Sum:
    factor = convert(each, day, pipeline) if each is not None else None
    if factor is not None:
        return Sum(money=part.times(factor))
    if each is not None and unit == DAYS:
        return Sum(unpriced={each.currency: part.times(each.amount)})
    return Sum(unpriced={unit: part})
