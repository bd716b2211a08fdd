"""Texts made to break a program: whatever somebody writes into any field or comment, no run fails or takes long.

Every other text is an outsider's. `python -m tests.hostile` feeds ten thousand of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from tests import hostile
from tests.hostile import CORPUS, DEALS_OF_A_REPORT, HEADINGS, WORDS
from tests.world import KIM, World

SHORT, DIGITS = 400, 4_400
"""Characters: of most texts, and of those in which the number of digits counts."""


def cut(text: str) -> str:
    return text[: DIGITS if any(sign.isdigit() for sign in text[:8]) else SHORT]


def everywhere(text: str) -> Iterator[str]:
    """Give a text for each field, the title and each comment; as long as it is only to the first comment."""
    return chain(repeat(cut(text), len(HEADINGS) + 1), [text], repeat(cut(text)))


@pytest.mark.parametrize("first", range(0, len(CORPUS), DEALS_OF_A_REPORT))
def test_no_field_ends_a_run(first: int) -> None:
    texts = list(enumerate(CORPUS))[first : first + DEALS_OF_A_REPORT]
    hostile.report([hostile.play(everywhere(text), number) for number, text in texts])


@pytest.mark.parametrize("text", CORPUS, ids=[ascii(text[:24]) for text in CORPUS])
def test_no_command_ends_a_run(text: str) -> None:
    begun, world = time.process_time(), World()
    for word in WORDS[CORPUS.index(text) % 2 :: 2]:
        world.comment(f"/{word} {cut(text)}", KIM)
    world.run()
    assert time.process_time() - begun < hostile.SLOW


def test_a_sample_of_the_ten_thousand_ends_no_event_no_sweep_and_no_report() -> None:
    assert hostile.feed(400, seed=1) >= 400
