"""Turns YAML text into a document, or into the problems of the file as a file.

Knows YAML, and refuses its dangerous and surprising parts: tags, bombs, duplicate keys. Knows nothing of pipelines.
Reads the parser's events one by one, so that a bomb is refused before it expands and no depth exhausts the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

import yaml

from salesbot.core.config.document import Document, Node, Text, kind, problem_at
from salesbot.core.config.problems import ConfigError, Problem, shown

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16
MAX_NODES = 5_000
"""Keys and values. The values behind an alias count each time, so that a small file cannot expand to a huge one."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"null", "Null", "NULL", "~"})
# All but what YAML allows in a file (YAML 1.2, 5.1). The parsers name the place differently, so we look first.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def read(text: str, file: str) -> Document:
    """Read one YAML document of settings. Raises ConfigError for text that is not YAML, or not fit to be read."""
    text = text.removeprefix("\ufeff")
    _refuse_unfit(text, file)
    reader = _Reader(text, file)
    root = reader.read()
    return Document(file, text, root, tuple(reader.problems))


def _refuse_unfit(text: str, file: str) -> None:
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        what = f"a character that no text file holds (U+{ord(forbidden[0]):04X})"
        raise ConfigError([problem_at(file, text, forbidden.start(), (), what, "Is this YAML, saved as UTF-8?")])
    size = len(text.encode())
    if size > MAX_BYTES:
        what = f"the file has {size:,} bytes; {MAX_BYTES:,} are allowed"
        raise ConfigError([problem_at(file, text, 0, (), what)])


class _Reader:
    """Builds nodes from events; adds problems, and stops where reading on makes no sense."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.problems: list[Problem] = []
        self.events: Iterator[yaml.Event] = iter(())
        self.anchors: dict[str, Node] = {}
        self.nodes = 0

    def read(self) -> Node:
        """Read the one document of the file. An empty file has no settings."""
        try:
            self.events = iter(yaml.parse(self.text, Loader=_LOADER))
            root = self._document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = mark.index if mark is not None else 0
            self._stop(at, (), *_in_plain_english(error, self.text[at : at + 1]))
        if root is None or root.content is None or root.blank:
            return Node(0, {})
        if not isinstance(root.content, dict):
            self._stop(
                root.at, (), f"the file must consist of settings, but is {kind(root.value)}", "Write key: value."
            )
        return root

    def _document(self) -> Node | None:
        root = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                self._stop(_at(event), (), "a second document starts here", "Keep one of them.")
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, ())
        return root

    def _node(self, event: yaml.Event, path: tuple[str, ...]) -> Node:
        match event:
            case yaml.AliasEvent():
                return self._alias(event, path)
            case yaml.SequenceStartEvent():
                self._admit(event, path, event.tag)
                node = Node(_at(event), self._items(path))
            case yaml.MappingStartEvent():
                self._admit(event, path, event.tag)
                node = self._pairs(_at(event), path)
            case yaml.ScalarEvent():
                self._admit(event, path, event.tag)
                node = Node(_at(event), _scalar(event))
            case _:
                raise AssertionError(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _admit(self, event: yaml.Event, path: tuple[str, ...], tag: str | None) -> None:
        self._count(_at(event), path, nodes=1, height=1)
        if tag is not None:
            self._stop(_at(event), path, f'tags such as "{shown(tag)}" are not supported', "Leave it out.")

    def _count(self, at: int, path: tuple[str, ...], *, nodes: int, height: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            what = f"more than {MAX_NODES} values; an alias counts as everything it refers to"
            self._stop(at, path, what, "Make the file smaller.")
        if len(path) + height > MAX_DEPTH:
            self._stop(at, path, TOO_DEEP)

    def _alias(self, event: yaml.AliasEvent, path: tuple[str, ...]) -> Node:
        node = self.anchors.get(event.anchor or "")
        if node is None:
            self._stop(_at(event), path, f'"*{shown(event.anchor)}" refers to nothing that was written before it')
        self._count(_at(event), path, nodes=node.size, height=node.height)
        return node

    def _items(self, path: tuple[str, ...]) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, "")))
        return items

    def _pairs(self, at: int, path: tuple[str, ...]) -> Node:
        pairs: dict[str, Node] = {}
        keys_at: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(_at(event), (*path, ""), self._node(event, (*path, "")), keys_at)
            value = self._node(next(self.events), (*path, key or ""))
            if key is not None:
                pairs[key], keys_at[key] = value, _at(event)
        return Node(at, pairs, keys_at)

    def _key(self, at: int, path: tuple[str, ...], node: Node, seen: dict[str, int]) -> Text | None:
        """Read a key; None, and a problem noted, if it is not a word or was there before."""
        if not isinstance(node.content, Text) or not node.content:
            self._note(at, path[:-1], f"a key must be a word, but is {kind(node.value)}")
            return None
        key = node.content
        if key in seen:
            first = self.text.count("\n", 0, seen[key]) + 1
            self._note(at, (*path[:-1], key), f"is written twice, first in line {first}", "Keep one of them.")
            return None
        return key

    def _note(self, at: int, path: tuple[str, ...], what: str, hint: str = "") -> None:
        self.problems.append(problem_at(self.file, self.text, at, [key for key in path if key], what, hint))

    def _stop(self, at: int, path: tuple[str, ...], what: str, hint: str = "") -> NoReturn:
        self._note(at, path, what, hint)
        raise ConfigError(self.problems)


def _at(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark is not None else 0


def _scalar(event: yaml.ScalarEvent) -> Text | None:
    plain: bool = event.implicit[0]
    return None if plain and event.value in _NULLS else Text(event.value, plain=plain)


TOO_DEEP = f"settings are nested more than {MAX_DEPTH} deep"
_MISPLACED = "this does not belong here: a quote, a colon or the indentation is off"
_PLAIN_ENGLISH = (
    (
        "mapping values are not allowed",
        "a colon too many, or the line is indented too far",
        "Text with a colon goes in quotes.",
    ),
    ("expected key", _MISPLACED, ""),
    ("expected <block end>", _MISPLACED, ""),
    ("',' or ']'", "a list was opened with [ and not closed, or lacks a comma", ""),
    ("',' or '}'", "settings were opened with { and not closed, or lack a comma", ""),
    ("'-' indicator", "this does not belong to the list above it: the indentation is off", ""),
    ("entries are not allowed", "a list with dashes starts on a line of its own", ""),
    ("unexpected end of stream", "a quote was opened and not closed", ""),
    ("unexpected ':'", "a colon without a space behind it", "Write `key: value`; text with a colon goes in quotes."),
    ("expected ':'", "a colon is missing after the key", ""),
    ("maximum nesting depth", TOO_DEEP, ""),  # the C parser's own limit of brackets, met while it looks ahead
    ("<document start>", "text after the end of the document", ""),
    ("escape character", "a backslash in double quotes starts an escape that YAML does not know", "Use single quotes."),
)
"""By a part of the parser's message: what it means in plain English, and what to do."""


def _in_plain_english(error: yaml.MarkedYAMLError, char: str) -> tuple[str, str]:
    message = error.problem or ""
    if char == "\t" or "tab character" in message:
        return "a tab; YAML is indented with spaces", "Replace the tab by spaces."
    if "cannot start any token" in message:
        return f'a value cannot start with "{shown(char)}"', "Put it in quotes."
    known = ((what, hint) for part, what, hint in _PLAIN_ENGLISH if part in message)
    return next(known, (f'this is not YAML: "{shown(message)}"', ""))
