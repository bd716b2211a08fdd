"""The sweep: the scheduled pass over all deals, so that no event is ever lost (behaviour 7, protocol 6).

One light pass tells which deals may need something; those are read in full, ten at a time, most urgent first, and
settled by the same code as an event. It spends a budget and says what it left; the next sweep goes on there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from salesbot.adapters.github import IN_FULL, GitHub
from salesbot.app import App, Log, Outcome
from salesbot.core import attention, weekly
from salesbot.core.due import REMIND, Due, due, people_to_ask
from salesbot.core.effects import EditBody, Effect, OpenProblem, PutComment
from salesbot.core.errors import ServiceError
from salesbot.core.facts import Facts, Waking
from salesbot.core.pipeline import Pipeline

CLOSED_LATELY = timedelta(days=8)
FRESH = 60.0
"""Seconds after which facts are too old to write on."""
MOST_REMINDERS = 25
PER_CONTENT = 60 / 80
"""Seconds to wait for each comment or edit written: GitHub allows about 80 a minute."""
PER_WRITE = 1.0
"""Seconds between two writes, as GitHub asks for."""
LONGEST = 480.0
"""Seconds after which a sweep begins nothing new; the job that runs it ends at ten minutes."""
TIMES_IN_A_ROW = 3
"""Failures after which GitHub is taken to be down."""


@dataclass
class Sweep:
    """One pass. `clock` counts seconds."""

    app: App
    log: Log = field(default=lambda text: None)
    clock: Callable[[], float] = time.monotonic
    reports: bool = False
    """Whether an open weekly report was met on the way."""

    @property
    def github(self) -> GitHub:
        """The repository."""
        return self.app.github

    def run(self) -> Outcome:
        """Sweep. Raises ServiceError if nothing could be read."""
        started = self.clock()
        waking = Waking(attention.SWEEP)
        around = self.github.read_repository(waking)
        told, pipeline = self.app.configured(around)
        if pipeline is None:
            return told
        self.app.roles |= self.github.team(around)
        found, looked = self._look(around, pipeline)
        found.sort()
        self.log(f"Looked at {looked:,} deals; {len(found):,} may need something.")
        return self._settle_all(found, looked, pipeline, waking, started)

    def _look(self, around: Facts, pipeline: Pipeline) -> tuple[list[Due], int]:
        """The light pass: only numbers are kept, so that memory does not grow with the repository."""
        found: list[Due] = []
        looked = 0
        for glanced, total in self._glances(around):
            looked += 1
            self.reports = self.reports or weekly.is_report(glanced.issue)
            verdict = self._verdict(glanced, pipeline)
            found += [verdict] if verdict is not None else []
            if looked % 500 == 0:
                self.log(f"  {looked:,} of {total:,} looked at ...")
        return found, looked

    def _glances(self, around: Facts) -> Iterator[tuple[Facts, int]]:
        lately = around.read_at - CLOSED_LATELY
        for pages in (self.github.glance(around, "OPEN"), self.github.glance(around, "CLOSED", lately)):
            for page in pages:
                yield from ((deal, page.total) for deal in page.deals)

    def _verdict(self, glanced: Facts, pipeline: Pipeline) -> Due | None:
        facts = replace(glanced, roles=self.app.roles)
        for person in people_to_ask(facts, pipeline, facts.read_at):
            self.app.roles[person.casefold()] = self.github.role(person)
        return due(replace(facts, roles=self.app.roles), pipeline, facts.read_at)

    def _settle_all(
        self, found: Sequence[Due], looked: int, pipeline: Pipeline, waking: Waking, started: float
    ) -> Outcome:
        outcome, spent, reminders, failures, done = Outcome(), 0, 0, 0, 0
        for start in range(0, len(found), IN_FULL):
            if spent >= pipeline.sweep.budget or self.clock() - started > LONGEST or failures >= TIMES_IN_A_ROW:
                break
            wanted = [
                each for each in found[start : start + IN_FULL] if each.urgency != REMIND or reminders < MOST_REMINDERS
            ]
            for facts in self._read(wanted, waking):
                once = self._settle(facts)
                outcome = outcome.then(once)
                failures = failures + 1 if once.error is not None else 0
                written = content(once.effects)
                spent, reminders, done = spent + written, reminders + count_reminders(once.effects), done + 1
                self._pace(once.effects, written)
            self.log(f"  {done:,} of {len(found):,} settled, {spent:,} comments and edits written ...")
        left = len(found) - done
        said = f"Looked at {looked:,} deals; {done:,} may have needed something and were settled."
        notes = [said] + ([f"Left {left:,} for the next sweep."] if left else [])
        return outcome.then(Outcome(notes=tuple(notes)))

    def _read(self, wanted: Sequence[Due], waking: Waking) -> Iterator[Facts]:
        """Read ten in full; facts that grew old while the others were written are read again."""
        if not wanted:
            return
        read_at = self.clock()
        for facts in self.github.read_many([each.number for each in wanted], waking):
            assert facts.issue is not None
            if self.clock() - read_at <= FRESH:
                yield facts
            else:
                yield self.github.read(facts.issue.number, waking)

    def _settle(self, facts: Facts) -> Outcome:
        """Settle one deal; a failure that concerns only it does not stop the sweep."""
        assert facts.issue is not None
        number = facts.issue.number
        try:
            return self.app.settle(facts)
        except ServiceError as error:
            self.log(f"  Deal {number}: {error}")
            return Outcome(exit_code=1, error=error, told=(f"Deal {number}: {error}",))

    def _pace(self, effects: Sequence[Effect], written: int) -> None:
        if effects and not self.app.dry_run:
            self.github.client.pause(max(PER_WRITE, written * PER_CONTENT))


def content(effects: Sequence[Effect]) -> int:
    """Count what GitHub counts as content."""
    return sum(isinstance(effect, (PutComment, EditBody, OpenProblem)) for effect in effects)


def count_reminders(effects: Sequence[Effect]) -> int:
    """Count the reminders among effects."""
    return sum(isinstance(effect, PutComment) and effect.key.startswith("reminder:") for effect in effects)
