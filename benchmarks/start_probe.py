"""Goes before the text of a program, and writes down where the CPU time of the run went when it ends.

`start_profile.py` runs both with `python -c`, in the image too. Every import goes through `_find_and_load`, where it is
timed, less what is imported and called within it; so are the functions of `CALLS`. What this needs itself is built in,
or imported at the end, so that the program finds nothing imported that it would have to import.
"""

import _frozen_importlib as importing
import atexit
import sys
from time import process_time_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CALLS = {
    "salesbot.adapters.github.client": [("Client", "query", "the requests"), ("Client", "mutate", "the requests")],
    "salesbot.adapters.templates": [("TemplateRenderer", "__call__", "rendering")],
    "salesbot.core.lifecycle.observed": [("", "observe", "deciding")],
    "salesbot.core.decide.data_needs": [("", "data_needs", "deciding")],
    "salesbot.core.decide.decide": [("", "decide", "deciding")],
}
"""What is timed beside imports: by module, the class if it is a method, the function, and what it counts as."""
BEGUN = process_time_ns()
find_and_load = importing._find_and_load  # type: ignore[attr-defined]
parts: "dict[str, int]" = {}
inside = [0]
"""Nanoseconds of what is timed within each thing that is being timed; the innermost is the last."""


def timed(part: str, do: "Any", *arguments: "Any", **named: "Any") -> "Any":
    """Do something, and add its own CPU time to a part."""
    begun = process_time_ns()
    inside.append(0)
    try:
        return do(*arguments, **named)
    finally:
        whole = process_time_ns() - begun
        parts[part] = parts.get(part, 0) + whole - inside.pop()
        inside[-1] += whole


def load(name: str, import_: "Any", **more: "Any") -> "Any":
    """Import a module, and have the functions in it timed that are to be."""
    module = timed(f"import {name.partition('.')[0]}", find_and_load, name, import_, **more)
    for owner, function, part in CALLS.pop(name, ()):
        replace(getattr(module, owner) if owner else module, function, part)
    return module


def replace(place: "Any", function: str, part: str) -> None:
    """Put a timed function in the place of another one."""
    original = getattr(place, function)
    setattr(place, function, lambda *arguments, **named: timed(part, original, *arguments, **named))


def write_down() -> None:
    """Write what was timed to the runner's folder for temporary files, and on a last line what was used until then."""
    found = {"whole": process_time_ns() - BEGUN, "parts": dict(parts)}
    import json
    import os

    with open(f"{os.environ['RUNNER_TEMP']}/parts.json", "w", encoding="utf-8") as file:
        file.write(json.dumps({**found, "standard": sorted(sys.stdlib_module_names)}) + "\n")
        file.write(str(process_time_ns()))


atexit.register(write_down)
importing._find_and_load = load  # type: ignore[attr-defined]
