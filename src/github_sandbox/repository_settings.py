"""Settings: what an admin sees in a repository's settings and under Actions, apart from issues.

Workflows are the files there are; here is whether each is switched on, which runs it had, and which secrets exist.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from github_sandbox.hub import Hub
from github_sandbox.rules import accounts, repositories
from github_sandbox.rules.workflows import FOLDER
from github_sandbox.store.clock import stamp
from github_sandbox.store.database import Row

State = Literal["active", "disabled_manually", "disabled_inactivity", "disabled_fork"]
Conclusion = Literal["success", "failure", "startup_failure", "skipped", "cancelled"]


class Settings:
    """The settings of one repository, as its admin changes them."""

    def __init__(self, hub: Hub, full_name: str) -> None:
        self.hub = hub
        self.name = full_name

    def switch(self, workflow: str, state: State) -> None:
        """Switch a workflow off or on; GitHub does so by itself where a public repository rests for sixty days."""
        row = self._row()
        sql = "INSERT OR REPLACE INTO workflow_states (repository_id, path, state) VALUES (?, ?, ?)"
        with self.hub.db.transaction():
            self.hub.db.run(sql, row["id"], f"{FOLDER}/{workflow}", state)

    def open_to_enterprise(self) -> None:
        """Make the repository an internal one. Nobody else of the enterprise is here to read it."""
        with self.hub.db.transaction():
            self.hub.db.update("repositories", self._row()["id"], internal=1)

    def secret(self, name: str) -> None:
        """Set a secret; nobody reads its value again."""
        row = self._row()
        with self.hub.db.transaction():
            at = self.hub.clock.stamp()
            self.hub.db.insert("secrets", repository_id=row["id"], name=name, created_at=at)

    def outsider(self, login: str, role: str = "write") -> None:
        """Return a role to somebody who is not a member of the organisation."""
        row = self._row()
        with self.hub.db.transaction():
            at = self.hub.clock.stamp()
            repositories.set_role(self.hub.db, row["id"], login, role, at)
            user_id = accounts.ensure(self.hub.db, login, at)
            self.hub.db.insert("outsiders", repository_id=row["id"], user_id=user_id)

    def ran(self, workflow: str, times: int, conclusion: Conclusion = "success", days_ago: int = 0) -> None:
        """Remember runs of a workflow that this sandbox did not start itself."""
        row, at = self._row(), stamp(self.hub.clock.now() - timedelta(days=days_ago))
        rows = [(row["id"], f"{FOLDER}/{workflow}", conclusion, at)] * times
        sql = "INSERT INTO workflow_runs (repository_id, path, conclusion, created_at) VALUES (?, ?, ?, ?)"
        with self.hub.db.transaction():
            self.hub.db.many(sql, rows)

    def _row(self) -> Row:
        return self.hub.repository(self.name)
