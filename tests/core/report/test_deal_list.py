"""What `salesbot list` finds among many deals, and its table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from salesbot.core.report import as_csv, as_json, as_table
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.deal_list import Asked, matching, read_filters
from tests.core.report.made import PIPELINE, SCOPE, a_report

DEALS = a_report(Random(5), 300).deals
TODAY = SCOPE.today


def found(asked: Asked) -> list[CountedDeal]:
    return matching(DEALS, read_filters(asked, PIPELINE), SCOPE)


def _day(deal: CountedDeal) -> date:
    return deal.since.astimezone(SCOPE.zone).date()


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        pytest.param(Asked(), lambda deal: deal.stage not in SCOPE.outcomes, id="nothing asked: not ended"),
        pytest.param(Asked(all_stages=True), lambda deal: True, id="all"),
        pytest.param(Asked(all_stages=True, owner="NORA"), lambda deal: deal.owner == "nora", id="owner"),
        pytest.param(Asked(all_stages=True, client="ÜLLER"), lambda deal: "Müller" in deal.client, id="client"),
        pytest.param(
            Asked(all_stages=True, min_value="20k"),
            lambda deal: deal.value is not None and deal.value >= Decimal(20_000), id="value",
        ),
        pytest.param(
            Asked(idle=30), lambda deal: (deal.idle_days(SCOPE.today) or 0) >= 30, id="idle",
        ),
        pytest.param(
            Asked(all_stages=True, in_stage=60), lambda deal: (TODAY - _day(deal)).days >= 60, id="days in stage"
        ),
        pytest.param(
            Asked(stages=("won",), since=TODAY - timedelta(90)),
            lambda deal: deal.stage == "won" and _day(deal) >= TODAY - timedelta(90), id="won since a day",
        ),
        pytest.param(Asked(attention=""), lambda deal: deal.needs(SCOPE.at), id="needs attention"),
        pytest.param(Asked(attention="overdue"), lambda deal: "overdue" in deal.needs(SCOPE.at), id="for one reason"),
    ],
)  # fmt: skip
def test_a_filter_finds_exactly_those_that_match(asked: Asked, holds: Callable[[CountedDeal], object]) -> None:
    numbers = {deal.number for deal in found(asked)}
    assert numbers == {deal.number for deal in DEALS if holds(deal)}
    assert numbers, "the example is about nothing"


def test_json_has_every_column_and_null_for_nothing() -> None:
    deals = json.loads(as_json.text_of_deals(found(Asked(all_stages=True)), SCOPE))["deals"]
    assert all(set(deal) == {*as_csv.COLUMNS, "fields"} for deal in deals)
    assert not any(value == "" for deal in deals for value in deal.values())
    assert all(isinstance(deal["attention"], list) and isinstance(deal["probability"], int) for deal in deals)


def test_a_table_keeps_its_columns_whatever_a_client_is_called() -> None:
    names = ["a" * 90, "株式会社サンプル商事", "e\u0301clair", "\x1b[31mred\u202e", "x\ny"]
    deals = [replace(DEALS[number], client=name, owner="nora") for number, name in enumerate(names)]
    head, *rows = list(as_table.lines(deals, SCOPE))[: len(names) + 1]
    column = as_table._width(head.partition("stage")[0])
    for deal, row in zip(deals, rows, strict=True):
        before = row.partition(f" {deal.stage} ")[0]
        assert as_table._width(before) < column
        assert not set("\x1b\u202e\n") & set(row)


def test_nothing_found_is_said() -> None:
    assert list(as_table.lines([], SCOPE)) == ["No deals match."]
