"""A fault at a request of a drag, a label, a field, a new deal or a sync: the next sweep makes up for it.

Here is one fault for each kind of request; `python -m tests.e2e.board_ledger` plays them all, and prints the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.board_ledger import ADD, READ, SCENES, SHOW, Scene, disturb
from tests.e2e.play import Play

OF_THE_BOARD = (READ, SHOW, ADD, "list the board")
FAULT = {"read": "502", "list": "RATE_LIMITED", "write": "the answer is lost", "find": "502 for ever", "ask": "429"}
"""The fault at a request, by the first word of its name."""
ALL_OF = ("a drag", "a sync")
"""The scenes of which every kind of request is tried; of the others those to the board."""


def weather() -> Iterator[Any]:
    for scene in SCENES:
        for place in dict.fromkeys(scene.places):
            name = FAULT[place.split()[0]]
            if place not in OF_THE_BOARD and scene.name not in ALL_OF:
                continue
            yield pytest.param(scene, scene.places.index(place) + 1, name, id=f"{scene.name}: {name} at: {place}")
        yield pytest.param(scene, scene.places.index(SHOW) + 1, "the run dies before", id=f"{scene.name}: dead")


@pytest.mark.parametrize(("scene", "request_", "name"), list(weather()))
def test_the_next_sweep_makes_up_for_it(play: Play, scene: Scene, request_: int, name: str) -> None:
    row = disturb(play, scene, request_, name)
    assert row.in_the_end == "same", row
    if scene.places[request_ - 1] in OF_THE_BOARD and "dies" not in name and scene.name != "a sync":
        assert row.exit_code == 0, row
        assert row.said.startswith("The board was "), row
