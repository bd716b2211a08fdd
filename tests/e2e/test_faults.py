"""Bad weather at every request: nothing is lost, nothing doubled, and a run says 1 only if it could not finish.

After a fault the sun shines, and runs by hand bring the deal to rest. Then everything must be as if nothing had been.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from github_sandbox import Fault
from tests.e2e.play import Play, kinds, told, writes
from tests.e2e.scenes import ADOPTED, FIRST, MOVE, PLAN, REFUSAL, SCENES, UNDO, Scene, outcome, to_rest
from tests.e2e.weather import ANYWHERE, EVERYWHERE, GRAPHQL, HOPELESS

PATIENCE = timedelta(seconds=90 + 2 * 12 + 10)
"""How long a run may wait in all: its patience, and GitHub's ten seconds."""


def weather() -> Iterator[Any]:
    for scene in SCENES:
        for place, kind in enumerate(scene.requests, 1):
            for name, fault in {**ANYWHERE, **(GRAPHQL if kind != "rest" else {})}.items():
                where = f"{scene.name}: {name} at the {kind}, request {place}"
                if scene is MOVE or name in EVERYWHERE:
                    yield pytest.param(scene, fault(place), name, id=where)


@pytest.mark.parametrize(("scene", "fault", "name"), list(weather()))
def test_nothing_is_lost_and_nothing_doubled(play: Play, scene: Scene, fault: Fault, name: str) -> None:
    clean = scene.clean(play)
    deal = scene.open(play)
    begun = play.github.clock.now()
    play.github.arm(fault)
    run = play.run()
    assert play.github.clock.now() - begun < PATIENCE, "a started minute is billed"
    assert (run.exit_code == 0) == (outcome(play, deal) == clean), run.stdout
    assert (run.exit_code == 1) == name.endswith(HOPELESS), run.stdout
    play.github.faults.clear()
    play.github.advance(3600)
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    play.assert_at_rest(deal)


def refusals() -> Iterator[Any]:
    for scene in (*SCENES, ADOPTED, UNDO):
        for position in range(1, scene.fields + 1):
            last = scene.requests.count("mutation")
            yield pytest.param(scene, Fault.refuses(position, nth=last), id=f"{scene.name}: {position} is refused")
            yield pytest.param(scene, Fault.cuts(position, nth=last), id=f"{scene.name}: cut before {position}")


@pytest.mark.parametrize(("scene", "fault"), list(refusals()))
def test_a_part_of_the_write_that_is_not_done_is_done_by_the_next_run(play: Play, scene: Scene, fault: Fault) -> None:
    clean = scene.clean(play)
    deal = scene.open(play)
    play.github.arm(fault)
    run = play.run()
    assert run.exit_code == 1 or outcome(play, deal) == clean, run.stdout
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    play.assert_at_rest(deal)


@pytest.mark.parametrize("position", range(1, PLAN.fields))
def test_a_plan_of_which_a_part_was_refused_keeps_no_receipt(play: Play, position: int) -> None:
    deal = PLAN.open(play)
    said = play.sales.issue(deal).comments[-1].id
    play.github.arm(Fault.refuses(position))
    run = play.run()
    assert (run.exit_code, play.receipts(deal, said)) == (1, [])
    assert "GitHub refused a part of the write" in told(run)[0][1]
    assert "Give the job `permissions:` with `issues: write`" in told(run)[0][1]


def data_needs() -> Iterator[Any]:
    for scene in (*SCENES, ADOPTED, UNDO):
        for position in range(scene.fields):
            last, place = scene.requests.count("mutation"), f"part {position + 1}"
            done, left = Fault.nulls(f"m{position}", on="mutation", nth=last), Fault.breaks(position + 1, nth=last)
            yield pytest.param(scene, done, id=f"{scene.name}: something went wrong at {place}, which was done")
            yield pytest.param(scene, left, id=f"{scene.name}: something went wrong at {place}, which was not done")


@pytest.mark.parametrize(("scene", "fault"), list(data_needs()))
def test_a_part_of_which_nobody_knows_is_looked_at_again_by_the_same_run(
    play: Play, scene: Scene, fault: Fault
) -> None:
    clean = scene.clean(play)
    deal = scene.open(play)
    play.github.arm(fault)
    run = play.run()
    assert run.exit_code == 0, run.stdout
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    play.assert_at_rest(deal)


def test_receipts_are_taken_back_also_where_that_fails_at_first(play: Play) -> None:
    """The value was not written, and the answer to taking back its receipt is lost."""
    clean = PLAN.clean(play)
    deal = PLAN.open(play)
    play.github.arm(Fault.breaks(1))
    play.github.arm(Fault.fails(502, on="mutation", nth=2))
    assert (play.run().exit_code, outcome(play, deal)) == (0, clean)
    play.assert_at_rest(deal)


# Reads that are not whole


NULLS = [
    "repository", "viewer", "repository.issue", "repository.labels", "repository.issue.newest",
    "repository.issue.oldest", "repository.issue.touched", "repository.issue.timelineItems",
    "repository.issue.labels", "repository.issue.userContentEdits", "repository.config", "repository.templates",
    "repository.checklists", "repository.problems", "repository.defaultBranchRef", "repository.issue.assignees",
]  # fmt: skip


@pytest.mark.parametrize("scene", [MOVE, REFUSAL, PLAN], ids=lambda scene: scene.name)
@pytest.mark.parametrize("path", NULLS)
def test_a_read_with_a_hole_is_no_read(play: Play, scene: Scene, path: str) -> None:
    deal = scene.open(play)
    before = play.sales.issue(deal)
    play.github.arm(Fault.nulls(path, on="query", times=20))
    run = play.run()
    assert (run.exit_code, writes(run.requests), play.sales.issue(deal)) == (1, [], before)
    assert len(told(run)) == 1


@pytest.mark.parametrize("message", ["Resource not accessible by integration", "x"])
def test_the_list_of_people_is_the_one_part_that_may_be_refused(play: Play, message: str) -> None:
    clean = PLAN.clean(play)
    deal = PLAN.open(play)
    play.github.arm(Fault("nulls", "query", target="repository.collaborators", message=message))
    assert play.run().exit_code == 0
    assert outcome(play, deal) == clean


@pytest.mark.parametrize("path", ["createLabel", "m0", "m1", "m2", "m3"])
def test_a_write_whose_answer_has_a_hole_is_looked_at_again(play: Play, path: str) -> None:
    clean = FIRST.clean(play)
    deal = FIRST.open(play)
    play.github.arm(Fault.nulls(path, on="mutation", times=2))
    play.run()
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    play.assert_at_rest(deal)


@pytest.mark.parametrize("scene", [MOVE, PLAN, REFUSAL], ids=lambda scene: scene.name)
def test_a_stale_read_is_made_up_for_by_the_next_run(play: Play, scene: Scene) -> None:
    clean = scene.clean(play)
    deal = scene.open(play)
    play.github.arm(Fault.stale(1, on="query"))
    assert play.run().exit_code in (0, 1)
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    play.assert_at_rest(deal)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_read_from_before_our_own_write_doubles_nothing_at_rest(play: Play, scene: Scene) -> None:
    """The next run reads a replica that has not yet seen what the last one wrote."""
    clean = scene.clean(play)
    deal = scene.open(play)
    delivery = play.github.outbox[0]
    play.run(delivery)
    play.github.arm(Fault.stale(1, on="query"))
    play.run(delivery)
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    play.assert_at_rest(deal)


def test_the_waits_follow_what_github_says(play: Play) -> None:
    for fault, seconds in (
        (Fault.secondary(403, 7), 7), (Fault.secondary(429), 60), (Fault.primary(403, 20), 21), (Fault.fails(), 1),
    ):  # fmt: skip
        MOVE.open(play)
        waited: list[float] = []
        play.door.sleep = waited.append
        play.github.arm(fault)
        assert kinds(play.run()) == ["query", "query", "mutation"]
        assert waited == [pytest.approx(seconds)]
