"""Views: an issue as people see it, as values for tests and pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from github_sandbox.rules import issues, labels
from github_sandbox.store.database import Database, Row


@dataclass(frozen=True)
class CommentView:
    """A comment. `reactions` pairs a reaction with a login, `minimized` is why it is hidden."""

    id: int
    author: str
    body: str
    created_at: str
    editor: str | None = None
    minimized: str | None = None
    reactions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class EventView:
    """A timeline event; `about` is the label, the assignee, the reason or the new title."""

    kind: str
    actor: str
    at: str
    about: str | None = None


@dataclass(frozen=True)
class IssueView:
    """An issue with everything on it."""

    number: int
    title: str
    body: str = field(repr=False)
    author: str
    state: str
    state_reason: str | None
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    locked: bool
    pinned: bool
    created_at: str
    updated_at: str
    comments: tuple[CommentView, ...] = field(repr=False)
    events: tuple[EventView, ...] = field(repr=False)


def view(db: Database, row: Row) -> IssueView:
    """Return an issue as people see it."""
    return IssueView(
        number=row["number"],
        title=row["title"],
        body=row["body"],
        author=_login(db, row["author_id"]) or "",
        state=row["state"],
        state_reason=row["state_reason"],
        labels=tuple(label["name"] for label in labels.of_issue(db, row["id"])),
        assignees=tuple(user["login"] for user in issues.assignees_of(db, row["id"])),
        locked=bool(row["locked"]),
        pinned=row["pinned_at"] is not None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        comments=_comments(db, row),
        events=_events(db, row),
    )


def _comments(db: Database, row: Row) -> tuple[CommentView, ...]:
    rows = db.all("SELECT * FROM comments WHERE issue_id = ? ORDER BY id", row["id"])
    return tuple(
        CommentView(
            comment["id"],
            _login(db, comment["author_id"]) or "",
            comment["body"],
            comment["created_at"],
            _login(db, comment["editor_id"]),
            comment["minimized_reason"],
            _reactions(db, comment["id"]),
        )
        for comment in rows
    )


def _reactions(db: Database, comment_id: int) -> tuple[tuple[str, str], ...]:
    sql = (
        "SELECT content, login FROM reactions JOIN users ON users.id = user_id"
        " WHERE subject = 'comment' AND subject_id = ? ORDER BY reactions.id"
    )
    return tuple((row["content"], row["login"]) for row in db.all(sql, comment_id))


def _events(db: Database, row: Row) -> tuple[EventView, ...]:
    rows = db.all("SELECT * FROM events WHERE issue_id = ? AND kind != 'commented' ORDER BY id", row["id"])
    return tuple(EventView(e["kind"], _login(db, e["actor_id"]) or "", e["created_at"], _about(db, e)) for e in rows)


def _about(db: Database, event: Row) -> str | None:
    about: str | None = event["label_name"] or event["current"] or event["reason"]
    return about or _login(db, event["user_id"])


def _login(db: Database, row_id: int | None) -> str | None:
    login: str | None = db.value("SELECT login FROM users WHERE id = ?", row_id) if row_id else None
    return login
