"""Evaluating what people did on the board: a dragged card like a label, a changed field like its command.

Whoever is below triage is not answered: the board shows again what the deal is. Where GitHub names nobody, a move is
nobody's, like a label that another workflow set.
"""

from __future__ import annotations

from typing import Any

from salesbot.core.commands.registry import COMMANDS, Context
from salesbot.core.decide.refusal_comment import refuse
from salesbot.core.lifecycle import guards
from salesbot.core.lifecycle.intents import BoardCommandIntent, BoardIntent
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState, Refused, Request, apply_changes
from salesbot.core.model.changes import MoveTo
from salesbot.core.model.deal import How, Move, Refusal, Role
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.messages import message
from salesbot.core.policies import board_sync, mirror_sync
from salesbot.core.text.command_syntax import Args
from salesbot.core.text.days import local_day
from salesbot.core.text.render import Markdown

BELOW_TRIAGE = "Somebody without the Triage role changed the board: it shows the deal again as it is."


def evaluate_drag(state: DealState, intent: BoardIntent, observed: Observed) -> DealState:
    """Evaluate a card that was dragged to another column."""
    person, role = _who(intent, observed)
    if person is not None and role < Role.TRIAGE:
        return state.noting(BELOW_TRIAGE)
    if intent.stage is None:
        values = {"stage": state.deal.stage, "person": person, "ended": False, "column": True}
        return state.with_pending(_key(Kind.REFUSAL, "column", intent), message("putback.md.j2", values))
    outcome = _move(state, intent, person, role, observed)
    if isinstance(outcome, DealState):
        return outcome
    stage = observed.pipeline.stage(intent.stage)
    say = f"/{stage.command}" if stage is not None and stage.command else None
    values = {"person": person, "card": True, "stage": state.deal.stage, "say": say}
    return refuse(state, outcome, _key(Kind.REFUSAL, "card", intent), values, observed)


def _move(
    state: DealState, intent: BoardIntent, person: str | None, role: Role, observed: Observed
) -> DealState | Refused:
    pipeline = observed.pipeline
    target, stage = pipeline.stage(intent.stage), pipeline.stage(state.deal.stage)
    assert target is not None, intent.stage
    assert pipeline.board is not None
    if person is not None and role < pipeline.permissions.moves:
        least = pipeline.permissions.moves.name.lower()
        return Refused(target.name, (Refusal(f"Moving a deal needs the role {least}.", "Ask someone who has it"),))
    move = Move(target.name, intent.at, person, How.BOARD)
    is_fact = pipeline.board.guards == "expects" and (stage is None or stage.outcome is None)
    if not is_fact:
        return apply_changes(state, [MoveTo(move)], Request(pipeline, role, intent.at, person))
    return _take(state, intent, move, observed) if target.name != state.deal.stage else state


def _take(state: DealState, intent: BoardIntent, move: Move, observed: Observed) -> DealState:
    """Take the move as a fact; only an end without its value or reason waits, and is asked about once."""
    pipeline, view = observed.pipeline, observed.facts.board
    target = pipeline.stage(move.to)
    assert target is not None
    assert view is not None
    why = guards.missing(state.deal, move, mirror_sync.waits_for(target), pipeline)
    if not why:
        return mirror_sync.take(state, target, move, "on the board", pipeline)
    waiting = board_sync.waiting(state, intent, view)
    if waiting == state:
        return state
    refused = Refused(target.name, why)
    text = message("dragged.md.j2", mirror_sync.asks(state, refused, "on the board", pipeline))
    return waiting.with_pending(_key(Kind.WAITS, "card", intent), text)


def evaluate_command(state: DealState, intent: BoardCommandIntent, observed: Observed) -> DealState:
    """Evaluate a field that was changed as the command that means the same, of the person who changed it."""
    person, role = _who(intent, observed)
    if person is None or role < Role.TRIAGE:
        return state.noting(BELOW_TRIAGE)
    outcome = _run(state, intent, person, role, observed)
    if isinstance(outcome, DealState):
        return outcome
    values: dict[str, Any] = {"person": person, "field": True}
    return refuse(state, outcome, _key(Kind.REPLY, intent.word, intent), values, observed)


def _run(
    state: DealState, intent: BoardCommandIntent, person: str, role: Role, observed: Observed
) -> DealState | Refused:
    pipeline, command, facts = observed.pipeline, COMMANDS[intent.word], observed.facts
    if role < command.least_role(pipeline):
        least = command.least_role(pipeline).name.lower()
        return Refused(
            None, (Refusal(Markdown(f"`/{intent.word}` needs the role {least}."), "Ask someone who has it"),)
        )
    today = local_day(intent.at, pipeline.timezone)
    context = Context(pipeline, person, role, intent.at, today, people=facts.repository.people)
    changes = command.run(state.deal, Args(intent.words), context)
    if isinstance(changes, Refusal):
        return Refused(None, (changes,))
    return apply_changes(state, changes, Request(pipeline, role, intent.at, person))


def _who(intent: BoardIntent | BoardCommandIntent, observed: Observed) -> tuple[str | None, Role]:
    """Name the person, if one is known, with the role that counts here."""
    person = intent.by.login if intent.by is not None and not intent.by.is_bot else None
    return person, min(observed.role(intent.by), intent.most)


def _key(kind: Kind, what: str, intent: BoardIntent | BoardCommandIntent) -> Key:
    return Key(kind, f"{what}-{int(intent.at.timestamp())}")
