"""The request log: what came in, what it asked, what it cost, and what went wrong with it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

KEPT = 20_000
"""How many requests are remembered."""


@dataclass
class Entry:
    """One request. `kind` is query, mutation or rest; `fields` are the root fields a document asked."""

    number: int
    method: str
    path: str
    at: str
    kind: str = "rest"
    operation: str | None = None
    fields: tuple[str, ...] = ()
    status: int = 0
    points: int = 0
    run: int | None = None
    who: str | None = None
    fault: str | None = None
    milliseconds: float = 0


class RequestLog:
    """The requests so far, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._count = 0

    def open(self, method: str, path: str, at: str) -> Entry:
        """Note a request that has come in."""
        self._count += 1
        entry = Entry(self._count, method, path, at)
        self._entries.append(entry)
        return entry

    def all(self, run: int | None = None) -> tuple[Entry, ...]:
        """List the requests, or only those of one run."""
        return tuple(entry for entry in list(self._entries) if run is None or entry.run == run)

    def clear(self) -> None:
        """Forget all requests and count from 1 again."""
        self._entries.clear()
        self._count = 0
