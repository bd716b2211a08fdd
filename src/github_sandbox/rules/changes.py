"""Changes: the one place through which everything that happens goes.

A change is one act of one identity: what it writes, what the timeline notes, and what is announced to workflows.
It knows GitHub's rule that what GITHUB_TOKEN does starts no workflow. It knows nothing of labels, issues or comments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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


@dataclass
class Change:
    """One act: it sees the database inside a transaction and collects what is to be announced."""

    db: Database
    who: Identity
    at: str
    announcements: list[Announcement] = field(default_factory=list)

    def note(self, issue_id: int, kind: str, **columns: Any) -> int:
        """Write an event into an issue's timeline and return its id."""
        actor = columns.pop("actor_id", self.who.user_id)
        return self.db.insert("events", issue_id=issue_id, kind=kind, actor_id=actor, created_at=self.at, **columns)

    def announce(self, event: str, action: str | None, repository_id: int, **parts: Any) -> None:
        """Send an event to the workflows, unless GITHUB_TOKEN makes the change. Payloads are made at its end."""
        if self.who.kind != "actions" or event in STARTED_BY_ANY_TOKEN:
            self.announcements.append(Announcement(event, action, repository_id, parts))

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
