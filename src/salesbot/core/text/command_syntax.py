"""Command lines: which lines of a comment are commands, as Markdown and mail readers see it, and what is in them.

Knows no command by name: from here `/won` and `/cc` look the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from markdown_it import MarkdownIt

from salesbot.core.text import characters, mail, markdown

MOST_COMMANDS = 20
"""In one comment. More are not a plan but a mistake, and none of them is run."""
LONGEST_COMMENT = 65_536
"""Bytes. What comes after them is not read, nor is the line they end in."""

# Letters of every language: a stage's own name is a command.
_COMMAND = re.compile(r" {0,3}/([^\W\d_][\w\u0300-\u036f-]*[.,:;!?]*)(?=\s|$)")
_SLASH = re.compile(r"(?:\A|[\r\n]) {0,3}/[^\W\d_]")
_NEXT = re.compile(r"\S")
_OPTION = re.compile(r"--([A-Za-z][A-Za-z-]*)(?:(=)|\s*(?=\")|(?=\s|$))")
_QUOTED = re.compile(r'"(.*?)"(?=\s|$)', re.DOTALL)
_BARE = re.compile(r"\S*")
# Stand around the line number in place of a slash, while inline Markdown is read. Nobody types them.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACE = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")


class CommandSyntaxError(ValueError):
    """Arguments that cannot be taken apart: what is wrong, and at which character, counted from one."""

    def __init__(self, what: str, position: int) -> None:
        super().__init__(f"{what.removesuffix('.')}, at character {position}.")
        self.what = what
        self.position = position


@dataclass(frozen=True)
class CommandLine:
    """A line that begins with a slash and a word. `rest` is what follows, with its Markdown as typed."""

    word: str
    """In lowercase, without the slash. A full stop right behind it belongs to it: `/won.` is not a `/won`."""
    rest: str
    line: int
    """In the comment, counted from one."""
    raw: str
    """The line as it is in the comment."""
    alone: bool = False
    """Whether the comment has nothing but such lines, apart from quotations."""


@dataclass(frozen=True)
class Args:
    """The arguments of a command. An option without a value is None."""

    words: tuple[str, ...] = ()
    options: Mapping[str, str | None] = field(default_factory=dict)


def may_hold(body: str) -> bool:
    """Say whether a comment may hold a command at all. What `read` finds is among what this lets through."""
    return "/" in body and _SLASH.search(characters.typed(body)) is not None


def read(body: str) -> list[CommandLine]:
    """List the lines of a comment that are where a command is, whatever their word is; no more than one too many.

    That is the beginning of a line of an ordinary paragraph: no quotation, list, table, heading, code, HTML or link.
    """
    if not may_hold(body):
        return []
    raw = markdown.lines(_beginning(body))
    text = mail.normalise("".join(raw))
    own = mail.reply(text)
    lines = [line.rstrip("\r\n") for line in markdown.lines(own)]
    found: list[CommandLine] = []
    others = {number for number, line in enumerate(lines) if line.strip() and not line.lstrip().startswith(">")}
    for number, end in _in_plain_text(lines):
        word = _COMMAND.match(lines[number])
        if word and len(found) <= MOST_COMMANDS:
            more = mail.continuation(lines, number, end, by_mail=own != text)
            others -= set(range(number, number + 1 + len(more)))
            rest = " ".join([lines[number][word.end() :].strip(), *more]).strip()
            name = unicodedata.normalize("NFC", word[1]).lower()
            found.append(CommandLine(name, rest, line=number + 1, raw=raw[number].rstrip("\r\n")))
    return found if others else [replace(line, alone=True) for line in found]


def split(rest: str) -> Args:
    """Take arguments apart: words, `"several words"`, `--option`, `--option=value`, `--option "its value"`.

    Quotes group where a word begins, apostrophes never do. Raises CommandSyntaxError for a quote that is not closed and
    for an option given twice.
    """
    text = mail.normalise(rest)
    words: list[str] = []
    options: dict[str, str | None] = {}
    position = 0
    while begin := _NEXT.search(text, position):
        option = _OPTION.match(text, begin.start())
        if not option:
            word, position = _value(text, begin.start())
            words.append(word)
            continue
        name = option[1].lower()
        if name in options:
            raise CommandSyntaxError(f"`--{name}` is given twice.", begin.start() + 1)
        has_value = option[2] or text.startswith('"', option.end())
        options[name], position = _value(text, option.end()) if has_value else (None, option.end())
    return Args(tuple(words), options)


def bare(word: str) -> str:
    """Drop what ends a sentence from the end of a word."""
    return word.rstrip(".,:;!?")


def _beginning(body: str) -> str:
    whole = body.encode("utf-8", "replace")
    if len(whole) <= LONGEST_COMMENT:
        return body
    # The last line may have lost its end, and `/value 12000` must not be read as `/value 12`.
    return "".join(markdown.lines(whole[:LONGEST_COMMENT].decode("utf-8", "ignore"))[:-1])


def _in_plain_text(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Find the command lines of top-level paragraphs whose slash no code span, link or tag has swallowed.

    Yields the number of the line, and of the line after its paragraph.
    """
    for token in markdown.blocks("\n".join(lines)):
        if token.type == "paragraph_open" and token.level == 0 and token.map:
            numbers = range(*token.map)
            if any(_COMMAND.match(lines[number]) for number in numbers):
                places = _visible_places("\n".join(_placed(lines[number], number) for number in numbers))
                yield from ((place, numbers.stop) for place in places)


def _placed(line: str, number: int) -> str:
    plain = line.replace(_OPEN, "").lstrip(" \t")
    return plain.replace("/", f"{_OPEN}{number}{_CLOSE}", 1) if _COMMAND.match(line) else plain


def _visible_places(paragraph: str) -> Iterator[int]:
    links = 0
    for token in _inline_parser().parseInline(paragraph)[0].children or []:
        links += token.nesting if token.type in ("link_open", "link_close") else 0
        place = _PLACE.match(token.content) if token.type == "text" and links == 0 else None
        if place:
            yield int(place[1])


def _value(text: str, start: int) -> tuple[str, int]:
    """Read one word or one quotation, and say where it ends."""
    quoted = _QUOTED.match(text, start)
    if quoted:
        return quoted[1].strip(), quoted.end()
    if text.startswith('"', start):
        raise CommandSyntaxError("A quotation mark is not closed.", start + 1)
    bare = _BARE.match(text, start)
    return (bare[0], bare.end()) if bare else ("", start)


@cache
def _inline_parser() -> MarkdownIt:
    return MarkdownIt("commonmark")
