"""Markdown as GitHub shows it: put strangers' words into it, take its blocks apart, mark and cut what the bot writes.

Knows what GitHub turns into links, mentions and layout. Knows nothing of deals, and never renders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from salesbot.core.text import characters

BODY_LIMIT = 60_000
"""UTF-8 bytes of a comment. GitHub refuses bodies over 65,536 characters."""
MARKER_LIMIT = 40_000
"""Characters of a marker, so that the body it opens keeps some room."""
CUT_NOTE = "_The rest was left out: it would be longer than GitHub allows._"

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")

_ACTIVE = re.compile(r"[\\`*_\[\]<>&|~#]|!$")
_ACTIVE_AT_START = re.compile(r"^(?=[-+=:/])|^(\d{1,9})(?=[.)](?:\s|$))")
# What GitHub looks for in the finished text, where no backslash helps. An empty comment ends the text node before the
# pattern is complete and shows nothing; entities are decoded too early. In order: mentions and mail addresses, issue
# numbers, addresses with a scheme, `www.` and bare domains, `GH-1` and its kin, emoji names, commits.
# https://github.com/github/markup/issues/1168, https://github.com/openjdk/skara/pull/1045
_LINKABLE = re.compile(
    r"@|#(?=[0-9]|$)|/(?=/)|(?<=\w)\.(?=[^\W\d_])|(?<=[A-Za-z])-(?=[0-9])|:(?=[\w+\\-]+:)"
    r"|\b(?=[0-9]*[a-f])[0-9a-f]{6}(?=[0-9a-f]{1,34}\b)"
)
_BREAK = "<!-- -->"
_CODE_SPAN = re.compile(r"(?<!`)(`{1,9})(?!`)(.*?[^`])\1(?!`)")
_MAIL_ADDRESS = re.compile(r"(?<!\S)[A-Za-z0-9.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}(?!\S)")
_LONE_AMPERSAND = re.compile(r"(?<!\S)&(?!\S)")

# HTML blocks that an empty line does not end, and what ends them: CommonMark 4.6, kinds 1 to 5.
_HTML = [
    (re.compile(begin, re.IGNORECASE), re.compile(end, re.IGNORECASE), close)
    for begin, end, close in [
        *(("<!--", "-->", "-->"), (r"<\?", r"\?>", "?>"), (r"<!\[CDATA\[", r"\]\]>", "]]>"), ("<![a-z]", ">", ">")),
        (r"<(?:script|pre|style|textarea)(?=\s|>|$)", "</(?:script|pre|style|textarea)>", "</pre>"),
    ]
]

MARKER_PREFIX = "<!-- salesbot:"
"""How every marker of the bot begins."""
_MARKER = re.compile(rf"{MARKER_PREFIX}([a-z:-]{{1,80}}) (\{{[^\r\n]*?\}}) -->")
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Marker(NamedTuple):
    """What a comment of the bot says about itself, where people do not see it."""

    kind: str
    payload: dict[str, Any]


def escape(text: str) -> str:
    """Write text from strangers as one line of Markdown that shows the same characters and does nothing else."""
    plain = _ACTIVE.sub(r"\\\g<0>", one_line(text))
    plain = _LINKABLE.sub(rf"\g<0>{_BREAK}", _ACTIVE_AT_START.sub(r"\1\\", plain))
    # A pair of dollar signs is mathematics to GitHub, with or without backslash; its manual says to wrap them.
    return plain.replace("$", "<span>$</span>")


def cell(text: str) -> str:
    """Write text from strangers into a table cell, where its line breaks stay line breaks."""
    return "<br>".join(escape(line) for line in text.splitlines() if one_line(line))


def code(text: str) -> str:
    """Write text from strangers as a code span of one line. Not for table cells, where a `|` would still divide."""
    plain = one_line(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain}{pad}{fence}" if plain else ""


def with_code(text: str) -> str:
    """Write text as one line of Markdown in which code spans are code, and all else does nothing."""
    plain = one_line(text)
    written, done = "", 0
    for span in _CODE_SPAN.finditer(plain):
        written += f"{_between(plain[done : span.start()])}{code(span[2])}"
        done = span.end()
    return written + _between(plain[done:])


def _between(part: str) -> str:
    """Escape a part of a line, and keep the blanks at its ends."""
    return f"{' ' * part.startswith(' ')}{escape(part)}{' ' * (part.endswith(' ') and len(part) > 1)}"


def block(text: str) -> str:
    """Write text from strangers as a quotation, line by line; empty text gives nothing."""
    quoted: list[str] = []
    for line in [escape(line) for line in text.splitlines()]:
        if line and quoted and quoted[-1] != ">":
            quoted[-1] += "\\"
        if line or (quoted and quoted[-1] != ">"):
            quoted.append(f"> {line}".rstrip())
    return "\n".join(quoted[:-1] if quoted and quoted[-1] == ">" else quoted)


def unquoted(text: str) -> str:
    """Read a quotation of ours back as the text it quotes; any other text stays as it is."""
    rows = text.splitlines()
    if not rows or not all(row == ">" or row.startswith("> ") for row in rows):
        return text
    return "\n".join(_unescaped(row[1:].removeprefix(" ")) for row in rows)


def _unescaped(line: str) -> str:
    plain = line.removesuffix("\\") if re.search(r"(?<!\\)(?:\\\\)*\\$", line) else line
    plain = plain.replace("<span>$</span>", "$").replace(_BREAK, "")
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", plain)


def is_inert(text: str) -> bool:
    """Say whether one line of text shows as it is and does nothing on GitHub, so that it needs no escaping.

    A mail address becomes a link to write to, which mentions nobody; an ampersand between words is one.
    """
    bare = _LONE_AMPERSAND.sub("and", _MAIL_ADDRESS.sub("mail", text))
    return escape(bare) == bare and one_line(text) == text


def fenced(text: str) -> str:
    """Put text into a code block that nothing in it can end."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}\n{text}\n{fence}"


def one_line(text: str) -> str:
    """Fold whitespace and line breaks to single spaces and drop what nobody can see."""
    return " ".join(characters.visible(text).split())


def log_safe(text: str) -> str:
    """Write text from strangers into a log that GitHub's runner scans for commands in every line of it.

    `::name::` counts at the start of a line, `##[name]` anywhere: actions/runner, ActionCommand.cs.
    """
    return re.sub(r":(?=:)|##(?=\[)", r"\g<0> ", one_line(_ANSI.sub("", text)))


def marker(kind: str, payload: Mapping[str, Any]) -> str:
    """Write what a comment of the bot remembers; it must be the first line of the comment, alone.

    Raises ValueError if it could not be read back: a kind of other letters than `a-z:-`, no JSON, over MARKER_LIMIT.
    """
    text = json.dumps(dict(payload), separators=(",", ":")).replace("--", "-\\u002d")
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    written = f"{MARKER_PREFIX}{kind} {text} -->"
    if len(written) > MARKER_LIMIT or read_marker(written) is None:
        raise ValueError(f"a marker of kind {kind!r} and {len(written)} characters cannot be read back")
    return written


def read_marker(body: str) -> Marker | None:
    """Read the marker a body starts with; None if there is none or it cannot be read. Whose it is, the caller asks."""
    found = _MARKER.match(body, 0, MARKER_LIMIT)
    if not found:
        return None
    try:
        payload = json.loads(found[2], parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return Marker(found[1], payload)


def fit(text: str, limit: int = BODY_LIMIT, note: str = CUT_NOTE) -> str:
    """Cut a body that is over `limit` UTF-8 bytes where a section, else a block begins, and say so in its last line."""
    if _size(text) <= limit:
        return text
    room = limit - _size(f"\n\n{note}\n")
    fitting = [place for place in _boundaries(text) if place.size <= room]
    last = max((place.size for place in fitting), default=0)
    section = max((place.size for place in fitting if place.heading), default=0)
    # A section is the better place, unless that throws away most of what there is room for.
    kept = text.encode("utf-8", "surrogatepass")[: section if section * 2 > last else last]
    shown = kept.decode("utf-8", "surrogatepass").rstrip()
    return f"{shown}\n\n{note}\n" if shown else f"{note}\n"


def lines(text: str) -> list[str]:
    """Split into lines as Markdown sees them, each with its own line ending. Joined, they are the text again."""
    return _LINES.findall(text)


def blocks(text: str) -> list[Token]:
    """Take Markdown apart into blocks; `map` counts in `lines(text)`. Inline content stays unparsed."""
    return _block_parser().parse(text)


def is_literal(block: Token) -> bool:
    """Say whether a block is code or HTML, so that nothing in it means what it would elsewhere."""
    return block.type in ("fence", "code_block", "html_block")


def literal(text: str) -> set[int]:
    """Say which lines are in code or HTML."""
    return {line for block in blocks(text) if is_literal(block) and block.map for line in range(*block.map)}


def missing_end(block: Token) -> str:
    """Tell the line that would close a fence or HTML block which runs to the end of the text; nothing if it is closed.

    GitHub shows all that follows such a block as part of it, which is hardly ever what its writer wanted.
    """
    if block.type == "fence" and block.map:
        inside = len(lines(block.content))
        return "" if block.map[1] - block.map[0] == inside + 2 else block.markup
    if block.type == "html_block":
        html = block.content.lstrip()
        return next((close for begin, end, close in _HTML if begin.match(html) and not end.search(html)), "")
    return ""


class _Boundary(NamedTuple):
    size: int
    """Bytes before it."""
    heading: bool


def _boundaries(text: str) -> list[_Boundary]:
    """Where top-level blocks begin, outside folded parts."""
    sizes = list(accumulate(map(_size, lines(text)), initial=0))
    found: list[_Boundary] = []
    folded = 0
    for token in blocks(text):
        if token.level == 0 and token.nesting >= 0 and token.map and folded == 0:
            found.append(_Boundary(sizes[token.map[0]], heading=token.type == "heading_open"))
        if token.type == "html_block":
            folded += token.content.count("<details") - token.content.count("</details")
    return found


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


@cache
def _block_parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable("inline")
