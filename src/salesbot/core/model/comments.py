"""The comments salesbot writes: what each is for is in its marker, never in its text.

Only own comments have keys: a stranger's marker is text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from salesbot.core.model.facts import Comment, Issue
from salesbot.core.model.keys import Key, Kind
from salesbot.core.text import checklists, markdown
from salesbot.core.text.checklists import Checklist

RESOLVED_BY_A_MOVE = frozenset({Kind.REFUSAL, Kind.REPLY, Kind.ASK, Kind.DRAGGED, Kind.WAITS})
"""Kinds of comments that are no longer news once a move was accepted."""


def write(key: Key, text: str, payload: Mapping[str, Any] | None = None) -> str:
    """Put the marker before the text."""
    return markdown.fit(
        f"{markdown.marker(key.kind, {**({'of': key.of} if key.of else {}), **(payload or {})})}\n{text}"
    )


def text_of(body: str) -> str:
    """Take the marker off a body, and what GitHub may change on the way: line endings, space at the ends."""
    return body.partition("-->")[2].replace("\r\n", "\n").strip()


def key_of(comment: Comment) -> Key | None:
    """Read the key of an own comment; None for everybody else's and for own ones without marker."""
    if not comment.own or comment.marker is None:
        return None
    kind, payload = comment.marker
    return Key(kind, str(payload.get("of", "")))


def kind_of(comment: Comment) -> str | None:
    """Read what kind of own comment this is."""
    key = key_of(comment)
    return key.kind if key is not None else None


def own_by_key(comments: Iterable[Comment]) -> dict[Key, list[Comment]]:
    """Sort the own comments by key, lowest id first."""
    sorted_: dict[Key, list[Comment]] = {}
    for comment in comments:
        key = key_of(comment)
        if key is not None:
            sorted_.setdefault(key, []).append(comment)
    return sorted_


def posted_checklists(own: Mapping[Key, list[Comment]]) -> dict[str, Checklist]:
    """Read the checklists that were posted, by name; of doubles the one with the lowest id."""
    return {
        key.of: checklists.read(key.of, posted[0].body, posted[0].url)
        for key, posted in own.items()
        if key.kind == Kind.CHECKLIST
    }


def each_once(comments: Iterable[Comment]) -> tuple[Comment, ...]:
    """Sort comments by id, each once; of two readings of one the later one counts."""
    return tuple(sorted({comment.id: comment for comment in comments}.values(), key=lambda comment: comment.id))


def checklists_of(issue: Issue) -> dict[str, Checklist]:
    """Read the checklists of an issue that nothing else is read of."""
    return posted_checklists(own_by_key(issue.comments))
