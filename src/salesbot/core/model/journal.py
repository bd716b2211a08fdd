"""The journal: what was decided and is perhaps not yet done. It is the card's marker, the first bytes of the comment.

It is written before the labels, so that a decision is taken once and only carried out again. *Without it: accept,
remove the old label, die before the card, somebody unticks a box, the next run evaluates the same label again and takes
the move back.* If the journal is lost, the labels count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from salesbot.core.model import journal_codec, logged_activity, messages
from salesbot.core.model.client_deal import ClientDeal, FieldOffer
from salesbot.core.model.deal import StageVisit
from salesbot.core.model.facts import Event
from salesbot.core.model.keys import CARD
from salesbot.core.model.logged_activity import LoggedActivity
from salesbot.core.model.messages import PendingComment
from salesbot.core.model.mirror import EVER
from salesbot.core.model.tasks import DealTask
from salesbot.core.model.trust import TrustedField
from salesbot.core.text import markdown

Answered = Literal["yes", "no", "closed"]

VERSION = 1
BEFORE = "before"
"""In place of a closing: it was closed before our time, and nobody was asked how it ended."""
ANSWERED = 50
"""How many answered comments are kept; older ones are beyond the horizon anyway."""
VISITS = 40
"""How many stage visits are kept for the card and for `/undo`."""

WHY = 200
"""Characters that the card keeps of why a deal was forced, or had ended."""


class LeftAs(StrEnum):
    """Why a deal left the pipeline. The values are in journals on GitHub, so they never change."""

    DUPLICATE = "duplicate"
    NOT_A_DEAL = "not-a-deal"


@dataclass(frozen=True)
class Cursor:
    """The newest foreign stage event read. It never goes back."""

    at: datetime
    id: str = ""


@dataclass(frozen=True)
class Assigned:
    """Somebody was assigned to the deal or unassigned by command. It holds until somebody changes it by hand."""

    login: str
    on: bool
    at: datetime
    refused: bool = field(default=False, metadata={journal_codec.ADDED_LATER: True})
    """GitHub refused to assign them; they are not tried again."""


@dataclass(frozen=True)
class Pair:
    """The mirror of the deal (`core.mirror`): its key, and both stages when the two last agreed, ours by name.

    `value` is what its column shows of ours. `asked` is the move over there, by its second, that waits for an answer.
    The rest are its last mails, as the card tells of them.
    """

    key: str
    ours: str = ""
    theirs: str = ""
    value: str = ""
    asked: int = 0
    received: datetime | None = None
    sent: datetime | None = None
    opened: datetime | None = None
    away: bool = field(default=False, metadata={journal_codec.ADDED_LATER: True})
    """The mirror is in another pipeline now."""


@dataclass(frozen=True)
class OnBoard:
    """What a project is to show of the deal (`core.model.board`), as of when: older changes there are no news.

    It is written before the board is, so that what a killed run left undone on the board looks old to the next one.
    """

    project: int
    stage: str = ""
    column: str = ""
    at: datetime = EVER
    values: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)
    """The ids of the values that salesbot made, by field: another creator changed such a one."""
    ours: bool = False
    """Salesbot put the deal on the board."""
    off: bool = False
    """A person took it off; it comes back with the next move."""
    half: str = ""
    """Which half of the next step lacks on the board, where a person wrote the other one."""
    asked: int = 0
    """The drag, by its second, that waits for an answer."""


@dataclass(frozen=True)
class EstimatedRound:
    """What the estimate of a round added up to: money from low to high, and beside it what no rate converts."""

    number: int
    low: str = ""
    high: str = ""
    unpriced: str = ""


def _named(name: str, default: Any) -> Any:
    """Give a field another name in the marker, where cards have carried it since before it was renamed in the code."""
    return field(default=default, metadata={journal_codec.NAME: name})


@dataclass(frozen=True)
class Journal:
    """What salesbot keeps of one deal. `journal_codec` derives from these fields how the marker holds them."""

    repository: int = field(metadata={journal_codec.NAME: "repo"})
    issue: int
    stage: str
    cursor: Cursor
    born: datetime
    """When the issue became a deal."""
    label: str = ""
    """The id of the stage's label, which survives renames."""
    answered: tuple[tuple[int, Answered], ...] = ()
    """The ids of answered comments and the answer; "closed" is a no after which the same stage was reached."""
    history: tuple[StageVisit, ...] = ()
    refused: str = ""
    """The label event that was refused last."""
    pending: tuple[PendingComment, ...] = _named("owed", ())
    """The comments still to be written. One is written again only if a run ended before it was."""
    ticks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The settled items of each checklist as last read."""
    lists: Mapping[str, int] = field(default_factory=dict)
    """The comment of each checklist that was ever posted; 0 before its id was read."""
    cleared: int = 0
    """The newest comment when a move was last accepted: older refusals are past."""
    asked: str = ""
    """The closing by hand that was asked about, or "before" if it was before our time: closed without an outcome."""
    left: LeftAs | None = None
    """Why the deal left the pipeline."""
    rounds: tuple[tuple[datetime, str], ...] = ()
    """Its values in turn, as commands set them."""
    estimates: tuple[EstimatedRound, ...] = ()
    """The sums of its estimate, round by round; the last one is that of the present round."""
    duplicate_of: int = 0
    assigned: tuple[Assigned, ...] = ()
    refresh: Mapping[str, int] = field(default_factory=dict)
    """For which comment each checklist was to be brought up to date."""
    reminded: tuple[str, ...] = ()
    """The occasions of which somebody was reminded."""
    announced: tuple[str, ...] = ()
    """The occasions that were announced to the chat."""
    boxes: tuple[tuple[int, datetime], ...] = ()
    """Until when the ticks in each of our questions were evaluated."""
    lead: str = ""
    """The key of the lead it came from (`core.leads.lead`)."""
    possible_duplicates: tuple[tuple[int, str], ...] = _named("twins", ())
    """The deals that may be the same one, each with why."""
    same_client: tuple[ClientDeal, ...] = _named("client", ())
    """Other deals of the same client, the newest first."""
    offers: tuple[FieldOffer, ...] = ()
    """Fields of the client that its earlier deals had, and this one lacked on its first run."""
    pair: Pair | None = None
    """Its mirror in the other system."""
    sub_issues: tuple[int, int] | None = None
    """How many of its sub-issues are done, of how many, as the card shows it."""
    task_counts: tuple[int, int] | None = None
    """How many tasks are done, of how many, without those that were dropped."""
    tasks: tuple[DealTask, ...] = ()
    """The open ones, the earliest first, as last read."""
    board: OnBoard | None = None
    """What the project shows of it."""
    fields: tuple[tuple[str, str | None], ...] = ()
    """What the last decision wrote into the description, None for a field taken out; one edited since has them."""
    left_out: tuple[tuple[str, str], ...] = ()
    """What GitHub refuses to do on the deal, and why, as the card says it."""
    trusted: tuple[TrustedField, ...] = ()
    """The fields that count, as somebody gave them who may (`lifecycle.field_trust`)."""
    activities: tuple[LoggedActivity, ...] = ()
    """The calls, meetings and mails that somebody logged, oldest first."""
    people: Mapping[str, int] = field(default_factory=dict)
    """The database ids of those whom this journal and the next step name, by login in lowercase."""

    def with_answer(self, comment: int, answer: Answered) -> Journal:
        """Keep how a comment was answered."""
        others = tuple(entry for entry in self.answered if entry[0] != comment)
        return replace(self, answered=(*others, (comment, answer))[-ANSWERED:])

    def with_visit(self, visit: StageVisit) -> Journal:
        """Keep an accepted move; the deal is in that stage now."""
        visit = replace(visit, forced=visit.forced and visit.forced[:WHY])
        return replace(self, stage=visit.stage, history=(*self.history, visit)[-VISITS:])

    def with_assigned(self, login: str, at: datetime, *, on: bool) -> Journal:
        """Keep who was assigned or unassigned last."""
        others = tuple(entry for entry in self.assigned if entry.login.casefold() != login.casefold())
        return replace(self, assigned=(*others, Assigned(login, on, at))[-10:])

    def without_assigned(self, names: Collection[str]) -> Journal:
        """Forget that these people were assigned."""
        return replace(self, assigned=tuple(entry for entry in self.assigned if entry.login not in names))

    def with_activity(self, new: LoggedActivity) -> Journal:
        """Keep a call, a meeting or a mail that somebody logged."""
        return replace(self, activities=logged_activity.with_activity(self.activities, new))

    def with_boxes(self, comment: int, at: datetime) -> Journal:
        """Keep until when the ticks in a question of ours were evaluated."""
        others = tuple(entry for entry in self.boxes if entry[0] != comment)
        return replace(self, boxes=(*others, (comment, at))[-10:])

    def has_answered(self, comment: int) -> bool:
        """Say whether a comment was answered, with yes or no."""
        return any(id_ == comment for id_, _ in self.answered)

    def has_forgotten(self, comment: int) -> bool:
        """Say whether a comment is older than all the answered ones that are kept."""
        return len(self.answered) >= ANSWERED and all(comment < id_ for id_, _ in self.answered)

    def seen(self, events: Iterable[Event]) -> Journal:
        """Move the cursor to the newest of these events, never back. They come in GitHub's order."""
        # The last one of those with the latest time: many events can share one second.
        newest = max(reversed([*events]), key=lambda event: event.at, default=None)
        if newest is None or newest.at < self.cursor.at:
            return self
        return replace(self, cursor=Cursor(newest.at, newest.id))


def to_payload(journal: Journal) -> dict[str, Any]:
    """Write the journal as the JSON of the marker, short names and no empty entries."""
    return {"v": VERSION, **journal_codec.encode_fields(journal)}


def fitting(journal: Journal) -> Journal:
    """Leave out what is missed least until the marker has room: long texts, pending comments, old visits, ticks.

    Without it a deal with a long history could not be written any more at all.
    """
    *tries, least = _lighter(journal)
    return next((lighter for lighter in tries if _fits(lighter)), least)


def _lighter(journal: Journal) -> Iterator[Journal]:
    yield journal
    briefly = logged_activity.without_texts(journal.activities)
    yield (journal := replace(journal, history=tuple(map(_briefly, journal.history)), activities=briefly))
    yield (journal := replace(journal, same_client=journal.same_client[:3], offers=()))
    yield (journal := replace(journal, pending=()))
    yield (journal := replace(journal, history=journal.history[-10:], activities=journal.activities[-10:]))
    yield replace(journal, ticks={}, tasks=())


def _briefly(visit: StageVisit) -> StageVisit:
    return replace(visit, forced=visit.forced and visit.forced[:20], why=None, until=None)


def _fits(journal: Journal) -> bool:
    try:
        markdown.marker(CARD.kind, to_payload(journal))
    except ValueError:
        return False
    return True


def from_payload(payload: Mapping[str, Any]) -> Journal | None:
    """Read a journal; None if it is not one that this version writes. A stranger may have written it: never raises."""
    if payload.get("v") != VERSION:
        return None
    try:
        owed = [*messages.readable(payload.get("owed"))]
        journal: Journal = journal_codec.decode_fields(Journal, {**payload, "owed": owed})
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return None
    return journal
