"""Bad weather at every request of a sweep: nothing is lost, nothing doubled, and it says 1 only if it left something.

After a fault the sun shines, and the next sweep comes. Then everything must be as if nothing had been. For moves and
commands test_faults.py does the same; what hangs is here for all three, since it takes real seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from github_sandbox import Fault
from salesbot.adapters.github import open_transport
from tests.e2e.play import Play, kinds, told, writes
from tests.e2e.scenes import MOVE, PLAN, Friday, Scene, assert_swept, outcome, outcomes, to_rest
from tests.e2e.weather import ANYWHERE, EVERYWHERE, GRAPHQL, HOPELESS

FRIDAY = Friday(few=True)
"""Two deals: the date of one has come; a reminder is due on the other, whose label is made first."""
REQUESTS = (
    "repository", "team", "open deals", "a role", "closed lately", "deals in full", "another role",
    "comes back", "makes a label", "reminds",
)  # fmt: skip
WRITES = (5, 1, 3)
"""How many parts each write has."""
THOROUGHLY = ("deals in full", "reminds")
"""Where every fault is tried: the deals in full, whose reading has a way around failures, and the last write."""


def test_what_this_sweep_consists_of(play: Play) -> None:
    FRIDAY.clean(play)
    requests = FRIDAY.requests(play)
    assert "".join(entry.kind[0] for entry in requests) == "qqqrqqrmmm"
    assert tuple(len(entry.fields) for entry in writes(requests)) == WRITES


def weather() -> Iterator[Any]:
    for nth, place in enumerate(REQUESTS, 1):
        for name, fault in {**ANYWHERE, **({} if "role" in place else GRAPHQL)}.items():
            if name in EVERYWHERE or place in THOROUGHLY:
                yield pytest.param(fault(nth), name, id=f"{name} at request {nth}: {place}")


@pytest.mark.parametrize(("fault", "name"), list(weather()))
def test_nothing_is_lost_and_nothing_doubled(play: Play, fault: Fault, name: str) -> None:
    clean = FRIDAY.clean(play)
    begun = play.github.clock.now()
    play.github.arm(fault)
    run = play.run()
    assert play.github.clock.now() - begun < timedelta(minutes=4), "a started minute is billed"
    assert (run.exit_code == 0) == (outcomes(play) == clean), run.stdout
    assert (run.exit_code == 1) == name.endswith(HOPELESS), run.stdout
    play.github.faults.clear()
    play.github.advance(3600)
    play.sweep()
    assert outcomes(play) == clean
    assert_swept(play)


def refusals() -> Iterator[Any]:
    for nth, parts in enumerate(WRITES, 1):
        for position in range(1, parts + 1):
            yield pytest.param(Fault.refuses(position, nth=nth), id=f"part {position} of write {nth} is refused")
            yield pytest.param(Fault.breaks(position, nth=nth), id=f"part {position} of write {nth} went wrong")
            yield pytest.param(Fault.cuts(position, nth=nth), id=f"write {nth} is cut before part {position}")


@pytest.mark.parametrize("fault", list(refusals()))
def test_a_part_of_a_write_that_is_not_done_is_done_by_the_next_sweep(play: Play, fault: Fault) -> None:
    clean = FRIDAY.clean(play)
    play.github.arm(fault)
    run = play.run()
    assert run.exit_code == 1 or outcomes(play) == clean, run.stdout
    assert (run.exit_code == 1) == (fault.what == "refuses"), run.stdout
    assert play.sweep().exit_code == 0
    assert outcomes(play) == clean
    assert_swept(play)


# Reads that are not whole


HOLES = [
    "repository", "viewer", "repository.labels", "repository.config", "repository.problems", "node",
    "repository.issues", "repository.issues.nodes", "repository.i0.newest", "repository.i1.touched",
    "repository.i1.timelineItems", "repository.issue.newest",
]  # fmt: skip


@pytest.mark.parametrize("path", HOLES)
def test_a_read_with_a_hole_is_no_read(play: Play, path: str) -> None:
    """A part that is missing for ever ends the sweep, or is found again by reading deals one by one."""
    clean = FRIDAY.clean(play)
    before = play.sales.issues()
    play.github.arm(Fault.nulls(path, on="query", times=50))
    run = play.run()
    assert (run.exit_code == 0) == (outcomes(play) == clean), run.stdout
    if run.exit_code:
        assert (writes(run.requests), play.sales.issues(), len(told(run))) == ([], before, 1)
    play.github.faults.clear()
    play.sweep()
    assert outcomes(play) == clean
    assert_swept(play)


@pytest.mark.parametrize("nth", range(1, 6), ids=[name for name in REQUESTS[:6] if name != "a role"])
@pytest.mark.parametrize("back", [1, 4])
def test_a_stale_read_is_made_up_for_by_the_next_sweep(play: Play, nth: int, back: int) -> None:
    """The read is from before the last writes of people: the sweep may miss something, and does nothing wrong."""
    clean = FRIDAY.clean(play)
    play.github.arm(Fault.stale(back, on="query", nth=nth))
    play.run()
    play.sweep()
    assert outcomes(play) == clean
    assert_swept(play)


@pytest.mark.parametrize("nth", range(1, 6), ids=[name for name in REQUESTS[:6] if name != "a role"])
def test_a_sweep_that_reads_from_before_the_last_ones_writes_doubles_nothing_at_rest(play: Play, nth: int) -> None:
    clean = FRIDAY.clean(play)
    play.run()
    play.github.arm(Fault.stale(4, on="query", nth=nth))
    play.sweep()
    play.sweep()
    assert outcomes(play) == clean
    assert_swept(play)


# What hangs


@pytest.fixture
def impatient(play: Play) -> Play:
    """A run that waits one second for an answer, where real ones wait twenty; GitHub goes on for half a second more."""
    play.door.connect = partial(open_transport, timeout=1)

    def sleep(seconds: float) -> None:
        time.sleep(0.4 if seconds > 1 else 0)
        play.github.advance(seconds)

    play.door.sleep = sleep
    return play


@pytest.mark.parametrize("on", ["query", "mutation"])
@pytest.mark.parametrize("scene", [MOVE, PLAN], ids=lambda scene: scene.name)
def test_a_run_that_gets_no_answer_in_time(impatient: Play, scene: Scene, on: str) -> None:
    play = impatient
    clean = scene.clean(play)
    deal = scene.open(play)
    play.github.arm(Fault.hangs(1.3, on=on))
    run = play.run()
    assert (run.exit_code, outcome(play, deal)) == (0, clean)
    assert kinds(run).count("query") == 2, "it looked again"
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    play.assert_at_rest(deal)


@pytest.mark.parametrize("nth", [6, 8, 10], ids=[REQUESTS[5], REQUESTS[7], REQUESTS[9]])
def test_a_sweep_that_gets_no_answer_in_time(impatient: Play, nth: int) -> None:
    play = impatient
    clean = FRIDAY.clean(play)
    play.github.arm(Fault.hangs(1.3, nth=nth))
    assert (play.run().exit_code, outcomes(play)) == (0, clean)
    assert_swept(play)
