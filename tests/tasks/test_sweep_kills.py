"""A sweep that dies anywhere, and a move whose run died and only a sweep finds: nothing is said or judged twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from github_sandbox import Fault
from tests.e2e.play import Play, writes
from tests.e2e.scenes import ADOPTED, AGAIN, FIRST, MOVE, PLAN, REFUSAL, Friday, Scene, assert_swept, outcome, outcomes

FRIDAY = Friday()
REQUESTS, MUTATIONS = 13, 6


def test_what_these_sweeps_consist_of(play: Play) -> None:
    """Five reads, two roles, a label made, five deals written. The numbers below rest on it."""
    FRIDAY.clean(play)
    assert "".join(entry.kind[0] for entry in FRIDAY.requests(play)) == "qqqqqrrmmmmmm"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("request_", range(1, REQUESTS + 1))
def test_the_sweep_after_a_dead_one_ends_as_an_undisturbed_one(play: Play, request_: int, after: bool) -> None:
    clean = FRIDAY.clean(play)
    play.kill(request_, after=after)
    assert play.run().killed
    assert play.sweep().exit_code == 0
    assert outcomes(play) == clean
    assert_swept(play)


def test_a_sweep_that_dies_again_and_again_comes_to_an_end(play: Play) -> None:
    """Each of them dies right after its first write."""
    clean = FRIDAY.clean(play)
    for _ in range(6):
        play.kill(9, after=True)
        if not play.sweep().killed:
            break
    play.sweep()
    assert outcomes(play) == clean
    assert_swept(play)


@pytest.mark.parametrize("mutation", range(1, MUTATIONS + 1))
def test_github_dying_within_a_write_of_the_sweep_and_the_sweep_with_it(play: Play, mutation: int) -> None:
    clean = FRIDAY.clean(play)
    entry = writes(FRIDAY.requests(play))[mutation - 1]
    request = FRIDAY.requests(play).index(entry) + 1
    for position in range(2, len(entry.fields) + 1):
        FRIDAY.open(play)
        play.github.arm(Fault.cuts(position, on="mutation", nth=mutation))
        play.kill(request, after=True)
        assert play.run().killed
        assert play.sweep().exit_code == 0
        assert outcomes(play) == clean, position
        assert_swept(play)


def deaths() -> Iterator[Any]:
    """After a request is before the next one, but for the last.

    The very first deal is looked for once there are labels: before, a sweep does not know since when it works here.
    """
    for scene in (MOVE, PLAN, REFUSAL, FIRST):
        for request, kind in enumerate(scene.requests, 1):
            if scene is not FIRST or request > 2:
                yield pytest.param(scene, request, False, id=f"{scene.name}: dead before the {kind}, request {request}")
        yield pytest.param(scene, len(scene.requests), True, id=f"{scene.name}: dead after the last write")


@pytest.mark.parametrize(("scene", "request_", "after"), list(deaths()))
def test_what_a_dead_run_left_the_sweep_finishes(play: Play, scene: Scene, request_: int, after: bool) -> None:
    clean = scene.clean(play)
    deal = scene.open(play)
    play.kill(request_, after=after)
    assert play.run().killed
    assert play.sweep().exit_code == 0
    assert outcome(play, deal) == clean
    assert_swept(play)


@pytest.mark.parametrize("scene", [MOVE, PLAN, REFUSAL, ADOPTED, AGAIN], ids=lambda scene: scene.name)
def test_what_a_write_left_half_done_the_sweep_finishes(play: Play, scene: Scene) -> None:
    clean = scene.clean(play)
    for position in range(2, scene.fields + 1):
        deal = scene.open(play)
        play.github.arm(Fault.cuts(position, on="mutation"))
        play.kill(len(scene.requests), after=True)
        assert play.run().killed
        assert play.sweep().exit_code == 0
        assert outcome(play, deal) == clean, position
        assert_swept(play)
