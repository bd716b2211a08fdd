"""Turns label events into the intervals a deal spent in its stages, as the report counts them.

Refused moves are left out. So is a move that was undone, or taken back within half an hour: it was a slip, and the deal
counts as if it had not moved. Labels decide; the journal, as far as it goes back, only shows which were accepted.
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
Only used where the journal does not go back far enough: it keeps a limited number of visits, and a card can be lost."""


class StageInterval(NamedTuple):
    """A stage and when a deal entered it. It lasts until the next interval begins."""

    stage: str
    entered: datetime


class Change(NamedTuple):
    """A label event of a stage, with the current name of the stage."""

    event: Event
    stage: str


def stage_intervals(changes: Sequence[Change], journal: Journal | None = None) -> tuple[StageInterval, ...]:
    """Read the intervals from the label events of a deal, in GitHub's order. Of two stage labels the newer counts."""
    intervals: list[StageInterval] = []
    current: list[str] = []
    for index, (event, stage) in enumerate(changes):
        if event.kind == "labeled":
            if stage in current or _was_refused(index, changes, intervals, current, journal):
                continue
            current.append(stage)
            _enter(intervals, stage, event.at)
        elif stage in current:
            current.remove(stage)
            # The newer of two stage labels was taken off: the older one, which stayed on, counts again.
            if current and intervals[-1].stage == stage:
                _enter(intervals, current[-1], event.at)
    return without_slips(intervals)


def _enter(intervals: list[StageInterval], stage: str, at: datetime) -> None:
    """Begin an interval, never before the previous one: clocks differ, and events may be listed out of order."""
    if not intervals or intervals[-1].stage != stage:
        intervals.append(StageInterval(stage, max(at, intervals[-1].entered) if intervals else at))


def without_slips(intervals: Sequence[StageInterval]) -> tuple[StageInterval, ...]:
    """Leave out moves that were undone or taken back within half an hour."""
    result: list[StageInterval] = []
    for interval in intervals:
        for place in range(len(result) - 2, -1, -1):
            if interval.entered - result[place + 1].entered > SLIP:
                break
            if result[place].stage == interval.stage:
                del result[place + 1 :]
                break
        if not result or result[-1].stage != interval.stage:
            result.append(interval)
    return tuple(result)


def _was_refused(
    index: int,
    changes: Sequence[Change],
    intervals: Sequence[StageInterval],
    current: Sequence[str],
    journal: Journal | None,
) -> bool:
    event, stage = changes[index]
    if event.own or not intervals:
        return False
    if journal is not None and journal.history and journal.history[0].entered <= event.at <= journal.cursor.at:
        moment = int(event.at.timestamp())
        return not any(visit.stage == stage and int(visit.entered.timestamp()) == moment for visit in journal.history)
    return _was_taken_back(index, changes, intervals[-1].stage, current=intervals[-1].stage in current)


def _was_taken_back(index: int, changes: Sequence[Change], previous: str, *, current: bool) -> bool:
    """Read it from what salesbot did next: took the label off while the older one was on, or put the older one back."""
    begun, requested = changes[index]
    for event, stage in changes[index + 1 :]:
        if stage == requested and event.kind == "unlabeled":
            return event.own and current
        if event.own:
            back = event.kind == "labeled" and stage == previous and not current
            return back and event.at - begun.at <= PUT_BACK_WITHIN
        if stage == previous and event.kind == "labeled":
            return False  # a person brought it back later: that is a move of its own
        if stage == previous:
            current = False
    return False
