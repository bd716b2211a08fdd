"""Payloads: an announcement as the JSON that GitHub's webhooks deliver and a workflow finds in its event file.

Made when the whole act is done, so a payload may already show what later events of the same act report, as on GitHub.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from github_sandbox.json_writer import Json, JsonWriter
from github_sandbox.rules.changes import Announcement, ProjectEvent
from github_sandbox.rules.repositories import by_id
from github_sandbox.store.database import Database, Row
from github_sandbox.store.ids import field_node_id, node_id

Writer = Callable[[JsonWriter, Row, Any], Json]


def payload(db: Database, writer: JsonWriter, announcement: Announcement) -> Json:
    """Write the payload of one announcement."""
    repository = by_id(db, announcement.repository_id)
    if repository is None:
        raise LookupError(f"No repository has the id {announcement.repository_id}.")
    body: Json = {"action": announcement.action} if announcement.action else {}
    for part, value in announcement.parts.items():
        body |= PARTS[part](writer, repository, value) if part in PARTS else {part: value}
    if announcement.action in ("transferred", "opened"):
        _tell_of_move(writer, body, announcement)
    if repository["owner_type"] == "Organization":
        body["organization"] = writer.organization(repository["owner_id"])
    sender = {} if announcement.event == "schedule" else {"sender": writer.user(announcement.who.user_id)}
    return body | {"repository": writer.repository(repository["id"])} | sender


def project_item_payload(writer: JsonWriter, project: Row, event: ProjectEvent) -> Json:
    """Write the payload of something that happened to an item of a project."""
    body: Json = {"action": event.action, "projects_v2_item": writer.project_item(event.item, project)}
    if event.changes:
        body["changes"] = {name: _change(name, change, project) for name, change in event.changes.items()}
    organization = writer.organization(project["owner_id"])
    return body | {"organization": organization, "sender": writer.user(event.actor_id)}


def _change(name: str, change: Any, project: Row) -> Json:
    match name:
        case "field_value":
            return {
                "field_node_id": field_node_id(change["data_type"], change["field_id"]),
                "field_type": change["data_type"].lower(),
                "field_name": change["name"],
                "project_number": project["number"],
                "from": change["from"],
                "to": change["to"],
            }
        case "previous_projects_v2_item_node_id":
            return {end: row_id and node_id("ProjectV2Item", row_id) for end, row_id in change.items()}
    return dict(change)


def _issue(writer: JsonWriter, repository: Row, row_id: int) -> Json:
    row = writer.db.one("SELECT * FROM issues WHERE id = ?", row_id)
    if row is None:
        raise LookupError(f"No issue has the id {row_id}.")
    return {"issue": writer.issue(row, repository)}


def _label(writer: JsonWriter, repository: Row, row_id: int) -> Json:
    row = writer.db.one("SELECT * FROM labels WHERE id = ?", row_id)
    return {"label": writer.label(row, repository)} if row else {}


def _comment_by_id(writer: JsonWriter, repository: Row, row_id: int) -> Json:
    row = writer.db.one("SELECT * FROM comments WHERE id = ?", row_id)
    return _comment(writer, repository, row) if row else {}


def _comment(writer: JsonWriter, repository: Row, row: Row) -> Json:
    issue = writer.db.one("SELECT * FROM issues WHERE id = ?", row["issue_id"])
    return {"comment": writer.comment(row, issue, repository)} if issue else {}


def _assignee(writer: JsonWriter, repository: Row, row_id: int) -> Json:
    return {"assignee": writer.user(row_id)}


def _nothing(writer: JsonWriter, repository: Row, value: Any) -> Json:
    return {}


def _tell_of_move(writer: JsonWriter, body: Json, announcement: Announcement) -> None:
    side = {"transferred": "new", "opened": "old"}[str(announcement.action)]
    row_id = announcement.parts.get(f"{side}_issue")
    row = writer.db.one("SELECT * FROM issues WHERE id = ?", row_id) if row_id else None
    repository = by_id(writer.db, row["repository_id"]) if row else None
    if row and repository:
        moved = {f"{side}_issue": writer.issue(row, repository)}
        body["changes"] = moved | {f"{side}_repository": writer.repository(repository["id"])}


PARTS: dict[str, Writer] = {
    "issue_id": _issue,
    "label_id": _label,
    "comment_id": _comment_by_id,
    "comment": _comment,
    "user_id": _assignee,
    "new_issue": _nothing,
    "old_issue": _nothing,
}
