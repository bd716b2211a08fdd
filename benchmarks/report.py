"""What a report costs: requests, seconds, CPU time and peak memory against the sandbox, and the numbers in memory.

    python -m benchmarks.report --deals 100 1000 10000 --latency 50 --cached 10000 --numbers 100000

Each deal has six label events. With --cached reports are made from a full cache, unchanged and after 500 of so many
deals changed, with --root in the image (as for `benchmarks.beside`); with --numbers the numbers are computed of so many
deals in memory. 0 leaves one out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from github_sandbox import Repo, Sandbox

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WAY = ("prospect", "lead", "qualified", "lead", "qualified", "negotiating")
ENDS = ("won", "lost", "rejected", None)
CHANGES = 500
RUNS = 3


@dataclass(frozen=True)
class Cost:
    requests: int
    seconds: float
    cpu: float
    memory: float


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--deals", type=int, nargs="*", default=[100, 1_000, 10_000])
    options.add_argument("--latency", type=int, default=50)
    options.add_argument("--cached", type=int, default=10_000)
    options.add_argument("--numbers", type=int, default=100_000)
    options.add_argument("--root", type=Path, help="measure the cached ones in the image with this file system")
    args = options.parse_args()
    print(f"{'':34}  requests   {args.latency} ms away       CPU    memory", flush=True)
    if args.numbers:  # first, while this process is small: Linux counts that too
        subprocess.run([sys.executable, "-c", NUMBERS, str(args.numbers)], check=True)
    for count in args.deals:
        with open_sandbox(args.latency) as github:
            print(_row(f"a report over {count:,} deals", run_report(github, seeded(github, count), [])))
    if args.cached:
        _print_cached(args.cached, args.latency, Place(args.root))


def open_sandbox(latency: int = 0) -> Sandbox:
    """Open a sandbox in which time passes only when it is advanced."""
    github = Sandbox(at=NOW, step=0)
    github.faults.latency_ms = latency
    return github


def seeded(github: Sandbox, count: int) -> Repo:
    """Make a repository with so many deals, a quarter of them open."""
    sales = github.repo("acme/sales", roles={"ann": "triage", "kim": "admin"})
    sales.collaborators_readable(True)
    sales.seed(_deals(count))
    return sales


def _deals(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        created = NOW - timedelta(days=30 + number % 700, minutes=number % 1440)
        end = ENDS[number % 4]
        stages = [*WAY[: 5 if end else 6], *([end] if end else [])]
        times = [created + timedelta(hours=4 * place) for place in range(len(stages))]
        yield {
            "title": f"Client {number}: new shop",
            "body": f"### Company\n\nClient {number}\n\n### Value\n\n{1000 + number} EUR\n\n### Source\n\npartner\n",
            "author": "ann",
            "created_at": _text(created),
            "labels": [f"stage:{stages[-1]}"],
            "assignees": ["ann"],
            "state": "CLOSED" if end else "OPEN",
            "state_reason": "COMPLETED" if end == "won" else "NOT_PLANNED" if end else None,
            "closed_at": _text(times[-1]) if end else None,
            "events": [
                {"kind": "labeled", "by": "ann", "at": _text(at), "label": f"stage:{stage}"}
                for stage, at in zip(stages, times, strict=True)
            ],
            "comments": [{"by": "kim", "body": "We talked.", "at": _text(created + timedelta(hours=1))}],
        }


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class Place:
    """Where the program is: the environment that runs this, or the file system of the image."""

    root: Path | None = None

    @property
    def command(self) -> list[str]:
        """How it is started."""
        image = ["chroot", str(self.root), "/opt/salesbot/bin/salesbot"]
        return [sys.executable, "-m", "salesbot"] if self.root is None else image

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Make a folder for a while, named as the program sees it."""
        if self.root is not None:
            (self.root / "tmp").mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.root and self.root / "tmp") as folder:
            yield Path(folder) if self.root is None else "/" / Path(folder).relative_to(self.root)


HERE = Place()


def run_report(github: Sandbox, sales: Repo, more: list[str], place: Place = HERE) -> Cost:
    """Run the program once, as a process of its own."""
    env = {**os.environ, "GITHUB_TOKEN": sales.actions_token(), "GITHUB_API_URL": github.api_url}
    with place.folder() as folder:
        line = [*place.command, "report", "--repo", "acme/sales", "--json", f"{folder}/r.json", *more]
        before, begun = len(github.requests), time.monotonic()
        ran = subprocess.run([sys.executable, "-c", USED, *line], env=env, stdout=subprocess.PIPE, check=True)
        seconds = time.monotonic() - begun
    cpu, memory = map(float, ran.stdout.split())
    return Cost(len(github.requests) - before, seconds, cpu, memory)


def _print_cached(count: int, latency: int, place: Place) -> None:
    with open_sandbox() as github, place.folder() as folder:
        sales, cache = seeded(github, count), ["--cache", str(folder / "kept.sqlite")]
        print(_row(f"the last run that fills a cache of {count:,}", fill(github, sales, cache, place)))
        github.faults.latency_ms = latency
        for _ in range(RUNS):
            print(_row("from the cache, nothing changed", run_report(github, sales, cache, place)))
        github.faults.latency_ms = 0
        for number in range(1, min(CHANGES, count) + 1):
            sales.edit_issue("kim", number, title=f"Client {number}: a larger shop")
        github.advance(2 * 3600)
        github.faults.latency_ms = latency
        print(_row(f"from the cache, {CHANGES} changed", run_report(github, sales, cache, place)))


def fill(github: Sandbox, sales: Repo, cache: list[str], place: Place = HERE) -> Cost:
    """Fill a cache, in as many runs as their budget takes, and let two days pass; give what the last run took."""
    while (last := _filled(github, sales, cache, place)) is None:
        github.advance(3600)
    github.advance(2 * 86_400)
    github.limits.default()
    return last


def _filled(github: Sandbox, sales: Repo, cache: list[str], place: Place) -> Cost | None:
    try:
        return run_report(github, sales, cache, place)
    except subprocess.CalledProcessError:
        return None


def _row(title: str, cost: Cost) -> str:
    return f"  {title:32}  {cost.requests:8}   {cost.seconds:8.1f} s   {cost.cpu:7.1f} s   {cost.memory:5.0f} MB"


USED = """
import resource, subprocess, sys

# A process of its own in between: Linux counts the memory of who starts a process as that process's own peak, and the
# sandbox, which holds all deals, is larger than what is measured.
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(code)
"""

NUMBERS = """
import pickle, resource, sys, time
from dataclasses import replace
from random import Random
from tests.core.report.made import AROUND, SCOPE
from tests.core.report.stories import issue, raw, repository
from salesbot.core.report.reader import Reader
from salesbot.core.report import as_json
from salesbot.core.report.compute import compute_report

count, reader, random = int(sys.argv[1]), Reader(AROUND, SCOPE), Random(1)
found = []
for story in repository(random, 2_000):
    found.append(reader.count(raw(issue(story, random, 1), story.number)))
one = [deal for deal in found if deal is not None]
packed = pickle.dumps(one)
copies = (deal for _ in range(count // len(one) + 1) for deal in pickle.loads(packed))  # each an object of its own
many = [replace(deal, number=number) for number, deal in enumerate(copies, 1)]
begun, used = time.monotonic(), time.process_time()
as_json.values(compute_report(many[:count], SCOPE))
seconds, cpu = time.monotonic() - begun, time.process_time() - used
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"  {f'the numbers of {count:,} deals':32}  {'':8}   {seconds:8.1f} s   {cpu:7.1f} s   {peak:5.0f} MB")
"""

if __name__ == "__main__":
    main()
