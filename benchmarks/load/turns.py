"""Threads that take turns by a clock of their own: one works, all others wait, and time moves only when they do.

So eight runs overlap between any two requests, as they would in eight jobs, and every play can be repeated.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable

LONGEST_TURN = 120.0
"""Real seconds after which a thread is taken to hang."""


class Turns:
    """Starts threads, and wakes whoever is due next. `moved` is told each new time, in seconds from the start."""

    def __init__(self, moved: Callable[[float], object]) -> None:
        self.now = 0.0
        self._moved = moved
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, threading.Event]] = []
        self._idle = threading.Event()
        self._errors: list[BaseException] = []

    def start(self, work: Callable[[], object], *, after: float = 0) -> None:
        """Have a thread do this when its turn comes."""
        gate = self._queue(after)
        threading.Thread(target=lambda: self._work(work, gate), daemon=True).start()

    def sleep(self, seconds: float) -> None:
        """Let the others work for so many seconds. Only threads that were started here may call it."""
        gate = self._queue(seconds)
        self._idle.set()
        gate.wait()

    def until_all_ended(self) -> None:
        """Wake one thread after the other until none is left. Raises the first error of any of them."""
        while self._waiting:
            at, _, gate = heapq.heappop(self._waiting)
            self.now = max(self.now, at)
            self._moved(self.now)
            self._idle.clear()
            gate.set()
            if not self._idle.wait(LONGEST_TURN):
                raise TimeoutError(f"A thread did not give up its turn within {LONGEST_TURN:.0f} s.")
            if self._errors:
                raise self._errors[0]

    def _queue(self, seconds: float) -> threading.Event:
        gate = threading.Event()
        heapq.heappush(self._waiting, (self.now + seconds, next(self._order), gate))
        return gate

    def _work(self, work: Callable[[], object], gate: threading.Event) -> None:
        gate.wait()
        try:
            work()
        except BaseException as error:  # raised again in the thread that waits for all
            self._errors.append(error)
        self._idle.set()
