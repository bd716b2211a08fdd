"""Faults: what goes wrong between a client and the sandbox. A test arms one, and the k-th request meets it.

Each fault is a value that names what goes wrong and where; `api.gateway` makes it happen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, Unpack

What = Literal[
    "fails", "loses answer", "lands late", "resets", "hangs", "secondary", "primary", "errors",
    "refuses", "breaks", "cuts", "nulls", "stale", "kills",
]  # fmt: skip

SOMETHING_WENT_WRONG = (
    "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."
    " Please include `C0DE:1234:5678:9ABC:DEF0` when reporting this issue."
)
TIMEOUT = (
    "We couldn't respond to your request in time. Sorry about that."
    " Please try resubmitting your request and contact us if the problem persists."
)


class Where(TypedDict, total=False):
    """Which requests meet a fault: the `nth` from now that is `on`, and the `times - 1` after it."""

    on: str
    nth: int
    times: int


@dataclass(frozen=True)
class Fault:
    """One thing going wrong.

    `on` is `any`, `query`, `mutation`, `rest`, or a root field such as `addComment`. Made by the class methods.
    """

    what: What
    on: str = "any"
    nth: int = 1
    times: int = 1
    status: int = 502
    seconds: float = 0
    retry_after: int | None = None
    after: bool = False
    target: int | str = ""
    type: str | None = None
    message: str = SOMETHING_WENT_WRONG

    @classmethod
    def fails(cls, status: int = 502, **where: Unpack[Where]) -> Fault:
        """Answer 500, 502, 503 or 504 and do nothing."""
        return cls("fails", status=status, **where)

    @classmethod
    def loses_answer(cls, status: int = 502, **where: Unpack[Where]) -> Fault:
        """Do what was asked, and answer 502 all the same."""
        return cls("loses answer", status=status, **where)

    @classmethod
    def lands_late(cls, seconds: float, status: int = 502, **where: Unpack[Where]) -> Fault:
        """Answer 502 now; what was asked happens `seconds` later by the sandbox's clock."""
        return cls("lands late", seconds=seconds, status=status, **where)

    @classmethod
    def resets(cls, *, after: bool = False, **where: Unpack[Where]) -> Fault:
        """Cut the connection before anything was done, or after."""
        return cls("resets", after=after, **where)

    @classmethod
    def hangs(cls, seconds: float, **where: Unpack[Where]) -> Fault:
        """Wait for so many real seconds, then answer normally."""
        return cls("hangs", seconds=seconds, **where)

    @classmethod
    def secondary(cls, status: int = 403, retry_after: int | None = None, **where: Unpack[Where]) -> Fault:
        """Refuse for the secondary rate limit, as 403 or 429, with or without Retry-After in seconds."""
        return cls("secondary", status=status, retry_after=retry_after, **where)

    @classmethod
    def primary(cls, status: int = 403, reset_in: float = 3600, **where: Unpack[Where]) -> Fault:
        """Refuse for the primary rate limit, as 403 or 429, or as 200 with GraphQL errors; it resets in seconds."""
        return cls("primary", status=status, seconds=reset_in, **where)

    @classmethod
    def errors(
        cls, message: str = SOMETHING_WENT_WRONG, error_type: str | None = None, **where: Unpack[Where]
    ) -> Fault:
        """Do nothing and answer GraphQL errors under 200."""
        return cls("errors", message=message, type=error_type, **where)

    @classmethod
    def refuses(
        cls, mutation: int | str, message: str = "", error_type: str | None = None, **where: Unpack[Where]
    ) -> Fault:
        """Refuse one root mutation: by position from 1, by name, or by alias. The others run.

        Without an error type as FORBIDDEN, as where the token lacks a permission.
        """
        where.setdefault("on", "mutation")
        return cls("refuses", target=mutation, type=error_type, message=message, **where)

    @classmethod
    def breaks(cls, mutation: int | str, **where: Unpack[Where]) -> Fault:
        """Fail one root mutation with "Something went wrong". The others run."""
        where.setdefault("on", "mutation")
        return cls("breaks", target=mutation, **where)

    @classmethod
    def cuts(cls, position: int, **where: Unpack[Where]) -> Fault:
        """Do the root mutations before this position (from 1), none from there on, and answer 502."""
        where.setdefault("on", "mutation")
        return cls("cuts", target=position, **where)

    @classmethod
    def nulls(cls, path: str, **where: Unpack[Where]) -> Fault:
        """Answer null with an error at a path such as `repository.issue.comments`."""
        return cls("nulls", target=path, **where)

    @classmethod
    def stale(cls, writes: int = 1, **where: Unpack[Where]) -> Fault:
        """Answer a read from the state before the last so many writes."""
        return cls("stale", target=writes, **where)

    @classmethod
    def kills(cls, *, after: bool = False, **where: Unpack[Where]) -> Fault:
        """Kill the run that sent the request, before it is handled or after; nothing it sends later arrives."""
        return cls("kills", after=after, **where)


class Faults:
    """The faults that wait for their requests, and how slow everything is."""

    def __init__(self) -> None:
        self.latency_ms: float = 0
        self._armed: list[list[Any]] = []

    def arm(self, fault: Fault) -> None:
        """Arm a fault; requests are counted from now."""
        if fault.nth < 1 or fault.times < 1:
            raise ValueError("A fault waits for the 1st request or a later one, and happens at least once.")
        self._armed.append([fault, 0])

    def clear(self) -> None:
        """Disarm all faults and answer without delay."""
        self._armed.clear()
        self.latency_ms = 0

    @property
    def armed(self) -> tuple[Fault, ...]:
        """List the faults that still wait."""
        return tuple(fault for fault, _ in self._armed)

    def matching(self, kinds: Iterable[str]) -> tuple[Fault, ...]:
        """Count a request of these kinds, and return the faults it meets."""
        names, met = {"any", *kinds}, []
        for waiting in self._armed:
            fault: Fault = waiting[0]
            if fault.on in names:
                waiting[1] += 1
                if waiting[1] >= fault.nth:
                    met.append(fault)
        self._armed = [[fault, seen] for fault, seen in self._armed if seen < fault.nth + fault.times - 1]
        return tuple(met)
