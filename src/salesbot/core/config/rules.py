"""Rules for a whole configuration: every stage reachable, no label twice, no field unknown.

Each rule checks one thing in the merged pipeline and adds its problem at the place of the file that can change it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from salesbot.core.config.document import Findings
from salesbot.core.config.names import Names
from salesbot.core.config.problems import shown
from salesbot.core.config.value_types import MAX_LABEL
from salesbot.core.model.headings import BUILT_IN_FIELDS, KEPT_FIELDS, LEAD_FIELDS
from salesbot.core.model.pipeline import DEFAULT_STAGES, Pipeline, Stage, checklist_file, field_key
from salesbot.core.text.label_names import column_key, label_key
from salesbot.core.text.money import DECIMALS
from salesbot.core.text.suggestions import did_you_mean

Settings = Mapping[str, Any]

OWN_LABELS = frozenset({"not-a-deal", "salesbot-problem", "report"})
"""Labels that salesbot uses for something else, besides all that begin with `attention:`."""


@dataclass(frozen=True)
class Case:
    """What rules check: the merged pipeline, the valid settings of the file, and what else exists."""

    pipeline: Pipeline
    settings: Settings
    names: Names
    templates: Collection[str]
    reserved_commands: Collection[str]
    findings: Findings

    @property
    def stages(self) -> Settings:
        """The settings of the stages in the file."""
        return {name: stage for name, stage in self.settings.get("stages", {}).items() if stage}


def check(case: Case) -> None:
    """Check every rule."""
    for rule in RULES:
        rule(case)


def starts_are_open(case: Case) -> None:
    """New deals start in an open stage, and reopened ones come back to one."""
    for key in ("initial", "reopens"):
        name = getattr(case.pipeline, key)
        stage = case.pipeline.stage(name)
        if stage is None and key == "initial" and key not in case.settings:
            hint = "Say which open stage they start in: `initial`."
            case.findings.add(("stages", name), f"new deals start at {name}, which is dropped", hint, at_key=True)
        if stage is not None and not stage.is_open:
            opens = ", ".join(choice.name for choice in case.pipeline.open_stages)
            case.findings.add((key,), f"{name} is not an open stage", f"There are: {opens}.")


def every_stage_is_reached(case: Case) -> None:
    """Every stage can be reached from the first one."""
    reached = _reach(case.pipeline, (case.pipeline.initial, case.pipeline.reopens))
    first = case.pipeline.stage(case.pipeline.initial)
    if first is None or not first.is_open:
        return
    for stage in case.pipeline.stages:
        if stage.name not in reached:
            drop = "" if stage.outcome == "won" else f", or drop it: `{stage.name}: null`"
            drop = drop if stage.name in DEFAULT_STAGES else ", or take it out"
            hint = f"Add it to the `next` of another stage{drop}."
            case.findings.add(("stages", stage.name), f"no stage leads to {stage.name}", hint, at_key=True)


def every_open_stage_has_a_way_out(case: Case) -> None:
    """Every open stage leads to an end stage."""
    ends = {stage.name for stage in case.pipeline.stages if stage.outcome is not None}
    for stage in case.pipeline.open_stages:
        if not ends & _reach(case.pipeline, (stage.name,)):
            what = f"no way leads from {stage.name} to an end ({', '.join(sorted(ends))})"
            case.findings.add(
                ("stages", stage.name, "next"), what, "Add an end to its `next`, such as lost.", at_key=True
            )


def _reach(pipeline: Pipeline, starts: Iterable[str]) -> set[str]:
    stages = {stage.name: stage for stage in pipeline.stages}
    found: set[str] = set()
    ahead = list(starts)
    while ahead:
        name = ahead.pop()
        if name in stages and name not in found:
            found.add(name)
            # An unknown name is reported elsewhere; any stage may be meant.
            understood = stages.keys() >= set(stages[name].next)
            ahead += stages[name].next if understood else stages
    return found


def labels_are_fit(case: Case) -> None:
    """A label belongs to one stage, and GitHub accepts it."""
    owners: dict[str, Stage] = {}
    for stage in case.pipeline.stages:
        path = ("stages", stage.name, "label")
        label = label_key(stage.label)
        if len(stage.label) > MAX_LABEL:
            case.findings.add(
                path, f"the label has {len(stage.label)} characters; {MAX_LABEL} are allowed", "Set `label`."
            )
        if label in OWN_LABELS or label.startswith("attention:"):
            case.findings.add(path, f'the label "{shown(stage.label)}" means something else to salesbot')
        if label in owners:
            _shared(case, stage, owners[label], "label", f'the label "{shown(stage.label)}"')
        owners.setdefault(label, stage)
    _earlier_labels_are_free(case, owners)


def _shared(case: Case, stage: Stage, other: Stage, key: str, what: str) -> None:
    """Add the problem to the stage that sets the key in the file."""
    if key not in case.stages.get(stage.name, {}) and key in case.stages.get(other.name, {}):
        stage, other = other, stage
    case.findings.add(("stages", stage.name, key), f"{other.name} has {what} too", "Choose another one.")


def _earlier_labels_are_free(case: Case, owners: Mapping[str, Stage]) -> None:
    for stage in case.pipeline.stages:
        for before in stage.was:
            owner = owners.get(label_key(f"{case.pipeline.label_prefix}{before}"))
            if owner is not None and owner is not stage:
                what = f'"{shown(owner.label)}" is the label of {owner.name}, so it cannot mean {stage.name} as well'
                case.findings.add(("stages", stage.name, "was", before), what)


def commands_are_free(case: Case) -> None:
    """A command moves to one stage, and is not reserved."""
    owners: dict[str, Stage] = {}
    for stage in case.pipeline.stages:
        if stage.command in case.reserved_commands:
            what = f"/{stage.command} is already another command"
            case.findings.add(("stages", stage.name, "command"), what, "Choose another word.")
        elif stage.command in owners:
            _shared(case, stage, owners[stage.command], "command", f"the command /{stage.command}")
        if stage.command:
            owners.setdefault(stage.command, stage)


def checklists_exist(case: Case) -> None:
    """A checklist that is posted or asked for has a template."""
    for stage, settings in case.stages.items():
        if settings.get("checklist"):
            _has_template(case, ("stages", stage, "checklist"), settings["checklist"])
        for path, kind, argument in _guards(stage, settings):
            if kind == "checklist":
                _has_template(case, path, argument)


def _has_template(case: Case, path: tuple[str, ...], name: str) -> None:
    if checklist_file(name) not in case.templates:
        start, end = checklist_file("*").split("*")
        known = [file[len(start) : -len(end)] for file in case.templates if file.startswith(start)]
        what = f'there is no checklist "{shown(name)}" ({checklist_file(shown(name))})'
        case.findings.add(path, what, did_you_mean(name, case.findings.choices(sorted(known))))


def _guards(stage: str, settings: Settings) -> Iterable[tuple[tuple[str, ...], str, str]]:
    for key in ("requires", "expects"):
        for guard in settings.get(key, ()):
            kind, _, argument = guard.partition(":")
            yield ("stages", stage, key, guard), kind, argument


def fields_exist(case: Case) -> None:
    """A field that is asked for, filled or counted by is built in or the team's own."""
    mentions = [
        (path, argument)
        for stage, settings in case.stages.items()
        for path, kind, argument in _guards(stage, settings)
        if kind == "field"
    ]
    mentions += [(("report", "by", key), key) for key in case.settings.get("report", {}).get("by", ())]
    mentions += [(("typeform", "map", key), key) for key in case.settings.get("typeform", {}).get("map", {})]
    built_in = (*BUILT_IN_FIELDS, LEAD_FIELDS[0])
    known = [field_key(heading) for heading in built_in] + [extra.key for extra in case.pipeline.fields]
    for path, key in mentions:
        if case.pipeline.heading(key) is None:
            at_key = path[0] == "typeform"
            case.findings.add(
                path, f'unknown field "{shown(key)}"', did_you_mean(key, case.findings.choices(known)), at_key=at_key
            )


def fields_are_distinct(case: Case) -> None:
    """No two fields share a heading or a key."""
    taken_by_us = BUILT_IN_FIELDS + LEAD_FIELDS + KEPT_FIELDS
    owners = {field_key(heading): f"the built-in field {heading}" for heading in taken_by_us}
    for extra in case.pipeline.fields:
        for name, key in ((extra.key, "key"), (field_key(extra.label), "label")):
            taken = owners.get(name)
            if taken is not None:
                path = ("fields", extra.key, *([key] if key == "label" else []))
                case.findings.add(path, f"there is {taken} already", "Choose another name.", at_key=key == "key")
                break
        for name in (field_key(extra.label), extra.key):
            owners.setdefault(name, f"the field {extra.key}")


def choices_have_options(case: Case) -> None:
    """A choice has options, and nothing else has."""
    for extra in case.pipeline.fields:
        if extra.type == "choice" and not extra.options:
            case.findings.add(("fields", extra.key), "a choice needs options", "Write options: [one, another].")
        settings = case.settings["fields"][extra.key] or {}
        misspelled = "type" not in settings and case.findings.document.has("fields", extra.key, "type")
        if extra.type != "choice" and extra.options and not misspelled:
            path = ("fields", extra.key, "options")
            case.findings.add(path, f"only a choice has options, and this is {extra.type}", "Write type: choice.")


def streak_stages_exist(case: Case) -> None:
    """The stages mapped to Streak exist, and each stage of Streak is used once."""
    pipelines = case.settings.get("streak", {}).get("pipelines", {})
    for name, pipeline in pipelines.items():
        owners: dict[str, str] = {}
        for stage, theirs in pipeline.get("stages", {}).items():
            path = ("streak", "pipelines", name, "stages", stage)
            found = case.names.find(stage, path, case.findings)
            if theirs in owners:
                what = f'Streak\'s "{shown(theirs)}" means {owners[theirs]} already'
                case.findings.add(path, what, "Map each Streak stage to one stage only.")
            elif name == "connections" and found and case.pipeline.stage(found) not in case.pipeline.open_stages:
                case.findings.add(path, f"a connection opens a deal, and {found} is not an open stage", at_key=True)
            owners.setdefault(theirs, stage)


def board_columns_are_distinct(case: Case) -> None:
    """The stages named for the board exist, and each column and field of it means one thing."""
    board = case.pipeline.board
    if board is None:
        return
    for stage in case.settings["board"].get("stages", {}):
        case.names.find(stage, ("board", "stages", stage), case.findings)
    columns = {stage.name: name for stage in case.pipeline.stages if (name := board.column(stage.name)) is not None}
    for key, named in (("stages", columns), ("fields", board.fields)):
        owners: dict[str, str] = {}
        written = case.settings["board"].get(key, {})
        for what in sorted(named, key=lambda each: each in written):
            owner = owners.setdefault(column_key(named[what]), what)
            if owner != what:
                found = f'"{shown(named[what])}" means {owner} already'
                case.findings.add(("board", key, what), found, "Choose another one.")


def rates_are_for_other_currencies(case: Case) -> None:
    """A rate is for a currency that exists and is not the team's own."""
    for code in case.settings.get("report", {}).get("rates", {}):
        path = ("report", "rates", code)
        if code not in DECIMALS:
            hint = did_you_mean(code, case.findings.choices(DECIMALS))
            case.findings.add(path, f"{shown(code)} is not a currency", hint, at_key=True)
        elif code == case.pipeline.currency:
            case.findings.add(path, f"{code} is your own currency", "Take it out.", at_key=True)


RULES: tuple[Callable[[Case], None], ...] = (
    starts_are_open,
    every_stage_is_reached,
    every_open_stage_has_a_way_out,
    labels_are_fit,
    commands_are_free,
    checklists_exist,
    fields_exist,
    fields_are_distinct,
    choices_have_options,
    streak_stages_exist,
    board_columns_are_distinct,
    rates_are_for_other_currencies,
)
