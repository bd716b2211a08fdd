"""Wishes: everything on a deal that somebody wanted and nobody judged yet, in the order it was said.

Collects; judges nothing. Labels and closings come from the timeline, commands and ticks from the comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from salesbot.core.commands import arguments
from salesbot.core.commands.catalog import NAMES_PEOPLE, find, suggestion
from salesbot.core.commands.stage_words import by_name, stage_of
from salesbot.core.commands.talk import is_talk
from salesbot.core.lifecycle.edited_commands import Written, needs_versions, written
from salesbot.core.lifecycle.timeline import LabelIntent, StateIntent
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import Actor
from salesbot.core.model.facts import Comment, Facts
from salesbot.core.model.journal import Journal
from salesbot.core.model.pipeline import HORIZON, Pipeline
from salesbot.core.text import checklists, command_syntax, logins
from salesbot.core.text.command_syntax import CommandLine
from salesbot.core.text.days import add_working_days, local_day
from salesbot.core.text.labels import label_key
from salesbot.core.text.task_lists import Item

_NEVER = datetime.min.replace(tzinfo=UTC)
INSTALL_SLACK = timedelta(hours=1)
"""The first issue may be opened a little before the first run creates the labels that date the installation."""


@dataclass(frozen=True)
class CommandIntent:
    """A comment with commands and no receipt. `late` ones are not run any more, only answered."""

    comment: Comment
    lines: tuple[CommandLine, ...]
    at: datetime
    by: Actor | None
    late: bool = False
    written: Written | None = None
    """When its commands were written, which is later than the comment where an edit brought them."""

    @property
    def since(self) -> datetime:
        """When the oldest of its commands was written."""
        return self.written.first if self.written is not None else self.comment.created_at


@dataclass(frozen=True)
class ReturnIntent:
    """The date of a deal that was put off has come."""

    at: datetime


@dataclass(frozen=True)
class TickIntent:
    """A box somebody ticked in a question of ours: how a deal ended, or why."""

    comment: Comment
    item: Item
    at: datetime
    by: Actor | None


@dataclass(frozen=True)
class MirrorIntent:
    """The mirror of the deal was brought to another stage, over there."""

    stage: str
    at: datetime


Intent = LabelIntent | StateIntent | CommandIntent | ReturnIntent | TickIntent | MirrorIntent


def in_order(intents: list[Intent]) -> list[Intent]:
    """Sort wishes by the time they were uttered; within one second GitHub's own order stays."""
    return sorted(intents, key=lambda intent: intent.at)


def commands(facts: Facts, pipeline: Pipeline, journal: Journal | None) -> Iterator[CommandIntent]:
    """List the comments whose commands nobody answered, oldest first."""
    assert facts.issue is not None
    horizon = command_horizon(facts, pipeline, journal)
    answered = _youngest_answer(facts, journal)
    for comment in facts.issue.comments:
        if comment.own or comment.author is None or comment.author.is_bot or is_answered(comment, journal):
            continue
        said_at = comment.edited_at or comment.created_at
        if said_at < facts.read_at - HORIZON:
            continue
        lines = meant(command_syntax.read(comment.body), pipeline)
        told = written(comment, lines, horizon, lambda text: meant(command_syntax.read(text), pipeline))
        if lines and told.last >= facts.read_at - HORIZON:
            late = not told.known or told.first < horizon or (answered is not None and said_at < answered)
            if not (late and is_guess(lines, pipeline)):
                yield CommandIntent(comment, lines, said_at, comment.author, late, told)


def unread_versions(facts: Facts, pipeline: Pipeline, journal: Journal | None) -> list[str]:
    """Name the comments, by node id, whose earlier texts tell when their commands were written."""
    horizon = command_horizon(facts, pipeline, journal)
    found = (intent.comment for intent in commands(facts, pipeline, journal))
    return [comment.node_id for comment in found if needs_versions(comment, horizon)]


def named_people(intent: CommandIntent) -> list[str]:
    """Name the people a plan would put on the deal: `@names`, and whoever says `/assign` alone."""
    names = []
    for line in intent.lines:
        if line.word in NAMES_PEOPLE:
            names += logins.mentions(line.rest)
        if line.word == "assign" and intent.by is not None:
            names.append(arguments.person(line.rest.split(), intent.by.login))
    return names


def named_issues(intent: CommandIntent) -> list[int]:
    """Number the issues that a plan names."""
    words = [line.rest.split()[0] for line in intent.lines if line.word == "duplicate-of" and line.rest]
    return [number for word in words if (number := arguments.issue_number(word)) is not None]


def meant(lines: list[CommandLine], pipeline: Pipeline) -> tuple[CommandLine, ...]:
    """Keep the lines that were meant as commands: known words, near misses, and what is no talk and stands beside a
    known one or alone."""
    named = [by_name(line, pipeline) for line in lines]
    known = any(find(line.word, pipeline) for line in named)
    return tuple(
        line
        for line in named
        if find(line.word, pipeline) or (not is_talk(line.word) and (known or line.alone or _is_near(line, pipeline)))
    )


def _is_near(line: CommandLine, pipeline: Pipeline) -> bool:
    return suggestion(line.word, pipeline) is not None or command_syntax.bare(line.word) in TYPED


def is_guess(lines: Iterable[CommandLine], pipeline: Pipeline) -> bool:
    """Say whether a comment has no command, nor a near miss: only somebody with a role gets an answer."""
    return not any(find(line.word, pipeline) or _is_near(line, pipeline) for line in lines)


def stages_of(comment: Comment, pipeline: Pipeline) -> set[str]:
    """Name the stages that the move commands of a comment wish for."""
    found = set()
    for read in command_syntax.read(comment.body):
        line = by_name(read, pipeline)
        word = line.rest.split()[0] if line.word == "stage" and line.rest.split() else line.word
        stage = stage_of(word, pipeline)
        if stage is not None:
            found.add(stage.name)
    return found


TYPED = frozenset({"close"})
"""Words people type that are no commands and get an answer all the same (docs/commands.md)."""


def is_answered(comment: Comment, journal: Journal | None) -> bool:
    """Say whether a receipt closed a comment. A 🚀 counts only if the journal knows it: others share our identity.

    The journal knows the last fifty; of what was said before those it cannot tell, and the 🚀 is believed.
    """
    if journal is None:
        return bool(comment.receipts & {"CONFUSED", "ROCKET"})
    if journal.has_answered(comment.id) or "CONFUSED" in comment.receipts:
        return True
    return "ROCKET" in comment.receipts and journal.has_forgotten(comment.id)


def ticks(facts: Facts, journal: Journal | None) -> Iterator[TickIntent]:
    """List the boxes ticked in our questions that nobody judged: how a deal ended, or why."""
    assert facts.issue is not None
    judged = dict(journal.boxes) if journal is not None else {}
    cleared = journal.cleared if journal is not None else 0
    for comment in facts.issue.comments:
        if comments.kind_of(comment) not in comments.PASSING or comment.minimized or comment.own_text:
            continue
        if comment.id <= cleared or (
            comment.edited_at is not None and comment.edited_at <= judged.get(comment.id, _NEVER)
        ):
            continue
        for item in checklists.read(comments.ASK, comment.body).items:
            if item.ticked:
                yield TickIntent(comment, item, comment.edited_at or comment.created_at, comment.editor)


def back(state: DealState, pipeline: Pipeline, now: datetime) -> ReturnIntent | None:
    """A deal that was put off comes back on the first working day from its date."""
    stage = pipeline.stage(state.deal.stage)
    wanted = day_in(state.deal.fields, "Revisit on")
    if stage is None or not stage.paused or state.journal.left or wanted is None:
        return None
    try:
        day = add_working_days(wanted, 0, pipeline.quiet)
    except OverflowError:
        return None
    if local_day(now, pipeline.timezone) < day:
        return None
    return ReturnIntent(datetime.combine(day, time.min, pipeline.timezone).astimezone(UTC))


def installed(facts: Facts, pipeline: Pipeline) -> datetime | None:
    """Say since when salesbot works here: as configured, else since the initial stage's label was created."""
    if pipeline.since is not None:
        return datetime.combine(pipeline.since, time.min, pipeline.timezone)
    start = pipeline.stage(pipeline.initial)
    for label in facts.repository.labels:
        if start is not None and label_key(label.name) == label_key(start.label) and label.created_at is not None:
            return label.created_at - INSTALL_SLACK
    return None


def command_horizon(facts: Facts, pipeline: Pipeline, journal: Journal | None) -> datetime:
    """Say how old a command may be: since installation, seven days, adoption, whichever is latest (docs/design.md)."""
    moments = [facts.read_at - HORIZON]
    since = installed(facts, pipeline)
    if since is not None:
        moments.append(since)
    if journal is not None:
        moments.append(journal.born)
    return max(moments)


def _youngest_answer(facts: Facts, journal: Journal | None) -> datetime | None:
    """The time of the newest command answered or wish judged: older ones are not run any more."""
    assert facts.issue is not None
    times = [
        comment.created_at for comment in facts.issue.comments if not comment.own and is_answered(comment, journal)
    ]
    if journal is not None:
        times.append(journal.cursor.at)
    return max(times, default=None)
