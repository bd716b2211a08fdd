"""Turns the configuration file into the pipeline, or into every problem with its line.

The steps: read the YAML (`yaml_reader`), check each value (`check`), merge the settings over the defaults (`names`,
`stages`), check the whole (`rules`). Opens no file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any, Protocol

from salesbot.core.commands.catalog import COMMANDS
from salesbot.core.config import check, rules, stages, yaml_reader
from salesbot.core.config.document import Findings
from salesbot.core.config.names import Names, read_names
from salesbot.core.config.problems import ConfigError, shown
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import (
    BOARD_FIELDS,
    Board,
    ChatSettings,
    Field,
    Owners,
    Permissions,
    Pipeline,
    ReportSettings,
    Streak,
    StreakPipeline,
    SweepSettings,
    Typeform,
)
from salesbot.core.text.money import Money, MoneyError
from salesbot.core.text.suggestions import did_you_mean

Settings = Mapping[str, Any]

RESERVED_COMMANDS = frozenset(COMMANDS) | {"close", "force", "report"}
"""Commands that are not moves, so that no stage may use them."""

_AS_WRITTEN = ("label_prefix", "deals", "since", "currency")
_LISTS = ("lost_reasons", "reject_reasons", "sources", "quiet")


class TimeZones(Protocol):
    """The time zones there are. They are files of the machine, so whoever calls brings them."""

    def find(self, name: str) -> tzinfo | None:
        """Give a time zone by its name; None if there is none."""

    def names(self) -> Iterable[str]:
        """List the names of all."""


def parse(
    text: str | None,
    file: str,
    *,
    templates: Collection[str],
    zones: TimeZones,
    reserved_commands: Collection[str] = RESERVED_COMMANDS,
) -> Pipeline:
    """Read the configuration; without any, or with an empty one, the default pipeline.

    `templates` are the names of all templates, such as `checklists/estimate.md.j2`; `zones` are the time zones of the
    machine; stages may not use the `reserved_commands`. Raises ConfigError with every problem of the file.
    """
    if text is None:
        return default_pipeline()
    document = yaml_reader.read(text, file)
    findings = Findings(document, list(document.problems))
    settings = check.check(findings)
    pipeline, names = _merge(settings, reserved_commands, findings)
    pipeline = replace(pipeline, timezone=_timezone(settings, pipeline, zones, findings))
    rules.check(rules.Case(pipeline, settings, names, templates, reserved_commands, findings))
    if findings.problems:
        raise ConfigError(findings.problems)
    return pipeline


def _merge(settings: Settings, reserved_commands: Collection[str], findings: Findings) -> tuple[Pipeline, Names]:
    base = default_pipeline()
    written = settings.get("stages", {})
    in_file = findings.document.value.get("stages")
    names = read_names(
        written,
        {stage.name: stage for stage in base.stages},
        in_file if isinstance(in_file, dict) else (),
        findings,
    )
    prefix = settings.get("label_prefix", base.label_prefix)
    merged = stages.merge(
        written, base.stages, names, prefix=prefix, reserved_commands=reserved_commands, findings=findings
    )
    return _filled(replace(base, stages=merged), settings, names, findings), names


def _filled(base: Pipeline, settings: Settings, names: Names, findings: Findings) -> Pipeline:
    """Put everything but the stages into the pipeline."""
    as_written: dict[str, Any] = {key: settings[key] for key in _AS_WRITTEN if key in settings}
    as_written |= {key: tuple(settings[key]) for key in _LISTS if key in settings}
    return replace(
        base,
        **as_written,
        initial=_start("initial", base.initial, settings, names, findings),
        reopens=_start("reopens", base.reopens, settings, names, findings),
        fields=tuple(_field(key, field or {}) for key, field in settings.get("fields", {}).items()),
        permissions=Permissions(**settings.get("permissions", {})),
        notify_new=settings.get("notify", {}).get("new"),
        chat=ChatSettings(**settings.get("chat", {})),
        owners=_owners(settings.get("owners", {})),
        rates=_day_rates(settings.get("rates", {}), as_written.get("currency", base.currency), findings),
        hours_per_day=settings.get("hours_per_day", base.hours_per_day),
        away={login: tuple(spans) for login, spans in settings.get("away", {}).items()},
        sweep=SweepSettings(**settings.get("sweep", {})),
        report=_report(settings.get("report", {})),
        typeform=Typeform(**settings["typeform"]) if "typeform" in settings else None,
        streak=_streak(settings["streak"], names) if "streak" in settings else None,
        board=_board(settings["board"], names) if "board" in settings else None,
    )


def _timezone(settings: Settings, base: Pipeline, zones: TimeZones, findings: Findings) -> tzinfo:
    if "timezone" not in settings:
        return base.timezone
    name = settings["timezone"]
    zone = zones.find(name)
    if zone is None:
        hint = did_you_mean(name, findings.choices(zones.names())) or "Write a name such as Europe/Berlin."
        findings.add(("timezone",), f'unknown time zone "{shown(name)}"', hint)
    return zone or base.timezone


def _start(key: str, default: str, settings: Settings, names: Names, findings: Findings) -> str:
    name = settings.get(key)
    if name is None or name == "previous" == default:
        return names.now(default) or default
    return names.find(name, (key,), findings) or default


def _field(key: str, settings: Settings) -> Field:
    label = settings.get("label") or key.replace("-", " ").replace("_", " ").capitalize()
    return Field(
        key, label, settings.get("type", "text"), tuple(settings.get("options", ())), settings.get("client", False)
    )


def _owners(settings: Settings) -> Owners:
    return Owners(tuple(settings.get("people", ())), settings.get("by", Owners.by))


def _report(settings: Settings) -> ReportSettings:
    goals = settings.get("goal", {})
    return ReportSettings(
        {span: goal for span, goal in goals.items() if span != "people"},
        settings.get("window", ReportSettings.window_months),
        tuple(settings.get("by", ())),
        {currency: _rates(each) for currency, each in settings.get("rates", {}).items()},
        goals.get("people", {}),
    )


def _day_rates(written: Mapping[str, str], currency: str, findings: Findings) -> dict[str, Money]:
    """Read what a day costs; an amount without a currency is in the pipeline's."""
    found: dict[str, Money] = {}
    for name, text in written.items():
        try:
            found[name] = Money.parse(text, currency)
        except MoneyError as error:
            findings.add(("rates", name), str(error))
    return found


def _rates(rate: Decimal | Mapping[date, Decimal]) -> tuple[tuple[date, Decimal], ...]:
    """A rate without a date is valid for all time."""
    return tuple(sorted(rate.items())) if isinstance(rate, Mapping) else ((date.min, rate),)


def _streak(settings: Settings, names: Names) -> Streak:
    pipelines = {name: _streak_pipeline(each, names) for name, each in settings.get("pipelines", {}).items()}
    return Streak(settings.get("guards", Streak.guards), people=settings.get("people", {}), **pipelines)


def _streak_pipeline(settings: Settings, names: Names) -> StreakPipeline:
    stages = settings.get("stages", {})
    return StreakPipeline(settings["key"], {names.now(name) or name: theirs for name, theirs in stages.items()})


def _board(settings: Settings, names: Names) -> Board:
    fields = {key: name for key, name in {**BOARD_FIELDS, **settings.get("fields", {})}.items() if name is not None}
    stages = {names.now(name) or name: column for name, column in settings.get("stages", {}).items()}
    return Board(settings["project"], settings.get("guards", Board.guards), fields, stages)
