"""Which part of a rendered text the template wrote, and which part is data that is still to be escaped.

Data stays between two control characters, as it is, until the whole text is there, and only then it is escaped. So it
makes no difference in how many pieces, or through which operations, it got there. Only `Markup` counts as written by
the template. Whatever takes one apart (a slice, `replace`, a filter of Jinja's) gives an ordinary string: data again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from salesbot.core.text import markdown
from salesbot.core.text.render import Markdown

# `markdown.one_line` drops these characters, so that no data can hold them.
_TEXT, _CODE, _END = "\x02", "\x05", "\x03"
_SIGNS = re.compile(f"[{_TEXT}{_CODE}{_END}]")
_TEXTS = re.compile(rf"(@?)((?:{_TEXT}[^{_END}]*{_END})+)")
_CODES = re.compile(rf"(\\?)((?:{_CODE}[^{_END}]*{_END})+)")
_BREAK = "<!-- -->"


class Markup(str):
    """Markdown of a template, with data in it that `finish` escapes."""

    __slots__ = ()

    def __add__(self, other: str, /) -> str:
        if not isinstance(other, str):
            return NotImplemented
        return join((self, other))

    def __radd__(self, other: str, /) -> str:
        if not isinstance(other, str):
            return NotImplemented
        return join((other, self))

    def upper(self) -> Markup:
        """Change the letters; what is data stays data."""
        return Markup(str.upper(self))

    def lower(self) -> Markup:
        """Change the letters; what is data stays data."""
        return Markup(str.lower(self))

    def strip(self, chars: str | None = None, /) -> str:
        """Drop blanks at both ends. Any other characters are taken off as data."""
        return str.strip(self, chars) if chars else Markup(str.strip(self))


def concat(pieces: Iterable[str]) -> Markup:
    """Put together what the lines of a template gave."""
    return Markup("".join(pieces))


def text(value: Any) -> Markup:
    """Take a value for printing. Data becomes one line, or several lines, which only a table cell keeps apart."""
    return value if isinstance(value, Markup) else _ours(value) or _data(_TEXT, markdown.one_line(str(value)))


def cell(value: Any) -> Markup:
    """Take a value for a table cell, where its line breaks stay line breaks."""
    return _data(_TEXT, "\n".join(filter(None, map(markdown.one_line, str(value).splitlines()))))


def code(value: Any) -> Markup:
    """Take a value for a code span."""
    return _data(_CODE, markdown.one_line(str(value)))


def literal(value: Any) -> Markup:
    """Take a value for a line inside a code block, where nothing needs escaping, and which it cannot end."""
    return Markup(re.sub(r"\A(?=```|~~~)", "\N{ZERO WIDTH SPACE}", markdown.one_line(str(value))))


def join(values: Iterable[Any], between: str = "") -> str:
    """Put values together: data among themselves stay data, and beside Markdown they stay apart from it."""
    parts = list(values)
    if not any(isinstance(part, (Markup, Markdown)) for part in (between, *parts)):
        return between.join(map(str, parts))
    return Markup((between if between.isspace() else _spaced(between)).join(map(_spaced, parts)))


def finish(written: str) -> str:
    """Escape the data in a whole text, each run of it as one."""
    return _TEXTS.sub(_escaped, _CODES.sub(_spans, written))


def _ours(value: Any) -> Markup | None:
    return Markup(_SIGNS.sub("", value)) if isinstance(value, Markdown) else None


def _data(sign: str, value: str) -> Markup:
    return Markup(f"{sign}{value}{_END}" if value else "")


def _spaced(value: Any) -> str:
    """Keep the blank before and after a piece of a sentence."""
    if isinstance(value, (Markup, Markdown)):
        return text(value)
    piece = str(value)
    before, after = piece[:1].isspace(), piece[-1:].isspace()
    return f"{' ' if before else ''}{text(piece)}{' ' if after and piece.strip() else ''}"


def _escaped(run: re.Match[str]) -> str:
    # What a template writes as `@{{ name }}` mentions nobody: `mention` does, and checks the name.
    return f"{run[1]}{_BREAK if run[1] else ''}{markdown.cell(_SIGNS.sub('', run[2]))}"


def _spans(run: re.Match[str]) -> str:
    # Without a comment between them, the backticks of two spans would be one fence, and a backslash would undo one.
    spans = [markdown.code(_SIGNS.sub("", span)) for span in run[2].split(_END)[:-1]]
    return f"{run[1]}{_BREAK if run[1] else ''}{_BREAK.join(spans)}"
