"""Deals that may be the same one: recognised by mail, company domain, company, name; named, never merged."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from salesbot.core.leads import duplicates
from salesbot.core.leads.duplicates import PossibleDuplicate
from salesbot.core.leads.mail_hosts import company_domain
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import IssueSummary
from salesbot.core.text import fields

PIPELINE = default_pipeline()


def body(company: str = "", contact: str = "", email: str = "") -> str:
    said = {"Company": company, "Contact": contact, "Email": email}
    return "\n\n".join(f"### {heading}\n\n{text or '_No response_'}" for heading, text in said.items())


def read(text: str) -> Mapping[str, str]:
    return fields.read(text, PIPELINE.headings, PIPELINE.one_line)


def why(mine: str, theirs: str) -> str:
    found = duplicates.find(9, read(mine), [IssueSummary(3, "t", theirs)], PIPELINE)
    return found[0].why if found else ""


@pytest.mark.parametrize(
    ("mine", "theirs", "reasons"),
    [
        pytest.param(body(email="Jane@Acme.com"), body(email="jane@acme.COM"), "same email", id="the same address"),
        pytest.param(
            body(email="jane@acme.com"), body(email="kim@acme.com"), "same company domain", id="two of one company"
        ),
        pytest.param(body(email="jane@gmail.com"), body(email="kim@gmail.com"), "", id="two at a mail host"),
        pytest.param(body(email="jane@gmx.at"), body(email="kim@gmx.at"), "", id="a mail host in another country"),
        pytest.param(body("Acme GmbH"), body("ACME AG"), "same company", id="another legal form"),
        pytest.param(body("Müller & Söhne GmbH & Co. KG"), body("MULLER SOHNE"), "same company", id="accents"),
        pytest.param(body("A.B.C. Ltd."), body("ABC"), "same company", id="dots"),
        pytest.param(body("Acme"), body("Acme Nord"), "", id="another company"),
        pytest.param(body("AG"), body("AG"), "", id="two letters say nothing"),
        pytest.param(body(contact="Jane Doe"), body(contact="doe, jane"), "same name", id="a name turned round"),
        pytest.param(body(contact="Peter"), body(contact="Peter"), "", id="there are many Peters"),
        pytest.param(
            body("Acme", "Jane Doe", "jane@acme.com"), body("Acme", "Jane Doe", "jane@acme.com"),
            "same email, same company, same name", id="all of it: the address says what its domain says",
        ),
        pytest.param(body(), body(), "", id="nothing known"),
        pytest.param(body("Acme"), "We talked to Acme.", "", id="a word in a text is no field"),
    ],
)  # fmt: skip
def test_why_two_may_be_the_same(mine: str, theirs: str, reasons: str) -> None:
    assert why(mine, theirs) == reasons


@pytest.mark.parametrize("label", ["not-a-deal", "report", "salesbot-problem"])
def test_what_is_no_deal_is_no_twin(label: str) -> None:
    other_issues = [
        IssueSummary(3, "t", body("Acme"), frozenset({label})),
        IssueSummary(4, "t", body("Acme"), duplicate=True),
    ]
    assert duplicates.find(9, read(body("Acme")), other_issues, PIPELINE) == []


def test_the_strongest_come_first_then_the_newest_and_no_more_than_five() -> None:
    other_issues = [IssueSummary(number, "t", body("Acme")) for number in range(1, 8)]
    other_issues.append(IssueSummary(8, "t", body(email="jane@acme.com")))
    found = duplicates.find(9, read(body("Acme", email="jane@acme.com")), other_issues, PIPELINE)
    assert [possible_duplicate.number for possible_duplicate in found] == [8, 7, 6, 5, 4]
    assert found[0] == PossibleDuplicate(8, "same email")


def test_a_deal_is_not_its_own_duplicate() -> None:
    assert duplicates.find(9, read(body("Acme")), [IssueSummary(9, "t", body("Acme"))], PIPELINE) == []


@pytest.mark.parametrize(
    ("mail", "domain"),
    [
        ("jane@acme.com", "acme.com"), ("jane@sub.acme.co.uk", "sub.acme.co.uk"), ("jane@yahoo.co.uk", ""),
        ("jane@outlook.fr", ""), ("jane@mail.acme.com", "mail.acme.com"), ("jane@t-online.de", ""), ("jane", ""),
        ("jane@", ""), ("jane doe@acme.com", ""), ("jane@acme", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_domain_of_a_company(mail: str, domain: str) -> None:
    assert company_domain(mail) == domain
