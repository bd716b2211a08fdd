"""Issues over REST: listing, opening, changing, locking, assigning, and their timeline."""

from __future__ import annotations

from typing import Any

from github_sandbox.rest.call import Call, Reply
from github_sandbox.rules import accounts, comments, issues, labels
from github_sandbox.rules.access import Level, is_member
from github_sandbox.rules.changes import Change
from github_sandbox.rules.refusals import Refused, invalid
from github_sandbox.rules.repositories import by_id
from github_sandbox.rules.timeline import EVENT_TYPES
from github_sandbox.store.clock import read, stamp
from github_sandbox.store.database import Row
from github_sandbox.store.ids import node_id

SORTS = {"created": "created_at", "updated": "updated_at", "comments": "comment_count"}
REASONS = {"completed": "COMPLETED", "not_planned": "NOT_PLANNED", "duplicate": "DUPLICATE", "reopened": "REOPENED"}


def list_issues(call: Call) -> Reply:
    """Answer the repository's issues, newest first; open ones unless asked for others."""
    repository = call.readable
    sql, values = "SELECT * FROM issues WHERE repository_id = ? AND NOT gone", [repository["id"]]
    for more, value in _filters(call, repository):
        sql, values = sql + more, [*values, *value]
    by = SORTS.get(call.query.get("sort", "created"), "created_at")
    way = "ASC" if call.query.get("direction") == "asc" else "DESC"
    return call.pages(f"{sql} ORDER BY {by} {way}, id {way}", values, lambda row: call.writer.issue(row, repository))


def _filters(call: Call, repository: Row) -> list[tuple[str, list[Any]]]:
    filters: list[tuple[str, list[Any]]] = []
    state = call.query.get("state", "open")
    if state != "all":
        filters.append((" AND state = ?", [state.upper()]))
    for name in filter(None, call.query.get("labels", "").split(",")):
        label = labels.find(call.hub.db, repository["id"], name)
        carried = " AND id IN (SELECT issue_id FROM issue_labels WHERE label_id = ?)"
        filters.append((carried, [label["id"] if label else 0]))
    if call.query.get("since"):
        filters.append((" AND updated_at >= ?", [_time(call.query["since"])]))
    for name, column in (("creator", " AND author_id = ?"), ("assignee", "")):
        login = call.query.get(name)
        if login:
            user = accounts.user(call.hub.db, login)
            assigned = " AND id IN (SELECT issue_id FROM assignees WHERE user_id = ?)"
            filters.append((column or assigned, [user["id"] if user else 0]))
    return filters


def get_issue(call: Call) -> Reply:
    """Answer one issue."""
    return Reply(_written(call, call.issue))


def create_issue(call: Call) -> Reply:
    """Open an issue. Labels and assignees of somebody who may not set them are dropped silently."""
    repository = call.readable
    title = str(call.required("title", "Issue"))
    with call.hub.change(call.who) as change:
        may = change.may(repository, Level.TRIAGE)
        carried = labels.named(change, repository, _names(call)) if may else []
        people = _people(change, call.given("assignees", list, [])) if may else []
        row_id = issues.create(change, repository, title, call.given("body", str, ""), carried, people)
    return Reply(_written(call, issues.by_id(call.hub.db, row_id)), 201)


def edit_issue(call: Call) -> Reply:
    """Change title, body, state, labels and assignees, each as far as it is given."""
    issue = call.issue
    title, body = call.given("title"), call.given("body")
    with call.hub.change(call.who) as change:
        may = change.may(change.repository(issue["repository_id"]), Level.TRIAGE)
        if title is not None or body is not None or not may:
            issues.edit(change, issue, title, body)
        if call.given("labels", list) is not None and may:
            labels.replace(change, issue, labels.named(change, call.repository, _names(call)))
        if call.given("assignees", list) is not None and may:
            issues.set_assignees(change, issue, _people(change, call.given("assignees", list)))
        _set_state(change, issue, call.given("state"), call.given("state_reason"))
    return Reply(_written(call, issues.by_id(call.hub.db, issue["id"])))


def _set_state(change: Change, issue: Row, state: str | None, reason: str | None) -> None:
    if state not in (None, "open", "closed"):
        raise invalid("Issue", "state", "invalid", "State is invalid")
    if reason is not None and reason not in REASONS:
        raise invalid("Issue", "state_reason", "invalid", "State reason is invalid")
    if state == "closed" and (reason or issue["state"] == "OPEN"):
        issues.close(change, issue, REASONS[reason or "completed"])
    if state == "open":
        issues.reopen(change, issue)


def add_assignees(call: Call) -> Reply:
    """Assign people; whoever cannot be assigned is left out."""
    issue = call.issue
    with call.hub.change(call.who) as change:
        issues.assign(change, issue, _people(change, call.given("assignees", list, [])))
    return Reply(_written(call, issues.by_id(call.hub.db, issue["id"])), 201)


def remove_assignees(call: Call) -> Reply:
    """Take people off an issue."""
    issue = call.issue
    with call.hub.change(call.who) as change:
        issues.unassign(change, issue, _people(change, call.given("assignees", list, [])))
    return Reply(_written(call, issues.by_id(call.hub.db, issue["id"])))


def check_assignee(call: Call) -> Reply:
    """Return whether somebody can be assigned here."""
    user = accounts.user(call.hub.db, call.path_values["login"])
    if user is None or not is_member(call.hub.db, user["id"], call.readable):
        raise Refused("not found", "Not Found")
    return Reply(status=204)


def lock_issue(call: Call) -> Reply:
    """Lock an issue."""
    reason = call.given("lock_reason")
    word = reason.upper().replace("-", "_").replace(" ", "_") if reason else None
    if word is not None and word not in issues.LOCK_REASONS:
        raise invalid("Issue", "lock_reason", "invalid", "Lock reason is invalid")
    with call.hub.change(call.who) as change:
        issues.lock(change, call.issue, word)
    return Reply(status=204)


def unlock_issue(call: Call) -> Reply:
    """Unlock an issue."""
    with call.hub.change(call.who) as change:
        issues.unlock(change, call.issue)
    return Reply(status=204)


def list_timeline(call: Call) -> Reply:
    """Answer all that happened to an issue, comments included, oldest first."""
    issue = call.issue
    sql = "SELECT * FROM events WHERE issue_id = ? ORDER BY id"
    return call.pages(sql, [issue["id"]], lambda row: _event(call, row, issue))


def list_issue_events(call: Call) -> Reply:
    """Answer the events of an issue, oldest first."""
    issue = call.issue
    sql = "SELECT * FROM events WHERE issue_id = ? AND kind != 'commented' ORDER BY id"
    return call.pages(sql, [issue["id"]], lambda row: _event(call, row, issue))


def list_repository_events(call: Call) -> Reply:
    """Answer the events of all issues of a repository, newest first, each with its issue."""
    repository = call.readable
    sql = (
        "SELECT events.* FROM events JOIN issues ON issues.id = issue_id"
        " WHERE issues.repository_id = ? AND NOT gone AND kind != 'commented' ORDER BY events.id DESC"
    )

    def make(row: Row) -> dict[str, Any]:
        issue = issues.by_id(call.hub.db, row["issue_id"])
        return _event(call, row, issue) | {"issue": call.writer.issue(issue, repository)}

    return call.pages(sql, [repository["id"]], make)


def _event(call: Call, row: Row, issue: Row) -> dict[str, Any]:
    repository = by_id(call.hub.db, issue["repository_id"]) or {}
    if row["kind"] == "commented":
        comment = comments.find(call.hub.db, row["comment_id"])
        written = call.writer.comment(comment, issue, repository) if comment else {}
        return {"event": "commented", "actor": call.writer.user(row["actor_id"]), **written}
    event = {
        "id": row["id"],
        "node_id": node_id(EVENT_TYPES[row["kind"]], row["id"]),
        "url": f"{call.writer.repository_url(repository)}/issues/events/{row['id']}",
        "actor": call.writer.user(row["actor_id"]),
        "event": row["kind"],
        "commit_id": None,
        "commit_url": None,
        "created_at": row["created_at"],
        "performed_via_github_app": None,
    }
    return event | _particulars(call, row)


def _particulars(call: Call, row: Row) -> dict[str, Any]:
    match row["kind"]:
        case "labeled" | "unlabeled":
            return {"label": {"name": row["label_name"], "color": row["label_color"]}}
        case "assigned" | "unassigned":
            return {"assignee": call.writer.user(row["user_id"]), "assigner": call.writer.user(row["actor_id"])}
        case "renamed":
            return {"rename": {"from": row["previous"], "to": row["current"]}}
        case "closed" | "reopened":
            return {"state_reason": row["reason"].lower() if row["reason"] else None}
        case "locked":
            return {"lock_reason": row["reason"].lower() if row["reason"] else None}
    return {}


def _written(call: Call, row: Row) -> dict[str, Any]:
    return call.writer.issue(row, by_id(call.hub.db, row["repository_id"]) or {})


def _names(call: Call) -> list[str]:
    given = call.given("labels", list, [])
    return [str(label.get("name", "")) if isinstance(label, dict) else str(label) for label in given]


def _people(change: Change, logins: list[str]) -> list[int]:
    users = [accounts.user(change.db, str(login)) for login in logins]
    return [user["id"] for user in users if user]


def _time(text: str) -> str:
    try:
        return stamp(read(text))
    except ValueError as error:
        raise Refused("unprocessable", f"{text!r} is not a time like 2026-11-23T10:00:00Z") from error
