"""The content of a YAML file, with the place of every value.

Knows text, values and places. Knows nothing of YAML's grammar (`yaml_reader` reads it) or of pipelines. Every scalar
stays the text as written; the schema interprets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from salesbot.core.config.problems import Problem, shown

Path: TypeAlias = Sequence[str | int]
Value: TypeAlias = "Text | list[Value] | dict[str, Value] | None"


class Text(str):
    """A scalar as it was written: `yes` stays "yes" and `010` stays "010". `plain` if it was written without quotes."""

    __slots__ = ("plain",)
    plain: bool

    def __new__(cls, text: str, *, plain: bool) -> Text:
        """Keep the text, and how it was written."""
        self = super().__new__(cls, text)
        self.plain = plain
        return self

    @property
    def blank(self) -> bool:
        """Whether nothing at all is written here; `""` is something."""
        return self.plain and not self


@dataclass
class Node:
    """A value and where it starts in the text, in characters. `size` counts values, `height` levels."""

    at: int
    content: Text | list[Node] | dict[str, Node] | None
    keys_at: dict[str, int] = field(default_factory=dict)
    size: int = field(init=False, default=1)
    height: int = field(init=False, default=1)

    def __post_init__(self) -> None:
        for node in self.below:
            self.size += node.size
            self.height = max(self.height, node.height + 1)

    @property
    def below(self) -> list[Node]:
        """The values inside this one."""
        if isinstance(self.content, dict):
            return list(self.content.values())
        return self.content if isinstance(self.content, list) else []

    def child(self, step: str | int) -> Node | None:
        """Find a value inside by its key, its position, or, in a list, by its text."""
        match self.content:
            case dict() as named:
                return named.get(str(step))
            case list() as listed if isinstance(step, int):
                return listed[step] if step < len(listed) else None
            case list() as listed:
                return next((node for node in listed if node.content == step), None)
            case _:
                return None

    @property
    def blank(self) -> bool:
        """Whether nothing is written after the colon."""
        return isinstance(self.content, Text) and self.content.blank

    @property
    def value(self) -> Value:
        """The value without places."""
        if isinstance(self.content, dict):
            return {key: node.value for key, node in self.content.items()}
        if isinstance(self.content, list):
            return [node.value for node in self.content]
        return self.content


@dataclass(frozen=True)
class Document:
    """A file that was read. Its problems are those in spite of which the rest could be read."""

    file: str
    text: str
    root: Node
    problems: tuple[Problem, ...] = ()

    @property
    def value(self) -> dict[str, Value]:
        """The content of the file, without places."""
        value = self.root.value
        return value if isinstance(value, dict) else {}

    def has(self, *path: str | int) -> bool:
        """Say whether anything is written at a path, right or wrong."""
        node: Node | None = self.root
        for step in path:
            node = node.child(step) if node else None
        return node is not None

    def problem(self, path: Path, what: str, hint: str = "", *, at_key: bool = False) -> Problem:
        """Make a problem at a path: at its value or its key, or at the nearest part of the path that exists.

        An entry of a list is named by its position or by its text.
        """
        index, keys = self._find(path, at_key=at_key)
        return problem_at(self.file, self.text, index, keys, what, hint)

    def _find(self, path: Path, *, at_key: bool) -> tuple[int, list[str]]:
        node: Node | None = self.root
        at, keys = self.root.at, []
        for depth, step in enumerate(path, start=1):
            above, node = node, node.child(step) if node else None
            if above is None or isinstance(above.content, dict):
                keys.append(str(step))
            if above and node:
                by_key = at_key or node.blank or depth < len(path)
                at = above.keys_at.get(str(step), node.at) if by_key else node.at
        return at, keys


@dataclass
class Findings:
    """The problems found in a document so far."""

    document: Document
    problems: list[Problem]

    def choices(self, known: Iterable[str]) -> list[str]:
        """List what may be suggested; nothing after a hundred problems, since guessing is slow."""
        return list(known) if len(self.problems) < 100 else []

    def add(self, path: Path, what: str, hint: str = "", *, at_key: bool = False) -> None:
        """Add a problem at a path."""
        self.problems.append(self.document.problem(path, what, hint, at_key=at_key))


def problem_at(file: str, text: str, index: int, keys: Sequence[str], what: str, hint: str = "") -> Problem:
    """Make a problem at a character of the text. Lines end where GitHub ends them, not where YAML does."""
    # An error at the end of the file belongs to its last line, not to the empty one after it.
    index = min(index, len(text.rstrip("\r\n")))
    line_start = text.rfind("\n", 0, index) + 1
    path = ".".join(shown(key) for key in keys)
    return Problem(file, text.count("\n", 0, index) + 1, index - line_start + 1, path, what, hint)


def kind(value: object) -> str:
    """Describe the kind of a value, for "must be ..., and is ..."."""
    match value:
        case dict():
            return "settings (key: value)"
        case list():
            return "a list"
        case None:
            return "null"
        case Text(blank=True):
            return "empty"
        case _:
            return f'"{shown(value)}"'
