"""The other deals of a client: what joins two deals, what a card names of them, and that it stays true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from salesbot.core.leads import clients, duplicates
from salesbot.core.leads.clients import ClientIndex
from salesbot.core.model.client_deal import ClientDeal
from salesbot.core.model.deal import How, StageVisit
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.journal import Cursor, Journal, to_payload
from salesbot.core.model.keys import Kind
from salesbot.core.text import markdown
from tests.core.leads.test_duplicates import PIPELINE, body, read

AT = datetime(2026, 3, 4, 9, tzinfo=UTC)


def joined(mine: str, theirs: str) -> str:
    return duplicates.joined(duplicates.traits(read(mine)), duplicates.traits(read(theirs)))


@pytest.mark.parametrize(
    ("mine", "theirs", "what"),
    [
        pytest.param(body(email="j@acme.com"), body(email="J@Acme.com"), "same email: j@acme.com", id="a mailbox"),
        pytest.param(
            body(email="j@gmail.com"), body(email="j@gmail.com"), "same email: j@gmail.com", id="also a free one"
        ),
        pytest.param(
            body(email="j@acme.com"), body(email="k@acme.com"), "same company domain: acme.com", id="a domain"
        ),
        pytest.param(body(email="j@gmail.com"), body(email="k@gmail.com"), "", id="a free mail host joins nobody"),
        pytest.param(body("Acme GmbH"), body("ACME"), "same company: acme", id="a company by name"),
        pytest.param(body("Acme"), body("Acme", email="j@acme.com"), "same company: acme", id="one domain unknown"),
        pytest.param(body("Acme", email="j@acme.com"), body("Acme", email="k@acme.de"), "", id="a name, two domains"),
        pytest.param(
            body("Acme", email="j@gmail.com"), body("Acme", email="k@gmail.com"), "same company: acme", id="free hosts"
        ),
        pytest.param(body(contact="Jane Doe"), body(contact="Jane Doe"), "", id="a person's name alone"),
        pytest.param(body(), body(), "", id="nothing known"),
    ],
)
def test_what_joins_two_deals(mine: str, theirs: str, what: str) -> None:
    assert joined(mine, theirs) == joined(theirs, mine) == what


def card(number: int, stage: str, value: str = "") -> str:
    kept = Journal(
        1,
        number,
        stage,
        Cursor(AT),
        AT,
        history=(StageVisit(stage, AT, "nora", How.COMMAND),),
        rounds=((AT, value),) if value else (),
    )
    return markdown.marker(Kind.CARD, to_payload(kept))


def other(number: int, stage: str, value: str = "", more: str = "", company: str = "Acme") -> IssueSummary:
    said = body(company) + (f"\n\n### Value\n\n999\n\n### Reason\n\n{more}" if more else "")
    return IssueSummary(number, "t", said, frozenset({f"stage:{stage}"}), card=card(number, stage, value))


def find(*others: IssueSummary) -> Sequence[ClientDeal]:
    return clients.find(9, duplicates.traits(read(body("Acme"))), others, PIPELINE)


def test_what_a_card_names_of_them_the_newest_first() -> None:
    assert find(
        other(1, "won", "24000"), other(3, "lost", more="price"), other(9, "lead"), other(4, "lead", company="X")
    ) == (
        ClientDeal(3, "lost", "", AT, "price", "same company: acme"),
        ClientDeal(1, "won", "24,000 EUR", AT, "", "same company: acme"),
    )


def test_a_value_of_the_description_that_no_card_knows_is_not_repeated() -> None:
    assert [each.value for each in find(other(1, "won", more="x"))] == [""]
    assert [each.value for each in find(replace(other(1, "won", "5"), card=card(2, "won", "5")))] == [""], "another's"


@pytest.mark.parametrize("label", ["bug", "not-a-deal", "report"])
def test_what_is_in_no_stage_is_no_deal_of_the_client(label: str) -> None:
    assert find(replace(other(1, "won"), labels=frozenset({label}))) == ()


def test_a_deal_that_ended_is_of_the_client_and_no_duplicate() -> None:
    mine = read(body("Acme"))
    assert duplicates.find(9, mine, [other(1, "won"), other(2, "lost"), other(3, "lead")], PIPELINE) == [
        duplicates.PossibleDuplicate(3, "same company")
    ]


def test_it_names_no_more_than_fit() -> None:
    found = find(*(other(number, "won") for number in range(10, 30)))
    assert [each.number for each in found] == [*range(29, 21, -1)]


def index(*deals: tuple[IssueSummary, tuple[ClientDeal, ...] | None]) -> ClientIndex:
    found = ClientIndex(PIPELINE)
    for deal, known in deals:
        found.add(deal, known)
    return found


PAST = ClientDeal(1, "won", "24,000 EUR", AT, "", "same company: acme")


@pytest.mark.parametrize(
    ("deals", "changed"),
    [
        pytest.param([(other(9, "lead"), (PAST,))], {}, id="what ended long ago is not seen, and stays"),
        pytest.param(
            [(other(9, "lead"), (replace(PAST, ended=None, stage="lead"),))], {9: []}, id="an open one is gone"
        ),
        pytest.param([(other(9, "lead", company="X"), (PAST,))], {9: []}, id="it is of another client now"),
        pytest.param([(other(9, "lead", company=""), (PAST,))], {9: []}, id="nothing is known of it any more"),
        pytest.param(
            [(other(9, "lead"), ()), (other(1, "won", "24000"), None)], {9: ["won"]}, id="one that has just ended"
        ),
        pytest.param([(other(9, "lead"), (PAST,)), (other(1, "won", "24000"), None)], {}, id="it is known already"),
        pytest.param([(other(9, "lead"), (PAST,)), (other(1, "lead"), None)], {9: ["lead"]}, id="it was reopened"),
        pytest.param([(other(9, "lead"), ()), (other(8, "lead"), ())], {9: ["lead"], 8: ["lead"]}, id="both are open"),
        pytest.param(
            [(other(9, "lead"), (PAST,)), (other(1, "won", company="X"), None)], {9: []}, id="the other one changed"
        ),
    ],
)
def test_a_pass_over_all_deals_keeps_it_true(
    deals: list[tuple[IssueSummary, tuple[ClientDeal, ...] | None]], changed: dict[int, list[str]]
) -> None:
    assert {number: [each.stage for each in now] for number, now in index(*deals).changed().items()} == changed


def grouped(*bodies: str) -> list[list[int]]:
    return duplicates.groups({number: duplicates.traits(read(each)) for number, each in enumerate(bodies, 1)})


@pytest.mark.parametrize(
    ("bodies", "groups"),
    [
        pytest.param([], [], id="no deals"),
        pytest.param([body("Acme"), body("Hooli"), body("ACME AG")], [[1, 3], [2]], id="by name"),
        pytest.param(
            [body("Acme", email="j@acme.com"), body("Acme", email="k@acme.de")], [[1], [2]], id="a name, two domains"
        ),
        pytest.param(
            [body("Acme", email="j@acme.com"), body("Acme", email="k@acme.de"), body("Acme"), body("Acme")],
            [[1], [2], [3, 4]],
            id="whose it is without a domain, nobody knows",
        ),
        pytest.param(
            [body("Acme", email="j@acme.com"), body("Acme"), body("Acme", email="k@acme.com")],
            [[1, 2, 3]],
            id="one domain and none",
        ),
        pytest.param(
            [
                body("Acme", email="j@acme.com"),
                body("Acme", email="k@acme.de"),
                body("https://acme.de", email="j@acme.com"),
            ],
            [[1, 2, 3]],
            id="a third one joins two domains",
        ),
        pytest.param([body(email="j@gmail.com"), body(email="k@gmail.com")], [[1], [2]], id="a free mail host"),
        pytest.param([body(contact="Jane Doe"), body(contact="Jane Doe")], [[1], [2]], id="a person's name"),
        pytest.param([body(), body()], [[1], [2]], id="nothing known"),
    ],
)
def test_deals_are_put_together_by_client(bodies: list[str], groups: list[list[int]]) -> None:
    assert grouped(*bodies) == groups
