"""What is odd about a project or about what is delivered of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from salesbot.core.model.board import BoardField, BoardView
from salesbot.core.policies import board_view
from tests.core.policies.boards import APP, PROJECT, a_pipeline


def test_what_a_project_has_twice_is_named() -> None:
    fields = (
        *(replace(f, options={**f.options, "x": "LEAD"} if f.options else f.options) for f in PROJECT.fields),
        BoardField("F_twice", "next-on", "DATE"),
    )
    view = BoardView(replace(PROJECT, fields=fields), APP)
    found = list(board_view.problems(view, a_pipeline()))
    assert len(found) == 2
    assert "2 fields that mean Next on" in found[0]
    assert "2 options that mean lead" in found[1]


@pytest.mark.parametrize(
    ("type_", "to", "shown"),
    [
        pytest.param("number", float("nan"), "NaN", id="no number"),
        pytest.param("number", 1e300, "1E+300", id="beyond all measure"),
        pytest.param("number", 24000, "24000", id="an amount"),
        pytest.param("number", True, "", id="neither"),
        pytest.param("text", "x" * 100_000, "x" * 100_000, id="100 kB"),
        pytest.param("date", "2026-12-24T00:00:00+00:00", "2026-12-24", id="a day"),
        pytest.param("single_select", {"id": "o1"}, "o1", id="a column"),
        pytest.param("single_select", {"name": "Won"}, "", id="a column without an id"),
        pytest.param("text", None, "", id="emptied"),
        pytest.param("text", ["x"], "", id="a list"),
    ],
)
def test_a_delivery_is_compared_with_what_the_board_shows(type_: str, to: object, shown: str) -> None:
    assert board_view.as_shown(type_, to) == shown
