"""The facts: one issue and its repository as a single read brought them.

Nothing is decided here. Times are GitHub's, in UTC. `own` always means: done by the very identity this run uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Literal, Self

from salesbot.core.model.board import BoardView, FieldChange
from salesbot.core.model.client_deal import ClientDeal
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.effects import Assign, Effect
from salesbot.core.model.mirror import Mirror, StageMap
from salesbot.core.model.tasks import SubIssue
from salesbot.core.text import command_syntax, markdown
from salesbot.core.text.command_syntax import CommandLine
from salesbot.core.text.markdown import Marker


@dataclass(frozen=True)
class Label:
    """A label of the repository's list. `id` survives renames, the name does not."""

    id: str
    name: str
    color: str = ""
    description: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True)
class Edit:
    """One entry of an edit history. `text` is the whole text after the edit, where GitHub still has it."""

    id: str
    by: Actor | None
    at: datetime
    text: str | None = None


@dataclass(frozen=True)
class Comment:
    """A comment on the issue. `id` is the database id (it grows with time), `node_id` what mutations want.

    What its text says is parsed at first use and kept with it: an unchanged comment is parsed once in a run.
    """

    id: int
    node_id: str
    body: str
    created_at: datetime
    author: Actor | None = None
    own: bool = False
    own_text: bool = False
    """Written by the own identity and, if edited, edited last by it."""
    editor: Actor | None = None
    """Who edited it last; None if nobody did."""
    edited_at: datetime | None = None
    edited_by_others: bool = False
    """Somebody who is not its author edited it, ever. Also true where the edit history is longer than was read."""
    edits: int = 0
    versions: tuple[Edit, ...] | None = None
    """Its texts, newest first, each with the time from which it was there; None where nobody asked for them."""
    minimized: bool = False
    receipts: frozenset[str] = frozenset()
    """Reactions of the own identity: `ROCKET`, `CONFUSED` ..."""
    url: str = ""

    @cached_property
    def marker(self) -> Marker | None:
        """The marker that opens the text, whoever wrote it."""
        return markdown.read_marker(self.body)

    @cached_property
    def commands(self) -> tuple[CommandLine, ...]:
        """The lines that are where a command may be, whatever their word is."""
        return tuple(command_syntax.read(self.body))

    @property
    def changed_at(self) -> datetime:
        """When the text became what it is."""
        return self.edited_at or self.created_at


EventKind = Literal[
    "labeled", "unlabeled", "closed", "reopened", "assigned", "unassigned", "comment deleted", "transferred",
    "converted to discussion",
]  # fmt: skip


@dataclass(frozen=True)
class Event:
    """Something that happened to the issue, in the order GitHub lists it."""

    id: str
    kind: EventKind
    at: datetime
    by: Actor | None = None
    own: bool = False
    label_id: str | None = None
    label: str | None = None
    reason: str | None = None
    """Of a closed event: COMPLETED, NOT_PLANNED or DUPLICATE."""
    whom: Actor | None = None
    """Who was assigned or unassigned; whose comment was deleted."""


@dataclass(frozen=True)
class Parent:
    """The issue that another one is a sub-issue of, and the names of its labels."""

    number: int
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Issue:
    """The issue as it is now. The `complete` flags say whether absence may be concluded (docs/design.md); the cursors
    beside them are GitHub's, for reading on."""

    id: str
    number: int
    title: str
    body: str
    created_at: datetime
    author: Actor | None = None
    own: bool = False
    url: str = ""
    open: bool = True
    state_reason: str | None = None
    locked: bool = False
    labels: tuple[Label, ...] = ()
    assignees: tuple[Actor, ...] = ()
    comments: tuple[Comment, ...] = ()
    """By id, each once; every comment of the issue if `comments_complete`."""
    comments_complete: bool = True
    unread_until: datetime | None = None
    """If not complete: every unread comment is older than this."""
    comments_after: str | None = None
    events: tuple[Event, ...] = ()
    events_complete: bool = True
    events_before: str | None = None
    body_edits: tuple[Edit, ...] = ()
    """The newest edits of the body, newest first."""
    pinned: bool = False
    """Only read of the weekly reports."""
    earlier_events: tuple[Event, ...] = ()
    """What happened to it in another repository, before it was transferred here."""
    parent: Parent | None = None
    sub_issues: tuple[int, int] | None = None
    """How many of its sub-issues are done, of how many; None if it has none."""
    tasks: tuple[SubIssue, ...] | None = None
    """The first fifty of its sub-issues; None at a glance, or where the server knows none."""

    @property
    def transferred(self) -> bool:
        """Whether it came from another repository."""
        return bool(self.events) and self.events[0].kind == "transferred"

    @property
    def became_discussion(self) -> bool:
        """Whether it was converted to a discussion: what stays of it is closed and locked, and nobody can use it."""
        return any(event.kind == "converted to discussion" for event in self.events)

    @property
    def since_transfer(self) -> Issue:
        """The issue as it counts here: one that was transferred in begins when it arrived."""
        return self._arrived or self

    @cached_property
    def _arrived(self) -> Issue | None:
        """None where it is the issue as it is: an issue that held itself would be freed late."""
        transfers = [index for index, event in enumerate(self.events) if event.kind == "transferred"]
        if not transfers or (transfers == [0] and self.created_at == self.events[0].at):
            return None
        start = transfers[-1]
        return replace(
            self,
            created_at=self.events[start].at,
            events=self.events[start:],
            events_complete=True,
            earlier_events=(*self.earlier_events, *self.events[:start]),
        )

    def is_before(self, moment: datetime) -> bool:
        """Say whether something happened before the issue came here.

        Nothing tells whether a comment of the very second of a transfer was written before it: then it was.
        """
        return moment <= self.created_at if self.transferred else moment < self.created_at


Refusals = tuple[tuple[Effect, str], ...]
"""Effects that GitHub refuses, each with why."""


@dataclass(frozen=True)
class Person:
    """Somebody who can be assigned here, as mutations want them named."""

    login: str
    node_id: str
    id: int | None = None
    """GitHub's database id."""


@dataclass(frozen=True)
class LinkedIssue:
    """Another issue of the repository that a command names."""

    id: str
    number: int
    title: str


@dataclass(frozen=True)
class IssueSummary:
    """Another issue of the repository, as far as it may be the same deal."""

    number: int
    title: str
    body: str
    labels: frozenset[str] = frozenset()
    """In lowercase."""
    duplicate: bool = False
    """Closed as a duplicate itself."""
    open: bool = True
    own: bool = False
    """Opened by the bot itself."""
    created_at: datetime | None = None
    card: str = ""
    """The oldest card of ours on it, if there is one: its journal is in the marker."""
    author: Actor | None = None


@dataclass(frozen=True)
class Load:
    """How much somebody owns: open deals, and when the newest deal of theirs was opened."""

    open: int = 0
    newest: datetime | None = None


@dataclass(frozen=True)
class ProblemIssue:
    """The open issue "salesbot needs attention"."""

    id: str
    number: int
    body: str


@dataclass(frozen=True)
class Repository:
    """The repository around the issue: its labels, its files, its people."""

    id: int
    node_id: str
    name: str
    """`owner/name`."""
    url: str = ""
    private: bool = True
    """GitHub counts internal ones among them."""
    internal: bool = False
    labels: tuple[Label, ...] = ()
    labels_complete: bool = True
    labels_end: str | None = None
    config: str | None = None
    """Text of the configuration file on the default branch; None if there is none."""
    templates: Mapping[str, str] = field(default_factory=dict)
    """Overriding templates by filename relative to `.github/salesbot/`."""
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Files of the two that are not text or too large: path and what is wrong."""
    problem: ProblemIssue | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    """Who can be assigned, by lower-case login."""
    people_complete: bool = True


@dataclass(frozen=True)
class Trigger:
    """What started this run, as far as a decision depends on it: which label event, which comment, by whom."""

    event: str
    """`issues.labeled`, `issue_comment.created`, `sweep` ..."""
    label: str | None = None
    comment: int | None = None
    actor: str | None = None
    delivered: FieldChange | None = None
    """What a webhook of the board delivered."""


@dataclass(frozen=True)
class RepositoryFacts:
    """What was read of a repository: enough for its labels, its files and its problem issue."""

    repository: Repository
    viewer: Actor
    trigger: Trigger
    read_at: datetime
    """GitHub's own clock when it answered."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """By lower-case login; who is not in it was not asked about."""

    def with_issue(self, issue: Issue, read_at: datetime | None = None) -> DealFacts:
        """Put the repository around an issue, which may have been read later."""
        return DealFacts(self.repository, self.viewer, self.trigger, read_at or self.read_at, self.roles, issue=issue)

    def with_labels(self, labels: Iterable[Label]) -> Self:
        """Add labels to the repository's list."""
        return replace(self, repository=replace(self.repository, labels=(*self.repository.labels, *labels)))


@dataclass(frozen=True, kw_only=True)
class DealFacts(RepositoryFacts):
    """What was read of an issue and the repository around it: besides pipeline and time, all a decision may use."""

    issue: Issue
    asked_names: frozenset[str] = frozenset()
    """Lower-case logins that were looked up one by one among those who can be assigned."""
    linked: Mapping[int, LinkedIssue | None] = field(default_factory=dict)
    """Issues that commands name, by number; None where there is no such issue."""
    loads: Mapping[str, Load] | None = None
    """By lower-case login; only read for a new deal that is to be given to somebody."""
    other_issues: tuple[IssueSummary, ...] | None = None
    """The newest other issues; only read for a new deal, to see whether it came in before."""
    same_client: tuple[ClientDeal, ...] | None = None
    """The other deals of the client, where a pass over all deals has just found them."""
    refused: Refusals = ()
    """What GitHub refused for good when this run wrote it: it is left out."""
    mirror: Mirror | None = None
    """What the other system shows of this deal; None where it was not asked, or knows nothing of it."""
    stage_map: StageMap = field(default_factory=StageMap)
    board: BoardView | None = None
    """What the board shows of this deal; None where it was not asked, or does not answer."""

    def with_refused(self, refused: Refusals) -> DealFacts:
        """Know what GitHub refused; whom it did not assign cannot be assigned, whatever its list says."""
        names = {effect.login.casefold() for effect, _ in refused if isinstance(effect, Assign)}
        people = {name: person for name, person in self.repository.people.items() if name not in names}
        repository = replace(self.repository, people=people)
        return replace(self, repository=repository, asked_names=self.asked_names | names, refused=refused)

    @property
    def without_issue(self) -> RepositoryFacts:
        """The repository alone."""
        return RepositoryFacts(self.repository, self.viewer, self.trigger, self.read_at, self.roles)
