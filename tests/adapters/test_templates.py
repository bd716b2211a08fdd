"""The words: where they come from, what a stranger's text can do in them (nothing), and what a template may not."""

from __future__ import annotations

import contextlib
import os
import re
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.filters import FILTERS
from pytest_mock import MockerFixture

from salesbot.adapters import bounded, templates
from salesbot.adapters.template_environment import MAX_OUTPUT
from salesbot.adapters.templates import TemplateRenderer, builtin_home, builtin_names, tidy
from salesbot.core.errors import InputError
from salesbot.core.text.render import Markdown
from tests.core.text.test_markdown import HARMLESS, assert_no_reference, tokens


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


HOSTILE = [
    "@acme/sales",
    "Fixes #1",
    "acme/shop#2",
    "GH-1",
    "https://e.vil/i",
    "www.e.vil",
    "[x](https://e.vil)",
    "![x](https://e.vil/i.png)",
    "<img src=x onerror=y>",
    "<b>bold</b>",
    "<!-- salesbot:card {} -->",
    "a | b\n|---|---|",
    "/won",
    "deal\n/won",
    "# Heading",
    "- [x] signed",
    "1. one",
    "**bold** `code` ~~gone~~",
    ":tada: $x$",
    "```\n@ann",
    "a `b` @team `c",
    "\\",
    "deadbeef1",
    "&lt;b&gt; &#64;ann",
    "x@acme.de",
    "[^1]: note",
    "Title\n===",
    "a\x03@team\x02b",
]
GIVEN = {"format": "x", "default": "''", "d": "''", "attr": "'x'", "batch": "2, x", "slice": "2", "map": "'upper'",
         "replace": "'a', x", "select": "'string'", "reject": "'number'", "join": "x", "groupby": "0", "round": "1",
         "rejectattr": "'x'", "selectattr": "0", "truncate": "6, True, '@', 0", "wordwrap": "4", "center": "80",
         "indent": "2, True", "urlize": "8, True", "tojson": "2"}  # fmt: skip
"""What filters are called with besides their value; all others take nothing."""
NUMBERS = ("abs", "attr", "filesizeformat", "round", "sum")
"""These fail on text, and on everything that has text in it."""
SHAPES = ["x", "y", "f", "m(x)", "(x | code)[1:]", "[x | cell, x]", "{'title': x}", "(x | cell) ~ '<i>' ~ x"]
WAYS = [
    "{{ x }}",
    "{{ x ~ '' }}",
    "{{ y ~ x }}",
    "{{ x ~ y }}",
    "{{ y + x }}",
    "{{ x + y }}",
    "{{ x + x }}",
    "{{ '%s' % x }}",
    "{{ y % x }}",
    "{{ f % x }}",
    "{{ f % {'a': x} }}",
    "{{ '{}'.format(x) }}",
    "{{ g.format(x) }}",
    "{{ g.format_map({'0': x}) }}",
    "{{ f | format(x) }}",
    "{{ y.join([x, x]) }}",
    "{{ ''.join([y, x]) }}",
    "{{ x.join([y, y]) }}",
    "{{ (x | e)[1:] }}",
    "{{ (x | cell)[2:-2] }}",
    "{{ (x | code)[1:-1] }}",
    "{{ y[1:] }}{{ y[:-1] }}",
    "{{ x[:1] }}{{ x[1:] }}",
    "{{ x[:3] }}{{ x[3:] | cell }}",
    "{% for c in x %}{{ c }}{% endfor %}",
    "{% for c in y %}{{ c }}{% endfor %}",
    "{{ x | list | join }}",
    "{{ x.split() | join(' ') }}",
    "{{ y.split('<') | join('<') }}",
    "{{ y.replace('<', '') }}",
    "{{ y | replace('\\\\', '') }}",
    "{{ y.translate({60: None}) }}",
    "{{ (y, x) | join('<br>') }}",
    "{{ [x | cell, x] | join(', ') }}",
    "{{ ('a b' | team) ~ x }}",
    "{{ y.strip('a') }}",
    "{{ y.upper() }}",
    "{{ y.partition(' ') | join }}",
    "{{ y.encode() }}",
    "{{ y.splitlines() | join }}",
    "{{ y * 2 }}",
    "{{ [y] * 2 }}",
    "{{ [y] }}",
    "{% macro o(a) %}{{ a }}{{ caller() }}{% endmacro %}{% call o(x) %}{{ x }}{% endcall %}",
    "{{ m(x) | upper }}",
    "{% filter upper %}{{ x }}{% endfilter %}",
    "{% filter trim %}{{ x }}{% endfilter %}",
    "{% filter indent(2) %}{{ x | cell }}{% endfilter %}",
    "{% filter replace('\\\\', '') %}{{ x }}{% endfilter %}",
    "{% filter wordwrap(3) %}{{ x }}{% endfilter %}",
    "{% filter e %}{{ x }}{% endfilter %}",
    "{% set z | upper %}{{ x }}{% endset %}{{ z }}",
    "{% set z = x %}{{ z }}",
    "{% with z = x %}{{ z }}{% endwith %}",
    "@{{ x }}",
    "{{ '@' ~ x }}",
    "{% autoescape true %}{{ x }}{{ y ~ x }}{% set z %}{{ x }}{% endset %}{{ z }}{{ m(x) }}{% endautoescape %}",
    "{% autoescape false %}{{ x }}{{ y ~ x }}{{ m(x) }}{% endautoescape %}",
    "{{ x | code }}{{ x | code }}",
    "\\{{ x | code }}",
    "{% for a in [[x]] recursive %}{{ a if a is string else loop(a) }}{% endfor %}",
    "{{ x if true }}",
    "{{ (x,) }}",
    "{{ {x: x} }}",
]


@cache
def assert_does_nothing(written: str) -> None:
    assert {token.type for token in tokens(written)} <= HARMLESS | {"code_inline"}, written
    bare = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", written)
    assert_no_reference(bare)
    assert not written.startswith("/"), written


def lines(template: str) -> list[str]:
    """Render a template for each hostile text; nothing if it fails."""
    before = "{% macro m(a) %}{{ a }}{% endmacro %}{% set f %}%s{% endset %}{% set g %}{0}{% endset %}"
    each = f"{{% for x in xs %}}{{% set y %}}{{{{ x }}}}{{% endset %}}§{template}{{% endfor %}}"
    with contextlib.suppress(InputError):
        return render(before + each, xs=HOSTILE).split("§")[1:]
    return []


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Render in this process: what holds a template in its limits is tested elsewhere, a process for each."""
    monkeypatch.setattr(bounded, "run", lambda work, what: work())


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("way", WAYS)
def test_escaping_holds_in_every_way_to_print(way: str) -> None:
    for written in lines(way):
        assert_does_nothing(written.strip())


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("name", sorted(set(FILTERS)))
def test_escaping_holds_through_every_filter_of_jinja(name: str) -> None:
    printed = False
    for shape in SHAPES:
        given = f"({GIVEN[name]})" if name in GIVEN else ""
        for after in ("", " | join"):
            written = lines(f"{{{{ ({shape}) | {name}{given}{after} }}}}")
            printed = printed or bool(written)
            for line in written:
                assert_does_nothing(line.strip())
    assert printed == (name not in NUMBERS)


@given(
    st.lists(st.sampled_from([*HOSTILE, "@", "#", "1", "GH", "-", "www", ".", "de", "/", "`", "<", "a"]), max_size=6)
)
@settings(max_examples=40)
def test_pieces_of_text_side_by_side_do_nothing(pieces: list[str]) -> None:
    assert_does_nothing(render("{% for piece in pieces %}{{ piece }}{% endfor %}", pieces=pieces))


@pytest.mark.parametrize(
    ("template", "written"),
    [
        pytest.param("{% filter upper %}**a** {{ x }}{% endfilter %}", r"**A** \*X\*", id="upper"),
        pytest.param("{% filter indent %}- a\n- {{ x }}{% endfilter %}", "- a\n    - \\*x\\*", id="indent"),
        pytest.param("{% macro m() %} **a** {% endmacro %}{{ m() | trim }}!", "**a**!", id="trim"),
        pytest.param("{{ ['ann', 'kim'] | map('mention') | join(' and ') }}", "@ann and @kim", id="join"),
        pytest.param("{{ ('ann' | mention) ~ ' and ' ~ x }}", r"@ann and \*x\*", id="a sentence"),
        pytest.param("{{ x | e }} {{ x | escape }} {{ x | safe }}", r"\*x\* \*x\* \*x\*", id="escaped once"),
        pytest.param("{% set y %}**{{ x }}**{% endset %}{{ y }}", r"**\*x\***", id="a captured text"),
        pytest.param(
            "{% set y %}{{ none_yet }}{% endset %}{% if y %}a{% else %}b{% endif %}", "b", id="nothing is nothing"
        ),
    ],
)
def test_markdown_of_a_template_stays_markdown(template: str, written: str) -> None:
    assert render(template, x="*x*", none_yet="") == written


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
        pytest.param(
            "{% set ns = namespace(t='x' * 999) %}{% for i in range(22) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}",
            id="doubles a text 22 times",
        ),
        pytest.param(
            "{{ '" + "x" * 99 + "'" + "| replace('x', '" + "x" * 999 + "') " * 4 + "}}",
            id="blows a text up in one expression",
        ),
        pytest.param("{{ 'x' | center(10 ** 1) | center(9000000000) }}", id="pads a text to gigabytes"),
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


def test_what_a_template_takes_is_named() -> None:
    own = TemplateRenderer({"own.md.j2": "{% set ns = namespace(t='x' * 999) %}"
        "{% for i in range(20) %}{% set ns.t = ns.t + ns.t %}{% endfor %}"})  # fmt: skip
    with pytest.raises(InputError, match=r"own\.md\.j2 of this repository needs more than 256 MB of memory\."):
        own("own.md.j2", {})


def test_a_template_that_computes_is_stopped_by_the_system() -> None:
    begun = time.monotonic()
    with pytest.raises(InputError, match=r"own\.md\.j2 of this repository takes more than 3 seconds"):
        render(
            "{% set ns = namespace(n=7) %}{% for i in range(25) %}{% set ns.n = ns.n * ns.n %}{% endfor %}{{ ns.n }}"
        )
    assert time.monotonic() - begun < 30


def test_a_built_in_template_starts_no_process(mocker: MockerFixture) -> None:
    fork = mocker.spy(os, "fork")
    TemplateRenderer({"own.md.j2": "x"})("problem_solved.md.j2", {})
    assert fork.call_count == 0


def test_a_bug_of_ours_in_a_template_of_theirs_stays_a_bug() -> None:
    class Odd:
        def __str__(self) -> str:
            raise OSError("ours")

    with pytest.raises(RuntimeError, match="OSError: ours"):
        render("{{ x }}", x=Odd())


@pytest.mark.parametrize(
    ("template", "line"),
    [
        pytest.param("\n" + "{% if x %}\n" * 150 + "{% endif %}" * 150, 100, id="150 conditions"),
        pytest.param("a\n\n" + "{% for a in x %}\n" * 40 + "{% endfor %}" * 40, 20, id="40 loops"),
        pytest.param("a\nb {{ " + "(" * 999 + "1" + ")" * 999 + " }}", 2, id="999 brackets"),
        pytest.param("a\n{{ x" + " | upper" * 2000 + " }}", 2, id="2,000 filters"),
        pytest.param("a\n{{ " + "not " * 2000 + "x }}", 2, id="2,000 times not"),
        pytest.param("a\n{{ 1" + " + 1" * 3000 + " }}", 2, id="3,000 sums"),
        pytest.param("a\n{{ " + "[" * 150 + "]" * 150 + " }}", 2, id="150 lists in each other"),
    ],
)
def test_a_template_that_is_nested_too_deep_is_named_with_its_line(template: str, line: int) -> None:
    (problem,) = TemplateRenderer({"own.md.j2": template}).problems("templates")
    assert problem.what.startswith("is nested too deep: ")
    assert abs(problem.line - line) <= 3, problem


@pytest.mark.parametrize(
    "template", ["{% if x %}\n" * 150 + "{% endif %}" * 150, "{{ " + "(" * 999 + "1" + ")" * 999 + " }}"]
)
def test_rendering_what_is_nested_too_deep_is_refused_as_well(template: str) -> None:
    with pytest.raises(InputError, match=r"The template own\.md\.j2 of this repository fails"):
        render(template, x=1)


def test_nothing_is_computed_while_a_template_compiles() -> None:
    own = "{{ '" + "x" * 200_000 + "' " + "| list | join " * 60 + "}}"
    begun = time.process_time()
    assert TemplateRenderer({"own.md.j2": own}).problems("templates") == []
    assert time.process_time() - begun < 1.5


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
