"""Another bot that changes our labels back: after three rounds in an hour the label is left to the sweep."""

from __future__ import annotations

from salesbot.core.installation import problem_issue
from salesbot.core.model import comments
from salesbot.core.model.deal import Actor
from salesbot.core.model.effects import AddLabel, PutComment, RemoveLabel
from tests.world import KIM, World, a_deal

SYNC, OTHER = Actor("sync", 50, is_bot=True), Actor("tidy", 51, is_bot=True)


def rounds(world: World, times: int, by: Actor = SYNC, seconds: float = 20) -> None:
    """The bot takes the stage's label off, and a run answers, so many times."""
    for _ in range(times):
        world.tick(seconds)
        world.unlabel(f"stage:{world.journal().stage}", by=by)
        world.run()


def test_two_rounds_are_answered() -> None:
    world = a_deal("lead")
    rounds(world, 2)
    assert (world.stages(), world.observed().fights) == (["lead"], ())


def test_the_third_round_is_left_to_the_sweep() -> None:
    world = a_deal("lead")
    rounds(world, 3)
    assert world.stages() == []
    (fight,) = world.observed().fights
    assert (fight.by, fight.label, len(fight.events)) == ("sync", "stage:lead", 3)
    assert world.decide().effects == ()
    assert "**lead**" in comments.text_of(world.by_key("card").body)
    assert [str(each) for each in problem_issue.warnings(world.observed()).fights] == [
        "#7: sync and salesbot change the label stage:lead in turns."
    ]


def test_the_sweep_puts_the_label_back_and_the_next_event_does_not() -> None:
    world = a_deal("lead")
    rounds(world, 3)
    world.sweep()
    assert world.stages() == ["lead"]
    rounds(world, 1)
    assert world.stages() == []


def test_it_is_over_after_a_quiet_hour() -> None:
    world = a_deal("lead")
    rounds(world, 3)
    world.tick(3600)
    world.comment("/status", by=KIM)
    world.run()
    assert (world.stages(), world.observed().fights) == (["lead"], ())


def test_rounds_over_a_day_are_no_fight() -> None:
    world = a_deal("lead")
    rounds(world, 12, seconds=3600)
    assert world.stages() == ["lead"]


def test_a_person_and_two_bots_fight_with_nobody() -> None:
    world = a_deal("lead")
    rounds(world, 6, by=KIM)
    assert world.stages() == ["lead"]
    for bot in (SYNC, OTHER) * 2:
        rounds(world, 1, by=bot)
    assert (world.stages(), world.observed().fights) == (["lead"], ())


def test_a_label_that_is_put_on_again_and_again() -> None:
    world = a_deal("lead")
    for _ in range(12):
        world.label("stage:won", by=SYNC)
        world.run()
    assert sorted(world.stages()) == ["lead", "won"]
    assert [fight.label for fight in world.observed().fights] == ["stage:won"]
    kinds = (AddLabel, RemoveLabel, PutComment)
    assert not [effect for effect in world.decide().effects if isinstance(effect, kinds)]
    world.sweep()
    assert world.stages() == ["lead"]


def test_people_go_on_moving_the_deal_meanwhile() -> None:
    world = a_deal("lead")
    rounds(world, 3)
    said = world.comment("/lost price", by=KIM)
    world.run()
    assert (world.journal().stage, world.stages(), world.receipts(said)) == ("lost", ["lost"], ["ROCKET"])
    assert not world.open


def test_a_fight_writes_no_comment_after_the_third_round() -> None:
    world = a_deal("lead")
    rounds(world, 2)
    before = {id_: comment.body for id_, comment in world.comments.items()}
    rounds(world, 6)
    assert {id_: comment.body for id_, comment in world.comments.items()} == before
