"""Labels: names that people cannot tell apart are one, and all others are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.core.text.label_names import has_prefix, label_key, look_alikes


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("❤ won", "❤\ufe0f won", "❤\ufe0e won", ":heart: won", ":HEART: Won"), id="a heart"),
        pytest.param(("🏆 won", ":trophy: won"), id="an emoji by its name"),
        pytest.param(("👍 yes", ":+1: yes", ":thumbsup: yes"), id="an emoji with two names"),
        pytest.param(("🏳\ufe0f\u200d🌈 x", "🏳\u200d🌈 x", ":rainbow_flag: x"), id="an emoji of several characters"),
        pytest.param(("Größe", "GRÖSSE", "gro\u0308sse", "GRO\u0308\u1e9eE"), id="composed, decomposed, sharp s"),
        pytest.param(("İptal", "iptal", "IPTAL", "\u0131ptal", "i\u0307ptal"), id="the Turkish i"),
        pytest.param(
            ("stage:won", "\uff53\uff54\uff41\uff47\uff45\uff1awon", "ST\u200bAGE:won", "stage:w\xadon"),
            id="wide, invisible",
        ),
        pytest.param(("in talks", "in  talks", " in\u00a0talks ", "in\u3000talks\ufeff"), id="spaces"),
        pytest.param(("won\u2011over", "won-over"), id="a hyphen that does not break"),
        pytest.param(("ﬁnal Ⅳ", "FINAL IV"), id="ligatures and numerals"),
    ],
)
def test_names_that_look_alike_are_one(names: tuple[str, ...]) -> None:
    assert {label_key(name) for name in names} == {label_key(names[0])}
    assert look_alikes(["lead", *names]) == [names]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("won", "wön"), ("👍", "👍🏽"), (":heart:", ":broken_heart:"), ("🇬🇧", "🇩🇪"), ("stage:won", "stage won"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴"), (":no_such_emoji:", "no_such_emoji"),
        ("in talks", "intalks"), ("won", "won!"),
    ],
)  # fmt: skip
def test_names_that_people_tell_apart_are_two(one: str, other: str) -> None:
    assert label_key(one) != label_key(other)
    assert look_alikes([one, other]) == []


@given(st.text(st.sampled_from("aI \u0131İß:❤🏆\u0307\u0308\ufe0f\u200d\u200b+1heart_-")))
def test_a_key_is_its_own_key(name: str) -> None:
    assert label_key(label_key(name)) == label_key(name)


@pytest.mark.parametrize(
    ("name", "prefix", "has"),
    [
        ("Stage:\u200bwon", "stage:", True), (":dart: won", "🎯 ", True), ("staged", "stage ", False),
        ("stage won", "stage ", True), ("won", "", False), ("won", "stage:", False),
    ],
)  # fmt: skip
def test_a_prefix_is_what_a_name_begins_with_to_the_eye(name: str, prefix: str, has: bool) -> None:
    assert has_prefix(name, prefix) is has
