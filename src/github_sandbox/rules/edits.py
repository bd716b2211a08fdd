"""Edit histories: what a body was before, as `userContentEdits` tells it.

The first edit of a text leaves two entries, its creation and the edit; each holds the whole text after it.
"""

from __future__ import annotations

from github_sandbox.rules.changes import Change
from github_sandbox.rules.refusals import invalid
from github_sandbox.store.database import Database, Row

MAX_BODY = 65_536
"""Characters of an issue's or comment's body."""


def check_body(resource: str, body: str) -> None:
    """Raise Refused for a body that is too long."""
    if len(body) > MAX_BODY:
        raise invalid(resource, "body", "custom", f"Body is too long (maximum is {MAX_BODY} characters)")


def record(change: Change, subject: str, before: Row, text: str) -> None:
    """Note an edit of `subject` (issue or comment) whose row so far is `before`; afterwards it is `text`."""
    known = {"subject": subject, "subject_id": before["id"]}
    if before["edited_at"] is None:
        created = {"editor_id": before["author_id"], "edited_at": before["created_at"], "diff": before["body"]}
        change.db.insert("edits", **known, **created)
    change.db.insert("edits", **known, editor_id=change.who.user_id, edited_at=change.at, diff=text)


def history(db: Database, subject: str, subject_id: int) -> list[Row]:
    """List the edits of a text, newest first; a text nobody edited has none."""
    return db.all("SELECT * FROM edits WHERE subject = ? AND subject_id = ? ORDER BY id DESC", subject, subject_id)
