"""The sentences above the sections: what a manager would say, rounded; and that no list hides anything."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from salesbot.adapters.templates import TemplateRenderer, chat
from salesbot.core.report import formatting
from salesbot.core.report.headings import report_headings
from salesbot.core.report.view_board import board_values, chat_values
from salesbot.core.report.view_report import report_values
from salesbot.tasks import report_files
from tests.core.report.made import SCOPE
from tests.core.report.test_agreement import a_lead, won
from tests.core.report.test_uncountable import LEAD, a_report, an_issue
from tests.core.report.test_view import lost

OWN = "timezone: Europe/Berlin\nreport: {goal: {month: 74000}}"


def headings(*issues: dict[str, Any], config: str = OWN) -> dict[str, str]:
    return dict(report_headings(a_report(*issues, config=config)))


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "0 EUR"),
        ("0.40", "0.40 EUR"),
        ("9.99", "9.99 EUR"),
        ("12.50", "13 EUR"),
        ("512", "510 EUR"),
        ("4912.33", "4,900 EUR"),
        ("9950", "10,000 EUR"),
        ("62340.50", "62,000 EUR"),
        ("139499.99", "139,000 EUR"),
        ("999500", "1 million EUR"),
        ("1236000", "1.24 million EUR"),
        ("124400000", "124 million EUR"),
        ("999999999999.99", "1 trillion EUR"),
        ("123456789012345678", "123,000 trillion EUR"),
    ],
)
def test_an_amount_is_rounded_as_people_say_it(amount: str, said: str) -> None:
    assert formatting.rounded_money(Decimal(amount), SCOPE) == said


@pytest.mark.parametrize(
    ("issues", "said"),
    [
        pytest.param((), "Nothing won yet this month; the goal is 74,000 EUR", id="nothing won"),
        pytest.param(
            (won("62340.50 EUR"),),
            "You won 62,000 EUR this month, 12,000 short of the goal (pipeline coverage 0.0x)",
            id="short",
        ),
        pytest.param((won("74000"),), "You won 74,000 EUR this month, exactly the goal", id="exactly"),
        pytest.param((won("80000"),), "You won 80,000 EUR this month, 6,000 above the goal", id="above"),
        pytest.param((won(""), won("")), "You won 2 deals without a value this month", id="no value"),
        pytest.param(
            (won("10000"), won("9000 USD"), won("100 GBP"), won("5000 JPY"), won("300 CHF")),
            "You won 10,000 EUR, 300 CHF, 100 GBP and 2 more currencies this month, 64,000 short of the goal "
            "(pipeline coverage 0.0x)",
            id="several currencies",
        ),
    ],
)
def test_the_first_heading_says_what_was_won_against_the_goal(issues: tuple[dict[str, Any], ...], said: str) -> None:
    assert headings(*issues)["headline"] == said


@pytest.mark.parametrize(
    ("config", "said"),
    [
        pytest.param("timezone: UTC", "You won 62,000 EUR this month", id="no goal"),
        pytest.param(
            "report: {goal: {year: 100000}}",
            "You won 62,000 EUR this year, 38,000 short of the goal (pipeline coverage 0.0x)",
            id="for the year",
        ),
    ],
)
def test_it_takes_the_shortest_span_that_has_a_goal(config: str, said: str) -> None:
    assert headings(won("62000"), config=config)["headline"] == said


def test_an_empty_pipeline_has_a_sentence_for_each_section() -> None:
    assert headings() == {
        "headline": "Nothing won yet this month; the goal is 74,000 EUR",
        "goals": "",
        "attention": "No deal needs attention",
        "open": "No deal is open",
        "upcoming": "Nothing is due in the next seven days",
        "won": "Nothing won since December 2025",
        "movement": "Open money is unchanged since 16 Nov",
        "forecast": "No deal is expected to close this month",
        "stages": "How long deals are in each stage",
        "funnel": "No deal was opened in the last 12 months",
        "ended": "No deal was won or lost in the last 12 months",
        "activities": "0 activities logged in the last 8 weeks",
        "clients": "0 clients",
        "paused": "0 deals are put off",
        "doubts": "0 entries to check: forced moves and doubtful data",
    }


def test_each_section_says_the_most_important_thing() -> None:
    day = "### Expected close\n\n2026-11-{}\n\n### Next step\n\n2026-11-24: call\n"
    prospect = an_issue("", ("labeled", "stage:prospect", "2026-11-02T09:00:00Z"))
    found = headings(a_lead("12340", day.format(27)), a_lead("2000", day.format(20)), prospect, won("900"), lost())
    assert found["open"] == "2 open deals are worth 14,000 EUR, weighted 1,400 EUR"
    assert found["upcoming"] == "3 dates in the next seven days"
    assert found["movement"] == "Open money has fallen by 9,000 EUR since 16 Nov: 1 lost"
    assert found["forecast"] == "1 deal worth 12,000 EUR is expected to close this month; 1 is overdue"
    assert found["funnel"] == "Of 5 deals opened in the last 12 months, 1 was won"
    assert found["ended"] == "You won 1 of 2 deals that ended in the last 12 months"
    assert found["won"] == "You won 900 EUR since December 2025"


def test_issue_page_and_chat_have_the_same_headings() -> None:
    made = a_report(a_lead("12340"), won("62340.50"), config=OWN)
    values = report_values(made)
    issue = "\n".join(TemplateRenderer()(name, values) for name in ("board.md.j2", "report.md.j2"))
    page = report_files.page(made)
    found = {name: text for name, text in values["headings"].items() if name not in ("activities", "paused", "doubts")}
    assert [text for text in found.values() if f"## {text}" not in issue] == []
    assert [text for text in found.values() if f">{text}<" not in page] == []
    said = chat("notify.txt.j2", chat_values(made.board, made.scope, ""))
    assert (found["headline"] in said, found["attention"] in said) == (True, True)
    assert board_values(made.board, made.scope)["headings"].items() <= values["headings"].items()


def test_what_is_folded_is_there_and_closed_again() -> None:
    made = a_report(*(an_issue("", LEAD, title=f"Client {number}: app", author="eve") for number in range(50)))
    values = report_values(made)
    text = "\n".join(TemplateRenderer()(name, values) for name in ("board.md.j2", "report.md.j2"))
    attention = text.partition("## 50 deals need attention")[2].partition("\n## ")[0]
    assert attention.count("\n- [") == 40
    assert "<details><summary>34 more</summary>\n\n- [" in attention
    assert "\n- and 10 more\n\n</details>" in attention
    assert text.count("<details>") == text.count("</details>") > 1
