"""The pipeline: which stages there are, what leads where, and what one must have to enter.

Knows the default pipeline and the values a configuration can change. Knows nothing of YAML; `config` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta, tzinfo
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from salesbot.core.model.deal import Role
from salesbot.core.model.headings import BUILT_IN_FIELDS, KEPT_FIELDS, LEAD_FIELDS, ONE_LINE_FIELDS
from salesbot.core.text.label_names import label_key
from salesbot.core.text.money import Money

Outcome = Literal["won", "lost", "rejected"]
FieldType = Literal["text", "number", "money", "date", "choice", "yes/no"]
Days = tuple[date, date]
"""First and last day, both included."""
DEFAULT_STAGES = frozenset({"prospect", "lead", "qualified", "negotiating", "won", "lost", "rejected", "revisit"})
"""Names that mean a stage in every repository, also under `was:`."""
HORIZON = timedelta(days=7)
"""How long an unanswered command stays good, and an issue without stage may still become a deal (docs/design.md)."""


@dataclass(frozen=True)
class Stage:
    """How far the buyer has come. Lists of stages hold names; lists of guards hold `name` or `name:argument`."""

    name: str
    label: str
    description: str = ""
    color: str = "ededed"
    probability: int = 0
    """Percent."""
    idle_days: int | None = None
    next: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    checklist: str | None = None
    notify: str | None = None
    command: str | None = None
    """The command that moves here, without the slash."""
    outcome: Outcome | None = None
    """An end stage: entering it closes the issue."""
    paused: bool = False
    """Revisit: neither open nor ended; comes back by itself on a date."""
    was: tuple[str, ...] = ()
    """Earlier names of the stage, or earlier labels in full; all of them still mean it."""

    @property
    def is_open(self) -> bool:
        """Whether deals here count as open: neither ended nor put off (behaviour: report definitions)."""
        return self.outcome is None and not self.paused


@dataclass(frozen=True)
class Field:
    """A section of the issue body that the configuration adds to the built-in ones."""

    key: str
    label: str
    type: FieldType = "text"
    options: tuple[str, ...] = ()
    client: bool = False
    """It describes the client: what one deal has is offered on the next."""


@dataclass(frozen=True)
class Permissions:
    """The least role for commands, for moves (by command or label), and for `--force`."""

    default: Role = Role.WRITE
    moves: Role = Role.TRIAGE
    force: Role = Role.WRITE


@dataclass(frozen=True)
class Owners:
    """Who gets the deals that machines open, and how one is picked. Nobody named: they wait for an owner."""

    people: tuple[str, ...] = ()
    by: Literal["round-robin", "least-busy"] = "round-robin"


@dataclass(frozen=True)
class SweepSettings:
    """How many comments and edits one sweep may write; GitHub allows 500 an hour. The rest waits for the next one."""

    budget: int = 300


@dataclass(frozen=True)
class ReportSettings:
    """What the report measures against: goals in the pipeline's currency, a window in months, fields to group by."""

    goal: Mapping[str, Decimal] = field(default_factory=dict)
    """By `month`, `quarter` or `year`."""
    window_months: int = 12
    by: tuple[str, ...] = ()
    """Keys of fields."""
    rates: Mapping[str, tuple[tuple[date, Decimal], ...]] = field(default_factory=dict)
    """By currency: what one unit is worth in the pipeline's currency, and from which day on, oldest first."""
    people_goals: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    """By lower-case login: a person's own goals."""


@dataclass(frozen=True)
class Typeform:
    """The form that leads come from, and which of its answers (by `ref`) fills which field (by key).

    The first poll goes back to `since`; without it seven days, and never before the installation.
    """

    form: str
    map: Mapping[str, str] = field(default_factory=dict)
    since: date | None = None


@dataclass(frozen=True)
class StreakPipeline:
    """A pipeline on Streak's side: its key, and by our stage the key or name of theirs."""

    key: str
    stages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Streak:
    """How deals and boxes are paired. `guards` says what becomes of a guard's no when a box was dragged."""

    guards: Literal["expects", "requires"] = "expects"
    sales: StreakPipeline | None = None
    connections: StreakPipeline | None = None
    """A contact that reaches one of these stages opens a deal in ours."""
    people: Mapping[str, str] = field(default_factory=dict)
    """By lower-case login, the mail address somebody goes by in Streak."""


BOARD_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "stage": "Status",
        "value": "Value",
        "weighted": "Weighted",
        "expected_close": "Expected close",
        "next_step": "Next step",
        "next_date": "Next on",
    }
)
"""What a board shows of a deal, and what the project's field is called unless the configuration names another."""


@dataclass(frozen=True)
class Board:
    """The project that shows the deals as cards, by its number at the repository's owner (docs/board.md)."""

    project: int
    guards: Literal["requires", "expects"] = "requires"
    """What becomes of a guard's no when a card was dragged."""
    fields: Mapping[str, str] = field(default_factory=lambda: BOARD_FIELDS)
    """The names of the project's fields, by what they hold; what is not here is not on the board."""
    stages: Mapping[str, str | None] = field(default_factory=dict)
    """The columns of stages that are not called like their stage; None: the stage is not on the board."""

    def column(self, stage: str) -> str | None:
        """Name the column of a stage; None if it is not on the board."""
        return self.stages.get(stage, stage)


@dataclass(frozen=True)
class ChatSettings:
    """What is posted to a chat (docs/chat.md): each occasion that is switched on, and each new report."""

    new: bool = False
    won: bool = False
    lost: bool = False
    unanswered: bool = False
    report: bool = True
    kind: str = ""
    """The kind of chat, where the address does not tell."""

    @property
    def announced(self) -> frozenset[str]:
        """The occasions of deals that are announced."""
        return frozenset(name for name in ("new", "won", "lost", "unanswered") if getattr(self, name))


@dataclass(frozen=True)
class Pipeline:
    """Everything a team can decide about its pipeline. `stages` are in the order of the funnel."""

    stages: tuple[Stage, ...]
    initial: str = "lead"
    reopens: str = "previous"
    label_prefix: str = "stage:"
    deals: Literal["all", "labelled"] = "all"
    since: date | None = None
    timezone: tzinfo = UTC
    currency: str = "EUR"
    rates: Mapping[str, Money] = field(default_factory=dict)
    """What a day of work costs, by the name of the rate in lowercase (docs/estimating.md)."""
    hours_per_day: Decimal = Decimal(8)
    fields: tuple[Field, ...] = ()
    lost_reasons: tuple[str, ...] = ()
    reject_reasons: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    permissions: Permissions = Permissions()
    notify_new: str | None = None
    chat: ChatSettings = ChatSettings()
    owners: Owners = Owners()
    quiet: tuple[Days, ...] = ()
    """Days on which nobody is reminded."""
    away: Mapping[str, tuple[Days, ...]] = field(default_factory=dict)
    """By lower-case login."""
    sweep: SweepSettings = SweepSettings()
    report: ReportSettings = field(default_factory=ReportSettings)
    typeform: Typeform | None = None
    streak: Streak | None = None
    board: Board | None = None

    def stage(self, name: str | None) -> Stage | None:
        """Find a stage by its name or an earlier name, without regard to case; None if there is none."""
        wanted = (name or "").casefold()
        by_name = (stage for stage in self.stages if stage.name.casefold() == wanted)
        earlier = (stage for stage in self.stages if wanted in {was.casefold() for was in stage.was})
        return next(by_name, None) or next(earlier, None)

    def stage_of_label(self, label: str) -> Stage | None:
        """Find the stage a label belongs to, now or before it was renamed; None for any other label."""
        return self._by_label.get(label_key(label))

    @cached_property
    def _by_label(self) -> Mapping[str, Stage]:
        """The stages by their labels, and by earlier ones where no stage has them now; the first stage counts."""
        last_first = self.stages[::-1]
        earlier = {key: stage for stage in last_first for key in self._earlier_labels(stage)}
        return earlier | {label_key(stage.label): stage for stage in last_first}

    def _earlier_labels(self, stage: Stage) -> set[str]:
        names = {f"{self.label_prefix}{name}" for name in (stage.name, *stage.was)}
        # `was: lead` means `stage:lead`; a label that is just called "lead" may belong to something else.
        return {label_key(label) for label in names | (set(stage.was) - DEFAULT_STAGES)}

    def stage_of_command(self, word: str) -> Stage | None:
        """Find the stage that `/word` moves to; None if it is not a move."""
        return next((stage for stage in self.stages if stage.command and stage.command == word.casefold()), None)

    def allows(self, source: str, target: str) -> bool:
        """Say whether one stage leads to another. End stages lead nowhere: one reopens."""
        here, there = self.stage(source), self.stage(target)
        return here is not None and there is not None and here.outcome is None and there.name in here.next

    @property
    def open_stages(self) -> tuple[Stage, ...]:
        """The open stages, first to last."""
        return tuple(stage for stage in self.stages if stage.is_open)

    @property
    def step_stages(self) -> tuple[Stage, ...]:
        """The open stages after the first one: a deal there should have a next step."""
        order = self.open_stages
        start = next((index for index, stage in enumerate(order) if stage.name == self.initial), 0)
        return order[start + 1 :]

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings of all fields a deal may have: the built-in ones, then the team's own."""
        return BUILT_IN_FIELDS + LEAD_FIELDS + KEPT_FIELDS + tuple(extra.label for extra in self.fields)

    @property
    def one_line(self) -> tuple[str, ...]:
        """Headings of the fields that hold one value in one line; notes below it are people's."""
        own = tuple(extra.label for extra in self.fields if extra.type != "text")
        return (*ONE_LINE_FIELDS, *own)

    def heading(self, key: str) -> str | None:
        """Find the heading of a field by its key, as in `field:expected-close`; None if there is no such field."""
        own = {extra.key: extra.label for extra in self.fields}
        built_in = {field_key(heading): heading for heading in (*BUILT_IN_FIELDS, LEAD_FIELDS[0])}
        return (built_in | own).get(key.casefold())

    def is_quiet(self, day: date) -> bool:
        """Say whether nobody is to be reminded on this day: a weekend or one of the quiet days."""
        return day.isoweekday() > 5 or _within(day, self.quiet)

    def is_away(self, login: str, day: date) -> bool:
        """Say whether a person has said to be away on this day."""
        return _within(day, self.away.get(login.casefold(), ()))


def _within(day: date, spans: tuple[Days, ...]) -> bool:
    return any(first <= day <= last for first, last in spans)


def field_key(heading: str) -> str:
    """Turn a heading into the key that guards and the configuration use: `Expected close` is `expected-close`."""
    return "-".join(heading.casefold().split())


def checklist_file(name: str) -> str:
    """Name the template of a checklist, relative to the templates."""
    return f"checklists/{name}.md.j2"


def checklist_names(templates: Iterable[str]) -> frozenset[str]:
    """Name the checklists there are templates for."""
    start, end = checklist_file("*").split("*")
    found = (name for name in templates if name.startswith(start) and name.endswith(end))
    return frozenset(name.removeprefix(start).removesuffix(end) for name in found)
