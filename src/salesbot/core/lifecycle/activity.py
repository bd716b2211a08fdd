"""Activity: who did something on a deal, and when. Only people of triage and above count as us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.facts import DealFacts
from salesbot.core.model.journal import Journal


@dataclass(frozen=True)
class Activity:
    """Something a person or a machine did. `ours` is None where the role is needed and was not asked."""

    at: datetime
    by: Actor | None
    ours: bool | None
    is_message: bool = False
    """It is a message to us: a comment, or the opening of the issue."""


def activities(facts: DealFacts) -> list[Activity]:
    """List what everybody but ourselves did since the issue came here, oldest first.

    What we do ourselves resets nothing, and bringing the issue here is not an answer.
    """
    here = (each for each in _activities(facts) if each.at >= facts.issue.created_at)
    return sorted(here, key=lambda activity: activity.at)


def with_contacts(activities: Sequence[Activity], journal: Journal | None, now: datetime) -> list[Activity]:
    """Add what the journal keeps of contacts with the client: logged activities, and our last mail by its mirror.

    The comments that logged them may be deleted, or not read.
    """
    if journal is None:
        return [*activities]
    mail = journal.pair.sent if journal.pair is not None else None
    contacts = [Activity(at, None, ours=True) for at in (*_logged(journal), mail) if at is not None and at <= now]
    return sorted([*activities, *contacts], key=lambda activity: activity.at)


def last_contact(journal: Journal | None, until: datetime | None = None) -> datetime | None:
    """Say when the last contact with the client was: a logged activity, or a mail by the mirror, theirs or ours."""
    if journal is None:
        return None
    mails = (journal.pair.received, journal.pair.sent) if journal.pair is not None else ()
    times = (at for at in (*_logged(journal), *mails) if at is not None and (until is None or at <= until))
    return max(times, default=None)


def _logged(journal: Journal) -> list[datetime]:
    return [each.at for each in journal.activities]


def _activities(facts: DealFacts) -> Iterator[Activity]:
    issue = facts.issue
    if issue.own or issue.author is None or issue.author.is_bot:
        yield Activity(issue.created_at, issue.author, ours=False, is_message=True)
    else:
        yield Activity(issue.created_at, issue.author, _is_ours(issue.author, facts), is_message=True)
    for comment in issue.comments:
        if not comment.own and (comment.author is None or not comment.author.is_bot):
            yield Activity(comment.created_at, comment.author, _is_ours(comment.author, facts), is_message=True)
        if comment.edited_at is not None and _is_person(comment.editor, facts):
            yield Activity(comment.edited_at, comment.editor, _is_ours(comment.editor, facts))
    for event in issue.events:
        if not event.own and event.kind != "transferred" and _is_person(event.by, facts):
            # GitHub lets nobody below triage label, assign, or close the issues of others.
            author_closes = event.kind in ("closed", "reopened") and event.by == issue.author
            yield Activity(event.at, event.by, _is_ours(event.by, facts) if author_closes else True)
    for edit in issue.body_edits:
        if _is_person(edit.by, facts):
            yield Activity(edit.at, edit.by, _is_ours(edit.by, facts))


def is_outsider(actor: Actor | None, facts: DealFacts) -> bool:
    """Say whether it was the issue's author, whom GitHub lets close and reopen it, and who is not on the team."""
    is_author = actor is not None and not actor.is_bot and actor == facts.issue.author and not facts.issue.own
    return is_author and not _is_ours(actor, facts)


def _is_person(actor: Actor | None, facts: DealFacts) -> bool:
    return actor is not None and not actor.is_bot and actor.id != facts.viewer.id


def _is_ours(actor: Actor | None, facts: DealFacts) -> bool | None:
    if actor is None:
        return False
    role = facts.roles.get(actor.login.casefold())
    return None if role is None else role >= Role.TRIAGE


def last_of_ours(activities: Sequence[Activity]) -> datetime | None:
    """Say when somebody of us did something last."""
    return max((activity.at for activity in activities if activity.ours), default=None)


def waiting_since(activities: Sequence[Activity]) -> datetime | None:
    """Say since when a message of an outsider or a machine waits for somebody of us; None if none waits."""
    since: datetime | None = None
    for activity in activities:
        if activity.ours:
            since = None
        elif activity.is_message and activity.ours is False and since is None:
            since = activity.at
    return since


def unknown_people(activities: Sequence[Activity], since: datetime) -> list[str]:
    """Name those who did something since a moment and whose role was not asked."""
    return [
        activity.by.login
        for activity in activities
        if activity.ours is None and activity.by is not None and activity.at >= since
    ]
