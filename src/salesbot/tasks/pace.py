"""How fast and how much a run may write, and how long it may take.

GitHub documents about 80 requests a minute that create content and 500 an hour, and asks for a second between writes:
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salesbot.adapters.github import Client
from salesbot.core.model.effects import EditBody, Effect, OpenLead, OpenProblem, OpenReport, OpenTask, PutComment

SECONDS_PER_WRITE = 1.0
SECONDS_PER_CONTENT = 60 / 80
CONTENT_PER_HOUR = 450
"""Comments and edits in one run of a long command; the rest waits for the next run, an hour later."""
LONGEST_RUN = 480.0
"""Seconds after which a task begins nothing new; the job that runs it ends at ten minutes."""
FAILURES_IN_A_ROW = 3
"""Failures after which GitHub is taken to be down."""


@dataclass(frozen=True)
class Usage:
    """What the earlier tasks of the same job used up: seconds, and comments and edits."""

    seconds: float = 0.0
    content: int = 0


NOTHING = Usage()


def count_content(effects: Sequence[Effect]) -> int:
    """Count the effects that create or edit content, as GitHub counts it."""
    return sum(
        isinstance(effect, (PutComment, EditBody, OpenProblem, OpenLead, OpenReport, OpenTask)) for effect in effects
    )


def pause_after_write(client: Client, effects: Sequence[Effect] = ()) -> None:
    """Wait after a write, as long as GitHub asks for. A dry run writes nothing and waits for nothing."""
    if not client.dry_run:
        client.pause(max(SECONDS_PER_WRITE, count_content(effects) * SECONDS_PER_CONTENT))
