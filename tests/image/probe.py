"""Stands in for the program in the image: runs it, and tells on standard error what the start was made of.

Read as text by `test_start.py`, and run with `python -c`.
"""

import gc
import json
import re
import runpy
import sys
from collections.abc import Callable
from typing import Any

start = runpy.run_path("/opt/salesbot/start/start.py", run_name="start")
compiler = re._compiler  # type: ignore[attr-defined]
counts = {"anew": 0, "patterns": 0}


def counted(name: str, compile_pattern: Callable[..., Any]) -> Callable[..., Any]:
    """Count the calls."""

    def compile_and_count(*arguments: Any) -> Any:
        counts[name] += 1
        return compile_pattern(*arguments)

    return compile_and_count


compiler.compile = counted("anew", compiler.compile)
start["use_packed_patterns"]()
compiler.compile = counted("patterns", compiler.compile)

from salesbot.cli.main import main  # noqa: E402

code = main(["run"])
loaded = [name for name in sys.modules if name in start["INDEX"]]
others = [name for name in sys.modules if name.partition(".")[0] not in {*sys.stdlib_module_names, "__main__"}]
libraries = sorted({name.partition(".")[0] for name in others} - {"salesbot", "full_dataclass"})
unpacked = [name for name in others if name not in start["INDEX"] and not name.endswith("_speedups")]
classes = sum(isinstance(each, type) for each in gc.get_objects())
print(
    json.dumps({**counts, "classes": classes, "loaded": loaded, "libraries": libraries, "unpacked": unpacked}),
    file=sys.stderr,
)
sys.exit(code)
