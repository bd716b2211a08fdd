"""Label events -> the stays of a deal in its stages, as the report counts them.

What was refused never was. A move undone, or returned from within half an hour, was a slip and never was
either: the deal is counted as if it had stayed. What counts is the label; the journal only tells which labels of people
were accepted, where it reaches back far enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from salesbot.core.model.facts import Event
from salesbot.core.model.journal import Journal

SLIP = timedelta(minutes=30)
PUT_BACK_WITHIN = timedelta(hours=1)
"""A swap of labels was refused if the first thing the bot did was to put the old label back, and soon (inferred).
Only asked where the journal does not reach: on deals with more visits than it remembers, or whose card is lost."""


class StageInterval(NamedTuple):
    """A stay in a stage, up to the next one."""

    stage: str
    entered: datetime


class Change(NamedTuple):
    """A label event that concerns a stage, by the stage's name of today."""

    event: Event
    stage: str


def stage_intervals(changes: Sequence[Change], journal: Journal | None = None) -> tuple[StageInterval, ...]:
    """Read the stays from the label events of a deal, in GitHub's order. With two stage labels on, the newer counts."""
    found: list[StageInterval] = []
    standing: list[str] = []
    for index, (event, stage) in enumerate(changes):
        if event.kind == "labeled":
            if stage in standing or _was_refused(index, changes, found, standing, journal):
                continue
            standing.append(stage)
            _enter(found, stage, event.at)
        elif stage in standing:
            standing.remove(stage)
            # Somebody thought better of it: the other stage label, which stood all the time, counts again.
            if standing and found[-1].stage == stage:
                _enter(found, standing[-1], event.at)
    return without_slips(found)


def _enter(found: list[StageInterval], stage: str, at: datetime) -> None:
    """Clocks differ and events may be listed out of time; a stay never begins before the one before it."""
    if not found or found[-1].stage != stage:
        found.append(StageInterval(stage, max(at, found[-1].entered) if found else at))


def without_slips(found: Sequence[StageInterval]) -> tuple[StageInterval, ...]:
    """Leave out moves that were undone or returned from within half an hour."""
    kept: list[StageInterval] = []
    for stay in found:
        for place in range(len(kept) - 2, -1, -1):
            if stay.entered - kept[place + 1].entered > SLIP:
                break
            if kept[place].stage == stay.stage:
                del kept[place + 1 :]
                break
        if not kept or kept[-1].stage != stay.stage:
            kept.append(stay)
    return tuple(kept)


def _was_refused(
    index: int,
    changes: Sequence[Change],
    found: Sequence[StageInterval],
    standing: Sequence[str],
    journal: Journal | None,
) -> bool:
    event, stage = changes[index]
    if event.own or not found:
        return False
    if journal is not None and journal.history and journal.history[0].entered <= event.at <= journal.cursor.at:
        moment = int(event.at.timestamp())
        return not any(visit.stage == stage and int(visit.entered.timestamp()) == moment for visit in journal.history)
    return _was_taken_back(index, changes, found[-1].stage, current=found[-1].stage in standing)


def _was_taken_back(index: int, changes: Sequence[Change], previous: str, *, current: bool) -> bool:
    """Read it from what the bot did next: take the label off while the older one stood, or put the older one back."""
    begun, wished = changes[index]
    for event, stage in changes[index + 1 :]:
        if stage == wished and event.kind == "unlabeled":
            return event.own and current
        if event.own:
            back = event.kind == "labeled" and stage == previous and not current
            return back and event.at - begun.at <= PUT_BACK_WITHIN
        if stage == previous and event.kind == "labeled":
            return False  # a person brought it back later: that is a move of its own
        if stage == previous:
            current = False
    return False
