"""Did you mean …: what is guessed, and from what nothing is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.core.text.suggestions import did_you_mean, misspelled, nearest
from tests import cpu_time

KNOWN = ["won", "lost", "lead", "qualify", "negotiate", "value", "next", "assign", "unassign", "reopen"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("won", "won", id="the word itself"),
        pytest.param("WON", "won", id="in capitals"),
        pytest.param("wonn", "won", id="a letter too many"),
        pytest.param("vlue", "value", id="a letter too few"),
        pytest.param("lust", "lost", id="a wrong letter"),
        pytest.param("nxet", "next", id="two letters exchanged"),
        pytest.param("wonderful", None, id="another word that begins alike"),
        pytest.param("vleu", None, id="two slips in a short word"),
        pytest.param("qalifi", "qualify", id="two slips in a word of six"),
        pytest.param("qalif", None, id="two slips in a word of five"),
        pytest.param("qualification", None, id="another form of the word"),
        pytest.param("ngotate", "negotiate", id="two letters missing"),
        pytest.param("wo", None, id="two letters are too few to guess from"),
        pytest.param("cc", None, id="copies are no command"),
        pytest.param("etc", None, id="talk"),
        pytest.param("assgin", "assign", id="the nearer one of two"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_misspelled(word: str, meant: str | None) -> None:
    assert misspelled(word, KNOWN) == meant
    assert meant is None or nearest(word, KNOWN) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("qualification", "qualify", id="another form of the word"),
        pytest.param("negotiations", "negotiate", id="another form of a long word"),
        pytest.param("vleu", "value", id="two slips in a short word"),
        pytest.param("wonderful", None, id="another word that begins alike"),
        pytest.param("wo", None, id="two letters are too few to guess from"),
        pytest.param("frobnicate", None, id="a word like none of them"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_nearest(word: str, meant: str | None) -> None:
    assert nearest(word, KNOWN) == meant


def test_two_letters_find_a_word_of_two_letters() -> None:
    assert nearest("go", ["going", "go"]) == "go"


LETTERS = st.text("abcde", min_size=6, max_size=9)


@given(LETTERS, st.integers(0, 8), st.sampled_from("xyz"))
def test_one_slip_is_always_found(word: str, place: int, letter: str) -> None:
    at = place % len(word)
    exchanged = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if at else word
    for slip in (
        word[:at] + letter + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at + 1 :],
        exchanged,
    ):
        assert misspelled(slip, [word]) == nearest(slip, [word]) == word
    assert misspelled(f"{word}xyz", [word]) is None
    assert nearest("xyz" * len(word), [word]) is None


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        pytest.param("lod", ["lead", "lost", "load"], "Did you mean load?", id="one comes close"),
        pytest.param("xyz", ["lead", "lost"], "There are: lead, lost.", id="none comes close: there are few"),
        pytest.param("xyz", [str(number) for number in range(21)], "", id="none comes close, and there are many"),
        pytest.param("xyz", [], "", id="there are none"),
    ],
)
def test_did_you_mean(word: str, known: list[str], hint: str) -> None:
    assert did_you_mean(word, known) == hint


def test_a_very_long_word_is_compared_by_its_beginning() -> None:
    with cpu_time.at_most(1):
        assert nearest("lead" * 100_000, ["lead" * 10]) == "lead" * 10
