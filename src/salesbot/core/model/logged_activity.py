"""Logged activities: calls, meetings and mails with the client that somebody noted by command."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from salesbot.core.model.journal_codec import ADDED_LATER

MOST = 40
"""How many a deal keeps; older ones are no longer counted in the report's weeks anyway."""
LONGEST = 100
"""Characters that are kept of what it was about; the comment has the whole text."""


class ActivityKind(StrEnum):
    """How somebody was in contact with the client. The values are in journals on GitHub, so they never change."""

    CALL = "call"
    MEETING = "meeting"
    MAIL = "mail"

    @classmethod
    def _missing_(cls, value: object) -> ActivityKind:
        # A card that a newer version wrote may name another kind; its journal is still worth believing.
        return cls.CALL


@dataclass(frozen=True, slots=True)
class LoggedActivity:
    """One contact with the client: when and by whom it was logged, what it was about, and by which comment."""

    at: datetime
    kind: ActivityKind
    by: str
    comment: int
    what: str = field(default="", metadata={ADDED_LATER: True})


def with_activity(logged: tuple[LoggedActivity, ...], new: LoggedActivity) -> tuple[LoggedActivity, ...]:
    """Add an activity, the text cut. One that the same comment logged before is not added again."""
    short = new.what if len(new.what) <= LONGEST else f"{new.what[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
    new = replace(new, what=short)
    return logged if new in logged else (*logged, new)[-MOST:]


def without_texts(logged: Iterable[LoggedActivity]) -> tuple[LoggedActivity, ...]:
    """Keep only what is counted."""
    return tuple(replace(each, what="") for each in logged)
