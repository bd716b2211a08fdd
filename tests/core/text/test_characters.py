"""Nothing that nobody sees keeps a command from being read, and nothing that people see gets lost."""

from __future__ import annotations

import unicodedata

import pytest

from salesbot.core.text import characters, command_syntax
from tests import cpu_time

# Default_Ignorable_Code_Point, DerivedCoreProperties.txt of Unicode 16; Python's own data do not have it.
IGNORABLE = [
    *[(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)],
    *[(0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)],
    *[(0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)],
]
UNSEEN = sorted(
    {code for first, last in IGNORABLE for code in range(first, last + 1)}
    | {code for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cf", "Zs")}
    | {0x2028, 0x2029, 0x2800, 0x85}
)


@pytest.mark.parametrize(
    "body",
    [
        "{0}/lost{0} price",
        "{0}{0}{0}{0}{0}/lost price{0}",
        "Text.\n{0}/lost price",
        " {0}/lost\u00a0{0}price",
        "{0} /lost price",
    ],
)
def test_a_command_is_read_whatever_stands_around_it_unseen(body: str) -> None:
    for code in UNSEEN:
        if chr(code) == " ":
            continue
        (line,) = command_syntax.read(body.format(chr(code)))
        assert (line.word, line.rest.split()) == ("lost", ["price"]), hex(code)


def test_they_may_be_mixed() -> None:
    for code in UNSEEN:
        assert command_syntax.read(f"\ufe0f\u0600\u00a0{chr(code)}\u200b\u00a0\u00a0\u00a0\u00a0\u3164/won"), hex(code)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\u2764\ufe0f", id="a red heart"),
        pytest.param("\U0001f469\u200d\U0001f467", id="a family"),
        pytest.param("1\ufe0f\u20e3", id="a digit in a box"),
        pytest.param("\u0645\u06cc\u200c\u062e", id="a Persian word"),
        pytest.param("\u0600\u0661\u0662", id="an Arabic number"),
        pytest.param("a\tb\r\nc\rd\n", id="tabs and line ends"),
    ],
)
def test_what_belongs_to_a_text_stays(text: str) -> None:
    assert characters.visible(text) == text
    assert characters.typed(text) == text


@pytest.mark.parametrize("body", ["    /won", "\t/won", "    \u00a0/won"])
def test_what_is_code_to_markdown_stays_code(body: str) -> None:
    assert command_syntax.read(body) == []


@pytest.mark.parametrize(
    "piece", ["\ufe0f", "\u0600", "\u200d", "\u0600\ufe0f", "\u00a0", "\n\u00a0", " \u00a0", "é\u200d"]
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    with cpu_time.at_most(0.5):
        characters.typed((piece * 65_536)[:65_536])
