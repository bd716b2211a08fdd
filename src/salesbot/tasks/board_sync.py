"""Keeps deals and the cards of a project in sync, on schedule and by hand (docs/board.md).

Some requests list what is on the board, a light pass over the deals finds those that differ; only these are read in
full, and processed by the same code as an event. What follows from a difference is known to `core.policies.board_sync`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from salesbot.core.lifecycle import restore
from salesbot.core.lifecycle.observed import Observed, observe
from salesbot.core.model.facts import DealFacts, RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import board_sync
from salesbot.core.text.plural import counted
from salesbot.tasks.board_connection import Listed
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.isolation import Isolation
from salesbot.tasks.many_deals import ManyDeals, Tally, open_and_recently_closed, pass_over
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.pace import LONGEST_RUN, NOTHING, Usage

SYNC = Trigger("board")
NO_BOARD = "No board is configured (`board`), so there is nothing to sync."


@dataclass
class BoardSync:
    """One run. `used` is what the tasks before it took."""

    processor: DealProcessor
    used: Usage = NOTHING

    def run(self) -> Outcome:
        """Bring all deals and their cards in sync. Raises ServiceError if the repository cannot be read."""
        started = self.processor.clock.monotonic() - self.used.seconds
        context = self.processor.github.read_repository(SYNC)
        outcome, pipeline = self.processor.configured(context)
        if pipeline is None:
            return outcome
        if pipeline.board is None or self.processor.board is None:
            return Outcome(notes=(NO_BOARD,))
        self.processor.roles.read_team(context)
        listed = Listed.read(self.processor.board, pipeline)
        if (error := self.processor.board.error) is not None:
            why = str(error) if self.processor.board.is_refused else None
            told = self.processor.problems.report_labels(context, pipeline, [], why)
            return told.then(Outcome.failed(error))
        outcome = self._sync_all(self._differing(context, listed, pipeline), pipeline, started)
        return outcome.then(self.processor.board.taken_notices())

    def _differing(self, context: RepositoryFacts, listed: Listed, pipeline: Pipeline) -> list[int]:
        found: list[int] = []
        isolation, passes = Isolation(self.processor.log), open_and_recently_closed(context.read_at)
        for facts in pass_over(self.processor.github, context, passes, SYNC, self.processor.log):
            compare = partial(self._compare, listed.seen(facts), pipeline, found)
            isolation.attempt(f"Deal {facts.issue.number}", compare)
        return found

    def _compare(self, facts: DealFacts, pipeline: Pipeline, found: list[int]) -> None:
        observed = self._with_roles(observe(facts, pipeline, facts.read_at))
        start = restore.restore(observed, [])
        if start is None:
            if board_sync.outgoing(None, observed):
                found.append(facts.issue.number)
        elif pipeline.stage(start.state.deal.stage) is not None and not board_sync.is_in_step(start.state, observed):
            found.append(facts.issue.number)

    def _with_roles(self, observed: Observed) -> Observed:
        self.processor.roles.ask_editors(observed)
        return observed.with_facts(replace(observed.facts, roles=dict(self.processor.roles.known)))

    def _sync_all(self, numbers: Sequence[int], pipeline: Pipeline, started: float) -> Outcome:
        clock, tally = self.processor.clock, Tally(content=self.used.content)

        def is_enough(tally: Tally) -> bool:
            return tally.content >= pipeline.sweep.budget or clock.monotonic() - started > LONGEST_RUN

        outcome = ManyDeals(self.processor.github, SYNC, clock, self.processor.log).work(
            numbers, lambda number, facts: self.processor.process_read(facts).outcome, tally=tally, is_enough=is_enough
        )
        left = len(numbers) - tally.done
        notes = (f"Synced {counted(tally.done, 'deal')} with the board.",)
        return outcome.then(Outcome(notes=(*notes, *([f"Left {left:,} for the next sync."] if left else []))))
