"""Changes: the one place through which everything that happens goes.

A change is one act of one identity: what it writes, what the timeline notes, and what is announced to workflows.
It knows GitHub's rule that what GITHUB_TOKEN does starts no workflow. It knows nothing of labels, issues or comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from github_sandbox.rules.access import Identity, Level, level, need
from github_sandbox.store.database import Database, Row

STARTED_BY_ANY_TOKEN = frozenset({"repository_dispatch", "workflow_dispatch"})
"""What starts a workflow even when GITHUB_TOKEN does it (GitHub docs: actions-do-not-trigger-workflows)."""


@dataclass(frozen=True)
class Announcement:
    """An event for the repository's workflows, before its payload is made."""

    event: str
    action: str | None
    repository_id: int
    parts: Mapping[str, Any]
    who: Identity


@dataclass(frozen=True)
class ProjectEvent:
    """Something that happened to an item of a project, before its payload is made. It goes to the organisation."""

    action: str
    item: Row
    changes: Mapping[str, Any]
    actor_id: int


@dataclass
class Change:
    """One act: it sees the database inside a transaction and collects what is to be announced."""

    db: Database
    who: Identity
    at: str
    announcements: list[Announcement] = field(default_factory=list)
    project_events: list[ProjectEvent] = field(default_factory=list)
    noted: list[tuple[int, str]] = field(default_factory=list)
    """The events of timelines so far: the issue and the kind."""
    automation: int | None = None
    """The account of GitHub's own that acts now, as a consequence of the change."""
    value_creator: Literal["first", "last"] = "first"
    """Whose name the value of a project's field carries: of who set it first, or last."""

    @property
    def actor_id(self) -> int:
        """The account that acts now."""
        return self.automation or self.who.user_id

    @contextmanager
    def automated(self, account_id: int, login: str) -> Iterator[None]:
        """Let an account of GitHub's own act, as a consequence of this change and whoever makes it."""
        who, self.automation = self.who, account_id
        self.who = replace(who, user_id=account_id, login=login, kind="automation")
        try:
            yield
        finally:
            self.who, self.automation = who, None

    def note(self, issue_id: int, kind: str, **columns: Any) -> int:
        """Write an event into an issue's timeline and return its id."""
        actor = columns.pop("actor_id", self.who.user_id)
        self.noted.append((issue_id, kind))
        columns |= {"automated": 1} if self.automation else {}
        return self.db.insert("events", issue_id=issue_id, kind=kind, actor_id=actor, created_at=self.at, **columns)

    def announce(self, event: str, action: str | None, repository_id: int, **parts: Any) -> None:
        """Send an event to the workflows, unless GITHUB_TOKEN makes the change. Payloads are made at its end."""
        if self.who.kind != "actions" or event in STARTED_BY_ANY_TOKEN:
            self.announcements.append(Announcement(event, action, repository_id, parts, self.who))

    def touch(self, issue: Row, **columns: Any) -> None:
        """Write columns of an issue; its time of update moves along."""
        self.db.update("issues", issue["id"], updated_at=self.at, **columns)

    def need(self, repository: Row, least: Level, what: str) -> None:
        """Raise Refused unless this identity has at least this level here."""
        need(self.db, self.who, repository, least, what)

    def may(self, repository: Row, least: Level) -> bool:
        """Return whether this identity has at least this level here."""
        return level(self.db, self.who, repository) >= least

    def repository(self, row_id: int) -> Row:
        """Read the repository an issue or label belongs to."""
        row = self.db.one("SELECT * FROM repositories WHERE id = ?", row_id)
        if row is None:
            raise LookupError(f"No repository has the id {row_id}.")
        return row
