"""Fields: what a GraphQL object tells beyond its own row.

One table says for each type which function answers which field; a field without a function is in the node itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from github_sandbox.graph import nodes
from github_sandbox.graph.context import Context, Info
from github_sandbox.graph.error_format import GraphRefused
from github_sandbox.graph.nodes import Node
from github_sandbox.graph.paging import Connection, Listing, page, page_of
from github_sandbox.graph.repository_fields import own_repository
from github_sandbox.markup import html, plain_text
from github_sandbox.rules import edits, issues
from github_sandbox.rules.access import Level, association, sees
from github_sandbox.rules.comments import REACTIONS
from github_sandbox.rules.timeline import EVENT_TYPES
from github_sandbox.store.database import Row

Resolver = Callable[..., Any]

ITEM_TYPES = {
    **{f"{kind.upper()}_EVENT": kind for kind in EVENT_TYPES},
    "RENAMED_TITLE_EVENT": "renamed",
    "ISSUE_COMMENT": "commented",
}


def _author(node: Node, info: Info) -> Node | None:
    return info.context.actor(node["row"]["author_id"])


def _editor(node: Node, info: Info) -> Node | None:
    return info.context.actor(node["row"]["editor_id"])


def _event_actor(node: Node, info: Info) -> Node | None:
    return info.context.actor(node["row"]["actor_id"])


def _event_user(node: Node, info: Info) -> Node | None:
    return info.context.actor(node["row"]["user_id"])


def _did_author(node: Node, info: Info) -> bool:
    return bool(node["row"]["author_id"] == info.context.who.user_id)


def _at_least(least: Level) -> Resolver:
    def may(node: Node, info: Info) -> bool:
        return bool(info.context.level(node["repo"]) >= least)

    return may


def _author_or(least: Level) -> Resolver:
    def may(node: Node, info: Info) -> bool:
        return _did_author(node, info) or bool(info.context.level(node["repo"]) >= least)

    return may


def _author_association(node: Node, info: Info) -> str:
    context = info.context
    return association(context.db, node["row"]["author_id"], node["repo"])


def _own_issue(node: Node, info: Info) -> Node:
    return info.context.issue(node["issue_row"])


def _text_html(node: Node, info: Info) -> str:
    return html(node["body"])


def _text_plain(node: Node, info: Info) -> str:
    return plain_text(node["body"])


def _state_reason(node: Node, info: Info, enableDuplicate: bool = False) -> str | None:  # noqa: N803 - GitHub's name
    """Enterprise Server hides the younger reason from clients that did not ask for it."""
    reason: str | None = node["row"]["state_reason"]
    named = enableDuplicate or info.context.hub.duplicates_named == "always"
    return "NOT_PLANNED" if reason == "DUPLICATE" and not named else reason


def _issue_labels(node: Node, info: Info, **args: Any) -> Connection:
    source = "labels JOIN issue_labels ON label_id = labels.id WHERE issue_id = ?"
    by_name = args["orderBy"]["field"] == "NAME"
    listing = Listing(source, (node["row"]["id"],), "labels.id", "labels.*", "labels.key" if by_name else "")
    return _ordered(info, args, listing, info.context.label)


def _issue_assignees(node: Node, info: Info, **args: Any) -> Connection:
    people = issues.assignees_of(info.context.db, node["row"]["id"])
    return page_of(info, args, [nodes.actor(row, info.context.hub.server) for row in people])


def _parent(node: Node, info: Info) -> Node | None:
    context = info.context
    row = context.issue_row(node["row"]["parent_id"]) if node["row"]["parent_id"] else None
    return context.issue(row) if row and sees(context.db, context.who, context.repo(row["repository_id"])) else None


def _sub_issues(node: Node, info: Info, **args: Any) -> Connection:
    rows = issues.sub_issues_of(info.context.db, node["row"]["id"])
    return page_of(info, args, [info.context.issue(row) for row in rows])


def _sub_issues_summary(node: Node, info: Info) -> Node:
    rows = issues.sub_issues_of(info.context.db, node["row"]["id"])
    completed = sum(row["state"] == "CLOSED" for row in rows)
    return {"completed": completed, "percentCompleted": 100 * completed // max(len(rows), 1), "total": len(rows)}


def _participants(node: Node, info: Info, **args: Any) -> Connection:
    context = info.context
    sql = "SELECT DISTINCT author_id FROM comments WHERE issue_id = ? ORDER BY id"
    ids = [node["row"]["author_id"], *(row["author_id"] for row in context.db.all(sql, node["row"]["id"]))]
    people = [context.actor(row_id) for row_id in dict.fromkeys(ids)]
    return page_of(info, args, [person for person in people if person and person["__typename"] == "User"])


def _issue_comments(node: Node, info: Info, **args: Any) -> Connection:
    context = info.context
    order = args.get("orderBy")
    by_update = "updated_at" if order else ""
    listing = Listing("comments WHERE issue_id = ?", (node["row"]["id"],), "id", order=by_update)

    def make(row: Row) -> Node:
        return context.once("comment", row["id"], lambda: context.comment(row, node["row"]))

    return _ordered(info, args, listing, make)


def _timeline(node: Node, info: Info, **args: Any) -> Connection:
    context = info.context
    source, values = "events WHERE issue_id = ?", [node["row"]["id"]]
    if args.get("since"):
        source, values = f"{source} AND created_at >= ?", [*values, args["since"]]
    if args.get("itemTypes") is not None:
        kinds = [ITEM_TYPES.get(name, "") for name in args["itemTypes"]]
        source, values = f"{source} AND kind IN ({', '.join('?' * len(kinds))})", [*values, *kinds]
    listing = Listing(source, tuple(values), "id")
    found = page(context.db, info, args, listing, lambda row: context.event(row, node["row"]))
    return replace(found, about=node["row"])


def _content_edits(node: Node, info: Info, **args: Any) -> Connection:
    context = info.context
    subject, row_id = node["subject"], node["row"]["id"]
    if node["row"]["edited_at"] is None:
        return page_of(info, args, [])
    rows = context.once("edits", (subject, row_id), lambda: edits.history(context.db, subject, row_id))
    return page_of(info, args, [nodes.edit(row) for row in rows])


def _reaction_rows(context: Context, node: Node) -> list[Row]:
    subject, row_id = node["subject"], node["row"]["id"]
    sql = "SELECT * FROM reactions WHERE subject = ? AND subject_id = ? ORDER BY id"
    return context.once("reactions", (subject, row_id), lambda: context.db.all(sql, subject, row_id))


def _reaction_groups(node: Node, info: Info) -> list[Node]:
    """List one group for each kind of reaction, also those nobody used."""
    rows, me = _reaction_rows(info.context, node), info.context.who.user_id
    groups = []
    for content in REACTIONS:
        mine = [row for row in rows if row["content"] == content]
        reacted = any(row["user_id"] == me for row in mine)
        created = mine[0]["created_at"] if mine else None
        groups.append(
            {"content": content, "viewerHasReacted": reacted, "rows": mine, "createdAt": created, "subject": node}
        )
    return groups


def _subject_groups(payload: Node, info: Info) -> list[Node]:
    return _reaction_groups(payload["subject"], info)


def _group_users(group: Node, info: Info, **args: Any) -> Connection:
    users = [{**info.context.account(row["user_id"]), "reactedAt": row["created_at"]} for row in group["rows"]]
    return page_of(info, args, users)


def _reactions(node: Node, info: Info, **args: Any) -> Connection:
    rows = [row for row in _reaction_rows(info.context, node) if args.get("content") in (None, row["content"])]
    if (args.get("orderBy") or {}).get("direction") == "DESC":
        rows = rows[::-1]
    mine = any(row["user_id"] == info.context.who.user_id for row in rows)
    return page_of(info, args, [nodes.reaction(row) for row in rows], {"mine": mine})


def _reaction_user(node: Node, info: Info) -> Node | None:
    actor: Node | None = info.context.actor(node["row"]["user_id"])
    return actor if actor and actor["__typename"] == "User" else None


def _reaction_subject(node: Node, info: Info) -> Node | None:
    context = info.context
    row, typename = node["row"], {"issue": "Issue", "comment": "IssueComment"}[node["row"]["subject"]]
    return context.find(typename, row["subject_id"])


def _event_label(node: Node, info: Info) -> Node:
    """Answer for deleted labels too, with their id; the name is the one the label had at the time."""
    context = info.context
    row = context.once("label", node["row"]["label_id"], lambda: _label_row(context, node["row"]["label_id"]))
    if row["deleted_at"] and context.hub.deleted_labels == "gone":
        raise GraphRefused("NOT_FOUND", "Could not resolve to a Label.")
    if context.hub.event_label_names == "then":
        row = row | {"name": node["row"]["label_name"], "color": node["row"]["label_color"]}
    return context.label(row)


def _label_row(context: Context, row_id: int) -> Row:
    row = context.db.one("SELECT * FROM labels WHERE id = ?", row_id)
    if row is None:
        raise LookupError(f"No label has the id {row_id}.")
    return row


def _assigned_user(node: Node, info: Info) -> Node | None:
    user = _event_user(node, info)
    return user if user and user["__typename"] == "User" else None


def _event_url(node: Node, info: Info) -> str:
    return str(info.context.hub.server + _event_path(node, info))


def _event_path(node: Node, info: Info) -> str:
    return f"/{node['repo']['full_name']}/issues/{node['issue_row']['number']}#event-{node['row']['id']}"


def _came_from(node: Node, info: Info) -> Node:
    context = info.context
    return nodes.repository(context.repo(node["row"]["repository_id"]), context.hub.server)


def _ordered(info: Info, args: dict[str, Any], listing: Listing, make: Callable[[Row], Node]) -> Connection:
    descending = (args.get("orderBy") or {}).get("direction") == "DESC"
    source = Listing(listing.source, listing.values, listing.key, listing.columns, listing.order, descending)
    return page(info.context.db, info, args, source, make)


WRITTEN: dict[str, Resolver] = {
    "author": _author,
    "editor": _editor,
    "authorAssociation": _author_association,
    "bodyHTML": _text_html,
    "bodyText": _text_plain,
    "userContentEdits": _content_edits,
    "viewerDidAuthor": _did_author,
    "reactionGroups": _reaction_groups,
    "reactions": _reactions,
    "repository": own_repository,
    "viewerCanReact": _at_least(Level.READ),
    "viewerCanUpdate": _author_or(Level.WRITE),
}
EVENT: dict[str, Resolver] = {
    "actor": _event_actor,
    "assignable": _own_issue,
    "assignee": _event_user,
    "closable": _own_issue,
    "deletedCommentAuthor": _event_user,
    "fromRepository": _came_from,
    "issue": _own_issue,
    "label": _event_label,
    "labelable": _own_issue,
    "lockable": _own_issue,
    "resourcePath": _event_path,
    "url": _event_url,
    "user": _assigned_user,
}
ISSUE_FIELDS: dict[str, dict[str, Resolver]] = {
    "Issue": {
        **WRITTEN,
        "assignees": _issue_assignees,
        "comments": _issue_comments,
        "labels": _issue_labels,
        "parent": _parent,
        "participants": _participants,
        "stateReason": _state_reason,
        "subIssues": _sub_issues,
        "subIssuesSummary": _sub_issues_summary,
        "timelineItems": _timeline,
        "viewerCanClose": _author_or(Level.TRIAGE),
        "viewerCanReopen": _at_least(Level.TRIAGE),
        "viewerCanLabel": _at_least(Level.TRIAGE),
        "viewerCanDelete": _at_least(Level.ADMIN),
    },
    "IssueComment": {
        **WRITTEN,
        "issue": _own_issue,
        "viewerCanDelete": _author_or(Level.WRITE),
        "viewerCanMinimize": _at_least(Level.WRITE),
    },
    "AddReactionPayload": {"reactionGroups": _subject_groups},
    "RemoveReactionPayload": {"reactionGroups": _subject_groups},
    "UserContentEdit": {"editor": _editor},
    "ReactionGroup": {"users": _group_users},
    "Reaction": {"user": _reaction_user, "reactable": _reaction_subject},
    **{typename: EVENT for typename in EVENT_TYPES.values() if typename != "IssueComment"},
}
