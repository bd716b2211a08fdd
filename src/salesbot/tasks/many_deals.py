"""Many deals: a light pass over all of them, and those that need work in full, some at once, one after the other.

What GitHub cannot manage at once is halved, down to one deal; a deal that cannot be read or written is named and the
others are done. The only loop over deals: sweep, Streak and the commands of installation all use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from salesbot.adapters.clock import Clock
from salesbot.adapters.github import IN_FULL, GitHub, IssueGoneError, PatienceError
from salesbot.core.errors import ServiceError
from salesbot.core.model.facts import DealFacts, RepositoryFacts, Trigger
from salesbot.core.text.plural import counted
from salesbot.tasks.isolation import Isolation, isolated
from salesbot.tasks.outcome import Log, Outcome
from salesbot.tasks.pace import FAILURES_IN_A_ROW, count_content, pause_after_write

STALE_AFTER = 60.0
"""Seconds after which facts are too old to write on."""
RECENTLY_CLOSED = timedelta(days=8)
PROGRESS_EVERY = 500

State = Literal["OPEN", "CLOSED"]
Pass = tuple[State, datetime | None]
"""Issues in a state, changed since a moment."""


def open_and_recently_closed(read_at: datetime) -> tuple[Pass, ...]:
    """The deals that a scheduled task passes over."""
    return ("OPEN", None), ("CLOSED", read_at - RECENTLY_CLOSED)


OPEN: tuple[Pass, ...] = (("OPEN", None),)
ALL: tuple[Pass, ...] = (("OPEN", None), ("CLOSED", None))


def pass_over(
    github: GitHub, context: RepositoryFacts, passes: Sequence[Pass], trigger: Trigger, log: Log
) -> Iterator[DealFacts]:
    """Read all deals lightly, page by page, with progress. Only what the caller keeps stays in memory."""
    for state, since in passes:
        read = 0
        for page in github.glance(context, state, since):
            for deal in page.deals:
                read += 1
                yield replace(deal, trigger=trigger)
                if read % PROGRESS_EVERY == 0:
                    log(f"  {read:,} of {page.total:,} {state.lower()} deals read ...")


@dataclass
class Tally:
    """What was done so far. `failures` counts those in a row."""

    outcome: Outcome = field(default_factory=Outcome)
    done: int = 0
    content: int = 0
    failures: int = 0

    @property
    def is_out_of_patience(self) -> bool:
        """Whether GitHub asks to wait for longer than a run may."""
        return isinstance(self.outcome.error, PatienceError)

    def add(self, once: Outcome) -> None:
        """Count a deal."""
        self.outcome, self.done = self.outcome.then(once), self.done + 1
        self.content += count_content(once.effects)
        self.failures = self.failures + 1 if once.error is not None else 0


@dataclass(frozen=True)
class ManyDeals:
    """Reads deals in full and has each worked on."""

    github: GitHub
    trigger: Trigger
    clock: Clock
    log: Log

    def work(
        self,
        numbers: Sequence[int],
        handle: Callable[[int, DealFacts], Outcome],
        *,
        tally: Tally,
        is_enough: Callable[[Tally], bool] = lambda tally: False,
        skip: Callable[[int, Tally], bool] = lambda number, tally: False,
    ) -> Outcome:
        """Work on each deal in order, until it is enough or GitHub is taken to be down.

        A failure that concerns one deal is named; GitHub allowing no more requests ends the work, and what was done is
        in the outcome.
        """
        try:
            for number, read in self._in_full(numbers):
                if skip(number, tally):
                    continue
                tally.add(self._handle(number, read, handle))
                if tally.done % IN_FULL == 0 or tally.done == len(numbers):
                    self.log(f"  {tally.done:,} of {counted(len(numbers), 'deal')} done ...")
                if is_enough(tally) or tally.failures >= FAILURES_IN_A_ROW or tally.is_out_of_patience:
                    break
        except PatienceError as error:
            tally.outcome = tally.outcome.then(Outcome.failed(error))
        return tally.outcome

    def _handle(self, number: int, read: DealFacts | None, handle: Callable[[int, DealFacts], Outcome]) -> Outcome:
        def work() -> Outcome:
            return handle(number, read or self.github.read(number, self.trigger))

        try:
            outcome = isolated(f"Deal {number}", self.log, work)
        except IssueGoneError as gone:
            return Outcome(notes=(gone.what,))
        except ServiceError as error:
            self.log(f"  Deal {number}: {error}")
            return Outcome.failed(error, f"Deal {number}")
        if outcome.effects:
            pause_after_write(self.github.client, outcome.effects)
        return outcome

    def _in_full(self, numbers: Sequence[int]) -> Iterator[tuple[int, DealFacts | None]]:
        """Give each deal with its facts; None where it is to be read by itself: stale, or not readable at once."""
        for start in range(0, len(numbers), IN_FULL):
            batch = numbers[start : start + IN_FULL]
            read_at = self.clock.monotonic()
            read = self._read(batch)
            for number in batch:
                yield number, read.get(number) if self.clock.monotonic() - read_at <= STALE_AFTER else None

    def _read(self, numbers: Sequence[int]) -> dict[int, DealFacts]:
        """Read deals at once; what cannot be read is halved, so that one bad deal spoils no other."""
        deals = counted(len(numbers), "deal")
        try:
            read = Isolation(self.log).attempt(deals, lambda: self.github.read_many(numbers, self.trigger))
        except PatienceError:
            raise
        except ServiceError as error:
            self.log(f"  {deals} could not be read at once: {error}")
            read = None
        if read is None:
            half = len(numbers) // 2
            return self._read(numbers[:half]) | self._read(numbers[half:]) if half else {}
        return {facts.issue.number: facts for facts in read}
