"""Keeps what regular expressions are compiled to, for `start.py` to take them from the pack."""

from __future__ import annotations

import ast
import re
from array import array
from contextlib import suppress
from typing import Any

_TAKES_A_PATTERN = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}


class Recorder:
    """Notes every pattern that is compiled from now on, with the arguments the engine gets."""

    def __init__(self) -> None:
        self.found: dict[tuple[Any, int], tuple[Any, ...]] = {}
        self._compiler: Any = re._compiler  # type: ignore[attr-defined]
        self._compile, self._engine = self._compiler.compile, self._compiler._sre
        self._compiler.compile, self._compiler._sre = self._noted, self
        re.purge()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def compile(self, pattern: Any, flags: int, code: list[int], *groups: Any) -> Any:
        """Compile in the engine's place."""
        self._last = (flags, array("I", code).tobytes(), *groups)
        return self._engine.compile(pattern, flags, code, *groups)

    def _noted(self, pattern: Any, flags: int = 0) -> Any:
        compiled = self._compile(pattern, flags)
        if isinstance(pattern, (str, bytes)):
            all_flags, code, groups, names, numbers = self._last
            self.found[pattern, int(flags)] = (int(all_flags), code, groups, dict(names), numbers)
        return compiled

    def compile_literals(self, tree: ast.Module) -> None:
        """Compile the patterns that a module has as literals, in functions too."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _takes_a_pattern(node):
                flags = _flags(_given_flags(node))
                match node.args[0]:
                    case ast.Constant(value=str() | bytes() as pattern) if flags is not None:
                        with suppress(re.error):
                            re.compile(pattern, flags)


def _takes_a_pattern(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=name):
            return name in _TAKES_A_PATTERN and bool(call.args)
    return False


def _given_flags(call: ast.Call) -> ast.expr | None:
    named = next((each.value for each in call.keywords if each.arg == "flags"), None)
    second = isinstance(call.func, ast.Attribute) and call.func.attr == "compile" and len(call.args) > 1
    return call.args[1] if second else named


def _flags(node: ast.expr | None) -> int | None:
    """Read flags that are written with names of `re`; None if they are made in another way."""
    match node:
        case None:
            return 0
        case ast.Attribute(value=ast.Name(id="re"), attr=name):
            return int(getattr(re, name))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            one, other = _flags(left), _flags(right)
            return one | other if one is not None and other is not None else None
    return None
