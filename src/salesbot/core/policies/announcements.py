"""What is announced to the chat, once per occasion: a deal that is new, won, lost, or waits for an answer.

The journal remembers the occasion with the decision, and the message is posted after everything on GitHub is done: a
run that is killed in between leaves the chat without it, and none is ever posted twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from salesbot.core.leads import lead
from salesbot.core.lifecycle.activity import waiting_since
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import headings
from salesbot.core.policies import attention, new_deals
from salesbot.core.policies.attention import AttentionKind
from salesbot.core.text.days import local_day

KEPT = 10
"""How many occasions the journal keeps."""


class AnnouncementKind(StrEnum):
    """What may be announced: the keys of `chat` in the configuration."""

    NEW = "new"
    WON = "won"
    LOST = "lost"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Announcement:
    """A message for the chat, as values for `announcement.txt.j2`."""

    kind: AnnouncementKind
    occasion: str
    values: Mapping[str, str]


def announce(state: DealState, observed: Observed) -> tuple[DealState, tuple[Announcement, ...]]:
    """Remember the occasions that are due, and give what is to be posted of them."""
    wanted = observed.pipeline.chat.announced
    if not wanted or state.journal.left:
        return state, ()
    due = tuple(
        Announcement(kind, occasion, _values(kind, state, observed))
        for kind, occasion in _occasions(state, observed)
        if kind in wanted and occasion not in state.journal.announced
    )
    kept = (*state.journal.announced, *(each.occasion for each in due))[-KEPT:]
    return (replace(state, journal=replace(state.journal, announced=kept)) if due else state), due


def _occasions(state: DealState, observed: Observed) -> Iterator[tuple[AnnouncementKind, str]]:
    mark = observed.parsed.lead_mark
    if new_deals.is_new(state, observed) and (mark is None or mark.source != lead.FROM_TABLE):
        yield AnnouncementKind.NEW, "new"
    last = state.moves[-1] if state.moves else None
    stage = observed.pipeline.stage(last.stage) if last is not None else None
    if last is not None and stage is not None and stage.outcome in ("won", "lost"):
        yield AnnouncementKind(stage.outcome), f"{stage.outcome}-{int(last.entered.timestamp())}"
    since = waiting_since(observed.activity) if _is_reminding(state, observed) else None
    if since is not None and AttentionKind.UNANSWERED in attention.needed(state, observed):
        yield AnnouncementKind.UNANSWERED, f"unanswered-{int(since.timestamp())}"


def _is_reminding(state: DealState, observed: Observed) -> bool:
    """Say whether this is the time of reminders: a sweep on a working day, and the deal is not snoozed."""
    sweeping = observed.facts.trigger.event == attention.SWEEP and not observed.pipeline.is_quiet(observed.today)
    return sweeping and not attention.is_snoozed(state, observed)


def _values(kind: AnnouncementKind, state: DealState, observed: Observed) -> Mapping[str, str]:
    deal, money = state.deal, state.deal.value.money
    since = waiting_since(observed.activity) if kind == AnnouncementKind.UNANSWERED else None
    day = local_day(since, observed.pipeline.timezone) if since is not None else None
    return {
        "kind": kind.value,
        "title": deal.title[:LONGEST] or f"deal {deal.number}",
        "url": observed.issue.url,
        "owner": deal.owner or "",
        "value": str(money) if money is not None else "",
        "reason": deal.fields.get(headings.REASON, "")[:LONGEST] if kind == AnnouncementKind.LOST else "",
        "since": f"{day.day} {day:%b %Y}" if day is not None else "",
    }


LONGEST = 120
"""Characters of a title and a reason."""
