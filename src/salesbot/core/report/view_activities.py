"""What the report shows of logged activities: a row for each person, a column for each week."""

from __future__ import annotations

from typing import Any

from salesbot.core.model.logged_activity import ActivityKind
from salesbot.core.report.activity_counts import ActivityCounts
from salesbot.core.report.view_rows import Values, cut

KINDS = (ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.MAIL)


def activity_values(counts: ActivityCounts) -> Values:
    """Gather what the section shows; without rows there is none."""
    return cut(
        list(counts.by_person),
        lambda person: _row(counts, person),
        weeks=[week.partition("-")[2] for week in counts.weeks],
        totals=[_shown(counts.of_week(week)) for week in counts.weeks],
    )


def activity_json(counts: ActivityCounts) -> list[dict[str, Any]]:
    """Give a line for each person and week with any activity, the weeks in their order."""
    return [
        {"person": person or None, "week": week, **{f"{kind}s": weeks[week][kind] for kind in KINDS}}
        for person, weeks in counts.by_person.items()
        for week in sorted(weeks)
    ]


def _row(counts: ActivityCounts, person: str) -> Values:
    weeks = counts.by_person[person]
    return {
        "person": person,
        "weeks": [_shown(weeks[week].total() if week in weeks else 0) for week in counts.weeks],
        "kinds": [_shown(counts.of_kind(person, kind)) for kind in KINDS],
    }


def _shown(count: int) -> str:
    return f"{count:,}" if count else ""
