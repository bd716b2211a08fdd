"""Who salesbot is in a repository, and how an issue looks through its eyes when somebody else asks.

A journal is believed only if the identity of the run wrote it. Whoever looks by hand, with a token of their own, would
see no card at all; so what they read is turned into what the workflow reads.
"""

from __future__ import annotations

from dataclasses import replace

from salesbot.core.model import comments
from salesbot.core.model.cards import find_cards
from salesbot.core.model.deal import Actor
from salesbot.core.model.facts import Comment, DealFacts, Event, Issue, Repository
from salesbot.core.model.keys import Kind

ACTIONS = "github-actions"
"""As GraphQL calls who acts with the workflow's own token; REST adds `[bot]`."""


def plain(login: str) -> str:
    """Drop what REST adds to the login of an app."""
    return login.removesuffix("[bot]").casefold()


def who_writes(facts: DealFacts) -> str:
    """Guess whom the workflow acts as: who asks, if a card here is theirs; else the workflow's own token."""
    asks = any(comments.kind_of(comment) == Kind.CARD for comment in facts.issue.comments)
    return facts.viewer.login if asks else ACTIONS


def seen_as(facts: DealFacts, login: str) -> DealFacts:
    """Look at an issue through the eyes of the identity that wrote there."""
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
    """GitHub tells nobody cheaply who reacted, so what the journal answered is taken to have its receipt."""
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
