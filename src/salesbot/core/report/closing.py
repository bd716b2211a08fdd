"""How deals ended, over the window and by closing date: rates, reasons, groups, discount, cycle, velocity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from salesbot.core.model import headings
from salesbot.core.model.pipeline import Outcome
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.field_values import word_key
from salesbot.core.report.reader import group_headings
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ZERO, Share, Spread, Total, spread, total

DAY = 86_400.0


@dataclass(frozen=True)
class Group:
    """Deals that ended and share a source, an owner or a choice. The name is empty where the field is."""

    name: str
    won: Total
    lost: Total
    rejected: Total

    @property
    def rate(self) -> Share:
        """Won of won and lost. Rejected deals are left out: the team declined them."""
        return Share(self.won.count, self.won.count + self.lost.count)


@dataclass(frozen=True)
class Reason:
    """A reason for which deals ended: how many, their value, and the stages from which they ended."""

    reason: str
    total: Total
    last_stages: Mapping[str, int]


@dataclass(frozen=True)
class Discount:
    """The first and the final value of won deals, over those whose value was set more than once."""

    count: int
    first: Decimal
    final: Decimal
    median: float | None
    """The median discount, as a share of the first value; negative if values rose."""


@dataclass(frozen=True)
class Closing:
    """All deals that ended in the window."""

    overall: Group
    by_value: float | None
    """Won value divided by won and lost value."""
    sample: int
    """Number of won and lost deals."""
    cycle: Spread
    """Days from opening to winning."""
    time_to_loss: Spread
    velocity: Decimal | None
    """Money a day: the headline's deals, times average won value, times win rate, by the mean days of a cycle."""
    velocity_left_out: int
    """Won deals whose value has no rate: they are not in the average won value."""
    lost_by_reason: tuple[Reason, ...]
    rejected_by_reason: tuple[Reason, ...]
    groups: Mapping[str, tuple[Group, ...]]
    discount: Discount
    response_hours: Spread
    """Working hours until the team first acted, over deals opened in the window."""


def compute_closing(deals: Sequence[CountedDeal], scope: Scope) -> Closing:
    """Describe how deals ended."""
    ended = [deal for deal in deals if deal.closed is not None and scope.window_start <= deal.closed <= scope.at]
    by = _by_outcome(ended, scope)
    every = _group("", ended, scope)
    cycle = _cycle(by["won"])
    countable = [deal for deal in by["won"] if deal.foreign is None]
    return Closing(
        overall=every,
        by_value=_value_rate(every),
        sample=every.rate.whole,
        cycle=cycle,
        time_to_loss=_cycle(by["lost"]),
        velocity=_velocity(sum(scope.in_headline(deal.stage) for deal in deals), total(countable), every.rate, cycle),
        velocity_left_out=len(by["won"]) - len(countable),
        lost_by_reason=_reasons(by["lost"]),
        rejected_by_reason=_reasons(by["rejected"]),
        groups=_groups(ended, scope),
        discount=_discount(by["won"]),
        response_hours=spread(deal.response_hours for deal in deals if deal.response_hours is not None),
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


def _cycle(ended: Sequence[CountedDeal]) -> Spread:
    return spread((deal.closed - deal.created).total_seconds() / DAY for deal in ended if deal.closed is not None)


def _velocity(open_count: int, won: Total, rate: Share, cycle: Spread) -> Decimal | None:
    if not cycle.mean or not won.count or not rate.whole:
        return None
    return open_count * won.value / won.count * rate.part / rate.whole / Decimal(cycle.mean)


def _reasons(ended: Sequence[CountedDeal]) -> tuple[Reason, ...]:
    """Most frequent first."""
    found = _by_word(ended, lambda deal: deal.reason)
    reasons = [Reason(reason, total(deals), _last_stages(deals)) for reason, deals in found.items()]
    return tuple(sorted(reasons, key=lambda each: (-each.total.count, -each.total.value, each.reason)))


def _by_word(ended: Iterable[CountedDeal], word: Callable[[CountedDeal], str]) -> Mapping[str, Sequence[CountedDeal]]:
    """Group deals by a word of theirs, however it is spelled, under the spelling that most of them have."""
    found: dict[str, list[CountedDeal]] = {}
    for deal in ended:
        found.setdefault(word_key(word(deal)), []).append(deal)
    return {Counter(map(word, deals)).most_common(1)[0][0]: deals for deals in found.values()}


def _last_stages(ended: Iterable[CountedDeal]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for deal in ended:
        if len(deal.stage_intervals) > 1:
            found[deal.stage_intervals[-2].stage] = found.get(deal.stage_intervals[-2].stage, 0) + 1
    return found


def _groups(ended: Sequence[CountedDeal], scope: Scope) -> Mapping[str, tuple[Group, ...]]:
    by: dict[str, Callable[[CountedDeal], str]] = {headings.SOURCE: lambda deal: deal.source}
    for place, heading in enumerate(group_headings(scope)):
        by[heading] = _choice(place)
    owners: dict[str, list[CountedDeal]] = {}
    for deal in ended:
        owners.setdefault(deal.owner or "", []).append(deal)
    words = {heading: _grouped(_by_word(ended, word), scope) for heading, word in by.items()}
    return {"Owner": _grouped(owners, scope), **words}


def _choice(place: int) -> Callable[[CountedDeal], str]:
    return lambda deal: deal.choices[place]


def _grouped(found: Mapping[str, Sequence[CountedDeal]], scope: Scope) -> tuple[Group, ...]:
    grouped = [_group(name, deals, scope) for name, deals in found.items()]
    return tuple(sorted(grouped, key=lambda each: (-each.won.value, -each.rate.whole, each.name)))


def _discount(won: Sequence[CountedDeal]) -> Discount:
    pairs = [(deal.rounds[0][1], deal.value) for deal in won if len(deal.rounds) > 1 and deal.value is not None]
    shares = [float(1 - final / first) for first, final in pairs if first]
    first = sum((before for before, _ in pairs), ZERO)
    return Discount(len(pairs), first, sum((final for _, final in pairs), ZERO), spread(shares).median)
