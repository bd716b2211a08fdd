"""Mail: read a comment that may have come by mail as if it had been typed on GitHub.

Knows what mail programs do to spaces, quotes and dashes, and which lines of a reply are its writer's own.
Knows no commands. A comment without such lines and characters comes out as it went in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesbot.core.text import characters, mail_shapes, markdown

# Double quotes of every language become straight ones. Apostrophes stay as they are: nothing depends on them, and
# people's names contain them.
_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02"), '"')
# Phones turn `--` into one dash.
_DASHED_OPTION = re.compile(r"(?<!\S)[\u2013\u2014](?=[A-Za-z])")


def normalise(text: str) -> str:
    """Write spaces, double quotes and the dashes of options as they are typed on a keyboard; lines stay lines."""
    return _DASHED_OPTION.sub("--", characters.typed(text).translate(_QUOTES))


def reply(text: str) -> str:
    """Stop reading at a signature, or where a mail is quoted that has no `>` before its lines.

    Where it has, Markdown knows what is quoted, and what follows is the writer's own: only the line that introduces the
    quotation is emptied. Lines keep their numbers.
    """
    lines = markdown.lines(text)
    plain = [line.strip() for line in lines]
    by_mail = mail_shapes.answers_github(text)
    literal: set[int] | None = None
    number = 0
    while number < len(plain):
        introduced = mail_shapes.introduction(plain, number, by_mail=by_mail)
        if introduced or mail_shapes.ends_reply(plain, number):
            literal = markdown.literal(text) if literal is None else literal
            if number not in literal:
                if not introduced or not _is_quoted(plain, number + introduced):
                    return "".join(lines[: _first_cut(plain, number)])
                _empty(lines, number, introduced)
                number += introduced - 1
        number += 1
    return "".join(lines)


def _is_quoted(plain: Sequence[str], number: int) -> bool:
    """Whether the next line that is not empty begins with `>`."""
    return next((line for line in plain[number:] if line), "").startswith(">")


def _first_cut(plain: Sequence[str], number: int) -> int:
    """A line drawn above belongs to what is cut, and would make a heading of the line before it."""
    while number and mail_shapes.is_drawn(plain[number - 1]):
        number -= 1
    return number


def _empty(lines: list[str], first: int, count: int) -> None:
    for number in range(first, first + count):
        lines[number] = lines[number][len(lines[number].rstrip("\r\n")) :]


NARROWEST, WIDEST = 60, 80
"""Characters: where mail programs break lines."""
SHORTEST = 52
"""Characters of a line that was broken there because the next word is long."""
_SENTENCE_ENDS = re.compile(r"[.!?:;\u2026]$")


def continuation(lines: Sequence[str], number: int, end: int, *, by_mail: bool) -> list[str]:
    """List the lines before `end` that a mail program made of one by breaking it at the width of its lines.

    A typed line break is another line. It is known by its place: there was room for the next word, or no mail has lines
    this long. Where both are possible, a new sentence is a new line, unless the text came by mail for certain.
    """
    widest = max(map(_width, lines), default=0)
    found: list[str] = []
    while number + 1 < end and _is_broken(lines[number], lines[number + 1], widest, by_mail=by_mail):
        number += 1
        found.append(lines[number].strip())
    return found


def _width(line: str) -> int:
    """An address without spaces is longer than any width, and so is what others wrote and this one quotes."""
    return 0 if line.lstrip().startswith(">") or " " not in line.strip() else len(line.rstrip())


def _is_broken(line: str, following: str, widest: int, *, by_mail: bool) -> bool:
    word = following.split()[0] if following.split() else "/"
    room = len(line.rstrip()) + 1 + len(word)
    if word[0] == "/" or len(line.rstrip()) < SHORTEST or widest > WIDEST or room <= max(widest, NARROWEST):
        return False
    begins = word[0].isupper() and _SENTENCE_ENDS.search(following.rstrip()) is not None
    return by_mail or not (begins or _SENTENCE_ENDS.search(line.rstrip()))
