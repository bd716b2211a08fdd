"""Why a deal ended or was put off: true of that stay, and of no later one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.effects import EditBody
from tests.world import KIM, NORA, World, a_deal

FOUND = "### Company\r\n\r\nAcme GmbH\r\n"


def post(world: World, *texts: str) -> World:
    """Say one after the other, each with a run."""
    for text in texts:
        world.comment(text, NORA)
        world.run()
    return world


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        pytest.param(["/lost price", "/reopen"], "price", id="lost, and reopened"),
        pytest.param(["/reject too small", "/reopen"], "too small", id="rejected, and reopened"),
        pytest.param(["/revisit march no budget", "/lead"], "no budget", id="put off, and taken up again by hand"),
        pytest.param(["/lost price", '/stage qualified --force "so"'], "price", id="forced out of an end"),
    ],
)
def test_a_deal_that_goes_on_takes_its_old_reason_into_the_history(texts: list[str], why: str) -> None:
    world = post(a_deal("lead", body=FOUND), *texts)
    assert "Reason" not in world.body
    assert world.body.startswith(FOUND)
    assert f"because: {why} |" in world.last("card")
    assert world.decide().effects == ()


def test_a_deal_reopened_on_github_loses_its_old_reason_too() -> None:
    world = post(a_deal("lead"), "/lost price")
    world.reopen()
    world.run()
    assert (world.stages(), "Reason" in world.body) == (["lead"], False)


@pytest.mark.parametrize("back", ["/reopen", "/undo\n/prospect", "/undo\n/prospect\n/lead"])
def test_a_deal_lost_again_by_a_label_is_asked_why(back: str) -> None:
    world = post(a_deal("lead"), "/lost price", back)
    world.label("stage:lost")
    world.run()
    assert world.stages() != ["lost"]
    assert world.refused == [("lost", ["reason"])]


def test_undo_leaves_the_fields_so_that_the_same_end_needs_no_second_reason() -> None:
    world = post(a_deal("lead"), "/lost price", "/undo")
    assert (world.stages(), "### Reason\n\nprice" in world.body) == (["lead"], True)
    assert "| Reason |" not in world.last("card")
    world.label("stage:lost")
    world.run()
    assert world.stages() == ["lost"]


def test_undo_of_a_reopening_puts_the_reason_back() -> None:
    world = post(a_deal("lead"), "/lost price", "/reopen", "/undo")
    assert (world.stages(), world.open) == (["lost"], False)
    assert "### Reason\n\nprice" in world.body
    assert world.decide().effects == ()


def test_what_was_no_deal_and_is_one_again_is_not_explained_by_why_it_was_none() -> None:
    world = post(a_deal("lead"), "/not-a-deal a job application")
    assert "a job application" in world.body
    post(world, "/reopen")
    assert (world.open, "Reason" in world.body) == (True, False)


def test_a_reason_written_ahead_stays_while_the_deal_moves() -> None:
    world = post(a_deal("lead"), "/set reason price", "/prospect")
    assert "### Reason\n\nprice" in world.body


def test_a_stage_that_asks_for_a_reason_keeps_it() -> None:
    plain = default_pipeline()
    stages = [replace(stage, requires=("reason",)) if stage.name == "lead" else stage for stage in plain.stages]
    world = post(a_deal("lead", pipeline=replace(plain, stages=tuple(stages))), "/revisit march no budget", "/lead")
    assert (world.stages(), "no budget" in world.body) == (["lead"], True)


def test_the_run_after_one_that_died_drops_the_reason_of_a_deal_that_came_back_on_its_day() -> None:
    world = post(a_deal("lead"), "/assign @kim", "/revisit 2027-03-01 no budget")
    world.now = datetime(2027, 3, 1, 9, tzinfo=UTC)
    edit = next(number for number, effect in enumerate(world.decide().effects) if isinstance(effect, EditBody))
    world.run(until=edit)
    assert "no budget" in world.body
    world.run()
    assert "no budget" not in world.body
    assert "because: no budget |" in world.last("card")
    assert "It was put off because: no budget" in world.last("back")


def test_a_reason_of_many_words_is_cut_in_the_history_only() -> None:
    world = post(a_deal("lead"), f"/lost {'a' * 300}")
    assert "a" * 300 in world.body
    world.comment("/reopen", KIM)
    world.run()
    assert f"because: {'a' * 200} |" in world.last("card")
