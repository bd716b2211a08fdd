"""What GitHub refuses for good is left out and named, and everything else is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from salesbot.core.model import comments
from salesbot.core.model.effects import (
    AddLabel,
    Assign,
    CloseIssue,
    EditBody,
    Effect,
    PutComment,
    RemoveLabel,
)
from salesbot.core.model.keys import Kind
from tests.world import KIM, World, a_deal, rest


def card(world: World) -> str:
    return comments.text_of(world.by_key("card").body)


def refuse(*types: type) -> Callable[[Effect], str | None]:
    return lambda effect: "GitHub says no." if isinstance(effect, types) else None


@pytest.mark.parametrize(
    ("refused", "what"),
    [
        pytest.param(CloseIssue, "close the issue as not planned", id="closing"),
        pytest.param(AddLabel, "add the label stage:lost", id="the new label"),
        pytest.param(RemoveLabel, "remove the label stage:lead", id="taking the old label off"),
        pytest.param(EditBody, "edit the description", id="the description"),
    ],
)
def test_a_part_that_is_refused_is_named_and_the_rest_is_done(refused: type, what: str) -> None:
    world = a_deal("lead")
    world.refuses = refuse(refused)
    world.comment("/lost price", by=KIM)
    decision = world.run()
    assert [why for _, why in decision.left_out] == ["GitHub says no."]
    assert f"GitHub refuses to {what}: GitHub says no. Everything else is done." in card(world)
    assert world.journal().stage == "lost"
    assert ("stage:lost" in world.labels) == (refused is not AddLabel)
    assert ("stage:lead" in world.labels) == (refused is RemoveLabel)
    assert world.open == (refused is CloseIssue)
    assert ("price" in world.body) == (refused is not EditBody)


def test_what_stays_refused_changes_the_card_once_and_its_line_goes_when_github_takes_it() -> None:
    world = a_deal("lead")
    world.refuses = refuse(CloseIssue)
    world.comment("/lost price", by=KIM)
    world.run()
    before = world.by_key("card")
    world.run()
    assert world.by_key("card") == before
    world.refuses = lambda effect: None
    assert [type(effect) for effect in world.run().effects] == [CloseIssue]
    world.run()
    assert "GitHub refuses" not in card(world)
    assert rest(world) == 0


def test_a_comment_that_is_refused_stops_nothing_else() -> None:
    world = a_deal("lead")
    world.refuses = lambda e: "Too long" if isinstance(e, PutComment) and e.key.kind == Kind.REFUSAL else None
    world.label("stage:qualified", by=KIM)
    world.run()
    assert world.stages() == ["lead"]
    assert "GitHub refuses to write the comment that refuses: Too long." in card(world)


def test_who_is_not_assigned_although_listed_is_named_and_not_tried_again() -> None:
    world = a_deal("qualified")
    world.refuses = refuse(Assign)
    world.comment("/assign @nora\n/next friday call them", by=KIM)
    world.run()
    assert world.assignees == []
    assert "call them" in world.body
    assert "nora cannot be assigned here" in card(world)
    assert world.decide().effects == ()
    world.refuses = lambda effect: None
    world.comment("/assign @nora", by=KIM)
    world.run()
    assert [actor.login for actor in world.assignees] == ["nora"]


# A hundred labels


def crowded(others: int) -> World:
    world = a_deal("lead")
    world.labels += [f"other {number}" for number in range(others)]
    return world


@pytest.mark.parametrize("others", [99, 100])
def test_an_attention_label_without_room_is_left_out(others: int) -> None:
    world = crowded(others)
    world.tick(timedelta(days=20).total_seconds())
    decision = world.sweep()
    assert [(effect, why) for effect, why in decision.left_out] == [
        (AddLabel("attention:idle"), "an issue takes 100 labels")
    ]
    assert "GitHub refuses" not in card(world)
    assert world.stages() == ["lead"]


def test_with_room_for_one_the_attention_label_comes() -> None:
    world = crowded(98)
    world.tick(timedelta(days=20).total_seconds())
    assert world.sweep().left_out == ()
    assert "attention:idle" in world.labels


@pytest.mark.parametrize("others", [98, 99])
def test_a_move_is_made_at_the_limit(others: int) -> None:
    world = crowded(others)
    world.comment("/lost price", by=KIM)
    assert world.run().left_out == ()
    assert world.stages() == ["lost"]


def test_a_stage_label_without_room_is_named_on_the_card() -> None:
    world = World()
    world.labels = [f"other {number}" for number in range(100)]
    world.run()
    assert "GitHub refuses to add the label stage:lead: an issue takes 100 labels." in card(world)
    assert world.decide().effects == ()
    world.labels.pop()
    rest(world)
    assert world.stages() == ["lead"]
    assert "GitHub refuses" not in card(world)
