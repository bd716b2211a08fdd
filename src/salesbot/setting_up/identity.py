"""Whom salesbot acts as in a repository, and what it wrote there, whoever asks.

A journal is believed only if the identity of the run wrote it, so the cards must be written by the one identity that
the workflow has: `github-actions`, unless the workflow is given another token.
"""

from __future__ import annotations

from dataclasses import replace

from salesbot.core.deal import Actor
from salesbot.core.errors import InputError
from salesbot.core.facts import Comment, Event, Facts

ACTIONS = "github-actions"
"""As GraphQL calls who acts with the workflow's own token; REST adds `[bot]`."""


def plain(login: str) -> str:
    """Drop what REST adds to the login of an app."""
    return login.removesuffix("[bot]").casefold()


def is_same(facts: Facts, login: str) -> bool:
    """Say whether the token speaks for this identity."""
    return plain(facts.viewer.login) == plain(login)


def need_same(facts: Facts, login: str, what: str) -> None:
    """Raise InputError unless the token speaks for the identity whose comments the workflow will believe."""
    if not is_same(facts, login):
        raise InputError(
            f"This token acts as {facts.viewer.login}, and the workflow as {login}: {what}",
            "Run it as a job of GitHub Actions (docs/start.md shows the file), or name with --as whom the workflow "
            "acts as",
        )


def seen_as(facts: Facts, login: str) -> Facts:
    """Look at an issue through the eyes of the identity that wrote there."""
    viewer = Actor(login)
    issue = facts.issue
    if issue is None:
        return replace(facts, viewer=viewer)
    return replace(
        facts,
        viewer=viewer,
        issue=replace(
            issue,
            own=_is(issue.author, login),
            comments=tuple(_comment(comment, login) for comment in issue.comments),
            events=tuple(_event(event, login) for event in issue.events),
        ),
    )


def _comment(comment: Comment, login: str) -> Comment:
    own = _is(comment.author, login)
    return replace(comment, own=own, own_text=own and (comment.edited_at is None or _is(comment.editor, login)))


def _event(event: Event, login: str) -> Event:
    return replace(event, own=_is(event.by, login))


def _is(actor: Actor | None, login: str) -> bool:
    return actor is not None and plain(actor.login) == plain(login)
