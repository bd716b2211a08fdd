"""One truth in every place: issue, page, CSV and JSON, tables and charts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import pytest

from salesbot.core.report import as_csv, as_json, charts, formatting
from salesbot.core.report.compute import Report
from salesbot.core.report.view_charts import chart_values
from salesbot.tasks import report_files
from tests.core.report.test_uncountable import LEAD, a_report, an_issue
from tests.core.report.test_view import text

WON_ON = "2026-11-12T09:00:00Z"
CLOSED: dict[str, Any] = {"state": "CLOSED", "state_reason": "COMPLETED", "closed_at": WON_ON}
RATE = "timezone: Europe/Berlin\nreport: {rates: {USD: 0.125}}"


def a_lead(value: str, more: str = "") -> dict[str, Any]:
    return an_issue(f"### Value\n\n{value}\n\n{more}", LEAD)


def won(value: str) -> dict[str, Any]:
    events = (LEAD, ("unlabeled", "stage:lead", WON_ON), ("labeled", "stage:won", WON_ON))
    return an_issue(f"### Value\n\n{value}\n", *events, **CLOSED)


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv.text(report))))


def test_a_value_without_a_rate_is_beside_the_sum_in_every_place() -> None:
    december = "### Expected close\n\n2026-12-20"
    issues = a_lead("1000 EUR", december), a_lead("200 GBP", december)
    made, both = a_report(*issues), "1,000 EUR + 200 GBP"
    assert f"**{both}** open in 2 deals, weighted **100 EUR + 20 GBP**" in text(*issues)
    assert f"| 2026-12 | 2 | {both} | 100 EUR + 20 GBP |  |" in text(*issues)
    assert f"<b>{both}</b>" in report_files.page(made)
    numbers = as_json.values(made)
    beside = {"other_currencies": {"GBP": "200.00"}, "other_currencies_weighted": {"GBP": "20.00"}}
    assert numbers["open"] == {"count": 2, "value": "1000.00", "weighted": "100.00", **beside}
    december_numbers = next(month for month in numbers["forecast"] if month["month"] == "2026-12")
    assert december_numbers["other_currencies"] == {"GBP": "200.00"}
    money = [(row["value"], row["weighted"], row["currency"]) for row in rows(made)]
    assert money == [("1000.00", "100.00", "EUR"), ("200.00", "20.00", "GBP")]


def test_the_table_of_deals_has_the_amount_as_given_beside_what_it_is_worth() -> None:
    (row,) = rows(a_report(a_lead("1000 USD"), config=RATE))
    assert (row["value"], row["currency"], row["weighted"]) == ("125.00", "EUR", "12.50")
    assert (row["amount_given"], row["currency_given"]) == ("1000.00", "USD")


def test_velocity_leaves_out_won_deals_without_a_rate_and_says_so() -> None:
    issues = [a_lead("1"), *(won("1000") for _ in range(9))]
    without, rated = as_json.values(a_report(*issues)), as_json.values(a_report(*issues, won("9 GBP")))
    assert without["velocity_per_day"] == rated["velocity_per_day"] == "100.00"
    assert (without["velocity_left_out"], rated["velocity_left_out"]) == (0, 1)
    assert "Velocity: 100 EUR a day" in text(*issues, won("9 GBP"))
    assert "mean days to winning; 1 won deal in other currencies left out)" in text(*issues, won("9 GBP"))
    assert rated["closed"]["won_other_currencies"] == {"GBP": "9.00"}
    assert rated["by"]["owner"][0]["won_other_currencies"] == {"GBP": "9.00"}


def test_velocity_counts_the_deals_of_the_headline() -> None:
    prospect = an_issue("", ("labeled", "stage:prospect", "2026-11-02T09:00:00Z"))
    made = [as_json.values(a_report(a_lead("1"), won("1000"), *more)) for more in ([], [prospect])]
    assert made[0]["velocity_per_day"] == made[1]["velocity_per_day"] == "100.00"


def test_with_few_ended_deals_only_the_words_hold_back() -> None:
    issues = a_lead("1"), won("1000")
    made = as_json.values(a_report(*issues))
    assert (made["sample"], made["cycle_days"], made["velocity_per_day"]) == (1, 10.0, "100.00")
    assert "Velocity" not in text(*issues)
    assert "From opening to winning" not in text(*issues)


@pytest.mark.parametrize("value", ["1 USD", "3 USD", "1001 USD", "12345.67 USD", "7 EUR"])
def test_charts_show_the_numbers_of_the_tables_to_the_cent(value: str) -> None:
    report = a_report(a_lead(value), won(value), config=RATE)
    stage = next(stage for stage in report.board.stages if stage.stage == "lead")
    table = [formatting.money(amount, report.scope) for amount in (stage.total.value, stage.total.weighted)]
    shown = [amount.removesuffix(" EUR") for amount in table]
    assert [bar[1] for bar in _bars(charts.pipeline(report))] == [amount.replace(",", "") for amount in shown]
    assert _bars(charts.won(report))[0][-1] == shown[0].replace(",", "")
    drawn = chart_values(report)
    (lead,) = [each for each in drawn["open"] if each["stage"] == "lead"]
    assert [lead["value"], lead["weighted"]] == table
    assert (drawn["won"][-1]["value"], drawn["won"][-1]["number"]) == (table[0], shown[0])
    assert all(f">{amount}<" in report_files.page(report) for amount in (*table, shown[0]))


def _bars(chart: str | None) -> Sequence[Sequence[str]]:
    return [bar.split(", ") for bar in re.findall(r"bar \[(.*)\]", chart or "")]
