"""The simulation: repositories and people, the clock, faults, deliveries and runs, without a server in front.

`sandbox.Sandbox` serves it over HTTP; `control` drives it from a page or a script.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from github_sandbox.api import limits
from github_sandbox.api.gateway import ENTERPRISE, Gateway
from github_sandbox.board import Board
from github_sandbox.http.faults import Fault, Faults
from github_sandbox.hub import Delivery, Hub, OrganizationDelivery
from github_sandbox.people import Repo
from github_sandbox.request_log import Entry, RequestLog
from github_sandbox.rules import accounts, apps, projects, repositories
from github_sandbox.rules.access import Scope
from github_sandbox.rules.accounts import Permissions
from github_sandbox.runner import Prepared, Run, Runner, Workflow
from github_sandbox.store import clock
from github_sandbox.store.database import Database


@dataclass(frozen=True)
class Snapshot:
    """A state that can be restored: everything GitHub knows, the time, and the used part of the rate limits."""

    database: bytes = field(repr=False)
    clock: clock.State = field(repr=False)
    limits: limits.State = field(repr=False)
    dead: frozenset[int] = frozenset()


class Simulation:
    """GitHub as an object: what it knows, and what happens in it. `url` is the address it is served at."""

    def __init__(
        self,
        url: str,
        path: str,
        *,
        at: datetime | None,
        step: int,
        workflow: Workflow | None,
        auto: bool,
        enterprise: bool,
    ) -> None:
        self.url = url
        self.api_url = self.url + (ENTERPRISE if enterprise else "")
        self.graphql_url = self.url + ("/api/graphql" if enterprise else "/graphql")
        self.clock = clock.Clock(at, step)
        self.limits = limits.Limits()
        self.faults = Faults()
        self.log = RequestLog()
        self.auto = auto
        self.hub = Hub(Database(path), self.clock, self.url, self.api_url)
        self.runner = Runner(self.hub, self.log, workflow or Workflow(), self.api_url, self.graphql_url)
        self.gateway = Gateway(self.hub, self.limits, self.faults, self.log, self.runner.kill)
        self._draining = threading.RLock()
        fresh = self.hub.db.snapshot() if path == ":memory:" else Database().snapshot()
        self._fresh = Snapshot(fresh, self.clock.state(), self.limits.state())

    def repo(
        self,
        full_name: str,
        *,
        private: bool = True,
        organization: bool = True,
        roles: Mapping[str, str] | None = None,
    ) -> Repo:
        """Return the repository `owner/name`, with these people in these roles; create it if necessary."""
        with self.hub.db.transaction():
            at = self.clock.stamp()
            if repositories.find(self.hub.db, full_name) is None:
                repositories.create(self.hub.db, full_name, at, private=private, organization=organization)
            row = self.hub.repository(full_name)
            for login, role in (roles or {}).items():
                repositories.set_role(self.hub.db, row["id"], login, role, at)
        return Repo(self.hub, row["full_name"], self._drain)

    def project(
        self, owner: str, title: str, *, by: str, columns: Sequence[str] = (), fields: Mapping[str, str] | None = None
    ) -> Board:
        """Make a project of an organisation or a person, with these columns and further fields (name: type)."""
        with self.hub.acting(by) as change:
            account = accounts.user(self.hub.db, owner)
            if account is None:
                raise LookupError(f"There is no account {owner}; make a repository of it first.")
            row = projects.create(change, account, title)
        board = Board(self.hub, row["id"], self._drain)
        if columns:
            board.set_options(by, projects.STATUS, columns)
        for name, data_type in (fields or {}).items():
            board.add_field(by, name, data_type)
        return board

    def board(self, owner: str, number: int) -> Board:
        """Return a project that is there. Raise LookupError for one that is not."""
        with self.hub.db.lock:
            account = accounts.user(self.hub.db, owner)
            row = projects.find(self.hub.db, account["id"], number) if account else None
        if row is None:
            raise LookupError(f"{owner} has no project {number}.")
        return Board(self.hub, row["id"], self._drain)

    def rename_account(self, login: str, to: str) -> None:
        """Rename an account; no webhook says so."""
        with self.hub.db.transaction():
            accounts.rename(self.hub.db, login, to)

    def delete_account(self, login: str) -> None:
        """Delete an account; no webhook says so."""
        with self.hub.db.transaction():
            accounts.delete(self.hub.db, login)

    def define_role(self, name: str, base: str) -> None:
        """Make a custom role, e.g. `sales-lead` on top of `triage`."""
        with self.hub.db.transaction():
            repositories.define_role(self.hub.db, name, base)

    def token(
        self, login: str, issues: Scope = "write", contents: Scope = "read", projects: Scope | None = None
    ) -> str:
        """Return a token: a person's classic one, or for `name[bot]` one of the app with these permissions.

        Without `projects` the person's token has the scope `project`, and the app's no permission for projects.
        """
        with self.hub.db.transaction():
            if login.endswith("[bot]"):
                permissions = Permissions(issues, contents, projects or "none")
                return accounts.app_token(self.hub.db, login, self.clock.stamp(), permissions)
            return accounts.person_token(self.hub.db, login, self.clock.stamp(), projects or "write")

    def fine_grained_token(
        self, login: str, owner: str, issues: Scope = "none", contents: Scope = "none", projects: Scope = "none"
    ) -> str:
        """Return a fine-grained token of a person for what belongs to `owner`."""
        with self.hub.db.transaction():
            permissions = Permissions(issues, contents, projects)
            return accounts.fine_grained_token(self.hub.db, login, owner, self.clock.stamp(), permissions)

    def app(
        self,
        login: str,
        public_key: str,
        issues: Scope = "write",
        contents: Scope = "read",
        projects: Scope = "none",
    ) -> int:
        """Register a GitHub App whose bot is `login` and that signs with this key (PEM); return its id."""
        with self.hub.db.transaction():
            permissions = Permissions(issues, contents, projects)
            return apps.register(self.hub.db, login, public_key, self.clock.stamp(), permissions)

    @property
    def outbox(self) -> tuple[Delivery, ...]:
        """List the deliveries that wait, oldest first."""
        return self.hub.outbox()

    @property
    def runs(self) -> tuple[Run, ...]:
        """List the runs that have ended, oldest first."""
        return tuple(self.runner.runs)

    @property
    def requests(self) -> tuple[Entry, ...]:
        """List the requests so far, oldest first."""
        return self.log.all()

    @property
    def organization_outbox(self) -> tuple[OrganizationDelivery, ...]:
        """List the deliveries to webhooks of organisations, oldest first. They start no run."""
        return self.hub.organization_outbox()

    def run(self, delivery: Delivery) -> Run:
        """Start a run for a delivery and wait for it. One already delivered may be run again."""
        self.hub.take(delivery)
        return self.runner.start(self.runner.prepare(delivery))

    def prepare(self, delivery: Delivery) -> Prepared:
        """Make the files and environment of a run, for a program that is called in this process."""
        self.hub.take(delivery)
        return self.runner.prepare(delivery)

    def finish(self, prepared: Prepared, exit_code: int, stdout: str = "", stderr: str = "") -> Run:
        """Record how a prepared run ended."""
        return self.runner.finish(prepared, exit_code, stdout, stderr)

    def drop(self, delivery: Delivery) -> None:
        """Drop a delivery, as GitHub sometimes does."""
        self.hub.take(delivery)

    def take(self, delivery: OrganizationDelivery) -> None:
        """Take a delivery out of the organisation's outbox: a relay got it, or it is lost."""
        self.hub.take_from_organization(delivery)

    def arm(self, fault: Fault) -> None:
        """Arm a fault; the request it is for meets it."""
        self.faults.arm(fault)

    def advance(self, by: float | timedelta) -> datetime:
        """Advance the time by seconds or a timedelta; what is scheduled in between happens."""
        with self.hub.db.lock:
            now = self.clock.advance(by)
        self._drain()
        return now

    def set(self, moment: datetime) -> datetime:
        """Move the time to `moment`, which must not have passed."""
        with self.hub.db.lock:
            now = self.clock.set(moment)
        self._drain()
        return now

    def snapshot(self) -> Snapshot:
        """Save the state, to restore it later."""
        with self.hub.db.lock:
            dead = frozenset(self.gateway.dead)
            return Snapshot(self.hub.db.snapshot(), self.clock.state(), self.limits.state(), dead)

    def restore(self, state: Snapshot) -> None:
        """Restore a saved state. Armed faults, the log and the runs stay as they are."""
        with self.hub.db.lock:
            self.hub.db.restore(state.database)
            self.clock.restore(state.clock)
            self.limits.restore(state.limits)
            self.gateway.dead = set(state.dead)

    def reset(self) -> None:
        """Reset everything, faults, log and runs included. The server keeps running."""
        self.restore(self._fresh)
        self.faults.clear()
        self.log.clear()
        self.runner.forget()

    def _drain(self) -> None:
        """Start a run for each waiting delivery that the workflow runs on, one after the other."""
        if not self.auto:
            return
        with self._draining:
            while waiting := self.outbox:
                if self.runner.workflow.wanted(waiting[0]):
                    self.run(waiting[0])
                else:
                    self.drop(waiting[0])

    def drain_in_background(self) -> None:
        """Start the runs of waiting deliveries in a thread of their own."""
        # The server's own thread must not wait for a run: the run talks to it.
        if self.auto and self.hub.db.value("SELECT 1 FROM deliveries LIMIT 1"):
            threading.Thread(target=self._drain, name="sandbox-runs", daemon=True).start()
