"""Labels over REST: the repository's list, and those of one issue."""

from __future__ import annotations

from typing import Any

from github_sandbox.rest.call import Call, Reply
from github_sandbox.rules import labels
from github_sandbox.rules.refusals import Refused
from github_sandbox.store.database import Row


def list_labels(call: Call) -> Reply:
    """Answer the repository's labels by name."""
    repository = call.repository
    sql = "SELECT * FROM labels WHERE repository_id = ? AND deleted_at IS NULL ORDER BY key"
    return call.pages(sql, [repository["id"]], lambda row: call.writer.label(row, repository))


def get_label(call: Call) -> Reply:
    """Answer one label."""
    return Reply(call.writer.label(_label(call), call.repository))


def create_label(call: Call) -> Reply:
    """Put a label on the list."""
    repository, name = call.repository, call.required("name", "Label")
    with call.hub.change(call.who) as change:
        color = call.given("color", str, labels.DEFAULT_COLOR)
        labels.create(change, repository, name, color, call.given("description"))
    return Reply(call.writer.label(_named(call, name), repository), 201)


def edit_label(call: Call) -> Reply:
    """Rename, recolour or describe a label."""
    row = _label(call)
    name = call.given("new_name")
    with call.hub.change(call.who) as change:
        labels.edit(change, row, name, call.given("color"), call.given("description"))
    return Reply(call.writer.label(_named(call, name or row["name"]), call.repository))


def delete_label(call: Call) -> Reply:
    """Take a label off the list."""
    row = _label(call)
    with call.hub.change(call.who) as change:
        labels.delete(change, row)
    return Reply(status=204)


def list_issue_labels(call: Call) -> Reply:
    """Answer the labels of an issue."""
    repository = call.repository
    sql = "SELECT labels.* FROM labels JOIN issue_labels ON label_id = labels.id WHERE issue_id = ? ORDER BY labels.id"
    return call.pages(sql, [call.issue["id"]], lambda row: call.writer.label(row, repository))


def add_issue_labels(call: Call) -> Reply:
    """Put labels on an issue, by name. An empty list takes all off: GitHub documents that, so it happens here."""
    issue, names = call.issue, _names(call)
    with call.hub.change(call.who) as change:
        found = labels.named(change, call.repository, names)
        if found:
            labels.add(change, issue, found)
        else:
            labels.replace(change, issue, [])
    return _of_issue(call, issue)


def set_issue_labels(call: Call) -> Reply:
    """Give an issue exactly these labels."""
    issue, names = call.issue, _names(call)
    with call.hub.change(call.who) as change:
        labels.replace(change, issue, labels.named(change, call.repository, names))
    return _of_issue(call, issue)


def clear_issue_labels(call: Call) -> Reply:
    """Take all labels off an issue."""
    issue = call.issue
    with call.hub.change(call.who) as change:
        labels.replace(change, issue, [])
    return Reply(status=204)


def remove_issue_label(call: Call) -> Reply:
    """Take one label off an issue. Raise Refused if it is not there."""
    issue, row = call.issue, labels.find(call.hub.db, call.repository["id"], call.path_values["name"])
    carried = {label["id"] for label in labels.of_issue(call.hub.db, issue["id"])}
    if row is None or row["id"] not in carried:
        raise Refused("not found", "Label does not exist")
    with call.hub.change(call.who) as change:
        labels.remove(change, issue, [row])
    return _of_issue(call, issue)


def _of_issue(call: Call, issue: Row) -> Reply:
    repository = call.repository
    return Reply([call.writer.label(row, repository) for row in labels.of_issue(call.hub.db, issue["id"])])


def _label(call: Call) -> Row:
    return _named(call, call.path_values["name"])


def _named(call: Call, name: str) -> Row:
    row = labels.find(call.hub.db, call.repository["id"], name)
    if row is None:
        raise Refused("not found", "Not Found")
    return row


def _names(call: Call) -> list[str]:
    given: Any = call.body if isinstance(call.body, list) else call.given("labels", list)
    if given is None:
        raise Refused("unprocessable", 'Invalid request.\n\nNo subschema in "oneOf" matched: labels are missing.')
    return [str(label.get("name", "")) if isinstance(label, dict) else str(label) for label in given]
