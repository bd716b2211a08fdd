"""The card of an issue: which of the comments that look like one is kept, and which journal is believed."""

from __future__ import annotations

from dataclasses import dataclass

from salesbot.core.model import keys
from salesbot.core.model.facts import Comment, Issue, Repository
from salesbot.core.model.journal import Journal, from_payload


@dataclass(frozen=True)
class Cards:
    """The own comments that carry a card marker: the one to keep, the extra ones, and the journal to believe."""

    kept: Comment | None = None
    kept_journal: Journal | None = None
    """The journal of the card to keep, if it is believed."""
    extra: tuple[Comment, ...] = ()
    journal: Journal | None = None
    ignored: tuple[int, ...] = ()
    """Comments whose marker was not believed."""


def find_cards(issue: Issue, repository: Repository) -> Cards:
    """Find the card and the journal to believe: own author and last editor, this repository and issue, highest cursor.

    Of several cards the lowest id stays: every run that sees them agrees on it. One that a person hid is still it.
    """
    marked = [comment for comment in issue.comments if comment.marker and comment.marker.kind == keys.CARD.kind]
    own = sorted((comment for comment in marked if comment.own), key=lambda comment: (comment.minimized, comment.id))
    journals = {comment.id: _believed(comment, issue, repository) for comment in marked}
    believed = [journal for journal in journals.values() if journal is not None]
    return Cards(
        kept=own[0] if own else None,
        kept_journal=journals[own[0].id] if own else None,
        extra=tuple(comment for comment in own[1:] if not comment.minimized),
        journal=max(believed, key=lambda journal: (journal.cursor.at, len(journal.answered)), default=None),
        ignored=tuple(id_ for id_, journal in journals.items() if journal is None),
    )


def _believed(comment: Comment, issue: Issue, repository: Repository) -> Journal | None:
    if comment.marker is None or not comment.own_text:
        return None
    journal = from_payload(comment.marker.payload)
    if journal is None or (journal.repository, journal.issue) != (repository.id, issue.number):
        return None
    return journal
