"""Mutations: each one calls the rule that does it, and answers with the payload GitHub's schema promises.

Every root mutation is one act of its own: it succeeds or fails singly, and the later ones run all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from github_sandbox.graph import nodes
from github_sandbox.graph.context import Context, Info
from github_sandbox.graph.error_format import GraphRefused
from github_sandbox.graph.nodes import Node
from github_sandbox.graph.project_mutations import PROJECT_MUTATIONS
from github_sandbox.rules import comments, issues, labels
from github_sandbox.rules.changes import Change
from github_sandbox.rules.refusals import NOT_FOR_INTEGRATIONS, Refused, unresolved
from github_sandbox.store.database import Row
from github_sandbox.store.ids import read_node_id

Input = dict[str, Any]
Payload = dict[str, Any]
Mutation = Callable[[Context, Change, Input], Payload]


def resolver(name: str) -> Callable[..., Payload]:
    """Make the resolver of a root mutation."""
    mutate, type_name = MUTATIONS[name], name[:1].upper() + name[1:]

    def resolve(root: None, info: Info, **args: Input) -> Payload:
        context = info.context
        context.position += 1
        context.allow(context.position, name, str(info.path.key))
        context.forget()
        try:
            with context.hub.change(context.who) as change:
                payload = mutate(context, change, args["input"])
        except Refused as refused:
            raise _worded(refused, context, type_name) from refused
        return payload | {"clientMutationId": args["input"].get("clientMutationId")}

    return resolve


def _worded(refused: Refused, context: Context, type_name: str) -> Exception:
    if refused.kind != "no permission":
        return refused
    if context.who.is_integration:
        return GraphRefused("FORBIDDEN", NOT_FOR_INTEGRATIONS)
    message = f"{context.who.login} does not have the correct permissions to execute `{type_name}`"
    return GraphRefused("FORBIDDEN", message)


def _row(context: Context, node_id: str, *types: str) -> Row:
    row: Row = context.node(node_id, *types)["row"]
    return row


def _issue(context: Context, row: Row) -> Node:
    return context.issue(issues.by_id(context.db, row["id"]))


def _labels(context: Context, ids: list[str]) -> list[Row]:
    return [_row(context, each, "Label") for each in ids]


def _people(ids: list[str]) -> list[int]:
    found = []
    for each in ids:
        kind, database_id = read_node_id(each) or ("", 0)
        if kind not in ("User", "Bot", "Mannequin", "Organization"):
            raise unresolved("User node", each)
        found.append(database_id)
    return found


def _me(context: Context) -> Node | None:
    return context.actor(context.who.user_id)


def _add_labels(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["labelableId"], "Issue")
    labels.add(change, row, _labels(context, given["labelIds"]))
    return {"labelable": _issue(context, row)}


def _remove_labels(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["labelableId"], "Issue")
    labels.remove(change, row, _labels(context, given["labelIds"]))
    return {"labelable": _issue(context, row)}


def _clear_labels(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["labelableId"], "Issue")
    labels.replace(change, row, [])
    return {"labelable": _issue(context, row)}


def _update_issue(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["id"], "Issue")
    if given.get("title") is not None or given.get("body") is not None:
        issues.edit(change, row, given.get("title"), given.get("body"))
    if given.get("labelIds") is not None:
        labels.replace(change, row, _labels(context, given["labelIds"]))
    if given.get("assigneeIds") is not None:
        issues.set_assignees(change, row, _people(given["assigneeIds"]))
    if given.get("state") == "CLOSED" and row["state"] == "OPEN":
        issues.close(change, row)
    if given.get("state") == "OPEN":
        issues.reopen(change, row)
    return {"issue": _issue(context, row), "actor": _me(context)}


def _close_issue(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["issueId"], "Issue")
    other = _row(context, given["duplicateIssueId"], "Issue") if given.get("duplicateIssueId") else None
    issues.close(change, row, given.get("stateReason") or "COMPLETED", other)
    return {"issue": _issue(context, row)}


def _reopen_issue(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["issueId"], "Issue")
    issues.reopen(change, row)
    return {"issue": _issue(context, row)}


def _create_issue(context: Context, change: Change, given: Input) -> Payload:
    repo = _row(context, given["repositoryId"], "Repository")
    carried, people = _labels(context, given.get("labelIds") or []), _people(given.get("assigneeIds") or [])
    row_id = issues.create(change, repo, given["title"], given.get("body") or "", carried, people)
    if given.get("parentIssueId") is not None:
        parent = _row(context, given["parentIssueId"], "Issue")
        issues.add_sub_issue(change, parent, issues.by_id(context.db, row_id))
    return {"issue": context.issue(issues.by_id(context.db, row_id))}


def _delete_issue(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["issueId"], "Issue")
    issues.delete(change, row)
    return {"repository": nodes.repository(context.repo(row["repository_id"]), context.hub.server)}


def _transfer_issue(context: Context, change: Change, given: Input) -> Payload:
    row, target = _row(context, given["issueId"], "Issue"), _row(context, given["repositoryId"], "Repository")
    row_id = issues.transfer(change, row, target, create_labels=bool(given.get("createLabelsIfMissing")))
    return {"issue": context.issue(issues.by_id(context.db, row_id))}


def _add_sub_issue(context: Context, change: Change, given: Input) -> Payload:
    row, child = _row(context, given["issueId"], "Issue"), _row(context, given["subIssueId"], "Issue")
    issues.add_sub_issue(change, row, child, replace_parent=bool(given.get("replaceParent")))
    return {"issue": _issue(context, row), "subIssue": _issue(context, child)}


def _pin_issue(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["issueId"], "Issue")
    issues.pin(change, row)
    return {"issue": _issue(context, row)}


def _unpin_issue(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["issueId"], "Issue")
    issues.unpin(change, row)
    return {"issue": _issue(context, row), "id": given["issueId"]}


def _lock(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["lockableId"], "Issue")
    issues.lock(change, row, given.get("lockReason"))
    return {"lockedRecord": _issue(context, row), "actor": _me(context)}


def _unlock(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["lockableId"], "Issue")
    issues.unlock(change, row)
    return {"unlockedRecord": _issue(context, row), "actor": _me(context)}


def _assign(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["assignableId"], "Issue")
    issues.assign(change, row, _people(given["assigneeIds"]))
    return {"assignable": _issue(context, row)}


def _unassign(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["assignableId"], "Issue")
    issues.unassign(change, row, _people(given["assigneeIds"]))
    return {"assignable": _issue(context, row)}


def _comment(context: Context, row_id: int) -> Node:
    found = context.find("IssueComment", row_id)
    if found is None:
        raise LookupError(f"No comment has the id {row_id}.")
    return found


def _add_comment(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["subjectId"], "Issue")
    made = _comment(context, comments.add(change, row, given["body"]))
    edge = {"node": made, "cursor": made["id"]}
    return {"commentEdge": edge, "timelineEdge": edge, "subject": _issue(context, row)}


def _edit_comment(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["id"], "IssueComment")
    comments.edit(change, row, given["body"])
    return {"issueComment": _comment(context, row["id"])}


def _delete_comment(context: Context, change: Change, given: Input) -> Payload:
    comments.delete(change, _row(context, given["id"], "IssueComment"))
    return {}


def _minimize(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["subjectId"], "IssueComment")
    comments.minimize(change, row, given["classifier"])
    return {"minimizedComment": _comment(context, row["id"])}


def _unminimize(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["subjectId"], "IssueComment")
    comments.minimize(change, row, None)
    return {"unminimizedComment": _comment(context, row["id"])}


def _react(context: Context, change: Change, given: Input) -> Payload:
    subject = context.node(given["subjectId"], "IssueComment", "Issue")
    row_id = comments.react(change, subject["subject"], subject["row"], given["content"])
    row = context.db.one("SELECT * FROM reactions WHERE id = ?", row_id)
    return {"reaction": nodes.reaction(row) if row else None, "subject": subject}


def _unreact(context: Context, change: Change, given: Input) -> Payload:
    subject = context.node(given["subjectId"], "IssueComment", "Issue")
    row = comments.unreact(change, subject["subject"], subject["row"], given["content"])
    return {"reaction": nodes.reaction(row) if row else None, "subject": subject}


def _create_label(context: Context, change: Change, given: Input) -> Payload:
    repo = _row(context, given["repositoryId"], "Repository")
    row_id = labels.create(change, repo, given["name"], given["color"], given.get("description"))
    return {"label": context.find("Label", row_id)}


def _update_label(context: Context, change: Change, given: Input) -> Payload:
    row = _row(context, given["id"], "Label")
    labels.edit(change, row, given.get("name"), given.get("color"), given.get("description"))
    return {"label": context.find("Label", row["id"])}


def _delete_label(context: Context, change: Change, given: Input) -> Payload:
    labels.delete(change, _row(context, given["id"], "Label"))
    return {}


MUTATIONS: dict[str, Mutation] = {
    "addAssigneesToAssignable": _assign,
    "addComment": _add_comment,
    "addLabelsToLabelable": _add_labels,
    "addReaction": _react,
    "clearLabelsFromLabelable": _clear_labels,
    "closeIssue": _close_issue,
    "createIssue": _create_issue,
    "createLabel": _create_label,
    "deleteIssue": _delete_issue,
    "deleteIssueComment": _delete_comment,
    "deleteLabel": _delete_label,
    "lockLockable": _lock,
    "minimizeComment": _minimize,
    "pinIssue": _pin_issue,
    "removeAssigneesFromAssignable": _unassign,
    "removeLabelsFromLabelable": _remove_labels,
    "removeReaction": _unreact,
    "reopenIssue": _reopen_issue,
    "addSubIssue": _add_sub_issue,
    "transferIssue": _transfer_issue,
    "unlockLockable": _unlock,
    "unminimizeComment": _unminimize,
    "unpinIssue": _unpin_issue,
    "updateIssue": _update_issue,
    "updateIssueComment": _edit_comment,
    "updateLabel": _update_label,
    **PROJECT_MUTATIONS,
}
