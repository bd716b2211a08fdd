"""Amounts at the end of a line of an estimate: what is read, what is named, and what is no amount."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.core.text.estimate_lines import DAYS, EstimateLine, LineAmount, Units, read
from tests import cpu_time

UNITS = Units("EUR", frozenset({"default", "senior"}), Decimal(8))


def line(text: str) -> EstimateLine:
    return read(text, UNITS)


def amount(text: str) -> tuple[str, str, str] | None:
    found = line(text).amount
    return (f"{found.low.normalize():f}", f"{found.high.normalize():f}", found.unit) if found else None


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("Design: 8 d @nora", "8", "8", DAYS),
        ("Shop theme: 4-6 d", "4", "6", DAYS),
        ("Shop theme: 4 \u2013 6 days", "4", "6", DAYS),
        ("Shop theme: 4 to 6 d", "4", "6", DAYS),
        ("Shop theme 4 to 6 d", "4", "6", DAYS),
        ("Shop theme 4-6 d", "4", "6", DAYS),
        ("Tests: 20 h", "2.5", "2.5", DAYS),
        ("Tests: 4 h - 1 d", "0.5", "1", DAYS),
        ("Launch: 2w", "10", "10", DAYS),
        ("Launch: 2 weeks", "10", "10", DAYS),
        ("Entwurf: 1,5 Tage", "1.5", "1.5", DAYS),
        ("Design: 2.5d", "2.5", "2.5", DAYS),
        ("Design 8 d", "8", "8", DAYS),
        ("Design - 8 d", "8", "8", DAYS),
        ("**Design**: **8 d**", "8", "8", DAYS),
        ("Design (8 d, @nora)", "8", "8", DAYS),
        ("Design: @nora 8 d.", "8", "8", DAYS),
        ("Design: ca. 8 d", "8", "8", DAYS),
        ("Design: ~8 d", "8", "8", DAYS),
        ("Design: ~~12 d~~ 8 d", "8", "8", DAYS),
        ("Phase 1: 2 - 8 d", "2", "8", DAYS),
        ("iOS 17 app: 8 d", "8", "8", DAYS),
        ("Hosting: 1,200 EUR", "1200", "1200", "EUR"),
        ("Hosting: 1.200,50 EUR", "1200.5", "1200.5", "EUR"),
        ("Hosting: 1 200 EUR", "1200", "1200", "EUR"),
        ("Hosting: 1,200,- EUR", "1200", "1200", "EUR"),
        ("Hosting: \u20ac1,000 \u2013 \u20ac1,500", "1000", "1500", "EUR"),
        ("Hosting: 20-30k EUR", "20000", "30000", "EUR"),
        ("Hosting: $500", "500", "500", "USD"),
        ("Hosting: 0 EUR", "0", "0", "EUR"),
    ],
)
def test_amounts_people_write(text: str, low: str, high: str, unit: str) -> None:
    assert amount(text) == (low, high, unit), line(text).problem


@pytest.mark.parametrize(
    ("text", "what", "people", "rate"),
    [
        ("Design: 8 d senior @nora", "Design", ("nora",), "senior"),
        ("Design: 8 d (Senior) @nora @kim", "Design", ("nora", "kim"), "senior"),
        ("Design 8 d by @nora", "Design", ("nora",), ""),
        ("Senior review: 8 d", "Senior review", (), ""),
    ],
)
def test_a_line_names_what_who_and_which_rate(text: str, what: str, people: tuple[str, ...], rate: str) -> None:
    assert line(text) == EstimateLine(what, people, LineAmount(Decimal("8.0"), Decimal("8.0"), DAYS, rate))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Design: 8 dayz", "dayz"),
        ("Design: 3 months", "months"),
        ("Design: 8 d junior", "junior"),
        ("Design: 8 d, maybe more", "behind it"),
        ("Design: 6-4 d", "larger"),
        ("Design: -5 d", "cannot be read"),
        ("Design: 8 d + 4 d", "two ways"),
        ("Design: 2 x 8 d", "two ways"),
        ("Design: 8 or 10 d", "two ways"),
        ("Design: up to 8 d", "two ways"),
        ("Phase 1 - 8 d", "two ways"),
        ("Sprint 2 8 d", "two ways"),
        ("Hosting 2 400 EUR", "two ways"),
        ("Design: 1.333 d", "1.33 d"),
        ("Design: 999999 d", "more than"),
        ("Hosting: 1000 EUR - 1500 USD", "two currencies"),
        ("Hosting: 5 kr", "SEK"),
        ("Hosting: 1,200 EUR / month", "cannot be read"),
        ("Hosting: 1,200 EUR senior", "senior"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, named: str) -> None:
    found = line(text)
    assert found.amount is None
    assert named in found.problem
    assert found.is_surely_one


@pytest.mark.parametrize("text", ["Design: 8", "Workshops: 3 sessions", "Hosting: 1.2k"])
def test_a_number_without_a_unit_may_mean_something_else(text: str) -> None:
    assert line(text).problem
    assert not line(text).is_surely_one


@pytest.mark.parametrize(
    "text",
    [
        "Tests @kim",
        "Tests: TBD",
        "No package over 5 days; the three largest estimated twice",
        "Fixed price or time and material; payment steps; valid until",
        "Valid until: 2027-03-01",
        "Read RFC 7231",
        "Kick-off at 10:30",
        "",
    ],
)
def test_most_lines_carry_no_amount(text: str) -> None:
    found = line(text)
    assert (found.amount, found.problem) == (None, "")


def test_hours_of_a_day_are_configured() -> None:
    assert read("Tests: 15 h", Units(hours_per_day=Decimal("7.5"))).amount == LineAmount(Decimal(2), Decimal(2))


@given(st.text(alphabet="aD 0123456789.,'-\u2013~*@:()+/\u20ackEURdh", max_size=60))
def test_any_line_is_read_or_named(text: str) -> None:
    found = line(text)
    assert found.amount is None or not found.problem
    assert found.amount is None or Decimal(0) <= found.amount.low <= found.amount.high


@pytest.mark.parametrize("sign", ["1", "~a", "1 ", "*", "@a ", ": ", "1-", "\u20ac", "d ", "((", "1,"])
def test_a_hostile_line_takes_no_time(sign: str) -> None:
    with cpu_time.at_most(0.5):
        line(sign * 20_000 + " 8 d")
