"""A field is read as the form wrote it and changed without touching anything else people wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.core.text import fields
from salesbot.core.text.fields import FieldError
from tests import cpu_time
from tests.budget import budget

KNOWN = ("Company", "Contact", "Value", "Expected close", "Brief")
ONE_LINE = ("Company", "Value", "Expected close")
FORM = """### Company

Acme GmbH

### Value

_No response_

### Services

Design, Development

### Brief

We need a new shop.

Two languages.

### Expected close

None
"""


@pytest.mark.parametrize(
    ("body", "read"),
    [
        pytest.param(
            FORM,
            {"Company": "Acme GmbH", "Brief": "We need a new shop.\n\nTwo languages."},
            id="a form as GitHub writes it",
        ),
        pytest.param(
            "### Brief\n\n_No response_\n\n### Services\n\nDesign", {}, id="a field left empty before an unknown one"
        ),
        pytest.param(
            "### Company\r\n\r\nAcme\r\n\r\n### Brief\r\n\r\na\r\nb\r\n",
            {"Company": "Acme", "Brief": "a\nb"},
            id="CRLF",
        ),
        pytest.param("### Company\r\rAcme\r", {"Company": "Acme"}, id="bare carriage returns"),
        pytest.param("### company\n\nAcme", {"Company": "Acme"}, id="a heading in small letters"),
        pytest.param("   ### Company ###\n\nAcme", {"Company": "Acme"}, id="a heading written otherwise"),
        pytest.param("### Company\nAcme\n### Value\n12", {"Company": "Acme", "Value": "12"}, id="no empty lines"),
        pytest.param("### Company\n\n### Value\n\n12", {"Value": "12"}, id="nothing is empty"),
        pytest.param("### Company\n\n_no response_\n\n### Value\n\nnone", {}, id="the words for empty are empty"),
        pytest.param("Hello\n\n### Value\n\n12", {"Value": "12"}, id="text before the first section is nobody's"),
        pytest.param("## Company\n\nAcme\n\n#### Value\n\n12", {}, id="headings of other levels are no fields"),
        pytest.param("### Brief\n\na\n\n## Goals\n\nb", {"Brief": "a\n\n## Goals\n\nb"}, id="and end none"),
        pytest.param(
            "### Brief\n\na\n\n### Goals\n\nb\n\n### Value\n\n12",
            {"Brief": "a", "Value": "12"},
            id="an unknown heading ends a field: it is a note",
        ),
        pytest.param(
            "### Value\n\n### Goals\n\nb", {}, id="an unknown heading below a field of one line that is empty"
        ),
        pytest.param(
            "### Brief\n\n### Goals\n\nb\n\n### Budget\n\n9",
            {"Brief": "### Goals\n\nb"},
            id="a long answer may begin with a heading of its own",
        ),
        pytest.param("### Brief\n\n```\n### Value\n```\nb", {"Brief": "```\n### Value\n```\nb"}, id="a fence"),
        pytest.param(
            "### Brief\n\na\n~~~~\n### Value\n~~~\n~~~~",
            {"Brief": "a\n~~~~\n### Value\n~~~\n~~~~"},
            id="a longer fence of tildes",
        ),
        pytest.param(
            "### Brief\n\n- a\n  ```\n  ### Value\n  ```",
            {"Brief": "- a\n  ```\n  ### Value\n  ```"},
            id="a fence in a list",
        ),
        pytest.param(
            "### Brief\n\na\n<!--\n### Value\n-->\nb", {"Brief": "a\n<!--\n### Value\n-->\nb"}, id="an HTML comment"
        ),
        pytest.param("### Brief\n\na\n\n    ### Value\n", {"Brief": "a\n\n    ### Value"}, id="indented code"),
        pytest.param("### Brief\n\n> ### Value\n", {"Brief": "> ### Value"}, id="a quotation"),
        pytest.param("### Brief\n\n- ### Value\n", {"Brief": "- ### Value"}, id="a list"),
        pytest.param(
            "### Brief\n\n```\nopen\n\n### Value\n\n12",
            {"Brief": "```\nopen", "Value": "12"},
            id="a fence left open swallows no field",
        ),
        pytest.param(
            "### Brief\n\n<!-- open\n\n### Value\n\n12", {"Brief": "<!-- open", "Value": "12"}, id="nor does a comment"
        ),
        pytest.param(
            "### Brief\n\n<pre>\n</b>\n\n### Value\n\n12", {"Brief": "<pre>\n</b>", "Value": "12"}, id="nor HTML"
        ),
        pytest.param(
            "### Brief\n\n<prefix>\n\n```\n### Value\n```",
            {"Brief": "<prefix>\n\n```\n### Value\n```"},
            id="other HTML is left open by nobody",
        ),
        pytest.param(
            "### Brief\n\n```python\nprint(1)\n```", {"Brief": "print(1)"}, id="a field that the form renders as code"
        ),
        pytest.param("### Value\n\n<!-- in EUR -->\n\n12\n", {"Value": "12"}, id="a hint that nobody sees is no value"),
        pytest.param("### Brief\n\n<!-- hint -->\n", {}, id="nor is it alone"),
        pytest.param("### Brief\n\na\n\n<!-- typeform:1 -->", {"Brief": "a"}, id="nor is a mark at the end"),
        pytest.param(
            "### Value\n\n12\n(they said net)\n\nCall them.", {"Value": "12"}, id="a field of one line ends there"
        ),
        pytest.param(
            "### Value\n\n\n\n### Value\n\n12\n\n### Value\n\n13", {"Value": "12"}, id="the first one filled in counts"
        ),
        pytest.param("### Brief\n\na\u2028b\x0cc", {"Brief": "a\u2028b\x0cc"}, id="only line ends end lines"),
        pytest.param("### Value\n\n```\n12\n```\nnote", {"Value": "12"}, id="a field of one line in a fence"),
        pytest.param("### Brief\n\n<!-- a --> b", {"Brief": "<!-- a --> b"}, id="a comment with text is text"),
        pytest.param(
            "### Brief\n\n<!-- a\n\n### Value ##\n\n12",
            {"Brief": "<!-- a", "Value": "12"},
            id="a closed heading after it",
        ),
        pytest.param("", {}, id="no body"),
    ],
)
def test_read(body: str, read: dict[str, str]) -> None:
    assert fields.read(body, KNOWN, ONE_LINE) == read


def test_duplicates_are_named() -> None:
    assert fields.duplicates("### Value\n\n1\n\n### value\n\n2\n\n### Brief\n\na", KNOWN) == ("Value",)


@pytest.mark.parametrize(
    ("body", "heading", "value", "written"),
    [
        pytest.param("", "Value", "12 EUR", "### Value\n\n12 EUR", id="an empty body"),
        pytest.param("", "VALUE", "12 EUR", "### Value\n\n12 EUR", id="a heading in the usual spelling"),
        pytest.param("Hello", "Value", "12", "Hello\n\n### Value\n\n12", id="a body without a last line end"),
        pytest.param("Hello\r\n", "Value", "12", "Hello\r\n\r\n### Value\r\n\r\n12\r\n", id="a body from Windows"),
        pytest.param(
            "Hello\n\n", "Value", "12", "Hello\n\n### Value\n\n12\n", id="a body that ends with an empty line"
        ),
        pytest.param(
            "### Value\n\n12\n\n### Brief\n\na", "Value", "13", "### Value\n\n13\n\n### Brief\n\na", id="in place"
        ),
        pytest.param(
            "### value\n12\n### Brief\na",
            "VALUE",
            "13",
            "### value\n13\n### Brief\na",
            id="in place, headings as they are",
        ),
        pytest.param(
            "### Value\n\n### Brief\n\na", "Value", "13", "### Value\n\n13\n\n### Brief\n\na", id="an empty section"
        ),
        pytest.param(
            "### Value\n### Brief\n\na",
            "Value",
            "13",
            "### Value\n\n13\n\n### Brief\n\na",
            id="an empty section without lines",
        ),
        pytest.param("### Value", "Value", "13", "### Value\n\n13", id="a heading that ends the body"),
        pytest.param("### Value\n\n_No response_\n", "Value", "13", "### Value\n\n13\n", id="a field left empty"),
        pytest.param(
            "### Value\n\n12 \nnet, they say\n", "Value", "13", "### Value\n\n13\nnet, they say\n", id="a note stays"
        ),
        pytest.param(
            "### Value\n\n12\n\n## Notes\n\na", "Value", "13", "### Value\n\n13\n\n## Notes\n\na", id="notes below stay"
        ),
        pytest.param(
            "### Value\n\n<!-- EUR -->\n12\n\n<!-- id -->",
            "Value",
            "13",
            "### Value\n\n<!-- EUR -->\n13\n\n<!-- id -->",
            id="comments stay",
        ),
        pytest.param(
            "### Value\n\n1\n\n### Value\n\n2", "Value", "3", "### Value\n\n3\n\n### Value\n\n2", id="the first of two"
        ),
        pytest.param(
            "a\r\nb\n### Value\r\r1\n", "Value", "3", "a\r\nb\n### Value\r\r3\n", id="mixed line ends stay mixed"
        ),
        pytest.param("a\nb\r", "Value", "3", "a\nb\r\r### Value\r\r3\r", id="and two line ends never become one"),
        pytest.param("a\n### Value\r", "Value", "3", "a\n### Value\r\r3\r", id="nor below a heading"),
        pytest.param("### Brief\r\n\r\na", "Brief", "b\nc", "### Brief\r\n\r\nb\r\nc", id="lines end as in the body"),
        pytest.param(
            "", "Brief", "### Value", "### Brief\n\n```\n### Value\n```", id="a value that looks like a heading"
        ),
        pytest.param("", "Brief", "```\na", "### Brief\n\n````\n```\na\n````", id="a value with a fence"),
        pytest.param("", "Brief", "<!-- a -->", "### Brief\n\n```\n<!-- a -->\n```", id="a value nobody would see"),
        pytest.param("", "Brief", "```\na\n```", "### Brief\n\n````\n```\na\n```\n````", id="a value that is code"),
        pytest.param(
            "### Brief\n\n```\nx", "Value", "`", "### Brief\n\n```\nx\n\n### Value\n\n`", id="below a fence left open"
        ),
        pytest.param(
            "### Brief\n\n```\nx",
            "Contact",
            "```\n",
            "### Brief\n\n```\nx\n\n### Contact\n\n    ```",
            id="which no value may close",
        ),
        pytest.param(
            "### Value\n\n12\n\n### Brief\n\na", "Value", None, "### Brief\n\na", id="unset takes the section away"
        ),
        pytest.param("a\n\n### Value\n\n12\n", "Value", " none ", "a\n\n", id="none is unset"),
        pytest.param(
            "### Value\n\n12\n\nnote", "Value", None, "### Value\n\n_No response_\n\nnote", id="unset leaves notes"
        ),
        pytest.param(
            "### Value\n\n1\n\n### Value\n\n2",
            "Value",
            "",
            "### Value\n\n_No response_\n\n### Value\n\n2",
            id="unset empties the first of two",
        ),
        pytest.param("### Brief\n\na", "Value", None, "### Brief\n\na", id="what is not there is unset already"),
        pytest.param("a", "NDA signed", "yes", "a\n\n### NDA signed\n\nyes", id="a field of the configuration"),
    ],
)
def test_write(body: str, heading: str, value: str | None, written: str) -> None:
    assert fields.write(body, heading, value, KNOWN, ONE_LINE) == written


@pytest.mark.parametrize(
    ("body", "heading", "value", "why"),
    [
        pytest.param("", "Value", "1\n2", "Value must be one line", id="two lines in a field of one"),
        pytest.param(
            "<!-- open", "Brief", "a --> b", "never closed", id="a value that would close a comment left open"
        ),
    ],
)
def test_a_value_that_cannot_be_kept_is_refused(body: str, heading: str, value: str, why: str) -> None:
    with pytest.raises(FieldError, match=why):
        fields.write(body, heading, value, KNOWN, ONE_LINE)


def test_a_full_body_survives() -> None:
    filler = "\U0001f600 \u202b\u05e9\u05dc\u05d5\u05dd\u202c\u2028 \t \n" * 5_000
    body = f"{filler[:65_000]}\n\n### Value\n\n12\n\n### Brief\n\n{filler[:400]}"
    assert fields.write(body, "Value", "13", KNOWN) == body.replace("\n12\n", "\n13\n")


ENDINGS = st.sampled_from(["\n", "\r\n"])
SAFE = st.text("abc é\U0001f600\u2028\u05d0.,", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(
    st.lists(st.sampled_from(KNOWN), min_size=1, max_size=5, unique=True),
    st.lists(SAFE, min_size=5, max_size=5),
    st.lists(st.sampled_from(["\n\n", "\n", "\n\n  \n"]), min_size=12, max_size=12),
    st.integers(0, 4),
    SAFE,
    ENDINGS,
)
def test_only_the_section_changes(
    headings: list[str], values: list[str], data_needs: list[str], chosen: int, value: str, ending: str
) -> None:
    def body(*, changed: bool) -> str:
        parts = ["Hello\n\n"]
        for number, heading in enumerate(headings):
            text = value if changed and number == chosen % len(headings) else values[number]
            parts.append(f"### {heading}{data_needs[2 * number]}{text}{data_needs[2 * number + 1]}")
        return "".join(parts).replace("\n", ending)

    assert fields.write(body(changed=False), headings[chosen % len(headings)], value, KNOWN) == body(changed=True)


WORDS = "### ## ``` ~~~~ <!-- --> <pre> </pre> <div> - > a _No_response_ None === 1. ` |-| [x]: y"
PIECES = st.sampled_from(
    ["### Value", "### Brief", "\n", "\n\n", "\r\n", "\r", "    ", "\t", "\u2028", "\0", *WORDS.split()]
)
BODIES = st.text() | st.lists(PIECES, max_size=20).map("".join)


@budget(300)
@given(BODIES, st.sampled_from(KNOWN), BODIES | st.none())
def test_what_is_written_is_read(body: str, heading: str, value: str | None) -> None:
    before = dict(fields.read(body, KNOWN))
    try:
        written = fields.write(body, heading, value, KNOWN)
    except FieldError:
        assert any(opener in body for opener in ("<!", "<?", "<pre>", "<div>"))
        return
    after = dict(fields.read(written, KNOWN))
    meant = "\n".join((value or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
    filled = meant if meant.lower() not in ("", "none", "_no response_") else ""
    if heading not in fields.duplicates(body, KNOWN) or filled:
        assert after.pop(heading, "") == filled
    before.pop(heading, None)
    after.pop(heading, None)
    assert after == before
    assert fields.write(written, heading, value, KNOWN) == written


@budget(300)
@given(BODIES, st.sampled_from(ONE_LINE), st.text(max_size=20))
def test_a_line_is_written_among_notes(body: str, heading: str, value: str) -> None:
    line = " ".join(value.split())
    try:
        written = fields.write(body, heading, line, KNOWN, ONE_LINE)
    except FieldError:
        assert any(opener in body for opener in ("<!", "<?", "<pre>", "<div>"))
        return
    assert fields.write(written, heading, line, KNOWN, ONE_LINE) == written
    if line.lower() not in ("", "none", "_no response_"):
        assert fields.read(written, KNOWN, ONE_LINE)[heading] == line


@pytest.mark.parametrize(
    "piece",
    [
        "### Value\n",
        "### Value\n<!--\n",
        "```\n### Value\n",
        "### Brief\n<pre>\n",
        "<!--",
        "- ",
        "> ",
        "\n",
        "    a\n",
        "`",
        "[\n",
        "|-\n",
        "### ",
    ],
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    with cpu_time.at_most(2):
        fields.read(text, KNOWN)
