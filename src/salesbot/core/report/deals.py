"""A deal as the report counts it: one compact value for each, made from an issue as it was read.

Knows how a deal stood at a moment. Adds nothing up; the sections do. A hundred thousand of these fit into memory, so
they hold what is counted and no text of the discussion.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from salesbot.core.report.stage_intervals import StageInterval
from salesbot.core.text.next_step import NextStep


@dataclass(frozen=True, slots=True)
class Forced:
    """A move that passed guards and order: to which stage, by whom and why."""

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
    """When it came to the end stage it is in; None for any other stage."""
    owner: str | None = None
    value: Decimal | None = None
    foreign: tuple[str, Decimal] | None = None
    """Currency and amount of a value that no rate converts."""
    rounds: tuple[tuple[datetime, Decimal], ...] = ()
    """The values in turn as commands named them, converted alike."""
    probability: int = 0
    """Percent: its own, else its stage's."""
    expected: date | None = None
    next_step: NextStep | None = None
    source: str = ""
    reason: str = ""
    revisit_on: date | None = None
    choices: tuple[str, ...] = ()
    """What it says in the fields the report counts by, in their order."""
    answered: float | None = None
    """Working hours until somebody of us answered; None where nobody outside waited, or nobody answered yet."""
    forced: tuple[Forced, ...] = ()
    attention: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def since(self) -> datetime:
        """When it came to its stage."""
        return self.stage_intervals[-1].entered

    def stage_at(self, moment: datetime) -> str | None:
        """Say in which stage it was; None if it was in none yet."""
        stage = None
        for stay in self.stage_intervals:
            if stay.entered > moment:
                break
            stage = stay.stage
        return stage

    def value_at(self, moment: datetime) -> Decimal | None:
        """Say what it was worth: the round then in force, where commands named rounds; else what it is worth now."""
        before = [value for at, value in self.rounds if at <= moment]
        if before:
            return before[-1]
        return self.value if not self.rounds else None


@dataclass(frozen=True, slots=True)
class UncountableDeal:
    """An issue with a stage label that the configuration does not know: named, and counted nowhere."""

    number: int
    title: str
    label: str
