"""The sandbox's time: whole seconds in UTC, live or standing still until somebody moves it.

It runs scheduled actions when their time comes.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

FORMAT = "%Y-%m-%dT%H:%M:%SZ"
Alarm = tuple[datetime, int, Callable[[], None]]
State = tuple[datetime, timedelta, tuple[Alarm, ...]]


class Clock:
    """A clock that follows the real time, or with `start` stands still until it is advanced."""

    def __init__(self, start: datetime | None = None, step: int = 0) -> None:
        """Begin at `start`; after every write `tick` moves the time by `step` seconds."""
        self.live = start is None
        self.step = step
        self._now = _whole(start) if start else datetime.now(UTC).replace(microsecond=0)
        self._offset = timedelta()
        self._alarms: list[Alarm] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """Return the time, in UTC and whole seconds."""
        if self.live:
            return (datetime.now(UTC) + self._offset).replace(microsecond=0)
        return self._now

    def stamp(self) -> str:
        """Return the time as GitHub writes it: `2026-11-23T10:00:00Z`."""
        return stamp(self.now())

    def advance(self, by: float | timedelta) -> datetime:
        """Advance the time by seconds or a timedelta; scheduled actions run at their own time."""
        return self.set(self.now() + (by if isinstance(by, timedelta) else timedelta(seconds=by)))

    def set(self, moment: datetime) -> datetime:
        """Move the time to `moment`. Raise ValueError for one that has passed: what happened cannot come later."""
        target = _whole(moment)
        if target < self.now():
            raise ValueError(f"The sandbox's clock shows {self.stamp()} and only goes forward, not to {stamp(target)}.")
        while self._alarms and self._alarms[0][0] <= target:
            self._move(max(self._alarms[0][0], self.now()))
            heapq.heappop(self._alarms)[2]()
        self._move(max(target, self.now()))
        return target

    def tick(self) -> None:
        """Count one write: move a standing clock by its step."""
        if self.step:
            self.advance(self.step)

    def schedule(self, moment: datetime, action: Callable[[], None]) -> None:
        """Call `action` when the clock passes `moment`."""
        heapq.heappush(self._alarms, (moment, next(self._order), action))

    def run_due(self) -> None:
        """Call the actions whose time has come. A live clock is asked to do so before every request."""
        while self._alarms and self._alarms[0][0] <= self.now():
            heapq.heappop(self._alarms)[2]()

    def state(self) -> State:
        """Save the time and the scheduled actions, for `restore`."""
        return self._now, self._offset, tuple(self._alarms)

    def restore(self, state: State) -> None:
        """Restore a saved time, scheduled actions included."""
        self._now, self._offset, alarms = state
        self._alarms = list(alarms)

    def _move(self, target: datetime) -> None:
        self._offset += target - self.now()
        self._now = target


def stamp(moment: datetime) -> str:
    """Write a time as GitHub does, in UTC without fractions."""
    return moment.astimezone(UTC).strftime(FORMAT)


def read(text: str) -> datetime:
    """Read a time as GitHub writes it. Raise ValueError for anything else."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _whole(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; the sandbox's clock needs one.")
    return moment.astimezone(UTC).replace(microsecond=0)
