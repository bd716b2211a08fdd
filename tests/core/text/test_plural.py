"""Counts in words."""

from __future__ import annotations

import pytest

from salesbot.core.text.plural import counted


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 deals"), (1, "1 deal"), (2, "2 deals"), (1200, "1,200 deals")], ids=str
)
def test_one_thing_is_singular_and_all_other_counts_are_plural(count: int, text: str) -> None:
    assert counted(count, "deal") == text


def test_an_irregular_plural_is_given() -> None:
    assert [counted(1, "box", "boxes"), counted(3, "box", "boxes")] == ["1 box", "3 boxes"]
