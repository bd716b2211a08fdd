"""The scope of a report: its moment and week, what it compares with, and what each stage counts as.

Every "today", month and window of the report comes from here, in the team's zone. Knows no deals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from salesbot.core.errors import InputError
from salesbot.core.model.pipeline import Outcome, Pipeline
from salesbot.core.report.figures import Figures
from salesbot.core.text.days import local_day, midnight

WEEK = timedelta(days=7)
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


class Place(NamedTuple):
    """Where a deal is: its repository with the address, and its number there."""

    repository: str
    url: str
    number: int


@dataclass(frozen=True)
class Scope:
    """The repository and the moment of a report. Its movement begins at `since`; `week` is its ISO week."""

    repository: str
    pipeline: Pipeline
    at: datetime
    since: datetime
    week: str
    url: str = ""
    before: Figures | None = None
    """What the previous report said of the open money, if it kept that; its moment is `since`."""
    absent: frozenset[str] = frozenset()
    """Who has a goal and is not in the repository, by lower-case login."""
    places: Mapping[int, Place] = field(default_factory=dict)
    """Where each deal is, by the number it has here; only in a report on several repositories."""

    @cached_property
    def zone(self) -> tzinfo:
        """The team's time zone."""
        return self.pipeline.timezone

    @cached_property
    def today(self) -> date:
        """The day of the report."""
        return local_day(self.at, self.zone)

    @cached_property
    def window_start(self) -> datetime:
        """Where rates, cycle and funnel begin: the same day and time, `report.window` months ago."""
        local = self.at.astimezone(self.zone) - relativedelta(months=self.pipeline.report.window_months)
        return local.astimezone(UTC)

    @cached_property
    def calendar_spans(self) -> Mapping[str, datetime]:
        """When the running month, quarter and year began, by calendar in the team's zone."""
        month = self.today.replace(day=1)
        quarter = month.replace(month=month.month - (month.month - 1) % 3)
        return {"month": self.midnight(month), "quarter": self.midnight(quarter), "year": self.midnight(
            month.replace(month=1)
        )}  # fmt: skip

    @cached_property
    def last_days(self) -> Mapping[str, date]:
        """Give the last day of the running month, quarter and year."""
        months = {"month": 1, "quarter": 3, "year": 12}
        first = {span: local_day(begun, self.zone) for span, begun in self.calendar_spans.items()}
        return {span: day + relativedelta(months=months[span], days=-1) for span, day in first.items()}

    @cached_property
    def outcomes(self) -> Mapping[str, Outcome]:
        """The outcome of every end stage."""
        return {stage.name: stage.outcome for stage in self.pipeline.stages if stage.outcome is not None}

    @cached_property
    def stages(self) -> frozenset[str]:
        """All stages."""
        return frozenset(stage.name for stage in self.pipeline.stages)

    @cached_property
    def open_stages(self) -> tuple[str, ...]:
        """The open stages, first to last."""
        return tuple(stage.name for stage in self.pipeline.open_stages)

    @cached_property
    def prospect_stages(self) -> frozenset[str]:
        """The open stages before the one where deals start. Deals in them are not in the headline's money."""
        start = self.open_stages.index(self.pipeline.initial) if self.pipeline.initial in self.open_stages else 0
        return frozenset(self.open_stages[:start])

    @cached_property
    def paused_stages(self) -> frozenset[str]:
        """The stages of deals that are put off."""
        return frozenset(stage.name for stage in self.pipeline.stages if stage.paused)

    @cached_property
    def funnel_stages(self) -> tuple[str, ...]:
        """The stages of the funnel: the open ones in their order, then won."""
        return (*self.open_stages, *(name for name, outcome in self.outcomes.items() if outcome == "won"))

    @cached_property
    def headline_stages(self) -> frozenset[str]:
        """The stages whose deals the headline counts: the open ones without prospects."""
        return frozenset(self.open_stages) - self.prospect_stages

    def in_headline(self, stage: str | None) -> bool:
        """Say whether the headline counts the deals of a stage."""
        return stage in self.headline_stages

    @cached_property
    def repositories(self) -> tuple[str, ...]:
        """The repositories of a report on several ones."""
        return tuple(dict.fromkeys(place.repository for place in self.places.values()))

    def issue_url(self, number: int) -> str:
        """Give the address of an issue."""
        place = self.places.get(number)
        return f"{place.url}/issues/{place.number}" if place is not None else f"{self.url}/issues/{number}"

    def reference(self, number: int) -> int | str:
        """Name an issue: by its number, and in a report on several repositories as `acme/sales#7`."""
        place = self.places.get(number)
        return f"{place.repository}#{place.number}" if place is not None else number

    def midnight(self, day: date) -> datetime:
        """Give the moment at which a day began in the team's zone, in UTC."""
        return midnight(day, self.zone)

    def month(self, moment: datetime) -> str:
        """Name the calendar month of a moment, as `2026-11`."""
        return f"{moment.astimezone(self.zone):%Y-%m}"


def week_of(moment: datetime, zone: tzinfo) -> str:
    """Name the ISO week of a moment, as `2026-W47`."""
    year, week, _ = local_day(moment, zone).isocalendar()
    return f"{year}-W{week:02}"


def monday(week: str) -> date:
    """Give the first day of an ISO week. Raises InputError for one that is not in the calendar."""
    found = _WEEK.fullmatch(week)
    try:
        if found and 1970 <= int(found[1]) < 2200:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        pass
    raise InputError(f"--week {week[:20]} is not a week of the calendar.", "For example --week 2026-W47")


def choose_scope(
    repository: str,
    pipeline: Pipeline,
    now: datetime,
    *,
    week: str | None = None,
    since: datetime | None = None,
    url: str = "",
) -> Scope:
    """Choose the moment of a report: now, or the end of a past week. Raises InputError for a future week.

    Without `since` the report compares with seven days before; that of a past week with the beginning of that week.
    """
    running = week_of(now, pipeline.timezone)
    if week is None or week == running:
        return Scope(repository, pipeline, now, since or now - WEEK, running, url)
    # By the calendar: a week in which the clocks change has 167 or 169 hours.
    begin, end = (midnight(day, pipeline.timezone)
                  for day in (monday(week), monday(week) + WEEK))  # fmt: skip
    if end > now:
        raise InputError(f"The week {week} is in the future.", f"This week is {running}")
    return Scope(repository, pipeline, end, since or begin, week, url)
