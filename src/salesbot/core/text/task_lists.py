"""Task lists: what Markdown makes of the lines of a list, item by item.

Knows what an item, a title and a part are, which lines are code, and when two lines say the same. Knows not which list
it is, nor what becomes of it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from salesbot.core.text import markdown

_TASK = re.compile(r"(\s*(?:[-*+]|\d{1,9}[.)])\s+\[)([ \u00a0xX])(\]\s+)(\S.*)", re.DOTALL)
_STRUCK = re.compile(r"(~~?)(?=[^\s~])(.*?[^\s~])\1(?!~)", re.DOTALL)
_EACH_ROUND = re.compile(r"\s*([*_])\(each round\)\1", re.IGNORECASE)
_BOLD_LINE = re.compile(r"(\*\*|__)(?=\S)(.+?)\1(.*)", re.DOTALL)
_MOST_LEFT_OPEN = 8


@dataclass(frozen=True)
class Item:
    """One line `- [ ] text`. Settled when a person ticked it or struck its text out."""

    text: str
    """Without tick, strike, reason and the mark of a round."""
    ticked: bool = False
    struck: bool = False
    needed: bool = True
    each_round: bool = False
    package: bool = False
    """Under "Packages": a line of the estimate."""

    @property
    def settled(self) -> bool:
        """Whether nobody has to do anything about it any more."""
        return self.ticked or self.struck


class Task(NamedTuple):
    """A task line, taken apart."""

    before: str
    tick: str
    after: str
    text: str

    @property
    def ticked(self) -> bool:
        return self.tick in "xX"

    @property
    def struck(self) -> bool:
        return _STRUCK.match(self.text) is not None

    def item(self, *, needed: bool = True, package: bool = False) -> Item:
        each_round = _EACH_ROUND.search(self.text) is not None
        return Item(plain(self.text), self.ticked, self.struck, needed, each_round, package)


@dataclass(frozen=True)
class Line:
    """A line of a list. `part` is the title it is under, and which one of that name it is."""

    text: str
    part: tuple[str, int]
    title: str | None = None
    task: Task | None = None
    literal: str = ""
    """The code or HTML it is in, and where: such a block is the same only as a whole."""

    @property
    def name(self) -> str:
        """The same for lines that say the same."""
        if self.task:
            return key(self.task.text)
        # No item contains a line break, so no other line is ever taken for one.
        said = f"# {_part_name(self.title)}" if self.title is not None else self.literal or " ".join(self.text.split())
        return _short(f"\n{said}")

    @property
    def indented(self) -> bool:
        return self.text[:1] in (" ", "\t")


@dataclass
class Outline:
    """What Markdown makes of the lines of a list."""

    lines: list[str]
    titles: dict[int, str] = field(default_factory=dict)
    """Headings, and lines that are nothing but bold."""
    tasks: dict[int, Task] = field(default_factory=dict)
    literal: dict[int, str] = field(default_factory=dict)
    """Lines of code and HTML, each with the whole block and its place in it."""
    left_open: dict[int, str] = field(default_factory=dict)
    """Where a block begins that would swallow the rest of the list, and what would close it."""

    @classmethod
    def of(cls, body: str) -> Outline:
        outline, start = cls([line.rstrip("\r\n") for line in markdown.lines(body)]), 0
        for _ in range(_MOST_LEFT_OPEN):
            start = outline._read_blocks(start)
        for number, line in enumerate(outline.lines):
            if number not in outline.literal:
                outline._read_line(number, line)
        return outline

    def _read_blocks(self, start: int) -> int:
        """Read from a line on, and return where to go on: a block left open must not swallow what is needed."""
        tokens = markdown.blocks("\n".join(self.lines[start:]))
        for token, inside in zip(tokens, [*tokens, None][1:], strict=True):
            if not token.map:
                continue
            first, end = token.map[0] + start, token.map[1] + start
            if token.level == 0 and markdown.missing_end(token):
                self.left_open[first] = markdown.missing_end(token)
                return first + 1
            if markdown.is_literal(token):
                whole = _short("\n".join(self.lines[first:end]).rstrip())
                self.literal |= {number: f"{whole}\n{number - first}" for number in range(first, end)}
            elif token.type == "heading_open" and token.level == 0 and inside and "\n" not in inside.content:
                self.titles[first] = inside.content
        return len(self.lines)

    def _read_line(self, number: int, line: str) -> None:
        task, bold = _TASK.fullmatch(line), _BOLD_LINE.fullmatch(line)
        if task:
            self.tasks[number] = Task(*task.groups())
        elif bold and (not bold[3].strip(" \t:.") or is_needed(bold[2]) or is_packages(bold[2])):
            self.titles.setdefault(number, bold[2])


def read_lines(body: str) -> list[Line]:
    """Read a list line by line; where a block is left open, what would close it comes as a line of its own."""
    outline, seen, part = Outline.of(body), Counter[str](), ("", 0)
    found: list[Line] = []
    for number, text in enumerate(outline.lines):
        title = outline.titles.get(number)
        if title is not None:
            name = _part_name(title)
            part = (name, seen[name])
            seen[name] += 1
        found.append(Line(text, part, title, outline.tasks.get(number), outline.literal.get(number, "")))
        if number in outline.left_open:
            found[-1] = replace(found[-1], literal=outline.left_open[number])
            found.append(Line(outline.left_open[number], part, literal=text))
    return found


def key(item: Item | str) -> str:
    """Name an item by its words, whatever their case, emphasis and punctuation: eight characters that stay the same."""
    text = item.text if isinstance(item, Item) else plain(item)
    return _short(words_of(text) or text)


def with_tick(body: str, numbers: Collection[int], tick: str) -> str:
    """Write `x` or a space into the boxes of these lines, and change nothing else."""
    lines = markdown.lines(body)
    for number in numbers:
        task = _TASK.match(lines[number])
        if task:
            lines[number] = task[1] + tick + lines[number][task.end(2) :]
    return "".join(lines)


def _part_name(title: str) -> str:
    return "needed" if is_needed(title) else words_of(title)


def is_needed(title: str) -> bool:
    """Say whether a title begins the part that counts."""
    return words_of(title).partition(" ")[0] == "needed"


def is_packages(title: str) -> bool:
    """Say whether a title begins the part with the lines of an estimate."""
    return words_of(title).partition(" ")[0] == "packages"


def plain(text: str) -> str:
    """Give the words of an item: what is between the strikes, if it is struck, and no mark of a round."""
    struck = _STRUCK.match(text)
    return _EACH_ROUND.sub("", struck[2] if struck else text).strip()


def words_of(text: str) -> str:
    """Give the words of a text without its case and signs."""
    signs = (" " if unicodedata.category(sign)[0] == "P" or sign in "~`^$+=|<>" else sign for sign in text.casefold())
    return " ".join("".join(signs).split())


def _short(text: str) -> str:
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
