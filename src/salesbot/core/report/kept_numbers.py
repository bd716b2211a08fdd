"""What a cache keeps of a deal's numbers, so that a deal is counted once and not in every report.

Kept is only what no later moment changes: the numbers of a deal, which say of what depends on the day when it begins
(`CountedDeal.attention`), or that an issue is not a deal. They hold for the same content, configuration, labels and
version of salesbot (the cache sees to that), for the same exchange rates while a deal has not ended, and for the same
roles of the people in it. Whoever can write the cache can write anything there, so what is read back is checked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

import msgspec

from salesbot.core.model.deal import Role
from salesbot.core.model.exchange import rates_on
from salesbot.core.model.facts import Issue
from salesbot.core.model.journal import Journal
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.text.days import local_day

LONGEST = 100_000
"""Characters of one deal's numbers; real ones have some hundreds."""
RoleOf = Callable[[str], Role]
_AMOUNT = re.compile(r"-?\d{1,30}(\.\d{1,40})?")
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""A moment between these has a day in every time zone."""
_UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError, RecursionError)


@dataclass(frozen=True)
class KeptNumbers:
    """The numbers of a deal, None for no deal, and what they depend on beside its content."""

    at: datetime
    """The moment as of which they were computed: they hold from then on."""
    created: datetime
    in_window: bool
    """Whether it was created in the report's window then: only such a deal has a response time."""
    asked: tuple[str, ...]
    """Whose roles had to be known."""
    roles: Mapping[str, Role]
    """The roles of everybody in it, by lower-case login."""
    deal: CountedDeal | None

    def hold(self, scope: Scope, role_of: RoleOf, known: Mapping[str, Role]) -> bool:
        """Say whether they are those of a report at another moment, after looking up whose roles have to be known."""
        if self.at > scope.at or self.in_window != (self.created >= scope.window_start):
            return False
        if self.deal is not None and not (_fits(self.deal, scope) and self._has_same_rates(self.deal, scope)):
            return False
        for login in self.asked:
            role_of(login)
        return all(known.get(login, Role.NONE) == role for login, role in self.roles.items())

    def _has_same_rates(self, deal: CountedDeal, scope: Scope) -> bool:
        """A deal that has ended is converted at the rates of that day, any other one at those of the report's day."""
        if deal.closed is not None or not scope.pipeline.report.rates:
            return True
        then, now = (rates_on(day, scope.pipeline) for day in (local_day(self.at, scope.zone), scope.today))
        return then == now


def text(kept: KeptNumbers) -> str:
    """Write what is kept; nothing where reading it would not give the same."""
    try:
        written = msgspec.json.encode(kept).decode()
    except UnicodeEncodeError:  # half a character in a text
        return ""
    number = kept.deal.number if kept.deal is not None else 0
    again = read(written, number)
    same = again == kept and (again.deal is None or kept.deal is None or again.deal.traits == kept.deal.traits)
    return written if same and len(written) <= LONGEST else ""


def read(written: str | None, number: int) -> KeptNumbers | None:
    """Read the numbers of a deal; None for anything that we would not have written."""
    try:  # comparing a moment without a time zone raises TypeError
        kept = _decoder().decode(written or "")
        moments = [kept.at, kept.created, *(_moments(kept.deal) if kept.deal is not None else ())]
        is_possible = kept.deal is None or _is_possible(kept.deal, number)
        return kept if is_possible and min(moments) >= _FIRST and max(moments) <= _LAST else None
    except _UNREADABLE:
        return None


@cache
def _decoder() -> msgspec.json.Decoder[KeptNumbers]:
    return msgspec.json.Decoder(KeptNumbers)


def _is_possible(deal: CountedDeal, number: int) -> bool:
    """Say whether computing with it is safe: amounts of a length that amounts have, and no infinite numbers."""
    hours = deal.response_hours
    return (
        deal.number == number
        and bool(deal.stage_intervals)
        and 0 <= deal.probability <= 100
        and (hours is None or math.isfinite(hours))
        and all(_AMOUNT.fullmatch(str(amount)) for amount in _amounts(deal))
    )


def _fits(deal: CountedDeal, scope: Scope) -> bool:
    ended = (deal.closed is not None) == (deal.stage in scope.outcomes)
    is_there = ended and deal.stage == deal.stage_intervals[-1].stage
    return is_there and scope.stages.issuperset(each.stage for each in deal.stage_intervals)


def _moments(deal: CountedDeal) -> list[datetime]:
    return [
        deal.created,
        *[entered for _, entered in deal.stage_intervals],
        *[at for at, _ in deal.rounds],
        *[begin for _, begin in deal.attention],
        *[move.at for move in deal.forced_moves],
        *[each.at for each in deal.activities],
        *[moment for moment in (deal.closed, deal.last_contact) if moment is not None],
    ]


def _amounts(deal: CountedDeal) -> Iterator[Decimal]:
    yield from (amount for _, amount in deal.rounds)
    if deal.value is not None:
        yield deal.value
    if deal.given is not None:
        yield deal.given[1]
    if deal.estimate is not None:
        yield from (deal.estimate.low, deal.estimate.high)


def is_settled(issue: Issue, journal: Journal | None, at: datetime) -> bool:
    """Say whether everything that is known of an issue was known at a moment: then a later one changes nothing."""
    return all(moment <= at for moment in (*_moments_of_issue(issue), *_moments_of_journal(journal)))


def _moments_of_issue(issue: Issue) -> Iterator[datetime]:
    yield issue.created_at
    yield from (event.at for event in issue.events)
    yield from (comment.created_at for comment in issue.comments)


def _moments_of_journal(journal: Journal | None) -> Iterator[datetime]:
    if journal is None:
        return
    yield from (visit.entered for visit in journal.history)
    yield from (at for at, _ in journal.rounds)
    yield from (each.at for each in journal.activities)
    mails = (journal.pair.received, journal.pair.sent) if journal.pair is not None else ()
    yield from (at for at in mails if at is not None)
