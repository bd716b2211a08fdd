"""Rate limits: GitHub's numbers, counted on the sandbox's clock.

Knows points and windows. Knows nothing of how a refusal is worded; `gateway` does.
"""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from github_sandbox.rules.access import Identity
from github_sandbox.store.clock import stamp

Resource = Literal["core", "graphql"]
Key = tuple[str, int]
State = tuple[dict[tuple[str, int, Resource], tuple[datetime, int]], dict[Key, deque[datetime]]]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Rate:
    """What a caller has used of the current hour's limit."""

    limit: int
    used: int
    reset: datetime

    @property
    def remaining(self) -> int:
        """What is left until the reset."""
        return max(0, self.limit - self.used)

    def as_graphql(self) -> dict[str, int | str]:
        """Write it as the `rateLimit` field does, but for the cost of the query."""
        return {
            "limit": self.limit,
            "used": self.used,
            "remaining": self.remaining,
            "resetAt": stamp(self.reset),
        }


class Limits:
    """Who used how much. `enabled` off, everything is counted and nothing refused."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, int, Resource], tuple[datetime, int]] = {}
        self._creations: dict[Key, deque[datetime]] = {}
        self.default()

    def default(self) -> None:
        """Set GitHub's own numbers."""
        self.enabled = True
        self.hourly: dict[str, int] = {"actions": 1_000, "app": 5_000, "person": 5_000, "fine-grained": 5_000}
        """Requests, and GraphQL points, an hour by kind of token (rest: rate-limits-for-the-rest-api)."""
        self.creations_per_minute = 80
        self.creations_per_hour = 500

    def rate(self, who: Identity, resource: Resource, now: datetime) -> Rate:
        """Return what a caller has used of the current hour."""
        start, used = self._windows.get((*_key(who), resource), (now, 0))
        if now >= start + HOUR:
            start, used = now, 0
        return Rate(self.hourly[who.kind], used, start + HOUR)

    def spend(self, who: Identity, resource: Resource, points: int, now: datetime) -> bool:
        """Take points from a caller's hour; return False, and take nothing, if too few are left."""
        rate = self.rate(who, resource, now)
        if self.enabled and rate.remaining < points:
            return False
        self._windows[*_key(who), resource] = (rate.reset - HOUR, rate.used + points)
        return True

    def create(self, who: Identity, now: datetime) -> int | None:
        """Count one write. Return the seconds to wait if there were too many, None if it may go on.

        GitHub limits "content-generating requests" without saying which those are; here every write is one.
        """
        made = self._creations.setdefault(_key(who), deque())
        while made and made[0] <= now - HOUR:
            made.popleft()
        lately = [moment for moment in made if moment > now - MINUTE]
        if self.enabled and len(lately) >= self.creations_per_minute:
            return int((lately[0] + MINUTE - now).total_seconds())
        if self.enabled and len(made) >= self.creations_per_hour:
            return int((made[0] + HOUR - now).total_seconds())
        made.append(now)
        return None

    def reset(self) -> None:
        """Reset all usage."""
        self._windows.clear()
        self._creations.clear()

    def state(self) -> State:
        """Save the usage, for `restore`."""
        return deepcopy((self._windows, self._creations))

    def restore(self, state: State) -> None:
        """Restore saved usage."""
        self._windows, self._creations = deepcopy(state)


def _key(who: Identity) -> Key:
    # GITHUB_TOKEN's allowance belongs to the repository, whatever the number of runs.
    return (who.kind, who.repository_id or 0) if who.kind == "actions" else (who.kind, who.user_id)
