"""The shape of a single value of the configuration, whatever it means: a text, a number, one of several words.

A shape reads a value, and describes it in JSON Schema for editors. It sees one value; `stages` and `rules` check
whether values fit together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import voluptuous as vol

from salesbot.core.config.document import Text, kind
from salesbot.core.config.problems import shown
from salesbot.core.text.suggestions import did_you_mean, nearest


class Wrong(vol.Invalid):
    """A value of the wrong shape."""

    def __init__(self, what: str, hint: str = "", *, at: int | None = None) -> None:
        super().__init__(what, path=[] if at is None else [at])
        self.hint = hint


class UnknownKey(Wrong):
    """A key that is not known at its place. Its hint knows the keys of that place alone."""


@dataclass(frozen=True, eq=False)
class Shape:
    """One kind of value: `read` turns the written text into the value, or raises Wrong."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __call__(self, value: Any) -> Any:
        return self.read(value)


def text(limit: int = 200, *, empty: bool = False) -> Shape:
    """One line of at most `limit` characters."""

    def read(value: Any) -> str:
        text_ = written(value)
        if len(text_) > limit:
            raise Wrong(f"has {len(text_)} characters; {limit} are allowed", "Shorten it.")
        if text_ != text_.strip() or len(text_.splitlines()) > 1:
            raise Wrong("must be one line without spaces around it")
        if not text_ and not empty:
            raise Wrong("must not be empty")
        return str(text_)

    return Shape(read, {"type": "string", "minLength": 0 if empty else 1, "maxLength": limit})


def word() -> Shape:
    """A word of a list. `yes`, 12 or `true` are the words as written, not what YAML makes of them."""
    return Shape(text(limit=100).read, {"type": ["string", "number", "boolean"], "maxLength": 100})


def whole_number(low: int, high: int) -> Shape:
    """A whole number, both ends included."""

    def read(value: Any) -> int:
        text = written(value)
        digits = re.fullmatch(r"([+-]?[0-9]{1,9})(\s*%)?", text)
        if digits is None or not value.plain or digits[2]:
            hint = f"Write {digits[1]}." if digits else ""
            raise Wrong(f"must be a whole number from {low} to {high}, but is {kind(value)}", hint)
        if not low <= int(digits[1]) <= high:
            raise Wrong(f"must be from {low} to {high}, but is {shown(text)}")
        return int(digits[1])

    return Shape(read, {"type": "integer", "minimum": low, "maximum": high})


def flag() -> Shape:
    """Yes or no, as YAML writes it: `true` or `false`."""

    def read(value: Any) -> bool:
        if written(value) not in ("true", "false") or not value.plain:
            raise Wrong(f"must be true or false, but is {kind(value)}")
        return bool(value == "true")

    return Shape(read, {"type": "boolean"})


def one_of(choices: Iterable[str]) -> Shape:
    """One of several words."""
    known = tuple(choices)

    def read(value: Any) -> str:
        if written(value) not in known:
            raise Wrong(f"must be one of {', '.join(known)}, but is {kind(value)}", _guess(value, known))
        return str(value)

    return Shape(read, {"enum": list(known)})


def _guess(value: str, known: Iterable[str]) -> str:
    guess = nearest(value, known)
    return f"Did you mean {guess}?" if guess else ""


def matching(pattern: str, what: str, hint: str = "", *, types: Iterable[str] = ("string",)) -> Shape:
    """A text that fits a regular expression as a whole; `what` names it for people."""

    def read(value: Any) -> str:
        if re.fullmatch(pattern, written(value)) is None:
            raise Wrong(f"must be {what}, but is {kind(value)}", hint)
        return str(value)

    # A pattern binds strings only, so `types` may name what YAML takes an unquoted text for.
    kinds = list(types)
    return Shape(read, {"type": kinds[0] if len(kinds) == 1 else kinds, "pattern": f"^(?:{pattern})$"})


def maybe(shape: Shape) -> Shape:
    """The same shape, or `null`."""
    anything = [*_listed(shape.schema.get("type", "string")), "null"]
    return Shape(lambda value: None if value is None else shape.read(value), {**shape.schema, "type": anything})


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def one_or_more(of: Shape) -> Shape:
    """One, or a list of them; read as a list."""

    def read(value: Any) -> list[Any]:
        return [of.read(item) for item in (value if isinstance(value, list) else [value])]

    return Shape(read, {"anyOf": [dict(of.schema), {"type": "array", "items": dict(of.schema), "minItems": 1}]})


def blank() -> Shape:
    """Settings without content: only the key is written."""

    def read(value: Any) -> str:
        if value is None or not is_blank(value):
            raise Wrong(f"must be settings (key: value), but is {kind(value)}")
        return ""

    return Shape(read, {"type": "null"})


WRONG = Text("wrong", plain=False)
"""Stands for a wrong entry of a list, so that problems of the other entries keep their positions."""


def entry(shape: Shape) -> Shape:
    """An entry of a list."""
    return Shape(lambda value: value if value is WRONG else shape.read(value), shape.schema)


def no_duplicates() -> Shape:
    """A list without duplicates; wrong entries are left out."""

    def read(values: list[Any]) -> list[Any]:
        seen: set[str] = set()
        for at, value in enumerate(values):
            if value is not WRONG and str(value).casefold() in seen:
                raise Wrong(f'names "{shown(value)}" twice', "Keep one of them.", at=at)
            seen.add(str(value).casefold())
        return [value for value in values if value is not WRONG]

    return Shape(read, {"uniqueItems": True})


def at_most(count: int) -> Shape:
    """Settings or a list of at most so many entries."""

    def read(values: Any) -> Any:
        if isinstance(values, dict | list) and len(values) > count:
            raise Wrong(f"has {len(values)} entries; {count} are allowed")
        return values

    return Shape(read, {})


def unknown_key(known: Iterable[str]) -> Shape:
    """Refuse an unknown key."""
    keys = tuple(known)

    def read(value: Any) -> str:
        if any(secret in str(value).lower() for secret in ("token", "secret", "password", "api_key")):
            raise Wrong("unknown key", "This file must not contain secrets: put it in the repository's secrets.")
        raise UnknownKey("unknown key", did_you_mean(str(value), keys))

    return Shape(read, {})


def is_blank(value: Any) -> bool:
    """Whether a value is `null`, or nothing is written after its colon."""
    return value is None or (isinstance(value, Text) and value.blank)


def written(value: Any) -> Text:
    """Give a value as text. Raises Wrong for anything else, and for an empty value."""
    if isinstance(value, Text) and not value.blank:
        return value
    raise Wrong(f"must be text, but is {kind(value)}")
