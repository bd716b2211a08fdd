"""The sum of an estimate: low and high, by person and in all, in one currency as far as there are rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.estimate import Estimate, Range, Sum, estimate
from salesbot.core.model.pipeline import ReportSettings
from salesbot.core.text import checklists
from salesbot.core.text.money import Money

DAY = date(2026, 11, 23)
EUR = {"default": Money(Decimal(900), "EUR"), "senior": Money(Decimal(1200), "EUR")}
PARTED = """**Needed**

- [ ] **Scope** written down
- [ ] Read in full @ann

**Packages**, a line each

{lines}

**As it applies**

- [ ] Users
"""


def read(lines: str, body: str = "{lines}", **settings: Any) -> Estimate:
    pipeline = replace(default_pipeline(), **{"rates": EUR, **settings})
    return estimate({"estimate": checklists.read("estimate", body.format(lines=lines))}, pipeline, DAY)


def money(low: float, high: float) -> Range:
    return Range(Decimal(str(low)), Decimal(str(high)))


LINES = """- [ ] Design: 8 d @nora
- [x] Shop theme: 4-6 d
- [ ] Review: 20 h senior @kim
- [ ] Hosting: 1,200 EUR
- [ ] ~~Search: 12 d @nora~~ not this time
- [ ] Tests @kim
"""


def test_days_become_money_by_their_rate_and_struck_lines_do_not_count() -> None:
    found = read(LINES)
    assert found.total.money == money(7200 + 3600 + 3000 + 1200, 7200 + 5400 + 3000 + 1200)
    assert found.total.days == money(14.5, 16.5)
    assert found.total.is_whole


def test_by_person_and_those_of_nobody_last() -> None:
    by = read(LINES).by_person
    assert {name: each.money for name, each in by.items()} == {
        "nora": money(7200, 7200), "kim": money(3000, 3000), "": money(4800, 6600),
    }  # fmt: skip
    assert list(by) == ["nora", "kim", ""]


def test_who_still_owes_a_line() -> None:
    found = read(LINES)
    assert [line.said.what for line in found.owed] == ["Tests"]
    assert list(found.owing) == ["kim"]


def test_a_line_of_two_people_is_shared_each_at_their_own_rate() -> None:
    by = read("- [ ] Design: 8 d @nora @kim", rates={**EUR, "kim": Money(Decimal(1000), "EUR")}).by_person
    assert [each.money for each in by.values()] == [money(3600, 3600), money(4000, 4000)]


def test_without_a_rate_days_stay_days() -> None:
    total = read("- [ ] Design: 4-6 d\n- [ ] Hosting: 100 EUR", rates={}).total
    assert total == Sum(money(100, 100), money(4, 6), {"d": money(4, 6)})
    assert not total.is_whole


def test_other_currencies_go_through_the_reports_exchange_rates_or_are_kept_apart() -> None:
    report = ReportSettings(rates={"USD": ((date(2026, 1, 1), Decimal("0.9")), (date(2027, 1, 1), Decimal("0.8")))})
    total = read("- [ ] Fonts: 200 USD\n- [ ] Trip: 300 CHF\n- [ ] Work: 1 d", report=report).total
    assert (total.money, total.unpriced) == (money(1080, 1080), {"CHF": money(300, 300)})
    total = read("- [ ] Work: 2 d", rates={"default": Money(Decimal(900), "CHF")}).total
    assert (total.money, total.unpriced) == (None, {"CHF": money(1800, 1800)})


def test_the_part_packages_says_which_lines_are_to_have_an_amount() -> None:
    found = read("- [ ] Design: 8 d @nora\n- [ ] Tests @kim", PARTED)
    assert [line.said.people for line in found.owed] == [("kim",)]
    assert list(found.owing) == ["kim"], "ann reads it in full, and estimates nothing"


def test_a_ticked_line_without_amount_is_owed_and_nobody_is_asked_for_it() -> None:
    found = read("- [x] Tests @kim\n- [ ] Design: 1 d")
    assert len(found.owed) == 1
    assert found.owing == {}


@pytest.mark.parametrize(
    ("lines", "begun", "doubtful"),
    [
        pytest.param("- [ ] Scope written down\n- [ ] Read in full @kim", False, 0, id="no amount at all"),
        pytest.param("- [ ] Workshops: 3 sessions", False, 0, id="a number that may mean anything"),
        pytest.param("- [ ] Workshops: 3 sessions\n- [ ] Design: 3 d", True, 1, id="in an estimate it is named"),
        pytest.param("- [ ] Design: 8 dayz", True, 1, id="surely an amount"),
        pytest.param("- [ ] ~~Design: 8 dayz~~", False, 0, id="struck out"),
    ],
)
def test_nothing_is_shown_before_somebody_estimates(lines: str, begun: bool, doubtful: int) -> None:
    found = read(lines)
    assert (found.is_begun, len(found.doubtful)) == (begun, doubtful)


def test_no_list_no_estimate() -> None:
    assert not estimate({}, default_pipeline(), DAY).is_begun
