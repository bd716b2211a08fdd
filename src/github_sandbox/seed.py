"""Seeding: many issues at once, written straight into the tables, for benchmarks and demos.

Nothing is checked, announced or charged. An issue is a plain mapping; only `title` is needed:
`{"title", "body", "author", "created_at", "labels": [name], "assignees": [login], "state", "state_reason", "closed_at",
"events": [{"kind", "by", "at", "label"}], "comments": [{"by", "body", "at"}]}`. Events are in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from github_sandbox.rules import accounts, labels
from github_sandbox.rules.labels import DEFAULT_COLOR
from github_sandbox.store.database import Database, Row

ISSUE = (
    "INSERT INTO issues (id, repository_id, number, title, body, author_id, state, state_reason, created_at,"
    " updated_at, closed_at, comment_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
COMMENT = "INSERT INTO comments (id, issue_id, author_id, body, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)"
EVENT = (
    "INSERT INTO events (issue_id, kind, actor_id, created_at, label_id, label_name, label_color, reason, comment_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
CARRIED = "INSERT OR IGNORE INTO issue_labels (issue_id, label_id) VALUES (?, ?)"
ASSIGNED = "INSERT OR IGNORE INTO assignees (issue_id, user_id) VALUES (?, ?)"


class Seeder:
    """Turns mappings into rows; people and labels that are named exist afterwards."""

    def __init__(self, db: Database, repository: Row, at: str) -> None:
        self.db = db
        self.repository = repository
        self.at = at
        self.rows: dict[str, list[tuple[Any, ...]]] = {sql: [] for sql in (ISSUE, COMMENT, EVENT, CARRIED, ASSIGNED)}
        self._people: dict[str, int] = {}
        self._labels: dict[str, Row] = {}
        self._comment = self._last("comments")
        self._issue = self._last("issues")

    def add(self, issue: Mapping[str, Any], number: int) -> None:
        """Prepare the rows of one issue."""
        self._issue += 1
        created, comments = issue.get("created_at", self.at), issue.get("comments", ())
        events = issue.get("events", ())
        closed = issue.get("closed_at") or (created if issue.get("state") == "CLOSED" else None)
        updated = max([created, closed or "", *(each["at"] for each in (*events, *comments))])
        author = self._person(issue.get("author", self.repository["owner"]))
        about = (self.repository["id"], number, issue["title"], issue.get("body", ""), author)
        state = (issue.get("state", "OPEN"), issue.get("state_reason"), created, updated, closed, len(comments))
        self.rows[ISSUE].append((self._issue, *about, *state))
        for name in issue.get("labels", ()):
            self.rows[CARRIED].append((self._issue, self._label(name)["id"]))
        for login in issue.get("assignees", ()):
            self.rows[ASSIGNED].append((self._issue, self._person(login)))
        moments = [(each["at"], self._event(each)) for each in events]
        moments += [(each["at"], self._write(each)) for each in comments]
        self.rows[EVENT] += [row for _, row in sorted(moments, key=lambda moment: moment[0])]

    def store(self) -> None:
        """Write all prepared rows."""
        for sql, rows in self.rows.items():
            self.db.many(sql, rows)

    def _event(self, event: Mapping[str, Any]) -> tuple[Any, ...]:
        label = self._label(event["label"]) if event.get("label") else {}
        named = (label.get("id"), label.get("name"), label.get("color"))
        return (self._issue, event["kind"], self._person(event["by"]), event["at"], *named, event.get("reason"), None)

    def _write(self, comment: Mapping[str, Any]) -> tuple[Any, ...]:
        self._comment += 1
        author, at = self._person(comment["by"]), comment["at"]
        self.rows[COMMENT].append((self._comment, self._issue, author, comment["body"], at, at))
        return (self._issue, "commented", author, at, None, None, None, None, self._comment)

    def _person(self, login: str) -> int:
        if login not in self._people:
            self._people[login] = accounts.ensure(self.db, login, self.at)
        return self._people[login]

    def _label(self, name: str) -> Row:
        if name not in self._labels:
            known = labels.find(self.db, self.repository["id"], name)
            self._labels[name] = known or self._new_label(name)
        return self._labels[name]

    def _new_label(self, name: str) -> Row:
        row = {"repository_id": self.repository["id"], "name": name, "key": name.casefold(), "color": DEFAULT_COLOR}
        row_id = self.db.insert("labels", **row, created_at=self.at, updated_at=self.at)
        return {**row, "id": row_id}

    def _last(self, table: str) -> int:
        return int(self.db.value("SELECT seq FROM sqlite_sequence WHERE name = ?", table))


def seed(db: Database, repository: Row, issues: Iterable[Mapping[str, Any]], at: str) -> int:
    """Write issues in bulk and return how many; numbers follow on from the last one."""
    with db.transaction():
        seeder, number = Seeder(db, repository, at), repository["next_number"]
        count = 0
        for issue in issues:
            seeder.add(issue, number + count)
            count += 1
        seeder.store()
        db.update("repositories", repository["id"], next_number=number + count)
    return count
