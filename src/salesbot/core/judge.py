"""The judge: one act after the other, each on the deal as the acts before left it.

Allowed acts make a new course; the first act that is not allowed comes back as `Refused`, and then nothing of its plan
has happened. Pure; whether GitHub is in step with the course is `settle`'s business.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from salesbot.core import fields, guards, reasons
from salesbot.core.acts import Act, Answer, Disown, Leave, Link, MoveTo, Own, PostList, Reopen, SetField, Undo
from salesbot.core.command_table import usage
from salesbot.core.deal import Deal, Move, Refusal, Role, StageVisit
from salesbot.core.journal import Journal, Owed, Pair
from salesbot.core.pipeline import Pipeline, Stage
from salesbot.core.voice import Markdown

BODY_LIMIT = 65_536
"""Characters GitHub takes as a description. A write of which GitHub refuses this part would be half a plan."""


@dataclass(frozen=True)
class Refused:
    """A wish that was not granted: what it wanted to reach, if it was a move, and every reason why not."""

    to: str | None
    why: tuple[Refusal, ...]
    misread: bool = False
    """A command that could not be read: saying it right is all it takes."""


@dataclass(frozen=True)
class Course:
    """Where the wishes judged so far leave a deal, and what is to be remembered of them."""

    deal: Deal
    journal: Journal
    moves: tuple[StageVisit, ...] = ()
    refused: tuple[Refused, ...] = ()
    owed: tuple[Owed, ...] = ()
    answers: tuple[Answer, ...] = ()
    unheard: tuple[int, ...] = ()
    """Comments of people below triage: a receipt, and nothing else, not even in the journal."""
    notes: tuple[str, ...] = ()

    @property
    def owed_keys(self) -> frozenset[str]:
        """The keys of the comments owed."""
        return frozenset(owed.key for owed in self.owed)

    def owing(self, key: str, text: str) -> Course:
        """Owe a comment. What is owed under one key already becomes one comment with it: a second would be a double."""
        before = next((owed.text for owed in self.owed if owed.key == key), "")
        others = tuple(owed for owed in self.owed if owed.key != key)
        return replace(self, owed=(*others, Owed(key, f"{before}\n\n{text}".strip("\n"))))

    def noting(self, note: str) -> Course:
        """Say something in the job summary only."""
        return replace(self, notes=(*self.notes, note))


@dataclass(frozen=True)
class Bench:
    """Before whom a wish is judged: the pipeline, the role of who wishes, the time and the comment of the wish."""

    pipeline: Pipeline
    role: Role
    at: datetime
    by: str | None
    comment: int = 0


def perform(course: Course, acts: Iterable[Act], bench: Bench) -> Course | Refused:
    """Do all acts or none."""
    for act in acts:
        outcome = _perform(course, act, bench)
        if isinstance(outcome, Refused):
            return outcome
        course = outcome
    return course


def _perform(course: Course, act: Act, bench: Bench) -> Course | Refused:
    match act:
        case SetField():
            return _set_field(course, act, bench)
        case MoveTo():
            return _move(course, act.move, bench)
        case Undo():
            return _undo(course, bench)
        case Reopen():
            return _reopen(course, bench)
        case Own(login):
            return give(course, login, bench.at)
        case Disown(login):
            return _disown(course, login, bench)
        case PostList(name):
            return _post_list(course, name, bench)
        case Leave(why, of):
            return leave(course, why, of)
        case Link(key):
            known = course.journal.pair is not None and course.journal.pair.key == key
            return course if known else replace(course, journal=replace(course.journal, pair=Pair(key)))
        case Answer():
            return replace(course, answers=(*course.answers, act))
        case _:
            assert_never(act)


def _set_field(course: Course, act: SetField, bench: Bench) -> Course | Refused:
    """A value given by command is also remembered in the journal: it is one of the deal's rounds."""
    known, one_line = bench.pipeline.headings, bench.pipeline.one_line
    try:
        body = fields.write(course.deal.body, act.heading, act.value, known, one_line)
    except fields.FieldError as error:
        return Refused(None, (Refusal(str(error), "Repair the description, then say it again"),))
    if len(body) > BODY_LIMIT:
        why = f"The description has no room for it: GitHub takes {BODY_LIMIT:,} characters."
        return Refused(None, (Refusal(why, "Shorten it"),))
    deal = replace(course.deal, body=body, fields=fields.read(body, known, one_line))
    journal = course.journal
    if act.heading == "Value" and act.value is not None:
        deal = replace(deal, body_trusted=True)
        if not journal.rounds or journal.rounds[-1][1] != act.value:
            journal = replace(journal, rounds=(*journal.rounds, (bench.at, act.value))[-20:])
    return replace(course, deal=deal, journal=journal)


def give(course: Course, login: str, at: datetime) -> Course:
    """Make somebody the owner; whoever owned the deal stays a helper."""
    deal = course.deal
    helpers = tuple(name for name in (deal.owner, *deal.helpers) if name and name != login)
    return replace(
        course,
        deal=replace(deal, owner=login, helpers=helpers),
        journal=course.journal.with_assigned(login, at, on=True),
    )


def _disown(course: Course, login: str | None, bench: Bench) -> Course:
    """Nobody there to take off: the goal is reached already."""
    deal = course.deal
    wanted = (login or deal.owner or "").casefold()
    leaving = next((name for name in (deal.owner, *deal.helpers) if name and name.casefold() == wanted), None)
    if leaving is None:
        return course
    left = [name for name in (deal.owner, *deal.helpers) if name and name != leaving]
    return replace(
        course,
        deal=replace(deal, owner=left[0] if left else None, helpers=tuple(left[1:])),
        journal=course.journal.with_assigned(leaving, bench.at, on=False),
    )


def _post_list(course: Course, name: str, bench: Bench) -> Course:
    """Remembered with the comment that asked, so that it is done once, also if the run dies before."""
    return replace(course, journal=replace(course.journal, refresh={**course.journal.refresh, name: bench.comment}))


def leave(course: Course, why: str, of: int | None = None) -> Course:
    """Take the deal out of the pipeline: why, and if it is a duplicate, of which issue."""
    journal = replace(course.journal, left=why, duplicate_of=of or 0, asked="")
    return replace(course, deal=replace(course.deal, open=False), journal=journal)


def _move(course: Course, move: Move, bench: Bench) -> Course | Refused:
    """A goal already reached is done, not refused (docs/design.md, How a run judges)."""
    pipeline = bench.pipeline
    target = pipeline.stage(move.to)
    assert target is not None, move.to
    if target.name == course.deal.stage:
        return _came_back(course, pipeline) if course.journal.left else course
    refusals = _why_not(course.deal, move, target, bench)
    if refusals:
        return Refused(target.name, refusals)
    return enter(course, target, move, pipeline)


def _why_not(deal: Deal, move: Move, target: Stage, bench: Bench) -> tuple[Refusal, ...]:
    pipeline = bench.pipeline
    if move.force is not None:
        least = pipeline.permissions.force
        if bench.role >= least:
            return ()
        return (Refusal(Markdown(f"`--force` needs the role {least.name.lower()}."), "Ask someone who has it"),)
    if deal.stage is not None and not pipeline.allows(deal.stage, target.name):
        return (_no_way(deal.stage, target, pipeline),)
    return guards.missing(deal, move, target.requires, pipeline)


def _no_way(source: str, target: Stage, pipeline: Pipeline) -> Refusal:
    stage = pipeline.stage(source)
    assert stage is not None, source
    if stage.outcome is not None:
        return Refusal(
            f"The deal is {source}, and that is an end.", "Comment `/reopen` first, or `/undo` if it was a slip"
        )
    ways = ", ".join(f"`{usage(there)}`" for name in stage.next if (there := pipeline.stage(name)) is not None)
    return Refusal(f"A deal in {source} cannot go to {target.name}.", f"From there you can say {ways}")


def enter(course: Course, target: Stage, move: Move, pipeline: Pipeline) -> Course:
    """Put the deal into a stage. What earlier wishes wanted to ask is no longer a question."""
    deal, journal = reasons.on_moving(course.deal, course.journal, target, move, pipeline)
    visit = StageVisit(target.name, move.at, move.by, move.how, move.force)
    journal = replace(_back(journal.with_visit(visit)), refused="")
    deal = replace(deal, stage=target.name, open=target.outcome is None, history=journal.history)
    kept = tuple(owed for owed in course.owed if not owed.key.startswith("ask:"))
    return replace(course, deal=deal, journal=journal, moves=(*course.moves, visit), owed=kept)


def _returned(course: Course) -> Course:
    """Open again where it was."""
    return replace(course, deal=replace(course.deal, open=True), journal=_back(course.journal))


def _came_back(course: Course, pipeline: Pipeline) -> Course:
    """Open again where it was. Why it had left the pipeline is past."""
    left = bool(course.journal.left)
    return _returned(replace(course, deal=reasons.without(course.deal, pipeline)) if left else course)


def _back(journal: Journal) -> Journal:
    """In the pipeline again, whatever had ended it."""
    return replace(journal, asked="", left="", duplicate_of=0)


def _undo(course: Course, bench: Bench) -> Course | Refused:
    if course.journal.left:
        return _returned(course)
    if _was_undone(course, bench):
        return course
    back = undo_target(course.journal.history, bench.pipeline)
    if back is None:
        return Refused(None, (Refusal("There is no move to take back.", "Comment `/history` to see the way so far"),))
    return enter(course, back, Move(back.name, bench.at, bench.by, "undo"), bench.pipeline)


def _was_undone(course: Course, bench: Bench) -> bool:
    """Whether an earlier run took a move back for this very comment, and then had to take its receipt back."""
    earlier = (visit for visit in course.deal.history if visit not in course.moves)
    return any((visit.how, visit.by, visit.entered) == ("undo", bench.by, bench.at) for visit in earlier)


def undo_target(history: tuple[StageVisit, ...], pipeline: Pipeline) -> Stage | None:
    """Find the stage the last accepted move left; an undone move is as if it had not been."""
    path: list[str] = []
    for visit in history:
        if visit.how == "undo" and path:
            path.pop()
        else:
            path.append(visit.stage)
    return pipeline.stage(path[-2]) if len(path) > 1 else None


def _reopen(course: Course, bench: Bench) -> Course | Refused:
    """Bring a deal back; one that was closed without an outcome only has to be opened."""
    pipeline = bench.pipeline
    stage = pipeline.stage(course.deal.stage)
    if stage is not None and stage.outcome is None:
        return _came_back(course, pipeline)
    back = reopen_target(course.journal.history, pipeline)
    return enter(course, back, Move(back.name, bench.at, bench.by, "reopen"), pipeline)


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
