"""Whatever stands in the file: a pipeline, or problems with places inside the file. Never anything else."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core import config
from salesbot.core.config.problems import ConfigError
from salesbot.core.installation.diagram import mermaid
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import Pipeline, checklist_file
from tests.budget import budget

TEMPLATES = frozenset(checklist_file(name) for name in ("qualification", "estimate", "handover"))
VALID = """\
version: 1
since: 2026-11-23
timezone: Europe/Berlin
initial: lead
stages:
  qualified:
    description: A fit
    color: 0e8a16
    probability: 35
    next: [+prospect, -won]
    requires: ["checklist:qualification", owner]
    notify: "@acme/estimators"
  proposal-sent: {was: negotiating, label: "stage:proposal sent", command: propose}
  verbal: {after: proposal-sent, probability: 85}
  prospect: null
fields: {nda: {label: NDA signed, type: choice, options: [yes, no]}}
lost_reasons: [price, timing]
permissions: {moves: triage}
quiet: ["2026-12-21..2027-01-03"]
away: {kim: "2026-12-01..2026-12-10"}
report: {goal: {quarter: 250000}, window: 12 months, by: [service]}
typeform: {form: u6nXL7, map: {company: company_ref}}
streak: {pipelines: {sales: {key: x, stages: {lead: 5001}}}}
"""

WORDS = st.sampled_from(
    [
        "lead",
        "prospect",
        "qualified",
        "negotiating",
        "won",
        "lost",
        "rejected",
        "revisit",
        "verbal",
        "offer",
        "+lead",
        "-won",
        "owner",
        "value",
        "checklist:estimate",
        "field:company",
        "field:x",
        "@acme/sales",
        "2026-12-24",
        "2026-12-24..2026-12-31",
        "0e8a16",
        "choice",
        "triage",
        "write",
        "yes",
        "null",
        "35",
        "1",
        "previous",
        "all",
        "EUR",
        "Europe/Berlin",
    ]
)
STAGE_KEYS = st.sampled_from(
    [
        "label",
        "description",
        "color",
        "probability",
        "idle_days",
        "next",
        "requires",
        "expects",
        "checklist",
        "notify",
        "command",
        "was",
        "after",
        "x",
    ]
)
KEYS = st.sampled_from(
    [
        "version",
        "since",
        "timezone",
        "currency",
        "label_prefix",
        "initial",
        "reopens",
        "deals",
        "stages",
        "fields",
        "lost_reasons",
        "permissions",
        "notify",
        "owners",
        "quiet",
        "away",
        "report",
        "typeform",
        "streak",
        "goal",
        "window",
        "by",
        "form",
        "map",
        "people",
        "pipelines",
        "sales",
        "key",
        "label",
        "type",
        "options",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | WORDS
VALUES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(WORDS | KEYS | STAGE_KEYS | st.text(max_size=5), below),
    max_leaves=12,
)
STAGES = st.dictionaries(WORDS, st.none() | st.dictionaries(STAGE_KEYS, WORDS | st.lists(WORDS, max_size=4) | VALUES))
FILES = st.fixed_dictionaries(
    {}, optional={"stages": STAGES, "initial": WORDS, "fields": VALUES, "streak": VALUES}
).flatmap(lambda fixed: st.dictionaries(KEYS, VALUES, max_size=4).map(lambda rest: {**rest, **fixed}))
FEW = budget(150)


def holds(text: str) -> Pipeline | None:
    """Parse, and check all that must be true whatever comes out."""
    try:
        pipeline = config.parse(text, "f", templates=TEMPLATES, zones=SystemTimeZones())
    except ConfigError as error:
        problems = error.problems
    else:
        makes_sense(pipeline)
        return pipeline
    assert problems
    for problem in problems:
        inside(text, problem.line, problem.column)
        assert str(problem).isprintable()
    return None


def inside(text: str, line: int, column: int) -> None:
    lines = text.split("\n")
    assert 1 <= line <= len(lines)
    assert 1 <= column <= len(lines[line - 1]) + 1


def makes_sense(pipeline: Pipeline) -> None:
    names = [stage.name for stage in pipeline.stages]
    first = pipeline.stage(pipeline.initial)
    assert first is not None
    assert first.is_open
    assert len(set(names)) == len(names)
    assert len({stage.label.casefold() for stage in pipeline.stages}) == len(names)
    for stage in pipeline.stages:
        assert set(stage.next) <= set(names) - {stage.name}
        assert pipeline.stage_of_label(stage.label) is stage
        assert 0 < len(stage.label) <= 50
        assert 0 <= stage.probability <= 100
    assert mermaid(pipeline).startswith("flowchart LR\n")


@FEW
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    holds(text)


@FEW
@given(st.text(alphabet="ab:-?!&*#{}[]|>'\"%@`,. \n\t\r~=<+0", max_size=60))
def test_any_text_that_looks_like_yaml(text: str) -> None:
    holds(text)


@FEW
@given(FILES)
def test_any_settings(said: dict[str, Any]) -> None:
    holds(yaml.safe_dump(said, sort_keys=False, allow_unicode=True))


@FEW
@given(STAGES)
def test_any_stages(stages: dict[str, Any]) -> None:
    holds(yaml.safe_dump({"stages": stages}, sort_keys=False, allow_unicode=True))


@FEW
@given(st.data())
def test_a_valid_file_with_a_slip_of_the_pen(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(VALID)))
    end = data.draw(st.integers(start, min(start + 8, len(VALID))))
    holds(VALID[:start] + data.draw(st.text(max_size=4)) + VALID[end:])


@FEW
@given(st.permutations(VALID.split("\n")).map(lambda lines: lines[:-3]))
def test_a_valid_file_with_its_lines_in_disorder(lines: list[str]) -> None:
    holds("\n".join(lines))


@FEW
@given(st.lists(st.integers(0, VALID.count("\n")), max_size=6))
def test_a_valid_file_with_lines_missing(missing: list[int]) -> None:
    holds("\n".join(line for at, line in enumerate(VALID.split("\n")) if at not in missing))


def test_the_valid_file_is_valid() -> None:
    assert holds(VALID) is not None


@FEW
@given(st.lists(st.sampled_from([stage.name for stage in default_pipeline().stages]), unique=True))
def test_dropping_any_stages_leaves_a_pipeline_that_makes_sense_or_says_why_not(dropped: list[str]) -> None:
    pipeline = holds("stages:\n  x: {}\n" + "".join(f"  {name}: null\n" for name in dropped))
    assert (pipeline is None) == bool({"won", "lead"} & set(dropped))


@FEW
@given(st.lists(st.sampled_from([stage.name for stage in default_pipeline().stages]), unique=True))
def test_renaming_any_stages_changes_nothing_but_names(renamed: list[str]) -> None:
    pipeline = holds("stages:\n  x: {after: lead}\n" + "".join(f"  new {name}: {{was: {name}}}\n" for name in renamed))
    assert pipeline is not None
    before = config.parse("stages: {x: {after: lead}}", "f", templates=TEMPLATES, zones=SystemTimeZones())
    called = {stage.name: f"new {stage.name}" if stage.name in renamed else stage.name for stage in before.stages}
    assert [stage.name for stage in pipeline.stages] == [called[stage.name] for stage in before.stages]
    for old, new in zip(before.stages, pipeline.stages, strict=True):
        assert new.next == tuple(called[name] for name in old.next)
        assert pipeline.stage_of_label(old.label) is new
        assert pipeline.stage(old.name) is new
