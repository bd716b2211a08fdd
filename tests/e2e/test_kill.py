"""A run that dies anywhere: the next one finishes what was decided, and nothing is said or judged twice."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from github_sandbox import Fault, Sandbox, Workflow
from tests.e2e.play import Play
from tests.e2e.scenes import ADOPTED, MOVE, PLAN, SCENES, Scene, outcome, to_rest


def deaths() -> Iterator[Any]:
    for scene in SCENES:
        for request, kind in enumerate(scene.requests, 1):
            for after in (False, True):
                when = f"{'after' if after else 'before'} the {kind}, request {request}"
                yield pytest.param(scene, request, after, id=f"{scene.name}: dead {when}")


@pytest.mark.parametrize(("scene", "request_", "after"), list(deaths()))
@pytest.mark.parametrize("times", [1, 2], ids=["once", "and once more"])
def test_the_run_after_a_dead_one_finishes_it(play: Play, scene: Scene, request_: int, after: bool, times: int) -> None:
    clean = scene.clean(play)
    deal = scene.open(play)
    delivery = play.github.outbox[0]
    for _ in range(times):
        play.kill(request_, after=after)
        assert play.run(delivery).killed or times == 2
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    play.assert_at_rest(deal)


@pytest.mark.parametrize(
    ("scene", "position"), [(scene, at) for scene in (*SCENES, ADOPTED) for at in range(1, scene.fields + 1)]
)
def test_github_dying_within_the_write_and_the_run_with_it(play: Play, scene: Scene, position: int) -> None:
    """The worst place: a part of the document was done, and nobody is left who knows."""
    clean = scene.clean(play)
    deal = scene.open(play)
    play.github.arm(Fault.cuts(position, on="mutation", nth=scene.requests.count("mutation")))
    play.kill(len(scene.requests), after=True)
    assert play.run().killed
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    play.assert_at_rest(deal)


@pytest.mark.parametrize("position", range(1, MOVE.fields + 1))
def test_a_move_accepted_by_a_run_that_died_stays_accepted_though_the_list_changes(play: Play, position: int) -> None:
    """Accept, die, somebody unticks a box: the journal was written first, so nothing is judged again."""
    deal = MOVE.open(play)
    play.github.arm(Fault.cuts(position + 1, on="mutation"))
    play.kill(2, after=True)
    play.run()
    found = play.one(deal, "checklist:qualification")
    play.sales.edit_comment("nora", found.id, found.body.replace("[x]", "[ ]"))
    play.reconcile()
    to_rest(play, deal)
    assert play.stages(deal) == ["qualified"]
    assert "refusal" not in play.said(deal)
    play.assert_at_rest(deal)


@pytest.fixture
def process(github: Sandbox) -> Iterator[Sandbox]:
    before = github.runner.workflow
    github.runner.workflow = Workflow([sys.executable, "-m", "salesbot", "run"])
    yield github
    github.runner.workflow = before


@pytest.mark.parametrize("scene", [MOVE, PLAN], ids=lambda scene: scene.name)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("on", ["query", "mutation"])
def test_a_process_killed_for_good(play: Play, process: Sandbox, scene: Scene, after: bool, on: str) -> None:
    clean = scene.clean(play)
    deal = scene.open(play)
    process.arm(Fault.kills(after=after, on=on))
    run = process.run(process.outbox[0])
    assert (run.killed, run.stdout) == (True, "")
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    play.assert_at_rest(deal)
