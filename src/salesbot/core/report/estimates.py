"""Estimates: what deals were estimated at, offered and won for, and how far the estimates were off.

A deal counts if its last estimate is all money of the pipeline's currency, and its value is too or has a rate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from salesbot.core.model import headings
from salesbot.core.model.estimate import Range
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.field_values import word_key
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ZERO, Spread, spread


@dataclass(frozen=True)
class Estimated:
    """Some deals with an estimate: how many, what it adds up to, and what they are worth."""

    name: str
    count: int
    estimate: Range
    value: Decimal
    off: Spread
    """By how much each value is below or above its estimate, as a share; 0 if it is within."""


@dataclass(frozen=True)
class Estimates:
    """Open deals as offered, and deals won in the window, in all and by owner and service."""

    offered: Estimated
    won: Estimated
    by: Mapping[str, tuple[Estimated, ...]]


def compute_estimates(deals: Sequence[CountedDeal], scope: Scope) -> Estimates:
    """Set estimates beside values."""
    countable = [deal for deal in deals if deal.estimate is not None and deal.value is not None]
    won = [
        deal
        for deal in countable
        if deal.closed is not None
        and scope.window_start <= deal.closed <= scope.at
        and scope.outcomes[deal.stage] == "won"
    ]
    return Estimates(
        _estimated("", [deal for deal in countable if deal.stage in scope.open_stages]),
        _estimated("", won),
        {"Owner": _by(won, lambda deal: deal.owner or ""), headings.SERVICE: _by(won, lambda deal: deal.service)},
    )


def _by(deals: Iterable[CountedDeal], word: Callable[[CountedDeal], str]) -> tuple[Estimated, ...]:
    """Group deals by a word, however it is spelled; the largest sum comes first, and none without a word."""
    found: dict[str, list[CountedDeal]] = {}
    for deal in deals:
        if word(deal):
            found.setdefault(word_key(word(deal)), []).append(deal)
    groups = [_estimated(word(group[0]), group) for group in found.values()]
    return tuple(sorted(groups, key=lambda each: (-each.value, each.name)))


def _estimated(name: str, deals: Sequence[CountedDeal]) -> Estimated:
    pairs = [(deal.estimate, deal.value) for deal in deals if deal.estimate is not None and deal.value is not None]
    shares = [off for estimate, value in pairs if (off := estimate.off(value)) is not None]
    total = sum((estimate for estimate, _ in pairs), Range())
    return Estimated(name, len(pairs), total, sum((value for _, value in pairs), ZERO), spread(map(float, shares)))
