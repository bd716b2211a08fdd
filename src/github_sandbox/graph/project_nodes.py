"""Projects, items, fields and values as GraphQL objects, and who may see them over GraphQL."""

from __future__ import annotations

import json
from typing import Any

from github_sandbox.graph.context import Context
from github_sandbox.graph.error_format import GraphRefused
from github_sandbox.graph.nodes import Node
from github_sandbox.rules import accounts, project_items, projects
from github_sandbox.rules.access import Level
from github_sandbox.store.database import Row
from github_sandbox.store.ids import field_node_id, node_id

FIELD_TYPES = {"SINGLE_SELECT": "ProjectV2SingleSelectField", "ITERATION": "ProjectV2IterationField"}
VALUE_TYPES = {
    "SINGLE_SELECT": "ProjectV2ItemFieldSingleSelectValue",
    "NUMBER": "ProjectV2ItemFieldNumberValue",
    "DATE": "ProjectV2ItemFieldDateValue",
    "TEXT": "ProjectV2ItemFieldTextValue",
}
SCOPES = (
    "Your token has not been granted the required scopes to execute this query. The '{field}' field requires one of the"
    " following scopes: ['{scope}'], but your token has only been granted the: ['repo'] scopes. Please modify your"
    " token's scopes at: https://github.com/settings/tokens."
)


def need_scope(context: Context, field: str, *, write: bool = False) -> None:
    """Raise GraphRefused if a classic token lacks the scope for projects. Only GitHub's own words name it."""
    enough = ("write",) if write else ("read", "write")
    if context.who.kind == "person" and context.who.projects not in enough:
        message = SCOPES.format(field=field, scope="project" if write else "read:project")
        raise GraphRefused("INSUFFICIENT_SCOPES", message)


def level(context: Context, row: Row) -> Level:
    """Return how far the caller may go with a project."""
    return context.once("project level", row["id"], lambda: projects.level(context.db, context.who, row))


def project(context: Context, row: Row) -> Node:
    """Make a ProjectV2."""
    owner = context.once("account row", row["owner_id"], lambda: accounts.user_by_id(context.db, row["owner_id"]))
    kind = "orgs" if owner["type"] == "Organization" else "users"
    path = f"/{kind}/{owner['login']}/projects/{row['number']}"
    return {
        "__typename": "ProjectV2",
        "row": row,
        "project_row": row,
        "id": node_id("ProjectV2", row["id"]),
        "number": row["number"],
        "title": row["title"],
        "shortDescription": row["description"],
        "readme": row["readme"],
        "public": bool(row["public"]),
        "closed": row["closed_at"] is not None,
        "closedAt": row["closed_at"],
        "template": False,
        "resourcePath": path,
        "url": context.hub.server + path,
        **_ids_and_times(row),
    }


def item(context: Context, row: Row) -> Node:
    """Make a ProjectV2Item."""
    return {
        "__typename": "ProjectV2Item",
        "row": row,
        "project_row": project_row(context, row["project_id"]),
        "id": node_id("ProjectV2Item", row["id"]),
        "isArchived": row["archived_at"] is not None,
        **_ids_and_times(row),
    }


def field(context: Context, row: Row) -> Node:
    """Make a field: a ProjectV2Field, or one of the types with more to it."""
    return {
        "__typename": FIELD_TYPES.get(row["data_type"], "ProjectV2Field"),
        "row": row,
        "project_row": project_row(context, row["project_id"]),
        "id": field_node_id(row["data_type"], row["id"]),
        "name": row["name"],
        "dataType": row["data_type"],
        **_ids_and_times(row),
    }


def option(row: Row) -> Node:
    """Make a ProjectV2SingleSelectFieldOption."""
    return {**row, "nameHTML": row["name"], "descriptionHTML": row["description"]}


def value(context: Context, row: Row, field_row: Row, item_row: Row) -> Node | None:
    """Make the value of a field that people set; None for a type that the sandbox keeps no values of."""
    typename = VALUE_TYPES.get(field_row["data_type"])
    if typename is None:
        return None
    about: Node = {
        "__typename": typename, "row": row, "field_row": field_row, "item_row": item_row,
        "id": node_id(typename, row["id"]), **_ids_and_times(row),
    }  # fmt: skip
    content = json.loads(row["value"])
    if field_row["data_type"] != "SINGLE_SELECT":
        return about | {field_row["data_type"].lower(): content}
    chosen = next((each for each in projects.options_of(context.db, field_row["id"]) if each["id"] == content), None)
    return about | {**option(chosen), "id": about["id"], "optionId": chosen["id"]} if chosen else None


def title_value(context: Context, field_row: Row, item_row: Row, title: str) -> Node:
    """Make the value of the field Title: the title of the content, as a text."""
    row = {**item_row, "value": json.dumps(title)}
    return {**(value(context, row, {**field_row, "data_type": "TEXT"}, item_row) or {}), "field_row": field_row}


def draft(row: Row) -> Node:
    """Make a DraftIssue."""
    return {
        "__typename": "DraftIssue",
        "row": row,
        "id": node_id("DraftIssue", row["id"]),
        "title": row["title"],
        "body": row["body"] or "",
        "bodyText": row["body"] or "",
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
    }


def pull_request(context: Context, row: Row) -> Node:
    """Make a PullRequest, as far as the sandbox knows one."""
    repo = context.repo(row["repository_id"])
    path = f"/{repo['full_name']}/pull/{row['number']}"
    return {
        "__typename": "PullRequest",
        "row": row,
        "repo": repo,
        "id": node_id("PullRequest", row["id"]),
        "number": row["number"],
        "title": row["title"],
        "closed": False,
        "closedAt": None,
        "resourcePath": path,
        "url": context.hub.server + path,
    }


def workflow(context: Context, row: Row) -> Node:
    """Make a ProjectV2Workflow."""
    return {
        "__typename": "ProjectV2Workflow",
        "row": row,
        "project_row": project_row(context, row["project_id"]),
        "id": node_id("ProjectV2Workflow", row["id"]),
        "number": row["number"],
        "name": row["name"],
        "enabled": bool(row["enabled"]),
        **_ids_and_times(row),
    }


def project_row(context: Context, row_id: int) -> Row:
    """Read a project once in a request."""
    return context.once("project", row_id, lambda: projects.by_id(context.db, row_id))


def _find_project(context: Context, row_id: int) -> Node | None:
    row = context.db.one("SELECT * FROM projects WHERE id = ?", row_id)
    return project(context, row) if row else None


def _find_item(context: Context, row_id: int) -> Node | None:
    row = project_items.by_id(context.db, row_id)
    return item(context, row) if row else None


def _find_field(context: Context, row_id: int) -> Node | None:
    row = context.db.one("SELECT * FROM project_fields WHERE id = ?", row_id)
    return field(context, row) if row else None


def _find_workflow(context: Context, row_id: int) -> Node | None:
    row = context.db.one("SELECT * FROM project_workflows WHERE id = ?", row_id)
    return workflow(context, row) if row else None


FIELD_TYPENAMES = ("ProjectV2Field", "ProjectV2SingleSelectField", "ProjectV2IterationField")
FINDERS = {
    "ProjectV2": _find_project,
    "ProjectV2Item": _find_item,
    "ProjectV2Workflow": _find_workflow,
    **dict.fromkeys(FIELD_TYPENAMES, _find_field),
}


def _ids_and_times(row: Row) -> dict[str, Any]:
    times = {"createdAt": row["created_at"], "updatedAt": row["updated_at"]}
    return {"databaseId": row["id"], "fullDatabaseId": str(row["id"]), **times}
