"""What the dataclasses that were written out (`dataclasses_in_full.py`) share at run time.

`dataclasses` itself, which imports much, is asked only where somebody looks at the fields of a class.
"""

from __future__ import annotations

import reprlib
import types
from collections.abc import Callable
from typing import Any

MADE = object()
"""The default of an argument for which a factory makes a value."""
FROZEN, CHANGING = types.SimpleNamespace(frozen=True), types.SimpleNamespace(frozen=False)
put = object.__setattr__


def field(**options: Any) -> Any:
    """Make a field as `dataclasses` does."""
    import dataclasses

    return dataclasses.field(**options)


class Fields:
    """The fields of a class, made when they are first asked for."""

    def __init__(self, special: Callable[[], dict[str, Any]], names: tuple[str, ...]) -> None:
        self.special, self.names = special, names

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner = owner

    def __get__(self, instance: object, owner: type) -> dict[str, Any]:
        import dataclasses

        made: dict[str, Any] = {}
        for base in self.owner.__mro__[-2:0:-1]:
            made |= getattr(base, "__dataclass_fields__", {})
        special = self.special()
        for name in self.names:
            default = vars(self.owner).get(name, dataclasses.MISSING)
            made[name] = each = special.get(name) or dataclasses.field(default=default)
            each.name, each.type = name, self.owner.__annotations__[name]
            each._field_type, each.kw_only = dataclasses._FIELD, False  # type: ignore[attr-defined]
        self.owner.__dataclass_fields__ = made  # type: ignore[attr-defined]
        return made


def replace(self: Any, /, **changes: Any) -> Any:
    """Do what `copy.replace` asks for."""
    import dataclasses

    return dataclasses.replace(self, **changes)


@reprlib.recursive_repr()
def represent(self: Any) -> str:
    """Represent a value as a dataclass does."""
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in self.__dataclass_fields__.values() if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def refuse_setting(self: Any, name: str, value: Any) -> None:
    """Keep a value frozen."""
    if "__dataclass_fields__" in vars(type(self)) or name in self.__dataclass_fields__:
        _refuse("assign to", name)
    put(self, name, value)


def refuse_deleting(self: Any, name: str) -> None:
    """Keep a value whole."""
    if "__dataclass_fields__" in vars(type(self)) or name in self.__dataclass_fields__:
        _refuse("delete", name)
    object.__delattr__(self, name)


def _refuse(what: str, name: str) -> None:
    import dataclasses

    raise dataclasses.FrozenInstanceError(f"cannot {what} field {name!r}")
