"""Fights: another bot and salesbot change the same label in turns.

An App gets webhooks also for what `GITHUB_TOKEN` does, so such a fight would have no end. It is read from the timeline
alone, and it is over once an hour passed without a round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from salesbot.core.model.facts import Event
from salesbot.core.text.label_names import label_key

ROUNDS = 3
"""Rounds after which the label is left to the sweep: we change it, and the other changes it back."""
QUIET = timedelta(hours=1)


@dataclass(frozen=True)
class Fight:
    """Who changes which label back. `events` are theirs, which need no answer any more."""

    by: str
    label: str
    until: datetime
    """When it is over, if nothing more happens."""
    events: frozenset[str] = frozenset()


def find(events: Sequence[Event], now: datetime) -> tuple[Fight, ...]:
    """List the fights of the last hour, by label."""
    answers = sorted(_answers(events, now - QUIET), key=_who_and_what)
    rounds = [list(found) for _, found in groupby(answers, key=_who_and_what)]
    return tuple(_fight(found) for found in rounds if len(found) >= ROUNDS)


def _answers(events: Sequence[Event], since: datetime) -> Iterator[Event]:
    """List the changes by which a bot took back what we had done to a label just before."""
    changes = sorted((event for event in events if event.kind in ("labeled", "unlabeled")), key=_label)
    for ours, theirs in pairwise(changes):
        is_bot = theirs.by is not None and theirs.by.is_bot and not theirs.own
        if ours.own and is_bot and theirs.at > since and _label(ours) == _label(theirs) and ours.kind != theirs.kind:
            yield theirs


def _label(event: Event) -> str:
    return label_key(event.label or "")


def _who_and_what(event: Event) -> tuple[str, str]:
    return (event.by.login if event.by is not None else "", _label(event))


def _fight(answers: Sequence[Event]) -> Fight:
    last = answers[-1]
    by, _ = _who_and_what(last)
    return Fight(by, last.label or "", last.at + QUIET, frozenset(event.id for event in answers))
