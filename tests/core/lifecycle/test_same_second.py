"""GitHub's clock has whole seconds: what happens within one is evaluated like anything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from salesbot.core.decide.decide import Decision
from salesbot.core.lifecycle import restore, timeline
from salesbot.core.model.effects import EditBody, PutComment
from salesbot.core.model.facts import Edit, Event
from salesbot.core.model.journal import Cursor
from salesbot.core.model.write_result import IssueAfter, WriteResult
from salesbot.core.reconcile import reconcile, repair
from tests.world import ANN, BOT, KIM, NORA, START, WORDS, World, rest


def still(body: str = "") -> World:
    """A deal in the second of its opening."""
    world = World(still=True, author=NORA, body=body)
    world.run()
    assert world.journal().cursor.at == world.created_at == world.now
    return world


def post(world: World, text: str) -> Decision:
    world.comment(text, NORA)
    return world.run()


BEFORE = [
    pytest.param(lambda world: None, id="the opening"),
    pytest.param(lambda world: post(world, "/value 9000"), id="our own write"),
    pytest.param(lambda world: (world.label("stage:won"), world.run()), id="a label that was refused"),
    pytest.param(lambda world: (world.label("bug"), world.run()), id="another label"),
    pytest.param(lambda world: (world.assign(KIM), world.run()), id="an assignment"),
    pytest.param(lambda world: (world.close(), world.run(), world.reopen(), world.run()), id="closing and reopening"),
    pytest.param(lambda world: [post(world, text) for text in ("/prospect", "/lead")], id="two moves"),
    pytest.param(lambda world: world.delete(world.by_key("checklist:qualification").id, KIM), id="a deleted comment"),
]  # fmt: skip


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("until", [None, 1, 2, 3])
def test_a_label_in_the_second_of_what_was_before_is_accepted_or_answered(
    before: Callable[[World], object], until: int | None
) -> None:
    world = still()
    before(world)
    world.label("stage:lost", ANN)
    world.run(until=until)
    rest(world)
    assert world.stages() == ["lead"]
    assert "Not moved to lost" in world.last("refusal")
    world.label("stage:prospect", ANN)
    world.run(until=until)
    rest(world)
    assert world.stages() == ["prospect"]


@pytest.mark.parametrize("before", BEFORE)
def test_a_closing_a_command_and_a_tick_in_that_second_are_evaluated(before: Callable[[World], object]) -> None:
    world = still()
    before(world)
    world.close(ANN)
    world.run()
    question = world.of_kind("ask")[-1]
    assert world.journal().asked
    world.edit(question.id, question.body.replace("- [ ] lost: price", "- [x] lost: price"), NORA)
    world.run()
    assert (world.stages(), world.open) == (["lost"], False)
    post(world, "/reopen")
    assert world.stages() == ["lead"]


def test_a_label_taken_off_in_that_second_comes_back_with_a_comment() -> None:
    world = still()
    world.unlabel("stage:lead", ANN)
    world.run()
    assert world.stages() == ["lead"]
    assert "removing it moves nothing" in world.last("refusal")


def test_a_label_in_the_second_of_the_adoption_is_evaluated() -> None:
    world = World(still=True)
    world._add("stage:qualified", ANN)
    observed = world.observed()
    stage = observed.pipeline.stage("qualified")
    assert stage is not None
    for effect in reconcile.reconcile(restore.adopted(observed, stage), observed, WORDS).effects:
        world.apply(effect)
    world.label("stage:lost", ANN)
    world.run()
    assert world.stages() == ["qualified"]
    assert "Not moved to lost" in world.last("refusal")


def test_each_undo_of_one_second_takes_a_move_back_and_a_receipt_that_was_lost_does_not() -> None:
    world = still()
    for text in ("/prospect", "/revisit march", "/undo", "/undo"):
        post(world, text)
    assert world.stages() == ["lead"]
    world.run()
    assert world.stages() == ["lead"]


def test_who_is_unassigned_by_hand_in_the_second_of_the_command_stays_off() -> None:
    world = still()
    post(world, "/assign @kim")
    assert [actor.login for actor in world.assignees] == ["kim"]
    world.unassign(KIM)
    world.run()
    rest(world)
    assert world.assignees == []


def test_a_command_given_after_an_unassignment_of_that_second_counts() -> None:
    world = still()
    world.assign(KIM)
    world.unassign(KIM)
    post(world, "/assign @kim")
    rest(world)
    assert [actor.login for actor in world.assignees] == ["kim"]


@pytest.mark.parametrize("edited", [False, True], ids=["untouched", "edited before the command"])
def test_a_run_that_dies_before_the_description_is_finished_in_that_second(*, edited: bool) -> None:
    world = still()
    if edited:
        world.write("Two shops.\n", NORA)
    world.comment("/value 9000", NORA)
    body = next(index for index, effect in enumerate(world.decide().effects) if isinstance(effect, EditBody))
    world.run(until=body)
    assert "### Value" not in world.body
    rest(world)
    assert "### Value\n\n9000 EUR" in world.body


def test_what_a_person_writes_into_the_description_after_us_stays() -> None:
    world = still()
    post(world, "/value 9000")
    world.write(world.body.replace("9000", "8000"), NORA)
    rest(world)
    assert "8000 EUR" in world.body


def test_another_workflow_with_our_identity_is_answered_too() -> None:
    world = still()
    world._add("stage:won", BOT)
    world.run()
    assert world.stages() == ["lead"]
    assert "Not moved to won" in world.last("refusal")


def test_the_cursor_goes_by_the_place_in_the_timeline() -> None:
    events = [Event(f"E{number}", "labeled", START) for number in range(4)]
    for place, event in enumerate(events):
        assert timeline.after(events, Cursor(START, event.id)) == events[place + 1 :]
    assert timeline.after(events, Cursor(START)) == events
    assert timeline.after(events, Cursor(START, "gone")) == events


def test_a_second_edit_of_a_comment_in_one_second_is_looked_at_again() -> None:
    world = still()
    world.edit(world.comment("/prospect", NORA), "/lead", NORA)
    facts = world.facts()
    changed = [replace(each, body="/lost price") if not each.own else each for each in facts.issue.comments]
    written = WriteResult(after=IssueAfter(comments=tuple(changed)))
    effects = world.decide().effects
    assert not repair.concurrent_changes(written, facts, effects).settled
    same = WriteResult(after=IssueAfter(comments=facts.issue.comments))
    assert repair.concurrent_changes(
        same, facts, [each for each in effects if not isinstance(each, PutComment)]
    ).settled


@pytest.mark.parametrize(("text", "is_news"), [("as opened", False), ("as opened, and more", True)])
def test_an_edit_in_the_second_of_the_opening_is_kept(text: str, *, is_news: bool) -> None:
    world = still(body="as opened")
    written = WriteResult(after=IssueAfter(body_edits=(Edit("D9", NORA, world.now, text),)))
    concurrent = repair.concurrent_changes(written, world.facts(), [EditBody("ours")])
    assert (concurrent.overwritten is not None) == is_news
