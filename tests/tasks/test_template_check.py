"""`check` sees what a run would see: every template of a repository is rendered before any deal needs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import meta, nodes

from salesbot.adapters.templates import TemplateRenderer, builtin_home, builtin_names
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.cli.main import main
from salesbot.core import config
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import Pipeline
from salesbot.tasks.template_samples import samples

PIPELINES = {
    "the default one": "version: 1",
    "other names": "stages:\n  talking: {was: prospect}\n  offer: {was: negotiating, checklist: offer}\n",
    "short": "stages:\n  revisit: null\n  rejected: null\n  verbal: {after: negotiating}\n",
    "own fields": "fields:\n  region: {type: choice, options: [north, south]}\nreport: {by: [region]}\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of templates, in a repository with a right configuration."""
    monkeypatch.chdir(tmp_path)
    home = tmp_path / ".github" / "salesbot"
    (home / "checklists").mkdir(parents=True)
    home.with_suffix(".yml").write_text("version: 1\n")
    return home


Printed = pytest.CaptureFixture[str]


def check(capsys: Printed) -> list[str]:
    """What is printed of the templates, without the folder."""
    code = main(["check"], env={})
    lines = [line.removeprefix(".github/salesbot/") for line in capsys.readouterr().out.splitlines()]
    assert (code == 0) == (lines == [".github/salesbot.yml: fine"])
    return lines


def pipeline(text: str) -> Pipeline:
    names = builtin_names() | {"checklists/offer.md.j2"}
    return config.parse(text, "f", templates=names, zones=SystemTimeZones())


# The samples


@pytest.mark.parametrize("text", PIPELINES.values(), ids=PIPELINES)
def test_every_built_in_template_can_be_rendered_with_its_samples(text: str) -> None:
    render = TemplateRenderer()
    for name in builtin_names():
        tried = samples(name, pipeline(text))
        assert tried, name
        assert all(isinstance(render(name, values), str) for values in tried)


def test_the_samples_have_every_name_that_a_built_in_template_takes() -> None:
    jinja = TemplateRenderer()._jinja
    for name in builtin_names():
        tree = jinja.parse((builtin_home() / name).read_text(encoding="utf-8"))
        taken = meta.find_undeclared_variables(tree) - {macro.name for macro in tree.find_all(nodes.Macro)}
        for values in samples(name, default_pipeline()):
            assert taken <= values.keys(), name


def test_the_built_in_templates_as_files_of_ones_own_are_fine(folder: Path, capsys: Printed) -> None:
    for name in builtin_names():
        (folder / name).write_text((builtin_home() / name).read_text(encoding="utf-8"))
    assert check(capsys) == [".github/salesbot.yml: fine"]


# What a run would see


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        pytest.param(
            "card.md.j2", "\n{{ ownr }}", "2:1: card.md.j2: 'ownr' is undefined. Did you mean owner?", id="a name"
        ),
        pytest.param(
            "refusal.md.j2",
            "{% for no in why %}{{ no.reasn }}{% endfor %}",
            "1:1: refusal.md.j2: 'dict object' has no attribute 'reasn'. Did you mean reason?",
            id="a part",
        ),
        pytest.param(
            "report.md.j2",
            "a\nb\n{{ closed.win_rate }}",
            "3:1: report.md.j2: 'dict object' has no attribute",
            id="a part of the report",
        ),
        pytest.param(
            "checklists/estimate.md.j2",
            '- [ ] {{ fields["Compny"] }}',
            "attribute 'Compny'. Did you mean Company?",
            id="a field",
        ),
        pytest.param("help.md.j2", "{{ 100 / 0 }}", "1:1: help.md.j2: division by zero", id="division by zero"),
        pytest.param(
            "card.md.j2",
            "{{ 100 / helpers | length }}",
            "1:1: card.md.j2: division by zero, on a deal that has nothing but its stage",
            id="by none",
        ),
        pytest.param(
            "card.md.j2",
            "{{ {'lead': 1, 'prospect': 2}[stage] }}",
            "'dict object' has no attribute 'qualified', in the stage qualified",
            id="in a stage",
        ),
        pytest.param(
            "board.md.j2",
            "{{ 1 // (stages | selectattr('rows') | list | length) }}",
            "1:1: board.md.j2: integer division or modulo by zero, on a deal",
            id="in a report of no deals",
        ),
        pytest.param(
            "card.md.j2", "{{ stage | nofilter }}", "1:1: card.md.j2: No filter named 'nofilter'.", id="a filter"
        ),
        pytest.param("new.md.j2", "{% if owner %}", "new.md.j2: Unexpected end of template.", id="syntax"),
        pytest.param("gone.md.j2", "{{ number + 'x' }}", "gone.md.j2: unsupported operand type", id="types"),
        pytest.param(
            "putback.md.j2", "{% include 'part.md.j2' %}", "putback.md.j2: part.md.j2", id="a part that is not there"
        ),
    ],
)
def test_a_template_that_would_fail_is_named_with_its_line(
    folder: Path, capsys: Printed, name: str, text: str, said: str
) -> None:
    (folder / name).write_text(text)
    (line,) = check(capsys)
    assert said in line
    assert line.startswith(name)


@pytest.mark.parametrize(
    "text", ["Nothing to tick.", "1. one\n2. two", "```\n- [ ] in code\n```", "{% if false %}- [ ] never{% endif %}"]
)
def test_a_checklist_without_an_item_is_named(folder: Path, capsys: Printed, text: str) -> None:
    (folder / "checklists" / "handover.md.j2").write_text(text)
    assert check(capsys) == [
        "checklists/handover.md.j2:1:1: checklists/handover.md.j2: has no item to tick. "
        "An item is a line that begins with - [ ]."
    ]


def test_a_checklist_that_a_stage_asks_for_in_vain_is_named(folder: Path, capsys: Printed) -> None:
    (folder / "checklists" / "estimate.md.j2").write_text(
        "**Needed**\n\nsee below\n\n**As it applies**\n\n- [ ] Date\n"
    )
    (line,) = check(capsys)
    assert "has no needed item, so `requires` of negotiating asks for nothing" in line


def test_a_checklist_that_no_stage_asks_for_needs_no_needed_item(folder: Path, capsys: Printed) -> None:
    (folder / "checklists" / "kick-off.md.j2").write_text("**As it applies**\n\n- [ ] Date\n")
    assert check(capsys) == [".github/salesbot.yml: fine"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("crad.md.j2", "card.md.j2"),
        ("estimate.md.j2", "checklists/estimate.md.j2"),
        ("checklists/qualificaton.md.j2", "checklists/qualification.md.j2"),
        ("Refusal.md.j2", "refusal.md.j2"),
        ("reminders.md.j2", "reminder.md.j2"),
        ("card.j2", "card.md.j2"),
    ],
)
def test_a_file_that_takes_the_place_of_nothing_is_named(folder: Path, capsys: Printed, name: str, meant: str) -> None:
    (folder / name).write_text("- [ ] x")
    (line,) = check(capsys)
    assert line == f"{name}:1:1: {name}: replaces no template, and no other uses it. Did you mean {meant}?"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("card.md", "card.md.j2"),
        ("checklists/estimate.md", "checklists/estimate.md.j2"),
        ("old/help.md.j2", "help.md.j2"),
    ],
)
def test_a_file_that_nobody_reads_is_named(folder: Path, capsys: Printed, name: str, meant: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    (line,) = check(capsys)
    assert line.endswith(f"Did you mean {meant}?")
    assert "is not read" in line


@pytest.mark.parametrize("use", ["{% include 'footer.md.j2' %}", "{% from 'footer.md.j2' import x %}{{ x() }}"])
def test_what_other_templates_use_is_no_stray(folder: Path, capsys: Printed, use: str) -> None:
    (folder / "new.md.j2").write_text(use)
    (folder / "footer.md.j2").write_text("{% macro x() %}ours{% endmacro %}")
    (folder / "README.txt").write_text("Our templates.")
    assert check(capsys) == [".github/salesbot.yml: fine"]


def test_a_template_that_extends_the_built_in_one_is_rendered_too(folder: Path, capsys: Printed) -> None:
    (folder / "card.md.j2").write_text(
        '{% extends "salesbot/card.md.j2" %}\n{% block news %}\n{{ nws }}\n{% endblock %}'
    )
    (line,) = check(capsys)
    assert line.startswith("card.md.j2:3:1: card.md.j2: 'nws' is undefined")


def test_the_summary_counts_for_each_file(folder: Path, capsys: Printed) -> None:
    folder.with_suffix(".yml").write_text("version: 1\ncurency: EUR\ninitial: laed\nnew: 1\n")
    (folder / "card.md.j2").write_text("{{ ownr }}")
    (folder / "checklists" / "handover.md.j2").write_text("none")
    assert main(["check"], env={}) == 2
    assert capsys.readouterr().err == (
        "3 problems in .github/salesbot.yml, 1 in .github/salesbot/card.md.j2, "
        "1 in .github/salesbot/checklists/handover.md.j2\n"
    )
