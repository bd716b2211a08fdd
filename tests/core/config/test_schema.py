"""The JSON Schema for editors: the one in the repository, valid, and of one mind with salesbot itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core import config
from salesbot.core.config.json_schema import json_schema, json_schema_text
from salesbot.core.config.problems import ConfigError
from salesbot.core.model.pipeline import checklist_file

PUBLISHED = Path(__file__).parents[3] / "schema" / "salesbot.schema.json"
TEMPLATES = frozenset(checklist_file(name) for name in ("qualification", "estimate", "handover"))

EXAMPLE = """\
version: 1
since: 2026-11-23
timezone: Europe/Berlin
currency: EUR
label_prefix: "stage:"
initial: lead
reopens: previous
stages:
  qualified:
    description: A fit for us; estimate in the works
    color: 0e8a16
    probability: 35
    idle_days: 10
    next: [+prospect, -won]
    requires: ["checklist:qualification", owner]
    expects: ["field:company"]
    checklist: estimate
    notify: "@acme/estimators"
  proposal-sent: {was: negotiating, label: "stage:proposal sent", command: propose}
  verbal: {after: proposal-sent, probability: 85}
  prospect: null
fields:
  nda: {label: NDA signed, type: choice, options: [yes, no]}
lost_reasons: [price, timing, competitor, scope, no decision, no answer]
permissions: {default: write, moves: triage, force: write}
notify: {new: "@acme/sales"}
chat: {won: true, report: false, kind: discord}
owners: {people: [kim, "@lee"], by: least-busy}
quiet: ["2026-12-21..2027-01-03", 2026-12-24]
away: {kim: "2026-12-01..2026-12-10", lee: [2026-12-24]}
report: {goal: {quarter: 250000}, window: 12 months, by: [service]}
typeform: {form: u6nXL7, map: {company: company_ref}}
streak: {guards: expects, pipelines: {sales: {key: agxz, stages: {lead: 5001}}}}
board: {project: 7, guards: requires, fields: {value: Amount, weighted: null}, stages: {won: Closed won, lead: null}}
"""


class Yaml12(yaml.SafeLoader):
    """Reads YAML as editors do (YAML 1.2, core schema): yes is a word, a date is a text, 0e8 is a number."""


Yaml12.yaml_implicit_resolvers = {}
for tag, pattern in {
    "bool": r"true|True|TRUE|false|False|FALSE",
    "null": r"null|Null|NULL|~|",
    "int": r"[-+]?[0-9]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}.items():
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$"), None)
Yaml12.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))
Yaml12.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))


def as_an_editor_sees_it(text: str) -> Any:
    return yaml.load(text, Loader=Yaml12)


def editor() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def test_the_published_schema_is_the_one_the_code_prints() -> None:
    """If not: salesbot schema > schema/salesbot.schema.json"""
    assert PUBLISHED.read_text(encoding="utf-8") == json_schema_text()


def test_the_schema_is_valid_draft_2020_12() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_an_editor_accepts_the_example_and_salesbot_does_too() -> None:
    editor().validate(as_an_editor_sees_it(EXAMPLE))
    config.parse(EXAMPLE, "f", templates=TEMPLATES, zones=SystemTimeZones())


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("stagse: {}", id="a misspelled key"),
        pytest.param("stages: {lead: {colour: ff0000}}", id="a misspelled key of a stage"),
        pytest.param("stages: {lead: 5}", id="a number for a stage"),
        pytest.param("stages: {Lead: {}}", id="a stage with a capital"),
        pytest.param("stages: {lead: {probability: 101}}", id="more than certain"),
        pytest.param("stages: {lead: {probability: '35'}}", id="a number in quotes"),
        pytest.param("stages: {lead: {color: green}}", id="a colour by name"),
        pytest.param("stages: {lead: {requires: [ownr]}}", id="a misspelled guard"),
        pytest.param("stages: {lead: {requires: [checklist: estimate]}}", id="a guard with a space"),
        pytest.param(f"stages: {{lead: {{label: {'x' * 51}}}}}", id="a label longer than GitHub takes"),
        pytest.param(f"stages: {{lead: {{description: {'x' * 101}}}}}", id="a description longer than GitHub takes"),
        pytest.param("stages: {lead: {command: /go}}", id="a command with its slash"),
        pytest.param("stages: {lead: {next: [won, won]}}", id="a stage twice"),
        pytest.param("sources: web", id="a word for a list"),
        pytest.param("fields: {nda: {type: choise}}", id="a misspelled type"),
        pytest.param("permissions: {moves: read}", id="a role that everybody has"),
        pytest.param("notify: {new: acme}", id="a mention without @"),
        pytest.param("quiet: [2026-12]", id="a month for a day"),
        pytest.param("currency: eur", id="a currency in small letters"),
        pytest.param("report: {window: 12}", id="12 what"),
        pytest.param("typeform: {map: {}}", id="a Typeform without its form"),
        pytest.param("streak: {pipelines: {seles: {key: x}}}", id="a misspelled pipeline"),
        pytest.param("version: 2", id="another version"),
        pytest.param("deals: some", id="no such choice"),
    ],
)
def test_an_editor_refuses_what_salesbot_refuses(line: str) -> None:
    assert list(editor().iter_errors(as_an_editor_sees_it(line)))
    with pytest.raises(ConfigError):
        config.parse(line, "f", templates=TEMPLATES, zones=SystemTimeZones())


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("stages: {lead: {color: 000000}}", id="a colour that YAML takes for a number"),
        pytest.param("stages: {lead: {color: 0e8116}}", id="a colour that YAML takes for a power of ten"),
        pytest.param(
            "stages: {lead: {idle_days: null, checklist: null, notify: null, command: null}}", id="null for none"
        ),
        pytest.param("stages: {verbal: }", id="a stage with nothing but its name"),
        pytest.param("stages: {größe: {}}", id="a stage in German"),
        pytest.param("fields: {region: }", id="a field with nothing but its key"),
        pytest.param("fields: {size: {type: choice, options: [1, 2.5, true, L]}}", id="options of all sorts"),
        pytest.param("since: null", id="no date"),
        pytest.param("label_prefix: ''", id="no prefix"),
        pytest.param("stages: {lead: {was: [prospect]}}", id="a list of earlier names"),
    ],
)
def test_an_editor_accepts_what_salesbot_accepts(line: str) -> None:
    editor().validate(as_an_editor_sees_it(line))
    config.parse(line, "f", templates=TEMPLATES, zones=SystemTimeZones())


def described(part: Any, path: str = "") -> Iterator[tuple[str, str | None]]:
    for key, value in part.get("properties", {}).items():
        yield f"{path}.{key}", value.get("description")
        yield from described(value, f"{path}.{key}")
    for below in (part.get("additionalProperties"), *part.get("anyOf", [])):
        if isinstance(below, dict):
            yield from described(below, f"{path}.*")


def test_an_editor_explains_every_key() -> None:
    sentences = dict(described(json_schema()))
    assert ".stages.*.*.idle_days" in sentences
    assert ".streak.pipelines.sales.key" in sentences
    assert [path for path, sentence in sentences.items() if not sentence or not sentence.endswith(".")] == []
