"""Logged activities by person and week: calls, meetings and mails with clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from salesbot.core.model.logged_activity import ActivityKind
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope, monday, week_of

WEEKS = 8
"""The running week, and those before it. A deal keeps the newest forty activities, enough for as many weeks."""


@dataclass(frozen=True)
class ActivityCounts:
    """How many activities of each kind a person logged, by week; a person without a name is unknown.

    `weeks` are all ISO weeks that are counted, the oldest first.
    """

    weeks: tuple[str, ...]
    by_person: Mapping[str, Mapping[str, Counter[ActivityKind]]]

    def of_week(self, week: str) -> int:
        """Count the activities of a week, of everybody."""
        return sum(weeks[week].total() for weeks in self.by_person.values() if week in weeks)

    def of_kind(self, person: str, kind: ActivityKind) -> int:
        """Count a person's activities of a kind, over all weeks."""
        return sum(counts[kind] for counts in self.by_person[person].values())

    @property
    def total(self) -> int:
        """All activities of all weeks."""
        return sum(map(self.of_week, self.weeks))


def count_activities(deals: Iterable[CountedDeal], scope: Scope) -> ActivityCounts:
    """Count what was logged in the last weeks. Whoever logged most is first."""
    last = monday(scope.week)
    weeks = tuple(_week(last - timedelta(weeks=ago)) for ago in reversed(range(WEEKS)))
    found: dict[str, dict[str, Counter[ActivityKind]]] = {}
    for deal in deals:
        for each in deal.activities:
            week = week_of(each.at, scope.zone)
            if week in weeks:
                found.setdefault(each.by, {}).setdefault(week, Counter())[each.kind] += 1
    order = sorted(found, key=lambda person: (-sum(map(Counter.total, found[person].values())), person.casefold()))
    return ActivityCounts(weeks, {person: found[person] for person in order})


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
