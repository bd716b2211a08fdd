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
        pytest.param(body("HP Inc."), body("HP"), "same company", id="two letters"),
        pytest.param(body("HP Inc."), body("HPE"), "", id="two letters within three"),
        pytest.param(body("Delta Co"), body("Delta Air"), "", id="no more than a first word"),
        pytest.param(body("Acme UK"), body("Acme"), "", id="a country is no legal form"),
        pytest.param(body("Müller GmbH"), body("Mueller"), "same company", id="umlauts written out"),
        pytest.param(body("Mueller"), body("Müller GmbH"), "same company", id="umlauts written out, the other way"),
        pytest.param(body("Bauer"), body("Baur"), "", id="ue that is no umlaut"),
        pytest.param(body(contact="Jörg Ødegaard"), body(contact="Joerg Oedegaard"), "same name", id="a person's"),
        pytest.param(body(contact="Dr. Jane Doe"), body(contact="Jane Doe"), "same name", id="a title"),
        pytest.param(body("Łódź Weiß"), body("Lodz Weiss"), "same company", id="letters without their marks"),
        pytest.param(body("Smith & Sons"), body("Smith and Sons"), "same company", id="and"),
        pytest.param(body("Schmidt und Partner"), body("Schmidt + Partner"), "same company", id="und, +"),
        pytest.param(
            body("https://www.Acme.com:8443/shop?x=1#top"), body(email="jane@acme.com"), "same company domain",
            id="a site",
        ),
        pytest.param(body(email="j@mail.acme.com"), body(email="k@acme.com"), "same company domain", id="below it"),
        pytest.param(body(email="j@acme.co.uk"), body(email="k@other.co.uk"), "", id="below a public suffix"),
        pytest.param(
            body(email="j@müller.de"), body(email="k@XN--MLLER-KVA.de."), "same company domain", id="punycode"
        ),
        pytest.param(
            body(email="Jane Doe <jane+shop@acme.com>"), body(email="mailto:JANE@Acme.com"), "same email",
            id="a mailbox",
        ),
        pytest.param(body(email="j.doe@gmail.com"), body(email="jdoe@googlemail.com"), "same email", id="at Gmail"),
        pytest.param(body(email="j.doe@gmx.at"), body(email="jdoe@gmx.at"), "", id="dots matter elsewhere"),
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
        ("jane@acme.com", "acme.com"), ("jane@sub.acme.co.uk", "acme.co.uk"), ("jane@yahoo.co.uk", ""),
        ("jane@outlook.fr", ""), ("jane@mail.acme.com", "acme.com"), ("jane@t-online.de", ""), ("jane", ""),
        ("jane@", ""), ("jane doe@acme.com", ""), ("jane@acme", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_domain_of_a_company(mail: str, domain: str) -> None:
    assert company_domain(mail) == domain


@pytest.mark.parametrize(
    "form",
    [
        "UG (haftungsbeschränkt)", "UG", "e.K.", "gem. GmbH", "gGmbH", "GmbH & Co. KGaA", "S.à r.l.", "Sarl",
        "Sp. z o.o.", "spol. s r.o.", "A/S", "AS", "Oy", "Pvt. Ltd.", "Pvt Ltd", "Private Limited", "Pty Ltd", "K.K.",
        "UAB", "Inc.",
        ", Inc", "Incorporated", "L.L.C.", "PLC", "B.V.", "N.V.", "S.p.A.", "S.A. de C.V.", "d.o.o.", "Kft.",
        "LLP", "SE", "Sdn. Bhd.", "Ltda.", "株式会社",
    ],
)  # fmt: skip
def test_a_legal_form_is_no_part_of_a_name(form: str) -> None:
    assert why(body(f"Nordwind {form}"), body("Nordwind")) == "same company"
    assert why(body("Nordwind"), body(f"NORDWIND {form.upper()}")) == "same company"
    assert why(body(f"Nordwind {form}"), body(f"Nordlicht {form}")) == ""
    assert why(body(form), body(f"Nordwind {form}")) == ""


@pytest.mark.parametrize(
    "host",
    [
        "aon.at", "chello.at", "a1.net", "hispeed.ch", "alice.it", "centrum.cz", "abv.bg", "bellsouth.net", "shaw.ca",
        "talktalk.net", "proton.me", "hey.com", "rediffmail.com", "naver.com", "ukr.net", "libero.it", "sapo.pt",
    ],
)  # fmt: skip
def test_a_mail_host_is_no_company(host: str) -> None:
    assert company_domain(f"jane@{host}") == company_domain(f"jane@mail.{host}") == ""
    assert why(body(email=f"jane@{host}"), body(email=f"kim@{host}")) == ""


@pytest.mark.parametrize("host", ["siemens.com", "acme.example", "ibm.com", "sap.com", "bmw.de", "mit.edu"])
def test_a_company_is_no_mail_host(host: str) -> None:
    assert company_domain(f"jane@{host}") == host
