"""Items of projects: issues, drafts and pull requests on a board, and the values of their fields.

Knows what each change writes, notes in the issue's timeline, and delivers to the organisation.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from github_sandbox.rules import projects
from github_sandbox.rules.access import Level
from github_sandbox.rules.changes import Change, ProjectEvent
from github_sandbox.rules.refusals import Refused
from github_sandbox.store.database import Database, Row

KINDS = {"SINGLE_SELECT": "singleSelectOptionId", "NUMBER": "number", "DATE": "date", "TEXT": "text",
         "ITERATION": "iterationId"}  # fmt: skip
"""The key of the value that a field of each type takes."""


def by_id(db: Database, row_id: int) -> Row | None:
    """Find an item."""
    return db.one("SELECT * FROM project_items WHERE id = ?", row_id)


def of_issue(db: Database, issue_id: int, *, archived: bool = True) -> list[Row]:
    """List the items of an issue, oldest first."""
    rows = db.all("SELECT * FROM project_items WHERE issue_id = ? ORDER BY id", issue_id)
    return [row for row in rows if archived or row["archived_at"] is None]


def add_issue(change: Change, project: Row, issue: Row) -> Row:
    """Put an issue on the board; one that is there already, archived or not, stays as it is."""
    projects.need(change, project, Level.WRITE, "add items")
    sql = "SELECT * FROM project_items WHERE project_id = ? AND issue_id = ?"
    present = change.db.one(sql, project["id"], issue["id"])
    if present:
        return present
    row = _insert(change, project, "ISSUE", issue_id=issue["id"])
    change.note(issue["id"], "added_to_project_v2", project_id=project["id"])
    return row


def add_draft(change: Change, project: Row, title: str, body: str = "") -> Row:
    """Put a draft on the board."""
    projects.need(change, project, Level.WRITE, "add items")
    if not title.strip():
        raise Refused("unprocessable", "Title can't be blank")
    return _insert(change, project, "DRAFT_ISSUE", title=title, body=body)


def add_pull_request(change: Change, project: Row, repository: Row, title: str) -> Row:
    """Put a pull request on the board. The sandbox knows its title and number, and nothing else of it."""
    projects.need(change, project, Level.WRITE, "add items")
    number = repository["next_number"]
    change.db.update("repositories", repository["id"], next_number=number + 1)
    return _insert(change, project, "PULL_REQUEST", repository_id=repository["id"], number=number, title=title)


def _insert(change: Change, project: Row, kind: str, **columns: Any) -> Row:
    sql = "SELECT count(*) FROM project_items WHERE project_id = ? AND archived_at IS NULL"
    if change.db.value(sql, project["id"]) >= project["max_items"]:
        # (inferred): the documentation gives the number, and not the words.
        raise Refused("unprocessable", f"The project has reached its limit of {project['max_items']} items.")
    last = change.db.value("SELECT max(position) FROM project_items WHERE project_id = ?", project["id"])
    about = {"project_id": project["id"], "type": kind, "position": (last or 0) + 1, "creator_id": change.who.user_id}
    row_id = change.db.insert("project_items", **about, **columns, created_at=change.at, updated_at=change.at)
    row = _read(change.db, row_id)
    _deliver(change, row, "created")
    return row


def archive(change: Change, row: Row) -> None:
    """Archive an item; an archived one stays as it is."""
    _need(change, row, "archive items")
    if row["archived_at"] is None:
        change.db.update("project_items", row["id"], archived_at=change.at, updated_at=change.at)
        _deliver(change, _read(change.db, row["id"]), "archived", {"archived_at": {"from": None, "to": change.at}})


def restore(change: Change, row: Row) -> None:
    """Restore an archived item."""
    _need(change, row, "restore items")
    if row["archived_at"] is not None:
        change.db.update("project_items", row["id"], archived_at=None, updated_at=change.at)
        was = {"archived_at": {"from": row["archived_at"], "to": None}}
        _deliver(change, _read(change.db, row["id"]), "restored", was)


def delete(change: Change, row: Row) -> None:
    """Take an item off the board; the issue stays."""
    _need(change, row, "remove items")
    change.db.run("DELETE FROM project_values WHERE item_id = ?", row["id"])
    change.db.run("DELETE FROM project_items WHERE id = ?", row["id"])
    if row["issue_id"]:
        change.note(row["issue_id"], "removed_from_project_v2", project_id=row["project_id"])
    _deliver(change, row, "deleted")


def move(change: Change, row: Row, after: Row | None) -> None:
    """Move an item up or down: behind another one, or to the top."""
    _need(change, row, "move items")
    before = _previous(change.db, row)
    floor = after["position"] if after else 0
    sql = "SELECT min(position) FROM project_items WHERE project_id = ? AND position > ? AND id != ?"
    ceiling = change.db.value(sql, row["project_id"], floor, row["id"])
    position = (floor + ceiling) / 2 if ceiling is not None else floor + 1
    change.db.update("project_items", row["id"], position=position, updated_at=change.at)
    ends = {"from": before and before["id"], "to": after and after["id"]}
    _deliver(change, _read(change.db, row["id"]), "reordered", {"previous_projects_v2_item_node_id": ends})


def _previous(db: Database, row: Row) -> Row | None:
    sql = "SELECT * FROM project_items WHERE project_id = ? AND position < ? ORDER BY position DESC LIMIT 1"
    return db.one(sql, row["project_id"], row["position"])


def values_of(db: Database, item_id: int) -> list[Row]:
    """List the values of an item, in the order of the fields."""
    return db.all("SELECT * FROM project_values WHERE item_id = ? ORDER BY field_id", item_id)


def value_of(db: Database, item_id: int, field_id: int) -> Row | None:
    """Find the value of one field of an item."""
    return db.one("SELECT * FROM project_values WHERE item_id = ? AND field_id = ?", item_id, field_id)


def set_value(change: Change, row: Row, field: Row, given: Mapping[str, Any]) -> None:
    """Set the value of a field, e.g. `{"number": 24000}`. Raise Refused for a value of another type."""
    _need_to_edit(change, row, field)
    value = _checked(change.db, field, given)
    old = value_of(change.db, row["id"], field["id"])
    if old and json.loads(old["value"]) == value:
        return
    text = json.dumps(value)
    if old:
        # (inferred): what GitHub shows as the creator after a change is not documented, so both can be tried.
        creator = {"creator_id": change.actor_id} if change.value_creator == "last" else {}
        change.db.update("project_values", old["id"], value=text, updated_at=change.at, **creator)
    else:
        about = {"item_id": row["id"], "field_id": field["id"], "value": text, "creator_id": change.actor_id}
        change.db.insert("project_values", **about, created_at=change.at, updated_at=change.at)
    _edited(change, row, field, json.loads(old["value"]) if old else None, value)


def clear_value(change: Change, row: Row, field: Row) -> None:
    """Empty a field. Neither a value nor an event of the timeline remains."""
    _need_to_edit(change, row, field)
    old = value_of(change.db, row["id"], field["id"])
    if old:
        change.db.run("DELETE FROM project_values WHERE id = ?", old["id"])
        _edited(change, row, field, json.loads(old["value"]), None)


def shown(db: Database, field: Row, value: Any) -> Any:
    """Return a value as a delivery shows it: an option with its name, a date as a moment."""
    if value is None:
        return None
    if field["data_type"] == "SINGLE_SELECT":
        option = db.one("SELECT * FROM project_options WHERE field_id = ? AND id = ?", field["id"], value)
        return option and {name: option[name] for name in ("id", "name", "color", "description")}
    return f"{value}T00:00:00+00:00" if field["data_type"] == "DATE" else value


def _edited(change: Change, row: Row, field: Row, old: Any, new: Any) -> None:
    change.db.update("project_items", row["id"], updated_at=change.at)
    before, after = shown(change.db, field, old), shown(change.db, field, new)
    about = {
        "field_id": field["id"], "data_type": field["data_type"], "name": field["name"], "from": before, "to": after,
    }  # fmt: skip
    _deliver(change, _read(change.db, row["id"]), "edited", {"field_value": about})
    if field["name"] == projects.STATUS and row["issue_id"] and after:
        names = {"previous": before["name"] if before else "", "current": after["name"]}
        change.note(row["issue_id"], "project_v2_item_status_changed", project_id=row["project_id"], **names)


def _checked(db: Database, field: Row, given: Mapping[str, Any]) -> Any:
    key = KINDS.get(field["data_type"])
    named = {name: value for name, value in given.items() if value is not None}
    if key is None or field["name"] in projects.BUILT_IN.keys() - {projects.STATUS}:
        raise Refused("unprocessable", f"The field {field['name']} cannot be set here.")
    if set(named) != {key}:
        raise Refused("unprocessable", f"Did not receive a {key} value to update a field of type {field['data_type']}")
    value = named[key]
    if key == "singleSelectOptionId" and value not in {option["id"] for option in projects.options_of(db, field["id"])}:
        raise Refused("unprocessable", "The single select option Id does not belong to the field")
    if key == "date" and not _is_date(value):
        raise Refused("unprocessable", f"{value} is not a date")
    if key == "number" and not math.isfinite(value):
        raise Refused("unprocessable", "The number is not finite")
    return value


def _is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text) and date.fromisoformat(text))
    except ValueError:
        return False


def _need(change: Change, row: Row, what: str) -> None:
    projects.need(change, projects.by_id(change.db, row["project_id"]), Level.WRITE, what)


def _need_to_edit(change: Change, row: Row, field: Row) -> None:
    _need(change, row, "edit fields")
    if field["project_id"] != row["project_id"]:
        raise Refused("not found", "The field does not belong to the project of the item")
    if row["archived_at"] is not None:
        raise Refused("unprocessable", "The item is archived and cannot be updated")


def _deliver(change: Change, row: Row, action: str, changes: Mapping[str, Any] | None = None) -> None:
    change.project_events.append(ProjectEvent(action, row, changes or {}, change.actor_id))


def _read(db: Database, row_id: int) -> Row:
    row = by_id(db, row_id)
    if row is None:
        raise LookupError(f"No item has the id {row_id}.")
    return row
