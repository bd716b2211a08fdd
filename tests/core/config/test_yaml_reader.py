"""Files that are no good as files: broken YAML, bombs, junk. One clear sentence, at the right place, and soon."""

from __future__ import annotations

import pytest
import yaml

from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core import config
from salesbot.core.config import yaml_reader
from salesbot.core.config.problems import ConfigError
from tests import cpu_time

KIB = 1024
LIMIT = 256 * KIB


def said_of(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.parse(text, "f", templates=(), zones=SystemTimeZones())
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture(params=[pytest.param("CSafeLoader", id="libyaml"), pytest.param("SafeLoader", id="Python alone")])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML: which one there is depends on how it was installed."""
    monkeypatch.setattr(yaml_reader, "_LOADER", getattr(yaml, request.param))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "a: 1\n\tb: 2", "f:2:1: a tab; YAML is indented with spaces. Replace the tab by spaces.", id="a tab"
        ),
        pytest.param(
            "notify:\n  new: @acme/sales",
            'f:2:8: a value cannot start with "@". Put it in quotes.',
            id="a mention without quotes",
        ),
        pytest.param(
            "currency: EUR\n timezone: UTC",
            "f:2:10: a colon too many, or the line is indented too far. Text with a colon goes in quotes.",
            id="a line indented too far",
        ),
        pytest.param(
            "initial: lead: qualified",
            "f:1:14: a colon too many, or the line is indented too far. Text with a colon goes in quotes.",
            id="two colons in a line",
        ),
        pytest.param(
            "sources: [web, fair\n",
            "f:1:20: a list was opened with [ and not closed, or lacks a comma",
            id="an open list",
        ),
        pytest.param(
            "stages: {lead: {}",
            "f:1:18: settings were opened with { and not closed, or lack a comma",
            id="open settings",
        ),
        pytest.param("currency: 'EUR\n\n", "f:1:15: a quote was opened and not closed", id="an open quote"),
        pytest.param(
            "sources: - web", "f:1:10: a list with dashes starts on a line of its own", id="a dash in the line"
        ),
        pytest.param("a: 1\n...\nb", "f:3:1: text after the end of the document", id="text after the end"),
        pytest.param(
            "a: 1\n---\nb: 2\n", "f:2:1: a second document starts here. Keep one of them.", id="two documents"
        ),
        pytest.param(
            "- lead\n", "f:1:1: the file must consist of settings, but is a list. Write key: value.", id="a list"
        ),
        pytest.param(
            "just text", 'f:1:1: the file must consist of settings, but is "just text". Write key: value.', id="text"
        ),
        pytest.param(
            "stages: !!python/object/apply:os.system [ls]",
            'f:1:9: stages: tags such as "tag:yaml.org,2002:python/object/apply:o…" are not supported. Leave it out.',
            id="a tag that would run a program",
        ),
        pytest.param(
            "deals: ! all", 'f:1:8: deals: tags such as "!" are not supported. Leave it out.', id="a bare tag"
        ),
        pytest.param("a: *b", 'f:1:4: a: "*b" refers to nothing that was written before it', id="an unknown alias"),
        pytest.param(
            "a: &b [*b]", 'f:1:8: a: "*b" refers to nothing that was written before it', id="an endless alias"
        ),
        pytest.param(
            "a: b\x00c",
            "f:1:5: a character that no text file holds (U+0000). Is this YAML, saved as UTF-8?",
            id="a file of bytes",
        ),
        pytest.param(
            "a: \ud83d",
            "f:1:4: a character that no text file holds (U+D83D). Is this YAML, saved as UTF-8?",
            id="no UTF-8",
        ),
    ],
)
@pytest.mark.usefixtures("either_parser")
def test_a_file_that_is_no_yaml_of_ours(text: str, said: str) -> None:
    assert said_of(text) == [said]


def test_places_are_counted_as_github_counts_them() -> None:
    assert said_of('sources: ["a\u2028b", "😀", web, web]\r\nx: 1') == [
        "f:1:11: sources: must be one line without spaces around it",
        'f:1:28: sources: names "web" twice. Keep one of them.',
        "f:2:1: x: unknown key",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "deals: all\ndeals: all", ["f:2:1: deals: is written twice, first in line 1. Keep one of them."], id="twice"
        ),
        pytest.param(
            "stages:\n  lead: {}\n  'lead': {}\n  lead: {}",
            [
                "f:3:3: stages.lead: is written twice, first in line 2. Keep one of them.",
                "f:4:3: stages.lead: is written twice, first in line 2. Keep one of them.",
            ],
            id="three times, once in quotes",
        ),
        pytest.param("? [a]\n: 1", ["f:1:3: a key must be a word, but is a list"], id="a list for a key"),
        pytest.param("? ''\n: 1", ['f:1:3: a key must be a word, but is ""'], id="no key"),
        pytest.param("stages: {null: {}}", ["f:1:10: stages: a key must be a word, but is null"], id="null for a key"),
        pytest.param("1: 2", ["f:1:1: 1: unknown key"], id="a number for a key is a word like any other"),
        pytest.param("<<: {deals: all}", ["f:1:1: <<: unknown key"], id="a merge key is a word like any other"),
    ],
)
def test_keys(text: str, said: list[str]) -> None:
    assert said_of(text) == said


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)
TOO_DEEP = "settings are nested more than 16 deep"
TOO_MANY = "more than 5000 values; an alias counts as everything it refers to. Make the file smaller."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[" * 900, f"f:1:17: {TOO_DEEP}", id="nine hundred brackets"),
        pytest.param("{" * 900, f"f:1:17: {TOO_DEEP}", id="nine hundred braces"),
        pytest.param("- " * (LIMIT // 2), f"f:1:33: {TOO_DEEP}", id="256 KiB of dashes"),
        pytest.param("? " * (LIMIT // 2), f"f:1:33: {TOO_DEEP}", id="256 KiB of question marks"),
        pytest.param(LAUGHS, f"f:4:30: a3: {TOO_MANY}", id="a billion laughs"),
        pytest.param(
            "a0: &a0 []\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 40)),
            f"f:16:12: a15: {TOO_DEEP}",
            id="aliases upon aliases",
        ),
        pytest.param("k: v\n" * (LIMIT // 5), f"f:2500:4: {TOO_MANY}", id="fifty thousand keys"),
        pytest.param("# x" + "\n" * LIMIT, "f:1:1: the file has 262,147 bytes; 262,144 are allowed", id="too large"),
        pytest.param(
            "# " + "ü" * LIMIT, "f:1:1: the file has 524,290 bytes; 262,144 are allowed", id="too large in bytes"
        ),
        pytest.param("x" * (LIMIT - 3) + ": 1", None, id="a key of 256 KiB"),
        pytest.param("a: " + "x" * (LIMIT - 3), "f:1:1: a: unknown key", id="a value of 256 KiB"),
        pytest.param("a: '" + "''" * (LIMIT // 2 - 2), "f:1:262145: a quote was opened and not closed", id="quotes"),
        pytest.param(
            "stages:\n"
            + "".join(f"  s{n}: {{next: [{', '.join(f'q{i}_{n}' for i in range(50))}]}}\n" for n in range(60)),
            None,
            id="three thousand unknown stages",
        ),
        pytest.param("".join(f"stagez{n}: v\n" for n in range(2400)), None, id="two thousand misspelled keys"),
        pytest.param("timezone: " + "E" * (LIMIT - 10), None, id="a very long time zone"),
        pytest.param("sources: [" + ", ".join(["[]"] * 4900) + "]", None, id="a list of lists"),
        pytest.param("\t" * LIMIT, None, id="256 KiB of tabs"),
        pytest.param("&a " * (LIMIT // 3), None, id="256 KiB of anchors"),
    ],
)
@pytest.mark.usefixtures("either_parser")
def test_a_hostile_file_is_refused_within_two_seconds(text: str, said: str | None) -> None:
    with cpu_time.at_most(2):
        found = said_of(text)
    assert said is None or found[-1] == said


@pytest.mark.parametrize("bracket", ["[", "{"])
def test_brackets_beyond_the_parsers_own_limit_are_named_the_same(bracket: str) -> None:
    """Where the C parser stops, which looks ahead, is its own business."""
    with cpu_time.at_most(2):
        assert said_of(bracket * LIMIT)[-1].endswith(f": {TOO_DEEP}")


def test_the_largest_file_there_may_be_is_read() -> None:
    assert config.parse("# ".ljust(LIMIT - 1, "x") + "\n", "f", templates=(), zones=SystemTimeZones()) == config.parse(
        None, "f", templates=(), zones=SystemTimeZones()
    )


def test_many_small_aliases_are_no_bomb() -> None:
    text = "lost_reasons: &why [price, timing]\nreject_reasons: *why\nsources: *why\n"
    assert config.parse(text, "f", templates=(), zones=SystemTimeZones()).sources == ("price", "timing")
