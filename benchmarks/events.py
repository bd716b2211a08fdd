"""What an event costs, and a sweep: requests, seconds, CPU time and memory of real runs against the sandbox.

    python -m benchmarks.events [--runs 5] [--container NAME] [--many] [--json FILE]

Each number is the median of several runs, each from the same state. A run is the whole process, as GitHub starts it;
with --container it is the Action's image under buildah, less what an empty run of the same container takes.
Sweeps run once, over 2,000 deals and with --many over 20,000, of which twenty need something. The file has the numbers
by repository and event, with the commit, to be compared with another commit's.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from github_sandbox import Delivery, IssueView, Repo, Run, Sandbox, Workflow
from tests.image import container

MANY = 5_000
PEOPLE = {"ann": "triage", "nora": "write", "kim": "admin"}
LATENCIES = (0, 50, 200)
PLAN = "/value 12k EUR\n/probability 40\n/next friday call them\n/prospect"
DUE = 20
MOST_MEMORY = 150
"""MB, however many deals there are."""
PEAK = """
import sys
from salesbot.cli.main import main
code = main(["run"])
print(*(line for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
sys.exit(code)
"""
"""A run that tells its own peak: what the system counts for a child holds its parent's memory too."""


@dataclass(frozen=True)
class Case:
    """An event to measure: what a person does to deal 1, and whether the token may list collaborators."""

    title: str
    do: Callable[[Repo], object]
    outcome: str
    lists_people: bool = False
    twice: bool = False
    """Measure the second run of the same event."""


@dataclass(frozen=True)
class Cost:
    requests: int
    seconds: float
    cpu: float


CASES = (
    Case("move by label", lambda sales: sales.label("ann", 1, "stage:prospect"), "prospect"),
    Case("move by command", lambda sales: sales.comment("nora", 1, "/prospect"), "prospect"),
    Case("the same, roles in the read", lambda sales: sales.comment("nora", 1, "/prospect"), "prospect", True),
    Case("three fields and a move", lambda sales: sales.comment("nora", 1, PLAN), "prospect", True),
    Case("refused move by label", lambda sales: sales.label("ann", 1, "stage:won"), "lead"),
    Case("nothing to do", lambda sales: sales.label("ann", 1, "stage:prospect"), "prospect", twice=True),
    Case("irrelevant (a comment)", lambda sales: sales.comment("nora", 1, "Thanks!"), "lead"),
)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--container", help="a working container of the image, made by `buildah from`")
    options.add_argument("--many", action="store_true", help="also sweep over 20,000 deals")
    options.add_argument("--json", type=Path, help="also write the numbers of the events to this file")
    args = options.parse_args()
    numbers: dict[str, dict[str, Any]] = {}
    program = [sys.executable, "-m", "salesbot", "run"]
    if args.container:
        program = [sys.executable, str(Path(container.__file__)), args.container]
    base = _empty_run(args.container) if args.container else Cost(0, 0, 0)
    print(f"{'':29}  requests   {'   '.join(f'{latency:2} ms away' for latency in LATENCIES)}    CPU")
    for repository, old in (("acme/sales", 0), ("acme/big", MANY)):
        print(f"a repository with {old + 1:,} issue{'s' if old else ''}")
        with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1, workflow=Workflow(program)) as github:
            sales = prepare(github, repository, old)
            numbers[repository] = {}
            for case in CASES:
                costs = [_median(github, sales, case, latency, args.runs) for latency in LATENCIES]
                print(_row(case, costs, base))
                numbers[repository][case.title] = _numbers(costs, base)
    if args.json:
        args.json.write_text(json.dumps({**what_was_measured(program), "events": numbers}, indent=1), encoding="utf-8")
    print(f"\n{'':29}  requests   points   seconds       CPU   memory")
    for count in (2_000, 20_000) if args.many else (2_000,):
        print(_sweep(count))


def prepare(github: Sandbox, name: str, old: int) -> Repo:
    """Make a repository with deal 1 at rest, and so many others."""
    sales = github.repo(name, roles=PEOPLE)
    sales.open_issue("ann", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
    reconcile(github)
    sales.seed(_old(number) for number in range(old))
    return sales


def _old(number: int) -> dict[str, Any]:
    at = f"2026-0{number % 9 + 1}-10T10:00:00Z"
    return {
        "title": f"Deal {number}",
        "body": "### Value\n\n12000 EUR\n",
        "created_at": at,
        "labels": ["stage:qualified"],
        "events": [{"kind": "labeled", "by": "ann", "at": at, "label": "stage:qualified"}],
        "comments": [{"by": "nora", "body": "Called them.", "at": at}],
    }


def _median(github: Sandbox, sales: Repo, case: Case, latency: int, runs: int) -> Cost:
    found = list(costs_of(github, sales, case, latency, runs))
    middle = [statistics.median(getattr(cost, name) for cost in found) for name in ("seconds", "cpu")]
    assert len({cost.requests for cost in found}) == 1, "every run asks the same"
    return Cost(found[0].requests, *middle)


def costs_of(github: Sandbox, sales: Repo, case: Case, latency: int, runs: int) -> Iterator[Cost]:
    """Measure runs of one event, each from the same state."""
    state = github.snapshot()
    for _ in range(runs):
        github.restore(state)
        sales.collaborators_readable(case.lists_people)
        case.do(sales)
        [delivery] = github.outbox
        if case.twice:
            github.run(delivery)
        github.faults.latency_ms = latency
        yield _cost(github, sales, case, delivery)
        github.faults.latency_ms = 0
    github.restore(state)


def _cost(github: Sandbox, sales: Repo, case: Case, delivery: Delivery) -> Cost:
    before = _cpu()
    run = github.run(delivery)
    cpu = _cpu() - before
    _check(run, sales, case)
    return Cost(len(run.requests), run.seconds, cpu)


def _check(run: Run, sales: Repo, case: Case) -> None:
    assert run.exit_code == 0, run.stdout + run.stderr
    assert sales.issue(1).labels == (f"stage:{case.outcome}",), sales.issue(1).labels


def _sweep(count: int) -> str:
    """Sweep over deals at rest, on the first twenty of which somebody gave a command that no run answered."""
    program = [sys.executable, "-c", PEAK]
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), workflow=Workflow(program)) as github:
        github.limits.enabled = False
        sales = github.repo("acme/sales", roles=PEOPLE)
        sales.open_issue("ann", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
        reconcile(github)
        sales.seed(at_rest(sales.issue(1), number, due=number < DUE + 2) for number in range(2, count + 2))
        sales.schedule()
        before, (delivery,) = _cpu(), github.outbox
        run = github.run(delivery)
        memory = int(run.stderr.split()[-2]) / 1024
        assert run.exit_code == 0, run.stdout + run.stderr
        assert sum("### Next step" in sales.issue(number).body for number in range(2, DUE + 2)) == DUE
        assert len(run.requests) <= count / 50 + DUE + 10, len(run.requests)
        assert memory < MOST_MEMORY, memory
        points = sum(entry.points for entry in run.requests)
        row = f"{len(run.requests):8}   {points:6}   {run.seconds:6.1f} s   {_cpu() - before:5.1f} s   {memory:3.0f} MB"
        return f"  {f'sweep over {count:,} deals':27}  {row}"


def at_rest(model: IssueView, number: int, *, due: bool) -> dict[str, Any]:
    """Another deal like this one, of another client. A card is believed only on its own issue."""
    said = [{"by": each.author, "at": model.created_at, "body": each.body} for each in model.comments]
    said[0]["body"] = said[0]["body"].replace('"issue":1,', f'"issue":{number},', 1)
    said += [{"by": "nora", "at": model.created_at, "body": "/next friday call them"}] if due else []
    event = {"kind": "labeled", "by": "github-actions[bot]", "at": model.created_at, "label": "stage:lead"}
    return {
        "title": f"Deal {number}",
        "body": model.body.replace("Acme GmbH", f"Client {number}"),
        "author": "ann",
        "created_at": model.created_at,
        "labels": list(model.labels),
        "comments": said,
        "events": [event],
    }


def reconcile(github: Sandbox) -> None:
    for delivery in github.outbox:
        github.run(delivery)


def _empty_run(name: str) -> Cost:
    """What starting the container costs without the program in it."""
    line = [
        "buildah",
        "run",
        "--isolation=chroot",
        "--network=host",
        name,
        "--",
        "/opt/salesbot/bin/python",
        "--version",
    ]
    costs = []
    for _ in range(5):
        cpu, begun = _cpu(), time.monotonic()
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
        costs.append((time.monotonic() - begun, _cpu() - cpu))
    return Cost(0, statistics.median(cost[0] for cost in costs), statistics.median(cost[1] for cost in costs))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _numbers(costs: list[Cost], base: Cost) -> dict[str, Any]:
    seconds = {
        str(latency): round(cost.seconds - base.seconds, 3) for latency, cost in zip(LATENCIES, costs, strict=True)
    }
    return {"requests": costs[0].requests, "cpu": round(costs[0].cpu - base.cpu, 3), "seconds": seconds}


def what_was_measured(program: list[str]) -> dict[str, str]:
    """Name the commit, and the Python of a program that is not the image's."""
    line = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(line, capture_output=True, text=True, check=False).stdout.strip()
    return {"commit": commit, "program": "image" if "-m" not in program else f"Python {platform.python_version()}"}


def _row(case: Case, costs: list[Cost], base: Cost) -> str:
    walls = "   ".join(f"{cost.seconds - base.seconds:8.2f} s" for cost in costs)
    return f"  {case.title:27}  {costs[0].requests:8}   {walls}   {costs[0].cpu - base.cpu:5.2f} s"


if __name__ == "__main__":
    main()
