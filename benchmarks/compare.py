"""What an event costs in two commits, side by side: `make bench JSON=FILE` in each writes the files.

    python -m benchmarks.compare BEFORE.json AFTER.json

Requests must not grow; the exit code is 1 where they do. CPU and seconds are only shown: they depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Event = tuple[str, str]
"""A repository and what happens in it."""
Costs = Mapping[Event, Mapping[str, Any]]


def main(arguments: list[str] | None = None) -> int:
    """Read both files and print each event that is in both."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("before", type=Path)
    options.add_argument("after", type=Path)
    args = options.parse_args(arguments)
    try:
        before, after = _read(args.before), _read(args.after)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"Not numbers that `make bench JSON=FILE` wrote: {error!r}", file=sys.stderr)
        return 2
    for file, said in ((args.before, before), (args.after, after)):
        print(f"{file}: commit {said['commit']}, {said['program']}")
    print("\n".join(rows(_costs(before), _costs(after))))
    return 1 if any(_grew(_costs(before), _costs(after))) else 0


def rows(before: Costs, after: Costs) -> Iterator[str]:
    """Write a line for each event: what it cost and what it costs, and what is in one file only."""
    yield f"{'':40} requests            CPU                 at 0 ms"
    for event in sorted({*before, *after}):
        repository, title = event
        name = f"{repository}: {title}"
        if event not in before or event not in after:
            yield f"{name:40} only {'before' if event in before else 'after'}"
            continue
        old, new = before[event], after[event]
        cpu = f"{old['cpu']:.3f} -> {new['cpu']:.3f} s"
        wall = f"{old['seconds']['0']:.2f} -> {new['seconds']['0']:.2f} s"
        yield f"{name:40} {old['requests']:>3} -> {new['requests']:<3}    {cpu:>18}    {wall:>18}"


def _grew(before: Costs, after: Costs) -> Iterator[Event]:
    yield from (each for each in before if each in after and after[each]["requests"] > before[each]["requests"])


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    list(rows(_costs(found), _costs(found)))  # raises where something is not as it was written
    return {**found, "commit": found["commit"], "program": found["program"]}


def _costs(found: Mapping[str, Any]) -> Costs:
    return {
        (repository, title): cost for repository, events in found["events"].items() for title, cost in events.items()
    }


if __name__ == "__main__":
    sys.exit(main())
