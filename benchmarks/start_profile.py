"""Where the CPU time of an allowed move goes: Python, imports by library, the requests, deciding, rendering.

    python -m benchmarks.start_profile [--root ROOT] [--runs 15] [--json FILE]

ROOT is the image's file system (as for `benchmarks.beside`; needs root); without it only the sources are measured. The
sandbox's answers are recorded once and served again over plain HTTP. Three processes are started in turn: the program
as it is, which gives the total; a Python that ends at once; and the program with `start_probe.py` before it, which
gives all other parts. Of each part the least counts, so that they need not add up to the total.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import salesbot
from benchmarks import charts
from benchmarks.beside import PEOPLE, TOKEN, Program, serving
from benchmarks.charts import Chart, Numbers, Point
from benchmarks.events import what_was_measured
from github_sandbox import Sandbox

PROBE = Path(__file__).with_name("start_probe.py")
NOTHING = "import posix; posix._exit(0)"
STARTED = "opt/salesbot/bin/salesbot"
"""The file in the image that is started: its first line names Python and its flags, the others start the program."""
LIBRARIES = {
    "salesbot": "salesbot",
    "github": "PyGithub",
    "requests": "requests",
    "urllib3": "urllib3",
    "jinja2": "Jinja",
    "markdown_it": "markdown-it",
    "yaml": "PyYAML",
    "cryptography": "cryptography",
}
"""Whose imports are a part of their own, by package."""
IMPORTS = ("standard library", *LIBRARIES.values(), "others")
PARTS = (
    "Python itself",
    *(f"import {name}" for name in IMPORTS),
    *("the requests", "deciding", "rendering", "the rest", "the end"),
)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", type=Path, help="also write the numbers to this file")
    options.add_argument("--root", type=Path, help="the file system of the image")
    options.add_argument("--runs", type=int, default=15)
    args = options.parse_args(arguments)
    found = {"from sources": profile(from_sources(), args.runs)}
    if args.root:
        found["in the image"] = profile(in_image(args.root), args.runs)
    title = "A move by label: " + ", ".join(f"{each.total:,.0f} ms {name}" for name, each in found.items())
    chart = Chart("start", title, "", "ms of CPU", {name: each.parts for name, each in found.items()})
    print("\n".join(_rows(found)))
    if args.json:
        charts.write(args.json, Numbers(**what_was_measured([sys.executable, "-m"]), charts=[chart]))


def _rows(found: Mapping[str, Profile]) -> Iterator[str]:
    """Write a line for each part."""
    parts = [dict(each.parts) for each in found.values()]
    lines = {name: [each[name] for each in parts] for name in PARTS}
    lines["all parts"] = [sum(each.values()) for each in parts]
    lines["total"] = [each.total for each in found.values()]
    yield f"{'ms of CPU':28}" + "".join(f"{name:>14}" for name in found)
    yield from (f"  {name:26}" + "".join(f"{each:14.1f}" for each in values) for name, values in lines.items())


@dataclass(frozen=True)
class Start:
    """A way to start the program: the program, the Python that runs it, and the text of the file it runs."""

    program: Program
    python: list[str]
    text: str


@dataclass(frozen=True)
class Profile:
    """Milliseconds of the program as it is, and by part, all of `PARTS`."""

    total: float
    parts: Sequence[Point]


def from_sources() -> Start:
    """Give the program as it is started from its sources."""
    text = (Path(salesbot.__file__).parent / "__main__.py").read_text(encoding="utf-8")
    return Start(Program("sources", [sys.executable, "-m", "salesbot", "run"], TOKEN), [sys.executable], text)


def in_image(root: Path) -> Start:
    """Give the image's program."""
    text = (root / STARTED).read_text(encoding="utf-8")
    within, python = ["chroot", str(root)], text.partition("\n")[0].removeprefix("#!").split()
    return Start(Program("image", [*within, f"/{STARTED}", "run"], TOKEN, root), [*within, *python], text)


def profile(start: Start, runs: int) -> Profile:
    """Measure one way to start."""
    program = start.program
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1) as github, serving(program.served) as address:
        _record(github, program, address)
        python = replace(program, command=[*start.python, "-c", NOTHING])
        probed = replace(program, command=[*start.python, "-c", PROBE.read_text(encoding="utf-8") + start.text, "run"])
        total, parts = [], []
        for _ in range(runs):
            total.append(program.run().cpu * 1000)
            alone = python.run().cpu * 1000
            parts.append({"Python itself": alone, **_parts(program, probed.run().cpu * 1000)})
    return Profile(min(total), [(name, round(min(each.get(name, 0) for each in parts), 2)) for name in PARTS])


def _record(github: Sandbox, program: Program, address: str) -> None:
    """Bring one deal to rest, and have the program answer a label."""
    sales = github.repo("acme/sales", roles=PEOPLE)
    sales.collaborators_readable(True)
    sales.open_issue("ann", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
    program.record(github, github.outbox[0], address)
    sales.label("ann", 1, "stage:prospect")
    (label,) = github.outbox
    program.record(github, label, address)
    assert sales.issue(1).labels == ("stage:prospect",), "the deal was moved"


def _parts(program: Program, used: float) -> Mapping[str, float]:
    """Read what the probe wrote: milliseconds by part."""
    file = Path(program.environment["RUNNER_TEMP"], "parts.json")
    text = (program.root / file.relative_to("/") if program.root else file).read_text(encoding="utf-8")
    found, ended = map(json.loads, text.splitlines())
    parts: dict[str, float] = defaultdict(float)
    parts["the rest"] = (found["whole"] - sum(found["parts"].values())) / 1e6
    parts["the end"] = used - ended / 1e6
    for part, nanoseconds in found["parts"].items():
        parts[name_of(part, found["standard"])] += nanoseconds / 1e6
    return parts


def name_of(part: str, standard: Sequence[str]) -> str:
    """Name what the probe timed, libraries without a part of their own together."""
    if not part.startswith("import "):
        return part
    package = part.removeprefix("import ")
    name = "standard library" if package in standard else LIBRARIES.get(package, "others")
    return f"import {name}"


if __name__ == "__main__":
    main()
