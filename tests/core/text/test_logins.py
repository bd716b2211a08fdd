"""People are named as GitHub names them; what ends a sentence is no part of a name."""

from __future__ import annotations

import pytest

from salesbot.core.text import logins, next_step


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("call @bob", ["bob"], id="at the end"),
        pytest.param("call @bob.", ["bob"], id="a full stop"),
        pytest.param("@bob, please (and @kim_acme)!", ["bob", "kim_acme"], id="a comma, brackets, a managed user"),
        pytest.param("@Bob and @bob", ["bob"], id="twice the same"),
        pytest.param("@bob's offer", ["bob"], id="an apostrophe"),
        pytest.param("write to bob@example.com", [], id="a mail address"),
        pytest.param("ask @acme/sales", [], id="a team"),
        pytest.param("see @example.com", [], id="a domain"),
        pytest.param(f"@{'a' * 40}", [], id="a name too long for GitHub"),
        pytest.param("@ 10:00", [], id="a time"),
        pytest.param("@-bob @_bob", [], id="names that GitHub does not give"),
    ],
)
def test_mentions(text: str, named: list[str]) -> None:
    assert [name.casefold() for name in logins.mentions(text)] == named


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("@bob", "bob"), ("@bob.", "bob"), ("@bob,", "bob"), ("@bob!?", "bob"), ("@kim_acme", "kim_acme"),
        ("bob", None), ("@", None), ("@bob/x", None), ("@bob's", None), ("@a.b", None),
    ],
)  # fmt: skip
def test_a_word_that_is_a_mention(word: str, name: str | None) -> None:
    assert logins.mention(word) == name


def test_a_text_that_mentions_nobody() -> None:
    assert logins.unmentioned("call @bob and @kim_acme, bob@example.com") == "call bob and kim_acme, bob@example.com"


@pytest.mark.parametrize("name", ["kim", "kim_acme", "k-m", "a1"])
def test_a_next_step_is_read_as_it_is_written(name: str) -> None:
    step = next_step.parse(f"2026-11-27: send it ({name})")
    assert step is not None
    assert (step.what, step.who) == ("send it", name)
