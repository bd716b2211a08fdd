"""What the answer to a write tells: what failed, what was made, and what happened on the issue meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from salesbot.core.model.effects import Effect
from salesbot.core.model.facts import Comment, Edit, Event, IssueSummary
from salesbot.core.model.keys import Key


@dataclass(frozen=True)
class IssueAfter:
    """The issue as the last effect of a write left it: its newest comments, its newest events, edits of its body."""

    comments: tuple[Comment, ...] = ()
    events: tuple[Event, ...] = ()
    body_edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class WriteResult:
    """What the answer to a write says."""

    failed: tuple[tuple[Effect, str], ...] = ()
    unclear: tuple[Effect, ...] = ()
    """Those of the failed of which GitHub does not say whether it did them."""
    final: tuple[Effect, ...] = ()
    """Those of the failed that GitHub refuses for good: trying again does not help."""
    gone: tuple[Effect, ...] = ()
    """Those of the failed whose object is not there any more: reading again tells what to do instead."""
    edits: Mapping[int, int] = field(default_factory=dict)
    """How many edits each comment has now that was edited."""
    texts: Mapping[int, tuple[Edit, ...]] = field(default_factory=dict)
    """The newest edits of each comment that was edited."""
    after: IssueAfter | None = None
    """None if there is no telling."""
    created: Mapping[Key, Comment] = field(default_factory=dict)
    """The comments it made, by key."""
    opened: int | None = None
    """The number of the issue it opened: a problem, a report or a lead."""
    other_issues: tuple[IssueSummary, ...] = ()
    """The newest issues, after a lead was opened."""
