"""Starts salesbot from what `pack.py` packed: nothing is searched on the path, compiled or generated.

The image has this file beside the pack. What a person or a workflow starts is `salesbot`, which only imports it.
"""

import atexit
import marshal
import os
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType
from typing import Any

PACK = os.open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "salesbot.pack"), os.O_RDONLY | os.O_CLOEXEC)
HEAD = 8
"""Bytes of the number that says how long the index is."""
_size = int.from_bytes(os.pread(PACK, HEAD, 0), "little")
INDEX = marshal.loads(os.pread(PACK, _size, HEAD))
"""Where each module and each pattern is."""


def unpack(place: int, size: int) -> Any:
    """Read one thing from the pack."""
    return marshal.loads(os.pread(PACK, size, HEAD + _size + place))


class Loader(SourceFileLoader):
    """Loads a module from the pack. Its file is where tracebacks and resources look."""

    def get_code(self, fullname: str) -> CodeType | None:
        """Give the module's code."""
        place, size, _, _ = INDEX[fullname]
        code: CodeType = unpack(place, size)
        return code


class Finder:
    """Finds what was packed, before anything on the path."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Say how a module is loaded; None if it is not in the pack."""
        if name not in INDEX:
            return None
        _, _, file, is_package = INDEX[name]
        spec = ModuleSpec(name, Loader(name, file), origin=file, is_package=is_package)
        spec.has_location = True
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(os.path.dirname(file))
        return spec


def use_packed_patterns() -> None:
    """Take the code of regular expressions from the pack; others are compiled as ever."""
    import re

    compiler: Any = re._compiler  # type: ignore[attr-defined]
    compile_anew, compile_code = compiler.compile, compiler._sre.compile

    def compile_pattern(pattern: Any, flags: int = 0) -> Any:
        entry = INDEX.get((pattern, flags)) if isinstance(pattern, (str, bytes)) else None
        if entry is None:
            return compile_anew(pattern, flags)
        all_flags, code, groups, names, numbers = unpack(*entry)
        return compile_code(pattern, all_flags, memoryview(code).cast("I").tolist(), groups, names, numbers)

    compiler.compile = compile_pattern


# Behind the finders of built-in and frozen modules, which are faster still.
sys.meta_path.insert(len(sys.meta_path) - 1, Finder)
sys.path += INDEX["folders"]


def main() -> None:
    """Run the command line, and end at once: all that would follow takes the interpreter to pieces."""
    use_packed_patterns()
    from salesbot.cli import main as command_line

    code = command_line.main()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
