"""The inbox: which of the leads somebody sent are issues already, which are not, and what earlier runs left undone.

Knows issues and leads by their keys. Where leads come from is an adapter's business, opening issues the shell's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from salesbot.core.leads.duplicates import NO_DEALS
from salesbot.core.leads.lead import Received, mark_of
from salesbot.core.model.facts import IssueSummary

OVERLAP = timedelta(hours=1)
"""How far behind the newest lead a poll begins again: services show an answer late, some by half an hour (inferred)."""
FIRST_POLL = timedelta(days=7)
"""How far back the first poll goes, unless the configuration says since when."""
SLACK = timedelta(hours=1)
"""How far the clock of who sent a lead may be ahead of GitHub's."""


def poll_from(
    source: str, other_issues: Iterable[IssueSummary], now: datetime, *, since: datetime | None, begun: datetime | None
) -> datetime:
    """Say where a poll begins: a little before the newest lead that an earlier poll brought in.

    The first one begins where the configuration says; else seven days ago, but not in what it calls history (`begun`).
    The creation of a label would say nothing: an earlier run, or a relayed lead, may have made it a moment ago.
    """
    marks = [mark for other in other_issues if (mark := mark_of(other)) is not None and mark.key.startswith(source)]
    newest = max((mark.at for mark in marks if mark.polled and mark.at is not None), default=None)
    if newest is not None:
        begin = newest - OVERLAP
        return max(begin, since) if since is not None else begin
    if since is not None:
        return since
    return max([now - FIRST_POLL, *([begun] if begun is not None else [])])


def keys(other_issues: Iterable[IssueSummary]) -> dict[str, int]:
    """Name the leads that are issues already, with the number of the issue; of two the lower one."""
    found: dict[str, int] = {}
    for other in other_issues:
        mark = mark_of(other)
        if mark is not None:
            found[mark.key] = min(other.number, found.get(mark.key, other.number))
    return found


def fresh(received: Iterable[Received], other_issues: Iterable[IssueSummary]) -> list[Received]:
    """Keep what is not an issue yet, each lead once, the oldest first."""
    known = keys(other_issues)
    waiting = {each.key: each for each in received if each.key not in known}
    return sorted(waiting.values(), key=lambda each: (each.at, each.key))


def reaches(other_issues: Sequence[IssueSummary], received: Iterable[Received]) -> bool:
    """Say whether the issues read, the newest first, go back to before the oldest of these leads was sent."""
    oldest = min((each.at for each in received), default=None)
    if oldest is None:
        return True
    last = other_issues[-1].created_at if other_issues else None
    return last is not None and last < oldest - SLACK


def unfinished(other_issues: Iterable[IssueSummary]) -> list[int]:
    """Name the issues that came in by themselves and have no card yet: a run died after it opened them."""
    waiting = [other for other in other_issues if other.open and not other.card and not other.labels & NO_DEALS]
    return sorted(other.number for other in waiting if mark_of(other) is not None)


def left_open(other_issues: Iterable[IssueSummary]) -> list[int]:
    """Name the issues that only hold the key of a deleted one and are still open: a run died after it opened them."""
    return sorted(
        other.number for other in other_issues if other.open and (mark := mark_of(other)) is not None and mark.gone
    )


def doubles(other_issues: Sequence[IssueSummary]) -> list[int]:
    """Name the issues whose lead is another issue already, one with a lower number."""
    counting = [other for other in other_issues if not other.duplicate]
    first = keys(counting)
    marked = [(other, mark) for other in counting if other.open and (mark := mark_of(other)) is not None]
    return sorted(other.number for other, mark in marked if first.get(mark.key, other.number) < other.number)
