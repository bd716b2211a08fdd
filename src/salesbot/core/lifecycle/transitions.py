"""Transitions: changes applied one after the other, each to the deal as the changes before left it.

Allowed changes make a new state; the first one that is not allowed comes back as `Refused`, and then nothing of its
plan has happened. Pure: bringing GitHub in sync with the new state is the business of `core.reconcile`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from salesbot.core.commands.registry import usage
from salesbot.core.lifecycle import description, guards, visit_fields, ways
from salesbot.core.model import headings
from salesbot.core.model.changes import (
    Answer,
    AssignOwner,
    Change,
    LeavePipeline,
    LinkMirror,
    LogActivity,
    MoveTo,
    OpenTask,
    PostChecklist,
    Reopen,
    SetField,
    UnassignPerson,
    Undo,
)
from salesbot.core.model.deal import Deal, How, Move, Refusal, Role, StageVisit
from salesbot.core.model.journal import Journal, LeftAs, Pair
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.logged_activity import LoggedActivity
from salesbot.core.model.messages import Message, PendingComment
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.model.tasks import NewTask
from salesbot.core.text import fields
from salesbot.core.text.render import Markdown

BODY_LIMIT = 65_536
"""Characters GitHub takes as a description. A write of which GitHub refuses this part would be half a plan."""


@dataclass(frozen=True)
class Refused:
    """An intent that is refused: the stage it asked for, if it was a move, and every reason why not."""

    to: str | None
    why: tuple[Refusal, ...]
    misread: bool = False
    """A command that could not be read: writing it correctly is all it takes."""


@dataclass(frozen=True)
class DealState:
    """Where the intents evaluated so far leave a deal, and what the journal is to keep of them."""

    deal: Deal
    journal: Journal
    moves: tuple[StageVisit, ...] = ()
    refused: tuple[Refused, ...] = ()
    pending: tuple[PendingComment, ...] = ()
    answers: tuple[Answer, ...] = ()
    tasks: tuple[NewTask, ...] = ()
    """The tasks that commands of this run ask for."""
    ignored: tuple[int, ...] = ()
    """Comments of people below triage: they get a receipt, and nothing else, not even an entry in the journal."""
    notes: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    """What GitHub refuses to do on the deal, in words, and why."""
    unassignable: tuple[str, ...] = ()
    """Whom the journal has on the deal and GitHub assigns no more, until a command assigns or unassigns anybody."""

    @property
    def pending_keys(self) -> frozenset[Key]:
        """The keys of the pending comments."""
        return frozenset(pending.key for pending in self.pending)

    def with_pending(self, key: Key, *texts: Message) -> DealState:
        """Add a comment to write. Two texts under one key make one comment: a second comment would be a double."""
        before = next((pending.messages for pending in self.pending if pending.key == key), ())
        others = tuple(pending for pending in self.pending if pending.key != key)
        return replace(self, pending=(*others, PendingComment(key, (*before, *texts))))

    def noting(self, note: str) -> DealState:
        """Add a line to the job summary only."""
        return replace(self, notes=(*self.notes, note))


@dataclass(frozen=True)
class Request:
    """Who asks for changes, and when: the pipeline, the person's role, the time, and the comment of a command."""

    pipeline: Pipeline
    role: Role
    at: datetime
    by: str | None
    comment: int = 0


def apply_changes(state: DealState, changes: Iterable[Change], request: Request) -> DealState | Refused:
    """Apply all changes or none."""
    for change in changes:
        outcome = _apply_change(state, change, request)
        if isinstance(outcome, Refused):
            return outcome
        state = outcome
    return state


def _apply_change(state: DealState, change: Change, request: Request) -> DealState | Refused:
    match change:
        case SetField():
            return _set_field(state, change, request)
        case MoveTo():
            return _move(state, change.move, request)
        case Undo():
            return _undo(state, request)
        case Reopen():
            return _reopen(state, request)
        case AssignOwner(login):
            return give(state, login, request.at)
        case UnassignPerson(login):
            return _unassign(state, login, request)
        case PostChecklist(name):
            return _post_list(state, name, request)
        case LeavePipeline(why, of):
            return leave(state, why, of)
        case LinkMirror(key):
            known = state.journal.pair is not None and state.journal.pair.key == key
            return state if known else replace(state, journal=replace(state.journal, pair=Pair(key)))
        case LogActivity(kind, what):
            logged = LoggedActivity(request.at, kind, request.by or "", request.comment, what)
            return replace(state, journal=state.journal.with_activity(logged))
        case OpenTask(day, what, who):
            before = sum(each.key.startswith(f"{request.comment}-") for each in state.tasks)
            new = NewTask(f"{request.comment}-{before + 1}", day, what, who)
            return replace(state, tasks=(*state.tasks, new))
        case Answer():
            return replace(state, answers=(*state.answers, change))
        case _:
            assert_never(change)


def _set_field(state: DealState, change: SetField, request: Request) -> DealState | Refused:
    """A value given by command is also kept in the journal: it is one of the deal's rounds."""
    try:
        deal = description.with_field(state.deal, change.heading, change.value, request.by)
    except fields.FieldError as error:
        return Refused(None, (Refusal(str(error), "Repair the description, then post the command again"),))
    if len(deal.body.text) > BODY_LIMIT:
        why = f"The description is full: GitHub allows {BODY_LIMIT:,} characters."
        return Refused(None, (Refusal(why, "Shorten it"),))
    if change.heading != headings.VALUE or change.value is None:
        return replace(state, deal=deal)
    journal = replace(state.journal, rounds=_rounds(state, change.value, request.at))
    return replace(state, deal=deal, journal=journal)


def _rounds(state: DealState, value: str, at: datetime) -> tuple[tuple[datetime, str], ...]:
    """Add a round. The first one also keeps the value that it replaces, e.g. that of the form."""
    rounds, typed = state.journal.rounds, state.deal.value.money
    if not rounds and typed is not None and typed.machine() != value:
        rounds = ((state.journal.born, typed.machine()),)
    return rounds if rounds and rounds[-1][1] == value else (*rounds, (at, value))[-20:]


def give(state: DealState, login: str, at: datetime) -> DealState:
    """Make somebody the owner; whoever owned the deal stays a helper."""
    state = _without_unassignable(state)
    deal = state.deal
    helpers = tuple(name for name in (deal.owner, *deal.helpers) if name and name != login)
    return replace(
        state,
        deal=replace(deal, owner=login, helpers=helpers),
        journal=state.journal.with_assigned(login, at, on=True),
    )


def _without_unassignable(state: DealState) -> DealState:
    return replace(state, journal=state.journal.without_assigned(state.unassignable), unassignable=())


def _unassign(state: DealState, login: str | None, request: Request) -> DealState:
    """Nobody to unassign: the goal is reached already."""
    state = _without_unassignable(state)
    deal = state.deal
    wanted = (login or deal.owner or "").casefold()
    leaving = next((name for name in (deal.owner, *deal.helpers) if name and name.casefold() == wanted), None)
    if leaving is None:
        return state
    left = [name for name in (deal.owner, *deal.helpers) if name and name != leaving]
    return replace(
        state,
        deal=replace(deal, owner=left[0] if left else None, helpers=tuple(left[1:])),
        journal=state.journal.with_assigned(leaving, request.at, on=False),
    )


def _post_list(state: DealState, name: str, request: Request) -> DealState:
    """Kept with the comment that asked, so that it is done once, also if the run dies before."""
    return replace(state, journal=replace(state.journal, refresh={**state.journal.refresh, name: request.comment}))


def leave(state: DealState, why: LeftAs, of: int | None = None) -> DealState:
    """Take the deal out of the pipeline: why, and if it is a duplicate, of which issue."""
    journal = replace(state.journal, left=why, duplicate_of=of or 0, asked="")
    return replace(state, deal=replace(state.deal, open=False), journal=journal)


def _move(state: DealState, move: Move, request: Request) -> DealState | Refused:
    """A goal already reached is done, not refused (docs/design.md, The rules of a run)."""
    pipeline = request.pipeline
    target = pipeline.stage(move.to)
    assert target is not None, move.to
    if state.journal.left and headings.REASON not in move.given:
        state = replace(state, deal=visit_fields.back_in_pipeline(state.deal, pipeline))
    if target.name == state.deal.stage:
        return _here_already(state, target, move)
    refusals = _why_not(state.deal, move, target, request)
    if refusals:
        return Refused(target.name, refusals)
    return enter(state, target, move, pipeline)


def _here_already(state: DealState, target: Stage, move: Move) -> DealState:
    """Nowhere to go; what was given along is of the present visit."""
    if state.journal.history:
        *before, here = state.journal.history
        history = (*before, visit_fields.entered(here, state.deal, target, move))
        state = replace(
            state, deal=replace(state.deal, history=history), journal=replace(state.journal, history=history)
        )
    return _returned(state) if state.journal.left else state


def _why_not(deal: Deal, move: Move, target: Stage, request: Request) -> tuple[Refusal, ...]:
    pipeline = request.pipeline
    if move.force is not None:
        least = pipeline.permissions.force
        if request.role >= least:
            return ()
        return (Refusal(Markdown(f"`--force` needs the role {least.name.lower()}."), "Ask someone who has it"),)
    if deal.stage is not None and not pipeline.allows(deal.stage, target.name):
        return (_no_way(deal, target, move, pipeline),)
    return guards.missing(deal, move, target.requires, pipeline)


def _no_way(deal: Deal, target: Stage, move: Move, pipeline: Pipeline) -> Refusal:
    source = deal.stage or ""
    stage = pipeline.stage(source)
    assert stage is not None, source
    if stage.outcome is not None:
        return Refusal(
            f"The deal is {source}, and that stage is final.", "Comment `/reopen` first, or `/undo` if it was a mistake"
        )
    next_ones = ", ".join(f"`{usage(there)}`" for name in stage.next if (there := pipeline.stage(name)) is not None)
    from_here, way = f"From {source} you can use {next_ones}", ways.shortest(source, target, pipeline)
    if not way:
        return Refusal(f"A deal in {source} cannot go to {target.name}.", from_here)
    hint = f"The shortest way is `{ways.stages_in_words(source, way)}`. Start with `{usage(way[0])}`"
    needs = ways.needs_in_words(deal, way, move, pipeline)
    details = f"{needs}. {from_here}." if needs else f"{from_here}."
    return Refusal(f"A deal in {source} cannot go to {target.name} directly.", hint, details=details)


def enter(state: DealState, target: Stage, move: Move, pipeline: Pipeline, comment: int = 0) -> DealState:
    """Put the deal into a stage. Questions that earlier intents raised are no longer asked."""
    deal, journal = visit_fields.on_moving(state.deal, state.journal, target, move, pipeline)
    visit = visit_fields.entered(
        StageVisit(target.name, move.at, move.by, move.how, move.force, comment=comment), deal, target, move
    )
    journal = replace(_back(journal.with_visit(visit)), refused="")
    deal = replace(deal, stage=target.name, open=target.outcome is None, history=journal.history)
    kept = tuple(pending for pending in state.pending if pending.key.kind != Kind.ASK)
    return replace(state, deal=deal, journal=journal, moves=(*state.moves, visit), pending=kept)


def _returned(state: DealState) -> DealState:
    """Open again where it was."""
    return replace(state, deal=replace(state.deal, open=True), journal=_back(state.journal))


def _came_back(state: DealState, pipeline: Pipeline) -> DealState:
    """Open again where it was. Why it had left the pipeline is past."""
    left = bool(state.journal.left)
    return _returned(replace(state, deal=visit_fields.back_in_pipeline(state.deal, pipeline)) if left else state)


def _back(journal: Journal) -> Journal:
    """In the pipeline again, whatever had ended it."""
    return replace(journal, asked="", left=None, duplicate_of=0)


def _undo(state: DealState, request: Request) -> DealState | Refused:
    if state.journal.left:
        return _came_back(state, request.pipeline)
    if _was_undone(state, request):
        return state
    back = undo_target(state.journal.history, request.pipeline)
    if back is None:
        return Refused(None, (Refusal("There is no move to take back.", "Comment `/history` to see its history"),))
    return enter(state, back, Move(back.name, request.at, request.by, How.UNDO), request.pipeline, request.comment)


def _was_undone(state: DealState, request: Request) -> bool:
    """Whether an earlier run took a move back for this very comment, and then had to take its receipt back."""
    earlier = (visit for visit in state.deal.history if visit not in state.moves)
    undone = (visit for visit in earlier if (visit.how, visit.by, visit.entered) == (How.UNDO, request.by, request.at))
    return any(visit.comment in (0, request.comment) for visit in undone)


def undo_target(history: tuple[StageVisit, ...], pipeline: Pipeline) -> Stage | None:
    """Find the stage the last accepted move left; an undone move is as if it had not been."""
    path: list[str] = []
    for visit in history:
        if visit.how == How.UNDO and path:
            path.pop()
        else:
            path.append(visit.stage)
    return pipeline.stage(path[-2]) if len(path) > 1 else None


def _reopen(state: DealState, request: Request) -> DealState | Refused:
    """Bring a deal back; one that was closed without an outcome only has to be opened."""
    pipeline = request.pipeline
    stage = pipeline.stage(state.deal.stage)
    if stage is not None and stage.outcome is None:
        return _came_back(state, pipeline)
    back = reopen_target(state.journal.history, pipeline)
    return enter(state, back, Move(back.name, request.at, request.by, How.REOPEN), pipeline)


def reopen_target(history: tuple[StageVisit, ...], pipeline: Pipeline) -> Stage:
    """Find the stage a reopened deal goes to: the newest open one, or the one that is configured."""
    if pipeline.reopens != "previous":
        fixed = pipeline.stage(pipeline.reopens)
        assert fixed is not None, pipeline.reopens
        return fixed
    for visit in reversed(history):
        stage = pipeline.stage(visit.stage)
        if stage is not None and stage.is_open:
            return stage
    start = pipeline.stage(pipeline.initial)
    assert start is not None, pipeline.initial
    return start
