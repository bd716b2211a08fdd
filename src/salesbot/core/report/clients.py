"""Clients: what each has open, won and lost, when somebody last did something for them, and who knows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from salesbot.core.leads import duplicates
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import NOTHING, Total, total
from salesbot.core.text.days import local_day


@dataclass(frozen=True)
class Client:
    """A client with all deals, by number."""

    name: str
    deals: tuple[CountedDeal, ...]
    open: Total
    won: Total
    lost: Total
    last_activity: date
    owners: tuple[str, ...]
    """Whoever owns most of the deals first."""


def clients(deals: Sequence[CountedDeal], scope: Scope) -> tuple[Client, ...]:
    """List the clients: who has most open money first, then who won us most."""
    by_number = {deal.number: deal for deal in deals}
    groups = duplicates.groups({number: deal.traits for number, deal in by_number.items()})
    found = (_client([by_number[number] for number in group], scope) for group in groups)
    return tuple(sorted(found, key=lambda each: (-each.open.value, -each.won.value, each.deals[0].number)))


def _client(deals: Sequence[CountedDeal], scope: Scope) -> Client:
    by: dict[str, list[CountedDeal]] = {}
    for deal in deals:
        by.setdefault("open" if deal.stage in scope.open_stages else scope.outcomes.get(deal.stage, ""), []).append(
            deal
        )
    sums = {kind: total(found) for kind, found in by.items()}
    return Client(
        name=_name(deals),
        deals=tuple(deals),
        open=sums.get("open", NOTHING),
        won=sums.get("won", NOTHING),
        lost=sums.get("lost", NOTHING),
        last_activity=max(_last_activity(deal, scope) for deal in deals),
        owners=_by_count([deal.owner for deal in deals if deal.owner]),
    )


def _name(deals: Sequence[CountedDeal]) -> str:
    """Call a client as most of its deals do; of two names the newer one."""
    names = [deal.client for deal in reversed(deals) if deal.client]
    return next(iter(_by_count(names)), "")


def _by_count(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in Counter(names).most_common()) if len(names) > 1 else tuple(names)


def _last_activity(deal: CountedDeal, scope: Scope) -> date:
    """When the team last did something: where a deal is idle, before that; else when it came to its stage."""
    if deal.idle_since is not None:
        return deal.idle_since
    return local_day(deal.since, scope.zone)
