"""Labels: a repository's list, and which of them an issue carries.

The rules are GitHub's: names unique without regard to case, one event per label really changed, at most 100 an issue.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from github_sandbox.rules.access import Level
from github_sandbox.rules.changes import Change
from github_sandbox.rules.refusals import Refused, invalid
from github_sandbox.store.database import Database, Row

MAX_NAME, MAX_DESCRIPTION, MAX_PER_ISSUE = 50, 100, 100
DEFAULT_COLOR = "ededed"


def find(db: Database, repository_id: int, name: str) -> Row | None:
    """Find a label of the list by name, without regard to case."""
    sql = "SELECT * FROM labels WHERE repository_id = ? AND key = ? AND deleted_at IS NULL"
    return db.one(sql, repository_id, name.casefold())


def of_issue(db: Database, issue_id: int) -> list[Row]:
    """List the labels of an issue, oldest label first."""
    sql = "SELECT labels.* FROM labels JOIN issue_labels ON label_id = labels.id WHERE issue_id = ? ORDER BY labels.id"
    return db.all(sql, issue_id)


def create(
    change: Change, repository: Row, name: str, color: str = DEFAULT_COLOR, description: str | None = None
) -> int:
    """Put a label on the repository's list and return its id. Raise Refused for a taken name or a bad value."""
    change.need(repository, Level.WRITE, "create labels")
    _check(name, color, description)
    if find(change.db, repository["id"], name):
        raise invalid("Label", "name", "already_exists", "Name has already been taken")
    row_id = change.db.insert(
        "labels",
        repository_id=repository["id"],
        name=name,
        key=name.casefold(),
        color=color.lower(),
        description=description,
        created_at=change.at,
        updated_at=change.at,
    )
    change.announce("label", "created", repository["id"], label_id=row_id)
    return row_id


def edit(
    change: Change, label: Row, name: str | None = None, color: str | None = None, description: str | None = None
) -> None:
    """Rename or recolour a label; its id stays, and so does its name in timelines written before."""
    repository = change.repository(label["repository_id"])
    change.need(repository, Level.WRITE, "edit labels")
    new = {"name": name or label["name"], "color": (color or label["color"]).lower(), "description": description}
    if description is None:
        new["description"] = label["description"]
    _check(str(new["name"]), str(new["color"]), new["description"])
    other = find(change.db, repository["id"], str(new["name"]))
    if other and other["id"] != label["id"]:
        raise invalid("Label", "name", "already_exists", "Name has already been taken")
    changes = {key: {"from": label[key] or ""} for key, value in new.items() if value != label[key]}
    if changes:
        key = str(new["name"]).casefold()
        change.db.update("labels", label["id"], **new, key=key, updated_at=change.at)
        change.announce("label", "edited", repository["id"], label_id=label["id"], changes=changes)


def delete(change: Change, label: Row) -> None:
    """Take a label off the list and off every issue; timelines go on naming it."""
    repository = change.repository(label["repository_id"])
    change.need(repository, Level.WRITE, "delete labels")
    sql = "SELECT issue_id FROM issue_labels JOIN issues ON id = issue_id WHERE label_id = ? AND NOT gone ORDER BY id"
    carriers = change.db.all(sql, label["id"])
    change.db.update("labels", label["id"], deleted_at=change.at)
    change.db.run("DELETE FROM issue_labels WHERE label_id = ?", label["id"])
    change.announce("label", "deleted", repository["id"], label_id=label["id"])
    for row in carriers:
        # GitHub tells of each issue that lost the label, without saying which label it was.
        change.announce("issues", "unlabeled", repository["id"], issue_id=row["issue_id"])


def add(change: Change, issue: Row, labels: Sequence[Row], *, by_form: bool = False) -> None:
    """Put labels on an issue: one event for each that was not there. Nothing new, nothing happens."""
    repository = change.repository(issue["repository_id"])
    if not by_form:
        change.need(repository, Level.TRIAGE, "label issues")
    carried = {label["id"] for label in of_issue(change.db, issue["id"])}
    new = list({label["id"]: label for label in labels if label["id"] not in carried}.values())
    if len(carried) + len(new) > MAX_PER_ISSUE:
        raise Refused("unprocessable", f"Issue cannot have more than {MAX_PER_ISSUE} labels")
    for label in new:
        change.db.insert("issue_labels", issue_id=issue["id"], label_id=label["id"])
        _note(change, issue, label, "labeled")


def remove(change: Change, issue: Row, labels: Sequence[Row]) -> None:
    """Take labels off an issue: one event for each that was there."""
    change.need(change.repository(issue["repository_id"]), Level.TRIAGE, "label issues")
    for label in labels:
        sql = "DELETE FROM issue_labels WHERE issue_id = ? AND label_id = ?"
        if change.db.run(sql, issue["id"], label["id"]):
            _note(change, issue, label, "unlabeled")


def replace(change: Change, issue: Row, labels: Sequence[Row]) -> None:
    """Give an issue exactly these labels: the others go first, as when one is swapped at the limit."""
    wanted = {label["id"] for label in labels}
    remove(change, issue, [label for label in of_issue(change.db, issue["id"]) if label["id"] not in wanted])
    add(change, issue, labels)


def named(change: Change, repository: Row, names: Sequence[str]) -> list[Row]:
    """Find labels by name; one that is missing is created, grey, by whoever may. Raise Refused for others."""
    found = []
    for name in names:
        if not find(change.db, repository["id"], name):
            create(change, repository, name)
        label = find(change.db, repository["id"], name)
        found += [label] if label else []
    return found


def _note(change: Change, issue: Row, label: Row, kind: str) -> None:
    change.note(issue["id"], kind, label_id=label["id"], label_name=label["name"], label_color=label["color"])
    change.touch(issue)
    change.announce("issues", kind, issue["repository_id"], issue_id=issue["id"], label_id=label["id"])


def _check(name: str, color: str, description: str | None) -> None:
    if not name.strip():
        raise invalid("Label", "name", "missing_field", "Name can't be blank")
    if len(name) > MAX_NAME:
        raise invalid("Label", "name", "custom", f"Name is too long (maximum is {MAX_NAME} characters)")
    if not re.fullmatch(r"[0-9a-fA-F]{6}", color):
        raise invalid("Label", "color", "invalid", "Color is invalid")
    if description and len(description) > MAX_DESCRIPTION:
        message = f"Description is too long (maximum is {MAX_DESCRIPTION} characters)"
        raise invalid("Label", "description", "custom", message)
