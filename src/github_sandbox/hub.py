"""The hub: the state of the sandbox, and the two ways to use it: read it, or change it as somebody.

Knows the database, the clock and the outbox. Knows nothing of HTTP, faults or runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from github_sandbox.json_writer import JsonWriter
from github_sandbox.rules import accounts, repositories
from github_sandbox.rules.access import Identity
from github_sandbox.rules.changes import Change
from github_sandbox.store.clock import Clock
from github_sandbox.store.database import Database, Row
from github_sandbox.webhook_payloads import payload


@dataclass(frozen=True)
class Delivery:
    """An event on its way to the repository's workflows: what a runner finds in the event file."""

    id: int
    event: str
    action: str | None
    repository: str
    actor: str
    at: str
    payload: dict[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """Event and action as workflows name them, e.g. `issues.labeled`."""
        return f"{self.event}.{self.action}" if self.action else self.event


class Hub:
    """Everything the sandbox knows. `server` and `api` are the addresses it tells others."""

    def __init__(
        self, db: Database, clock: Clock, server: str = "http://localhost", api: str = "http://localhost"
    ) -> None:
        self.db = db
        self.clock = clock
        self.server = server
        self.api = api
        self.event_label_names: Literal["then", "now"] = "then"
        """Whether timeline events name a label as it was called then, or as it is called now."""

    @contextmanager
    def change(self, who: Identity) -> Iterator[Change]:
        """Change something as somebody, wholly or not at all; what is announced lands in the outbox."""
        with self.db.transaction(remember=True):
            change = Change(self.db, who, self.clock.stamp())
            yield change
            self._post(change)
        self.clock.tick()

    def writer(self) -> JsonWriter:
        """Return a writer of JSON for the addresses of this sandbox."""
        return JsonWriter(self.db, self.api, self.server)

    def person(self, login: str) -> Identity:
        """Return somebody's identity; the account is created if necessary."""
        return accounts.person(self.db, login, self.clock.stamp())

    def repository(self, full_name: str) -> Row:
        """Read a repository by `owner/name`. Raise LookupError if there is none."""
        row = repositories.find(self.db, full_name)
        if row is None:
            raise LookupError(f"There is no repository {full_name} in the sandbox.")
        return row

    def outbox(self) -> tuple[Delivery, ...]:
        """List the deliveries nobody has taken yet, oldest first."""
        with self.db.lock:
            return tuple(self._delivery(row) for row in self.db.all("SELECT * FROM deliveries ORDER BY id"))

    def take(self, delivery: Delivery) -> None:
        """Take a delivery out of the outbox; taking it again changes nothing."""
        with self.db.lock:
            self.db.run("DELETE FROM deliveries WHERE id = ?", delivery.id)

    def announce(self, who: Identity, event: str, action: str | None, repository: Row, **parts: Any) -> None:
        """Deliver an event that changes nothing in the repository: a dispatch, a schedule."""
        with self.change(who) as change:
            change.announce(event, action, repository["id"], **parts)

    def _post(self, change: Change) -> None:
        writer = self.writer()
        for announcement in change.announcements:
            body = payload(self.db, writer, change.who, announcement)
            self.db.insert(
                "deliveries",
                repository_id=announcement.repository_id,
                event=announcement.event,
                action=announcement.action,
                actor=change.who.login,
                at=change.at,
                payload=json.dumps(body),
            )

    def _delivery(self, row: Row) -> Delivery:
        repository = repositories.by_id(self.db, row["repository_id"])
        name = repository["full_name"] if repository else ""
        body = json.loads(row["payload"])
        return Delivery(row["id"], row["event"], row["action"], name, row["actor"], row["at"], body)
