"""A command is what a person typed as one, at the start of a line: nothing they quoted, pasted or were sent."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.core.text import characters, command_syntax, markdown
from salesbot.core.text.command_syntax import Args, CommandLine, CommandSyntaxError
from tests import cpu_time


def commands(body: str) -> list[str]:
    return [f"{line.word} {line.rest}".strip() for line in command_syntax.read(body)]


@pytest.mark.parametrize(
    ("body", "read"),
    [
        pytest.param("/won", ["won"], id="a command alone"),
        pytest.param("/won 12000 EUR", ["won 12000 EUR"], id="with arguments"),
        pytest.param("/Won", ["won"], id="in capitals"),
        pytest.param("They signed!\n/won\nGreat work.", ["won"], id="between lines of text"),
        pytest.param("/value 9000\r\n/won\r\n", ["value 9000", "won"], id="two commands with Windows line ends"),
        pytest.param("   /won", ["won"], id="up to three spaces before it"),
        pytest.param("\u00a0/won\u00a05k", ["won 5k"], id="spaces of a mail program"),
        pytest.param("\ufeff/won", ["won"], id="a mark of a mail program before it"),
        pytest.param("/lost ~~price~~ *timing*", ["lost ~~price~~ *timing*"], id="Markdown in the arguments survives"),
        pytest.param("/lost `why`", ["lost `why`"], id="code in the arguments survives"),
        pytest.param("**Good news**\n/won", ["won"], id="after a bold line"),
        pytest.param("# News\n/won", ["won"], id="after a heading"),
        pytest.param("- item\n\n/won", ["won"], id="after a list and an empty line"),
        pytest.param("> quote\n\n/won", ["won"], id="after a quotation and an empty line"),
        pytest.param("```\n/lost\n```\n/won", ["won"], id="after a fence"),
        pytest.param("an `open tick\n/won", ["won"], id="after a tick that is never closed"),
        pytest.param("a <b\n/won", ["won"], id="after a tag that is none"),
        pytest.param("/stage won \u2014force \u201cwhy\u201d", ['stage won --force "why"'], id="typed on a phone"),
        pytest.param("/not-a-deal", ["not-a-deal"], id="a word with dashes"),
        pytest.param("/in_arbeit", ["in_arbeit"], id="an underscore"),
        pytest.param("/Überprüfung 5", ["überprüfung 5"], id="letters of every language"),
        pytest.param("/Überprüfung", ["überprüfung"], id="letters taken apart"),
        pytest.param("/won.", ["won."], id="a full stop belongs to the word"),
        pytest.param("/Value: 9000", ["value: 9000"], id="a colon too"),
        pytest.param("/cc @lee", ["cc @lee"], id="talk that looks like a command is listed too"),
        pytest.param("\ue0004\ue001\n/cc x\n\n```\n/won\n```", ["cc x"], id="no trick with characters nobody types"),
        pytest.param("/value 9000\n-- \nAnn\n/lost", ["value 9000"], id="not below a signature"),
        pytest.param("/won\n--\nAnn", ["won"], id="and the signature makes no heading of it"),
        pytest.param("/won\n\nAm 23.11.2026 um 10:00 schrieb Ann:\n/lost", ["won"], id="not below a quoted mail"),
    ],
)
def test_read(body: str, read: list[str]) -> None:
    assert commands(body) == read


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("I think /won is right", id="in the middle of a line"),
        pytest.param("/usr/bin/python", id="a path"),
        pytest.param("/path/to it", id="a path and a word"),
        pytest.param("//won", id="two slashes"),
        pytest.param("/ won", id="a space after the slash"),
        pytest.param("1/2", id="a fraction"),
        pytest.param("/2027", id="a number"),
        pytest.param("/won.md", id="the name of a file"),
        pytest.param("\\/won", id="an escaped slash"),
        pytest.param("    /won", id="indented code"),
        pytest.param("\t/won", id="code indented with a tab"),
        pytest.param("text\n     /won", id="a line indented like code"),
        pytest.param("```\n/won\n```", id="a fence"),
        pytest.param("~~~\n/won\n~~~", id="a fence of tildes"),
        pytest.param("```\n/won", id="a fence that is never closed"),
        pytest.param("- a\n  ```\n  /won\n  ```", id="a fence in a list"),
        pytest.param("`\n/won\n`", id="a code span over lines"),
        pytest.param("a ``\n/won ` b\n`` c", id="a longer code span over lines"),
        pytest.param("> /won", id="a quotation"),
        pytest.param("> They said\n/won", id="a line that a quotation swallows"),
        pytest.param("- /won", id="a list item"),
        pytest.param("- item\n/won", id="a line that a list swallows"),
        pytest.param("1. item\n\n   /won", id="a paragraph of a list"),
        pytest.param("- [ ] /won", id="a task"),
        pytest.param("<!-- \n/won\n-->", id="an HTML comment"),
        pytest.param("text <!--\n/won\n--> text", id="an HTML comment inside a paragraph"),
        pytest.param("<details>\n/won\n</details>", id="HTML"),
        pytest.param("<a title='\n/won '>x</a>", id="an HTML attribute"),
        pytest.param("[a link\n/won 5\nhere](https://example.com)", id="the text of a link"),
        pytest.param("[a link](\n/won )", id="the address of a link"),
        pytest.param("![an image\n/won 5\nhere](a.png)", id="the text of an image"),
        pytest.param("[name]:\n/won", id="the address of a link definition"),
        pytest.param("# /won", id="a heading"),
        pytest.param("/won\n===", id="an underlined heading"),
        pytest.param("| a | b |\n|---|---|\n/won | c", id="a table"),
        pytest.param("**/won**", id="bold"),
        pytest.param("~~/won~~", id="struck out"),
        pytest.param("", id="nothing"),
    ],
)
def test_talk_is_no_command(body: str) -> None:
    assert commands(body) == []


@pytest.mark.parametrize(
    ("body", "read"),
    [
        pytest.param(
            "/next friday send the estimate for the shop, the blog and the\nintranet @kim",
            "next friday send the estimate for the shop, the blog and the intranet @kim",
            id="broken at 62",
        ),
        pytest.param(
            "Hello all,\n\n/lost they chose a larger agency since our estimate did not include the\nmaintenance of the"
            " shop, nor the hosting that they asked for in the very\nfirst call\n\nBest,\nKim",
            "lost they chose a larger agency since our estimate did not include the maintenance of the shop, nor the"
            " hosting that they asked for in the very first call",
            id="broken twice at 72",
        ),
        pytest.param(
            "/next freitag das Angebot für den Laden, das Blog und das ganze\nIntranet schicken @kim",
            "next freitag das Angebot für den Laden, das Blog und das ganze Intranet schicken @kim",
            id="a noun in capitals",
        ),
        pytest.param(
            "/lost they chose a larger agency, and told us so in a long call today.\nThe shop was the reason."
            "\n-- \nKim",
            "lost they chose a larger agency, and told us so in a long call today. The shop was the reason.",
            id="sentences of a mail",
        ),
        pytest.param(
            "/lost they chose a larger agency since our estimate did not include the\nmaintenance\n/value 9000",
            "lost they chose a larger agency since our estimate did not include the maintenance",
            id="another command below",
        ),
    ],
)
def test_a_line_that_a_mail_program_broke_is_one(body: str, read: str) -> None:
    assert commands(body)[0] == read


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("/won 38k\nGreat work.", id="a short line"),
        pytest.param("/won 38k\nhttps://example.com/a/very/long/address/of/a/contract/that/was", id="an address"),
        pytest.param("/won 38k\n\nGreat work.", id="a paragraph of its own"),
        pytest.param("/won 38k\n/usr/bin/env is a path that stands below it", id="a slash below"),
        pytest.param(
            "/lost they chose a larger agency, and told us so in a long call today.\nThe shop was the reason.",
            id="a sentence of its own",
        ),
        pytest.param("/lost they chose a larger agency since ours is small\na shop", id="room for the next word"),
        pytest.param(
            "/lost they chose a larger agency since our estimate did not include the hosting of it all\nmaybe",
            id="a line longer than mail has",
        ),
        pytest.param(
            "/lost they chose a larger agency since our estimate did not include\nmaintenance\n\n"
            "This line was typed in a browser, where nobody breaks lines, and so it is long.. .. ..",
            id="a longer line elsewhere",
        ),
    ],
)
def test_a_typed_line_ends_where_it_ends(body: str) -> None:
    assert commands(body)[0].split() == body.split("\n")[0].removeprefix("/").split()


@pytest.mark.parametrize(
    ("body", "alone"),
    [
        pytest.param("/foo", True, id="one line"),
        pytest.param("\n/foo\n/bar\n", True, id="two"),
        pytest.param("/foo\n\n-- \nKim", True, id="and a signature"),
        pytest.param("On 23.11.26 10:00, Ann wrote:\n> Shall we?\n\n/foo", True, id="below a quotation"),
        pytest.param("Hello\n\n/foo", False, id="and a word"),
        pytest.param("/foo\n- item", False, id="and a list"),
    ],
)
def test_a_comment_may_have_nothing_but_commands(body: str, alone: bool) -> None:
    assert {line.alone for line in command_syntax.read(body)} == {alone}


def test_a_command_knows_where_it_stands() -> None:
    body = "Hello\r\n\r\n  /Lost  \u201cToo late\u201d  \r\n"
    raw = "  /Lost  \u201cToo late\u201d  "
    assert command_syntax.read(body) == [CommandLine(word="lost", rest='"Too late"', line=3, raw=raw)]


def test_no_more_than_one_command_too_many_is_read() -> None:
    assert commands("\n".join(f"/value {n}" for n in range(30))) == [f"value {n}" for n in range(21)]


@pytest.mark.parametrize(
    "filler", [pytest.param("x", id="ASCII"), pytest.param("é", id="two bytes"), pytest.param("\U0001f600", id="four")]
)
def test_a_long_comment_is_read_at_its_beginning(filler: str) -> None:
    """A line that the limit cuts is not read: `/value 12000` must not become `/value 12`."""
    tail = "\n/value 12000\n/lost"
    room = command_syntax.LONGEST_COMMENT - len("/won\n\n/value 12")
    body = f"/won\n{filler * (room // len(filler.encode()))}{'x' * (room % len(filler.encode()))}{tail}"
    assert commands(body) == ["won"]


@given(st.text())
def test_nothing_the_bot_writes_of_a_text_is_a_command(text: str) -> None:
    for write in (markdown.escape, markdown.cell, markdown.code, markdown.block):
        assert command_syntax.read(write(f"/won {text}\n/lost {text}")) == []
        assert command_syntax.read(write(text)) == []


PIECES = st.sampled_from(
    ["/won 5", "\n", "\n\n", "`", "```\n", "> ", "- ", "    ", "<!--", "-->", "[", "](", ")", "#", "|", "-- "]
)


@given(st.text() | st.lists(PIECES, max_size=20).map("".join))
def test_any_comment_can_be_read(body: str) -> None:
    for command in command_syntax.read(body):
        assert command.raw == markdown.lines(body)[command.line - 1].rstrip("\r\n")
        assert characters.typed(command.raw).lstrip().startswith("/")


@pytest.mark.parametrize(
    ("rest", "args"),
    [
        pytest.param("", Args(), id="nothing"),
        pytest.param("price  timing", Args(("price", "timing")), id="two words"),
        pytest.param('"no decision" yet', Args(("no decision", "yet")), id="a quotation is one word"),
        pytest.param("\u201eno decision\u201c", Args(("no decision",)), id="German quotes"),
        pytest.param("\u00ab\u00a0pas encore\u00a0\u00bb", Args(("pas encore",)), id="French quotes"),
        pytest.param("it's Ann's", Args(("it's", "Ann's")), id="apostrophes are letters"),
        pytest.param('24" screens', Args(('24"', "screens")), id="inches are no quotation"),
        pytest.param('""', Args(("",)), id="an empty quotation is a word"),
        pytest.param("won --force", Args(("won",), {"force": None}), id="an option"),
        pytest.param('won --force "no time"', Args(("won",), {"force": "no time"}), id="an option with a quotation"),
        pytest.param("won --force=hurry", Args(("won",), {"force": "hurry"}), id="an option with a word"),
        pytest.param('--force="no time" won', Args(("won",), {"force": "no time"}), id="both together"),
        pytest.param("--force hurry", Args(("hurry",), {"force": None}), id="a bare word after an option is no value"),
        pytest.param(
            "won \u2014force \u201cno time\u201d", Args(("won",), {"force": "no time"}), id="typed on a phone"
        ),
        pytest.param("--FORCE", Args((), {"force": None}), id="an option in capitals"),
        pytest.param("-- --5 ---", Args(("--", "--5", "---")), id="dashes that are no option"),
        pytest.param("~~*x*~~", Args(("~~*x*~~",)), id="Markdown signs stay"),
    ],
)
def test_split(rest: str, args: Args) -> None:
    assert command_syntax.split(rest) == args


@pytest.mark.parametrize(
    ("rest", "what", "position"),
    [
        pytest.param('price "too high', "A quotation mark is not closed.", 7, id="an open quotation"),
        pytest.param('--force="why', "A quotation mark is not closed.", 9, id="an open quotation of an option"),
        pytest.param("--force --force", "`--force` is given twice.", 9, id="an option twice"),
    ],
)
def test_bad_arguments_are_refused(rest: str, what: str, position: int) -> None:
    with pytest.raises(CommandSyntaxError) as refused:
        command_syntax.split(rest)
    assert (refused.value.what, refused.value.position) == (what, position)


@given(st.text() | st.text('a "=-\u2014\u201c', max_size=30))
def test_any_arguments_are_taken_apart_or_refused(rest: str) -> None:
    try:
        args = command_syntax.split(rest)
    except CommandSyntaxError as error:
        assert 1 <= error.position <= len(rest) * 2  # noqa: PT017
    else:
        assert sum(map(len, args.words)) <= 2 * len(rest)


@pytest.mark.parametrize(
    "piece",
    [
        "/a",
        "/a\n",
        "/a `\n",
        "[",
        "/a\n[",
        "/a\n![",
        "/a\n*",
        "/a\n<",
        "> ",
        "- /a\n",
        "`",
        '"',
        "/a " + " " * 60,
        "--a=",
        "/a\n<!--",
        "|-\n/a",
    ],
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    with cpu_time.at_most(4):
        command_syntax.read(text)
        with suppress(CommandSyntaxError):
            command_syntax.split(text)
