"""How deals ended, over the window and by closing date: rates, reasons, groups, discount, cycle, velocity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from salesbot.core.model import headings
from salesbot.core.model.pipeline import Outcome
from salesbot.core.report.deals import CountedDeal
from salesbot.core.report.reader import groups
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import SMALL, ZERO, Share, Spread, Total, spread, total

DAY = 86_400.0


@dataclass(frozen=True)
class Group:
    """Deals that ended and have something in common: a source, an owner, a choice. An empty name: it was not said."""

    name: str
    won: Total
    lost: Total
    rejected: Total

    @property
    def rate(self) -> Share:
        """Won of won and lost. Rejected is our own no, and left out."""
        return Share(self.won.count, self.won.count + self.lost.count)


@dataclass(frozen=True)
class Reason:
    """Why deals ended: in words, how many, what they were worth, and the stages they left."""

    reason: str
    total: Total
    left: Mapping[str, int]


@dataclass(frozen=True)
class Discount:
    """What won deals were worth at first and in the end, over those whose value was named more than once."""

    count: int
    first: Decimal
    final: Decimal
    median: float | None
    """The median of the discounts, as shares of the first value; negative where it rose."""


@dataclass(frozen=True)
class Closing:
    """All endings in the window."""

    all: Group
    by_value: float | None
    """Won value of won and lost value."""
    sample: int
    """Won and lost."""
    cycle: Spread
    """Days from opening to winning; nothing below ten endings."""
    time_to_loss: Spread
    velocity: Decimal | None
    """Money a day: open deals, times the average won value, times the win rate, by the days of a cycle."""
    lost_by_reason: tuple[Reason, ...]
    rejected_by_reason: tuple[Reason, ...]
    by: Mapping[str, tuple[Group, ...]]
    discount: Discount
    answers: Spread
    """Working hours until the first answer, over deals opened in the window."""


def closing(deals: Sequence[CountedDeal], scope: Scope) -> Closing:
    """Describe how deals ended."""
    ended = [deal for deal in deals if deal.closed is not None and scope.window <= deal.closed <= scope.at]
    by = _by_outcome(ended, scope)
    every = _group("", ended, scope)
    sample = every.rate.whole
    cycle = _cycle(by["won"], sample)
    return Closing(
        all=every,
        by_value=_value_rate(every),
        sample=sample,
        cycle=cycle,
        time_to_loss=_cycle(by["lost"], sample),
        velocity=_velocity(sum(deal.stage in scope.open for deal in deals), every, cycle),
        lost_by_reason=_reasons(by["lost"]),
        rejected_by_reason=_reasons(by["rejected"]),
        by=_groups(ended, scope),
        discount=_discount(by["won"]),
        answers=spread(deal.answered for deal in deals if deal.answered is not None),
    )


def _by_outcome(ended: Iterable[CountedDeal], scope: Scope) -> Mapping[Outcome, list[CountedDeal]]:
    found: dict[Outcome, list[CountedDeal]] = {"won": [], "lost": [], "rejected": []}
    for deal in ended:
        found[scope.outcomes[deal.stage]].append(deal)
    return found


def _group(name: str, ended: Sequence[CountedDeal], scope: Scope) -> Group:
    by = _by_outcome(ended, scope)
    return Group(name, total(by["won"]), total(by["lost"]), total(by["rejected"]))


def _value_rate(every: Group) -> float | None:
    whole = every.won.value + every.lost.value
    return float(every.won.value / whole) if whole else None


def _cycle(ended: Sequence[CountedDeal], sample: int) -> Spread:
    """Average lengths only from ten endings on: before, one slow deal is the whole story."""
    if sample < SMALL:
        return Spread()
    return spread((deal.closed - deal.created).total_seconds() / DAY for deal in ended if deal.closed is not None)


def _velocity(open_: int, every: Group, cycle: Spread) -> Decimal | None:
    if not cycle.mean or not every.won.count or every.rate.rate is None:
        return None
    average = every.won.value / every.won.count
    return open_ * average * every.won.count / every.rate.whole / Decimal(cycle.mean)


def _reasons(ended: Sequence[CountedDeal]) -> tuple[Reason, ...]:
    """Most frequent first."""
    found: dict[str, list[CountedDeal]] = {}
    for deal in ended:
        found.setdefault(deal.reason, []).append(deal)
    reasons = [Reason(reason, total(deals), _stages_left(deals)) for reason, deals in found.items()]
    return tuple(sorted(reasons, key=lambda each: (-each.total.count, -each.total.value, each.reason)))


def _stages_left(ended: Iterable[CountedDeal]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for deal in ended:
        if len(deal.stage_intervals) > 1:
            found[deal.stage_intervals[-2].stage] = found.get(deal.stage_intervals[-2].stage, 0) + 1
    return found


def _groups(ended: Sequence[CountedDeal], scope: Scope) -> Mapping[str, tuple[Group, ...]]:
    by: dict[str, Callable[[CountedDeal], str]] = {
        "Owner": lambda deal: deal.owner or "",
        headings.SOURCE: lambda deal: deal.source,
    }
    for place, heading in enumerate(groups(scope)):
        by[heading] = _choice(place)
    return {heading: _grouped(ended, key, scope) for heading, key in by.items()}


def _choice(place: int) -> Callable[[CountedDeal], str]:
    return lambda deal: deal.choices[place]


def _grouped(ended: Sequence[CountedDeal], key: Callable[[CountedDeal], str], scope: Scope) -> tuple[Group, ...]:
    found: dict[str, list[CountedDeal]] = {}
    for deal in ended:
        found.setdefault(key(deal), []).append(deal)
    grouped = [_group(name, deals, scope) for name, deals in found.items()]
    return tuple(sorted(grouped, key=lambda each: (-each.won.value, -each.rate.whole, each.name)))


def _discount(won: Sequence[CountedDeal]) -> Discount:
    pairs = [(deal.rounds[0][1], deal.value) for deal in won if len(deal.rounds) > 1 and deal.value is not None]
    shares = [float(1 - final / first) for first, final in pairs if first]
    first = sum((before for before, _ in pairs), ZERO)
    return Discount(len(pairs), first, sum((final for _, final in pairs), ZERO), spread(shares).median)
