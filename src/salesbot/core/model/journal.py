"""The journal: what was decided and is perhaps not yet done. It is the card's marker, the first bytes of the comment.

It is written before the labels, so that a decision is taken once and only carried out again. *Without it: accept,
remove the old label, die before the card, somebody unticks a box, the next run judges again and takes the move back.*
Lose it, and the labels stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from salesbot.core.model.deal import StageVisit
from salesbot.core.model.facts import Comment, Event, Issue, Repository
from salesbot.core.text import markdown

Answered = Literal["yes", "no", "closed"]

VERSION = 1
BEFORE = "before"
"""In place of a closing: it was closed before our time, and nobody was asked how it ended."""
CARD = "card"
ANSWERED = 50
"""How many answered comments are remembered; older ones are beyond the horizon anyway."""
VISITS = 40
"""How many stage visits are remembered for the card and for `/undo`."""

WHY = 200
"""Characters that the card keeps of why a deal was forced, or had ended."""


@dataclass(frozen=True)
class Cursor:
    """The newest foreign stage event read. It never goes back."""

    at: datetime
    id: str = ""


@dataclass(frozen=True)
class PendingComment:
    """A comment that a decision owes: its key, and its text. Written again only if a run died before it was there."""

    key: str
    text: str


@dataclass(frozen=True)
class Assigned:
    """Somebody was put on the deal or taken off it by command. Holds until somebody else says otherwise."""

    login: str
    on: bool
    at: datetime


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


@dataclass(frozen=True)
class Journal:
    """What salesbot remembers of one deal.

    `answered` holds the ids of answered comments and the answer; "closed" is a no that has come true since. `ticks` are
    the settled items of each checklist as last seen. `asked` is the closing by hand that was asked about, or "before"
    if it was before our time: the deal is closed without an outcome. `left` says why a deal left the pipeline. `rounds`
    are its values in turn. `cleared` is the newest comment when a move was last accepted: older refusals are past.
    `refresh` says for which comment a checklist was to be brought up to date. `reminded` are the occasions of which
    somebody was reminded. `boxes` says until when the ticks in our questions were judged. `lead` is the key of the lead
    it came from (`core.lead`). `twins` are the deals that may be the same one, each with why. `pair` is its mirror.
    `fields` are what the last decision wrote into the description, None for one taken out; a description edited since
    has them.
    """

    repository: int
    issue: int
    stage: str
    cursor: Cursor
    born: datetime
    label: str = ""
    answered: tuple[tuple[int, Answered], ...] = ()
    history: tuple[StageVisit, ...] = ()
    refused: str = ""
    pending: tuple[PendingComment, ...] = ()
    ticks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists: Mapping[str, int] = field(default_factory=dict)
    cleared: int = 0
    asked: str = ""
    left: str = ""
    rounds: tuple[tuple[datetime, str], ...] = ()
    duplicate_of: int = 0
    assigned: tuple[Assigned, ...] = ()
    refresh: Mapping[str, int] = field(default_factory=dict)
    reminded: tuple[str, ...] = ()
    boxes: tuple[tuple[int, datetime], ...] = ()
    lead: str = ""
    possible_duplicates: tuple[tuple[int, str], ...] = ()
    pair: Pair | None = None
    fields: tuple[tuple[str, str | None], ...] = ()

    def with_answer(self, comment: int, answer: Answered) -> Journal:
        """Remember how a comment was answered."""
        other_issues = tuple(entry for entry in self.answered if entry[0] != comment)
        return replace(self, answered=(*other_issues, (comment, answer))[-ANSWERED:])

    def with_visit(self, visit: StageVisit) -> Journal:
        """Remember an accepted move; the deal is in that stage now."""
        visit = replace(visit, forced=visit.forced and visit.forced[:WHY])
        return replace(self, stage=visit.stage, history=(*self.history, visit)[-VISITS:])

    def with_assigned(self, login: str, at: datetime, *, on: bool) -> Journal:
        """Remember who was put on the deal or taken off it last."""
        other_issues = tuple(entry for entry in self.assigned if entry.login.casefold() != login.casefold())
        return replace(self, assigned=(*other_issues, Assigned(login, on, at))[-10:])

    def with_boxes(self, comment: int, at: datetime) -> Journal:
        """Remember that the ticks in a question of ours were judged, as they stood then."""
        other_issues = tuple(entry for entry in self.boxes if entry[0] != comment)
        return replace(self, boxes=(*other_issues, (comment, at))[-10:])

    def has_answered(self, comment: int) -> bool:
        """Say whether a comment was answered, with yes or no."""
        return any(id_ == comment for id_, _ in self.answered)

    def has_forgotten(self, comment: int) -> bool:
        """Say whether a comment is older than all the answered ones that are remembered."""
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
    payload: dict[str, Any] = {
        "v": VERSION,
        "repo": journal.repository,
        "issue": journal.issue,
        "stage": journal.stage,
        "label": journal.label,
        "cursor": [_epoch(journal.cursor.at), journal.cursor.id],
        "born": _epoch(journal.born),
        "answered": [[id_, answer] for id_, answer in journal.answered],
        "history": [_visit_payload(visit) for visit in journal.history],
        "refused": journal.refused,
        "owed": [[pending.key, pending.text] for pending in journal.pending],
        "ticks": {name: list(keys) for name, keys in journal.ticks.items()},
        "lists": dict(journal.lists),
        "cleared": journal.cleared,
        "asked": journal.asked,
        "left": journal.left,
        "rounds": [[_epoch(at), value] for at, value in journal.rounds],
        "duplicate_of": journal.duplicate_of,
        "assigned": [[entry.login, entry.on, _epoch(entry.at)] for entry in journal.assigned],
        "refresh": dict(journal.refresh),
        "reminded": list(journal.reminded),
        "boxes": [[comment, _epoch(at)] for comment, at in journal.boxes],
        "lead": journal.lead,
        "twins": [[number, why] for number, why in journal.possible_duplicates],
        "pair": _pair_payload(journal.pair) if journal.pair else [],
        "fields": [[heading, value] for heading, value in journal.fields],
    }
    return {key: value for key, value in payload.items() if value not in ("", [], {}, 0)}


def fitting(journal: Journal) -> Journal:
    """Leave out what is missed least until the marker has room: long whys, comments owed, old visits, ticks.

    Without it a deal with a long history could not be written any more at all.
    """
    *tries, least = _lighter(journal)
    return next((lighter for lighter in tries if _fits(lighter)), least)


def _lighter(journal: Journal) -> Iterator[Journal]:
    yield journal
    yield (journal := replace(journal, history=tuple(_briefly(visit) for visit in journal.history)))
    yield (journal := replace(journal, pending=()))
    yield (journal := replace(journal, history=journal.history[-10:]))
    yield replace(journal, ticks={})


def _briefly(visit: StageVisit) -> StageVisit:
    return replace(visit, forced=visit.forced and visit.forced[:20], why=None)


def _fits(journal: Journal) -> bool:
    try:
        markdown.marker(CARD, to_payload(journal))
    except ValueError:
        return False
    return True


def from_payload(payload: Mapping[str, Any]) -> Journal | None:
    """Read a journal; None if it is not one that this version writes. A stranger may have written it: never raises."""
    if payload.get("v") != VERSION:
        return None
    try:
        at, id_ = payload["cursor"]
        return Journal(
            repository=int(payload["repo"]),
            issue=int(payload["issue"]),
            stage=str(payload["stage"]),
            cursor=Cursor(_moment(at), str(id_)),
            born=_moment(payload["born"]),
            label=str(payload.get("label", "")),
            answered=tuple((int(id_), _answered(answer)) for id_, answer in payload.get("answered", ())),
            history=tuple(_visit(entry) for entry in payload.get("history", ())),
            refused=str(payload.get("refused", "")),
            pending=tuple(PendingComment(str(key), str(text)) for key, text in payload.get("owed", ())),
            ticks={str(k): tuple(str(key) for key in v) for k, v in payload.get("ticks", {}).items()},
            lists={str(k): int(v) for k, v in payload.get("lists", {}).items()},
            cleared=int(payload.get("cleared", 0)),
            asked=str(payload.get("asked", "")),
            left=str(payload.get("left", "")),
            rounds=tuple((_moment(at), str(value)) for at, value in payload.get("rounds", ())),
            duplicate_of=int(payload.get("duplicate_of", 0)),
            assigned=tuple(Assigned(str(who), bool(on), _moment(at)) for who, on, at in payload.get("assigned", ())),
            refresh={str(k): int(v) for k, v in payload.get("refresh", {}).items()},
            reminded=tuple(str(key) for key in payload.get("reminded", ())),
            boxes=tuple((int(comment), _moment(at)) for comment, at in payload.get("boxes", ())),
            lead=str(payload.get("lead", "")),
            possible_duplicates=tuple((int(number), str(why)) for number, why in payload.get("twins", ())),
            pair=_pair(payload["pair"]) if payload.get("pair") else None,
            fields=tuple(_field(entry) for entry in payload.get("fields", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        return None


@dataclass(frozen=True)
class Cards:
    """The own comments that carry a card marker: the one to keep, the extra ones, and the journal to believe."""

    kept: Comment | None = None
    extra: tuple[Comment, ...] = ()
    journal: Journal | None = None
    ignored: tuple[int, ...] = ()
    """Comments whose marker was not believed."""


def find_cards(issue: Issue, repository: Repository) -> Cards:
    """Find the card and the journal to believe: own author and last editor, this repository and issue, highest cursor.

    Of several cards the lowest id stays: every run that sees them agrees on it. One that a person hid is still it.
    """
    marked = [comment for comment in issue.comments if _is_card(comment)]
    own = sorted((comment for comment in marked if comment.own), key=lambda comment: (comment.minimized, comment.id))
    believed: list[Journal] = []
    ignored: list[int] = []
    for comment in marked:
        journal = _believe(comment, issue, repository)
        if journal is None:
            ignored.append(comment.id)
        else:
            believed.append(journal)
    return Cards(
        kept=own[0] if own else None,
        extra=tuple(comment for comment in own[1:] if not comment.minimized),
        journal=max(believed, key=lambda journal: (journal.cursor.at, len(journal.answered)), default=None),
        ignored=tuple(ignored),
    )


def _is_card(comment: Comment) -> bool:
    marker = markdown.read_marker(comment.body)
    return marker is not None and marker[0] == CARD


def _believe(comment: Comment, issue: Issue, repository: Repository) -> Journal | None:
    marker = markdown.read_marker(comment.body)
    if marker is None or not comment.own_text:
        return None
    journal = from_payload(marker[1])
    if journal is None or (journal.repository, journal.issue) != (repository.id, issue.number):
        return None
    return journal


def _visit_payload(visit: StageVisit) -> list[Any]:
    entry = [visit.stage, _epoch(visit.entered), visit.by, visit.how, visit.forced]
    return [*entry, visit.why] if visit.why else entry


def _visit(entry: Any) -> StageVisit:
    stage, entered, by, how, forced, *why = entry
    by, forced, why = (None if text is None else str(text) for text in (by, forced, why[0] if why else None))
    return StageVisit(str(stage), _moment(entered), by, str(how), forced, why)


def _pair_payload(pair: Pair) -> list[Any]:
    mails = [moment and _epoch(moment) for moment in (pair.received, pair.sent, pair.opened)]
    return [pair.key, pair.ours, pair.theirs, pair.value, pair.asked, *mails]


def _pair(entry: Any) -> Pair:
    key, ours, theirs, value, asked, *mails = entry
    received, sent, opened = (None if at is None else _moment(at) for at in mails)
    return Pair(str(key), str(ours), str(theirs), str(value), int(asked), received, sent, opened)


def _field(entry: Any) -> tuple[str, str | None]:
    heading, value = entry
    return str(heading), None if value is None else str(value)


def _answered(text: Any) -> Answered:
    if text not in ("yes", "no", "closed"):
        raise ValueError(text)
    answer: Answered = text
    return answer


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
