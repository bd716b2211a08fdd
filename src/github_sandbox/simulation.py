"""The simulation: repositories and people, the clock, faults, deliveries and runs, without a server in front.

`sandbox.Sandbox` serves it over HTTP; `control` drives it from a page or a script.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from github_sandbox.api import limits
from github_sandbox.api.gateway import ENTERPRISE, Gateway
from github_sandbox.http.faults import Fault, Faults
from github_sandbox.hub import Delivery, Hub
from github_sandbox.people import Repo
from github_sandbox.request_log import Entry, RequestLog
from github_sandbox.rules import accounts, apps, repositories
from github_sandbox.rules.access import Scope
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

    def define_role(self, name: str, base: str) -> None:
        """Make a custom role, e.g. `sales-lead` on top of `triage`."""
        with self.hub.db.transaction():
            repositories.define_role(self.hub.db, name, base)

    def token(self, login: str, issues: Scope = "write", contents: Scope = "read") -> str:
        """Return a token: a person's own, or for `name[bot]` one of the app with these permissions."""
        with self.hub.db.transaction():
            if login.endswith("[bot]"):
                return accounts.app_token(self.hub.db, login, self.clock.stamp(), issues, contents)
            return accounts.person_token(self.hub.db, login, self.clock.stamp())

    def app(self, login: str, public_key: str, issues: Scope = "write", contents: Scope = "read") -> int:
        """Register a GitHub App whose bot is `login` and that signs with this key (PEM); return its id."""
        with self.hub.db.transaction():
            return apps.register(self.hub.db, login, public_key, self.clock.stamp(), issues, contents)

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
