"""Who has something to do: what needs a person, the coming seven days, deals that come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from salesbot.core.policies.attention import KINDS
from salesbot.core.report.deals import CountedDeal
from salesbot.core.report.scope import Scope

AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Need:
    """A deal that needs a person, and why."""

    deal: CountedDeal
    why: str


def attention(deals: Sequence[CountedDeal]) -> tuple[Need, ...]:
    """List what needs a person, kind by kind in the order of urgency, then by number."""
    order = list(KINDS)
    found = [Need(deal, why) for deal in deals for why in deal.attention]
    return tuple(sorted(found, key=lambda need: (order.index(need.why), need.deal.number)))


@dataclass(frozen=True)
class Appointment:
    """A dated thing: a next step, an expected close, a deal that comes back."""

    day: date
    deal: CountedDeal
    what: str
    kind: str


def coming(deals: Sequence[CountedDeal], scope: Scope) -> Mapping[str, tuple[Appointment, ...]]:
    """List the coming seven days by person, from today on. What nobody owns stands under an empty name, last."""
    found: dict[str, list[Appointment]] = {}
    for deal in deals:
        for person, appointment in _appointments(deal, scope):
            found.setdefault(person, []).append(appointment)
    return {
        person: tuple(sorted(found[person], key=lambda each: (each.day, each.deal.number)))
        for person in sorted(found, key=lambda name: (not name, name.casefold()))
    }


def _appointments(deal: CountedDeal, scope: Scope) -> Iterator[tuple[str, Appointment]]:
    """A next step counts on closed deals too (docs/commands.md); a date of closing only on open ones."""
    first, last, owner = scope.today, scope.today + AHEAD, deal.owner or ""
    step = deal.next_step
    if step is not None and first <= step.day < last:
        yield step.who or owner, Appointment(step.day, deal, step.what, "next step")
    if deal.expected is not None and first <= deal.expected < last and deal.stage in scope.open:
        yield owner, Appointment(deal.expected, deal, "expected to close", "close")
    if deal.revisit_on is not None and first <= deal.revisit_on < last:
        yield owner, Appointment(deal.revisit_on, deal, "comes back", "back")


def coming_back(deals: Sequence[CountedDeal], scope: Scope) -> tuple[CountedDeal, ...]:
    """List the deals that are put off, the next to come back first; those without a date last."""
    paused = [deal for deal in deals if deal.stage in scope.paused]
    return tuple(sorted(paused, key=lambda deal: (deal.revisit_on or date.max, deal.number)))
