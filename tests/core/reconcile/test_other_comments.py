"""Comments that an earlier run could not write: a later one writes them, with nothing in them but what it may say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from salesbot.core.model import comments, journal, keys
from salesbot.core.model.defaults import default_pipeline
from tests.world import ANN, EVE, World

REFUSED = {"to": "won", "why": [{"reason": "Look: @eve, [this](https://x.example) **now**", "hint": "Comment `/won`."}]}


def with_pending(*owed: Any) -> World:
    """A deal whose card says that these comments are still to be written."""
    world = World(pipeline=replace(default_pipeline(), notify_new="@acme/sales"))
    world.label("stage:lead")
    world.run()
    card = world.by_key("card")
    payload = journal.to_payload(world.journal()) | {"owed": [*owed]}
    world.comments[card.id] = replace(card, body=comments.write(keys.CARD, comments.text_of(card.body), payload))
    return world


def test_a_comment_of_a_run_that_ended_before_it_is_the_same_comment() -> None:
    done, killed = (World(), World())
    for world in (done, killed):
        world.label("stage:lead")
        world.run()
        world.comment("/won 24k", ANN)
    done.run()
    killed.run(until=1)
    assert [str(each.key) for each in killed.journal().pending] == ["reply:" + str(max(killed.comments))]
    killed.run()
    assert killed.last("reply") == done.last("reply")
    assert "lead -> qualified -> won" in done.last("reply")


def test_what_a_card_keeps_of_a_comment_is_data_and_mentions_nobody_from_outside() -> None:
    world = with_pending(["refusal:E8", [["refusal.md.j2", {**REFUSED, "person": EVE.login}]]])
    world.run()
    text = world.last("refusal")
    assert "@eve" not in text
    assert "\\[this\\](https:/<!-- -->/x" in text
    assert "\\*\\*now" in text
    assert "Comment `/won`." in text


@pytest.mark.parametrize(("team", "shown"), [("@acme/sales", True), ("@acme/everybody", False)], ids=str)
def test_only_the_configured_team_is_mentioned(team: str, shown: bool) -> None:
    world = with_pending(["new:7", [["new.md.j2", {"team": team, "stage": "lead"}]]])
    world.run()
    assert ("@acme/" in world.last("new")) is shown


def test_the_markdown_that_older_cards_keep_is_not_posted() -> None:
    world = with_pending(["refusal:E8", "**Not done.** @eve"])
    before = world.written()
    world.run()
    assert world.written() == before


def test_a_checklist_without_a_template_ends_no_run() -> None:
    world = with_pending(["checklist:nothing", []])
    world.run()
    assert world.stages() == ["lead"]
