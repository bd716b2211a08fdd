"""Draws what was measured: an SVG for each chart, for light and dark pages.

    python -m benchmarks.pictures FILE.json... [--to docs/pictures]

The files are those of `benchmarks.growth` and `benchmarks.start_profile`. Numbers on the x axis become lines, on a
logarithmic axis where the largest is at least a hundred times the smallest; names become bars.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

from benchmarks import axes, charts
from benchmarks.charts import Chart, Numbers

WIDTH, LEFT, RIGHT, TOP = 720, 66, 30, 78
HEIGHT = 300
"""Of the lines' area; bars take the room they need."""
NAMES = 190
"""Room for the names of parts, left of the bars."""
BAR, GAP = 14, 10
WIDEST = 8
"""Of a letter, on average, in the widest of usual fonts."""
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2328 } .title { font-size: 16px; font-weight: 600 }
.end { text-anchor: end } .middle { text-anchor: middle }
.page { fill: #ffffff } .grid { stroke: #d1d9e0 } .line { fill: none; stroke-width: 2.5 }
.s0 { --c: #0969da } .s1 { --c: #bc4c00 } .s2 { --c: #1a7f37 } .line { stroke: var(--c) } .fill { fill: var(--c) }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .page { fill: #0d1117 } .grid { stroke: #3d444d }
.s0 { --c: #58a6ff } .s1 { --c: #f0883e } .s2 { --c: #3fb950 } }
"""
COLORS = 3
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold."""


def main(arguments: list[str] | None = None) -> None:
    """Draw every chart of the files."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("files", type=Path, nargs="+")
    options.add_argument("--to", type=Path, default=Path("docs/pictures"), help="the folder of the pictures")
    args = options.parse_args(arguments)
    for name, text in pictures([charts.read(file) for file in args.files]):
        (args.to / name).write_text(text, encoding="utf-8")
        print(args.to / name)


def pictures(found: Sequence[Numbers]) -> Iterator[tuple[str, str]]:
    """Draw every chart; give the names of the files and their text."""
    for numbers in found:
        for chart in numbers.charts:
            if not re.fullmatch(r"[a-z-]+", chart.name):
                raise ValueError(f"{chart.name!r} cannot name a file.")
            yield f"performance-{chart.name}.svg", draw(chart)


def draw(chart: Chart) -> str:
    """Draw one chart."""
    places = [place for points in chart.series.values() for place, _ in points]
    look = {"xmlns": "http://www.w3.org/2000/svg", "role": "img", "aria-labelledby": "t d"}
    svg = ElementTree.Element("svg", look)
    _text(svg, "title", chart.title, id="t")
    _text(svg, "desc", "\n".join(_in_words(chart)), id="d")
    ElementTree.SubElement(svg, "style").text = STYLE
    page = _add(svg, "rect", "page", x=0, y=0, rx=6)
    _text(svg, "text", chart.title, "title", x=16, y=28)
    _legend(svg, chart)
    height = _bars(svg, chart) if any(isinstance(place, str) for place in places) else _lines(svg, chart)
    for element in (svg, page):
        element.set("width", str(WIDTH))
        element.set("height", str(height))
    svg.set("viewBox", f"0 0 {WIDTH} {height}")
    ElementTree.indent(svg, " ")
    return ElementTree.tostring(svg, encoding="unicode") + "\n"


def _in_words(chart: Chart) -> Iterator[str]:
    """Say every point, for who cannot see the picture."""
    for name, points in chart.series.items():
        yield f"{name} ({chart.y}): " + ", ".join(f"{_label(place)}: {_label(value)}" for place, value in points) + "."


def _legend(svg: ElementTree.Element, chart: Chart) -> None:
    _text(svg, "text", chart.y, x=16, y=56)
    x = NAMES
    for place, name in enumerate(chart.series if len(chart.series) > 1 else ()):
        _add(svg, "rect", f"fill s{place % COLORS}", x=x, y=45, width=12, height=12, rx=2)
        _text(svg, "text", name, x=x + 18, y=56)
        x += 18 + WIDEST * len(name) + 24


def _lines(svg: ElementTree.Element, chart: Chart) -> int:
    points = list(chain.from_iterable(chart.series.values()))
    xs, bottom, right = [float(x) for x, _ in points], TOP + HEIGHT, WIDTH - RIGHT
    across, up = axes.from_least(xs), axes.from_zero([y for _, y in points])

    def place(x: float, y: float) -> tuple[float, float]:
        return round(LEFT + across.part(x) * (right - LEFT), 1), round(bottom - up.part(y) * HEIGHT, 1)

    for tick in up.ticks:
        _, y = place(across.low, tick)
        _add(svg, "line", "grid", x1=LEFT, x2=right, y1=y, y2=y)
        _text(svg, "text", _label(tick), "end", x=LEFT - 8, y=y + 5)
    for tick in across.ticks:
        x, _ = place(tick, 0)
        _add(svg, "line", "grid", x1=x, x2=x, y1=bottom, y2=bottom + 5)
        _text(svg, "text", _label(tick), "middle", x=x, y=bottom + 22)
    _text(svg, "text", chart.x, "end", x=right, y=bottom + 46)
    for number, series in enumerate(chart.series.values()):
        drawn = [place(float(x), y) for x, y in series]
        _add(svg, "polyline", f"line s{number % COLORS}", points=" ".join(f"{x},{y}" for x, y in drawn))
        for x, y in drawn:
            _add(svg, "circle", f"fill s{number % COLORS}", cx=x, cy=y, r=4)
    return bottom + 60


def _bars(svg: ElementTree.Element, chart: Chart) -> int:
    names = list(dict.fromkeys(name for points in chart.series.values() for name, _ in points))
    series = [dict(points) for points in chart.series.values()]
    along = axes.from_zero([value for points in series for value in points.values()])
    row, room = BAR * len(series) + GAP, WIDTH - NAMES - RIGHT - 30
    bottom = TOP + row * len(names)
    for tick in along.ticks:
        x = round(NAMES + along.part(tick) * room, 1)
        _add(svg, "line", "grid", x1=x, x2=x, y1=TOP, y2=bottom)
        _text(svg, "text", _label(tick), "middle", x=x, y=bottom + 20)
    for number, name in enumerate(names):
        y = TOP + row * number + GAP / 2
        _text(svg, "text", _label(name), "end", x=NAMES - 8, y=y + (row - GAP) / 2 + 5)
        for place, values in enumerate(series):
            width, top = max(0.0, round(along.part(values.get(name, 0)) * room, 1)), y + BAR * place
            _add(svg, "rect", f"fill s{place % COLORS}", x=NAMES, y=top, width=width, height=BAR - 2)
            _text(svg, "text", _label(values[name]) if name in values else "", x=NAMES + width + 5, y=top + BAR - 2)
    return bottom + 34


def _label(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"


def _add(parent: ElementTree.Element, tag: str, kind: str = "", **attributes: object) -> ElementTree.Element:
    found = {name: str(value) for name, value in attributes.items()}
    return ElementTree.SubElement(parent, tag, {"class": kind, **found} if kind else found)


def _text(parent: ElementTree.Element, tag: str, text: str, kind: str = "", **attributes: object) -> None:
    _add(parent, tag, kind, **attributes).text = _NO_XML.sub("", text)


if __name__ == "__main__":
    main()
