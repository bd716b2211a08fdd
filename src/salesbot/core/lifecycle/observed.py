"""The stand: the issue as it is, for comparing with how it should be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from salesbot.core.model import comments
from salesbot.core.model.facts import Comment, Facts, Issue
from salesbot.core.model.journal import Cards
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.render import Renderer


@dataclass(frozen=True)
class Observed:
    """What there is to compare with: the facts, the cards found, the own comments by key."""

    facts: Facts
    issue: Issue
    cards: Cards
    pipeline: Pipeline
    render: Renderer
    now: datetime

    @property
    def own(self) -> dict[str, list[Comment]]:
        """The own comments by key, hidden ones included."""
        return comments.own_by_key(self.issue)

    @property
    def newest_comment(self) -> Comment | None:
        """The last comment on the issue, whoever wrote it."""
        return max(self.issue.comments, key=lambda comment: comment.id, default=None)
