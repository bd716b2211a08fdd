"""Which account salesbot uses in a repository, and how an issue reads for that account.

A journal is trusted only if the account of the run wrote it. A person who runs salesbot by hand, with another token,
would see no card; so what they read is converted to what the workflow reads.
"""

from __future__ import annotations

from dataclasses import replace

from salesbot.core.model import comments
from salesbot.core.model.cards import find_cards
from salesbot.core.model.deal import Actor
from salesbot.core.model.facts import Comment, DealFacts, Event, Issue, Repository
from salesbot.core.model.keys import Kind

ACTIONS = "github-actions"
"""The account of the workflow's own token, as GraphQL names it; REST adds `[bot]`."""


def plain(login: str) -> str:
    """Drop what REST adds to the login of an app."""
    return login.removesuffix("[bot]").casefold()


def is_workflow(actor: Actor | None) -> bool:
    """Whether this is the account of the workflow's own token."""
    return _is(actor, ACTIONS)


def who_writes(facts: DealFacts) -> str:
    """Guess the account of the workflow: the viewer, if they wrote a card here; else that of the workflow's token."""
    wrote_card = any(comments.kind_of(comment) == Kind.CARD for comment in facts.issue.comments)
    return facts.viewer.login if wrote_card else ACTIONS


def seen_by_workflow(facts: DealFacts) -> DealFacts:
    """Convert a deal that a person reads to how the workflow's own token reads it, if that wrote a card there."""
    if facts.viewer.login.endswith("[bot]") or who_writes(facts) != ACTIONS:
        return facts
    seen = seen_as(facts, ACTIONS)
    return seen if find_cards(seen.issue, seen.repository).kept is not None else facts


def seen_as(facts: DealFacts, login: str) -> DealFacts:
    """Convert an issue to how another account reads it."""
    issue = facts.issue
    if plain(facts.viewer.login) == plain(login):
        return facts
    wrote = [comment.author for comment in issue.comments] + [event.by for event in issue.events]
    viewer = next((actor for actor in wrote if actor is not None and _is(actor, login)), Actor(login))
    seen = replace(
        issue,
        own=_is(issue.author, login),
        comments=tuple(_comment(comment, login) for comment in issue.comments),
        events=tuple(_event(event, login) for event in issue.events),
    )
    return replace(facts, viewer=viewer, issue=_with_receipts(seen, facts.repository))


def _with_receipts(issue: Issue, repository: Repository) -> Issue:
    """Reactions by account cost extra requests, so commands that the journal answered count as having a receipt."""
    journal = find_cards(issue, repository).journal
    answers = dict(journal.answered) if journal is not None else {}
    given = {"yes": frozenset({"ROCKET"}), "no": frozenset({"CONFUSED"})}
    comments_ = tuple(
        replace(comment, receipts=given.get(answers.get(comment.id, ""), frozenset())) for comment in issue.comments
    )
    return replace(issue, comments=comments_)


def _comment(comment: Comment, login: str) -> Comment:
    own = _is(comment.author, login)
    return replace(comment, own=own, own_text=own and (comment.edited_at is None or _is(comment.editor, login)))


def _event(event: Event, login: str) -> Event:
    return replace(event, own=_is(event.by, login))


def _is(actor: Actor | None, login: str) -> bool:
    return actor is not None and plain(actor.login) == plain(login)
