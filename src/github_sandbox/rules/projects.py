"""Projects: boards of an organisation or a person, with fields and options, and who may use them.

Knows projects, fields and options. Items and their values are in `project_items`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from github_sandbox.rules.access import LEVELS, Identity, Level
from github_sandbox.rules.changes import Change
from github_sandbox.rules.refusals import Refused, no_permission
from github_sandbox.store.database import Database, Row

MAX_FIELDS = 50
STATUS = "Status"
BUILT_IN = {
    "Title": "TITLE", "Assignees": "ASSIGNEES", STATUS: "SINGLE_SELECT", "Labels": "LABELS",
    "Linked pull requests": "LINKED_PULL_REQUESTS", "Milestone": "MILESTONE", "Repository": "REPOSITORY",
    "Reviewers": "REVIEWERS", "Parent issue": "PARENT_ISSUE", "Sub-issues progress": "SUB_ISSUES_PROGRESS",
}  # fmt: skip
"""The fields of a new project, and their types."""
CUSTOM = ("DATE", "ITERATION", "NUMBER", "SINGLE_SELECT", "TEXT")
COLORS = ("BLUE", "GRAY", "GREEN", "ORANGE", "PINK", "PURPLE", "RED", "YELLOW")
NOT_STARTED, IN_PROGRESS, DONE = "Todo", "In Progress", "Done"
NEW_STATUS = [
    {"name": NOT_STARTED, "color": "GREEN", "description": "This item hasn't been started"},
    {"name": IN_PROGRESS, "color": "YELLOW", "description": "This is actively being worked on"},
    {"name": DONE, "color": "PURPLE", "description": "This has been completed"},
]
ITEM_CLOSED, ITEM_REOPENED, ITEM_ADDED, AUTO_CLOSE = "Item closed", "Item reopened", "Item added to project", (
    "Auto-close issue"
)  # fmt: skip
DELETION = (
    "DELETE FROM project_values WHERE item_id IN (SELECT id FROM project_items WHERE project_id = ?)",
    "DELETE FROM project_options WHERE field_id IN (SELECT id FROM project_fields WHERE project_id = ?)",
    "DELETE FROM project_items WHERE project_id = ?",
    "DELETE FROM project_fields WHERE project_id = ?",
    "DELETE FROM project_workflows WHERE project_id = ?",
    "DELETE FROM project_repositories WHERE project_id = ?",
    "DELETE FROM project_roles WHERE project_id = ?",
    "DELETE FROM projects WHERE id = ?",
)
WORKFLOWS = {ITEM_CLOSED: True, "Pull request merged": True, ITEM_ADDED: False, ITEM_REOPENED: False, AUTO_CLOSE: False}
"""GitHub's own workflows of a new project, and whether each is on."""


def level(db: Database, who: Identity, project: Row) -> Level:
    """Return how far a token may go with a project."""
    if who.kind == "automation":
        return Level.ADMIN
    if who.kind != "person" and not _reaches(db, who, project):
        return Level.NONE
    most = LEVELS[who.projects]
    if who.kind == "app":
        return most
    return min(Level.ADMIN if most is Level.WRITE else most, person_level(db, who.user_id, project))


def _reaches(db: Database, who: Identity, project: Row) -> bool:
    """Apps and fine-grained tokens reach projects of organisations only, and those of the account they are for."""
    if db.value("SELECT type FROM users WHERE id = ?", project["owner_id"]) != "Organization":
        return False
    owner = who.owner_id
    if who.repository_id is not None:
        owner = db.value("SELECT owner_id FROM repositories WHERE id = ?", who.repository_id)
    return owner in (None, project["owner_id"])


def person_level(db: Database, user_id: int, project: Row) -> Level:
    """Return the role of a person: an own one, or that of the organisation's members, who may write."""
    sql = "SELECT role FROM project_roles WHERE project_id = ? AND user_id = ?"
    given = db.value(sql, project["id"], user_id)
    if given:
        return Level[given]
    if user_id == project["owner_id"] or user_id == project["creator_id"]:
        return Level.ADMIN
    public = Level.READ if project["public"] else Level.NONE
    return max(public, Level.WRITE if is_member(db, user_id, project["owner_id"]) else Level.NONE)


def is_member(db: Database, user_id: int, owner_id: int) -> bool:
    """Return whether somebody has a role in a repository of this owner, and is no outside collaborator."""
    sql = """SELECT 1 FROM roles JOIN repositories ON repositories.id = repository_id
      WHERE owner_id = ? AND user_id = ? AND role != 'none' AND user_id NOT IN (
        SELECT user_id FROM outsiders WHERE outsiders.repository_id = repositories.id)"""
    return bool(db.value(sql, owner_id, user_id))


def need(change: Change, project: Row, least: Level, what: str) -> None:
    """Raise Refused unless whoever makes the change may go this far with the project."""
    have = level(change.db, change.who, project)
    if have < least:
        raise no_permission(f"{change.who.login} may not {what}: that takes {least.name.lower()} on the project.")


def find(db: Database, owner_id: int, number: int) -> Row | None:
    """Find a project by its owner and number."""
    return db.one("SELECT * FROM projects WHERE owner_id = ? AND number = ?", owner_id, number)


def by_id(db: Database, row_id: int) -> Row:
    """Read a project. Raise LookupError if there is none."""
    row = db.one("SELECT * FROM projects WHERE id = ?", row_id)
    if row is None:
        raise LookupError(f"No project has the id {row_id}.")
    return row


def create(change: Change, owner: Row, title: str) -> Row:
    """Make a project with GitHub's fields and workflows. Raise Refused for those who may not."""
    who = change.who
    drafted = {"owner_id": owner["id"], "id": 0, "public": 0, "creator_id": 0}
    if who.user_id != owner["id"] and level(change.db, who, drafted) < Level.WRITE:
        raise no_permission(f"{who.login} may not make projects of {owner['login']}.")
    if not title.strip():
        raise Refused("unprocessable", "Title can't be blank")
    last = change.db.value("SELECT max(number) FROM projects WHERE owner_id = ?", owner["id"])
    row_id = change.db.insert(
        "projects", owner_id=owner["id"], number=(last or 0) + 1, title=title, creator_id=who.user_id, **_now(change)
    )
    for name, data_type in BUILT_IN.items():
        field_id = _insert_field(change, row_id, name, data_type)
        if name == STATUS:
            set_options(change, field_id, NEW_STATUS)
    for number, (name, enabled) in enumerate(WORKFLOWS.items(), 1):
        change.db.insert(
            "project_workflows", project_id=row_id, number=number, name=name, enabled=enabled, **_now(change)
        )
    return by_id(change.db, row_id)


def edit(change: Change, project: Row, **columns: Any) -> None:
    """Change title, descriptions, visibility, or whether it is closed."""
    admin = {"public", "closed_at"} & columns.keys()
    need(change, project, Level.ADMIN if admin else Level.WRITE, "edit the project")
    change.db.update("projects", project["id"], updated_at=change.at, **columns)


def delete(change: Change, project: Row) -> None:
    """Delete a project with everything on it. Issues remain, and their timelines."""
    need(change, project, Level.ADMIN, "delete the project")
    for statement in DELETION:
        change.db.run(statement, project["id"])


def link(change: Change, project: Row, repository: Row, *, linked: bool = True) -> None:
    """List the project in a repository, or take it off that list."""
    need(change, project, Level.WRITE, "link the project")
    if repository["owner_id"] != project["owner_id"]:
        raise Refused("unprocessable", "The project and the repository must have the same owner.")
    verb = "INSERT OR IGNORE INTO project_repositories (project_id, repository_id) VALUES (?, ?)"
    if not linked:
        verb = "DELETE FROM project_repositories WHERE project_id = ? AND repository_id = ?"
    change.db.run(verb, project["id"], repository["id"])


def fields_of(db: Database, project_id: int) -> list[Row]:
    """List the fields of a project, in their order."""
    return db.all("SELECT * FROM project_fields WHERE project_id = ? ORDER BY id", project_id)


def field_named(db: Database, project_id: int, name: str) -> Row | None:
    """Find a field by its name."""
    return db.one("SELECT * FROM project_fields WHERE project_id = ? AND name = ?", project_id, name)


def add_field(
    change: Change, project: Row, name: str, data_type: str, options: Sequence[Mapping[str, Any]] = ()
) -> Row:
    """Add a field. Raise Refused for a name that is taken, one too many, or a single select without options."""
    need(change, project, Level.WRITE, "add fields")
    present = fields_of(change.db, project["id"])
    if name.casefold() in {field["name"].casefold() for field in present}:
        raise Refused("unprocessable", "Name has already been taken")
    if len(present) >= MAX_FIELDS:
        raise Refused("unprocessable", f"A project can have at most {MAX_FIELDS} fields.")
    if data_type == "SINGLE_SELECT" and not options:
        raise Refused("unprocessable", "Single select fields must have at least one option.")
    field_id = _insert_field(change, project["id"], name, data_type)
    set_options(change, field_id, options)
    return field(change.db, field_id)


def field(db: Database, row_id: int) -> Row:
    """Read a field. Raise LookupError if there is none."""
    row = db.one("SELECT * FROM project_fields WHERE id = ?", row_id)
    if row is None:
        raise LookupError(f"No field has the id {row_id}.")
    return row


def edit_field(
    change: Change, row: Row, name: str | None = None, options: Sequence[Mapping[str, Any]] | None = None
) -> None:
    """Rename a field, or replace all its options: values of an option that is not named by its id are lost."""
    need(change, by_id(change.db, row["project_id"]), Level.WRITE, "edit fields")
    if name is not None:
        change.db.update("project_fields", row["id"], name=name, updated_at=change.at)
    if options is not None:
        kept = set_options(change, row["id"], options)
        sql = "SELECT id, value FROM project_values WHERE field_id = ?"
        lost = [value["id"] for value in change.db.all(sql, row["id"]) if value["value"].strip('"') not in kept]
        change.db.many("DELETE FROM project_values WHERE id = ?", [(row_id,) for row_id in lost])


def delete_field(change: Change, row: Row) -> None:
    """Delete a field with its values. Raise Refused for a built-in one."""
    need(change, by_id(change.db, row["project_id"]), Level.WRITE, "delete fields")
    if row["name"] in BUILT_IN:
        raise Refused("unprocessable", "Only custom fields can be deleted.")
    change.db.run("DELETE FROM project_values WHERE field_id = ?", row["id"])
    change.db.run("DELETE FROM project_options WHERE field_id = ?", row["id"])
    change.db.run("DELETE FROM project_fields WHERE id = ?", row["id"])


def options_of(db: Database, field_id: int) -> list[Row]:
    """List the options of a single select, in their order."""
    return db.all("SELECT * FROM project_options WHERE field_id = ? ORDER BY position", field_id)


def set_options(change: Change, field_id: int, options: Sequence[Mapping[str, Any]]) -> set[str]:
    """Give a field exactly these options and return their ids; an option with the id of a present one keeps it."""
    present = {option["id"] for option in options_of(change.db, field_id)}
    change.db.run("DELETE FROM project_options WHERE field_id = ?", field_id)
    kept = set()
    for position, option in enumerate(options):
        digest = hashlib.sha256(f"{field_id} {option['name']} {change.at} {position}".encode()).hexdigest()[:8]
        option_id = option.get("id") if option.get("id") in present else digest
        color, description = option.get("color", "GRAY"), option.get("description", "")
        about = {"name": option["name"], "color": color, "description": description, "position": position}
        change.db.insert("project_options", id=option_id, field_id=field_id, **about)
        kept.add(str(option_id))
    return kept


def workflow_enabled(db: Database, project_id: int, name: str) -> bool:
    """Return whether one of GitHub's own workflows of a project is on."""
    sql = "SELECT enabled FROM project_workflows WHERE project_id = ? AND name = ?"
    return bool(db.value(sql, project_id, name))


def delete_workflow(change: Change, row: Row) -> None:
    """Delete one of GitHub's own workflows of a project; the API cannot switch one off."""
    need(change, by_id(change.db, row["project_id"]), Level.ADMIN, "delete workflows")
    change.db.run("DELETE FROM project_workflows WHERE id = ?", row["id"])


def switch_workflow(change: Change, project: Row, name: str, enabled: bool) -> None:
    """Switch one of GitHub's own workflows on or off, as the settings of a project do."""
    need(change, project, Level.ADMIN, "change workflows")
    sql = "UPDATE project_workflows SET enabled = ?, updated_at = ? WHERE project_id = ? AND name = ?"
    if not change.db.run(sql, enabled, change.at, project["id"], name):
        raise LookupError(f"The project has no workflow {name!r}; there are {', '.join(WORKFLOWS)}.")


def _insert_field(change: Change, project_id: int, name: str, data_type: str) -> int:
    return change.db.insert("project_fields", project_id=project_id, name=name, data_type=data_type, **_now(change))


def _now(change: Change) -> dict[str, str]:
    return {"created_at": change.at, "updated_at": change.at}
