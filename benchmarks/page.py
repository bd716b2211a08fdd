"""What the sandbox's page costs with 2,000 deals: the first view, a view after a change, and a click with its answer.

    python -m benchmarks.page [--deals 2000] [--clicks 5]

A click is a label that somebody adds, the run that it starts, and the view of the board that shows the bot's answer.
Each number is the median, in milliseconds: what somebody waits, and the CPU time of the server and of the runs, which
other programs on the machine disturb less.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import requests

from benchmarks.events import PEOPLE, at_rest, reconcile
from github_sandbox import Repo, Sandbox, Workflow
from salesbot.cli import sandbox_page
from salesbot.cli.sandbox_trial import Trial

FIRST_BYTE, ANSWER = 300, 1500
"""What is promised, in milliseconds."""
HTML = {"Accept": "text/html"}


@dataclass(frozen=True)
class Waited:
    """What somebody waited, and the CPU time behind it, in milliseconds."""

    wall: float
    cpu: float


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--deals", type=int, default=2000)
    options.add_argument("--clicks", type=int, default=5)
    args = options.parse_args()
    with _sandbox(args.deals) as (github, sales):
        board = f"{github.url}/acme/sales/issues"

        def view() -> None:
            # As soon as the first byte is here: the rest comes with it.
            assert requests.get(board, headers=HTML, timeout=60).status_code == 200

        print(f"{'':34}  waited       CPU   promised")
        print(_row(f"first view of {args.deals:,} deals", [_wait(view)], FIRST_BYTE))
        print(_row("the same again", [_wait(view) for _ in range(args.clicks)], FIRST_BYTE))
        clicks, views = [], []
        for number in range(2, args.clicks + 2):
            clicks.append(_wait(partial(_click, github, view, number)))
            assert sales.issue(number).labels == ("stage:prospect",), "the bot has answered"
            sales.edit_issue("nora", number, title=f"Deal {number} again")
            views.append(_wait(view))
        print(_row("a view after a change", views, FIRST_BYTE))
        print(_row("a click, and the bot's answer", clicks, ANSWER))


@contextmanager
def _sandbox(deals: int) -> Iterator[tuple[Sandbox, Repo]]:
    workflow = Workflow([sys.executable, "-m", "salesbot", "run"])
    page = sandbox_page.page(lambda: github, Trial())
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1, workflow=workflow, page=page) as github:
        sales = github.repo("acme/sales", roles=PEOPLE)
        sales.open_issue("ann", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
        reconcile(github)
        sales.seed(at_rest(sales.issue(1), number, due=False) for number in range(2, deals + 1))
        github.auto = True
        yield github, sales


def _click(github: Sandbox, view: Callable[[], None], number: int) -> None:
    act = {"repo": "acme/sales", "act": "label", "args": ["ann", number, "stage:prospect"]}
    assert requests.post(f"{github.url}/_sandbox/act", json=act, timeout=60).status_code == 200
    view()


def _wait(do: Callable[[], None]) -> Waited:
    begun, cpu = time.perf_counter(), _cpu()
    do()
    return Waited((time.perf_counter() - begun) * 1000, (_cpu() - cpu) * 1000)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def _row(title: str, found: list[Waited], most: int) -> str:
    wall, cpu = (statistics.median(getattr(each, name) for each in found) for name in ("wall", "cpu"))
    return f"  {title:32}  {wall:6.0f} ms  {cpu:5.0f} ms   {most:5} ms"


if __name__ == "__main__":
    main()
