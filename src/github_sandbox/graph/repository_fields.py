"""The fields of the query root and of repositories with their lists. Files are in `git_fields`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from github_sandbox.graph import nodes
from github_sandbox.graph.context import Context, Info
from github_sandbox.graph.error_format import GraphRefused
from github_sandbox.graph.nodes import Node
from github_sandbox.graph.paging import Connection, Listing, page, page_of
from github_sandbox.rules import accounts, files, issues, labels, repositories
from github_sandbox.rules.access import Level, base_level
from github_sandbox.rules.refusals import NOT_FOR_INTEGRATIONS, Refused
from github_sandbox.store import ids
from github_sandbox.store.database import Row

Resolver = Callable[..., Any]
ISSUE_ORDERS = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "COMMENTS": "comment_count"}


def _viewer(root: None, info: Info) -> Node:
    """Answer as GitHub does: even a bot is a User here, under its full name."""
    context = info.context
    row = accounts.user_by_id(context.db, context.who.user_id)
    return nodes.actor(row, context.hub.server) | {"__typename": "User", "login": context.who.login}


def _repository(root: None, info: Info, owner: str, name: str, **args: Any) -> Node:
    context = info.context
    row = repositories.visible(context.db, context.who, f"{owner}/{name}")
    return nodes.repository(row, context.hub.server)


def _node(root: None, info: Info, **args: str) -> Node:
    return info.context.node(args["id"])


def _nodes(root: None, info: Info, **args: list[str]) -> list[Node | Exception]:
    found: list[Node | Exception] = []
    for node_id in args["ids"]:
        try:
            found.append(info.context.node(node_id))
        except Refused as refused:
            found.append(refused)
    return found


def _user(root: None, info: Info, login: str) -> Node:
    return _account(info, login, ("User",), "User")


def _owner(root: None, info: Info, login: str) -> Node | None:
    return _account(info, login, ("User", "Organization"), "RepositoryOwner")


def _account(info: Info, login: str, types: tuple[str, ...], what: str) -> Node:
    row = accounts.user(info.context.db, login)
    if row is None or row["type"] not in types:
        raise Refused("not found", f"Could not resolve to a {what} with the login of '{login}'.")
    return nodes.actor(row, info.context.hub.server)


def _rate_limit(root: None, info: Info, **args: Any) -> Node:
    context = info.context
    return {**context.rate, "cost": context.cost.points, "nodeCount": context.cost.nodes}


def _repository_of_owner(node: Node, info: Info, name: str, **args: Any) -> Node:
    return _repository(None, info, node["login"], name)


def _is_viewer(node: Node, info: Info) -> bool:
    return bool(node["databaseId"] == info.context.who.user_id)


def _repository_owner(node: Node, info: Info) -> Node | None:
    return info.context.actor(node["row"]["owner_id"])


def own_repository(node: Node, info: Info) -> Node:
    """Answer the repository that a thing belongs to."""
    return nodes.repository(node["repo"], info.context.hub.server)


def _issue(node: Node, info: Info, number: int) -> Node:
    context = info.context
    context.need_issues(node["row"])
    return context.issue(issues.find(context.db, node["row"], number))


def _issues(node: Node, info: Info, **args: Any) -> Connection:
    context = info.context
    context.need_issues(node["row"])
    wanted = [*(args.get("labels") or ())]
    if wanted or (args.get("filterBy") or {}).get("labels"):
        # The plus keeps SQLite from walking every issue in order to find the few with the label.
        return _filtered(info, args, "issues WHERE +repository_id = ? AND NOT gone", [node["row"]["id"]], node["row"])
    return _filtered(info, args, "issues WHERE repository_id = ? AND NOT gone", [node["row"]["id"]], node["row"])


def _label_issues(node: Node, info: Info, **args: Any) -> Connection:
    source = "issues WHERE id IN (SELECT issue_id FROM issue_labels WHERE label_id = ?) AND NOT gone"
    return _filtered(info, args, source, [node["row"]["id"]], node["repo"])


def _filtered(info: Info, args: dict[str, Any], source: str, values: list[Any], repo: Row) -> Connection:
    for condition, more in _conditions(info.context, repo, args):
        source, values = f"{source} AND {condition}", [*values, *more]
    order = args.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    by, descending = ISSUE_ORDERS[order["field"]], order["direction"] == "DESC"
    listing = Listing(source, tuple(values), "id", order=by, descending=descending)
    return page(info.context.db, info, args, listing, info.context.issue)


def _conditions(context: Context, repo: Row, args: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    filters = args.get("filterBy") or {}
    for states in (args.get("states"), filters.get("states")):
        if states:
            yield f"state IN ({_marks(states)})", states
    if args.get("labels"):
        yield _carrying(context, repo, args["labels"])
    for name in filters.get("labels") or ():
        yield _carrying(context, repo, [name])
    if filters.get("since"):
        yield "updated_at >= ?", [filters["since"]]
    if filters.get("createdBy"):
        yield "author_id = ?", [_user_id(context, filters["createdBy"])]
    if "assignee" in filters:
        yield _assigned(context, filters["assignee"])


def _carrying(context: Context, repo: Row, names: list[str]) -> tuple[str, list[Any]]:
    found = [label["id"] for name in names if (label := labels.find(context.db, repo["id"], name))]
    return f"id IN (SELECT issue_id FROM issue_labels WHERE label_id IN ({_marks(found)}))", found  # noqa: S608 - request marks only


def _assigned(context: Context, login: str | None) -> tuple[str, list[Any]]:
    if login is None:
        return "id NOT IN (SELECT issue_id FROM assignees)", []
    if login == "*":
        return "id IN (SELECT issue_id FROM assignees)", []
    return "id IN (SELECT issue_id FROM assignees WHERE user_id = ?)", [_user_id(context, login)]


def _marks(values: list[Any]) -> str:
    return ", ".join("?" * len(values))


def _user_id(context: Context, login: str) -> int:
    user = accounts.user(context.db, login)
    return int(user["id"]) if user else 0


def _pinned(node: Node, info: Info, **args: Any) -> Connection:
    context = info.context
    sql = "SELECT * FROM issues WHERE repository_id = ? AND pinned_at IS NOT NULL AND NOT gone ORDER BY pinned_at, id"
    rows = context.db.all(sql, node["row"]["id"])
    pins = [{"row": row, "id": ids.node_id("PinnedIssue", row["id"]), "databaseId": row["id"]} for row in rows]
    return page_of(info, args, [{**pin, "repo": node["row"]} for pin in pins])


def _label(node: Node, info: Info, name: str) -> Node | None:
    context = info.context
    row = labels.find(context.db, node["row"]["id"], name)
    return context.label(row) if row else None


def _labels(node: Node, info: Info, **args: Any) -> Connection:
    source, values = "labels WHERE repository_id = ? AND deleted_at IS NULL", [node["row"]["id"]]
    if args.get("query"):
        like = f"%{args['query']}%"
        source, values = f"{source} AND (name LIKE ? OR description LIKE ?)", [*values, like, like]
    by = args["orderBy"] or {"field": "CREATED_AT", "direction": "ASC"}
    order, descending = ("key" if by["field"] == "NAME" else ""), by["direction"] == "DESC"
    listing = Listing(source, tuple(values), "id", order=order, descending=descending)
    return page(info.context.db, info, args, listing, info.context.label)


def _collaborators(node: Node, info: Info, **args: Any) -> Connection:
    """Answer people with their roles; users report that tokens of Actions and apps are refused."""
    context = info.context
    if context.who.is_integration and not node["row"]["collaborators_readable"]:
        raise GraphRefused("FORBIDDEN", NOT_FOR_INTEGRATIONS)
    if not context.who.is_integration and context.level(node["row"]) < Level.WRITE:
        raise GraphRefused("FORBIDDEN", "Must have push access to view repository collaborators.")
    people = []
    for row in repositories.collaborators(context.db, node["row"]):
        if _matches(row, args.get("login"), args.get("query")):
            permission = base_level(context.db, row["role"]).name
            people.append({**nodes.actor(row, context.hub.server), "permission": permission})
    return page_of(info, args, people)


def _matches(row: Row, login: str | None, query: str | None) -> bool:
    if login is not None and row["login"].casefold() != login.casefold():
        return False
    return query is None or query.casefold() in f"{row['login']} {row['name']}".casefold()


def _assignable(node: Node, info: Info, **args: Any) -> Connection:
    rows = repositories.collaborators(info.context.db, node["row"])
    chosen = [row for row in rows if _matches(row, None, args.get("query"))]
    return page_of(info, args, [nodes.actor(row, info.context.hub.server) for row in chosen])


def _permission(node: Node, info: Info) -> str | None:
    have = info.context.level(node["row"])
    return have.name if have else None


def _is_admin(node: Node, info: Info) -> bool:
    return bool(info.context.level(node["row"]) >= Level.ADMIN)


def _is_empty(node: Node, info: Info) -> bool:
    return files.head(info.context.db, node["row"]) is None


def _pinned_issue(node: Node, info: Info) -> Node:
    return info.context.issue(node["row"])


def _pinned_by(node: Node, info: Info) -> Node | None:
    return info.context.actor(node["row"]["pinned_by"])


REPOSITORY_FIELDS: dict[str, dict[str, Resolver]] = {
    "Query": {
        "viewer": _viewer,
        "repository": _repository,
        "node": _node,
        "nodes": _nodes,
        "rateLimit": _rate_limit,
        "user": _user,
        "repositoryOwner": _owner,
    },
    "User": {"repository": _repository_of_owner, "isViewer": _is_viewer},
    "Organization": {"repository": _repository_of_owner},
    "Repository": {
        "assignableUsers": _assignable,
        "collaborators": _collaborators,
        "isEmpty": _is_empty,
        "issue": _issue,
        "issues": _issues,
        "label": _label,
        "labels": _labels,
        "owner": _repository_owner,
        "pinnedIssues": _pinned,
        "viewerCanAdminister": _is_admin,
        "viewerPermission": _permission,
    },
    "Label": {"issues": _label_issues, "repository": own_repository},
    "PinnedIssue": {"issue": _pinned_issue, "pinnedBy": _pinned_by, "repository": own_repository},
}
