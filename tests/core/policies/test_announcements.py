"""What is announced to a chat: each occasion once, only what is switched on, and nothing of what is no occasion."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from salesbot.core.decide.decide import Decision
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import ChatSettings
from tests.world import EVE, KIM, NORA, World, a_deal

ALL = replace(default_pipeline(), chat=ChatSettings(new=True, won=True, lost=True, unanswered=True))
DAY = timedelta(days=1).total_seconds()


def told(decision: Decision) -> list[str]:
    return [each.kind.value for each in decision.announcements]


def a_known_deal() -> World:
    """A deal with its card, whose opening was announced."""
    world = World(pipeline=ALL)
    assert told(world.run()) == ["new"]
    return world


def say(world: World, text: str) -> Decision:
    world.comment(text, KIM)
    return world.run()


def test_a_new_deal_is_announced_by_its_first_run_only() -> None:
    world = a_known_deal()
    assert told(world.run()) == []
    assert told(world.sweep()) == []


def test_a_deal_that_is_won_is_announced_with_its_value_and_owner() -> None:
    world = a_known_deal()
    decision = say(world, '/assign @nora\n/value 24000 EUR\n/stage won --force "signed"')
    assert told(decision) == ["won"]
    values = decision.announcements[0].values
    assert (values["title"], values["value"], values["owner"]) == ("Acme GmbH: new shop", "24,000 EUR", "nora")
    assert told(world.run()) == []


def test_a_lost_deal_says_why_and_one_that_was_reopened_and_lost_again_is_a_new_occasion() -> None:
    world = a_known_deal()
    first = say(world, "/lost price")
    assert (told(first), first.announcements[0].values["reason"]) == (["lost"], "price")
    say(world, "/reopen")
    assert told(say(world, "/lost timing")) == ["lost"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("/reject too small", id="our own no"),
        pytest.param("/qualify", id="a refused move"),
        pytest.param("/prospect", id="a move to an open stage"),
        pytest.param("/lost price\n/undo", id="lost by mistake, and taken back at once"),
        pytest.param("/not-a-deal", id="no deal any more"),
    ],
)
def test_what_is_no_occasion(text: str) -> None:
    assert told(say(a_known_deal(), text)) == []


def test_somebody_who_waits_is_announced_once_by_the_sweep_on_a_working_day() -> None:
    world = a_known_deal()
    world.tick(2 * DAY)
    world.comment("Any news?", EVE)
    assert told(world.run()) == []
    world.tick(2 * DAY)
    decision = world.sweep()
    assert (told(decision), decision.announcements[0].values["since"]) == (["unanswered"], "25 Nov 2026")
    assert told(world.sweep()) == []
    world.comment("Sorry!", NORA)
    world.run()
    world.tick(3 * DAY)
    world.comment("And now?", EVE)
    world.run()
    world.tick(2 * DAY)
    assert told(world.sweep()) == ["unanswered"]


def test_a_snoozed_deal_stays_quiet() -> None:
    world = a_known_deal()
    say(world, "/snooze 3 weeks")
    world.comment("Any news?", EVE)
    world.run()
    world.tick(2 * DAY)
    assert told(world.sweep()) == []


def test_without_chat_the_card_is_the_same_as_ever_and_nothing_is_announced() -> None:
    plain, chatty = World(), World(pipeline=ALL)
    for world in (plain, chatty):
        world.run()
        say(world, "/lost price")
    assert not any("announced" in comment.body for comment in plain.comments.values())
    assert any("announced" in comment.body for comment in chatty.comments.values())
    assert told(say(a_deal(), "/lost price")) == []
