"""Messages: the comments that are written once, as a template's name and its values. The journal keeps them so.

What is kept was perhaps not written by salesbot: any workflow with its identity can write a card. So it is read by the
shapes below, as data. A value of another kind is left empty, and of Markdown only code spans are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from salesbot.core.model.keys import Key, Kind
from salesbot.core.text import markdown
from salesbot.core.text.render import Markdown

PERSON, TEAM = "person", "team"
"""The values that mention somebody."""
MOST = 100
"""Entries of a list."""
MOST_PENDING = 50
"""Comments that one run takes over from an earlier one."""
LONGEST = 2_000
"""Characters of a text."""
LONGEST_KEY = 100
"""Characters of a key, which is kept in the comment's marker."""


class Sentence(str):
    """The shape of a sentence of ours, in which code spans show as code. All else in it is text."""

    __slots__ = ()


_WHY = [{"reason": Sentence, "hint": Sentence, "details": Sentence}]
_COMMANDS = [{"usage": str, "help": Sentence, "needs": [str]}]
_VISITS = [dict.fromkeys(("stage", "when", "by", "how", "forced", "until", "why"), str)]

SHAPES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "ask.md.j2": {
            "stage": str, "person": str, "won": str, "lost_stage": str, "lost": [str],
            "rejected_stage": str, "rejected": [str], "say": [str],
        },
        "back.md.j2": {
            "person": str, "team": str, "stage": str, "why": str, "value": str, "past_close": str,
            "next_step": bool, "say": str,
        },
        "dragged.md.j2": {
            "where": str, "taken": bool, "to": str, "stage": str, "person": str, "team": str, "why": _WHY,
            "boxes": [str],
        },
        "estimate_table.md.j2": {
            "rows": [{"what": str, "days": str, "amount": str}], "more": int, "days": str, "total": str,
            "people": [{"name": str, "days": str, "amount": str}], "owed": [str],
            "word": str, "value": str, "change": str,
        },
        "help.md.j2": {"stage": str, "commands": _COMMANDS},
        "history.md.j2": {"history": _VISITS},
        "new.md.j2": {"team": str, "owner": str, "stage": str},
        "putback.md.j2": {"stage": str, "person": str, "ended": bool, "column": bool},
        "refusal.md.j2": {
            "to": str, "person": str, "command": str, "line": int, "others": bool, "label": bool, "stage": str,
            "say": str, "card": bool, "field": bool, "again": bool, "misread": bool, "boxes": [str], "why": _WHY,
        },
        "reminder.md.j2": {"kind": str, "person": str, "team": str, "next_step": str, "lines": [str]},
    }
)  # fmt: skip
"""The values of each message, by template."""


@dataclass(frozen=True)
class Message:
    """A text to write: the template and its values, in JSON's types."""

    template: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class PendingComment:
    """A comment still to be written: its key, and its text in one or several messages. A checklist's has none."""

    key: Key
    messages: tuple[Message, ...] = ()


def message(template: str, values: Mapping[str, Any]) -> Message:
    """Keep values for a template. What is missing is empty."""
    unknown = set(values) - set(SHAPES[template])
    assert not unknown, unknown
    return Message(template, _plain(SHAPES[template], values))


def for_template(kept: Message) -> Mapping[str, Any]:
    """Give the values as a template prints them: code spans of our sentences are code, and everything else is text."""
    shown: Mapping[str, Any] = _shown(SHAPES[kept.template], kept.values)
    return shown


def with_people(pending: PendingComment, change: Callable[[str], str | None]) -> PendingComment:
    """Write whom a comment mentions by another login, or not at all."""
    return _with_each(pending, PERSON, change)


def with_team(pending: PendingComment, team: str | None) -> PendingComment:
    """Let a comment mention no other team than this."""
    return _with_each(pending, TEAM, lambda name: team if name == team else None)


def _with_each(pending: PendingComment, name: str, change: Callable[[str], str | None]) -> PendingComment:
    texts = (
        replace(each, values={**each.values, name: change(each.values[name])}) if each.values.get(name) else each
        for each in pending.messages
    )
    return replace(pending, messages=tuple(texts))


def people(pending: PendingComment) -> list[str]:
    """Name whom a comment mentions."""
    return [name for each in pending.messages if (name := each.values.get(PERSON))]


def readable(payload: Any) -> Iterator[list[Any]]:
    """Pass on the pending comments of a marker that this version can write. Older ones were Markdown: left out."""
    for entry in (payload if isinstance(payload, list) else [])[:MOST_PENDING]:
        match entry:
            case [str(key), [*kept]] if _is_kind(Key.parse(key)) and len(key) <= LONGEST_KEY:
                texts = [[template, _plain(SHAPES[template], values)] for template, values in _known(kept)]
                if len(texts) == len(kept) and bool(texts) != (Key.parse(key).kind == Kind.CHECKLIST):
                    yield [key, texts]


def _is_kind(key: Key) -> bool:
    return key.kind in [*Kind] and key.kind != Kind.CARD


def _known(kept: list[Any]) -> Iterator[tuple[str, Any]]:
    for each in kept[:MOST]:
        match each:
            case [str(template), dict() as values] if template in SHAPES:
                yield template, values


def _plain(shape: Any, value: Any) -> Any:
    """Read a value of a shape, with nothing in it but JSON's types; of another kind it is empty."""
    if isinstance(shape, Mapping):
        known = value if isinstance(value, Mapping) else {}
        return {name: _plain(each, known.get(name)) for name, each in shape.items()}
    if isinstance(shape, list):
        return [_plain(shape[0], each) for each in value[:MOST]] if isinstance(value, (list, tuple)) else []
    if shape is bool:
        return value is True
    if shape is int:
        return value if type(value) is int and abs(value) < 10**9 else None
    return str(value)[:LONGEST] if isinstance(value, str) else None


def _shown(shape: Any, value: Any) -> Any:
    if isinstance(shape, Mapping):
        return {name: _shown(each, value[name]) for name, each in shape.items()}
    if isinstance(shape, list):
        return [_shown(shape[0], each) for each in value]
    return Markdown(markdown.with_code(value)) if shape is Sentence and value is not None else value
