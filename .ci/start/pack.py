"""Packs what the image can import into one file: compiled, dataclasses written out, regular expressions compiled too.

    python -X no_debug_ranges pack.py FILE ROOT FOLDER...

The folders, as they will be called once ROOT is the root, go on the path in this order; a module of the first one
counts. What runs this must be the Python that runs `start.py`, which reads the file, and import what it packs.
"""

from __future__ import annotations

import ast
import importlib
import marshal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dataclasses_in_full
from leaner import Leaner
from patterns import Recorder

OWN = "salesbot"
UNUSED = ("github.", "cffi.", "pygal.")
"""Libraries of which a run imports little: that little is packed, and they are not imported whole to be looked at."""


@dataclass(frozen=True)
class Module:
    """A module as a file."""

    name: str
    source: Path
    file: str
    """What it will be called."""
    is_package: bool

    @property
    def top(self) -> str:
        """The package it is in."""
        return self.name.partition(".")[0]


class Pack:
    """The file that is written: an index, and behind it what it tells the places of."""

    def __init__(self, folders: list[str]) -> None:
        self.index: dict[Any, Any] = {"folders": folders}
        self._parts: list[bytes] = []
        self._place = 0

    def add(self, key: Any, value: Any, *more: Any) -> None:
        """Add one thing."""
        part = marshal.dumps(value)
        self.index[key] = (self._place, len(part), *more)
        self._parts.append(part)
        self._place += len(part)

    def write(self, file: str) -> None:
        """Write the file."""
        head = marshal.dumps(self.index)
        Path(file).write_bytes(len(head).to_bytes(8, "little") + head + b"".join(self._parts))


def main(file: str, root: str, *folders: str) -> None:
    """Pack the folders, and print how much there was."""
    pack, recorder = Pack(list(folders)), Recorder()
    found = {module.name: module for folder in reversed(folders) for module in modules(root, folder)}
    importlib.import_module("salesbot.adapters.github").Client("-")
    written_out = 0
    for module in found.values():
        if _is_wanted(module):
            tree = ast.parse(module.source.read_bytes(), module.file)
            recorder.compile_literals(tree)
            written_out += _write_out(tree, module)
            pack.add(module.name, _compiled(tree, module), module.file, module.is_package)
    for key, value in recorder.found.items():
        pack.add(key, value)
    pack.write(file)
    print(f"{len(pack.index)} things, {written_out} dataclasses, {len(recorder.found)} patterns")


def modules(root: str, folder: str) -> Iterator[Module]:
    """Find the modules of a folder."""
    top = Path(root + folder)
    for source in sorted(top.rglob("*.py")):
        parts = source.relative_to(top).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        if name and all(part.isidentifier() and part != "__main__" for part in parts):
            yield Module(name, source, str(source).removeprefix(root), is_package)


def _is_wanted(module: Module) -> bool:
    """Import what is no part of Python, so that patterns made of others are compiled too."""
    if module.name.startswith(UNUSED):
        return module.name in sys.modules
    if module.top not in sys.stdlib_module_names:
        with suppress(ImportError):
            importlib.import_module(module.name)
    return True


def _write_out(tree: ast.Module, module: Module) -> int:
    return dataclasses_in_full.expand(tree, sys.modules[module.name]) if module.top == OWN else 0


def _compiled(tree: ast.Module, module: Module) -> Any:
    leaner = Leaner(keep_docstrings=module.top == OWN)
    return compile(ast.fix_missing_locations(leaner.visit(tree)), module.file, "exec", dont_inherit=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
