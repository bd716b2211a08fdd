"""The configuration file -> the pipeline, or every problem with its line.

Knows the way from text to `Pipeline`: read (`yaml_text`), check each value (`check`), merge over the defaults
(`names`, `stages`), ask the rules (`rules`). Opens no file and fetches nothing.
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
from salesbot.core.text.suggestions import did_you_mean

Settings = Mapping[str, Any]

BUILT_IN_WORDS = frozenset(COMMANDS) | {"close", "force", "report"}
"""Words after a slash that mean something else than a move."""

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
    words: Collection[str] = BUILT_IN_WORDS,
) -> Pipeline:
    """Read the configuration; without any, or with an empty one, the default pipeline.

    `templates` are the files there are, built in and overriding, such as `checklists/estimate.md.j2`; `zones` the time
    zones there are; `words` those that commands may not take. Raises ConfigError with every problem of the file.
    """
    if text is None:
        return default_pipeline()
    document = yaml_reader.read(text, file)
    findings = Findings(document, list(document.problems))
    settings = check.check(findings)
    pipeline, names = _merge(settings, words, findings)
    pipeline = replace(pipeline, timezone=_timezone(settings, pipeline, zones, findings))
    rules.check(rules.Case(pipeline, settings, names, templates, words, findings))
    if findings.problems:
        raise ConfigError(findings.problems)
    return pipeline


def _merge(settings: Settings, words: Collection[str], findings: Findings) -> tuple[Pipeline, Names]:
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
    merged = stages.merge(written, base.stages, names, prefix=prefix, words=words, findings=findings)
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
        fields=tuple(_field(key, said or {}) for key, said in settings.get("fields", {}).items()),
        permissions=Permissions(**settings.get("permissions", {})),
        notify_new=settings.get("notify", {}).get("new"),
        owners=_owners(settings.get("owners", {})),
        away={login: tuple(spans) for login, spans in settings.get("away", {}).items()},
        sweep=SweepSettings(**settings.get("sweep", {})),
        report=_report(settings.get("report", {})),
        typeform=Typeform(**settings["typeform"]) if "typeform" in settings else None,
        streak=_streak(settings["streak"], names) if "streak" in settings else None,
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
    said = settings.get(key)
    if said is None or said == "previous" == default:
        return names.now(default) or default
    return names.find(said, (key,), findings) or default


def _field(key: str, said: Settings) -> Field:
    label = said.get("label") or key.replace("-", " ").replace("_", " ").capitalize()
    return Field(key, label, said.get("type", "text"), tuple(said.get("options", ())))


def _owners(said: Settings) -> Owners:
    return Owners(tuple(said.get("people", ())), said.get("by", Owners.by))


def _report(said: Settings) -> ReportSettings:
    return ReportSettings(
        said.get("goal", {}),
        said.get("window", ReportSettings.window_months),
        tuple(said.get("by", ())),
        {currency: _rates(each) for currency, each in said.get("rates", {}).items()},
    )


def _rates(said: Decimal | Mapping[date, Decimal]) -> tuple[tuple[date, Decimal], ...]:
    """A rate without a date has always held."""
    return tuple(sorted(said.items())) if isinstance(said, Mapping) else ((date.min, said),)


def _streak(said: Settings, names: Names) -> Streak:
    pipelines = {name: _streak_pipeline(each, names) for name, each in said.get("pipelines", {}).items()}
    return Streak(said.get("guards", Streak.guards), people=said.get("people", {}), **pipelines)


def _streak_pipeline(said: Settings, names: Names) -> StreakPipeline:
    stages = said.get("stages", {})
    return StreakPipeline(said["key"], {names.now(name) or name: theirs for name, theirs in stages.items()})
