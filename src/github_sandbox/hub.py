"""The hub: the state of the sandbox, and the two ways to use it: read it, or change it as somebody.

Knows the database, the clock and the outbox. Knows nothing of HTTP, faults or runs.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from github_sandbox.json_writer import JsonWriter
from github_sandbox.rules import accounts, project_automation, projects, repositories
from github_sandbox.rules.access import Identity
from github_sandbox.rules.changes import Change
from github_sandbox.store.clock import Clock
from github_sandbox.store.database import Database, Row
from github_sandbox.webhook_payloads import payload, project_item_payload


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


@dataclass(frozen=True)
class OrganizationDelivery:
    """An event on its way to a webhook of an organisation, or to an App. It starts no workflow."""

    id: int
    event: str
    action: str
    organization: str
    actor: str
    at: str
    body: bytes = field(repr=False)

    @property
    def payload(self) -> dict[str, Any]:
        """The body, as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    def headers(self, secret: str) -> dict[str, str]:
        """Return the headers that GitHub sends with it, signature included."""
        digest = hmac.new(secret.encode(), self.body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/c0de123",
            "X-GitHub-Delivery": str(uuid.UUID(int=self.id)),
            "X-GitHub-Event": self.event,
            "X-GitHub-Hook-Installation-Target-Type": "organization",
            "X-Hub-Signature-256": f"sha256={digest}",
        }


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
        self.deleted_labels: Literal["named", "gone"] = "named"
        """Whether timeline events still name a label that was deleted, or GraphQL has an error in its place."""
        self.duplicates_named: Literal["if asked", "always"] = "if asked"
        """Whether `stateReason` names a duplicate to who passes `enableDuplicate`, or to all, and has no argument."""
        self.project_value_creator: Literal["first", "last"] = "first"
        """Whether the value of a project's field names who set it first, or last."""
        self.project_items_lag = timedelta()
        """How long a new item is missing in its project's own list. The issue shows it at once."""

    @contextmanager
    def change(self, who: Identity) -> Iterator[Change]:
        """Change something as somebody, wholly or not at all; what is announced lands in the outbox."""
        with self.db.transaction(remember=True):
            change = Change(self.db, who, self.clock.stamp(), value_creator=self.project_value_creator)
            yield change
            project_automation.run(change)
            self._post(change)
            self._post_to_organization(change)
        self.clock.tick()

    @contextmanager
    def acting(self, login: str) -> Iterator[Change]:
        """Change something as a person in the browser; what is due by the clock happens first."""
        with self.db.lock:
            self.clock.run_due()
        with self.db.transaction():
            who = self.person(login)
        with self.change(who) as change:
            yield change

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
            body = payload(self.db, writer, announcement)
            self.db.insert(
                "deliveries",
                repository_id=announcement.repository_id,
                event=announcement.event,
                action=announcement.action,
                actor=announcement.who.login,
                at=change.at,
                payload=json.dumps(body),
            )

    def organization_outbox(self) -> tuple[OrganizationDelivery, ...]:
        """List the deliveries to webhooks of organisations that nobody has taken yet, oldest first."""
        sql = """SELECT organization_deliveries.*, login AS organization FROM organization_deliveries
          JOIN users ON users.id = owner_id ORDER BY organization_deliveries.id"""
        kept = ("id", "event", "action", "organization", "actor", "at")
        with self.db.lock:
            rows = self.db.all(sql)
        return tuple(
            OrganizationDelivery(**{name: row[name] for name in kept}, body=row["payload"].encode()) for row in rows
        )

    def take_from_organization(self, delivery: OrganizationDelivery) -> None:
        """Take a delivery out of the organisation's outbox; taking it again changes nothing."""
        with self.db.lock:
            self.db.run("DELETE FROM organization_deliveries WHERE id = ?", delivery.id)

    def _post_to_organization(self, change: Change) -> None:
        writer = self.writer()
        for event in change.project_events:
            project = projects.by_id(self.db, event.item["project_id"])
            owner = accounts.user_by_id(self.db, project["owner_id"])
            if owner["type"] == "Organization":
                self.db.insert(
                    "organization_deliveries",
                    owner_id=owner["id"],
                    event="projects_v2_item",
                    action=event.action,
                    actor=accounts.user_by_id(self.db, event.actor_id)["login"],
                    at=change.at,
                    payload=json.dumps(project_item_payload(writer, project, event)),
                )

    def _delivery(self, row: Row) -> Delivery:
        repository = repositories.by_id(self.db, row["repository_id"])
        name = repository["full_name"] if repository else ""
        body = json.loads(row["payload"])
        return Delivery(row["id"], row["event"], row["action"], name, row["actor"], row["at"], body)
