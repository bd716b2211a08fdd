"""The shell that keeps deals and their boxes in Streak in step, on schedule and after a move (docs/streak.md).

One request lists the boxes, a light pass over the deals tells which differ; only those are read in full. Streak is told
first and GitHub remembers last, so that what a run died over looks to the next one like a move nobody noticed, and is
in step already. Streak's words are its adapter's, what follows from what `core.policies.mirror_sync` decides.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from salesbot.adapters.github import IN_FULL, GitHub, PatienceError
from salesbot.adapters.streak import Streak
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.decide.decide import decide
from salesbot.core.errors import ServiceError
from salesbot.core.lifecycle import mirror_link, restore
from salesbot.core.lifecycle.observed import Observed, observe
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import headings
from salesbot.core.model.facts import DealFacts, RepositoryFacts, Trigger
from salesbot.core.model.mirror import Mirror
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import mirror_sync
from salesbot.tasks.deal import App, Log, Outcome
from salesbot.tasks.streak_contacts import Connections
from salesbot.tasks.streak_pipeline import RemotePipeline, tell
from salesbot.tasks.sweep import CLOSED_LATELY, FRESH, LONGEST, PER_CONTENT, PER_WRITE, TIMES_IN_A_ROW, Tally, content

WAKING = "streak"
NO_PIPELINE = "No pipeline of Streak's in the configuration (`streak.pipelines.sales`): nothing to keep in step."


@dataclass
class Look:
    """What the light pass found: deals that may differ from their boxes, and what to tell."""

    looked: int = 0
    differ: list[int] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    claimed: dict[str, int] = field(default_factory=dict)
    """Which deal was the first to name a box as its own."""


@dataclass
class StreakSync:
    """One run. `connect` gives the connection with the key; `clock` counts seconds."""

    app: App
    connect: Callable[[], Streak]
    log: Log = field(default=lambda text: None)
    clock: Callable[[], float] = time.monotonic

    @property
    def github(self) -> GitHub:
        """The repository."""
        return self.app.github

    def run(self) -> Outcome:
        """Keep all deals in step, then take in who became a prospect. Raises ServiceError if a service cannot be read.

        Without the input for the key, where a pipeline is configured: InputError.
        """
        started = self.clock() - self.app.elapsed
        context = self.github.read_repository(Trigger(WAKING))
        told, pipeline = self.app.configured(context)
        said = pipeline.streak if pipeline is not None else None
        if pipeline is None or said is None or (said.sales is None and said.connections is None):
            return told if pipeline is None else told.then(Outcome(notes=(NO_PIPELINE,)))
        streak = self.connect()
        if said.sales is not None:
            told = told.then(self._deals(context, RemotePipeline.read(streak, said.sales), pipeline, started))
        if said.connections is not None:
            connections = Connections(
                self.app, RemotePipeline.read(streak, said.connections, (mirror_link.ADDRESS,)), self.log
            )
            told = told.then(connections.run(context, pipeline))
        return told

    def _deals(self, context: RepositoryFacts, remote: RemotePipeline, pipeline: Pipeline, started: float) -> Outcome:
        self.app.roles |= self.github.team(context)
        look = Look()
        for facts in self._glances(context):
            look.looked += 1
            self._look_at(facts, look, remote, pipeline)
        summed = f"Compared {look.looked:,} deals with {len(remote.mirrors):,} boxes; {len(look.differ):,} may differ."
        outcome = Outcome(told=tuple(look.told), notes=(summed, *look.notes))
        return outcome.then(self._step_all(look.differ, remote, pipeline, started))

    # The light pass

    def _look_at(self, facts: DealFacts, look: Look, remote: RemotePipeline, pipeline: Pipeline) -> None:
        """Say whether a deal may differ from its box. An ended deal without one needs none."""
        observed = observe(facts, pipeline, facts.read_at)
        state = self._state_of(observed)
        if state is None or state.journal.left:
            return
        number, mirror = state.deal.number, remote.mirror_of(state, facts.issue.url)
        if mirror is not None:
            look.notes += _others(number, mirror, remote.addressed.get(facts.issue.url, ()))
            first = look.claimed.setdefault(mirror.key, number)
            if first != number:
                look.told.append(f"Deals {first} and {number} name the same box in Streak: `/streak link` another.")
            elif not mirror_sync.is_quiet(state, observed.with_facts(replace(facts, mirror=mirror))):
                look.differ.append(number)
        elif state.journal.pair is not None:
            look.notes.append(f"The box of deal {number} is gone from Streak: `/streak link` pairs another.")
        elif _has_no_end(state, pipeline) and mirror_sync.wants_mirror(state, remote.stages(pipeline), pipeline):
            look.differ.append(number)

    def _glances(self, context: RepositoryFacts) -> Iterator[DealFacts]:
        lately = context.read_at - CLOSED_LATELY
        for pages in (self.github.glance(context, "OPEN"), self.github.glance(context, "CLOSED", lately)):
            for page in pages:
                yield from (replace(deal, trigger=Trigger(WAKING)) for deal in page.deals)

    def _state_of(self, glanced: Observed) -> DealState | None:
        """The deal as its journal left it, or as it stands where a glance does not show its card; None if it is none.

        Whether a value counts depends on who wrote it; each is asked about once.
        """
        facts = replace(glanced.facts, roles=self.app.roles)
        start = restore.restore(glanced.with_facts(facts), [])
        if start is None or glanced.pipeline.stage(start.state.deal.stage) is None:
            return None
        editor = restore.last_body_editor(facts)
        value = start.state.deal.fields.get(headings.VALUE, "")
        if restore.value_needs_trust(glanced.journal, value) and editor and editor.casefold() not in self.app.roles:
            self.app.roles[editor.casefold()] = self.github.role(editor)
            return self._state_of(glanced)
        return start.state

    # In full

    def _step_all(self, numbers: Sequence[int], remote: RemotePipeline, pipeline: Pipeline, started: float) -> Outcome:
        tally = Tally(spent=self.app.spent)
        try:
            for number, facts in self._in_full(numbers):
                tally.add(self._step_safely(number, facts, remote, pipeline))
                if tally.done % IN_FULL == 0 or tally.done == len(numbers):
                    self.log(f"  {tally.done:,} of {len(numbers):,} deals in step ...")
                enough = tally.spent >= pipeline.sweep.budget or self.clock() - started > LONGEST
                if enough or tally.failures >= TIMES_IN_A_ROW:
                    break
        except ServiceError as error:  # GitHub lets nobody read any more; what was done is done
            tally.outcome = tally.outcome.then(Outcome(exit_code=1, error=error, told=(str(error),)))
        left = len(numbers) - tally.done
        return tally.outcome.then(Outcome(notes=(f"Left {left:,} deals for the next sync.",) if left > 0 else ()))

    def _in_full(self, numbers: Sequence[int]) -> Iterator[tuple[int, DealFacts]]:
        """Read ten at once; facts that grew old while the others were written are read again."""
        for start in range(0, len(numbers), IN_FULL):
            read_at = self.clock()
            for facts in self.github.read_many(numbers[start : start + IN_FULL], Trigger(WAKING)):
                fresh = self.clock() - read_at <= FRESH
                number = facts.issue.number
                yield number, facts if fresh else self.github.read(number, Trigger(WAKING))

    def _step_safely(self, number: int, facts: DealFacts, remote: RemotePipeline, pipeline: Pipeline) -> Outcome:
        """A failure that concerns one deal does not stop the others."""
        try:
            outcome = self._step(facts, remote, pipeline)
        except PatienceError:
            raise
        except ServiceError as error:
            self.log(f"  Deal {number}: {error}")
            return Outcome(exit_code=1, error=error, told=(f"Deal {number}: {error}",))
        if outcome.effects and not self.app.dry_run:
            self.github.client.pause(max(PER_WRITE, content(outcome.effects) * PER_CONTENT))
        return outcome

    def _step(self, facts: DealFacts, remote: RemotePipeline, pipeline: Pipeline) -> Outcome:
        """Tell Streak what the deal will be, look at the box again, and settle the deal with what it shows then."""
        observed = self.app.complete(replace(facts, stage_map=remote.stages(pipeline)), pipeline)
        facts, state = observed.facts, self._decided(observed)
        if state is None:
            return Outcome()
        mirror, made = self._found_or_made(state, facts, remote, pipeline)
        if mirror is None:
            return Outcome(notes=made)
        facts = replace(facts, mirror=mirror)
        observed = observed.with_facts(facts)
        state = self._decided(observed) or state
        effects = mirror_sync.outgoing(state, observed, remote.layout())
        told = tell(remote.streak, mirror.key, effects, remote.layout(), state.deal.number)
        if effects and not self.app.dry_run:
            facts = replace(facts, mirror=remote.streak.mirror(mirror.key))
        return Outcome(notes=(*made, *told)).then(self.app.reconcile(facts))

    def _found_or_made(
        self, state: DealState, facts: DealFacts, remote: RemotePipeline, pipeline: Pipeline
    ) -> tuple[Mirror | None, tuple[str, ...]]:
        listed = remote.mirror_of(state, facts.issue.url)
        if listed is not None:  # read again: somebody may have dragged it since all were listed
            return remote.streak.mirror(listed.key), ()
        if not mirror_sync.wants_mirror(state, facts.stage_map, pipeline):
            return None, ()
        made = None if self.app.dry_run else self._create(state, facts, remote, pipeline)
        return made, (f"In Streak: a box for deal {state.deal.number}.",)

    def _decided(self, observed: Observed) -> DealState | None:
        return decide(observed, TemplateRenderer(observed.repository.templates)).state

    def _create(self, state: DealState, facts: DealFacts, remote: RemotePipeline, pipeline: Pipeline) -> Mirror:
        """The address stands in the box from its first byte: a run that died after this finds it again."""
        known = pipeline.streak.people if pipeline.streak is not None else {}
        mail = known.get((state.deal.owner or "").casefold())
        stage = facts.stage_map.theirs[state.deal.stage or ""]
        note = f"{mirror_link.NOTE}{facts.issue.url}"
        made = remote.streak.create(
            remote.said.key, state.deal.title, stage, note, (mail,) if mail else (), self._contacts(state, remote)
        )
        return remote.first_of(made, facts.issue.url)

    def _contacts(self, state: DealState, remote: RemotePipeline) -> tuple[str, ...]:
        """Who a deal is about that came out of the connections goes along."""
        source, _, key = state.journal.lead.partition(":")
        came_from = remote.streak.mirror(key) if source == mirror_sync.FROM_STREAK else None
        return came_from.contacts if came_from is not None else ()


def follow(app: App, outcome: Outcome, connect: Callable[[], Streak]) -> Outcome:
    """After a run that moved a paired deal, bring its box along. Streak being down is a notice: the sync does it later.

    What was moved in Streak meanwhile is the sync's to judge, and left alone here.
    """
    decision = outcome.decisions[-1] if outcome.decisions else None
    known = app.decided_on
    if known is None or decision is None or decision.state is None or not any(each.moves for each in outcome.decisions):
        return outcome
    pipeline = known.pipeline
    said = pipeline.streak.sales if pipeline.streak is not None else None
    if said is None or decision.state.journal.pair is None:
        return outcome
    try:
        notes = _follow(decision.state, known, RemotePipeline(connect(), said, {}, {}))
    except ServiceError as error:
        return outcome.then(Outcome(notices=(f"The box in Streak was not moved along: {error}",)))
    return outcome.then(Outcome(notes=tuple(notes)))


def _follow(state: DealState, observed: Observed, remote: RemotePipeline) -> list[str]:
    assert state.journal.pair is not None
    mirror = remote.streak.mirror(state.journal.pair.key)
    if mirror is None:
        return [f"The box of deal {state.deal.number} is gone from Streak: `/streak link` pairs another."]
    facts = replace(observed.facts, mirror=mirror, stage_map=remote.stages(observed.pipeline))
    observed = observed.with_facts(facts)
    if mirror_sync.intent(state, observed) is not None:
        return ["The box was moved in Streak too: the next sync judges that."]
    effects = mirror_sync.outgoing(state, observed, remote.layout())
    return tell(remote.streak, mirror.key, effects, remote.layout(), state.deal.number)


def _others(number: int, mirror: Mirror, naming: Sequence[Mirror]) -> list[str]:
    """Name the boxes beside a deal's own that name it too; people may have put something there, so they stay."""
    return [
        f"Deal {number} has a second box in Streak, {other.title or other.key}, which nobody keeps in step: delete it."
        for other in naming
        if other.key != mirror.key
    ]


def _has_no_end(state: DealState, pipeline: Pipeline) -> bool:
    stage = pipeline.stage(state.deal.stage)
    return stage is not None and stage.outcome is None
