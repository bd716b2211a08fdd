"""GitHub's JSON -> the core's facts, field by field. A null where GitHub promises a value is an error, not an absence:
a timed-out `comments: null` would read as "no card" and double it (docs/design.md, How a run reads)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from salesbot.core.errors import ServiceError
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.facts import Comment, Edit, Event, EventKind, Label

Json = Mapping[str, Any]

_KINDS: dict[str, EventKind] = {
    "LabeledEvent": "labeled",
    "UnlabeledEvent": "unlabeled",
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
    "AssignedEvent": "assigned",
    "UnassignedEvent": "unassigned",
    "CommentDeletedEvent": "comment deleted",
    "TransferredEvent": "transferred",
    "ConvertedToDiscussionEvent": "converted to discussion",
}
assert set(_KINDS.values()) == set(get_args(EventKind))


def need(data: Any, *path: str) -> Any:
    """Follow a path through an answer. Raises ServiceError where GitHub left something out."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
        if data is None:
            raise ServiceError(
                f"GitHub's answer lacks {'.'.join(path)}.", "Nothing was changed; the next run reads again"
            )
    return data


def nodes(data: Any, *path: str) -> list[Json]:
    """The nodes of a connection; GitHub may put null for one it cannot show."""
    return [node for node in need(data, *path, "nodes") if node is not None]


def moment(text: str) -> datetime:
    """Read one of GitHub's times."""
    return datetime.fromisoformat(text).astimezone(UTC)


def moment_or_none(text: str | None) -> datetime | None:
    """Read one of GitHub's times that may be missing."""
    return moment(text) if text else None


def actor(data: Json | None) -> Actor | None:
    """Read who did something; None for a deleted account."""
    if data is None or "login" not in data:
        return None
    return Actor(data["login"], data.get("databaseId"), data.get("__typename") == "Bot")


def label(data: Json) -> Label:
    """Read a label of the repository's list."""
    return Label(
        need(data, "id"),
        need(data, "name"),
        data.get("color") or "",
        data.get("description") or "",
        moment_or_none(data.get("createdAt")),
    )


def comment(data: Json, viewer: Actor) -> Comment:
    """Read a comment."""
    author, editor = actor(data.get("author")), actor(data.get("editor"))
    edits = data.get("userContentEdits") or {"totalCount": 0, "nodes": []}
    editors = [actor((edit or {}).get("editor")) for edit in edits.get("nodes") or ()]
    own = bool(need(data, "viewerDidAuthor"))
    return Comment(
        id=need(data, "databaseId"),
        node_id=need(data, "id"),
        body=need(data, "body"),
        created_at=moment(need(data, "createdAt")),
        author=author,
        own=own,
        own_text=own and (data.get("lastEditedAt") is None or _is(editor, viewer)),
        editor=editor,
        edited_at=moment_or_none(data.get("lastEditedAt")),
        edited_by_others=any(not _is(other, author) for other in editors) or edits["totalCount"] > len(editors),
        edits=edits["totalCount"],
        minimized=bool(data.get("isMinimized")),
        receipts=frozenset(g["content"] for g in data.get("reactionGroups") or () if g.get("viewerHasReacted")),
        url=data.get("url") or "",
    )


def _is(one: Actor | None, other: Actor | None) -> bool:
    """Compare people by id; a GitHub App goes by two logins (`bot`, `bot[bot]`) but one id."""
    if one is None or other is None:
        return False
    return one.id == other.id if one.id is not None and other.id is not None else one.login == other.login


def event(data: Json, viewer: Actor) -> Event | None:
    """Read a timeline item; None for kinds nobody asked for."""
    kind = _KINDS.get(need(data, "__typename"))
    if kind is None:
        return None
    by = actor(data.get("actor"))
    on = data.get("label") or {}
    return Event(
        id=need(data, "id"),
        kind=kind,
        at=moment(need(data, "createdAt")),
        by=by,
        own=_is(by, viewer),
        label_id=on.get("id"),
        label=on.get("name"),
        reason=data.get("stateReason"),
        whom=actor(data.get("assignee") or data.get("deletedCommentAuthor")),
    )


def events(data: Iterable[Json], viewer: Actor) -> tuple[Event, ...]:
    """Read timeline items in their order."""
    return tuple(found for item in data if (found := event(item, viewer)) is not None)


def edits(data: Json | None) -> tuple[Edit, ...]:
    """Read the newest edits of a body, newest first."""
    found = [
        Edit(node["id"], actor(node.get("editor")), moment(node["editedAt"]), node.get("diff"))
        for node in (data or {}).get("nodes") or ()
        if node is not None
    ]
    return tuple(sorted(found, key=lambda edit: edit.at, reverse=True))


def role(name: str | None) -> Role:
    """Read a role by GitHub's name for it."""
    return Role.__members__.get((name or "").upper(), Role.NONE)


def highest_role(permissions: Json) -> Role:
    """Read the booleans of REST's `user.permissions`; they tell the truth about custom roles too."""
    names = {
        "admin": Role.ADMIN,
        "maintain": Role.MAINTAIN,
        "push": Role.WRITE,
        "triage": Role.TRIAGE,
        "pull": Role.READ,
    }
    return max((names[name] for name, has in permissions.items() if has and name in names), default=Role.NONE)
