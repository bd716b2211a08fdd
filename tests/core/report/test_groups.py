"""What is one: words that are spelled differently, stays in a stage, what happened to a deal in a week."""

from __future__ import annotations

from typing import Any

import pytest

from salesbot.core.report import as_json
from salesbot.core.report.field_values import word_key
from tests.core.report.test_uncountable import LEAD, a_report, an_issue
from tests.core.report.test_view import text

LOST = ("labeled", "stage:lost", "2026-11-20T09:00:00Z")
CLOSED: dict[str, Any] = {"state": "CLOSED", "state_reason": "NOT_PLANNED", "closed_at": "2026-11-20T09:00:00Z"}
CONFIG = """
timezone: Europe/Berlin
fields: {size: {label: Size, type: choice, options: [Café, "two or more"]}}
"""


def lost(body: str) -> dict[str, Any]:
    return an_issue(body, LEAD, LOST, **CLOSED)


# Words


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("Price", id="a capital letter"),
        pytest.param("price ", id="a space behind it"),
        pytest.param("PRICE!", id="shouted"),
        pytest.param("“price”", id="in quotation marks"),
        pytest.param("príce", id="an accent"),
        pytest.param("price: they were cheaper", id="with more behind it"),
        pytest.param("Price.\n\nThey were cheaper", id="with more below it"),
        pytest.param("price\n\n### Competitor\n\nHooli", id="with a note below a heading of its own"),
    ],
)
def test_a_reason_counts_as_the_configured_one_however_it_is_spelled(written: str) -> None:
    made = as_json.values(a_report(lost("### Reason\n\nprice"), lost(f"### Reason\n\n{written}")))
    assert [(each["reason"], each["count"]) for each in made["lost_by_reason"]] == [("price", 2)]


def test_words_that_are_not_configured_are_one_group_under_their_most_frequent_spelling() -> None:
    written = ("Trade fair", "trade-fair", "trade fair!", "Trade fair", "a friend")
    made = as_json.values(a_report(*(lost(f"### Source\n\n{word}\n\n### Reason\n\n{word}") for word in written)))
    assert [(each["name"], each["lost"]) for each in made["by"]["source"]] == [("Trade fair", 4), ("a friend", 1)]
    assert [(each["reason"], each["count"]) for each in made["lost_by_reason"]] == [("Trade fair", 4), ("a friend", 1)]


def test_sources_and_choices_are_spelled_as_configured() -> None:
    bodies = [
        f"### Source\n\n{source}\n\n### Size\n\n{size}" for source, size in (("Website", "cafe"), ("WEB-SITE", "CAFÉ "))
    ]
    made = as_json.values(a_report(*map(lost, bodies), config=CONFIG))
    assert [(each["name"], each["lost"]) for each in made["by"]["source"]] == [("website", 2)]
    assert [(each["name"], each["lost"]) for each in made["by"]["size"]] == [("Café", 2)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("ガス", "カス", id="Japanese: the marks tell words apart"),
        pytest.param("की", "का", id="Hindi: vowels are marks"),
        pytest.param("C++", "C", id="signs that are no punctuation"),
        pytest.param("???", "!!!", id="nothing but punctuation"),
        pytest.param("price", "prize", id="another word"),
    ],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert word_key(one) != word_key(other)


def test_owners_are_not_words_but_logins() -> None:
    made = as_json.values(a_report(*({**lost(""), "assignees": [login]} for login in ("a-b", "ab"))))
    assert {each["name"] for each in made["by"]["owner"]} == {"a-b", "ab"}


# Stays


def swap(before: str, after: str, day: str) -> list[tuple[str, str, str]]:
    at = f"{day}T09:00:00Z"
    return [("unlabeled", f"stage:{before}", at), ("labeled", f"stage:{after}", at)]


def test_a_deal_that_came_back_to_a_stage_is_not_stuck_because_of_its_earlier_stay() -> None:
    since = {"created_at": "2026-06-01T09:00:00Z"}
    lead = ("labeled", "stage:lead", "2026-06-01T09:00:00Z")
    away, home = swap("lead", "qualified", "2026-11-01"), swap("qualified", "lead", "2026-11-20")
    back, stuck = an_issue("", lead, *away, *home, **since), an_issue("", lead, **since)
    made = as_json.values(a_report(back, stuck))
    assert next(stage["stuck"] for stage in made["stages"] if stage["stage"] == "lead") == [2]


# One week


NEW = ("labeled", "stage:lead", "2026-11-18T09:00:00Z")
CREATED = "2026-11-18T09:00:00Z"


@pytest.mark.parametrize(
    ("end", "kind", "title"),
    [
        pytest.param("lost", "lost", "Lost", id="new and lost"),
        pytest.param("won", "won", "Won", id="new and won"),
        pytest.param("rejected", "rejected", "Rejected by us", id="new and rejected"),
        pytest.param("revisit", "put_off", "Put off", id="new and put off"),
    ],
)
def test_a_new_deal_counts_as_new_and_as_what_took_it_out(end: str, kind: str, title: str) -> None:
    closed = CLOSED if end != "revisit" else {}
    issue = an_issue("### Value\n\n900", NEW, ("labeled", f"stage:{end}", LOST[2]), created_at=CREATED, **closed)
    movement = as_json.values(a_report(issue))["movement"]
    assert {name: count for name, count in movement.items() if count == 1} == {"new": 1, kind: 1}
    assert movement["bridge"] == {"then": "0.00", "steps": [], "now": "0.00"}
    assert f"**New: 1**\n\n- [Acme GmbH](https://x/acme/sales/issues/1), 900 EUR: {end}\n" in text(issue)
    assert f"**{title}: 1**" in text(issue)


def test_a_new_deal_that_moved_on_counts_as_new_only() -> None:
    issue = an_issue("", NEW, ("labeled", "stage:qualified", LOST[2]), created_at=CREATED)
    movement = as_json.values(a_report(issue))["movement"]
    assert {name for name, count in movement.items() if count == 1} == {"new"}


@pytest.mark.parametrize(
    ("won_on", "way"),
    [
        pytest.param("2026-11-18T09:00:00Z", "lead → won → lost", id="won and lost in the same week"),
        pytest.param("2026-11-12T09:00:00Z", "won → lost", id="won before"),
    ],
)
def test_a_won_deal_that_was_moved_to_lost_stays_in_the_weeks_story(won_on: str, way: str) -> None:
    issue = an_issue("### Value\n\n900", LEAD, ("labeled", "stage:won", won_on), LOST, **CLOSED)
    made = as_json.values(a_report(issue))
    assert (made["movement"]["lost"], made["movement"]["won"], made["won"]["month"]["count"]) == (1, 0, 0)
    assert f"**Lost: 1**\n\n- [Acme GmbH](https://x/acme/sales/issues/1), 900 EUR: {way}\n" in text(issue)
