"""The response time: how many working hours somebody outside the team waited until the team first acted.

A working hour is an hour of a working day in the team's zone; weekends and quiet days have none. Office hours
are not configured, so a day has 24.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from salesbot.core.lifecycle import activity
from salesbot.core.model.facts import DealFacts
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.days import Ranges, is_working_day, working_days_between

DAY = timedelta(days=1)


def response_hours(facts: DealFacts, pipeline: Pipeline) -> float | None:
    """Count the working hours until the team first acted; None if the team opened the deal, or nobody acted yet."""
    activities = activity.activities(facts)
    if not activities or activities[0].ours or not activities[0].is_message:
        return None
    first = next((each.at for each in activities if each.ours), None)
    return working_hours(facts.issue.created_at, first, pipeline) if first is not None else None


def working_hours(start: datetime, end: datetime, pipeline: Pipeline) -> float:
    """Count the hours between two moments that fell on working days in the pipeline's zone."""
    first, last = start.astimezone(pipeline.timezone), end.astimezone(pipeline.timezone)
    quiet: Ranges = pipeline.quiet
    if first.date() == last.date():
        return _hours(end - start) if is_working_day(first.date(), quiet) else 0.0
    hours = 0.0
    if is_working_day(first.date(), quiet):
        hours += _hours(_midnight_after(first) - start)
    if is_working_day(last.date(), quiet):
        hours += _hours(end - datetime.combine(last.date(), time.min, pipeline.timezone).astimezone(UTC))
    return hours + 24 * working_days_between(first.date(), last.date() - DAY, quiet)


def _midnight_after(local: datetime) -> datetime:
    return datetime.combine(local.date() + DAY, time.min, local.tzinfo).astimezone(UTC)


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
