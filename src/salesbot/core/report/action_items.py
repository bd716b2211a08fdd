"""What people have to do: deals that need attention, the next seven days, deals that are put off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from salesbot.core.policies.attention import AttentionKind
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope

AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class AttentionItem:
    """A deal that needs attention, and all reasons for it, the most urgent first."""

    deal: CountedDeal
    kinds: tuple[AttentionKind, ...]
    idle_days: int


def attention(deals: Sequence[CountedDeal], scope: Scope) -> tuple[AttentionItem, ...]:
    """List the deals that need attention: by their most urgent reason, then the longest idle first."""
    order = list(AttentionKind)
    items = [
        AttentionItem(deal, kinds, deal.idle_days(scope.today) or 0)
        for deal in deals
        if deal.attention and (kinds := deal.needs(scope.at))
    ]
    return tuple(sorted(items, key=lambda item: (order.index(item.kinds[0]), -item.idle_days, item.deal.number)))


@dataclass(frozen=True)
class UpcomingItem:
    """Something with a date: a next step, a task, an expected close, the return of a deal that was put off."""

    day: date
    deal: CountedDeal
    what: str
    kind: Literal["next step", "task", "close", "return"]
    key: str = ""
    """Which one, where a deal has several of a kind."""


def upcoming(deals: Sequence[CountedDeal], scope: Scope) -> Mapping[str, tuple[UpcomingItem, ...]]:
    """List the next seven days, from today on, by person. What has no owner is under an empty name, last."""
    first, last = scope.today, scope.today + AHEAD
    found: dict[str, list[UpcomingItem]] = {}
    for deal in deals:
        for person, item in dated_items(deal, scope):
            if first <= item.day < last:
                found.setdefault(person, []).append(item)
    return {
        person: tuple(sorted(found[person], key=lambda each: (each.day, each.deal.number)))
        for person in sorted(found, key=lambda name: (not name, name.casefold()))
    }


def dated_items(deal: CountedDeal, scope: Scope) -> Iterator[tuple[str, UpcomingItem]]:
    """Give everything of a deal that has a date, with the person it is for; an empty name is nobody.

    A next step and tasks count on closed deals too (docs/commands.md), an expected close only on open ones.
    """
    step, owner = deal.next_step, deal.owner or ""
    if step is not None:
        yield step.who or owner, UpcomingItem(step.day, deal, step.what, "next step")
    for task in deal.tasks:
        if task.day is not None:
            yield task.who or owner, UpcomingItem(task.day, deal, task.what, "task", f"-{task.repository}{task.number}")
    if deal.expected is not None and deal.stage in scope.open_stages:
        yield owner, UpcomingItem(deal.expected, deal, "expected to close", "close")
    if deal.revisit_on is not None:
        yield owner, UpcomingItem(deal.revisit_on, deal, "comes back", "return")


def paused_deals(deals: Sequence[CountedDeal], scope: Scope) -> tuple[CountedDeal, ...]:
    """List the deals that are put off by the day of their return; those without a date last."""
    paused = [deal for deal in deals if deal.stage in scope.paused_stages]
    return tuple(sorted(paused, key=lambda deal: (deal.revisit_on or date.max, deal.number)))
