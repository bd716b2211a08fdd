"""`Sandbox`: the whole GitHub on the laptop in one object, to be used in a `with`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from github_sandbox import accounts, apps, clock, limits, repositories
from github_sandbox.access import Scope
from github_sandbox.control import control
from github_sandbox.database import Database
from github_sandbox.faults import Fault, Weather
from github_sandbox.gateway import ENTERPRISE, Gateway
from github_sandbox.hub import Delivery, Hub
from github_sandbox.journal import Entry, Log
from github_sandbox.people import Repo
from github_sandbox.runner import Prepared, Run, Runner, Workflow
from github_sandbox.server import ApiApp, Server, Sorter


@dataclass(frozen=True)
class Snapshot:
    """A state to come back to: everything GitHub knows, the time, and who used how much of the limits."""

    database: bytes = field(repr=False)
    clock: clock.State = field(repr=False)
    limits: limits.State = field(repr=False)
    dead: frozenset[int] = frozenset()


class Sandbox:
    """A GitHub over HTTP, backed by SQLite at `path`.

    Without `at` its clock runs with the world's; with it, time stands still until advanced, and each write moves it by
    `step` seconds. With `auto`, every delivery starts a run of the workflow at once; without, deliveries wait in the
    outbox until `run` or `drop`. `enterprise` gives runs the addresses of a GitHub Enterprise Server.
    """

    def __init__(
        self,
        path: str = ":memory:",
        *,
        at: datetime | None = None,
        step: int = 0,
        workflow: Workflow | None = None,
        auto: bool = False,
        enterprise: bool = False,
        port: int = 0,
    ) -> None:
        self._server = Server(port=port)
        self.url = self._server.url
        self.api_url = self.url + (ENTERPRISE if enterprise else "")
        self.graphql_url = self.url + ("/api/graphql" if enterprise else "/graphql")
        self.clock = clock.Clock(at, step)
        self.limits = limits.Limits()
        self.weather = Weather()
        self.log = Log()
        self.auto = auto
        self.hub = Hub(Database(path), self.clock, self.url, self.api_url)
        self.runner = Runner(self.hub, self.log, workflow or Workflow(), self.api_url, self.graphql_url)
        self.gateway = Gateway(self.hub, self.limits, self.weather, self.log, self.runner.kill)
        self._draining = threading.RLock()
        fresh = self.hub.db.snapshot() if path == ":memory:" else Database().snapshot()
        self._fresh = Snapshot(fresh, self.clock.state(), self.limits.state())

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> Sandbox:
        """Begin to serve."""
        self._server.start(Sorter(ApiApp(self.gateway, self._drain_aside), control(self)))
        return self

    def stop(self) -> None:
        """Stop serving, kill runs, delete their files."""
        self.runner.close()
        self._server.stop()
        self.hub.db.close()

    def repo(
        self,
        full_name: str,
        *,
        private: bool = True,
        organization: bool = True,
        roles: Mapping[str, str] | None = None,
    ) -> Repo:
        """Give the repository `owner/name`, made if need be, with these people in these roles."""
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
        """Give a token: a person's own, or for `name[bot]` one of the app with these permissions."""
        with self.hub.db.transaction():
            if login.endswith("[bot]"):
                return accounts.app_token(self.hub.db, login, self.clock.stamp(), issues, contents)
            return accounts.person_token(self.hub.db, login, self.clock.stamp())

    def app(self, login: str, public_key: str, issues: Scope = "write", contents: Scope = "read") -> int:
        """Register a GitHub App whose bot is `login` and that signs with this key (PEM); give its id."""
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
        """Say how a prepared run ended."""
        return self.runner.finish(prepared, exit_code, stdout, stderr)

    def drop(self, delivery: Delivery) -> None:
        """Lose a delivery, as GitHub sometimes does."""
        self.hub.take(delivery)

    def arm(self, fault: Fault) -> None:
        """Have a fault wait for its request."""
        self.weather.arm(fault)

    def advance(self, by: float | timedelta) -> datetime:
        """Move the time on, by seconds or a timedelta; what was to land late lands on the way."""
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
        """Take down the state, to come back to it."""
        with self.hub.db.lock:
            dead = frozenset(self.gateway.dead)
            return Snapshot(self.hub.db.snapshot(), self.clock.state(), self.limits.state(), dead)

    def restore(self, state: Snapshot) -> None:
        """Go back to a state taken down before. Armed faults, the log and the runs stay as they are."""
        with self.hub.db.lock:
            self.hub.db.restore(state.database)
            self.clock.restore(state.clock)
            self.limits.restore(state.limits)
            self.gateway.dead = set(state.dead)

    def reset(self) -> None:
        """Forget everything, faults, log and runs included, and begin anew. The server goes on."""
        self.restore(self._fresh)
        self.weather.clear()
        self.log.clear()
        self.runner.forget()

    def _drain(self) -> None:
        """Start a run for each waiting delivery that the workflow wants, one after the other."""
        if not self.auto:
            return
        with self._draining:
            while waiting := self.outbox:
                if self.runner.workflow.wanted(waiting[0]):
                    self.run(waiting[0])
                else:
                    self.drop(waiting[0])

    def _drain_aside(self) -> None:
        # The server's own thread must not wait for a run: the run talks to it.
        if self.auto and self.hub.db.value("SELECT 1 FROM deliveries LIMIT 1"):
            threading.Thread(target=self._drain, name="sandbox-runs", daemon=True).start()
