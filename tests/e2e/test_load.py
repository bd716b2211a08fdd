"""Much work at once: `python -m benchmarks.load` in small, and the rules by which GitHub queues jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.load.checks import most_within
from benchmarks.load.jobs import Jobs, group_of, starts_job
from benchmarks.load.minute import Size, play
from benchmarks.load.turns import Turns
from tests.e2e.play import Play


def test_a_small_minute_ends_right_on_all_sides() -> None:
    ledger = play(Size(events=30, deals=6, workers=4, faults=0.08, repeats=0.2, seed=3))
    assert ledger.violations == []
    assert ledger.faults.total() > 3
    assert ledger.repeated > 0
    assert sum(ledger.acts.values()) == 30
    assert ledger.in_minute + ledger.replaced + ledger.without_job >= 25


def test_of_one_deal_one_job_runs_and_the_newest_waits(play: Play) -> None:
    jobs, sales = Jobs(), play.sales
    one, other = sales.open_issue("ann", "Client A"), sales.open_issue("ann", "Client B")
    for title in ("Client A: shop", "Client A: new shop"):
        sales.edit_issue("ann", one, title=title)
    opened, opened_other, edited, edited_again = play.github.outbox
    for delivery in (opened, edited, opened_other, edited_again):
        jobs.add(delivery)
    assert (group_of(opened), group_of(opened_other), jobs.replaced) == (str(one), str(other), 2)
    assert jobs.take() == opened_other
    assert jobs.take() == edited_again
    jobs.add(edited)
    assert jobs.take() is None
    jobs.end(edited_again)
    assert jobs.take() == edited


@pytest.mark.parametrize(("text", "starts"), [("Thanks!", False), ("/prospect", True)])
def test_talk_starts_no_job(play: Play, text: str, starts: bool) -> None:
    number = play.sales.open_issue("ann", "Client A")
    play.drop()
    play.sales.comment("nora", number, text)
    (delivery,) = play.github.outbox
    assert starts_job(delivery) == starts


def test_threads_take_turns_in_the_order_of_their_time() -> None:
    seen: list[tuple[str, float]] = []
    turns = Turns(lambda now: None)

    def work(name: str, pause: float) -> None:
        for _ in range(2):
            turns.sleep(pause)
            seen.append((name, turns.now))

    turns.start(lambda: work("slow", 3))
    turns.start(lambda: work("fast", 2))
    turns.until_all_ended()
    assert seen == [("fast", 2), ("slow", 3), ("fast", 4), ("slow", 6)]


def test_the_most_within_a_minute() -> None:
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    moments = [start + timedelta(seconds=seconds) for seconds in (0, 10, 59, 60, 61, 200)]
    assert most_within(moments, timedelta(minutes=1)) == 4
