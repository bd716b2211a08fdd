"""The bridge: it begins with what the previous report said, and every step has a name."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.report import figures
from salesbot.core.report.bridge import BridgeStep
from salesbot.core.report.compute import Report
from salesbot.core.report.figures import Figures
from salesbot.core.report.view_report import report_values
from salesbot.core.text import markdown
from salesbot.core.text.money import Money
from tests.budget import budget
from tests.core.report.stories import NOW, Story, issue, repository
from tests.core.report.test_uncountable import LEAD, an_issue
from tests.core.report.weekly import WEEK, Weekly, steps

CONFIG = "currency: EUR\ntimezone: Europe/Berlin\n"
WON = ("labeled", "stage:won", "2026-11-25T09:00:00Z")
END = {"state": "CLOSED", "state_reason": "COMPLETED", "closed_at": "2026-11-25T09:00:00Z"}


def a_lead(value: str, *events: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    return an_issue(f"### Value\n\n{value}", LEAD, *events, **more)


def two_weeks(
    before: list[dict[str, Any]], after: list[dict[str, Any]], *, rates: tuple[str, str] = ("", "")
) -> dict[str, Any]:
    """The movement of the second report."""
    weekly = Weekly()
    weekly.report(list(enumerate(before, 1)), CONFIG + rates[0])
    return weekly.report(list(enumerate(after, 1)), CONFIG + rates[1])


def usd(rate: str) -> str:
    return f"report: {{rates: {{USD: {rate}}}}}\n"


@pytest.mark.parametrize(
    ("before", "after", "then", "expected"),
    [
        pytest.param(
            [a_lead("50000")], [a_lead("45000")], "50000.00", {"worth less": "-5000.00"}, id="edited by hand"
        ),
        pytest.param(
            [a_lead("50000")],
            [a_lead("38000", WON, **END)],
            "50000.00",
            {"worth less": "-12000.00", "won": "-38000.00"},
            id="won for less: the discount is a step of its own",
        ),
        pytest.param(
            [a_lead("50000"), a_lead("7000")],
            [a_lead("50000"), a_lead("7000", labels=["stage:lead", "not-a-deal"])],
            "57000.00",
            {"no longer counted": "-7000.00"},
            id="marked as no deal since",
        ),
        pytest.param([a_lead("5000"), a_lead("7000")], [a_lead("5000")], "12000.00", {"no longer counted": "-7000.00"},
                     id="deleted since"),
        pytest.param(
            [a_lead("7000", labels=["stage:lead", "not-a-deal"])],
            [a_lead("7000")],
            "0.00",
            {"counted again": "7000.00"},
            id="a deal again",
        ),
        pytest.param([a_lead("")], [a_lead("7000")], "0.00", {"worth more": "7000.00"}, id="a first value"),
        pytest.param([a_lead("7000")], [a_lead("a lot")], "7000.00", {"worth less": "-7000.00"}, id="not readable now"),
    ],
)  # fmt: skip
def test_the_steps_lead_from_what_the_last_report_said(
    before: list[dict[str, Any]], after: list[dict[str, Any]], then: str, expected: dict[str, str]
) -> None:
    movement = two_weeks(before, after)
    assert (movement["bridge"]["then"], steps(movement)) == (then, expected)
    assert movement["bridge_from"] == "previous report"


@pytest.mark.parametrize(
    ("values", "rates", "expected"),
    [
        pytest.param(("1000 USD", "1000 USD"), ("0.9", "0.95"), {"exchange rates": "50.00"}, id="only the rate"),
        pytest.param(
            ("1000 USD", "2000 USD"), ("0.9", "0.95"), {"worth more": "900.00", "exchange rates": "100.00"}, id="both"
        ),
        pytest.param(("1000 USD", "1000 EUR"), ("0.9", "0.95"), {"worth more": "100.00"}, id="another currency"),
        pytest.param(("1000 EUR", "1000 USD"), ("0.9", "0.95"), {"worth less": "-100.00", "exchange rates": "50.00"},
                     id="from the team's own currency"),
        pytest.param(("1000 EUR", "1000 EUR"), ("0.9", "0.95"), {}, id="no foreign money"),
    ],
)  # fmt: skip
def test_a_changed_exchange_rate_is_a_step_of_its_own(
    values: tuple[str, str], rates: tuple[str, str], expected: dict[str, str]
) -> None:
    movement = two_weeks([a_lead(values[0])], [a_lead(values[1])], rates=(usd(rates[0]), usd(rates[1])))
    assert steps(movement) == expected


@pytest.mark.parametrize(("rates", "value"), [(("", usd("0.9")), "900.00"), ((usd("0.9"), ""), "-900.00")])
def test_a_rate_that_comes_or_goes_is_a_changed_rate(rates: tuple[str, str], value: str) -> None:
    assert steps(two_weeks([a_lead("1000 USD")], [a_lead("1000 USD")], rates=rates)) == {"exchange rates": value}


def test_the_rounded_steps_add_up_to_the_cent() -> None:
    before, after = ([a_lead(f"{amount} USD") for amount in amounts] for amounts in ((1, 1, 1), (2, 3, 1)))
    movement = two_weeks(before, [*after, a_lead("1 USD")], rates=(usd("0.333"), usd("0.335")))
    assert _adds_up(movement["bridge"])
    assert movement["bridge"]["then"] == "1.00"


def _adds_up(bridge: dict[str, Any]) -> bool:
    parts = sum(Decimal(step["value"]) for step in bridge["steps"])
    return Decimal(bridge["then"]) + parts == Decimal(bridge["now"])


# Where the previous report does not say everything


def text(report: Report) -> str:
    return TemplateRenderer()("report.md.j2", report_values(report))


def test_without_figures_the_start_is_computed_and_the_report_says_so() -> None:
    weekly = Weekly()
    weekly.report([(1, a_lead("50000"))], CONFIG)
    assert weekly.kept is not None
    weekly.keep(replace(weekly.kept, figures=None))
    movement = weekly.report([(1, a_lead("45000"))], CONFIG)
    assert (movement["bridge"]["then"], movement["bridge_from"]) == ("45000.00", "history")
    assert "no previous report that kept its figures, so the first line is computed from the deals" in text(
        weekly.reports[-1]
    )


def test_with_more_deals_than_fit_the_sum_is_kept_and_the_report_says_what_is_not_explained() -> None:
    weekly, random = Weekly(), Random(1)
    many = [(number, a_lead(f"{random.randint(1, 10**9)}")) for number in range(1, 5001)]
    first = weekly.report(many, CONFIG)
    assert weekly.kept is not None
    assert weekly.kept.figures is not None
    assert weekly.kept.figures.amounts is None
    change = a_lead(str(10**10))
    second = weekly.report([(1, change), *many[1:]], CONFIG)
    assert (second["bridge"]["then"], second["bridge_from"]) == (first["bridge"]["now"], "sum of the previous report")
    assert _adds_up(second["bridge"])
    assert set(steps(second)) == {"other changes"}
    assert "too many deals to keep the value of each" in text(weekly.reports[-1])


def test_the_figures_of_four_thousand_deals_fit_and_leave_the_report_its_room() -> None:
    random = Random(1)
    amounts = {number: ("EUR", Decimal(random.randint(0, 400) * 125)) for number in range(1, 12_000, 3)}
    weekly = Weekly()
    weekly.report([], CONFIG)
    assert weekly.kept is not None
    weekly.keep(replace(weekly.kept, figures=Figures("EUR", Decimal("1.5"), {}, amounts)))
    assert weekly.kept.figures == Figures("EUR", Decimal("1.5"), {}, amounts)
    assert figures.MOST_TEXT < markdown.MARKER_LIMIT / 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"total": "1e999999999"}, id="a number without end"),
        pytest.param({"total": 7}, id="a number that is no text"),
        pytest.param({"total": "-5"}, id="less than nothing"),
        pytest.param({"rates": ["USD"]}, id="rates that are a list"),
        pytest.param({"rates": {"USD": "NaN"}}, id="a rate that is none"),
        pytest.param({"deals": "!!!"}, id="no base64"),
        pytest.param({"deals": "aGVsbG8="}, id="not packed"),
        pytest.param({"deals": 5}, id="deals that are a number"),
    ],
)
def test_figures_that_somebody_changed_are_none(change: dict[str, Any]) -> None:
    honest = figures.to_payload(Figures("EUR", Decimal(5), {}, {1: ("EUR", Decimal(5))}))
    assert figures.from_payload(honest) is not None
    assert figures.from_payload({**honest, **change}) is None
    assert figures.from_payload(None) is None


def test_figures_that_unpack_to_very_much_are_none_and_cost_nothing() -> None:
    bomb = figures.pack("EUR:" + ",".join(["1 0"] * 1_000_000))
    honest = figures.to_payload(Figures("EUR", Decimal(5), {}, {}))
    assert figures.from_payload({**honest, "deals": bomb}) is None


# A year of reports


RATES = ("0.92", "0.9", "0.9137", "1.0451")
CAME = {BridgeStep.NEW, BridgeStep.RETURNED, BridgeStep.REOPENED, BridgeStep.QUALIFIED, BridgeStep.COUNTED_AGAIN}
CHANGED = {BridgeStep.VALUE_ROSE, BridgeStep.VALUE_FELL, BridgeStep.RATES}


def a_year(random: Random, deals: int, weeks: int) -> None:
    """Make a report a week, while people edit values, rates change, and deals are marked as none and come back."""
    stories, weekly = repository(random, deals), Weekly(NOW - weeks * WEEK)
    said: list[dict[str, Any]] = []
    for _ in range(weeks):
        stories = [_edited(story, random) for story in stories]
        there = [story for story in stories if random.random() < 0.99]
        numbered = [(story.number, issue(story, Random(story.number), 1)) for story in there]
        config = f"{CONFIG}report: {{rates: {{USD: {random.choice(RATES)}}}}}\n"
        said.append(weekly.report(numbered, config)["bridge"])
        check(weekly.reports, said)


def _edited(story: Story, random: Random) -> Story:
    if random.random() < 0.1 and story.value is not None:
        story = replace(story, value=(random.randint(0, 10**6), random.choice(["EUR", "USD", "GBP"])), rounds=())
    return replace(story, fate=random.choice(["", "no deal"])) if random.random() < 0.03 else story


def check(reports: list[Report], said: list[dict[str, Any]]) -> None:
    """Compare a bridge with the headlines of both reports, and its steps with the two lists of deals, deal by deal."""
    assert _adds_up(said[-1])
    top = reports[-1].board.headline.without_prospects
    assert Decimal(said[-1]["now"]) == Money(top.value, "EUR").rounded
    if len(reports) < 2:
        return
    assert said[-1]["then"] == said[-2]["now"]
    before, after = (_open_money(report) for report in reports[-2:])
    now = {deal.number: deal for deal in reports[-1].deals}
    expected = dict.fromkeys(("came", "changed", "left", "gone"), Decimal(0))
    expected["came"] = sum((after[number] for number in after.keys() - before.keys()), Decimal(0))
    for number, was in before.items():
        worth = (now[number].value or Decimal(0)) if number in now else was
        expected["changed"] += worth - was
        if number not in now:
            expected["gone"] -= was
        elif number not in after:
            expected["left"] -= worth
    found = dict.fromkeys(expected, Decimal(0))
    for step in said[-1]["steps"]:
        found[_group(BridgeStep(step["step"]))] += Decimal(step["value"])
    assert all(abs(found[name] - expected[name]) < Decimal("0.08") for name in expected), (found, expected)


def _open_money(report: Report) -> dict[int, Decimal]:
    return {deal.number: deal.value or Decimal(0) for deal in report.deals if report.scope.in_headline(deal.stage)}


def _group(step: BridgeStep) -> str:
    assert step != BridgeStep.OTHER
    if step in CAME:
        return "came"
    if step in CHANGED:
        return "changed"
    return "gone" if step == BridgeStep.UNCOUNTED else "left"


def test_each_report_of_a_year_begins_with_what_the_last_one_said() -> None:
    a_year(Random(11), deals=60, weeks=52)


@budget(15)
@given(st.randoms(use_true_random=False), st.integers(0, 8), st.integers(2, 12))
def test_each_report_begins_with_what_the_last_one_said(random: Random, deals: int, weeks: int) -> None:
    a_year(random, deals, weeks)
