"""How the sandbox's board reads a deal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from github_sandbox.page.lens import BoardIssue, Column
from salesbot_demo import DealLens, observation

LENS = DealLens(lambda: [Column("stage:lead", "lead")])
CARD = """<!-- salesbot:card {"v":1} -->
**Acme GmbH** · **lead** since 3 Nov 2026

- **Value:** 24,000.50 EUR (+20 % since 1 Nov 2026), weighted 2,400 EUR at 10 %
- **Owner:** nora
- **Next step:** Fri 27 Nov 2026: call (nora)
- ⚠️ Possible duplicate of #22: same name.
"""
REFUSAL = '<!-- salesbot:refusal {"of":"1"} -->\n**Not moved to won.** @ann\n\n- It has no value.'
REPLY = '<!-- salesbot:reply {"of":"2"} -->\nDone.'


def issue(*own: str, **more: Any) -> BoardIssue:
    about = {"title": "Acme GmbH: new shop", "state": "OPEN", "created_at": "2026-11-01T09:00:00Z", "body": ""}
    return BoardIssue(7, **{**about, "own": own, **more})


def test_a_card_shows_what_the_programs_card_says() -> None:
    card = LENS.card(issue(CARD, assignees=("nora",)))
    assert (card.title, card.about, card.owners) == ("Acme GmbH", "new shop", ("nora",))
    assert (card.value, card.weighted) == ({"EUR": Decimal("24000.50")}, {"EUR": Decimal(2400)})
    assert (card.since, card.due) == (date(2026, 11, 3), date(2026, 11, 27))
    assert card.next_step == "Fri 27 Nov 2026: call (nora)"
    assert card.attention == ("Possible duplicate of #22: same name.",)


def test_an_answer_that_is_not_settled_is_on_the_card() -> None:
    card = LENS.card(issue(CARD, REFUSAL, REPLY))
    assert (card.news, card.answer) == ("Not moved to won.", REFUSAL)


@pytest.mark.parametrize(
    ("body", "client"),
    [
        pytest.param("### Company\n\nAcme Holding\n\n### Email\n\nx", "Acme Holding", id="the field"),
        pytest.param("### Company\n\n_No response_\n", "Acme GmbH", id="a field without an answer: the title"),
        pytest.param("", "Acme GmbH", id="no field: the title"),
    ],
)
def test_the_client_is_the_field_else_the_title(body: str, client: str) -> None:
    assert LENS.card(issue(body=body)).title == client


def test_an_issue_without_a_card_is_shown_with_what_it_has() -> None:
    card = LENS.card(issue())
    assert (card.value, card.since, card.answer) == ({}, date(2026, 11, 1), "")


def test_only_the_programs_comments_have_a_part() -> None:
    assert LENS.part(observation.BOT, CARD) == "card"
    assert LENS.part(observation.BOT, REFUSAL) == "answer"
    assert LENS.part("eve", CARD) == ""


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        pytest.param("", ["", "", "", ("", "")], id="nothing"),
        pytest.param(
            "### Value\n\n_No response_\n\n### Probability\n\n40 %", ["", "40 %", "", ("", "")], id="no answer"
        ),
        pytest.param("### Value\n\n### Probability\n\n40 %", ["", "40 %", "", ("", "")], id="an empty section"),
        pytest.param("### Value\r\n\r\n9k EUR\r\n", ["9k EUR", "", "", ("", "")], id="line ends of a form"),
        pytest.param("### Expected close\n\n2027-03", ["", "", "2027-03", ("", "")], id="a month"),
        pytest.param("### Next step\n\n2026-12-01: call", ["", "", "", ("2026-12-01", "call")], id="a next step"),
        pytest.param(
            "### Next step\n\n2026-12-01: call (kim)", ["", "", "", ("2026-12-01", "call @kim")], id="and who"
        ),
        pytest.param("### Next step\n\ncall them", ["", "", "", ("", "call them")], id="a step without a day"),
    ],
)
def test_fields_that_are_changed_one_at_a_time(body: str, shown: list[Any]) -> None:
    values = [tuple(value for _, value, _ in each.inputs) for each in LENS.fields(body)]
    assert [each if len(each) > 1 else each[0] for each in values] == shown
