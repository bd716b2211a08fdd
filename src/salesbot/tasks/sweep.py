"""The sweep: the scheduled pass over all deals, so that no event is ever lost (docs/design.md).

A light pass finds the deals that may need something; those are read in full, most urgent first, and processed by the
same code as an event. A sweep has a budget and reports how many deals it left; the next one goes on there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from salesbot.adapters.github import GitHub
from salesbot.core.decide.due import MARK, REMIND, Due, due, people_to_ask
from salesbot.core.installation import problem_issue
from salesbot.core.installation.problem_issue import LabelProblem
from salesbot.core.leads.clients import ClientIndex
from salesbot.core.lifecycle.observed import Observed, observe, summary_of
from salesbot.core.model.client_deal import ClientDeal
from salesbot.core.model.effects import Effect, PutComment
from salesbot.core.model.facts import DealFacts, Repository, RepositoryFacts, Trigger
from salesbot.core.model.keys import Kind
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import attention
from salesbot.core.report import weekly_issue
from salesbot.core.text.plural import counted
from salesbot.tasks.board_connection import Listed
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.isolation import Isolation
from salesbot.tasks.many_deals import ManyDeals, Tally, open_and_recently_closed, pass_over
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.pace import LONGEST_RUN, NOTHING, Usage, count_content

MOST_REMINDERS = 25
CLIENT_CHANGED = "another deal of its client changed"

SWEEPING = Trigger(attention.SWEEP)


@dataclass
class LightPass:
    """What the light pass found: deals to read in full, and stages that lost their label, whose deals are left alone.

    `outcome` names the deals that could not be looked at.
    """

    count: int = 0
    due: list[Due] = field(default_factory=list)
    lost: dict[LabelProblem, None] = field(default_factory=dict)
    clients: Mapping[int, tuple[ClientDeal, ...]] = field(default_factory=dict)
    """The deals whose card names other deals of the client than it should, and which ones those are."""
    has_reports: bool = False
    """Whether an open weekly report is among the issues."""
    outcome: Outcome = field(default_factory=Outcome)


@dataclass(frozen=True)
class SweepResult:
    """What a sweep did, and whether there is a weekly report to bring up to date."""

    outcome: Outcome
    has_reports: bool = False


@dataclass
class SweepTally(Tally):
    """What a sweep did so far, with the deals it changed and the reminders it sent."""

    changed: int = 0
    reminders: int = 0

    def add(self, once: Outcome) -> None:
        """Count a deal."""
        super().add(once)
        self.changed += bool(once.effects)
        self.reminders += count_reminders(once.effects)


@dataclass
class Sweep:
    """One sweep. `used` is what the tasks before it in the same job took."""

    processor: DealProcessor
    used: Usage = NOTHING
    _current_repository: Repository | None = field(default=None, init=False)
    _board: Listed = field(default_factory=Listed, init=False)

    @property
    def github(self) -> GitHub:
        """The repository."""
        return self.processor.github

    def run(self) -> SweepResult:
        """Sweep. Raises ServiceError if nothing could be read."""
        started = self.processor.clock.monotonic() - self.used.seconds
        context = self.github.read_repository(SWEEPING)
        outcome, pipeline = self.processor.configured(context)
        if pipeline is None:
            return SweepResult(outcome)
        self.processor.roles.read_team(context)
        self._board = Listed.read(self.processor.board, pipeline)
        found = self._light_pass(context, pipeline)
        self.processor.log(f"Looked at {counted(found.count, 'deal')}; {len(found.due):,} may need something.")
        problems = self.processor.problems.report_labels(
            context, pipeline, list(found.lost), self._why_no_board(pipeline)
        )
        outcome = found.outcome.then(problems)
        outcome = outcome.then(self._process_all(found, pipeline, started))
        if self.processor.board is not None:
            outcome = outcome.then(self.processor.board.taken_notices())
        return SweepResult(outcome, found.has_reports)

    def _why_no_board(self, pipeline: Pipeline) -> str:
        board = self.processor.board if pipeline.board is not None else None
        return str(board.error) if board is not None and board.is_refused else ""

    def _light_pass(self, context: RepositoryFacts, pipeline: Pipeline) -> LightPass:
        """Find what may need something: only numbers are kept, so that memory does not grow with the repository."""
        found, isolation, clients = LightPass(), Isolation(self.processor.log), ClientIndex(pipeline)
        passes = open_and_recently_closed(context.read_at)
        for deal in pass_over(self.github, context, passes, SWEEPING, self.processor.log):
            found.count += 1
            look = partial(self._look_at, deal, pipeline, found, clients)
            isolation.attempt(f"Deal {deal.issue.number}", look)
        found.clients = clients.changed()
        known = {each.number for each in found.due}
        found.due += [Due(MARK, number, CLIENT_CHANGED) for number in found.clients if number not in known]
        found.due.sort()
        found.outcome = isolation.outcome
        return found

    def _look_at(self, deal: DealFacts, pipeline: Pipeline, found: LightPass, clients: ClientIndex) -> None:
        found.has_reports = found.has_reports or weekly_issue.is_report(deal.issue)
        current = self._with_current_labels(observe(self._board.seen(deal), pipeline, deal.read_at))
        problem = problem_issue.label_problem(current)
        if problem is not None:
            found.lost[problem] = None
            return
        if (verdict := self._due(current)) is not None:
            found.due.append(verdict)
        clients.add(summary_of(current), _named_on(current))

    def _with_current_labels(self, deal: Observed) -> Observed:
        """Read the list of labels once more if a deal's label is missing: an event may have created it meanwhile."""
        if problem_issue.label_problem(deal) is None:
            return deal
        if self._current_repository is None:
            self._current_repository = self.github.read_repository(SWEEPING).repository
        return deal.with_facts(replace(deal.facts, repository=self._current_repository))

    def _due(self, deal: Observed) -> Due | None:
        roles = self.processor.roles
        if deal.facts.board is not None:
            roles.ask_editors(deal)
        for person in people_to_ask(self._with_roles(deal)):
            roles.of(person)
        return due(self._with_roles(deal))

    def _with_roles(self, deal: Observed) -> Observed:
        return deal.with_facts(replace(deal.facts, roles=dict(self.processor.roles.known)))

    def _process_all(self, found: LightPass, pipeline: Pipeline, started: float) -> Outcome:
        urgency = {each.number: each.urgency for each in found.due}
        tally = SweepTally(content=self.used.content)
        clock = self.processor.clock

        def is_enough(tally: Tally) -> bool:
            return tally.content >= pipeline.sweep.budget or clock.monotonic() - started > LONGEST_RUN

        outcome = ManyDeals(self.github, SWEEPING, clock, self.processor.log).work(
            [each.number for each in found.due],
            lambda number, facts: (
                self.processor.process_read(replace(facts, same_client=found.clients.get(number))).outcome
            ),
            tally=tally,
            is_enough=is_enough,
            skip=lambda number, _: urgency[number] == REMIND and tally.reminders >= MOST_REMINDERS,
        )
        left = len(found.due) - tally.done
        if self.processor.dry_run:
            return outcome.then(Outcome(notes=(_what_it_would_do(found, tally, left),)))
        what = f"{tally.done:,} may have needed something and {'was' if tally.done == 1 else 'were'} processed"
        notes = [f"Looked at {counted(found.count, 'deal')}; {what}."]
        notes += [f"Left {left:,} for the next sweep."] if left else []
        return outcome.then(Outcome(notes=tuple(notes)))


def _named_on(deal: Observed) -> tuple[ClientDeal, ...] | None:
    """Give the deals of the client that a card names; None where there is no card, or the deal has ended."""
    if deal.journal is None or deal.journal.left or not deal.issue.open:
        return None
    return deal.journal.same_client


def _what_it_would_do(found: LightPass, tally: SweepTally, left: int) -> str:
    """Say what a dry run found, in one sentence."""
    if not found.due:
        return f"A sweep would now change none of {counted(found.count, 'deal')}; nothing was written."
    content = counted(count_content(tally.outcome.effects), "comment or edit", "comments and edits")
    later = f", and leave {left:,} for the next one" if left else ""
    looked = counted(found.count, "deal")
    return f"A sweep would now change {tally.changed:,} of {looked}, with {content}{later}; nothing was written."


def count_reminders(effects: Sequence[Effect]) -> int:
    """Count the reminders among effects."""
    return sum(isinstance(effect, PutComment) and effect.key.kind == Kind.REMINDER for effect in effects)
