"""Comments and reactions: writing, editing, deleting, hiding, by GitHub's rules.

Knows who may: whoever reads, comments; the author, and whoever may write, can change it.
"""

from __future__ import annotations

from github_sandbox.rules import edits
from github_sandbox.rules.access import Level
from github_sandbox.rules.changes import Change
from github_sandbox.rules.issues import by_id, may_speak
from github_sandbox.rules.refusals import Refused, invalid, no_permission
from github_sandbox.store.database import Database, Row

REACTIONS = ("THUMBS_UP", "THUMBS_DOWN", "LAUGH", "HOORAY", "CONFUSED", "HEART", "ROCKET", "EYES")
"""In the order in which GitHub lists the groups."""


def find(db: Database, row_id: int) -> Row | None:
    """Find a comment by its database id."""
    sql = "SELECT comments.* FROM comments JOIN issues ON issues.id = issue_id WHERE comments.id = ? AND NOT gone"
    return db.one(sql, row_id)


def add(change: Change, issue: Row, body: str) -> int:
    """Write a comment and return its id. Raise Refused for an empty or overlong text, or a locked issue."""
    repository = change.repository(issue["repository_id"])
    may_speak(change, repository, "comment")
    if issue["locked"] and not change.may(repository, Level.WRITE):
        raise Refused("forbidden", "Unable to create comment because issue is locked.")
    _check(body)
    times = {"created_at": change.at, "updated_at": change.at}
    row_id = change.db.insert("comments", issue_id=issue["id"], author_id=change.who.user_id, body=body, **times)
    change.note(issue["id"], "commented", comment_id=row_id)
    change.db.run("UPDATE issues SET comment_count = comment_count + 1 WHERE id = ?", issue["id"])
    change.touch(issue)
    change.announce("issue_comment", "created", repository["id"], issue_id=issue["id"], comment_id=row_id)
    return row_id


def edit(change: Change, comment: Row, body: str) -> None:
    """Change a comment's text. The same text again changes nothing."""
    issue = _issue_for(change, comment, "edit the comments of others")
    _check(body)
    if body == comment["body"]:
        return
    edits.record(change, "comment", comment, body)
    edited = {"body": body, "updated_at": change.at, "editor_id": change.who.user_id, "edited_at": change.at}
    change.db.update("comments", comment["id"], **edited)
    change.touch(issue)
    parts = {"issue_id": issue["id"], "comment_id": comment["id"], "changes": {"body": {"from": comment["body"]}}}
    change.announce("issue_comment", "edited", issue["repository_id"], **parts)


def delete(change: Change, comment: Row) -> None:
    """Delete a comment; the timeline keeps whose it was."""
    issue = _issue_for(change, comment, "delete the comments of others")
    change.db.run("DELETE FROM comments WHERE id = ?", comment["id"])
    change.db.run("DELETE FROM events WHERE comment_id = ?", comment["id"])
    change.db.run("DELETE FROM reactions WHERE subject = 'comment' AND subject_id = ?", comment["id"])
    change.db.run("DELETE FROM edits WHERE subject = 'comment' AND subject_id = ?", comment["id"])
    change.note(issue["id"], "comment_deleted", user_id=comment["author_id"])
    change.db.run("UPDATE issues SET comment_count = comment_count - 1 WHERE id = ?", issue["id"])
    change.touch(issue)
    change.announce("issue_comment", "deleted", issue["repository_id"], issue_id=issue["id"], comment=comment)


def minimize(change: Change, comment: Row, reason: str | None) -> None:
    """Hide a comment for `reason` (RESOLVED, OUTDATED ...), or show it again with None."""
    issue = by_id(change.db, comment["issue_id"])
    change.need(change.repository(issue["repository_id"]), Level.WRITE, "hide comments")
    change.db.update("comments", comment["id"], minimized_reason=reason)


def react(change: Change, subject: str, row: Row, content: str) -> int:
    """Put a reaction on an issue or comment and return its id; the same one twice is one."""
    _need_to_react(change, subject, row)
    have = _reaction(change, subject, row, content)
    if have:
        return int(have["id"])
    known = {"subject": subject, "subject_id": row["id"], "user_id": change.who.user_id, "content": content}
    return change.db.insert("reactions", **known, created_at=change.at)


def unreact(change: Change, subject: str, row: Row, content: str) -> Row | None:
    """Remove the caller's own reaction and return it; None if there was none."""
    _need_to_react(change, subject, row)
    have = _reaction(change, subject, row, content)
    if have:
        change.db.run("DELETE FROM reactions WHERE id = ?", have["id"])
    return have


def _reaction(change: Change, subject: str, row: Row, content: str) -> Row | None:
    sql = "SELECT * FROM reactions WHERE subject = ? AND subject_id = ? AND content = ? AND user_id = ?"
    return change.db.one(sql, subject, row["id"], content, change.who.user_id)


def _need_to_react(change: Change, subject: str, row: Row) -> None:
    issue = row if subject == "issue" else by_id(change.db, row["issue_id"])
    repository = change.repository(issue["repository_id"])
    may_speak(change, repository, "react")
    if issue["locked"] and not change.may(repository, Level.WRITE):
        raise Refused("forbidden", "Unable to react because issue is locked.")


def _issue_for(change: Change, comment: Row, what: str) -> Row:
    issue = by_id(change.db, comment["issue_id"])
    repository = change.repository(issue["repository_id"])
    may_speak(change, repository, what)
    if comment["author_id"] != change.who.user_id and not change.may(repository, Level.WRITE):
        raise no_permission(f"{change.who.login} may not {what}: that takes write.")
    return issue


def _check(body: str) -> None:
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field", "Body cannot be blank")
    edits.check_body("IssueComment", body)
