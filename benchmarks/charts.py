"""Numbers that were measured, as charts in a file: what `benchmarks.growth` and `benchmarks.start_profile` write.

A point is a place on the x axis and what was measured there. The place is a number, or the name of a part.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

Point = tuple[float | str, float]


@dataclass(frozen=True)
class Chart:
    """A chart: its file's name, its title, the units of its axes, and its points by the name of a series."""

    name: str
    title: str
    x: str
    y: str
    series: Mapping[str, Sequence[Point]]


@dataclass(frozen=True)
class Numbers:
    """What one program measured: of which commit, with which Python, and the charts."""

    commit: str
    program: str
    charts: Sequence[Chart]


def write(file: Path, numbers: Numbers) -> None:
    """Write a file."""
    file.write_text(f"{json.dumps(asdict(numbers), indent=1, ensure_ascii=False)}\n", encoding="utf-8")


def read(file: Path) -> Numbers:
    """Read a file. Raises KeyError, TypeError, ValueError or AttributeError where it is not one that `write` wrote."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return Numbers(found["commit"], found["program"], [_chart(each) for each in found["charts"]])


def _chart(found: Mapping[str, object]) -> Chart:
    chart = Chart(**found)  # type: ignore[arg-type]
    series = {name: [_point(*point) for point in points] for name, points in chart.series.items()}
    return Chart(chart.name, chart.title, chart.x, chart.y, series)


def _point(place: float | str, value: float) -> Point:
    return (place if isinstance(place, str) else float(place), float(value))
