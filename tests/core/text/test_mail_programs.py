"""Replies of many programs in many languages: what they quote is never read, what their writer wrote always is."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from salesbot.core.text import command_syntax

SHAPES = yaml.safe_load((Path(__file__).parent / "mail_programs.yml").read_text(encoding="utf-8"))
INTRODUCTIONS: dict[str, str] = SHAPES["introductions"]
HEADERS: dict[str, str] = SHAPES["headers"]


def words(text: str) -> list[str]:
    return [line.word for line in command_syntax.read(text)]


@pytest.mark.parametrize("between", [pytest.param("\n", id="close"), pytest.param("\n\n", id="apart")])
@pytest.mark.parametrize("shape", [*INTRODUCTIONS.values(), *HEADERS.values()], ids=[*INTRODUCTIONS, *HEADERS])
def test_nothing_below_a_quoted_mail_is_read(shape: str, between: str) -> None:
    for ending in ("\n", "\r\n"):
        reply = f"/value 31k\nNot yet.{between}{shape.rstrip()}{between}/lost price\n\nText.\n\n/won\n".replace(
            "\n", ending
        )
        assert words(reply) == ["value"]


@pytest.mark.parametrize("shape", INTRODUCTIONS.values(), ids=INTRODUCTIONS)
def test_below_lines_with_a_quotation_mark_the_writer_goes_on(shape: str) -> None:
    quoted = "> shall we?\n>\n> /lost price\n"
    assert words(f"{shape}\n{quoted}\n/value 31k\n") == ["value"]
    assert words(f"{shape}\n\n{quoted}\nYes.\n\n> /won\n\n/value 31k\n-- \nKim\n/won") == ["value"]


OWN = [
    pytest.param("On Monday Ann wrote: /won\n/value 31k", id="a weekday is no date of a mail"),
    pytest.param("On Monday Ann wrote:\n\n/value 31k", id="a weekday, in paragraphs"),
    pytest.param("On Monday at 10:00 Ann wrote:\n/value 31k", id="a weekday and a time"),
    pytest.param("Am 23. November schrieb Kim dazu:\n/value 31k", id="a day, and no year"),
    pytest.param("Call with Ann, 23.11.2026 10:00:\n\n/value 31k", id="minutes of a call"),
    pytest.param("Meeting 2026-11-23, 10:00, outcome:\n/value 31k", id="an outcome"),
    pytest.param("Contact: Ann <ann@example.com>\nMeeting: 23.11.2026 10:00\nBudget: 24k\n/value 31k", id="notes"),
    pytest.param("Client: Ann <ann@example.com>\nCall: 23.11.2026 10:00\nBudget: 24k\n\n/value 31k", id="notes, apart"),
    pytest.param("From: Berlin\nTo: Hamburg\nDate: 1 December\n\n/value 31k", id="a journey"),
    pytest.param("Invoice to ann@example.com by 1.12.2026.\n/value 31k", id="an address and a date"),
    pytest.param("--- Update ---\n/value 31k", id="a title between dashes"),
    pytest.param("---- 23.11.2026 ----\n\n/value 31k", id="a day between dashes"),
    pytest.param("----- what changed -----\n- scope: bigger\n\n/value 31k", id="a title with a list"),
    pytest.param("___\n/value 31k", id="a short line of underscores"),
    pytest.param("Sent with the contract attached.\n/value 31k", id="something was sent"),
    pytest.param("https://example.com/?at=2026-11-23:10:00\n/value 31k", id="an address of a page"),
    pytest.param("Agenda:\n10:00 price\n11:00 scope\n\n/value 31k", id="an agenda"),
]


@pytest.mark.parametrize("text", OWN)
def test_a_persons_own_sentence_ends_nothing(text: str) -> None:
    assert words(text) == ["value"]


def test_a_notification_that_is_quoted_without_marks_says_that_the_text_came_by_mail() -> None:
    footer = "—\nReply to this email directly, view it on GitHub, or unsubscribe."
    assert words(f"/value 31k\n\n23.11.2026 10:00, Ann Lee:\n\n/lost price\n\n{footer}") == ["value"]
    quoted = footer.replace("\n", "\n> ")
    assert words(f"/value 31k\n\n23.11.2026 10:00, Ann Lee:\n\n/won\n\n> {quoted}") == ["value", "won"]
