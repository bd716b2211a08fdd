"""Estimated, offered and won: in the numbers, the table, the CSV and the JSON; without estimates nothing of it."""

from __future__ import annotations

import csv
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from salesbot.core.model.estimate import Range
from salesbot.core.model.journal import Cursor, EstimatedRound, Journal
from salesbot.core.report import as_csv, as_json, field_values
from salesbot.core.report.compute import Report, compute_report
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.reader import group_headings
from salesbot.core.report.stage_intervals import StageInterval
from salesbot.core.report.view_report import report_values
from tests.core.report.made import SCOPE
from tests.core.report.stories import NOW

THEN = NOW - timedelta(days=30)


def deal(number: int, value: int | None, low: int | None, high: int | None = None, **more: Any) -> CountedDeal:
    stage = more.pop("stage", "won")
    closed = more.pop("closed", THEN if stage == "won" else None)
    estimate = Range(Decimal(low), Decimal(high or low)) if low is not None else None
    intervals = (StageInterval(stage, closed or THEN),)
    choices = tuple("" for _ in group_headings(SCOPE))
    return CountedDeal(
        number, "Shop", "Acme", THEN, stage, intervals, closed=closed, estimate=estimate, choices=choices,
        value=Decimal(value) if value is not None else None, **more,
    )  # fmt: skip


DEALS = (
    deal(1, 36000, 40000, owner="nora", service="Shop"),
    deal(2, 22000, 18000, 20000, owner="nora", service="shop"),
    deal(3, 9000, 8000, 10000, owner="kim", service="App"),
    deal(4, 50000, None, owner="nora"),
    deal(5, None, 7000, owner="nora"),
    deal(6, 5000, 4000, owner="nora", closed=NOW - timedelta(days=500)),
    deal(7, 12000, 10000, stage="qualified"),
    deal(8, 3000, 2000, stage="lost", closed=THEN),
)


def report(*deals: CountedDeal) -> Report:
    return compute_report(deals, SCOPE)


def test_won_deals_of_the_window_with_a_value_and_an_estimate_count() -> None:
    found = report(*DEALS).estimates
    assert (found.won.count, found.won.estimate, found.won.value) == (
        3, Range(Decimal(66000), Decimal(70000)), Decimal(67000),
    )  # fmt: skip
    assert (found.offered.count, found.offered.value) == (1, Decimal(12000))
    assert found.won.off.median == pytest.approx(0), "-10 %, 10 % and within"


def test_how_far_estimates_were_off_by_owner_and_service() -> None:
    by = report(*DEALS[:3]).estimates.by
    assert [(each.name, each.count, round(each.off.median or 0, 9)) for each in by["Owner"]] == [
        ("nora", 2, 0), ("kim", 1, 0),
    ]  # fmt: skip
    assert [(each.name, each.count) for each in by["Service"]] == [("Shop", 2), ("App", 1)]


def test_the_table_in_words() -> None:
    rows = report_values(report(DEALS[0], DEALS[6]))["estimates"]
    assert [(each["name"], each["estimate"], each["value"], each["off"]) for each in rows] == [
        ("open, as offered", "10,000 EUR", "12,000 EUR", "+20 %"),
        ("won", "40,000 EUR", "36,000 EUR", "\N{MINUS SIGN}10 %"),
        ("owner nora", "40,000 EUR", "36,000 EUR", "\N{MINUS SIGN}10 %"),
        ("service Shop", "40,000 EUR", "36,000 EUR", "\N{MINUS SIGN}10 %"),
    ]


def test_csv_and_json() -> None:
    rows = list(csv.DictReader(as_csv.text(report(*DEALS[1:4])).splitlines()))
    assert [(row["estimated_low"], row["estimated_high"], row["value"]) for row in rows] == [
        ("18000.00", "20000.00", "22000.00"), ("8000.00", "10000.00", "9000.00"), ("", "", "50000.00"),
    ]  # fmt: skip
    found = as_json.values(report(DEALS[0]))["estimates"]
    assert found["won"] == {
        "name": None, "count": 1, "estimated_low": "40000.00", "estimated_high": "40000.00", "value": "36000.00",
        "off": pytest.approx(-0.1),
    }  # fmt: skip
    assert found["by"]["service"][0]["name"] == "Shop"


def test_without_estimates_nothing_is_shown() -> None:
    plain = report(DEALS[3])
    assert report_values(plain)["estimates"] == []
    assert "estimates" not in as_json.values(plain)


@pytest.mark.parametrize(
    ("kept", "counts"),
    [
        pytest.param(EstimatedRound(1, "8000 EUR", "10000 EUR"), True, id="all of it is money"),
        pytest.param(EstimatedRound(1, "8000 EUR", "10000 EUR", "3 d"), False, id="some days have no rate"),
        pytest.param(EstimatedRound(1, "", "", "3 d"), False, id="nothing of it is money"),
        pytest.param(EstimatedRound(1, "8000 CHF", "10000 CHF"), False, id="of another currency"),
        pytest.param(EstimatedRound(1, "lots", "more"), False, id="what somebody wrote into the card"),
    ],
)
def test_the_last_round_of_the_journal_counts(kept: EstimatedRound, counts: bool) -> None:
    journal = Journal(1, 7, "won", Cursor(NOW), NOW, estimates=(EstimatedRound(1, "1 EUR", "1 EUR"), kept))
    found = field_values.estimated(journal, SCOPE)
    assert found == (Range(Decimal(8000), Decimal(10000)) if counts else None)
