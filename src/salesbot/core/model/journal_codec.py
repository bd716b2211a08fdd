"""How the journal's fields become JSON and are read back: derived from their types, so that each is declared once.

Moments are seconds, dataclasses and named tuples lists of their fields in order, enums, keys, days and amounts their
text. What old cards carry must stay readable: a field may be added at the end of a dataclass, with a default, and none
may change its place. The parts of a report (`core.report.parts`) are written in the same way.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from salesbot.core.model.keys import Key

NAME = "name"
"""The entry of a field's metadata that holds its name in the JSON, where it is not that of the field."""
_EMPTY: tuple[Any, ...] = ("", [], {}, 0, None)

ADDED_LATER = "added later"
"""The entry of the metadata of a dataclass's last fields that older cards do not have: left out while empty."""

Decode = Callable[[Any], Any]


def encode_fields(value: Any) -> dict[str, Any]:
    """Write the fields of a dataclass by name, without the empty ones."""
    entries = {_name(each): encode(getattr(value, each.name)) for each in fields(value)}
    return {name: entry for name, entry in entries.items() if entry not in _EMPTY}


def decode_fields(of: Any, payload: Mapping[str, Any]) -> Any:
    """Read a dataclass from its fields by name. Raises KeyError, TypeError or ValueError for anything else."""
    return of(
        **{
            name: decode(payload[key]) if required or payload.get(key) is not None else default()
            for name, key, decode, required, default in _plan(of)
        }
    )


def encode(value: Any) -> Any:
    """Write one value as JSON."""
    match value:
        case datetime():
            return int(value.timestamp())
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case Key() | Decimal():
            return str(value)
        case frozenset():
            return sorted(value)
        case tuple():
            return [encode(each) for each in value]
        case Mapping():
            return {name: encode(each) for name, each in value.items()}
        case _ if is_dataclass(value):
            return _encode_in_order(value)
        case _:
            return value


def _encode_in_order(value: Any) -> list[Any]:
    kept = list(fields(value))
    while kept[-1].metadata.get(ADDED_LATER) and not getattr(value, kept[-1].name):
        kept.pop()
    return [encode(getattr(value, each.name)) for each in kept]


def _name(of: Field[Any]) -> str:
    return str(of.metadata.get(NAME, of.name))


@cache
def _plan(of: Any) -> list[tuple[str, str, Decode, bool, Callable[[], Any]]]:
    hints = get_type_hints(of)
    return [
        (each.name, _name(each), decoder(hints[each.name]), _is_required(each), _default(each)) for each in fields(of)
    ]


def _is_required(of: Field[Any]) -> bool:
    return of.default is MISSING and of.default_factory is MISSING


def _default(of: Field[Any]) -> Callable[[], Any]:
    return of.default_factory if of.default_factory is not MISSING else lambda: of.default


@cache
def decoder(of: Any) -> Decode:
    """Make the function that reads a value of a type."""
    origin, args = get_origin(of), get_args(of)
    if of is Any:
        return lambda value: value
    if of is datetime:
        return lambda value: datetime.fromtimestamp(int(value), UTC)
    if of is date:
        return date.fromisoformat
    if of is Decimal:
        return _amount
    if of is str:
        return lambda value: sys.intern(str(value))  # names of people and stages come again and again
    if of is Key:
        return lambda value: Key.parse(str(value))
    if origin is Literal:
        return lambda value: args[args.index(value)]
    if origin in (Union, UnionType):
        inner = decoder(next(each for each in args if each is not NoneType))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_decoder(args)
    if origin is frozenset:
        return lambda value: frozenset(map(decoder(args[0]), value))
    if origin is None and issubclass(of, tuple):
        named = _tuple_decoder(tuple(get_type_hints(of).values()))
        return lambda value: of(*named(value))
    if origin is not None and issubclass(origin, Mapping):
        entry = decoder(args[1])
        return lambda value: {str(name): entry(each) for name, each in value.items()}
    if is_dataclass(of):
        return _dataclass_decoder(of)
    decode: Decode = of  # int, bool, and enums, which raise ValueError for what is none of theirs
    return decode


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error


def _tuple_decoder(args: tuple[Any, ...]) -> Decode:
    if args[-1] is Ellipsis:
        each = decoder(args[0])
        return lambda value: tuple(each(item) for item in value)
    parts = [decoder(arg) for arg in args]
    return lambda value: tuple(part(item) for part, item in zip(parts, value, strict=True))


def _dataclass_decoder(of: Any) -> Decode:
    hints = get_type_hints(of)
    parts = [decoder(hints[each.name]) for each in fields(of)]
    least = sum(not each.metadata.get(ADDED_LATER) for each in fields(of))

    def decode(value: Any) -> Any:
        if not least <= len(value) <= len(parts):
            raise ValueError(value)
        return of(*(part(item) for part, item in zip(parts, value, strict=False)))

    return decode
