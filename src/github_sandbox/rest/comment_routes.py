"""Comments and reactions over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from github_sandbox.json_writer import REACTION_NAMES
from github_sandbox.rest.call import Call, Reply
from github_sandbox.rules import comments, issues
from github_sandbox.rules.refusals import Refused, invalid
from github_sandbox.store.database import Row

CONTENTS = {name: content for content, name in REACTION_NAMES.items()}


def list_comments(call: Call) -> Reply:
    """Answer the comments of an issue, oldest first."""
    issue = call.issue
    sql, values = "SELECT * FROM comments WHERE issue_id = ?", [issue["id"]]
    if call.query.get("since"):
        sql, values = f"{sql} AND updated_at >= ?", [*values, call.query["since"]]
    return call.pages(f"{sql} ORDER BY id", values, lambda row: call.writer.comment(row, issue, call.repository))


def list_repository_comments(call: Call) -> Reply:
    """Answer the comments of all issues of a repository, oldest first."""
    repository = call.readable
    sql = "SELECT comments.* FROM comments JOIN issues ON issues.id = issue_id WHERE repository_id = ? AND NOT gone"
    return call.pages(f"{sql} ORDER BY comments.id", [repository["id"]], lambda row: _written(call, row))


def get_comment(call: Call) -> Reply:
    """Answer one comment."""
    return Reply(_written(call, _comment(call)))


def create_comment(call: Call) -> Reply:
    """Write a comment."""
    issue, body = call.issue, call.required("body", "IssueComment")
    with call.hub.change(call.who) as change:
        row_id = comments.add(change, issue, body)
    return Reply(_written(call, _by_id(call, row_id)), 201)


def edit_comment(call: Call) -> Reply:
    """Change a comment."""
    row, body = _comment(call), call.required("body", "IssueComment")
    with call.hub.change(call.who) as change:
        comments.edit(change, row, body)
    return Reply(_written(call, _by_id(call, row["id"])))


def delete_comment(call: Call) -> Reply:
    """Delete a comment."""
    row = _comment(call)
    with call.hub.change(call.who) as change:
        comments.delete(change, row)
    return Reply(status=204)


def list_reactions(subject: str) -> Callable[[Call], Reply]:
    """Make the answer that lists reactions on an issue or comment."""

    def answer(call: Call) -> Reply:
        row, sql = _subject(call, subject), "SELECT * FROM reactions WHERE subject = ? AND subject_id = ?"
        values: list[Any] = [subject, row["id"]]
        if call.query.get("content"):
            sql, values = f"{sql} AND content = ?", [*values, CONTENTS.get(call.query["content"])]
        return call.pages(f"{sql} ORDER BY id", values, call.writer.reaction)

    return answer


def create_reaction(subject: str) -> Callable[[Call], Reply]:
    """Make the answer that puts a reaction on an issue or comment: 201, or 200 if it was there."""

    def answer(call: Call) -> Reply:
        row, content = _subject(call, subject), CONTENTS.get(call.required("content", "Reaction"))
        if content is None:
            raise invalid("Reaction", "content", "invalid", "Content is invalid")
        before = call.hub.db.value("SELECT max(id) AS id FROM reactions") or 0
        with call.hub.change(call.who) as change:
            row_id = comments.react(change, subject, row, content)
        made = call.hub.db.one("SELECT * FROM reactions WHERE id = ?", row_id) or {}
        return Reply(call.writer.reaction(made), 201 if row_id > before else 200)

    return answer


def delete_reaction(subject: str) -> Callable[[Call], Reply]:
    """Make the answer that takes one's own reaction back."""

    def answer(call: Call) -> Reply:
        row = _subject(call, subject)
        sql = "SELECT * FROM reactions WHERE id = ? AND subject = ? AND subject_id = ?"
        reaction = call.hub.db.one(sql, int(call.path_values["reaction"]), subject, row["id"])
        if reaction is None:
            raise Refused("not found", "Not Found")
        if reaction["user_id"] != call.who.user_id:
            raise Refused("no permission", f"{call.who.login} may not take back the reactions of others.")
        with call.hub.change(call.who) as change:
            comments.unreact(change, subject, row, reaction["content"])
        return Reply(status=204)

    return answer


def _subject(call: Call, subject: str) -> Row:
    return call.issue if subject == "issue" else _comment(call)


def _comment(call: Call) -> Row:
    repository = call.readable
    row = comments.find(call.hub.db, int(call.path_values["id"]))
    if row is None or issues.by_id(call.hub.db, row["issue_id"])["repository_id"] != repository["id"]:
        raise Refused("not found", "Not Found")
    return row


def _by_id(call: Call, row_id: int) -> Row:
    row = comments.find(call.hub.db, row_id)
    if row is None:
        raise LookupError(f"No comment has the id {row_id}.")
    return row


def _written(call: Call, row: Row) -> dict[str, Any]:
    return call.writer.comment(row, issues.by_id(call.hub.db, row["issue_id"]), call.repository)
