"""A deal as the report counts it: one compact value for each, made from an issue as it was read.

Knows the state of a deal at a moment. The sections add up. A hundred thousand of these fit into memory, so they hold
what is counted and no text of the discussion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from salesbot.core.leads.duplicates import Traits
from salesbot.core.model.estimate import Range
from salesbot.core.model.logged_activity import LoggedActivity
from salesbot.core.model.tasks import DealTask
from salesbot.core.policies.attention import AttentionKind, Beginnings
from salesbot.core.report.stage_intervals import StageInterval
from salesbot.core.text.next_step import NextStep


@dataclass(frozen=True, slots=True)
class ForcedMove:
    """A move with `--force`: to which stage, by whom and why."""

    stage: str
    at: datetime
    by: str | None
    why: str


@dataclass(frozen=True, slots=True)
class CountedDeal:
    """A deal at the report's moment. `value` is in the pipeline's currency; None if there is none to count."""

    number: int
    title: str
    client: str
    created: datetime
    stage: str
    stage_intervals: tuple[StageInterval, ...]
    closed: datetime | None = None
    """When it entered its end stage; None in any other stage."""
    owner: str | None = None
    value: Decimal | None = None
    given: tuple[str, Decimal] | None = None
    """Currency and amount of its value, as somebody wrote it."""
    rounds: tuple[tuple[datetime, Decimal], ...] = ()
    """When commands set its value, and to what, oldest first; converted in the same way."""
    estimate: Range | None = None
    """What it was last estimated at, in the pipeline's currency; None if not all of that is money."""
    probability: int = 0
    """Percent: its own, else its stage's."""
    expected: date | None = None
    next_step: NextStep | None = None
    source: str = ""
    service: str = ""
    reason: str = ""
    revisit_on: date | None = None
    choices: tuple[str, ...] = ()
    """The values of the fields by which the report groups, in their order."""
    response_hours: float | None = None
    """Working hours until somebody of the team acted; None if the team opened the deal, or nobody acted yet."""
    forced_moves: tuple[ForcedMove, ...] = ()
    attention: Beginnings = ()
    """What it needs attention for at the report's moment or later, if nothing happens to it, and since or from when."""
    idle_since: date | None = None
    """On which day somebody of us did something last; None if it has ended or its issue is closed."""
    tasks: tuple[DealTask, ...] = ()
    """The open tasks, as the card keeps them."""
    task_counts: tuple[int, int] | None = None
    """How many tasks are done, of how many."""
    activities: tuple[LoggedActivity, ...] = ()
    """The calls, meetings and mails that somebody logged, without their texts."""
    last_contact: datetime | None = None
    """When an activity was logged, or a mail came or went by the mirror, last."""
    problems: tuple[str, ...] = ()
    traits: Traits = field(default_factory=dict, compare=False)
    """What tells whose deal it is (`core.leads.duplicates`)."""

    @property
    def foreign(self) -> tuple[str, Decimal] | None:
        """Currency and amount of a value that no rate converts."""
        return self.given if self.value is None else None

    @property
    def since(self) -> datetime:
        """When it entered its stage."""
        return self.stage_intervals[-1].entered

    def needs(self, at: datetime) -> tuple[AttentionKind, ...]:
        """List what it needs attention for at a moment, the most urgent first."""
        return tuple(kind for kind, begin in self.attention if begin <= at)

    def idle_days(self, day: date) -> int | None:
        """Count the days since somebody of us did something; None if it has ended or its issue is closed."""
        return (day - self.idle_since).days if self.idle_since is not None else None

    def stage_at(self, moment: datetime) -> str | None:
        """Give its stage at a moment; None if it had none yet."""
        if self.since <= moment:
            return self.stage_intervals[-1].stage
        stage = None
        for interval in self.stage_intervals:
            if interval.entered > moment:
                break
            stage = interval.stage
        return stage

    def value_at(self, moment: datetime) -> Decimal | None:
        """Give its value at a moment: the one it has now, unless a command set another since."""
        if not self.rounds:
            return self.value
        before = [value for at, value in self.rounds if at <= moment]
        if len(before) == len(self.rounds):
            return self.value
        return before[-1] if before else None


@dataclass(frozen=True, slots=True)
class UncountableDeal:
    """An issue that is listed and counted nowhere.

    Its stage label is not configured, it is closed and locked without an outcome, or reading it failed.
    """

    number: int
    title: str
    label: str = ""
    """The stage label that is not configured."""
    locked: bool = False
    """Closed and locked without an outcome, as a conversion to a discussion leaves it."""
