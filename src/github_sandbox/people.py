"""People: what they do in the browser, as a Python API. Each act checks the role as GitHub does and fills the outbox.

What an act means is decided by the rules; which workflow runs on it, by the workflows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from github_sandbox import seed, views
from github_sandbox.hub import Hub
from github_sandbox.repository_settings import Settings
from github_sandbox.rules import accounts, apps, comments, files, issues, labels, repositories
from github_sandbox.rules.access import Identity, Level, Scope, level
from github_sandbox.rules.changes import Change
from github_sandbox.rules.refusals import Refused
from github_sandbox.store.database import Row

REASONS = {"completed": "COMPLETED", "not planned": "NOT_PLANNED", "duplicate": "DUPLICATE"}


class Repo:
    """A repository of the sandbox. `by` is always the login of who acts; Refused is raised when they may not."""

    def __init__(self, hub: Hub, full_name: str, after: Callable[[], None]) -> None:
        self.hub = hub
        self.name = full_name
        self._after = after

    def __repr__(self) -> str:
        return f"Repo({self.name!r})"

    @property
    def settings(self) -> Settings:
        """What its admin changes in the settings and under Actions."""
        return Settings(self.hub, self.name)

    @property
    def row(self) -> Row:
        """Read the repository as it is now."""
        with self.hub.db.lock:
            return self.hub.repository(self.name)

    def open_issue(self, by: str, title: str, body: str = "", labels: Sequence[str] = (), *, form: bool = False) -> int:
        """Open an issue and return its number. An issue form sets its labels whoever fills it in."""
        with self._act(by) as change:
            repository = self.row
            if labels and not form:
                change.need(repository, Level.TRIAGE, "put labels on a new issue")
            found = [self._label(name) for name in labels]
            row_id = issues.create(change, repository, title, body, found, by_form=form)
        return int(self._issue_by_id(row_id)["number"])

    def label(self, by: str, number: int, *names: str) -> None:
        """Put labels of the list on an issue."""
        with self._act(by) as change:
            labels.add(change, self._issue(change, number), [self._label(name) for name in names])

    def unlabel(self, by: str, number: int, *names: str) -> None:
        """Take labels off an issue."""
        with self._act(by) as change:
            labels.remove(change, self._issue(change, number), [self._label(name) for name in names])

    def swap(self, by: str, number: int, remove: str, add: str) -> None:
        """Swap one label for another in the menu: two events at the same moment."""
        with self._act(by) as change:
            issue = self._issue(change, number)
            labels.remove(change, issue, [self._label(remove)])
            labels.add(change, issue, [self._label(add)])

    def comment(self, by: str, number: int, body: str) -> int:
        """Write a comment and return its id."""
        with self._act(by) as change:
            return comments.add(change, self._issue(change, number), body)

    def edit_comment(self, by: str, comment_id: int, body: str) -> None:
        """Change a comment."""
        with self._act(by) as change:
            comments.edit(change, self._comment(comment_id), body)

    def delete_comment(self, by: str, comment_id: int) -> None:
        """Delete a comment."""
        with self._act(by) as change:
            comments.delete(change, self._comment(comment_id))

    def tick(self, by: str, comment_id: int, text_of_item: str) -> None:
        """Tick the first open box whose line contains a text. Raise LookupError if there is none."""
        body = self._comment(comment_id)["body"]
        box = re.search(rf"^(\s*[-*+]\s+)\[ \](?=.*{re.escape(text_of_item)})", body, re.MULTILINE)
        if box is None:
            raise LookupError(f"Comment {comment_id} has no open box with {text_of_item!r}.")
        self.edit_comment(by, comment_id, f"{body[: box.start()]}{box[1]}[x]{body[box.end() :]}")

    def react(self, by: str, comment_id: int, content: str) -> None:
        """Put a reaction (ROCKET, CONFUSED ...) on a comment."""
        with self._act(by) as change:
            comments.react(change, "comment", self._comment(comment_id), content)

    def minimize(self, by: str, comment_id: int, reason: str = "OUTDATED") -> None:
        """Hide a comment."""
        with self._act(by) as change:
            comments.minimize(change, self._comment(comment_id), reason)

    def edit_issue(self, by: str, number: int, *, title: str | None = None, body: str | None = None) -> None:
        """Change an issue's title or body."""
        with self._act(by) as change:
            issues.edit(change, self._issue(change, number), title, body)

    def close(self, by: str, number: int, reason: str = "completed", duplicate_of: int | None = None) -> None:
        """Close an issue as `completed`, `not planned` or `duplicate`."""
        if reason not in REASONS:
            raise ValueError(f"An issue is closed as {', '.join(REASONS)}, not as {reason!r}.")
        with self._act(by) as change:
            other = self._issue(change, duplicate_of) if duplicate_of else None
            issues.close(change, self._issue(change, number), REASONS[reason], other)

    def reopen(self, by: str, number: int) -> None:
        """Open an issue again."""
        with self._act(by) as change:
            issues.reopen(change, self._issue(change, number))

    def assign(self, by: str, number: int, *logins: str) -> None:
        """Assign people; whoever cannot be assigned is left out, as on GitHub."""
        with self._act(by) as change:
            issues.assign(change, self._issue(change, number), [self._user(login) for login in logins])

    def unassign(self, by: str, number: int, *logins: str) -> None:
        """Take people off an issue."""
        with self._act(by) as change:
            issues.unassign(change, self._issue(change, number), [self._user(login) for login in logins])

    def lock(self, by: str, number: int, reason: str | None = None) -> None:
        """Lock an issue."""
        with self._act(by) as change:
            issues.lock(change, self._issue(change, number), reason)

    def unlock(self, by: str, number: int) -> None:
        """Unlock an issue."""
        with self._act(by) as change:
            issues.unlock(change, self._issue(change, number))

    def pin(self, by: str, number: int) -> None:
        """Pin an issue."""
        with self._act(by) as change:
            issues.pin(change, self._issue(change, number))

    def unpin(self, by: str, number: int) -> None:
        """Take a pin off."""
        with self._act(by) as change:
            issues.unpin(change, self._issue(change, number))

    def delete_issue(self, by: str, number: int) -> None:
        """Delete an issue."""
        with self._act(by) as change:
            issues.delete(change, self._issue(change, number))

    def transfer(self, by: str, number: int, to_repo: str) -> int:
        """Transfer an issue to another repository and return its number there."""
        with self._act(by) as change:
            row_id = issues.transfer(change, self._issue(change, number), self.hub.repository(to_repo))
        return int(self._issue_by_id(row_id)["number"])

    def convert_to_discussion(self, by: str, number: int) -> None:
        """Convert an issue to a discussion; the issue stays, closed and locked."""
        with self._act(by) as change:
            issues.convert_to_discussion(change, self._issue(change, number))

    def add_sub_issue(self, by: str, number: int, sub_issue: int) -> None:
        """Make an issue of this repository a sub-issue of another one."""
        with self._act(by) as change:
            issues.add_sub_issue(change, self._issue(change, number), self._issue(change, sub_issue))

    def create_label(
        self, by: str, name: str, color: str = labels.DEFAULT_COLOR, description: str | None = None
    ) -> None:
        """Put a label on the list."""
        with self._act(by) as change:
            labels.create(change, self.row, name, color, description)

    def rename_label(self, by: str, name: str, to: str) -> None:
        """Rename a label of the list."""
        with self._act(by) as change:
            labels.edit(change, self._label(name), to)

    def delete_label(self, by: str, name: str) -> None:
        """Delete a label from the list."""
        with self._act(by) as change:
            labels.delete(change, self._label(name))

    def push(self, by: str, path: str, text: str | bytes | None) -> None:
        """Write a file on the default branch, or delete it with None. What is there already makes no commit."""
        content = text.encode() if isinstance(text, str) else text
        with self._act(by) as change:
            known = files.blob(change.db, self.row, path)
            if content != (known and known["content"]):
                files.push(change, self.row, path, content)

    def dispatch(self, event_type: str, payload: Mapping[str, Any], by: str | None = None) -> None:
        """Send a repository_dispatch, as a relay with a token would."""
        parts = {"branch": self.row["default_branch"], "client_payload": dict(payload)}
        self._announce(by, "repository_dispatch", event_type, parts)

    def workflow_dispatch(
        self, inputs: Mapping[str, str] | None = None, by: str | None = None, workflow: str = "main.yml"
    ) -> None:
        """Press "Run workflow"."""
        ref = f"refs/heads/{self.row['default_branch']}"
        parts = {"inputs": dict(inputs or {}), "ref": ref, "workflow": f".github/workflows/{workflow}"}
        self._announce(by, "workflow_dispatch", None, parts)

    def schedule(self, cron: str = "23 6 * * *", workflow: str = "main.yml") -> None:
        """Let a schedule come due."""
        parts = {"schedule": cron, "workflow": f".github/workflows/{workflow}"}
        self._announce(None, "schedule", None, parts)

    def set_role(self, login: str, role: str) -> None:
        """Give somebody a role, custom ones included, or take it away with `none`."""
        with self.hub.db.transaction():
            repositories.set_role(self.hub.db, self.row["id"], login, role, self.hub.clock.stamp())

    def collaborators_readable(self, readable: bool) -> None:
        """Set whether GITHUB_TOKEN may list collaborators over GraphQL; GitHub is reported to refuse it."""
        with self.hub.db.transaction():
            self.hub.db.update("repositories", self.row["id"], collaborators_readable=readable)

    def actions_token(
        self, issues: Scope = "write", contents: Scope = "read", expires_at: str | None = None, run: int | None = None
    ) -> str:
        """Return a GITHUB_TOKEN for this repository with these permissions."""
        with self.hub.db.transaction():
            at = self.hub.clock.stamp()
            return accounts.actions_token(self.hub.db, self.row["id"], at, issues, contents, expires_at, run)

    def install(self, app: int) -> int:
        """Install an App (`Sandbox.app`) here; return the installation's id."""
        with self.hub.db.transaction():
            return apps.install(self.hub.db, app, self.row, self.hub.clock.stamp())

    def seed(self, issues: Iterable[Mapping[str, Any]]) -> int:
        """Write many issues at once, without checks or deliveries (see `seed` for their shape); return how many."""
        return seed.seed(self.hub.db, self.row, issues, self.hub.clock.stamp())

    def issue(self, number: int) -> views.IssueView:
        """Return an issue as people see it."""
        with self.hub.db.lock:
            return views.view(self.hub.db, issues.find(self.hub.db, self.row, number))

    def issues(self) -> tuple[views.IssueView, ...]:
        """Return all issues as people see them, by number."""
        sql = "SELECT * FROM issues WHERE repository_id = ? AND NOT gone ORDER BY number"
        with self.hub.db.lock:
            return tuple(views.view(self.hub.db, row) for row in self.hub.db.all(sql, self.row["id"]))

    def labels(self) -> tuple[str, ...]:
        """Name the labels of the list, oldest first."""
        sql = "SELECT name FROM labels WHERE repository_id = ? AND deleted_at IS NULL ORDER BY id"
        with self.hub.db.lock:
            return tuple(row["name"] for row in self.hub.db.all(sql, self.row["id"]))

    @contextmanager
    def _act(self, by: str) -> Iterator[Change]:
        with self.hub.acting(by) as change:
            yield change
        self._after()

    def _who(self, by: str) -> Identity:
        with self.hub.db.transaction():
            return self.hub.person(by)

    def _announce(self, by: str | None, event: str, action: str | None, parts: Mapping[str, Any]) -> None:
        who = self._who(by or self._admin())
        with self.hub.db.lock:
            may = level(self.hub.db, who, self.row) >= Level.WRITE
        if not may:
            raise Refused("no permission", f"{who.login} may not start workflows: that takes write.")
        self.hub.announce(who, event, action, self.row, **parts)
        self._after()

    def _admin(self) -> str:
        people = repositories.collaborators(self.hub.db, self.row)
        admins = [person["login"] for person in people if person["role"] == "admin"]
        if not admins:
            raise LookupError(f"{self.name} has no admin; give somebody the role, or pass `by`.")
        return str(admins[0])

    def _issue(self, change: Change, number: int) -> Row:
        return issues.find(self.hub.db, self._visible(change), number)

    def _visible(self, change: Change) -> Row:
        return repositories.visible(self.hub.db, change.who, self.name)

    def _issue_by_id(self, row_id: int) -> Row:
        with self.hub.db.lock:
            return issues.by_id(self.hub.db, row_id)

    def _comment(self, comment_id: int) -> Row:
        row = comments.find(self.hub.db, comment_id)
        if row is None:
            raise LookupError(f"There is no comment {comment_id}.")
        return row

    def _label(self, name: str) -> Row:
        row = labels.find(self.hub.db, self.row["id"], name)
        if row is None:
            raise LookupError(f"{self.name} has no label {name!r}; create it first.")
        return row

    def _user(self, login: str) -> int:
        return accounts.ensure(self.hub.db, login, self.hub.clock.stamp())
