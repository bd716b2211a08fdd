"""The shapes of an answered mail: how programs announce the mail that a reply quotes, in whatever language.

A line that introduces a mail has an address and a date and ends with a colon, or is between dashes; a mail's header
is a block of `Word: value` lines. Words decide only where a shape alone could be a person's own sentence.
Lines come in stripped; nothing here knows Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesbot.core.text import mail_words as words

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}|\*{3}@\*{3}")
"""GitHub writes `***@***.***` for the addresses in a mailed comment."""
_TIME = re.compile(
    r"(?<![\d.:])\d{1,2}\s?[:h]\s?\d{2}(?!\d)|(?<![\d.])\d{1,2}\.\d{2}(?![\d.])"
    r"|\d{1,2}\s?(?:[AaPp]\.?[Mm]\b|Uhr\b|[時时点點시])"
)
_DATE = re.compile(
    r"(?<!\d)\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}(?!\d)|(?<![\d+-])\d{4}(?!\d)"
    r"|\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"
)
_COLON = r"[:\uff1a\u0589\u17d6]"
_ENDS = re.compile(rf"(?:{_COLON}|--+)[*_]*$")
_MOST_LINES = 4
_LONGEST = 400
"""Lines and characters of an introduction that a mail program wrapped."""

_GITHUB = re.compile(
    r"^(?! *>).{0,400}?(?:@reply\.github\.com|/\d+@github\.com|Reply to this email directly)", re.MULTILINE
)
"""What a notification of GitHub's carries along when it is quoted without `>`."""

_DASHED = re.compile(r"([-_=*\u2013\u2014]{2,})\s*([^\W_].*?)\s*([-_=*\u2013\u2014]{2,})")
_DRAWN_BY_OUTLOOK = re.compile(r"_{30,}")
_LABEL = re.compile(rf"[|*_\s]*([^\W\d_][^:\uff1a|]{{0,24}}?)[*_\s]*(?:{_COLON}|\|)[*_\s]*(?!//)(.*)")
_HEADER_LINES = 8
_REPLY = re.compile(rf"[^\W\d_]{{1,5}}\s?{_COLON}\s?\S|.*\[[\w.-]+/[\w.-]+\]")
"""A subject that answers another one (`Re: Shop`), or GitHub's own."""

_LONGEST_SENT_FROM = 80
_SIGNATURES = ("--", "\u2014")


def answers_github(text: str) -> bool:
    """Say whether a notification of GitHub's is quoted without `>` somewhere."""
    return _GITHUB.search(text) is not None


def introduction(lines: Sequence[str], number: int, *, by_mail: bool) -> int:
    """Count the lines, from this one on, that introduce a quoted mail, `On ... Ann <ann@example.com> wrote:`; else 0.

    `by_mail`: a date and a colon are enough, since a mail is quoted for certain.
    """
    if not _may_begin(lines[number]):
        return 0
    text = ""
    for count, line in enumerate(lines[number : number + _MOST_LINES], 1):
        if not line or line[0] in "/>" or len(text) + len(line) > _LONGEST:
            return 0
        text = f"{text} {line}".lstrip()
        if _ENDS.search(line) and _introduces(text, by_mail=by_mail):
            return count
    return 0


def _may_begin(line: str) -> bool:
    """An introduction begins where its first clue is: a line of somebody's own before it is none of it."""
    return (
        line[:1] not in ("", "/", ">", "|") and any(clue.search(line) for clue in (_ADDRESS, _TIME, _DATE, words.WROTE))
    ) or line.startswith("--")


def _introduces(text: str, *, by_mail: bool) -> bool:
    address, date, time = (clue.search(text) is not None for clue in (_ADDRESS, _DATE, _TIME))
    if text.rstrip("*_").endswith("-"):
        return text.startswith("--") and (address or (date and time and text.startswith("----")))
    if address and (date or time or words.WROTE.search(text)):
        return True
    return date and (by_mail or words.WROTE.search(text) is not None)


def ends_reply(lines: Sequence[str], number: int) -> bool:
    """Say whether nothing from this line on is the writer's own: a signature, or the header of an older mail."""
    line = lines[number]
    return bool(line) and (
        line in _SIGNATURES
        or _is_sent_from(line)
        or _DRAWN_BY_OUTLOOK.fullmatch(line) is not None
        or _announces(lines, number)
        or _is_header(lines, number)
    )


def is_drawn(line: str) -> bool:
    """Say whether a line is nothing but strokes."""
    return bool(line) and not line.strip("-_=*\u2013\u2014 ")


def _is_sent_from(line: str) -> bool:
    plain = line.lstrip("*_[<(").casefold()
    if len(plain) > _LONGEST_SENT_FROM or not plain.startswith(words.SENT_FROM):
        return False
    return not plain.startswith("von meinem ") or "gesendet" in plain


def _announces(lines: Sequence[str], number: int) -> bool:
    """`-----Original Message-----`: words that are known, or any with a header below them."""
    dashed = _DASHED.fullmatch(lines[number]) if lines[number][0] in "-_=*\u2013\u2014" else None
    if dashed is None or dashed[1][0] == "*":
        return False
    if dashed[2].strip("-_ ").casefold() in words.ORIGINAL:
        return True
    below = next((place for place in range(number + 1, min(number + 4, len(lines))) if lines[place]), None)
    return below is not None and len(dashed[1]) >= 3 and _is_block(lines, below, least=2)


def _is_header(lines: Sequence[str], number: int) -> bool:
    """`From:`, `Sent:`, `Subject:` in a language that is known; else a block of that shape that answers a mail."""
    label = _label(lines[number])
    if not label:
        return False
    if label in words.FROM or label in words.SENT or label in words.SUBJECT:
        labels = {_label(line) for line in _until_blank(lines, number)}
        if labels & words.FROM and (labels & words.SUBJECT or (labels & words.SENT and _has_address(lines, number))):
            return True
    drawn = number > 0 and is_drawn(lines[number - 1])
    return _is_block(lines, number, least=3) and (drawn or _answers(lines, number))


def _is_block(lines: Sequence[str], number: int, *, least: int) -> bool:
    """Lines of `Word: value`, one with an address and one with a date or time."""
    block = _until_blank(lines, number)
    labelled = [line for line in block if _label(line)]
    # A long list of people is wrapped; more than one such line is a text.
    if len(labelled) < least or len(block) - len(labelled) > 1:
        return False
    when = any(_DATE.search(line) or _TIME.search(line) for line in labelled)
    return when and any(_ADDRESS.search(line) for line in labelled)


def _answers(lines: Sequence[str], number: int) -> bool:
    found = (_LABEL.fullmatch(line) for line in _until_blank(lines, number))
    return any(match is not None and _REPLY.match(match[2]) for match in found)


def _has_address(lines: Sequence[str], number: int) -> bool:
    return any(_ADDRESS.search(line) for line in _until_blank(lines, number))


def _until_blank(lines: Sequence[str], number: int) -> list[str]:
    block: list[str] = []
    for line in lines[number : number + _HEADER_LINES]:
        if not line or line[0] in "/>":
            break
        block.append(line)
    return block


def _label(line: str) -> str:
    found = _LABEL.fullmatch(line[:_LONGEST])
    return found[1].strip("*_ ").casefold() if found else ""
