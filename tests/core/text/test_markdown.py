"""What people wrote shows as they wrote it in what the bot writes, and does nothing else."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from salesbot.core.text import characters, markdown
from tests import cpu_time

GITHUB = MarkdownIt("gfm-like")
SEEN = st.characters(exclude_categories=("Cc", "Cf", "Cs")).filter(characters.visible)
NASTY = r"""
@ann #12 GH-1 http:// https://a.de www.a.de a.de a@b.de [x](y) ![x](y) <b> </b> <!-- --> & &amp; * ** _ __ ~~ ` `` ```
| |- - + = # ## > 1. 2) --- === ::: :tada: $ $x$ \ / /won ! ~~~ deadbeef1 [^1] [x]: {{ }}
"""
SIGNS = st.sampled_from([*NASTY.split(), " ", "\n", "\r\n", "\t", "\u2028"])
STRANGE = st.one_of(
    st.text(SEEN, max_size=60), st.lists(st.one_of(SIGNS, st.text(SEEN, max_size=3)), max_size=12).map("".join)
)
HARMLESS = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak", "html_inline", "text_special"}


def tokens(source: str) -> list[Token]:
    flat: list[Token] = []
    for token in GITHUB.parse(source):
        flat += [token, *(token.children or [])]
    return flat


def shown(source: str) -> str:
    """What a reader sees, with white space folded."""
    text = re.sub(r"<br ?/?>", " ", GITHUB.render(source))
    return " ".join(html.unescape(re.sub(r"<!-- -->|</?\w+[^<>]*>", "", text)).split())


def folded(text: str) -> str:
    return " ".join(text.split())


def assert_no_reference(source: str) -> None:
    """GitHub finds mentions and numbers after rendering, so nothing that reads so may be left in one piece."""
    for pattern in (r"@\w", r"#\d", r"\bGH-\d", r"://", r"www\.\w", r"(?<!\w):[\w+-]+:"):
        assert not re.search(pattern, html.unescape(source).replace("\\", "")), pattern


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("Acme & Sons GmbH", r"Acme \& Sons GmbH", id="an ordinary name stays readable in the source too"),
        pytest.param("@acme/sales", "@<!-- -->acme/sales", id="a mention pings nobody"),
        pytest.param("Fixes #12", r"Fixes \#<!-- -->12", id="a number links to no issue and closes none"),
        pytest.param("acme/shop#12", r"acme/shop\#<!-- -->12", id="a number of another repository links to nothing"),
        pytest.param("GH-12", "GH-<!-- -->12", id="GitHub's other way to write a number links to nothing"),
        pytest.param("http://x.de", "http:/<!-- -->/x.<!-- -->de", id="an address becomes no link"),
        pytest.param("ann@x.de", "ann@<!-- -->x.<!-- -->de", id="a mail address becomes no link"),
        pytest.param("deadbeef12", "deadbe<!-- -->ef12", id="what looks like a commit links to none"),
        pytest.param("call 4915112345678", "call 4915112345678", id="a phone number is no commit"),
        pytest.param("a :tada: b", "a :<!-- -->tada: b", id="an emoji name stays a name"),
        pytest.param("$5k or $6k", "<span>$</span>5k or <span>$</span>6k", id="two prices are no mathematics"),
        pytest.param("/won", r"\/won", id="a command in a title commands nothing"),
        pytest.param("1. Shop", r"1\. Shop", id="a numbered title opens no list"),
        pytest.param("===", r"\===", id="a line of equal signs makes no heading of the line before"),
        pytest.param(":-", r"\:-", id="a colon and a dash make no table of the line before"),
        pytest.param("1986 was good", "1986 was good", id="a year opens no list"),
        pytest.param("- [x] signed", r"\- \[x\] signed", id="a faked tick is no tick"),
        pytest.param("a\r\n\u2028b\x00c\x85d", "a bc d", id="line breaks of every kind become spaces"),
        pytest.param("\u202egpj.exe\u202c", "gpj.<!-- -->exe", id="text is not turned round"),
        pytest.param("ad\u200bm\u200din", "admin", id="nothing hides between letters"),
        pytest.param("\U0001f469\u200d\U0001f469", "\U0001f469\u200d\U0001f469", id="a family emoji stays a family"),
        pytest.param("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e", id="a Persian word keeps its joiner"),
        pytest.param("a\ud800b", "ab", id="half a character does not stop the bot"),
        pytest.param("Wow!", r"Wow\!", id="an exclamation mark makes no image of a link after it"),
        pytest.param(" \n ", "", id="nothing stays nothing"),
    ],
)
def test_escape(text: str, written: str) -> None:
    assert markdown.escape(text) == written


@given(STRANGE)
def test_escaped_text_shows_as_written_and_does_nothing(text: str) -> None:
    written = markdown.escape(text)
    assert shown(written) == folded(text)
    assert {token.type for token in tokens(written)} <= HARMLESS
    assert "\n" not in written
    assert not written.startswith("/")
    assert_no_reference(written)


@pytest.mark.parametrize(
    "place", ["# {} #", "- {}", "**{}**", "> {}", "Lead: {} and [a link](b)", "Title\n{}", "[{}](b)"]
)
@given(text=STRANGE)
def test_escaped_text_stays_in_its_place(place: str, text: str) -> None:
    context = [token.type for token in tokens(place.format("X"))]
    within = [token.type for token in tokens(place.format(f"X{markdown.escape(text)}X"))]
    neutral = {"html_inline", "text", "text_special"}
    assert [kind for kind in within if kind not in neutral] == [kind for kind in context if kind not in neutral]


@given(STRANGE.filter(folded))
def test_escaped_text_on_a_line_of_its_own_is_only_text(text: str) -> None:
    """No underline that makes a heading of the line before, no row that makes a table of it, no list."""
    assert {token.type for token in tokens(f"Title\n{markdown.escape(text)}")} <= HARMLESS


@given(STRANGE, STRANGE)
def test_cells_stay_in_their_column(left: str, right: str) -> None:
    table = f"| a | b |\n|---|---|\n| {markdown.cell(left)} | {markdown.cell(right)} |\n\nafter"
    kinds = [token.type for token in tokens(table)]
    assert (kinds.count("td_open"), kinds.count("tr_open"), kinds.count("table_open")) == (2, 2, 1)
    assert not {"link_open", "image", "html_block", "code_inline"} & set(kinds)
    assert shown(table) == folded(f"a b {left} {right} after")


@given(STRANGE)
def test_code_shows_as_written(text: str) -> None:
    written = markdown.code(text)
    content = [token.content.strip() for token in tokens(f"a {written} b") if token.type == "code_inline"]
    assert content == ([folded(text)] if folded(text) else [])


@given(STRANGE)
def test_block_is_one_quotation_of_the_same_words(text: str) -> None:
    written = markdown.block(text)
    kinds = {token.type for token in tokens(written)}
    assert kinds <= HARMLESS | {"blockquote_open", "blockquote_close", "hardbreak"}
    assert shown(written) == folded(text)
    assert all(line.startswith(">") for line in written.splitlines())
    assert_no_reference(written)


def test_block_keeps_lines_and_paragraphs() -> None:
    assert markdown.block("\nWe need a shop.\r\n/won\n\n\n@ann\n") == "> We need a shop.\\\n> \\/won\n>\n> @<!-- -->ann"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("::set-output name=x::y", ": :set-output name=x: :y", id="a title gives no order to the runner"),
        pytest.param("a\r\n::error::b", "a : :error: :b", id="a second line gives none either"),
        pytest.param("x ##[add-mask]y", "x ## [add-mask]y", id="nor does the old form in the middle of a line"),
        pytest.param(":::warning::", ": : :warning: :", id="three colons leave no pair"),
        pytest.param("\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link", "red link", id="colours and terminal links go"),
        pytest.param("Angebot für Ölmühle", "Angebot für Ölmühle", id="ordinary words stay"),
    ],
)
def test_log_safe(text: str, written: str) -> None:
    assert markdown.log_safe(text) == written


@given(st.text(max_size=80))
def test_a_log_line_never_commands(text: str) -> None:
    line = markdown.log_safe(f"##[{text}::{text}")
    assert "::" not in line
    assert "##[" not in line
    assert len(line.splitlines()) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("--> <!-- & --"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4), st.text(max_size=30))
def test_a_marker_reads_back_and_hides(payload: dict[str, Any], after: str) -> None:
    written = markdown.marker("checklist:estimate", payload)
    assert markdown.read_marker(written + after) == ("checklist:estimate", payload)
    assert re.fullmatch(r"<!--[^<>&]*-->", written)
    assert "--" not in written[4:-3]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param(" <!-- salesbot:card {} -->", id="a space before it"),
        pytest.param("> <!-- salesbot:card {} -->", id="a quoted one"),
        pytest.param("<!-- salesbot:card {} ", id="one without end"),
        pytest.param("<!-- salesbot:Card {} -->", id="an unknown kind"),
        pytest.param("<!-- salesbot:card [1] -->", id="a list instead of names and values"),
        pytest.param('<!-- salesbot:card {"a":NaN} -->', id="a number that is none"),
        pytest.param('<!-- salesbot:card {"a":\n1} -->', id="one over two lines"),
        pytest.param('<!-- salesbot:card {"a":' + "[" * 30_000 + "]" * 5_000 + "} -->", id="one nested beyond reason"),
        pytest.param('<!-- salesbot:card {"a":' + "9" * 9_000 + "} -->", id="a number beyond reason"),
        pytest.param('<!-- salesbot:card {"a":"' + "x" * 60_000 + '"} -->', id="one longer than allowed"),
    ],
)
def test_a_broken_marker_is_none(body: str) -> None:
    assert markdown.read_marker(body) is None


@given(st.text(max_size=60))
def test_any_text_can_be_asked_for_a_marker(text: str) -> None:
    markdown.read_marker(text)
    markdown.read_marker(f"<!-- salesbot:card {{{text}}} -->")


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        pytest.param("Card 1", {}, id="a kind that could not be read back"),
        pytest.param("card", {"a": "x" * 40_000}, id="more than fits"),
        pytest.param("card", {"a": float("nan")}, id="a number that is none"),
    ],
)
def test_an_unreadable_marker_is_not_written(kind: str, payload: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"marker|JSON"):
        markdown.marker(kind, payload)


def test_a_body_that_fits_is_left_alone() -> None:
    assert markdown.fit("é" * 30_000) == "é" * 30_000


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        pytest.param("# A\n\na\n\n# B\n\n" + "b" * 100, "# A\n\na", id="cut before the section that is too long"),
        pytest.param("a\n\n" * 20 + "b" * 100, "a\n\n" * 19 + "a", id="without sections, before a paragraph"),
        pytest.param(
            "# A\n\n" + "aa\n\n" * 20 + "b" * 100, "# A\n\n" + "aa\n\n" * 18 + "aa", id="not before the first"
        ),
        pytest.param(
            "i\n\n# A\n\n" + "aa\n\n" * 40, "i\n\n# A\n\n" + "aa\n\n" * 17 + "aa", id="not at the cost of the most"
        ),
        pytest.param(
            "<details>\n\na\n\n</details>\n\nb\n\n" + "- c\n" * 40,
            "<details>\n\na\n\n</details>\n\nb",
            id="after a fold",
        ),
        pytest.param("a\n\n```\n" + "# B\n\n" * 40 + "```\n", "a", id="never inside a fence"),
        pytest.param("a\n\n<!--\n" + "# B\n\n" * 40 + "-->\n", "a", id="never inside a comment nobody sees"),
        pytest.param("a\n\n<details>\n\n" + "# B\n\n" * 40 + "</details>\n", "a", id="never inside a folded part"),
        pytest.param("a\r\n\r\n- b\r\n" + "- c\r\n" * 40, "a", id="never inside a list"),
    ],
)
def test_a_long_body_is_cut(body: str, kept: str) -> None:
    note = "_cut_"
    assert markdown.fit(body, limit=90, note=note) == f"{kept}\n\n{note}\n"


def test_one_endless_paragraph_leaves_only_the_note() -> None:
    assert markdown.fit("é" * 30_001) == f"{markdown.CUT_NOTE}\n"


@given(st.lists(st.sampled_from(["# é\n", "text\n", "\n", "```\n", "- a\n", "<details>\n", "> q\r\n"]), max_size=60))
def test_a_cut_body_is_small_enough_and_a_beginning(parts: list[str]) -> None:
    body = "".join(parts)
    cut = markdown.fit(body, limit=100, note="cut")
    assert len(cut.encode()) <= 100
    assert cut == body or body.startswith(cut.removesuffix("cut\n").rstrip())


@given(st.text())
def test_lines_joined_are_the_text(text: str) -> None:
    assert "".join(markdown.lines(text)) == text


@pytest.mark.parametrize(
    "piece",
    [
        "@a",
        "`",
        "[",
        "a.",
        "#1",
        ":a",
        "0",
        "a1",
        "\u200d",
        "::",
        "<!--",
        "\n",
        "<details>\n",
        "> ",
        "|",
        "é\n\n",
        f"a@{'a' * 32}!",
    ],
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    with cpu_time.at_most(4):
        for work in (markdown.escape, markdown.cell, markdown.code, markdown.block, markdown.log_safe, markdown.fit):
            work(text)
        markdown.is_inert(text)
        markdown.read_marker(f"<!-- salesbot:card {{{text}")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Comment `/won <amount>`, or `/lost`.", "Comment `/won <amount>`, or `/lost`."),
        ("`` a ` b `` and *c*", "`` a ` b `` and \\*c\\*".replace("`` a ` b ``", "``a ` b``")),
        ("an ` alone", "an \\` alone"),
        ("`a` `b", "`a` \\`b"),
        ("\\`a`", "\\\\`a`"),
        (" @x `@x` ", "@<!-- -->x `@x`"),
        ("`", "\\`"),
        ("", ""),
    ],
)  # fmt: skip
def test_of_a_sentence_only_code_spans_are_markdown(text: str, written: str) -> None:
    assert markdown.with_code(text) == written


@given(st.text("`\\ @a<*[]()", max_size=40))
def test_what_a_sentence_shows_outside_of_code_does_nothing(text: str) -> None:
    [paragraph] = MarkdownIt("commonmark").parseInline(markdown.with_code(text))
    assert {token.type for token in paragraph.children or ()} <= {"text", "code_inline", "html_inline", "text_special"}
    assert all(token.content == "<!-- -->" for token in paragraph.children or () if token.type == "html_inline")
