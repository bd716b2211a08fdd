"""Mutations of projects: each calls the rule that does it, and answers with the payload of GitHub's schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from github_sandbox.graph import nodes, project_nodes
from github_sandbox.graph.context import Context
from github_sandbox.graph.error_format import GraphRefused
from github_sandbox.graph.paging import page_of_all
from github_sandbox.graph.project_nodes import FIELD_TYPENAMES, need_scope
from github_sandbox.rules import project_items, projects
from github_sandbox.rules.changes import Change
from github_sandbox.rules.refusals import NOT_FOR_INTEGRATIONS, Refused
from github_sandbox.store.database import Row

Input = dict[str, Any]
Payload = dict[str, Any]
Mutation = Callable[[Context, Change, Input], Payload]


def _guarded(name: str, mutate: Mutation) -> Mutation:
    """Refuse tokens that have nothing to do with projects before looking for what the input names."""

    def guarded(context: Context, change: Change, given: Input) -> Payload:
        need_scope(context, name, write=True)
        if context.who.kind == "actions" or (context.who.kind == "app" and context.who.projects == "none"):
            raise GraphRefused("FORBIDDEN", NOT_FOR_INTEGRATIONS)
        return mutate(context, change, given)

    return guarded


def _row(context: Context, node_id: str, *types: str) -> Row:
    row: Row = context.node(node_id, *types)["row"]
    return row


def _project(context: Context, given: Input) -> Row:
    return _row(context, given["projectId"], "ProjectV2")


def _item(context: Context, given: Input, key: str = "itemId") -> Row:
    row, project = _row(context, given[key], "ProjectV2Item"), _project(context, given)
    if row["project_id"] != project["id"]:
        raise Refused("not found", "The item does not exist in the project")
    return row


def _shown(context: Context, row: Row) -> dict[str, Any]:
    return project_nodes.item(context, project_items.by_id(context.db, row["id"]) or row)


def _add_item(context: Context, change: Change, given: Input) -> Payload:
    project = _project(context, given)
    content = _row(context, given["contentId"], "Issue")
    return {"item": _shown(context, project_items.add_issue(change, project, content))}


def _add_draft(context: Context, change: Change, given: Input) -> Payload:
    row = project_items.add_draft(change, _project(context, given), given["title"], given.get("body") or "")
    return {"projectItem": _shown(context, row)}


def _set_value(context: Context, change: Change, given: Input) -> Payload:
    row, field = _item(context, given), _row(context, given["fieldId"], *FIELD_TYPENAMES)
    project_items.set_value(change, row, field, given["value"])
    return {"projectV2Item": _shown(context, row)}


def _clear_value(context: Context, change: Change, given: Input) -> Payload:
    row, field = _item(context, given), _row(context, given["fieldId"], *FIELD_TYPENAMES)
    project_items.clear_value(change, row, field)
    return {"projectV2Item": _shown(context, row)}


def _archive(context: Context, change: Change, given: Input) -> Payload:
    row = _item(context, given)
    project_items.archive(change, row)
    return {"item": _shown(context, row)}


def _unarchive(context: Context, change: Change, given: Input) -> Payload:
    row = _item(context, given)
    project_items.restore(change, row)
    return {"item": _shown(context, row)}


def _delete_item(context: Context, change: Change, given: Input) -> Payload:
    project_items.delete(change, _item(context, given))
    return {"deletedItemId": given["itemId"]}


def _move_item(context: Context, change: Change, given: Input) -> Payload:
    row = _item(context, given)
    project_items.move(change, row, _item(context, given, "afterId") if given.get("afterId") else None)
    sql = "SELECT * FROM project_items WHERE project_id = ? ORDER BY position"
    rows = context.db.all(sql, row["project_id"])
    return {"items": page_of_all([project_nodes.item(context, each) for each in rows])}


def _create_project(context: Context, change: Change, given: Input) -> Payload:
    row = projects.create(change, _owner(context, given["ownerId"]), given["title"])
    if given.get("repositoryId"):
        projects.link(change, row, _row(context, given["repositoryId"], "Repository"))
    return {"projectV2": project_nodes.project(context, row)}


def _owner(context: Context, node_id: str) -> Row:
    node = context.node(node_id, "Organization", "User")
    return {"id": node["databaseId"], "login": node["login"]}


def _update_project(context: Context, change: Change, given: Input) -> Payload:
    row = _project(context, given)
    names = {"title": "title", "shortDescription": "description", "readme": "readme", "public": "public"}
    columns = {column: given[name] for name, column in names.items() if given.get(name) is not None}
    if given.get("closed") is not None:
        columns["closed_at"] = change.at if given["closed"] else None
    projects.edit(change, row, **columns)
    return {"projectV2": project_nodes.project(context, projects.by_id(context.db, row["id"]))}


def _create_field(context: Context, change: Change, given: Input) -> Payload:
    options = given.get("singleSelectOptions") or ()
    row = projects.add_field(change, _project(context, given), given["name"], given["dataType"], options)
    return {"projectV2Field": project_nodes.field(context, row)}


def _update_field(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["fieldId"], *FIELD_TYPENAMES)
    projects.edit_field(change, row, given.get("name"), given.get("singleSelectOptions"))
    return {"projectV2Field": project_nodes.field(context, projects.field(context.db, row["id"]))}


def _link(linked: bool) -> Mutation:
    def mutate(context: Context, change: Change, given: Input) -> Payload:
        repository = _row(context, given["repositoryId"], "Repository")
        projects.link(change, _project(context, given), repository, linked=linked)
        return {"repository": nodes.repository(context.repo(repository["id"]), context.hub.server)}

    return mutate


def _delete_workflow(context: Context, change: Change, given: Input) -> Payload:
    node = context.node(given["workflowId"], "ProjectV2Workflow")
    projects.delete_workflow(change, node["row"])
    return {"deletedWorkflowId": given["workflowId"], "projectV2": project_nodes.project(context, node["project_row"])}


_MUTATIONS: dict[str, Mutation] = {
    "addProjectV2DraftIssue": _add_draft,
    "addProjectV2ItemById": _add_item,
    "archiveProjectV2Item": _archive,
    "clearProjectV2ItemFieldValue": _clear_value,
    "createProjectV2": _create_project,
    "createProjectV2Field": _create_field,
    "deleteProjectV2Item": _delete_item,
    "deleteProjectV2Workflow": _delete_workflow,
    "linkProjectV2ToRepository": _link(True),
    "unarchiveProjectV2Item": _unarchive,
    "unlinkProjectV2FromRepository": _link(False),
    "updateProjectV2": _update_project,
    "updateProjectV2Field": _update_field,
    "updateProjectV2ItemFieldValue": _set_value,
    "updateProjectV2ItemPosition": _move_item,
}
PROJECT_MUTATIONS = {name: _guarded(name, mutate) for name, mutate in _MUTATIONS.items()}
