"""The comment that refuses, whatever asked: a label, a command, a tick, a card that was dragged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from salesbot.core.lifecycle import guards
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState, Refused
from salesbot.core.model import keys
from salesbot.core.model.keys import Key
from salesbot.core.model.messages import message
from salesbot.core.views import replies


def refuse(state: DealState, refused: Refused, key: Key, values: Mapping[str, Any], observed: Observed) -> DealState:
    """Add the comment that refuses, and the checklists it names."""
    shown = {
        "to": refused.to,
        "why": [{"reason": no.reason, "hint": no.advice, "details": no.details} for no in refused.why],
        "again": refused.to is not None
        and any((no.missing or "").partition(":")[0] in FIXED_FIRST for no in refused.why),
        "misread": refused.misread,
        "boxes": replies.reasons(refused, observed.pipeline),
        **values,
    }
    state = state.with_pending(key, message("refusal.md.j2", shown))
    for no in refused.why:
        if (name := guards.list_to_post(no)) is not None:
            state = state.with_pending(keys.checklist(name))
    return replace(state, refused=(*state.refused, refused))


FIXED_FIRST = frozenset({"checklist", "owner", "value", "field", "estimate"})
"""Guards that need something done before the same move is asked for again. A reason or a date comes with the move."""
