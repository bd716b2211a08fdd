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
        """Compile the patterns that a module has as literals, in functions too. Those with flags come by importing."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _takes_a_pattern(node):
                match node.args[0]:
                    case ast.Constant(value=str() | bytes() as pattern):
                        with suppress(re.error):
                            re.compile(pattern)


def _takes_a_pattern(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="re"), attr=name):
            return name in _TAKES_A_PATTERN and bool(call.args) and not call.keywords
    return False
