"""Weekly reports one after another: each gets what the one before kept in the marker of its issue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from salesbot.adapters.templates import builtin_names
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core.config import parse
from salesbot.core.model.facts import Issue
from salesbot.core.report import as_json, weekly_issue
from salesbot.core.report.bridge import figures_of
from salesbot.core.report.compute import Report, compute_report
from salesbot.core.report.reader import Reader
from salesbot.core.report.scope import choose_scope
from salesbot.core.report.weekly_issue import ReportState
from tests.core.report.made import AROUND
from tests.core.report.stories import NOW, raw

WEEK = timedelta(days=7)


@dataclass
class Weekly:
    """The reports of a repository. `now` is when the next one is made."""

    now: datetime = NOW
    kept: ReportState | None = None
    reports: list[Report] = field(default_factory=list)

    def report(self, issues: Sequence[tuple[int, dict[str, Any]]], config: str) -> dict[str, Any]:
        """Make the next report of numbered issues, a week after the one before; give its movement."""
        pipeline = parse(config, "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones())
        scope = choose_scope("acme/sales", pipeline, self.now, url="https://x/acme/sales")
        if self.kept is not None:
            scope = replace(scope, since=self.kept.at, before=self.kept.figures)
        reader = Reader(AROUND, scope)
        found = [reader.count(raw(each, number)) for number, each in issues]
        made = compute_report([deal for deal in found if deal is not None], scope)
        self.keep(ReportState(scope.week, scope.since, scope.at, scope.at, figures=figures_of(made.deals, scope)))
        self.now += WEEK
        self.reports.append(made)
        movement: dict[str, Any] = as_json.values(made)["movement"]
        return movement

    def keep(self, state: ReportState) -> None:
        """Write the issue of a report, and read its marker again."""
        body = weekly_issue.compose("**0 EUR** open", "## Movement", state, 1).body
        self.kept = weekly_issue.read_state(Issue("I", 900, "Pipeline report", body, NOW, own=True), 1)
        assert self.kept is not None


def steps(movement: dict[str, Any]) -> dict[str, str]:
    """Give the steps of the bridge by name."""
    return {step["step"]: step["value"] for step in movement["bridge"]["steps"]}
