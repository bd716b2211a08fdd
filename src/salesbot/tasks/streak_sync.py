"""Keeps deals and their boxes in Streak in sync, on schedule and after a move (docs/streak.md).

One request lists the boxes, a light pass over the deals finds those that differ; only these are read in full. Streak is
written first and GitHub last, so that what a killed run left behind looks to the next one like a move of a person in
Streak, and is in sync already. Streak's API is known to its adapter, what follows from a difference to
`core.policies.mirror_sync`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from salesbot.adapters.github import GitHub
from salesbot.adapters.streak import ObjectError, Streak
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.decide.decide import decide
from salesbot.core.errors import ServiceError, warning
from salesbot.core.lifecycle import mirror_link, restore
from salesbot.core.lifecycle.observed import Observed, observe
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model.facts import DealFacts, RepositoryFacts, Trigger
from salesbot.core.model.journal import Pair
from salesbot.core.model.mirror import Mirror
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import mirror_sync
from salesbot.core.text.plural import counted
from salesbot.tasks.deal import DealProcessor, DealResult
from salesbot.tasks.isolation import Isolation
from salesbot.tasks.many_deals import ManyDeals, Tally, open_and_recently_closed, pass_over
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.pace import LONGEST_RUN, NOTHING, Usage
from salesbot.tasks.streak_contacts import ContactImport
from salesbot.tasks.streak_pipeline import RemotePipeline, write_box

SYNC = Trigger("streak")
NO_PIPELINE = "No pipeline of Streak is configured (`streak.pipelines.sales`), so there is nothing to sync."


@dataclass
class LightPass:
    """What the light pass found: deals that may differ from their boxes, and what to report."""

    count: int = 0
    differing: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    claimed: dict[str, int] = field(default_factory=dict)
    """Which deal was the first to name a box as its own."""


@dataclass
class StreakSync:
    """One run. `connect` gives the connection with the key; `used` is what the tasks before it took."""

    processor: DealProcessor
    connect: Callable[[], Streak]
    used: Usage = NOTHING

    @property
    def github(self) -> GitHub:
        """The repository."""
        return self.processor.github

    def run(self) -> Outcome:
        """Sync all deals, then open deals for contacts that became prospects.

        Raises ServiceError if a service cannot be read, and InputError where a pipeline is configured and the key is
        missing.
        """
        started = self.processor.clock.monotonic() - self.used.seconds
        context = self.github.read_repository(SYNC)
        outcome, pipeline = self.processor.configured(context)
        configured = pipeline.streak if pipeline is not None else None
        if pipeline is None:
            return outcome
        if configured is None or (configured.sales is None and configured.connections is None):
            return outcome.then(Outcome(notes=(NO_PIPELINE,)))
        streak, imports = self.connect(), partial(ContactImport, self.processor)
        if configured.sales is not None:
            sales, deals = partial(RemotePipeline.listing, streak, configured.sales), self._sync_deals
            outcome = outcome.then(_attempt(sales, lambda remote: deals(context, remote, pipeline, started)))
        if configured.connections is not None:
            people = partial(RemotePipeline.listing, streak, configured.connections, (mirror_link.ADDRESS,))
            outcome = outcome.then(_attempt(people, lambda remote: imports(remote).run(context, pipeline)))
        return outcome

    def _sync_deals(
        self, context: RepositoryFacts, remote: RemotePipeline, pipeline: Pipeline, started: float
    ) -> Outcome:
        self.processor.roles.read_team(context)
        found, isolation = LightPass(), Isolation(self.processor.log)
        passes = open_and_recently_closed(context.read_at)
        for facts in pass_over(self.github, context, passes, SYNC, self.processor.log):
            found.count += 1
            compare = partial(self._compare, facts, found, remote, pipeline)
            isolation.attempt(f"Deal {facts.issue.number}", compare)
        deals, boxes = counted(found.count, "deal"), counted(len(remote.mirrors), "box", "boxes")
        note = f"Compared {deals} with {boxes}; {len(found.differing):,} may differ."
        outcome = Outcome(problems=tuple(found.problems), notes=(note, *found.notes))
        return isolation.outcome.then(outcome).then(self._sync_all(found.differing, remote, pipeline, started))

    # The light pass

    def _compare(self, facts: DealFacts, found: LightPass, remote: RemotePipeline, pipeline: Pipeline) -> None:
        """Note whether a deal may differ from its box. A closed deal without one needs none."""
        observed = observe(facts, pipeline, facts.read_at)
        state = self._state_of(observed)
        if state is None or state.journal.left:
            return
        number, mirror = state.deal.number, remote.mirror_of(state, facts.issue.url)
        if mirror is not None:
            found.notes += _second_boxes(number, mirror, remote.addressed.get(facts.issue.url, ()))
            first = found.claimed.setdefault(mirror.key, number)
            if first != number:
                what = f"Deals {first} and {number} name the same box in Streak."
                found.problems.append(warning(what, "Pair one with another box: `/streak link <address>`"))
            elif not _is_quiet(state, observed.with_facts(replace(facts, mirror=mirror)), remote):
                found.differing.append(number)
        elif state.journal.pair is not None:
            self._not_listed(number, state.journal.pair, found, remote)
        elif _is_open(state, pipeline) and mirror_sync.wants_mirror(state, remote.stages(pipeline), pipeline):
            found.differing.append(number)

    def _not_listed(self, number: int, pair: Pair, found: LightPass, remote: RemotePipeline) -> None:
        """Report a box that its pipeline does not list. That it is in another one is asked once; the card says so."""
        if pair.away:
            found.notes.append(_box_is_away(number))
            return
        try:
            if remote.read(pair.key) is None:
                found.notes.append(_box_is_gone(number))
            else:
                found.differing.append(number)
        except ObjectError as error:
            found.problems.append(_odd(number, error))

    def _state_of(self, deal: Observed) -> DealState | None:
        """Give the deal as its journal or, where the light pass does not show its card, its labels say; None if none.

        Whether a value counts depends on who wrote it; each person is asked for once.
        """
        roles = self.processor.roles
        roles.ask_editors(deal)
        start = restore.restore(deal.with_facts(replace(deal.facts, roles=dict(roles.known))), [])
        if start is None or deal.pipeline.stage(start.state.deal.stage) is None:
            return None
        return start.state

    # In full

    def _sync_all(self, numbers: Sequence[int], remote: RemotePipeline, pipeline: Pipeline, started: float) -> Outcome:
        clock, tally = self.processor.clock, Tally(content=self.used.content)

        def is_enough(tally: Tally) -> bool:
            return tally.content >= pipeline.sweep.budget or clock.monotonic() - started > LONGEST_RUN

        outcome = ManyDeals(self.github, SYNC, clock, self.processor.log).work(
            numbers, lambda number, facts: self._sync_one(facts, remote, pipeline), tally=tally, is_enough=is_enough
        )
        left = len(numbers) - tally.done
        notes = (f"Left {counted(left, 'deal')} for the next sync.",) if left > 0 else ()
        return outcome.then(Outcome(notes=notes))

    def _sync_one(self, facts: DealFacts, remote: RemotePipeline, pipeline: Pipeline) -> Outcome:
        try:
            return self._sync(facts, remote, pipeline)
        except ObjectError as error:
            return Outcome(problems=(_odd(facts.issue.number, error),))

    def _sync(self, facts: DealFacts, remote: RemotePipeline, pipeline: Pipeline) -> Outcome:
        """Write to Streak what the deal will be, read the box again, and process the deal with what it shows then."""
        observed = self.processor.complete(replace(facts, stage_map=remote.stages(pipeline)), pipeline)
        facts, state = observed.facts, self._decided(observed)
        if state is None:
            return Outcome()
        mirror, notes = self._find_or_create(state, facts, remote, pipeline)
        if mirror is None:
            return Outcome(notes=notes)
        facts = replace(facts, mirror=mirror)
        observed = observed.with_facts(facts)
        state = self._decided(observed) or state
        effects = mirror_sync.outgoing(state, observed, remote.layout())
        written = write_box(remote.streak, mirror.key, effects, remote.layout(), state.deal.number)
        if effects and not self.processor.dry_run:
            facts = replace(facts, mirror=remote.read(mirror.key))
        return Outcome(notes=notes).then(written).then(self.processor.process_read(facts).outcome)

    def _find_or_create(
        self, state: DealState, facts: DealFacts, remote: RemotePipeline, pipeline: Pipeline
    ) -> tuple[Mirror | None, tuple[str, ...]]:
        key = remote.key_of(state, facts.issue.url)
        if key is not None:  # read again: somebody may have dragged it since all were listed
            mirror = remote.read(key)
            return mirror, (_box_is_away(state.deal.number),) if mirror is not None and mirror.away else ()
        if not mirror_sync.wants_mirror(state, facts.stage_map, pipeline):
            return None, ()
        created = None if self.processor.dry_run else self._create(state, facts, remote)
        return created, (f"In Streak: a box for deal {state.deal.number}.",)

    def _decided(self, observed: Observed) -> DealState | None:
        return decide(observed, TemplateRenderer(observed.repository.templates)).state

    def _create(self, state: DealState, facts: DealFacts, remote: RemotePipeline) -> Mirror:
        """Create the box with the deal's address in it, so that the run after a killed one finds it again."""
        stage = facts.stage_map.theirs[state.deal.stage or ""]
        note = f"{mirror_link.NOTE}{facts.issue.url}"
        created = remote.streak.create(remote.configured.key, state.deal.title, stage, note)
        return remote.first_of(created, facts.issue.url)


def _attempt(listing: Callable[[], RemotePipeline], work: Callable[[RemotePipeline], Outcome]) -> Outcome:
    """Work on a pipeline, and name what is odd about it. If it cannot be read, the other one is worked on still."""
    try:
        remote = listing()
        return work(remote).then(Outcome(problems=tuple(remote.problems)))
    except ServiceError as error:
        return Outcome.failed(error)


def _is_quiet(state: DealState, observed: Observed, remote: RemotePipeline) -> bool:
    """Say whether a deal and its box are in sync, as far as their columns can be."""
    return mirror_sync.is_quiet(state, observed) or mirror_sync.is_quiet(state, observed, remote.layout().untouchable)


def update_box(result: DealResult, connect: Callable[[], Streak]) -> Outcome:
    """After a run that moved a paired deal, update its box. Streak being down is a notice: the sync does it later.

    What was moved in Streak meanwhile is left to the sync.
    """
    decisions = result.outcome.decisions
    state = decisions[-1].state if decisions else None
    if result.decided_on is None or state is None or not any(each.moves for each in decisions):
        return Outcome()
    known, pipeline = result.decided_on, result.decided_on.pipeline
    configured = pipeline.streak.sales if pipeline.streak is not None else None
    if configured is None or state.journal.pair is None:
        return Outcome()
    try:
        return _update(state, known, RemotePipeline(connect(), configured, {}, {}))
    except ServiceError as error:
        return Outcome(notices=(f"The box in Streak was not updated: {error}",))


def _update(state: DealState, observed: Observed, remote: RemotePipeline) -> Outcome:
    assert state.journal.pair is not None
    mirror = remote.read(state.journal.pair.key)
    if mirror is None:
        return Outcome(notes=(_box_is_gone(state.deal.number),))
    if mirror.away:
        return Outcome(notes=(_box_is_away(state.deal.number),))
    facts = replace(observed.facts, mirror=mirror, stage_map=remote.stages(observed.pipeline))
    observed = observed.with_facts(facts)
    if mirror_sync.intent(state, observed) is not None:
        return Outcome(notes=("The box was moved in Streak too: the next sync decides about that.",))
    effects = mirror_sync.outgoing(state, observed, remote.layout())
    return write_box(remote.streak, mirror.key, effects, remote.layout(), state.deal.number)


def _odd(number: int, error: ObjectError) -> str:
    return warning(f"Deal {number}: {error.what}", error.hint)


def _box_is_gone(number: int) -> str:
    return f"The box of deal {number} is gone from Streak: `/streak link` pairs another."


def _box_is_away(number: int) -> str:
    return f"The box of deal {number} is in another pipeline now, so it is left alone: `/streak link` pairs another."


def _second_boxes(number: int, mirror: Mirror, naming: Sequence[Mirror]) -> list[str]:
    """Name the boxes beside a deal's own that name it too; people may have put something there, so they stay."""
    return [
        f"Deal {number} has a second box in Streak, {other.title or other.key}, which is not kept in sync: delete it."
        for other in naming
        if other.key != mirror.key
    ]


def _is_open(state: DealState, pipeline: Pipeline) -> bool:
    stage = pipeline.stage(state.deal.stage)
    return stage is not None and stage.outcome is None
