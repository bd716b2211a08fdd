"""The sweep: the scheduled pass over all deals, so that no event is ever lost (docs/design.md, Many deals).

One light pass tells which deals may need something; those are read in full, ten at a time, most urgent first, and
settled by the same code as an event. It spends a budget and says what it left; the next sweep goes on there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from salesbot.adapters.github import IN_FULL, GitHub, PatienceError
from salesbot.core.decide.due import REMIND, Due, due, people_to_ask
from salesbot.core.errors import ServiceError
from salesbot.core.installation import problem_issue
from salesbot.core.installation.problem_issue import LabelProblem
from salesbot.core.lifecycle.observed import Observed, observe
from salesbot.core.model.effects import EditBody, Effect, OpenLead, OpenProblem, PutComment
from salesbot.core.model.facts import DealFacts, Repository, RepositoryFacts, Trigger
from salesbot.core.model.keys import Kind
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import attention
from salesbot.core.report import weekly_issue
from salesbot.tasks.deal import App, Log, Outcome

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

SWEEPING = Trigger(attention.SWEEP)


@dataclass(frozen=True)
class Seen:
    """What the light pass saw: deals to read in full, most urgent first, and stages that lost their label."""

    looked: int
    due: tuple[Due, ...] = ()
    lost: tuple[LabelProblem, ...] = ()
    """Their deals are left alone."""


@dataclass
class Tally:
    """What a sweep did so far."""

    outcome: Outcome = field(default_factory=Outcome)
    done: int = 0
    spent: int = 0
    """Comments and edits."""
    reminders: int = 0
    failures: int = 0
    """In a row."""

    def add(self, once: Outcome) -> None:
        """Count a deal."""
        self.outcome, self.done = self.outcome.then(once), self.done + 1
        self.spent += content(once.effects)
        self.reminders += count_reminders(once.effects)
        self.failures = self.failures + 1 if once.error is not None else 0


@dataclass
class Sweep:
    """One pass. `clock` counts seconds."""

    app: App
    log: Log = field(default=lambda text: None)
    clock: Callable[[], float] = time.monotonic
    reports: bool = False
    """Whether an open weekly report was met on the way."""
    _repository_now: Repository | None = field(default=None, init=False)

    @property
    def github(self) -> GitHub:
        """The repository."""
        return self.app.github

    def run(self) -> Outcome:
        """Sweep. Raises ServiceError if nothing could be read."""
        started = self.clock() - self.app.elapsed
        context = self.github.read_repository(SWEEPING)
        told, pipeline = self.app.configured(context)
        if pipeline is None:
            return told
        self.app.roles |= self.github.team(context)
        seen = self._look(context, pipeline)
        self.log(f"Looked at {seen.looked:,} deals; {len(seen.due):,} may need something.")
        told = self.app.tell_of_labels(context, pipeline, seen.lost)
        return told.then(self._settle_all(seen, pipeline, started))

    def _look(self, context: RepositoryFacts, pipeline: Pipeline) -> Seen:
        """The light pass: only numbers are kept, so that memory does not grow with the repository."""
        due_: list[Due] = []
        lost: list[LabelProblem] = []
        looked = 0
        for glanced, total in self._glances(context):
            looked += 1
            self.reports = self.reports or weekly_issue.is_report(glanced.issue)
            deal = observe(glanced, pipeline, glanced.read_at)
            if problem_issue.label_problem(deal) is not None:
                deal = self._with_labels_now(deal)
            problem = problem_issue.label_problem(deal)
            verdict = self._verdict(deal) if problem is None else None
            due_ += [verdict] if verdict is not None else []
            lost += [problem] if problem is not None and problem not in lost else []
            if looked % 500 == 0:
                self.log(f"  {looked:,} of {total:,} looked at ...")
        return Seen(looked, tuple(sorted(due_)), tuple(lost))

    def _glances(self, context: RepositoryFacts) -> Iterator[tuple[DealFacts, int]]:
        lately = context.read_at - CLOSED_LATELY
        for pages in (self.github.glance(context, "OPEN"), self.github.glance(context, "CLOSED", lately)):
            for page in pages:
                yield from ((deal, page.total) for deal in page.deals)

    def _with_labels_now(self, glanced: Observed) -> Observed:
        """Read the list of labels once more: an event that ran since the sweep began may have made the deal's label."""
        if self._repository_now is None:
            self._repository_now = self.github.read_repository(SWEEPING).repository
        return glanced.with_facts(replace(glanced.facts, repository=self._repository_now))

    def _verdict(self, glanced: Observed) -> Due | None:
        for person in people_to_ask(self._with_roles(glanced)):
            self.app.roles[person.casefold()] = self.github.role(person)
        return due(self._with_roles(glanced))

    def _with_roles(self, glanced: Observed) -> Observed:
        return glanced.with_facts(replace(glanced.facts, roles=self.app.roles))

    def _settle_all(self, seen: Seen, pipeline: Pipeline, started: float) -> Outcome:
        tally = Tally(spent=self.app.spent)
        try:
            for each, facts in self._in_full(seen.due):
                if each.urgency == REMIND and tally.reminders >= MOST_REMINDERS:
                    continue
                tally.add(self._reconcile(each.number, facts))
                if tally.done % IN_FULL == 0 or tally.done == len(seen.due):
                    self.log(f"  {tally.done:,} of {len(seen.due):,} settled, {tally.spent:,} comments and edits ...")
                if self._is_enough(tally, pipeline, started):
                    break
        except ServiceError as error:  # GitHub lets nobody read any more; what was done is done
            tally.outcome = tally.outcome.then(_failed(error, str(error)))
        left = len(seen.due) - tally.done
        said = f"Looked at {seen.looked:,} deals; {tally.done:,} may have needed something and were settled."
        notes = [said] + ([f"Left {left:,} for the next sweep."] if left else [])
        return tally.outcome.then(Outcome(notes=tuple(notes)))

    def _is_enough(self, tally: Tally, pipeline: Pipeline, started: float) -> bool:
        too_long = self.clock() - started > LONGEST
        return tally.spent >= pipeline.sweep.budget or too_long or tally.failures >= TIMES_IN_A_ROW

    def _in_full(self, found: Sequence[Due]) -> Iterator[tuple[Due, DealFacts | None]]:
        """Give each deal with its facts, ten read at once; without them where it is to be read by itself."""
        for start in range(0, len(found), IN_FULL):
            batch = found[start : start + IN_FULL]
            read_at = self.clock()
            read = self._read([each.number for each in batch])
            for each in batch:
                yield each, read.get(each.number) if self.clock() - read_at <= FRESH else None

    def _read(self, numbers: Sequence[int]) -> dict[int, DealFacts]:
        """Read deals at once. What GitHub cannot manage is halved, so that one bad deal spoils no other."""
        try:
            read = self.github.read_many(numbers, SWEEPING)
        except PatienceError:
            raise
        except ServiceError as error:
            self.log(f"  {len(numbers)} deals could not be read at once: {error}")
            half = len(numbers) // 2
            return self._read(numbers[:half]) | self._read(numbers[half:]) if half else {}
        return {facts.issue.number: facts for facts in read}

    def _reconcile(self, number: int, facts: DealFacts | None) -> Outcome:
        """Settle one deal; a failure that concerns only it does not stop the sweep."""
        try:
            outcome = self.app.reconcile(facts) if facts is not None else self.app.look_at(number, SWEEPING)
        except ServiceError as error:
            self.log(f"  Deal {number}: {error}")
            return _failed(error, f"Deal {number}: {error}")
        self._pace(outcome.effects)
        return outcome

    def _pace(self, effects: Sequence[Effect]) -> None:
        if effects and not self.app.dry_run:
            self.github.client.pause(max(PER_WRITE, content(effects) * PER_CONTENT))


def _failed(error: ServiceError, told: str) -> Outcome:
    return Outcome(exit_code=1, error=error, told=(told,))


def content(effects: Sequence[Effect]) -> int:
    """Count what GitHub counts as content."""
    return sum(isinstance(effect, (PutComment, EditBody, OpenProblem, OpenLead)) for effect in effects)


def count_reminders(effects: Sequence[Effect]) -> int:
    """Count the reminders among effects."""
    return sum(isinstance(effect, PutComment) and effect.key.kind == Kind.REMINDER for effect in effects)
