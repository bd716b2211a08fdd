"""Two runs on one deal at once, as processes and request by request: at rest there is one of each, and all is right."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import Literal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from github_sandbox import Delivery, Sandbox, Workflow
from tests.budget import budget
from tests.e2e.play import PEOPLE, Play, check, key_of
from tests.e2e.scenes import ADOPTED, AGAIN, FIRST, MOVE, PLAN, REFUSAL, UNDO, Scene, outcome, to_rest

STEPWISE = {scene.name: scene for scene in (MOVE, PLAN, REFUSAL, FIRST, ADOPTED, AGAIN, UNDO)}
IssueSummary = Literal["the sweep", "a run by hand", "the same run again"]


def both(play: Play, deal: int, other: IssueSummary) -> tuple[Delivery, Delivery]:
    """The delivery of a scene, and another that goes to the same deal."""
    first = play.github.outbox[0]
    if other == "the same run again":
        return first, first
    if other == "the sweep":
        play.sales.schedule()
    else:
        play.sales.workflow_dispatch({"issue": str(deal)}, by="kim")
    return first, play.github.outbox[-1]


def assert_as_one(play: Play, deal: int, scene: Scene, clean: object) -> None:
    """One of each comment as soon as both have ended; at rest, everything as after one run alone."""
    keys = [key_of(comment) for comment in play.own(deal)]
    assert len(keys) == len(set(keys)), keys
    play.drop()
    play.last = None
    to_rest(play, deal)
    assert outcome(play, deal) == clean
    if scene is not FIRST:
        play.sales.workflow_dispatch({"issue": str(deal)}, by="kim")
        play.run()
        play.assert_at_rest(deal)


# Processes


@pytest.fixture
def process(github: Sandbox) -> Iterator[Sandbox]:
    before = github.runner.workflow
    github.runner.workflow = Workflow([sys.executable, "-m", "salesbot", "run"])
    yield github
    github.runner.workflow = before


@pytest.mark.parametrize(
    ("scene", "latency"),
    [(MOVE, 0), (MOVE, 45), (PLAN, 15), (REFUSAL, 45), (UNDO, 15)],
    ids=lambda value: getattr(value, "name", value),
)
def test_two_processes_an_event_and_a_sweep(play: Play, process: Sandbox, scene: Scene, latency: int) -> None:
    """Each request takes a while, so that they meet in different places; the order of requests is played below."""
    clean = scene.clean(play)
    deal = scene.open(play)
    process.faults.latency_ms = latency
    runs = [threading.Thread(target=process.run, args=[each]) for each in both(play, deal, "the sweep")]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    process.faults.clear()
    for ended in process.runs[-2:]:
        check(ended)
        assert ended.exit_code == 0, ended.stdout
    assert_as_one(play, deal, scene, clean)


# Request by request


class Turns:
    """Says which of two runs sends the next request, in the order given; then the first one that still runs."""

    def __init__(self, play: Play, order: Sequence[int]) -> None:
        self._play = play
        self._order = list(order)
        self._running = {0, 1}
        self._changed = threading.Condition()
        self._me = threading.local()

    def run(self, who: int, env: dict[str, str], codes: dict[int, int]) -> None:
        """Run the program as one of the two."""
        self._me.number = who
        try:
            codes[who] = self._play.main(["run"], env)
        finally:
            with self._changed:
                self._running.discard(who)
                self._changed.notify_all()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and pass it on."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._next() == self._me.number, timeout=60)
        yield
        with self._changed:
            del self._order[:1]
            self._changed.notify_all()

    def _next(self) -> int:
        while self._order and self._order[0] not in self._running:
            del self._order[0]
        return self._order[0] if self._order else min(self._running)


def step_by_step(play: Play, deliveries: Sequence[Delivery], order: Sequence[int]) -> None:
    """Run two deliveries in this process, their requests in this order."""
    turns, codes = Turns(play, order), dict[int, int]()
    prepared = [play.github.prepare(delivery) for delivery in deliveries]
    threads = [
        threading.Thread(target=turns.run, args=[who, dict(each.environment), codes])
        for who, each in enumerate(prepared)
    ]
    play.door.turn = turns.turn
    with redirect_stdout(io.StringIO()) as out:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
    del play.door.turn
    for who, each in enumerate(prepared):
        check(play.github.finish(each, codes[who], out.getvalue()))
        assert codes[who] == 0, out.getvalue()


@pytest.fixture
def played(play: Play) -> Play:
    """Each scene once, in a repository of its own, for the many examples to go back to."""
    for scene in STEPWISE.values():
        if "clean" not in scene.kept:
            play.github.reset()
            play.sales = play.github.repo(play.sales.name, roles=PEOPLE)
            scene.clean(play)
    return play


@budget(20, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(list(STEPWISE)),
    other=st.sampled_from(["the sweep", "a run by hand", "the same run again"]),
    order=st.lists(st.integers(0, 1), max_size=14),
)
def test_any_order_of_their_requests_ends_as_one_run(
    played: Play, name: str, other: IssueSummary, order: list[int]
) -> None:
    play, scene = played, STEPWISE[name]
    clean = scene.kept["clean"]
    deal = scene.open(play)
    step_by_step(play, both(play, deal, other), order)
    assert_as_one(play, deal, scene, clean)


@pytest.mark.parametrize("stage", ["lost", "won", "negotiating"])
def test_a_label_in_the_second_of_the_opening_is_answered_where_the_clock_stands_still(
    play: Play, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    play.deal()
    monkeypatch.setattr(play.github.clock, "step", 0)
    deal = play.sales.open_issue("ann", "Borealis AG: app")
    play.reconcile()
    play.sales.label("ann", deal, f"stage:{stage}")
    play.reconcile()
    assert play.stages(deal) == ["lead"]
    assert f"Not moved to {stage}" in play.text(deal, "refusal")
    play.sales.label("ann", deal, "stage:prospect")
    play.reconcile()
    assert play.stages(deal) == ["prospect"]
    play.assert_at_rest(deal)
