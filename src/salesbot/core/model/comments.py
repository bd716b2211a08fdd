"""The comments salesbot writes: what each is for stands in its marker, never in its text.

A key is `kind` or `kind:of`, e.g. `card`, `checklist:estimate`, `refusal:<event>`, `reply:<comment>`. Only own comments
have keys: a stranger's marker is text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesbot.core.model.facts import Comment, Issue
from salesbot.core.text import checklists, markdown
from salesbot.core.text.checklists import Checklist

REFUSAL, REPLY, ANSWER, ASK, CHECKLIST = "refusal", "reply", "answer", "ask", "checklist"
BACK, REMINDER, NEW = "back", "reminder", "new"
DRAGGED, WAITS = "dragged", "waits"
PASSING = frozenset({REFUSAL, REPLY, ASK, DRAGGED, WAITS})
"""Kinds that an accepted move settles."""


def key(kind: str, of: object) -> str:
    """Name a comment."""
    return f"{kind}:{of}"


def write(key: str, text: str, payload: Mapping[str, Any] | None = None) -> str:
    """Put the marker before the text."""
    kind, _, of = key.partition(":")
    return markdown.fit(f"{markdown.marker(kind, {**({'of': of} if of else {}), **(payload or {})})}\n{text}")


def text_of(body: str) -> str:
    """Take the marker off a body, and what GitHub may change on the way: line endings, space at the ends."""
    return body.partition("-->")[2].replace("\r\n", "\n").strip()


def key_of(comment: Comment) -> str | None:
    """Read the key of an own comment; None for everybody else's and for own ones without marker."""
    marker = markdown.read_marker(comment.body) if comment.own else None
    if marker is None:
        return None
    kind, payload = marker
    return key(kind, payload["of"]) if "of" in payload else kind


def kind_of(comment: Comment) -> str | None:
    """Read what kind of own comment this is."""
    found = key_of(comment)
    return found.partition(":")[0] if found else None


def own_by_key(issue: Issue) -> dict[str, list[Comment]]:
    """Sort the own comments by key, lowest id first."""
    found: dict[str, list[Comment]] = {}
    for comment in issue.comments:
        name = key_of(comment)
        if name is not None:
            found.setdefault(name, []).append(comment)
    return found


def posted_checklists(issue: Issue) -> dict[str, Checklist]:
    """Read the checklists that stand on the issue, by name; of doubles the lowest id."""
    return {
        name.partition(":")[2]: checklists.read(name.partition(":")[2], found[0].body, found[0].url)
        for name, found in own_by_key(issue).items()
        if name.startswith(f"{CHECKLIST}:")
    }
