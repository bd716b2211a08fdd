"""From where a report looks: the moment, the week, what it compares with, and what each stage counts as.

Every "today", month and window of the report comes from here, in the team's zone. Knows no deals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property

from dateutil.relativedelta import relativedelta

from salesbot.core.errors import InputError
from salesbot.core.model.pipeline import Outcome, Pipeline
from salesbot.core.text.days import local_day

WEEK = timedelta(days=7)
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True)
class Scope:
    """A report's place and time. `since` is where its movement begins, `week` the ISO week it is for."""

    repository: str
    pipeline: Pipeline
    at: datetime
    since: datetime
    week: str
    url: str = ""

    @cached_property
    def zone(self) -> tzinfo:
        """The team's time zone."""
        return self.pipeline.timezone

    @cached_property
    def today(self) -> date:
        """The day of the report."""
        return local_day(self.at, self.zone)

    @cached_property
    def window(self) -> datetime:
        """Where rates, cycle and funnel begin: the same day and time, `report.window` months ago."""
        local = self.at.astimezone(self.zone) - relativedelta(months=self.pipeline.report.window_months)
        return local.astimezone(UTC)

    @cached_property
    def spans(self) -> Mapping[str, datetime]:
        """When the running month, quarter and year began, by calendar in the team's zone."""
        month = self.today.replace(day=1)
        quarter = month.replace(month=month.month - (month.month - 1) % 3)
        return {"month": self.midnight(month), "quarter": self.midnight(quarter), "year": self.midnight(
            month.replace(month=1)
        )}  # fmt: skip

    @cached_property
    def outcomes(self) -> Mapping[str, Outcome]:
        """The outcome of every end stage."""
        return {stage.name: stage.outcome for stage in self.pipeline.stages if stage.outcome is not None}

    @cached_property
    def open(self) -> tuple[str, ...]:
        """The open stages, first to last."""
        return tuple(stage.name for stage in self.pipeline.open_stages)

    @cached_property
    def prospects(self) -> frozenset[str]:
        """The open stages before the one where deals start: contacts, kept out of the headline's money."""
        start = self.open.index(self.pipeline.initial) if self.pipeline.initial in self.open else 0
        return frozenset(self.open[:start])

    @cached_property
    def paused(self) -> frozenset[str]:
        """The stages of deals that are put off."""
        return frozenset(stage.name for stage in self.pipeline.stages if stage.paused)

    @cached_property
    def funnel(self) -> tuple[str, ...]:
        """The stages of the funnel: the open ones in their order, then won."""
        return (*self.open, *(name for name, outcome in self.outcomes.items() if outcome == "won"))

    def address(self, number: int) -> str:
        """Say where an issue is."""
        return f"{self.url}/issues/{number}"

    def midnight(self, day: date) -> datetime:
        """Say when a day began in the team's zone, in UTC."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)

    def month(self, moment: datetime) -> str:
        """Name the calendar month of a moment, as `2026-11`."""
        return f"{moment.astimezone(self.zone):%Y-%m}"


def week_of(moment: datetime, zone: tzinfo) -> str:
    """Name the ISO week of a moment, as `2026-W47`."""
    year, week, _ = local_day(moment, zone).isocalendar()
    return f"{year}-W{week:02}"


def monday(week: str) -> date:
    """Give the first day of an ISO week. Raises InputError for what is no week of the calendar."""
    found = _WEEK.fullmatch(week)
    try:
        if found and 1970 <= int(found[1]) < 2200:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise InputError(f"--week {week[:20]} is no week of the calendar.", "For example --week 2026-W47")


def look(
    repository: str,
    pipeline: Pipeline,
    now: datetime,
    *,
    week: str | None = None,
    since: datetime | None = None,
    url: str = "",
) -> Scope:
    """Choose the moment of a report: now, or the end of a week that is over. Raises InputError for a week to come.

    Without `since` the report compares with seven days before; one of a week that is over with that week's beginning.
    """
    running = week_of(now, pipeline.timezone)
    if week is None or week == running:
        return Scope(repository, pipeline, now, since or now - WEEK, running, url)
    # By the calendar: a week in which the clocks change has 167 or 169 hours.
    begin, end = (datetime.combine(day, time.min, pipeline.timezone).astimezone(UTC)
                  for day in (monday(week), monday(week) + WEEK))  # fmt: skip
    if end > now:
        raise InputError(f"The week {week} has not come yet.", f"This week is {running}")
    return Scope(repository, pipeline, end, since or begin, week, url)
