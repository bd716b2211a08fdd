"""Intents: everything that a label, a command, a tick, a date or the mirror asks for and nobody answered yet.

Collects them in the order they came; evaluates none. Labels and closings come from the timeline, commands and ticks
from the comments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from salesbot.core.commands import arguments
from salesbot.core.commands.catalog import NAMES_PEOPLE
from salesbot.core.commands.recognition import is_guess, meant
from salesbot.core.commands.stage_words import by_name, stage_of
from salesbot.core.lifecycle.edited_commands import Written, needs_versions, written
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments, headings
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.facts import Comment, Event
from salesbot.core.model.journal import Cursor, Journal
from salesbot.core.model.keys import Kind
from salesbot.core.model.pipeline import HORIZON, Pipeline
from salesbot.core.text import checklists, command_syntax, logins
from salesbot.core.text.command_syntax import CommandLine
from salesbot.core.text.days import add_working_days
from salesbot.core.text.task_lists import Item

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class LabelIntent:
    """A stage label that was put on and not evaluated. `by` is None where another workflow used our identity."""

    event: str
    at: datetime
    stage: str
    by: Actor | None
    late: bool = False
    """It came along from another repository: it is not carried out, only answered."""


@dataclass(frozen=True)
class StateIntent:
    """The newest closing or reopening by a person that nobody answered."""

    event: str
    at: datetime
    open: bool
    reason: str | None
    by: Actor | None


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
    """The mirror of the deal was brought to another stage, in the other system."""

    stage: str
    at: datetime


@dataclass(frozen=True)
class BoardIntent:
    """A card was dragged on the board. No stage: to no stage's column. `by` is None where nobody is known."""

    stage: str | None
    at: datetime
    by: Actor | None
    most: Role = Role.ADMIN
    """The highest role that this intent can have: what was delivered may be made up by anyone who may write."""


@dataclass(frozen=True)
class BoardCommandIntent:
    """A field was changed on the board: the command that means the same."""

    word: str
    words: tuple[str, ...]
    at: datetime
    by: Actor
    most: Role = Role.ADMIN


Intent = (
    LabelIntent
    | StateIntent
    | CommandIntent
    | ReturnIntent
    | TickIntent
    | MirrorIntent
    | BoardIntent
    | BoardCommandIntent
)


def in_order(intents: list[Intent]) -> list[Intent]:
    """Sort intents by time; within one second GitHub's own order stays."""
    return sorted(intents, key=lambda intent: intent.at)


# Labels, closings and reopenings


def labels(observed: Observed, cursor: Cursor) -> list[LabelIntent]:
    """List foreign labelings after the cursor whose label is still on the issue and has no younger event."""
    fresh = observed.unread(cursor)
    return _labelings(observed, lambda event, stage: not event.own and event.id in fresh, lambda event: event.by)


def workflow_labels(observed: Observed, stage: str, card_at: datetime) -> list[LabelIntent]:
    """List the stage labels that another workflow set with our own identity: intents of nobody.

    Ours are written after the card that names them, and only the card's stage. So an own labeling of another stage,
    younger than the card's last edit, was not ours; in its second, unless the deal has been in that stage.
    """
    been = {visit.stage for visit in observed.journal.history} if observed.journal is not None else set()
    return _labelings(
        observed,
        lambda event, name: (
            event.own and name != stage and (event.at > card_at or (event.at == card_at and name not in been))
        ),
        lambda event: None,
    )


def _labelings(
    observed: Observed, wanted: Callable[[Event, str], bool], by: Callable[[Event], Actor | None]
) -> list[LabelIntent]:
    youngest = {stage.name: event.id for event, stage in observed.stage_events}
    on = {stage.name for stage, _ in observed.parsed.current_stages}
    return [
        LabelIntent(event.id, event.at, stage.name, by(event))
        for event, stage in observed.stage_events
        if event.kind == "labeled" and stage.name in on and youngest[stage.name] == event.id
        and wanted(event, stage.name)
    ]  # fmt: skip


def state(observed: Observed, cursor: Cursor) -> StateIntent | None:
    """Find the newest closing or reopening by a person after the cursor, if the issue is still so."""
    newest = _newest_state(observed)
    if newest is None:
        return None
    is_open = newest.kind == "reopened"
    if newest.own or newest.id not in observed.unread(cursor) or is_open != observed.issue.open:
        return None
    return StateIntent(newest.id, newest.at, is_open, newest.reason, newest.by)


def workflow_closing(observed: Observed, card_at: datetime) -> StateIntent | None:
    """Find a closing that another workflow did with our own identity: an intent of nobody.

    We close only after a card that says so; a workflow that closes stale issues knows no card.
    """
    newest = _newest_state(observed)
    if observed.issue.open or newest is None or not newest.own or newest.kind != "closed" or newest.at <= card_at:
        return None
    return StateIntent(newest.id, newest.at, False, newest.reason, None)


def _newest_state(observed: Observed) -> Event | None:
    states = [event for event in observed.issue.events if event.kind in ("closed", "reopened")]
    return states[-1] if states else None


# Commands


def commands(observed: Observed) -> Iterator[CommandIntent]:
    """List the comments whose commands nobody answered, oldest first."""
    oldest, horizon = observed.facts.read_at - HORIZON, command_horizon(observed)
    answered = _youngest_answer(observed)
    for comment in observed.issue.comments:
        if comment.own or comment.author is None or comment.author.is_bot or is_answered(comment, observed.journal):
            continue
        if comment.changed_at < max(oldest, observed.issue.created_at):
            continue
        lines = observed.parsed.meant(comment)
        when = written(comment, lines, horizon, lambda text: meant(command_syntax.read(text), observed.pipeline))
        if lines and when.last >= oldest:
            late = (
                not when.known
                or when.first < horizon
                or observed.issue.is_before(when.first)
                or (answered is not None and comment.changed_at < answered)
            )
            if not (late and is_guess(lines, observed.pipeline)):
                yield CommandIntent(comment, lines, comment.changed_at, comment.author, late, when)


def unread_versions(commands: Sequence[CommandIntent], observed: Observed) -> list[str]:
    """Name the comments, by node id, whose earlier texts tell when their commands were written."""
    horizon = command_horizon(observed)
    return [intent.comment.node_id for intent in commands if needs_versions(intent.comment, horizon)]


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


def stages_of(comment: Comment, pipeline: Pipeline) -> set[str]:
    """Name the stages that the move commands of a comment ask for."""
    found = set()
    for read in comment.commands:
        line = by_name(read, pipeline)
        word = line.rest.split()[0] if line.word == "stage" and line.rest.split() else line.word
        stage = stage_of(word, pipeline)
        if stage is not None:
            found.add(stage.name)
    return found


def is_answered(comment: Comment, journal: Journal | None) -> bool:
    """Say whether a receipt closed a comment. A 🚀 counts only if the journal knows it: others share our identity.

    The journal knows the last fifty; of older comments it cannot tell, and the 🚀 is believed.
    """
    if journal is None:
        return bool(comment.receipts & {"CONFUSED", "ROCKET"})
    if journal.has_answered(comment.id) or "CONFUSED" in comment.receipts:
        return True
    return "ROCKET" in comment.receipts and journal.has_forgotten(comment.id)


def ticks(observed: Observed, journal: Journal | None) -> Iterator[TickIntent]:
    """List the boxes ticked in our questions that nobody evaluated: how a deal ended, or why."""
    evaluated = dict(journal.boxes) if journal is not None else {}
    cleared = journal.cleared if journal is not None else 0
    for comment in observed.issue.comments:
        if comments.kind_of(comment) not in comments.RESOLVED_BY_A_MOVE or comment.minimized or comment.own_text:
            continue
        if observed.issue.is_before(comment.changed_at):
            continue
        if comment.id <= cleared or (
            comment.edited_at is not None and comment.edited_at <= evaluated.get(comment.id, _NEVER)
        ):
            continue
        for item in checklists.read(Kind.ASK, comment.body).items:
            if item.ticked:
                yield TickIntent(comment, item, comment.changed_at, comment.editor)


def due_return(state: DealState, observed: Observed) -> ReturnIntent | None:
    """Bring a deal that was put off back on the first working day from its date."""
    pipeline = observed.pipeline
    stage = pipeline.stage(state.deal.stage)
    wanted = day_in(state.deal.fields, headings.REVISIT_ON)
    if stage is None or not stage.paused or state.journal.left or wanted is None:
        return None
    try:
        day = add_working_days(wanted, 0, pipeline.quiet)
    except OverflowError:
        return None
    if observed.today < day:
        return None
    return ReturnIntent(datetime.combine(day, time.min, pipeline.timezone).astimezone(UTC))


def command_horizon(observed: Observed) -> datetime:
    """Say how old a command may be: since arrival, installation, seven days, adoption, whichever is latest."""
    moments = [observed.facts.read_at - HORIZON, observed.issue.created_at]
    if observed.installed is not None:
        moments.append(observed.installed)
    if observed.journal is not None:
        moments.append(observed.journal.born)
    return max(moments)


def _youngest_answer(observed: Observed) -> datetime | None:
    """The time of the newest command answered or event evaluated: older commands are not run any more."""
    journal = observed.journal
    times = [
        comment.created_at for comment in observed.issue.comments if not comment.own and is_answered(comment, journal)
    ]
    if journal is not None:
        times.append(journal.cursor.at)
    return max(times, default=None)
