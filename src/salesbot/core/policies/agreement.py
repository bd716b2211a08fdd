"""Two sides that agreed on a stage, and both moved since: whose move counts. The rule of every mirror, in one place."""

from __future__ import annotations

from datetime import datetime

from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model.pipeline import Stage


def theirs_counts(state: DealState, agreed: str, target: Stage, moved_at: datetime) -> bool:
    """Say whether a mirror's move counts: only it moved, it moved last, or it ended. The same second is ours."""
    return state.deal.stage == agreed or target.outcome is not None or is_newer(moved_at, state)


def is_newer(moved_at: datetime, state: DealState) -> bool:
    """Say whether a mirror was moved after the deal was."""
    visits = state.journal.history
    return not visits or moved_at > visits[-1].entered
