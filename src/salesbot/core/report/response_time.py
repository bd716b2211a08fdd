"""The first answer: how many working hours somebody outside waited until one of us did something.

A working hour is an hour of a working day in the team's zone; weekends and quiet days have none. Nobody configures
office hours, so a day has 24.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from salesbot.core.lifecycle import activity
from salesbot.core.model.facts import DealFacts
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.days import Ranges, is_working_day, working_days_between

DAY = timedelta(days=1)


def first_answer(facts: DealFacts, pipeline: Pipeline) -> float | None:
    """Count the working hours until the first act of ours; None if one of us opened the deal, or nobody acted yet."""
    activities = activity.activities(facts)
    if not activities or activities[0].ours or not activities[0].is_message:
        return None
    answer = next((each.at for each in activities if each.ours), None)
    return working_hours(facts.issue.created_at, answer, pipeline) if answer is not None else None


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
