"""Tasks: the sub-issues of a deal, and `/task`, which opens one exactly once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from salesbot.core.decide.decide import decide
from salesbot.core.decide.due import due
from salesbot.core.lifecycle import deal_tasks
from salesbot.core.model import tasks
from salesbot.core.model.effects import CloseTask, OpenTask, PutComment
from salesbot.core.model.tasks import LONGEST, MOST_KEPT, SubIssue
from tests.world import BOT, NORA, WORDS, World, a_deal, rest

FRIDAY = "2026-11-27"


def post(world: World, text: str) -> int:
    comment = world.comment(text, NORA)
    world.run()
    return comment


def refused(world: World) -> str:
    return world.last("reply")


def test_a_task_is_opened_with_its_day_in_the_title_and_its_person() -> None:
    world = a_deal("qualified")
    comment = post(world, "/task friday send the references @kim")
    assert [(each.title, each.who) for each in world.tasks] == [(f"{FRIDAY}: send the references", "kim")]
    assert world.receipts(comment) == ["ROCKET"]
    world.run()
    assert "**Tasks:** 0 of 1 done; next Fri 27 Nov 2026: send the references (kim)" in world.last("card")
    assert rest(world) == 0
    assert [(task.day, task.who) for task in world.journal().tasks] == [(date(2026, 11, 27), "kim")]


def test_two_tasks_of_one_comment_are_two() -> None:
    world = a_deal("qualified")
    post(world, "/task friday send the references\n/task friday send the references")
    assert len(world.tasks) == 2
    assert len({each.key for each in world.tasks}) == 2


@pytest.mark.parametrize("until", range(4))
def test_a_run_that_was_killed_leaves_one_task_in_the_end(until: int) -> None:
    world = a_deal("qualified")
    world.comment("/task friday send the references", NORA)
    world.run(until)
    rest(world)
    assert len(world.tasks) == 1


def test_a_task_that_somebody_took_away_does_not_come_back() -> None:
    world = a_deal("qualified")
    post(world, "/task friday send the references")
    world.tasks.clear()
    rest(world)
    assert world.tasks == []
    assert "Tasks:" not in world.last("card")


def test_of_a_task_that_two_runs_opened_at_the_same_moment_one_is_closed() -> None:
    world = a_deal("qualified")
    post(world, "/task friday send the references")
    first = world.tasks[0]
    world.tasks.append(SubIssue("I999", 999, first.title, key=first.key))
    assert [effect for effect in world.decide().effects if isinstance(effect, CloseTask)] == [
        CloseTask(999, "I999", first.id)
    ]
    rest(world)
    assert "**Tasks:** 0 of 1 done" in world.last("card")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/task", "needs a date and what to do"),
        ("/task friday", "not what to do"),
        ("/task send the references", "date"),
        ("/task friday send it @kmi", "cannot be assigned"),
        (f"/task friday {'x' * 300}", "title"),
    ],
)
def test_what_cannot_be_read_opens_nothing(text: str, said: str) -> None:
    world = a_deal("qualified")
    comment = post(world, text)
    assert world.tasks == []
    assert world.receipts(comment) == ["CONFUSED"]
    assert said in refused(world)


def test_a_server_without_sub_issues_says_so() -> None:
    world = a_deal("qualified")
    world.comment("/task friday send the references", NORA)
    facts = world.facts()
    older = world.observed().with_facts(replace(facts, issue=replace(facts.issue, tasks=None)))
    effects = decide(older, WORDS).effects
    assert not [effect for effect in effects if isinstance(effect, OpenTask)]


def test_what_github_refuses_to_open_is_named_on_the_card() -> None:
    world = a_deal("qualified")
    world.comment("/task friday send the references", NORA)
    opened = [effect for effect in world.decide().effects if isinstance(effect, OpenTask)]
    world.refusals = tuple((effect, "a parent takes 100 sub-issues") for effect in opened)
    effects = world.decide().effects
    assert not [effect for effect in effects if isinstance(effect, OpenTask)]
    card = next(effect.body for effect in effects if isinstance(effect, PutComment))
    assert f"GitHub refuses to open the task {FRIDAY}: send the references: a parent takes 100 sub-issues." in card


# Sub-issues as people have them


def test_a_deal_with_open_tasks_is_not_without_a_next_step() -> None:
    world = a_deal("qualified")
    world.tasks = [SubIssue("I50", 50, "Estimate, part one", who="ann")]
    world.tick(timedelta(days=8).total_seconds())
    world.sweep()
    assert "attention:no-next-step" not in world.labels
    world.tasks = [SubIssue("I50", 50, "Estimate, part one", open=False)]
    world.sweep()
    assert "attention:no-next-step" in world.labels


@pytest.mark.parametrize(
    ("found", "summary", "expected"),
    [
        pytest.param([(True, False), (False, False)], (1, 2), (1, 2), id="one open, one done"),
        pytest.param([(True, False), (False, True)], (1, 2), (0, 1), id="closed as not planned: in neither"),
        pytest.param([(True, False), (False, True)], (0, 2), (0, 1), id="not planned, and not in GitHub's count"),
        pytest.param([(False, True)], (1, 1), (0, 0), id="nothing but what was dropped"),
        pytest.param([], (1, 3), (1, 3), id="in a repository that the token may not see"),
        pytest.param([(False, False)] * 50, (60, 100), (60, 100), id="a hundred, of which fifty are read"),
    ],
)
def test_tasks_are_counted(found: list[tuple[bool, bool]], summary: tuple[int, int], expected: tuple[int, int]) -> None:
    world = a_deal("qualified")
    world.tasks = [SubIssue(f"I{n}", n, "x", open=open_, dropped=dropped) for n, (open_, dropped) in enumerate(found)]
    world.sub_issues = summary
    counts = deal_tasks.counts(world.facts().issue, None)
    assert (counts.done, counts.total) == expected


def test_a_hundred_tasks_fit_into_the_journal_with_the_earliest_days_first() -> None:
    world = a_deal("qualified")
    days = [date(2026, 12, 1) + timedelta(days=(37 * n) % 100) for n in range(100)]
    world.tasks = [SubIssue(f"I{n}", n + 50, f"{day}: {'long ' * 60}") for n, day in enumerate(days)]
    world.comment("/status", NORA)
    world.run()
    kept = world.journal().tasks
    assert [task.day for task in kept] == sorted(days)[:MOST_KEPT]
    assert max(len(task.what) for task in kept) == LONGEST
    assert "**Tasks:** 0 of 100 done" in world.last("card")
    assert rest(world) == 0


def test_a_title_is_shown_as_text() -> None:
    world = a_deal("qualified")
    world.tasks = [SubIssue("I50", 50, "2026-12-01: <img src=x> @kim | ![x](https://evil.test)", who="ann")]
    world.comment("/status", NORA)
    world.run()
    card = world.last("card")
    assert "<img" not in card.replace("\\<img", "")
    assert "@kim" not in card
    assert "![x](" not in card


def test_a_task_is_never_a_deal() -> None:
    world = World(author=BOT, body=tasks.body(7, 1, "100-1"))
    world.own_issue = True
    world.label("stage:qualified")
    world.run()
    world.comment("/lead", NORA)
    world.run()
    assert "card" not in world.written()
    assert due(world.observed()) is None


def test_a_marker_that_a_person_copied_marks_no_task() -> None:
    world = World(body=tasks.body(7, 1, "100-1"))
    world.run()
    assert "card" in world.written()
