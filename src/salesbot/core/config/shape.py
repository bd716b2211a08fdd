"""What a single value of the configuration may look like, whatever it means: a text, a number, one of a few words.

A shape reads a value and says in JSON Schema what an editor may accept. It sees one value; what fits together with
what, `stages` and `rules` know.
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
    """A value that has not the shape it should have."""

    def __init__(self, what: str, hint: str = "", *, at: int | None = None) -> None:
        super().__init__(what, path=[] if at is None else [at])
        self.hint = hint


@dataclass(frozen=True, eq=False)
class Shape:
    """One kind of value: `read` turns what is written into what is meant, or raises Wrong."""

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __call__(self, value: Any) -> Any:
        return self.read(value)


def text(limit: int = 200, *, empty: bool = False) -> Shape:
    """One line of at most `limit` characters."""

    def read(value: Any) -> str:
        words = written(value)
        if len(words) > limit:
            raise Wrong(f"has {len(words)} characters; {limit} are allowed", "Shorten it.")
        if words != words.strip() or len(words.splitlines()) > 1:
            raise Wrong("must be one line without spaces around it")
        if not words and not empty:
            raise Wrong("must not be empty")
        return str(words)

    return Shape(read, {"type": "string", "minLength": 0 if empty else 1, "maxLength": limit})


def word() -> Shape:
    """A word of a list. YAML's own idea of yes, 12 or true does not matter: it is what was written."""
    return Shape(text(limit=100).read, {"type": ["string", "number", "boolean"], "maxLength": 100})


def whole_number(low: int, high: int) -> Shape:
    """A whole number, both ends included."""

    def read(value: Any) -> int:
        text = written(value)
        digits = re.fullmatch(r"([+-]?[0-9]{1,9})(\s*%)?", text)
        if digits is None or not value.plain or digits[2]:
            hint = f"Write {digits[1]}." if digits else ""
            raise Wrong(f"must be a whole number from {low} to {high}, and is {kind(value)}", hint)
        if not low <= int(digits[1]) <= high:
            raise Wrong(f"must be from {low} to {high}, and is {shown(text)}")
        return int(digits[1])

    return Shape(read, {"type": "integer", "minimum": low, "maximum": high})


def one_of(choices: Iterable[str]) -> Shape:
    """One of a few words."""
    known = tuple(choices)

    def read(value: Any) -> str:
        if written(value) not in known:
            raise Wrong(f"must be one of {', '.join(known)}, and is {kind(value)}", _guess(value, known))
        return str(value)

    return Shape(read, {"enum": list(known)})


def _guess(value: str, known: Iterable[str]) -> str:
    guess = nearest(value, known)
    return f"Did you mean {guess}?" if guess else ""


def matching(pattern: str, what: str, hint: str = "", *, types: Iterable[str] = ("string",)) -> Shape:
    """A text that fits a regular expression as a whole; `what` names it for people."""

    def read(value: Any) -> str:
        if re.fullmatch(pattern, written(value)) is None:
            raise Wrong(f"must be {what}, and is {kind(value)}", hint)
        return str(value)

    # A pattern binds strings only, so `types` may name what YAML takes an unquoted text for.
    kinds = list(types)
    return Shape(read, {"type": kinds[0] if len(kinds) == 1 else kinds, "pattern": f"^(?:{pattern})$"})


def maybe(shape: Shape) -> Shape:
    """The same, or `null` for none."""
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
    """Settings of which nothing is written, so that the key alone says something."""

    def read(value: Any) -> str:
        if value is None or not says_nothing(value):
            raise Wrong(f"must be settings (key: value), and is {kind(value)}")
        return ""

    return Shape(read, {"type": "null"})


WRONG = Text("wrong", plain=False)
"""Holds the place of a wrong entry in a list, so that what is said of the others is said at the right place."""


def entry(shape: Shape) -> Shape:
    """An entry of a list."""
    return Shape(lambda value: value if value is WRONG else shape.read(value), shape.schema)


def no_twins() -> Shape:
    """A list that names nothing twice; wrong entries go."""

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
    """Refuse a key that is none of the known ones."""
    keys = tuple(known)

    def read(value: Any) -> str:
        if any(secret in str(value).lower() for secret in ("token", "secret", "password", "api_key")):
            raise Wrong("unknown key", "A secret never stands in this file: put it in the repository's secrets.")
        raise Wrong("unknown key", did_you_mean(str(value), keys))

    return Shape(read, {})


def says_nothing(value: Any) -> bool:
    """Whether a value is `null`, or nothing stands behind its colon."""
    return value is None or (isinstance(value, Text) and value.blank)


def written(value: Any) -> Text:
    """Take a value for the text it is. Raises Wrong for anything else, also for nothing."""
    if isinstance(value, Text) and not value.blank:
        return value
    raise Wrong(f"must be a text, and is {kind(value)}")
