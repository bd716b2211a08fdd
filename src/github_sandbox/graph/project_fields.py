"""The fields of projects, their items and values, and the way from an owner, a repository or an issue to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from github_sandbox.graph import nodes, project_nodes
from github_sandbox.graph.context import Context, Info
from github_sandbox.graph.nodes import Node
from github_sandbox.graph.paging import Connection, Listing, page, page_of
from github_sandbox.graph.project_nodes import level, need_scope
from github_sandbox.graph.repository_fields import own_repository
from github_sandbox.rules import accounts, issues, project_items, projects, repositories
from github_sandbox.rules import labels as labels_of
from github_sandbox.rules.access import Level
from github_sandbox.rules.access import level as repository_level
from github_sandbox.rules.refusals import Refused
from github_sandbox.store.clock import stamp
from github_sandbox.store.database import Row

Resolver = Callable[..., Any]
VISIBLE = "(issue_id IS NULL OR issue_id IN (SELECT id FROM issues WHERE NOT gone))"


def _organization(root: None, info: Info, login: str) -> Node:
    row = accounts.user(info.context.db, login)
    if row is None or row["type"] != "Organization":
        raise Refused("not found", f"Could not resolve to an Organization with the login of '{login}'.")
    return nodes.actor(row, info.context.hub.server)


def _owned_project(owner_id: Callable[[Node], int]) -> Resolver:
    def answer(node: Node, info: Info, number: int) -> Node:
        context = info.context
        need_scope(context, "projectV2")
        row = projects.find(context.db, owner_id(node), number)
        if row is None or level(context, row) < Level.READ:
            raise Refused("not found", f"Could not resolve to a ProjectV2 with the number {number}.")
        return project_nodes.project(context, row)

    return answer


def _owned_projects(owner_id: Callable[[Node], int], source: str) -> Resolver:
    def answer(node: Node, info: Info, **args: Any) -> Connection:
        context = info.context
        need_scope(context, "projectsV2")
        like = f"%{args.get('query') or ''}%"
        rows = context.db.all(f"SELECT * FROM {source} AND title LIKE ? ORDER BY number", owner_id(node), like)  # noqa: S608 - code only
        if args["orderBy"]["direction"] == "DESC":
            rows.reverse()
        visible = [row for row in rows if level(context, row) >= Level[args["minPermissionLevel"]]]
        return page_of(info, args, [project_nodes.project(context, row) for row in visible])

    return answer


def _issue_items(node: Node, info: Info, **args: Any) -> Connection:
    """Answer the items of an issue on boards of the repository's owner that the caller may see."""
    context = info.context
    need_scope(context, "projectItems")
    rows = project_items.of_issue(context.db, node["row"]["id"], archived=args["includeArchived"])
    own = [row for row in rows if _is_visible(context, row, node["repo"]["owner_id"])]
    return page_of(info, args, [project_nodes.item(context, row) for row in own])


def _is_visible(context: Context, item: Row, owner_id: int) -> bool:
    project = project_nodes.project_row(context, item["project_id"])
    return bool(project["owner_id"] == owner_id and level(context, project) >= Level.READ)


def _creator(node: Node, info: Info) -> Node | None:
    return info.context.actor(node["row"]["creator_id"])


def _project(node: Node, info: Info) -> Node:
    return project_nodes.project(info.context, node["project_row"])


def _owner(node: Node, info: Info) -> Node:
    return info.context.account(node["row"]["owner_id"])


def _at_least(least: Level) -> Resolver:
    def may(node: Node, info: Info) -> bool:
        return bool(level(info.context, node["project_row"]) >= least)

    return may


def _repositories(node: Node, info: Info, **args: Any) -> Connection:
    context = info.context
    sql = "SELECT repository_id FROM project_repositories WHERE project_id = ? ORDER BY repository_id"
    rows = [repositories.by_id(context.db, row["repository_id"]) for row in context.db.all(sql, node["row"]["id"])]
    seen = [row for row in rows if row and context.level(row) > Level.NONE]
    return page_of(info, args, [nodes.repository(row, context.hub.server) for row in seen])


def _fields(node: Node, info: Info, **args: Any) -> Connection:
    rows = projects.fields_of(info.context.db, node["row"]["id"])
    return page_of(info, args, [project_nodes.field(info.context, row) for row in rows])


def _field_named(node: Node, info: Info, name: str) -> Node | None:
    row = projects.field_named(info.context.db, node["row"]["id"], name)
    return project_nodes.field(info.context, row) if row else None


def _options(node: Node, info: Info, names: Sequence[str] | None = None) -> list[Node]:
    rows = projects.options_of(info.context.db, node["row"]["id"])
    return [project_nodes.option(row) for row in rows if names is None or row["name"] in names]


def _workflows(node: Node, info: Info, **args: Any) -> Connection:
    sql = "SELECT * FROM project_workflows WHERE project_id = ? ORDER BY name"
    rows = info.context.db.all(sql, node["row"]["id"])
    return page_of(info, args, [project_nodes.workflow(info.context, row) for row in rows])


def _items(node: Node, info: Info, **args: Any) -> Connection:
    """Answer the items of a project, archived ones too, in their order on the board."""
    context = info.context
    known = stamp(context.hub.clock.now() - context.hub.project_items_lag)
    source = f"project_items WHERE project_id = ? AND created_at <= ? AND {VISIBLE}"
    descending = args["orderBy"]["direction"] == "DESC"
    listing = Listing(source, (node["row"]["id"], known), "id", order="position", descending=descending)
    return page(context.db, info, args, listing, lambda row: project_nodes.item(context, row))


def _item_type(node: Node, info: Info) -> str:
    return "REDACTED" if _is_redacted(info.context, node["row"]) else str(node["row"]["type"])


def _content(node: Node, info: Info) -> Node | None:
    context, row = info.context, node["row"]
    if _is_redacted(context, row):
        return None
    if row["type"] == "DRAFT_ISSUE":
        return project_nodes.draft(row)
    if row["type"] == "PULL_REQUEST":
        return project_nodes.pull_request(context, row)
    issue = context.issue_row(row["issue_id"])
    return context.issue(issue) if issue else None


def _is_redacted(context: Context, row: Row) -> bool:
    """Return whether the content belongs to a repository whose issues the caller may not read."""
    repository_id = row["repository_id"]
    if row["type"] == "ISSUE":
        repository_id = context.db.value("SELECT repository_id FROM issues WHERE id = ?", row["issue_id"])
    if repository_id is None:
        return False
    return repository_level(context.db, context.who, context.repo(repository_id)) < Level.READ


def _field_values(node: Node, info: Info, **args: Any) -> Connection:
    return page_of(info, args, _values(info.context, node["row"]))


def _field_value_by_name(node: Node, info: Info, name: str) -> Node | None:
    return next((found for found in _values(info.context, node["row"]) if found["field_row"]["name"] == name), None)


def _values(context: Context, item: Row) -> list[Node]:
    """List the values of an item that are not empty, in the order of the fields."""
    given = {row["field_id"]: row for row in project_items.values_of(context.db, item["id"])}
    fields = context.once("fields", item["project_id"], lambda: projects.fields_of(context.db, item["project_id"]))
    found: list[Node | None] = []
    for field in fields:
        if field["id"] in given:
            found.append(project_nodes.value(context, given[field["id"]], field, item))
        elif field["name"] in projects.BUILT_IN and not _is_redacted(context, item):
            found.append(_built_in(context, field, item))
    return [value for value in found if value]


def _built_in(context: Context, field: Row, item: Row) -> Node | None:
    """Make the value of a field that shows something of the content."""
    issue = context.issue_row(item["issue_id"]) if item["issue_id"] else None
    about = {"field_row": field, "item_row": item}
    match field["data_type"]:
        case "TITLE":
            return project_nodes.title_value(context, field, item, issue["title"] if issue else item["title"] or "")
        case "REPOSITORY" if issue:
            repository = nodes.repository(context.repo(issue["repository_id"]), context.hub.server)
            return about | {"__typename": "ProjectV2ItemFieldRepositoryValue", "repository": repository}
        case "LABELS" if issue and (carried := labels_of.of_issue(context.db, issue["id"])):
            return about | {"__typename": "ProjectV2ItemFieldLabelValue", "rows": carried}
        case "ASSIGNEES" if issue and (assigned := issues.assignees_of(context.db, issue["id"])):
            return about | {"__typename": "ProjectV2ItemFieldUserValue", "rows": assigned}
    return None


def _value_field(node: Node, info: Info) -> Node:
    return project_nodes.field(info.context, node["field_row"])


def _value_item(node: Node, info: Info) -> Node:
    return project_nodes.item(info.context, node["item_row"])


def _value_labels(node: Node, info: Info, **args: Any) -> Connection:
    return page_of(info, args, [info.context.label(row) for row in node["rows"]])


def _value_users(node: Node, info: Info, **args: Any) -> Connection:
    return page_of(info, args, [nodes.actor(row, info.context.hub.server) for row in node["rows"]])


def _event_project(node: Node, info: Info) -> Node | None:
    """Answer the project of an event; null for one that is deleted, or that the caller may not see."""
    context = info.context
    row = context.db.one("SELECT * FROM projects WHERE id = ?", node["row"]["project_id"])
    return project_nodes.project(context, row) if row and level(context, row) >= Level.READ else None


def _automated(node: Node, info: Info) -> bool:
    return bool(node["row"]["automated"])


def _column(name: str) -> Resolver:
    return lambda node, info: node["row"][name]


OWNER = {
    "projectV2": _owned_project(lambda node: int(node["databaseId"])),
    "projectsV2": _owned_projects(lambda node: int(node["databaseId"]), "projects WHERE owner_id = ?"),
}
LINKED = "projects WHERE id IN (SELECT project_id FROM project_repositories WHERE repository_id = ?)"
VALUE: dict[str, Resolver] = {"creator": _creator, "field": _value_field, "item": _value_item}
EVENT: dict[str, Resolver] = {"project": _event_project, "wasAutomated": _automated}
FIELD: dict[str, Resolver] = {"project": _project}
PROJECT_FIELDS: dict[str, dict[str, Resolver]] = {
    "Query": {"organization": _organization},
    "Organization": OWNER,
    "User": OWNER,
    "Repository": {
        "projectV2": _owned_project(lambda node: int(node["row"]["owner_id"])),
        "projectsV2": _owned_projects(lambda node: int(node["row"]["id"]), LINKED),
    },
    "Issue": {
        "projectItems": _issue_items,
        "projectV2": _owned_project(lambda node: int(node["repo"]["owner_id"])),
        "projectsV2": _owned_projects(
            lambda node: int(node["row"]["id"]),
            "projects WHERE id IN (SELECT project_id FROM project_items WHERE issue_id = ?)",
        ),
    },
    "ProjectV2": {
        "creator": _creator,
        "field": _field_named,
        "fields": _fields,
        "items": _items,
        "owner": _owner,
        "repositories": _repositories,
        "viewerCanClose": _at_least(Level.ADMIN),
        "viewerCanReopen": _at_least(Level.ADMIN),
        "viewerCanUpdate": _at_least(Level.WRITE),
        "workflows": _workflows,
    },
    "ProjectV2Item": {
        "content": _content,
        "creator": _creator,
        "fieldValueByName": _field_value_by_name,
        "fieldValues": _field_values,
        "project": _project,
        "type": _item_type,
    },
    "ProjectV2Field": FIELD,
    "ProjectV2IterationField": FIELD,
    "ProjectV2SingleSelectField": {**FIELD, "options": _options},
    "ProjectV2Workflow": FIELD,
    "ProjectV2ItemFieldLabelValue": {"field": _value_field, "labels": _value_labels},
    "ProjectV2ItemFieldUserValue": {"field": _value_field, "users": _value_users},
    "ProjectV2ItemFieldRepositoryValue": {"field": _value_field},
    **dict.fromkeys(project_nodes.VALUE_TYPES.values(), VALUE),
    "DraftIssue": {"creator": _creator},
    "PullRequest": {"repository": own_repository},
    "AddedToProjectV2Event": EVENT,
    "RemovedFromProjectV2Event": EVENT,
    "ProjectV2ItemStatusChangedEvent": {
        **EVENT,
        "previousStatus": _column("previous"),
        "status": _column("current"),
    },
}
