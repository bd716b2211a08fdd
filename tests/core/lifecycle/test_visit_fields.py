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


@pytest.mark.parametrize(
    ("texts", "move", "lacks"),
    [
        pytest.param(["/reject too small", "/undo"], "/lost", "reason", id="rejected, taken back, lost"),
        pytest.param(["/lost price", "/undo"], "/reject", "reason", id="lost, taken back, rejected"),
        pytest.param(["/lost price", "/undo", "/qualify --force so"], "stage:lost", "reason", id="moved in between"),
        pytest.param(["/revisit march no budget"], "/lost", "reason", id="put off, and lost by a command"),
        pytest.param(["/revisit march no budget"], "stage:rejected", "reason", id="put off, and rejected by a label"),
        pytest.param(["/revisit march no budget", "/undo"], "/lost", "reason", id="put off, taken back, lost"),
        pytest.param(["/revisit march", "/revisit april no budget"], "/lost", "reason", id="put off again meanwhile"),
        pytest.param(["/lost price", "/reopen", "/undo", "/undo"], "/lost", "reason", id="taken back twice"),
        pytest.param(["/not-a-deal spam", "/undo"], "/lost", "reason", id="no deal, taken back"),
        pytest.param(["/not-a-deal spam"], "/lost", "reason", id="no deal, and lost at once"),
        pytest.param(["/revisit march", "/lead"], "/revisit", "date", id="put off, taken up, put off again"),
        pytest.param(["/revisit march", "/undo"], "stage:revisit", "date", id="put off, taken back, by a label"),
        pytest.param(["/revisit march", "/lost price", "/reopen"], "/revisit", "date", id="put off, lost, reopened"),
    ],
)
def test_a_move_needs_a_reason_or_a_date_of_its_own(texts: list[str], move: str, lacks: str) -> None:
    world = post(a_deal("lead", body=FOUND), *texts)
    before, open_before = world.stages(), world.open
    if move.startswith("/"):
        post(world, move)
    else:
        world.label(move, NORA)
        world.run()
    assert (world.stages(), world.open) == (before, open_before)
    assert [missing for _, missing in world.refused] == [[lacks]]
    assert FOUND in world.body


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["/revisit march no budget", "/lost no budget"], id="put off, and lost for the same reason"),
        pytest.param(["/revisit march", "/set reason no budget\n/lost"], id="given in the same comment"),
        pytest.param(["/reject too small", "/undo", "/lost no budget"], id="another reason after undo"),
    ],
)
def test_a_reason_that_is_given_again_is_taken(texts: list[str]) -> None:
    world = post(a_deal("lead"), *texts)
    assert (world.stages(), world.open) == (["lost"], False)
    assert "### Reason\n\nno budget" in world.body


@pytest.mark.parametrize(
    "back", ["/lead", "/undo", "/lost price", "/stage prospect", "stage:prospect", "stage:lead", "/lost price\n/reopen"]
)
def test_no_date_is_left_behind_and_the_history_keeps_it(back: str) -> None:
    world = post(a_deal("lead", body=FOUND), "/revisit 2027-03-01")
    if back.startswith("/"):
        post(world, back)
    else:
        world.label(back, NORA)
        world.run()
    assert world.stages() != ["revisit"]
    assert "Revisit on" not in world.body
    assert world.body.startswith(FOUND)
    assert ", until: Mon 1 Mar 2027" in world.last("card")
    assert world.decide().effects == ()


def test_undo_brings_the_date_and_the_reason_of_the_visit_back() -> None:
    world = post(a_deal("lead"), "/revisit 2027-03-01 no budget", "/lead", "/undo")
    assert world.stages() == ["revisit"]
    assert "### Revisit on\n\n2027-03-01" in world.body
    assert "### Reason\n\nno budget" in world.body
    post(world, "/lost")
    assert world.refused == [("lost", ["reason"])]


def test_a_date_written_ahead_stays_until_the_deal_is_put_off() -> None:
    world = post(a_deal("lead"), "/set revisit-on 2027-03-01", "/prospect")
    assert "### Revisit on\n\n2027-03-01" in world.body
    world.label("stage:revisit")
    world.run()
    assert world.stages() == ["revisit"]


def test_snoozing_is_no_visit() -> None:
    world = post(a_deal("lead"), "/snooze 2026-12-15", "/lost price", "/undo")
    assert "### Snoozed until\n\n2026-12-15" in world.body


def test_the_card_says_what_an_end_still_needs_of_a_deal_that_was_put_off() -> None:
    world = post(a_deal("lead"), "/revisit march no budget")
    (row,) = [line for line in world.last("card").splitlines() if line.startswith("| lost | `/lost")]
    assert "reason" in row.rpartition("`")[2]


def test_a_label_that_makes_it_a_deal_again_drops_why_it_was_none() -> None:
    world = post(a_deal("lead"), "/not-a-deal spam")
    world.unlabel("not-a-deal", NORA)
    world.run()
    world.reopen()
    world.run()
    assert (world.open, "spam" in world.body) == (True, False)


def test_why_a_deal_ended_outlives_that_it_was_a_duplicate_for_a_while() -> None:
    world = post(a_deal("lead", body="### Reason\n\nprice\n"), "/lost", "/duplicate-of 12", "/undo")
    assert (world.stages(), "### Reason\n\nprice" in world.body) == (["lost"], True)


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
    assert "Why it was put off: no budget" in world.last("back")


def test_a_reason_of_many_words_is_cut_in_the_history_only() -> None:
    world = post(a_deal("lead"), f"/lost {'a' * 300}")
    assert "a" * 300 in world.body
    world.comment("/reopen", KIM)
    world.run()
    assert f"because: {'a' * 200} |" in world.last("card")
