"""Two commits side by side: what an event costs, what grows, or where a start's time goes.

    python -m benchmarks.compare BEFORE.json AFTER.json

`make bench JSON=FILE` writes the numbers of events, `make growth TO=FOLDER` the others. Requests must not grow; the
exit code is 1 where they do. CPU and seconds are only shown: they depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import charts

Costs = Mapping[str, Mapping[str, float]]
"""What was measured, by its name: numbers by their unit."""
REQUESTS = "requests"


def main(arguments: list[str] | None = None) -> int:
    """Read both files and print what is in them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("before", type=Path)
    options.add_argument("after", type=Path)
    args = options.parse_args(arguments)
    try:
        (of_old, before), (of_new, after) = _read(args.before), _read(args.after)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"Not numbers that `make bench JSON=FILE` or `make growth` wrote: {error!r}", file=sys.stderr)
        return 2
    print(f"{args.before}: {of_old}\n{args.after}: {of_new}")
    print("\n".join(rows(before, after)))
    return 1 if any(_grew(before, after)) else 0


def rows(before: Costs, after: Costs) -> Iterator[str]:
    """Write a line for each name: what it cost and what it costs, and what is in one file only."""
    for name in {**before, **after}:
        if name not in before or name not in after:
            yield f"{name:45} only {'before' if name in before else 'after'}"
            continue
        values = [f"{before[name][unit]:g} -> {new:g} {unit}" for unit, new in after[name].items()]
        yield f"{name:45} " + " ".join(f"{value:30}" for value in values).rstrip()


def _grew(before: Costs, after: Costs) -> Iterator[str]:
    both = (name for name in before if name in after and REQUESTS in after[name])
    yield from (name for name in both if after[name][REQUESTS] > before[name][REQUESTS])


def _read(file: Path) -> tuple[str, Costs]:
    """Read a file: which program it is about, and its numbers."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    costs = dict(_of_events(found["events"]) if "events" in found else _of_charts(charts.read(file)))
    return f"commit {found['commit']}, {found['program']}", costs


def _of_events(found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, float]]]:
    for repository, events in found.items():
        for title, cost in events.items():
            seconds = float(cost["seconds"]["0"])
            units = {REQUESTS: int(cost["requests"]), "s of CPU": float(cost["cpu"]), "s at 0 ms": seconds}
            yield f"{repository}: {title}", units


def _of_charts(found: charts.Numbers) -> Iterator[tuple[str, Mapping[str, float]]]:
    for chart in found.charts:
        for name, points in chart.series.items():
            for place, value in points:
                yield f"{chart.name}, {name}: {place if isinstance(place, str) else f'{place:,g}'}", {chart.y: value}


if __name__ == "__main__":
    sys.exit(main())
