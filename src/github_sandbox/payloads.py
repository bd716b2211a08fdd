"""Payloads: an announcement as the JSON that GitHub's webhooks deliver and a workflow finds in its event file.

Made when the whole act is done, so a payload may already show what later events of the same act tell of; GitHub's do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from github_sandbox.access import Identity
from github_sandbox.changes import Announcement
from github_sandbox.database import Database, Row
from github_sandbox.repositories import by_id
from github_sandbox.wire import Json, Wire

Writer = Callable[[Wire, Row, Any], Json]


def payload(db: Database, wire: Wire, who: Identity, announcement: Announcement) -> Json:
    """Write the payload of one announcement."""
    repository = by_id(db, announcement.repository_id)
    if repository is None:
        raise LookupError(f"No repository has the id {announcement.repository_id}.")
    body: Json = {"action": announcement.action} if announcement.action else {}
    for part, value in announcement.parts.items():
        body |= PARTS[part](wire, repository, value) if part in PARTS else {part: value}
    if announcement.action in ("transferred", "opened"):
        _tell_of_move(wire, body, announcement)
    if repository["owner_type"] == "Organization":
        body["organization"] = wire.organization(repository["owner_id"])
    sender = {} if announcement.event == "schedule" else {"sender": wire.user(who.user_id)}
    return body | {"repository": wire.repository(repository["id"])} | sender


def _issue(wire: Wire, repository: Row, row_id: int) -> Json:
    row = wire.db.one("SELECT * FROM issues WHERE id = ?", row_id)
    if row is None:
        raise LookupError(f"No issue has the id {row_id}.")
    return {"issue": wire.issue(row, repository)}


def _label(wire: Wire, repository: Row, row_id: int) -> Json:
    row = wire.db.one("SELECT * FROM labels WHERE id = ?", row_id)
    return {"label": wire.label(row, repository)} if row else {}


def _comment_by_id(wire: Wire, repository: Row, row_id: int) -> Json:
    row = wire.db.one("SELECT * FROM comments WHERE id = ?", row_id)
    return _comment(wire, repository, row) if row else {}


def _comment(wire: Wire, repository: Row, row: Row) -> Json:
    issue = wire.db.one("SELECT * FROM issues WHERE id = ?", row["issue_id"])
    return {"comment": wire.comment(row, issue, repository)} if issue else {}


def _assignee(wire: Wire, repository: Row, row_id: int) -> Json:
    return {"assignee": wire.user(row_id)}


def _nothing(wire: Wire, repository: Row, value: Any) -> Json:
    return {}


def _tell_of_move(wire: Wire, body: Json, announcement: Announcement) -> None:
    side = {"transferred": "new", "opened": "old"}[str(announcement.action)]
    row_id = announcement.parts.get(f"{side}_issue")
    row = wire.db.one("SELECT * FROM issues WHERE id = ?", row_id) if row_id else None
    repository = by_id(wire.db, row["repository_id"]) if row else None
    if row and repository:
        moved = {f"{side}_issue": wire.issue(row, repository)}
        body["changes"] = moved | {f"{side}_repository": wire.repository(repository["id"])}


PARTS: dict[str, Writer] = {
    "issue_id": _issue,
    "label_id": _label,
    "comment_id": _comment_by_id,
    "comment": _comment,
    "user_id": _assignee,
    "new_issue": _nothing,
    "old_issue": _nothing,
}
