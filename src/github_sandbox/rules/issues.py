"""Issues: opening, editing, closing, assigning, locking, pinning, transferring, by GitHub's rules.

Knows what each act writes, notes in the timeline and announces. Labels and comments have modules of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from github_sandbox.rules import edits, labels
from github_sandbox.rules.access import Level, is_assignable, is_member
from github_sandbox.rules.changes import Change
from github_sandbox.rules.refusals import Moved, Refused, invalid, no_permission
from github_sandbox.store.database import Database, Row

MAX_TITLE, MAX_ASSIGNEES, MAX_PINNED = 256, 10, 3
LOCK_REASONS = ("OFF_TOPIC", "RESOLVED", "SPAM", "TOO_HEATED")


def find(db: Database, repository: Row, number: int) -> Row:
    """Find an issue by number. Raise Moved for a transferred one, Refused for one that never was or was deleted."""
    row = db.one("SELECT * FROM issues WHERE repository_id = ? AND number = ?", repository["id"], number)
    message = f"Could not resolve to an Issue with the number of {number}."
    if row is None:
        raise Refused("not found", message)
    if row["moved_to"]:
        there = locate(db, row["moved_to"])
        raise Moved(message, there["repository"], there["number"])
    if row["gone"]:
        raise Refused("gone", message)
    return row


def locate(db: Database, row_id: int) -> Row:
    """Return the `repository` (owner/name) and `number` of an issue."""
    sql = (
        "SELECT login || '/' || repositories.name AS repository, number FROM issues"
        " JOIN repositories ON repositories.id = repository_id JOIN users ON users.id = owner_id WHERE issues.id = ?"
    )
    row = db.one(sql, row_id)
    if row is None:
        raise LookupError(f"No issue has the id {row_id}.")
    return row


def may_speak(change: Change, repository: Row, what: str) -> None:
    """Raise Refused unless this identity may open issues and comment: readers may, a token needs `issues: write`."""
    change.need(repository, Level.WRITE if change.who.is_integration else Level.READ, what)


def create(
    change: Change,
    repository: Row,
    title: str,
    body: str = "",
    with_labels: Sequence[Row] = (),
    assignees: Sequence[int] = (),
    *,
    by_form: bool = False,
) -> int:
    """Open an issue and return its id. An issue form may put its labels whoever opens it."""
    may_speak(change, repository, "open issues")
    _check_title(title)
    edits.check_body("Issue", body)
    number = repository["next_number"]
    change.db.update("repositories", repository["id"], next_number=number + 1)
    row_id = change.db.insert(
        "issues",
        repository_id=repository["id"],
        number=number,
        title=title,
        body=body,
        author_id=change.who.user_id,
        created_at=change.at,
        updated_at=change.at,
    )
    change.announce("issues", "opened", repository["id"], issue_id=row_id)
    issue = by_id(change.db, row_id)
    if with_labels:
        labels.add(change, issue, with_labels, by_form=by_form)
    if assignees:
        assign(change, issue, assignees)
    return row_id


def by_id(db: Database, row_id: int) -> Row:
    """Read an issue by its database id. Raise LookupError if there is none."""
    row = db.one("SELECT * FROM issues WHERE id = ? AND NOT gone", row_id)
    if row is None:
        raise LookupError(f"No issue has the id {row_id}.")
    return row


def edit(change: Change, issue: Row, title: str | None = None, body: str | None = None) -> None:
    """Change title or body: its author may, and whoever may write. The same text again changes nothing."""
    _author_or(change, issue, Level.WRITE, "edit the issues of others")
    changes = {}
    if title is not None and title != issue["title"]:
        _check_title(title)
        changes["title"] = {"from": issue["title"]}
        change.note(issue["id"], "renamed", previous=issue["title"], current=title)
        change.touch(issue, title=title)
    if body is not None and body != issue["body"]:
        edits.check_body("Issue", body)
        changes["body"] = {"from": issue["body"]}
        edits.record(change, "issue", issue, body)
        change.touch(issue, body=body, editor_id=change.who.user_id, edited_at=change.at)
    if changes:
        change.announce("issues", "edited", issue["repository_id"], issue_id=issue["id"], changes=changes)


def close(change: Change, issue: Row, reason: str = "COMPLETED", duplicate_of: Row | None = None) -> None:
    """Close an issue: its author may, and triage. A closed one stays as it is, but for the reason."""
    _author_or(change, issue, Level.TRIAGE, "close the issues of others")
    other = duplicate_of["id"] if duplicate_of else None
    if issue["state"] == "CLOSED":
        if reason != issue["state_reason"]:
            change.touch(issue, state_reason=reason, duplicate_of=other)
        return
    change.note(issue["id"], "closed", reason=reason)
    closed = {"state": "CLOSED", "closed_at": change.at, "closed_by": change.who.user_id}
    change.touch(issue, state_reason=reason, duplicate_of=other, **closed)
    change.announce("issues", "closed", issue["repository_id"], issue_id=issue["id"])


def reopen(change: Change, issue: Row) -> None:
    """Open a closed issue again: triage may, and its author if nobody else had closed it."""
    repository = change.repository(issue["repository_id"])
    closed_it = issue["author_id"] == issue["closed_by"] == change.who.user_id
    if not closed_it:
        change.need(repository, Level.TRIAGE, "reopen issues that others closed")
    if issue["state"] == "OPEN":
        return
    change.note(issue["id"], "reopened", reason="REOPENED")
    change.touch(issue, state="OPEN", state_reason="REOPENED", closed_at=None, closed_by=None, duplicate_of=None)
    change.announce("issues", "reopened", repository["id"], issue_id=issue["id"])


def convert_to_discussion(change: Change, issue: Row) -> None:
    """Convert an issue to a discussion: what stays of it is closed and locked."""
    change.need(change.repository(issue["repository_id"]), Level.TRIAGE, "convert issues to discussions")
    change.note(issue["id"], "converted_to_discussion")
    closed = {"state": "CLOSED", "closed_at": change.at, "closed_by": change.who.user_id}
    change.touch(issue, locked=1, state_reason="COMPLETED", **closed)
    change.announce("issues", "closed", issue["repository_id"], issue_id=issue["id"])


MOST_SUB_ISSUES = 100
"""GitHub's documented limit."""


def add_sub_issue(change: Change, issue: Row, sub_issue: Row, *, replace_parent: bool = False) -> None:
    """Make an issue a sub-issue of another one, which may be in another repository."""
    change.need(change.repository(issue["repository_id"]), Level.TRIAGE, "add sub-issues")
    if sub_issue["parent_id"] and not replace_parent:
        raise Refused("unprocessable", "Sub issue may only have one parent")
    if len(sub_issues_of(change.db, issue["id"])) >= MOST_SUB_ISSUES:
        raise Refused("unprocessable", f"Parent cannot have more than {MOST_SUB_ISSUES} sub-issues")
    change.touch(sub_issue, parent_id=issue["id"])


def sub_issues_of(db: Database, issue_id: int) -> list[Row]:
    """List the sub-issues of an issue, oldest first."""
    return db.all("SELECT * FROM issues WHERE parent_id = ? AND NOT gone ORDER BY id", issue_id)


def assignees_of(db: Database, issue_id: int) -> list[Row]:
    """List who is assigned, in the order of assignment."""
    sql = "SELECT users.* FROM assignees JOIN users ON users.id = user_id WHERE issue_id = ? ORDER BY assignees.id"
    return db.all(sql, issue_id)


def assign(change: Change, issue: Row, user_ids: Sequence[int]) -> None:
    """Assign people. Whoever cannot be assigned is left out silently, and so is the eleventh."""
    repository = change.repository(issue["repository_id"])
    change.need(repository, Level.TRIAGE, "assign people")
    have = {user["id"] for user in assignees_of(change.db, issue["id"])}
    able = [row_id for row_id in user_ids if is_assignable(change.db, row_id, issue, repository)]
    for row_id in dict.fromkeys(able):
        if row_id not in have and len(have) < MAX_ASSIGNEES:
            have.add(row_id)
            change.db.insert("assignees", issue_id=issue["id"], user_id=row_id)
            _note_assignee(change, issue, row_id, "assigned")


def unassign(change: Change, issue: Row, user_ids: Sequence[int]) -> None:
    """Take people off an issue; who was not assigned makes no event."""
    change.need(change.repository(issue["repository_id"]), Level.TRIAGE, "unassign people")
    for row_id in user_ids:
        if change.db.run("DELETE FROM assignees WHERE issue_id = ? AND user_id = ?", issue["id"], row_id):
            _note_assignee(change, issue, row_id, "unassigned")


def set_assignees(change: Change, issue: Row, user_ids: Sequence[int]) -> None:
    """Give an issue exactly these assignees, as far as they can be assigned."""
    gone = [user["id"] for user in assignees_of(change.db, issue["id"]) if user["id"] not in user_ids]
    unassign(change, issue, gone)
    assign(change, issue, user_ids)


def lock(change: Change, issue: Row, reason: str | None = None) -> None:
    """Lock an issue: from then on only who may write comments."""
    change.need(change.repository(issue["repository_id"]), Level.WRITE, "lock issues")
    if not issue["locked"]:
        change.note(issue["id"], "locked", reason=reason)
        change.touch(issue, locked=1, lock_reason=reason)
        change.announce("issues", "locked", issue["repository_id"], issue_id=issue["id"])


def unlock(change: Change, issue: Row) -> None:
    """Let everybody comment again."""
    change.need(change.repository(issue["repository_id"]), Level.WRITE, "unlock issues")
    if issue["locked"]:
        change.note(issue["id"], "unlocked")
        change.touch(issue, locked=0, lock_reason=None)
        change.announce("issues", "unlocked", issue["repository_id"], issue_id=issue["id"])


def pin(change: Change, issue: Row) -> None:
    """Pin an issue; a repository has room for three."""
    change.need(change.repository(issue["repository_id"]), Level.WRITE, "pin issues")
    sql = "SELECT count(*) FROM issues WHERE repository_id = ? AND pinned_at IS NOT NULL AND NOT gone"
    if issue["pinned_at"]:
        return
    if change.db.value(sql, issue["repository_id"]) >= MAX_PINNED:
        raise Refused("unprocessable", f"Maximum {MAX_PINNED} pinned issues per repository")
    change.note(issue["id"], "pinned")
    change.db.update("issues", issue["id"], pinned_at=change.at, pinned_by=change.who.user_id)
    change.announce("issues", "pinned", issue["repository_id"], issue_id=issue["id"])


def unpin(change: Change, issue: Row) -> None:
    """Take a pin off."""
    change.need(change.repository(issue["repository_id"]), Level.WRITE, "unpin issues")
    if issue["pinned_at"]:
        change.note(issue["id"], "unpinned")
        change.db.update("issues", issue["id"], pinned_at=None, pinned_by=None)
        change.announce("issues", "unpinned", issue["repository_id"], issue_id=issue["id"])


def delete(change: Change, issue: Row) -> None:
    """Delete an issue for good; its number is never given again."""
    change.need(change.repository(issue["repository_id"]), Level.ADMIN, "delete issues")
    change.db.update("issues", issue["id"], gone=1, pinned_at=None)
    change.announce("issues", "deleted", issue["repository_id"], issue_id=issue["id"])


def transfer(change: Change, issue: Row, target: Row, *, create_labels: bool = False) -> int:
    """Move an issue with its comments to another repository and return its new id; labels go by name."""
    source = change.repository(issue["repository_id"])
    change.need(source, Level.WRITE, "transfer issues")
    change.need(target, Level.WRITE, "transfer issues here")
    names = [label["name"] for label in labels.of_issue(change.db, issue["id"])]
    row_id = _move(change, issue, target)
    if create_labels:
        labels.named(change, target, names)
    _carry_over(change, issue["id"], row_id, target, names)
    change.note(row_id, "transferred", repository_id=source["id"])
    moved = {"new_issue": row_id, "old_issue": issue["id"]}
    change.announce("issues", "transferred", source["id"], issue_id=issue["id"], **moved)
    change.announce("issues", "opened", target["id"], issue_id=row_id, **moved)
    return row_id


def _move(change: Change, issue: Row, target: Row) -> int:
    kept = {key: value for key, value in issue.items() if key not in ("id", "pinned_at", "pinned_by")}
    kept |= {"repository_id": target["id"], "number": target["next_number"], "updated_at": change.at}
    change.db.update("repositories", target["id"], next_number=target["next_number"] + 1)
    row_id = change.db.insert("issues", **kept)
    change.db.update("issues", issue["id"], gone=1, moved_to=row_id, pinned_at=None)
    return row_id


def _carry_over(change: Change, old: int, new: int, target: Row, names: Sequence[str]) -> None:
    change.db.run("UPDATE comments SET issue_id = ? WHERE issue_id = ?", new, old)
    change.db.run("UPDATE issues SET parent_id = ? WHERE parent_id = ?", new, old)
    change.db.run("UPDATE events SET issue_id = ? WHERE issue_id = ?", new, old)
    change.db.run("UPDATE edits SET subject_id = ? WHERE subject = 'issue' AND subject_id = ?", new, old)
    change.db.run("UPDATE reactions SET subject_id = ? WHERE subject = 'issue' AND subject_id = ?", new, old)
    for name in names:
        label = labels.find(change.db, target["id"], name)
        if label:
            change.db.insert("issue_labels", issue_id=new, label_id=label["id"])
    for user in assignees_of(change.db, old):
        if is_member(change.db, user["id"], target):
            change.db.insert("assignees", issue_id=new, user_id=user["id"])


def _author_or(change: Change, issue: Row, least: Level, what: str) -> None:
    repository = change.repository(issue["repository_id"])
    may_speak(change, repository, what)
    if issue["author_id"] != change.who.user_id and not change.may(repository, least):
        raise no_permission(f"{change.who.login} may not {what}: that takes {least.name.lower()}.")


def _note_assignee(change: Change, issue: Row, user_id: int, kind: str) -> None:
    change.note(issue["id"], kind, user_id=user_id)
    change.touch(issue)
    change.announce("issues", kind, issue["repository_id"], issue_id=issue["id"], user_id=user_id)


def _check_title(title: str) -> None:
    if not title.strip():
        raise invalid("Issue", "title", "missing_field", "Title can't be blank")
    if len(title) > MAX_TITLE:
        raise invalid("Issue", "title", "custom", f"Title is too long (maximum is {MAX_TITLE} characters)")
