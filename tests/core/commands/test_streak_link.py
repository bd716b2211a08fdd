"""Pairing by hand: `/streak link <address>`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from salesbot.core.commands.arguments import mirror_key
from salesbot.core.model.journal import Pair
from salesbot.core.model.mirror import Mirror
from tests.core.policies.test_mirror_sync import KEYS, Both, a_pipeline, in_step
from tests.world import ANN, NORA, START, World, a_deal

BOX = "agxzfm1haWxmb29nYWVyMAsSDE9yZ2FuaXphdGlvbg"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param(f"https://mail.google.com/mail/u/0/#box/{BOX}", BOX, id="as Gmail shows it"),
        pytest.param(f"https://www.streak.com/a/boxes/{BOX}?view=1", BOX, id="as Streak's site shows it"),
        pytest.param(BOX, BOX, id="the bare key"),
        pytest.param("https://mail.google.com/mail/u/0/#inbox", None, id="an address without a key"),
        pytest.param(f"javascript:{BOX}", None, id="no address"),
        pytest.param(f"https://x/\u202e{BOX}", None, id="an address that reads backwards"),
        pytest.param("agxz", None, id="too short for a key"),
    ],
)
def test_an_address_names_a_box(text: str, key: str | None) -> None:
    assert mirror_key(text) == key


def test_a_deal_and_a_box_are_paired_and_the_one_that_moved_last_is_followed() -> None:
    world = a_deal("lead", pipeline=a_pipeline(), author=NORA)
    world.comment(f"/streak link https://mail.google.com/mail/u/0/#box/{BOX}", by=NORA)
    world.run()
    both = Both(world, Mirror(BOX, "Old name", KEYS["prospect"], START))
    assert both.journal().pair == Pair(BOX)
    assert f"### Streak\n\nhttps://mail.google.com/mail/u/0/#box/{BOX}" in world.body
    both.reconcile()
    assert both.stages == ("lead", "lead")
    assert both.mirror.title == world.title


def test_pairing_anew_forgets_the_old_box_and_pairing_again_forgets_nothing() -> None:
    both = in_step()
    both.mirror = replace(both.mirror, key=BOX)
    expected = Pair(BOX)
    for _ in range(2):
        both.world.comment(f"/streak link {BOX}", by=NORA)
        both.world.run()
        assert both.journal().pair == expected
        both.reconcile()
        expected = replace(expected, ours="lead", theirs=KEYS["lead"])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param("/streak", "needs the address of a box", id="no address"),
        pytest.param("/streak link", "needs the address of a box", id="link to nothing"),
        pytest.param("/streak unlink agxzBOX1234", "needs the address of a box", id="another word"),
        pytest.param("/streak link https://example.org/", "needs the address of a box", id="another address"),
    ],
)
def test_what_is_no_box_is_refused(said: str, why: str) -> None:
    world = a_deal("lead", pipeline=a_pipeline())
    world.comment(said, by=NORA)
    world.run()
    assert why in world.last("reply")


def test_without_streak_in_the_configuration_it_says_so() -> None:
    world: World = a_deal("lead")
    world.comment(f"/streak link {BOX}", by=NORA)
    world.run()
    assert "Streak is not set up here." in world.last("reply")


def test_a_box_written_into_the_description_is_text() -> None:
    world = a_deal("lead", pipeline=a_pipeline(), body=f"### Streak\n\n{BOX}\n")
    both = Both(world, Mirror("agxzOTHER", world.title, KEYS["lead"], START))
    assert both.journal().pair is None
    both.reconcile()
    assert both.journal().pair == Pair("agxzOTHER", "lead", KEYS["lead"])


def test_it_needs_the_role_write() -> None:
    world = a_deal("lead", pipeline=a_pipeline())
    world.comment(f"/streak link {BOX}", by=ANN)
    world.run()
    assert "needs the role write" in world.last("reply")
