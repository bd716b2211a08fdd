"""The words: where they come from, what a stranger's text can do in them (nothing), and what a template may not."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from pytest_mock import MockerFixture

from salesbot.adapters import templates
from salesbot.adapters.templates import MAX_OUTPUT, TemplateRenderer, builtin_home, builtin_names, tidy
from salesbot.core.errors import InputError
from salesbot.core.text.render import Markdown


def render(template: str, **values: object) -> str:
    """Render a template of a repository's own."""
    return TemplateRenderer({"own.md.j2": template})("own.md.j2", values)


# Where the words come from


def test_every_word_there_is_stands_in_a_file() -> None:
    assert {"card.md.j2", "refusal.md.j2", "help.md.j2", "checklists/estimate.md.j2"} <= builtin_names()
    assert all((builtin_home() / name).is_file() for name in builtin_names())


def test_the_built_in_templates_compile() -> None:
    texts = {name: (builtin_home() / name).read_text(encoding="utf-8") for name in builtin_names()}
    assert TemplateRenderer(texts).problems("templates") == []


def test_a_template_of_the_repository_comes_before_the_built_in_one() -> None:
    assert (
        TemplateRenderer({"history.md.j2": "our way: {{ stage }}"})("history.md.j2", {"stage": "won"}) == "our way: won"
    )


def test_it_may_extend_the_built_in_one_block_by_block() -> None:
    own = '{% extends "salesbot/checklists/handover.md.j2" %}\n{% block items %}\n- [ ] Cake\n{% endblock %}'
    written = TemplateRenderer({"checklists/handover.md.j2": own})("checklists/handover.md.j2", {})
    assert written == "**Won! Handover checklist** (optional: it blocks nothing).\n- [ ] Cake"


def test_one_template_may_use_another_of_the_repository() -> None:
    renderer = TemplateRenderer({"own.md.j2": "{% include 'part.md.j2' %}!", "part.md.j2": "{{ stage }}"})
    assert renderer("own.md.j2", {"stage": "*won*"}) == r"\*won\*!"


@pytest.mark.parametrize("name", ["/etc/passwd", "../README.md", "salesbot/../../README.md", "nothing.md.j2"])
def test_nothing_else_can_be_read(name: str) -> None:
    with pytest.raises(InputError, match=r"own\.md\.j2 of this repository fails"):
        render(f"{{% include {name!r} %}}")


def test_all_names_are_listed_for_the_configuration_to_check() -> None:
    assert TemplateRenderer({"checklists/kickoff.md.j2": "x"}).names() == builtin_names() | {"checklists/kickoff.md.j2"}


# What a stranger's text can do


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("{{ 7*7 }} {% raw %}", "{{ 7\\*7 }} {% raw %}", id="Jinja stays text"),
        pytest.param("@acme/sales", "@<!-- -->acme/sales", id="mentions nobody"),
        pytest.param("#7 and GH-7", "\\#<!-- -->7 and GH-<!-- -->7", id="links no issue"),
        pytest.param("![x](https://e.vil/i)", "!\\[x\\](https:/<!-- -->/e.<!-- -->vil/i)", id="shows no picture"),
        pytest.param("<img src=x onerror=y>", "\\<img src=x onerror=y\\>", id="is no HTML"),
        pytest.param("<!-- salesbot:card {} -->", "\\<!-- salesbot:card {} --\\>", id="forges no card"),
        pytest.param(
            "a\n\n# Heading\n- [x] done", "a \\# Heading - \\[x\\] done", id="makes no heading and ticks no box"
        ),
        pytest.param("a | b", "a \\| b", id="ends no table cell"),
        pytest.param("\u202egnol", "gnol", id="does not turn the text round"),
    ],
)
def test_a_strangers_text_shows_its_characters_and_does_nothing(text: str, written: str) -> None:
    assert render("{{ text }}", text=text) == written


def test_escaping_holds_in_every_way_to_print() -> None:
    evil = "@team"
    for template in (
        "{{ x }}",
        "{{ x ~ '' }}",
        "{{ '%s' % x }}",
        "{{ '{}'.format(x) }}",
        "{{ [x] | join }}",
        "{% set y = x %}{{ y }}",
        "{{ x | upper | lower }}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(x) }}",
        "{% filter trim %}{{ x }}{% endfilter %}",
    ):
        assert "@<!-- -->team" in render(template, x=evil), template


def test_our_own_markdown_is_not_escaped_twice() -> None:
    assert render("{{ hint }}", hint=Markdown("Comment `/value 12000 EUR`")) == "Comment `/value 12000 EUR`"


@pytest.mark.parametrize(
    ("template", "value", "written"),
    [
        pytest.param("{{ x | cell }}", "a|b\nc", "a\\|b<br>c", id="a table cell keeps its line breaks"),
        pytest.param("{{ x | code }}", "a `b` @c", "``a `b` @c``", id="code is fenced by longer backticks"),
        pytest.param("{{ x | mention }}", "ann-lee", "@ann-lee", id="a login is mentioned"),
        pytest.param("{{ x | mention }}", "acme/everybody", "acme/everybody", id="a team is not"),
        pytest.param("{{ x | mention }}", "a b", "a b", id="nor is what can be no login"),
        pytest.param("{{ x | literal }}", "was: [a]\n\nb", "was: [a] b", id="a literal is one line"),
        pytest.param("{{ x }}", 12, "12", id="a number"),
        pytest.param("{{ x }}", True, "True", id="a truth"),
    ],
)
def test_a_filter(template: str, value: object, written: str) -> None:
    assert render(template, x=value) == written


# What a template may not


def test_a_value_that_is_not_there_is_an_error_not_an_empty_space() -> None:
    with pytest.raises(InputError, match="'stgae' is undefined"):
        render("{{ stgae }}")


def test_a_built_in_template_that_fails_is_a_bug_of_ours() -> None:
    with pytest.raises(UndefinedError):
        TemplateRenderer()("history.md.j2", {})


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("{{ ''.__class__.__mro__[1].__subclasses__() }}", id="by the class of a text"),
        pytest.param("{{ deal.items.__globals__ }}", id="by the globals of a method"),
        pytest.param("{{ ''['__class__'] }}", id="by an item"),
        pytest.param("{{ '' | attr('__class__') }}", id="by the filter attr"),
        pytest.param("{{ '{0.__class__}'.format('') }}", id="by a format text"),
        pytest.param("{{ ('{0.__class__}' | string).format_map({'0': 1}) }}", id="by a format map"),
        pytest.param("{{ ['{0.__class__}'.format] | map(attribute='__self__') | list }}", id="by map"),
        pytest.param("{{ self.__init__.__globals__ }}", id="by the template itself"),
        pytest.param("{{ cycler.__init__.__globals__.os }}", id="by a helper of Jinja's"),
        pytest.param("{{ namespace.__init__.__globals__ }}", id="by another helper"),
        pytest.param("{% set x = deal.update({'stage': 'won'}) %}{{ deal.stage }}", id="change the deal it is given"),
        pytest.param("{{ items.append(1) }}", id="change a list it is given"),
    ],
)  # fmt: skip
def test_no_way_leads_out_of_a_template(template: str) -> None:
    given = {"deal": {"stage": "lead"}, "items": [0]}
    with contextlib.suppress(InputError):
        assert render(template, **given) in ("", "\\[Undefined\\]"), "nothing is shown of what is unsafe"
    assert given == {"deal": {"stage": "lead"}, "items": [0]}


@pytest.mark.parametrize(
    "template",
    [
        pytest.param("{% for a in range(100000) %}x{% endfor %}", id="one long loop"),
        pytest.param("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", id="two loops"),
        pytest.param("{% for a in range(9999) %}{{ 'word ' * 99 }}{% endfor %}", id="prints without end"),
        pytest.param("{{ 'x' * 10 ** 9 }}", id="multiplies a text"),
        pytest.param("{{ [0] * 10000000 }}", id="multiplies a list"),
        pytest.param("{{ 10 ** 10 ** 10 }}", id="a number without end"),
        pytest.param("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", id="a macro that calls itself"),
        pytest.param("{% include 'own.md.j2' %}", id="includes itself"),
        pytest.param("{% extends 'own.md.j2' %}", id="extends itself"),
        pytest.param("{{ cycler() }}", id="a helper used wrongly"),
        pytest.param("{{ 'x'.encode('nothing') }}", id="an encoding there is not"),
        pytest.param("{{ 1 / 0 }}", id="a division by zero"),
        pytest.param("{{ 'x' | tojson | fromjson }}", id="a filter there is not"),
        pytest.param("{{ stage | dictsort }}", id="a filter on what it cannot take"),
        pytest.param("{{ stage() }}", id="calls what is no function"),
        pytest.param("{{ [[]] | sum }}", id="sums what is no number"),
    ],
)
def test_a_template_that_burns_or_breaks_is_refused_in_time(template: str) -> None:
    begun = time.process_time()
    with pytest.raises(InputError) as refused:
        TemplateRenderer({"own.md.j2": template})("own.md.j2", {"stage": "lead"})
    assert time.process_time() - begun < 5
    assert refused.value.exit_code == 2


def test_what_is_just_short_enough_is_printed() -> None:
    assert len(render("{{ 'x' * n }}", n=MAX_OUTPUT)) == MAX_OUTPUT


def test_a_template_that_does_not_compile_is_named_with_its_line() -> None:
    renderer = TemplateRenderer(
        {"card.md.j2": "one\n{% if %}\n", "own.md.j2": "fine", "refusal.md.j2": "{{ x | nothing }}"}
    )
    found = [str(problem) for problem in renderer.problems(".github/salesbot")]
    assert [line.rpartition(": ")[0].split(": ")[0] for line in found] == [
        ".github/salesbot/card.md.j2:2:1",
        ".github/salesbot/refusal.md.j2:1:1",
    ]


# How it looks


def test_blank_lines_that_conditions_leave_are_folded() -> None:
    assert tidy("\n\na\n\n\n\nb  \n   \n\nc\n") == "a\n\nb\n\nc"


# Compiled beforehand, as in the image


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "compiled"
    assert templates.compile_builtin(folder) == len(templates.builtin_names()) == len(list(folder.iterdir()))
    monkeypatch.setattr(templates, "compiled_home", lambda: folder)
    return folder


def test_what_was_compiled_is_not_compiled_again(compiled: Path, mocker: MockerFixture) -> None:
    said = TemplateRenderer()("problem_solved.md.j2", {})
    again = mocker.patch("jinja2.environment.Environment.compile", side_effect=AssertionError)
    assert TemplateRenderer()("problem_solved.md.j2", {}) == said
    again.assert_not_called()


def test_a_template_of_the_repository_takes_its_place_and_leaves_no_trace(compiled: Path) -> None:
    before = {file.name: file.read_bytes() for file in compiled.iterdir()}
    assert TemplateRenderer({"problem_solved.md.j2": "Well done."})("problem_solved.md.j2", {}) == "Well done."
    assert {file.name: file.read_bytes() for file in compiled.iterdir()} == before
