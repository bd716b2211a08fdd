"""The decision: the observed issue in, effects out. Pure: equal facts, pipeline and time give equal effects.

1. Restore the deal (`lifecycle.restore`). 2. Collect the intents that nobody answered yet (`lifecycle.intents`).
3. Evaluate each in the order it came, on the deal as the one before left it (`lifecycle.transitions`, `policies`).
4. Bring the issue in sync with that (`reconcile`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from salesbot.core.decide.evaluate import evaluate
from salesbot.core.lifecycle import intents, people, restore, timeline
from salesbot.core.lifecycle.intents import (
    CommandIntent,
    Intent,
    StateIntent,
)
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState, Refused
from salesbot.core.model.deal import StageVisit
from salesbot.core.model.effects import Effect
from salesbot.core.model.facts import Refusals
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.messages import message
from salesbot.core.model.pipeline import checklist_names
from salesbot.core.policies import announcements, attention, board_sync, mirror_sync, new_deals
from salesbot.core.policies.announcements import Announcement
from salesbot.core.reconcile.reconcile import reconcile
from salesbot.core.text.render import Renderer
from salesbot.core.views import replies


@dataclass(frozen=True)
class Decision:
    """What is to be done, and what the summary says of it. `before` and `stage` are None where there is no deal."""

    effects: tuple[Effect, ...] = ()
    before: str | None = None
    stage: str | None = None
    moves: tuple[StageVisit, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    state: DealState | None = None
    """Where all this leaves the deal."""
    left_out: Refusals = ()
    """What is not written because GitHub refuses it."""
    tried_again: Refusals = ()
    """What is written although GitHub refused it in an earlier run."""
    announcements: tuple[Announcement, ...] = ()
    """What is announced to the chat once all this is done."""


def decide(observed: Observed, render: Renderer) -> Decision:
    """Evaluate everything on this deal that nobody answered yet."""
    commands = list(intents.commands(observed))
    if observed.journal is None:
        commands = restore.since_adoption(commands, observed)
    start = restore.restore(observed, commands)
    if start is None:
        return Decision(tuple(replies.on_no_deal(commands, observed, render)))
    before = start.state.deal.stage
    if observed.pipeline.stage(before) is None:
        return Decision(
            before=before,
            stage=before,
            notes=(f"The stage {before} is not in the configuration: the deal is left unchanged.",),
        )
    if _is_left_alone(start, observed):
        return Decision(
            before=before, stage=before, notes=("The deal has an unknown stage label and is left unchanged.",)
        )
    state = _evaluate_all(start, commands, observed, checklist_names(render.names()))
    if observed.parsed.cards.ignored:
        state = state.noting(
            "A comment looks like the card but is ignored: salesbot did not write it, or somebody edited it."
        )
    state, announced = announcements.announce(state, observed)
    done = reconcile(state, observed, render)
    return Decision(
        done.effects,
        before,
        state.deal.stage,
        state.moves,
        state.refused,
        state.notes,
        state,
        left_out=done.left_out,
        tried_again=done.tried_again,
        announcements=announced,
    )


def _is_left_alone(start: restore.Restored, observed: Observed) -> bool:
    """A deal whose own label went and an unknown one came is left exactly as it is (docs/configuration.md)."""
    parsed = observed.parsed
    return not parsed.current_stages and not start.labels and bool(parsed.unknown_stage_labels)


def _evaluate_all(
    start: restore.Restored, commands: list[CommandIntent], observed: Observed, lists: Collection[str]
) -> DealState:
    journal = start.state.journal
    collected: list[Intent] = [*start.labels, *commands, *intents.ticks(observed, journal)]
    by_hand = intents.state(observed, journal.cursor) or _closed_by_workflow(start, observed)
    back = intents.due_return(start.state, observed)
    mirrored = mirror_sync.intent(start.state, observed)
    collected += [intent for intent in (by_hand, back, mirrored) if intent is not None]
    collected += board_sync.intents(start.state, observed)
    state = new_deals.welcome(start.state, observed)
    for intent in intents.in_order(collected):
        state = evaluate(state, intent, observed, lists)
    state = new_deals.keep_client(state, observed)
    if not start.labels and not journal.left:
        state = _put_back(state, start.state, observed)
    state = _without_answers_to_fights(state, observed)
    state = mirror_sync.record(state, observed)
    state = board_sync.record(state, start.state, observed)
    state = attention.remind(state, observed)
    return _close_refusals(state, observed)


def _without_answers_to_fights(state: DealState, observed: Observed) -> DealState:
    """Write no comment about what a bot does over and over: the problem issue names it."""
    theirs = frozenset[str]().union(*(fight.events for fight in observed.fights))
    kept = (entry for entry in state.pending if entry.key.kind != Kind.REFUSAL or entry.key.of not in theirs)
    return replace(state, pending=tuple(kept))


def _closed_by_workflow(start: restore.Restored, observed: Observed) -> StateIntent | None:
    """Another workflow closed, with our identity, a deal that is open as we know it."""
    if observed.card is None or not start.state.deal.open:
        return None
    return intents.workflow_closing(observed, observed.card.changed_at)


def _close_refusals(state: DealState, observed: Observed) -> DealState:
    """A refused command is no longer refused once the deal reached the stage it asked for."""
    journal = state.journal
    for comment in observed.issue.comments if state.moves else ():
        asked_at = comment.edited_at or comment.created_at
        reached = {visit.stage for visit in state.moves if visit.entered > asked_at}  # a run may make moves before it
        if (comment.id, "no") in state.journal.answered and reached & intents.stages_of(comment, observed.pipeline):
            journal = journal.with_answer(comment.id, "closed")
    return replace(state, journal=journal)


def _put_back(state: DealState, start: DealState, observed: Observed) -> DealState:
    """A stage label taken off alone moves nothing: it comes back, and the person learns why."""
    if state.moves or start.deal.stage in [stage.name for stage, _ in observed.parsed.current_stages]:
        return state
    removed = timeline.last_removed(observed.stage_events)
    if removed is None or removed[1].name != start.deal.stage or removed[0].own:
        return state
    if removed[0].id not in observed.unread(start.journal.cursor):
        return state
    by = removed[0].by
    ended = removed[1].outcome is not None
    person = people.to_mention(by, observed.facts)
    values = {"stage": start.deal.stage, "person": person, "ended": ended, "column": False}
    return state.with_pending(Key(Kind.REFUSAL, removed[0].id), message("putback.md.j2", values))
