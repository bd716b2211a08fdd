"""The words of a report, as a head of sales reads them: nothing, one, several; and however strangers write."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from salesbot.adapters.template_environment import MAX_OUTPUT
from salesbot.adapters.templates import TemplateRenderer, chat
from salesbot.core.report import as_csv, as_json, formatting
from salesbot.core.report.view_board import chat_values
from salesbot.core.report.view_report import report_values
from salesbot.tasks import report_files
from tests.core.report.stories import NOW
from tests.core.report.test_uncountable import LEAD, a_report, an_issue

LOST_ON = "2026-11-20T09:00:00Z"
END: dict[str, Any] = {"state": "CLOSED", "state_reason": "NOT_PLANNED", "closed_at": LOST_ON}


def a_lead(value: str = "12000 EUR", more: str = "", **other: Any) -> dict[str, Any]:
    return an_issue(f"### Company\n\nAcme GmbH\n\n### Value\n\n{value}\n\n{more}", LEAD, **other)


def lost(more: str = "", end: str = "lost") -> dict[str, Any]:
    return an_issue(f"### Value\n\n9000 EUR\n\n{more}", LEAD, ("labeled", f"stage:{end}", LOST_ON), **END)


def text(*issues: dict[str, Any], **more: Any) -> str:
    """The whole report as the issue says it."""
    values = report_values(a_report(*issues, **more))
    return "\n".join(TemplateRenderer()(name, values) for name in ("board.md.j2", "report.md.j2"))


def page(*issues: dict[str, Any]) -> str:
    return report_files.page(a_report(*issues))


@pytest.mark.parametrize(
    ("issues", "said"),
    [
        pytest.param(
            (),
            [
                "No deal is open\n",
                "## No deal needs attention\n",
                "## No deal is open\n",
                "## Nothing is due in the next seven days\n",
                "to Mon 23 Nov 2026, 10:00 nothing moved.\n",
                "- Win rate (won of won and lost): none yet",
                "from 10 won and lost deals on; so far there are 0.",
            ],
            id="an empty repository",
        ),
        pytest.param(
            (a_lead(more="### Next step\n\n2026-12-01: call\n\n"),),
            [
                "**12,000 EUR** open in 1 deal, weighted **1,200 EUR**\n",
                "**lead**: 1 deal, 12,000 EUR",
                "nothing moved. 1 open deal stayed where it was.",
            ],
            id="one deal",
        ),
        pytest.param(
            (a_lead(), a_lead(), lost("### Reason\n\nprice\n")),
            [
                "**24,000 EUR** open in 2 deals, weighted **2,400 EUR** · 2 deals need attention",
                "2 open deals stayed where they were.",
                "**Lost: 1**\n\n- [Acme GmbH](https://x/acme/sales/issues/3), 9,000 EUR: lead → lost, price",
                "so far there is 1.",
                "| price | 1 | 1 of 1 | 9,000 EUR | lead 1 |",
                "| 16 Nov 2026 | 33,000 EUR |\n| lost | \N{MINUS SIGN}9,000 EUR |\n",
                "| **23 Nov 2026** | **24,000 EUR** |",
            ],
            id="two deals and one that was lost",
        ),
        pytest.param(
            (lost(), lost(end="rejected")),
            ["| rejected by us, 1 of 2 of all that ended | 1 | |", "**Rejected by us: 1**"],
            id="what we rejected, as a share of all that ended",
        ),
        pytest.param(
            (an_issue("", ("labeled", "stage:prospect", "2026-11-02T09:00:00Z")),),
            ["open in 0 deals, weighted **0 EUR** · + 1 prospect\n"],
            id="one prospect",
        ),
        pytest.param(
            (a_lead("100 USD"),),
            ["**100 USD** open in 1 deal, weighted **10 USD**", "1 deal, 100 USD, weighted 10 USD"],
            id="a currency without a rate: its weighted money too",
        ),
    ],
)
def test_what_the_issue_says(issues: tuple[dict[str, Any], ...], said: list[str]) -> None:
    found = text(*issues)
    assert [each for each in said if each not in found] == [], found


def test_a_deal_whose_day_has_passed_is_in_its_own_line_and_in_no_month() -> None:
    late, ahead = (a_lead(more=f"### Expected close\n\n2026-11-{day}\n") for day in (20, 27))
    found = text(late, ahead, a_lead())
    assert "| 2026-11 | 1 | 12,000 EUR | 1,200 EUR |  |" in found
    assert "| overdue | 1 | 12,000 EUR | 1,200 EUR | |" in found
    assert "| no date | 1 | 12,000 EUR | 1,200 EUR | |" in found


def test_the_page_and_the_chat_say_the_same() -> None:
    found = page(a_lead(more="### Expected close\n\n2026-11-20\n"))
    assert "<small>open in 1 deal</small>" in found
    assert "nothing moved. 1 open deal stayed where it was." in found
    assert '<tr><td>2026-11</td><td class="n">0</td>' in found
    made = a_report(*[a_lead(author="eve") for _ in range(12)])
    said = chat("notify.txt.j2", chat_values(made.board, made.scope, "https://x/acme/sales/issues/9"))
    assert "0 EUR open in 12 deals, weighted 0 EUR; 12 deals need attention" in said, (
        "what clients say they pay is not counted"
    )
    assert "• and 2 more" in said
    empty = a_report()
    assert "\nNo deal is open\n" in chat("notify.txt.j2", chat_values(empty.board, empty.scope, ""))


def test_a_deal_needs_attention_once_with_all_reasons_and_says_how_long_it_is_idle() -> None:
    issue = an_issue("### Next step\n\n2026-11-10: call\n", ("labeled", "stage:qualified", "2026-11-02T09:00:00Z"))
    why = "the next step or a task is past its date; idle for longer than this stage allows"
    line = f"(qualified, ann, idle for 21 days): {why}"
    found = text(issue)
    assert f"- [Acme GmbH](https://x/acme/sales/issues/1) {line}. Next step: 10 Nov 2026: call\n" in found
    assert "· 1 deal needs attention" in found
    made = a_report(issue)
    assert len(report_values(made)["attention"]["rows"]) == 1
    assert page(issue).count("idle for 21 days") == 1
    assert line in chat("notify.txt.j2", chat_values(made.board, made.scope, ""))
    (first, second) = as_json.values(made)["attention"]
    assert (first, second["why"]) == ({"number": 1, "why": "overdue", "idle_days": 21}, "idle")
    assert next(csv.DictReader(io.StringIO(as_csv.text(made))))["idle_days"] == "21"


def test_who_waits_longest_is_first_among_those_with_the_same_reason() -> None:
    def quiet_since(day: str) -> dict[str, Any]:
        at = f"2026-{day}T09:00:00Z"
        return an_issue("", ("labeled", "stage:lead", at), created_at=at)

    made = a_report(quiet_since("11-02"), quiet_since("10-05"), quiet_since("11-05"))
    assert [item.deal.number for item in made.board.attention] == [2, 1, 3]


def test_the_first_reaction_is_not_called_an_answer() -> None:
    found = text(an_issue("", LEAD, author="eve"))
    assert "- First reaction of the team to a deal from outside: 0 working hours (median; mean 0), over 1 deal" in found


def test_a_stranger_wakes_nobody_in_a_chat_and_sets_no_link() -> None:
    evil = an_issue("### Company\n\n@channel [pay here](https://evil.example) <!here>\n", LEAD, author="eve")
    made = a_report(evil)
    said = chat("notify.txt.j2", chat_values(made.board, made.scope, ""))
    assert "pay here" in said
    assert [each for each in ("@channel", "](", "<!") if each in said] == []


def test_no_number_of_issues_by_a_stranger_makes_a_report_impossible() -> None:
    evil = "$" * 80
    wall = (
        f"### Company\n\n{evil}\n\n### Next step\n\n2026-11-10: {evil}\n\n### Value\n\n{evil}\n\n### Source\n\n{evil}"
    )
    assert len(text(*[an_issue(wall, LEAD, author="eve", assignees=[]) for _ in range(90)])) < MAX_OUTPUT / 4


def test_sources_and_reasons_that_are_all_different_are_counted_after_forty() -> None:
    found = text(*[lost(f"### Source\n\nfriend {each}\n\n### Reason\n\nbecause of {each}\n") for each in range(50)])
    assert found.count("| friend ") == found.count("| because of ") == 40
    assert found.count("| and 10 more |") == 2


@pytest.mark.parametrize(
    ("median", "said"),
    [
        pytest.param(0.163, "16 % below the first value", id="sold for less"),
        pytest.param(-0.05, "5 % above the first value", id="sold for more"),
        pytest.param(0.0, "at the first value", id="sold as offered"),
    ],
)
def test_a_discount_in_words(median: float, said: str) -> None:
    assert formatting.discount(median) == said


def test_a_window_of_one_month_is_the_last_month() -> None:
    found = text(lost(), config="report: {window: 1 month}")
    assert "Deals opened in the last month. Each counts" in found
    assert (
        "| in the last month | deals | value |\n|---|--:|--:|\n| won | 0 | 0 EUR |\n| lost | 1 | 9,000 EUR |" in found
    )


def test_its_times_are_those_of_the_team_s_zone() -> None:
    found = text(a_lead(), config="timezone: America/New_York", now=NOW)
    assert "As of Mon 23 Nov 2026, 04:00." in found
