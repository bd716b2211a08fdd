"""Parse once: an issue is parsed once into one `Observed`, however many modules then look at it.

What is counted are the parsers themselves, by the text they are given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from salesbot.core.commands import recognition
from salesbot.core.decide.data_needs import data_needs
from salesbot.core.decide.decide import decide
from salesbot.core.lifecycle import timeline
from salesbot.core.model import journal_codec
from salesbot.core.text import command_syntax, fields, markdown
from salesbot.core.text.money import Money
from tests.world import KIM, WORDS, World, a_deal

BODY = "### Company\n\nAcme GmbH\n\n### Value\n\n9k EUR\n\n### Next step\n\n2027-01-11 call them\n"


@contextmanager
def counted(owner: Any, name: str, key: Callable[..., object]) -> Iterator[Counter[object]]:
    """Count the calls of a function by what it is called with; the function itself still runs."""
    real, calls = getattr(owner, name), Counter[object]()

    def spy(*args: Any, **kwargs: Any) -> Any:
        calls[key(*args)] += 1
        return real(*args, **kwargs)

    with patch.object(owner, name, spy):
        yield calls


def text(first: object, *_: object) -> object:
    """The text a parser is given."""
    return first


def a_busy_deal() -> World:
    world = a_deal("qualified", body=BODY, author=KIM)
    for number in range(12):
        world.comment(f"We talked, and this is note {number}.\n\nMore of it.")
    world.run()
    return world


def by_label(world: World) -> None:
    world.tick_all("estimate")
    world.assign(KIM)
    world.label("stage:negotiating")


def by_command(world: World) -> None:
    world.comment('/stage negotiating --force "they signed"', KIM)


def by_win(world: World) -> None:
    world.comment('/value 38k\n/stage won --force "signed"', KIM)


@pytest.mark.parametrize("move", [by_label, by_command, by_win])
def test_a_move_parses_each_text_once(move: Callable[[World], None]) -> None:
    world = a_busy_deal()
    move(world)
    # A run reads everything anew, so nothing is known of a comment yet.
    world.comments = {id_: replace(comment) for id_, comment in world.comments.items()}
    with (
        counted(command_syntax, "read", text) as commands,
        counted(journal_codec, "decode_fields", lambda _, payload: payload["issue"]) as cards,
        counted(fields, "_sections", text) as bodies,
        counted(Money, "parse", text) as amounts,
        counted(timeline, "stage_events", lambda issue, *_: issue.number) as events,
        counted(markdown, "read_marker", text) as markers,
        counted(recognition, "meant", lambda *_: "calls") as recognised,
    ):
        observed = world.observed()
        assert not data_needs(observed)
        decision = decide(observed, WORDS)
    assert decision.moves
    assert set(commands.values()) == {1}
    assert recognised["calls"] == len(commands)
    assert list(cards.values()) == [1]
    assert set(bodies.values()) == {1}
    assert set(amounts.values()) == {1}
    assert list(events.values()) == [1]
    assert markers[world.by_key("card").body] == 1
