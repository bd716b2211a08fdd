"""Activity: who did something on a deal, and when. Only people of triage and above count as us."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.facts import Facts


@dataclass(frozen=True)
class Change:
    """Something a person or a machine did. `ours` is None where the role is needed and was not asked."""

    at: datetime
    by: Actor | None
    ours: bool | None
    says: bool = False
    """It is a word to us: a comment, or the opening of the issue."""


def changes(facts: Facts) -> list[Change]:
    """List what everybody but ourselves did, oldest first. Our own doings reset nothing."""
    return sorted(_acts(facts), key=lambda change: change.at)


def _acts(facts: Facts) -> Iterator[Change]:
    issue = facts.issue
    assert issue is not None
    if issue.own or issue.author is None or issue.author.is_bot:
        yield Change(issue.created_at, issue.author, ours=False, says=True)
    else:
        yield Change(issue.created_at, issue.author, _is_ours(issue.author, facts), says=True)
    for comment in issue.comments:
        if not comment.own and (comment.author is None or not comment.author.is_bot):
            yield Change(comment.created_at, comment.author, _is_ours(comment.author, facts), says=True)
        if comment.edited_at is not None and _is_person(comment.editor, facts):
            yield Change(comment.edited_at, comment.editor, _is_ours(comment.editor, facts))
    for event in issue.events:
        if not event.own and _is_person(event.by, facts):
            # GitHub lets nobody below triage label, assign, or close the issues of others.
            author_closes = event.kind in ("closed", "reopened") and event.by == issue.author
            yield Change(event.at, event.by, _is_ours(event.by, facts) if author_closes else True)
    for edit in issue.body_edits:
        if _is_person(edit.by, facts):
            yield Change(edit.at, edit.by, _is_ours(edit.by, facts))


def _is_person(actor: Actor | None, facts: Facts) -> bool:
    return actor is not None and not actor.is_bot and actor.id != facts.viewer.id


def _is_ours(actor: Actor | None, facts: Facts) -> bool | None:
    if actor is None:
        return False
    role = facts.roles.get(actor.login.casefold())
    return None if role is None else role >= Role.TRIAGE


def last_of_ours(facts: Facts) -> datetime | None:
    """Say when somebody of us did something last."""
    return max((change.at for change in changes(facts) if change.ours), default=None)


def waiting_since(facts: Facts) -> datetime | None:
    """Say since when an outsider's or a machine's word waits for somebody of us; None if none waits."""
    since: datetime | None = None
    for change in changes(facts):
        if change.ours:
            since = None
        elif change.says and change.ours is False and since is None:
            since = change.at
    return since


def unknown_people(facts: Facts, since: datetime) -> list[str]:
    """Name those who did something since a moment and whose role was not asked."""
    return [
        change.by.login
        for change in changes(facts)
        if change.ours is None and change.by is not None and change.at >= since
    ]
