"""What grows with what: CPU time and requests, by comments and labels on an issue and by deals in a repository.

    python -m benchmarks.growth --json FILE [--runs 5] [--many]

Each number is the least of several. A decision is made in memory, of texts that no decision before had; a run is the
whole process against the sandbox, and so is a report, from a full cache with nothing changed. With --many both are
also measured with 100,000 deals. `make growth` measures and draws.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import charts, events, report
from benchmarks.charts import Chart, Numbers, Point
from benchmarks.events import CASES, costs_of, prepare, what_was_measured
from github_sandbox import Sandbox, Workflow
from salesbot.core.decide.data_needs import data_needs
from salesbot.core.decide.decide import decide
from salesbot.core.lifecycle.observed import observe
from salesbot.core.model.facts import Label
from tests.world import NORA, WORDS, a_deal, rest

PROGRAM = [sys.executable, "-m", "salesbot", "run"]
MANY = 100_000
DECISIONS = 4
"""So many for each run: they are short, and other work disturbs them more."""
BY_LABEL = CASES[0]
DEALS = "deals in the repository"
Measured = tuple[int, float, int]
"""How many there were, seconds of CPU, requests."""


def main(arguments: list[str] | None = None) -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", type=Path, required=True, help="the file that is written")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--many", action="store_true", help=f"also measure with {MANY:,} deals")
    options.add_argument(
        "--comments", type=int, nargs="*", default=[2, 10, 50, 140, 250, 500], help="two are salesbot's"
    )
    options.add_argument("--labels", type=int, nargs="*", default=[2, 10, 25, 50, 100], help="two are the stages'")
    options.add_argument("--deals", type=int, nargs="*", default=[10, 100, 1_000, 10_000])
    options.add_argument("--reports", type=int, nargs="*", default=[100, 1_000, 10_000], help="deals of a report")
    args = options.parse_args(arguments)
    more = [MANY] if args.many else []
    decide_once()  # what is made at first use is no part of a decision
    by_comments = _told("comments", args.comments, lambda count: (_least(count, 2, args.runs), 0))
    by_labels = _told("labels", args.labels, lambda count: (_least(2, count, args.runs), 0))
    runs = _told("a move by label, deals", [*args.deals, *more], lambda count: _run(count, args.runs))
    reports = _told("a report, deals", [*args.reports, *more], lambda count: _report(count, args.runs))
    decision = {"by comments": _milliseconds(by_comments), "by labels": _milliseconds(by_labels)}
    seconds = [(count, round(cpu, 2)) for count, cpu, _ in reports]
    requests = {"a move by label": _requests(runs), "a report from a full cache": _requests(reports)}
    found = [
        Chart("decision", "A decision on one deal", "comments or labels on the issue", "ms of CPU", decision),
        Chart("run", "A move by label, the whole run", DEALS, "ms of CPU", {"a move": _milliseconds(runs)}),
        Chart("report", "A report from a full cache", DEALS, "seconds of CPU", {"a report": seconds}),
        Chart("requests", "Requests to GitHub", DEALS, "requests", requests),
    ]
    charts.write(args.json, Numbers(**what_was_measured(PROGRAM), charts=found))


def _told(what: str, counts: Sequence[int], measure: Callable[[int], tuple[float, int]]) -> list[Measured]:
    """Measure with each number, and say so."""
    found = []
    for count in counts:
        seconds, requests = measure(count)
        print(f"{what}: {count:,}: {seconds * 1000:.1f} ms of CPU, {requests} requests", file=sys.stderr, flush=True)
        found.append((count, seconds, requests))
    return found


def _least(comments: int, labels: int, runs: int) -> float:
    return min(decide_once(comments, labels, salt) for salt in range(DECISIONS * runs))


def decide_once(comments: int = 2, labels: int = 2, salt: int = 0) -> float:
    """Decide on a deal of that size that goes from one stage to the next; give the seconds of CPU.

    Two comments are the card and a checklist, two labels the stages'. Another `salt` makes other texts.
    """
    world = a_deal(body=f"### Company\n\nClient {comments}-{labels}-{salt}\n")
    for number in range(labels - 2):
        name = f"topic {salt}-{number}"
        world.repository_labels[name] = Label(f"LA_{name}", name, created_at=world.created_at)
        world.label(name)
    for number in range(comments - len(world.comments)):
        world.comment(f"Call {salt}-{number}: they compare three offers, and their board meets next week.", NORA)
    rest(world)
    world.label("stage:prospect")
    assert (len(world.comments), len(world.labels)) == (comments, labels)
    facts = world.facts()
    begun = time.process_time()
    observed = observe(facts, world.pipeline, world.now)
    missing, decision = data_needs(observed), decide(observed, WORDS)
    seconds = time.process_time() - begun
    assert not missing
    assert decision.effects
    assert not decision.refused
    return seconds


def _run(deals: int, runs: int) -> tuple[float, int]:
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1, workflow=Workflow(PROGRAM)) as github:
        sales = prepare(github, "acme/sales", deals - 1)
        return _least_of(costs_of(github, sales, BY_LABEL, 0, runs))


def _report(deals: int, runs: int) -> tuple[float, int]:
    with report.open_sandbox() as github, tempfile.TemporaryDirectory() as folder:
        sales, kept, used = report.seeded(github, deals), Path(folder, "kept"), Path(folder, "used")
        report.fill(github, sales, ["--cache", str(kept)])
        costs = []
        for _ in range(runs):
            shutil.copy(kept, used)
            costs.append(report.run_report(github, sales, ["--cache", str(used)]))
        return _least_of(costs)


def _least_of(costs: Iterable[events.Cost | report.Cost]) -> tuple[float, int]:
    found = list(costs)
    assert len({cost.requests for cost in found}) == 1, "every run asks the same"
    return min(cost.cpu for cost in found), found[0].requests


def _milliseconds(measured: Sequence[Measured]) -> list[Point]:
    return [(count, round(seconds * 1000, 2)) for count, seconds, _ in measured]


def _requests(measured: Sequence[Measured]) -> list[Point]:
    return [(count, requests) for count, _, requests in measured]


if __name__ == "__main__":
    main()
