"""What an earlier deal of the client offers, from whom it is believed, and which texts are no line to copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from salesbot.core.leads import client_fields, clients, duplicates, lead
from salesbot.core.model import headings
from salesbot.core.model.client_deal import ClientDeal
from salesbot.core.model.deal import Actor, How, Role, StageVisit
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.journal import Cursor, Journal, to_payload
from salesbot.core.model.keys import Kind
from salesbot.core.model.logged_activity import ActivityKind, LoggedActivity
from salesbot.core.model.pipeline import Field
from salesbot.core.model.trust import TrustedField
from salesbot.core.text import fields, markdown
from tests.core.leads.test_duplicates import PIPELINE

AT = datetime(2026, 3, 4, 9, tzinfo=UTC)
NORA = Actor("nora", 11)
OURS = {"nora": Role.TRIAGE}
OWN = replace(PIPELINE, fields=(Field("vat", "VAT", client=True), Field("nda", "NDA"), Field("site", "Website")))


def earlier(number: int = 3, author: Actor | None = NORA, *, card: str = "", **said: str) -> IssueSummary:
    body = "\n\n".join(f"### {heading}\n\n{text}" for heading, text in said.items())
    return IssueSummary(number, "t", body, card=card, author=author)


def offers(mine: dict[str, str], *others: IssueSummary, roles: dict[str, Role] = OURS) -> list[str]:
    found = [ClientDeal(each.number, "won") for each in others]
    return [client_fields.line(each) for each in client_fields.offers(mine, found, others, roles, OWN)]


def test_fields_of_the_client_are_offered_and_those_of_the_deal_are_not() -> None:
    said = dict.fromkeys(OWN.headings, "12")
    assert offers({}, earlier(3, NORA, card="", **said)) == [
        "/set company 12", "/set vat 12", "/set website 12", "/set contact 12", "/set email 12", "/set phone 12",
    ]  # fmt: skip


def test_what_the_deal_has_is_not_offered() -> None:
    assert offers({"VAT": "1", "Company": "Acme"}, earlier(VAT="2", Company="Acme AG")) == []


def test_each_field_comes_from_the_newest_deal_that_has_it_and_a_person_from_one() -> None:
    newer, older = earlier(4, VAT="2", Contact="Jane"), earlier(3, VAT="1", Website="a.example", Phone="7")
    assert offers({}, newer, older) == ["/set vat 2", "/set website a.example", "/set contact Jane"]


@pytest.mark.parametrize(
    ("mine", "lines"),
    [
        pytest.param({"Contact": "jane doe"}, ["/set phone 7"], id="the same person's"),
        pytest.param({"Contact": "Bob"}, [], id="not somebody else's"),
        pytest.param({"Email": "bob@a.example"}, [], id="nor of whom nobody knows whose it is"),
    ],
)
def test_a_phone_is_offered_for_its_person(mine: dict[str, str], lines: list[str]) -> None:
    assert offers(mine, earlier(Contact="Jane Doe", Phone="7")) == lines


def card(**kept: Any) -> str:
    people = {"nora": 11, "ann": 12}
    journal = replace(Journal(1, 3, "lead", Cursor(AT), AT, people=people), **kept)
    return markdown.marker(Kind.CARD, to_payload(journal))


VALUE_BY = {name: (TrustedField(headings.VALUE, "9000 EUR", name),) for name in ("nora", "ann")}
CALLED = (LoggedActivity(AT, ActivityKind.CALL, "nora", 5),)


@pytest.mark.parametrize(
    ("author", "roles", "kept", "believed"),
    [
        pytest.param(NORA, OURS, "", True, id="the run knows the role"),
        pytest.param(
            NORA, {"nora": Role.READ}, card(trusted=VALUE_BY["nora"]), False, id="a role of no more than read"
        ),
        pytest.param(NORA, {}, "", False, id="nothing is known"),
        pytest.param(NORA, {}, card(trusted=VALUE_BY["nora"]), True, id="a field that counts is the author's"),
        pytest.param(NORA, {}, card(trusted=VALUE_BY["ann"]), False, id="it is a colleague's"),
        pytest.param(NORA, {}, card(activities=CALLED), True, id="the author logged a call"),
        pytest.param(NORA, {}, card(history=(StageVisit("lead", AT, "nora", How.COMMAND),)), True, id="or moved it"),
        pytest.param(
            NORA, {}, card(history=(StageVisit("lead", AT, "nora"),)), False, id="a form puts labels on for anybody"
        ),
        pytest.param(
            Actor("nora", 99), {}, card(trusted=VALUE_BY["nora"]), False, id="somebody took the name of a colleague"
        ),
        pytest.param(None, OURS, card(trusted=VALUE_BY["nora"]), False, id="a deleted account"),
        pytest.param(Actor("nora", 11, is_bot=True), OURS, "", False, id="a bot"),
    ],
)
def test_only_an_author_who_works_here_is_believed(
    author: Actor | None, roles: dict[str, Role], kept: str, *, believed: bool
) -> None:
    assert client_fields.is_believed(earlier(author=author, card=kept), roles) is believed
    assert bool(offers({}, earlier(author=author, card=kept, VAT="2"), roles=roles)) is believed


@pytest.mark.parametrize(("source", "believed"), [(lead.FROM_TABLE, True), (lead.FROM_FORM, False), ("", False)])
def test_of_issues_that_we_opened_only_those_of_a_table_are_believed(source: str, *, believed: bool) -> None:
    kept = card(lead=f"{source}:1:a") if source else ""
    assert client_fields.is_believed(replace(earlier(card=kept), own=True), {}) is believed


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Jane\n/won", id="a second line"),
        pytest.param("Jane\r/won", id="a lone carriage return"),
        pytest.param("Jane\u2028/won", id="another line break"),
        pytest.param("Jane ``` /won", id="a fence"),
        pytest.param("Jane <!--", id="a comment that is left open"),
        pytest.param("[Jane", id="half a link"),
        pytest.param("Jane --force", id="an option"),
        pytest.param('"Jane" Doe', id="quotes, which would be dropped"),
        pytest.param("Jane\u202eeoD", id="letters nobody sees"),
        pytest.param("x" * 161, id="too long"),
    ],
)
def test_what_is_not_read_back_as_it_is_is_not_offered(text: str) -> None:
    assert offers({}, earlier(Contact=text)) == []


def test_a_bug_in_reading_another_deal_is_named_and_takes_nothing_from_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = fields.read

    def read_but_one(body: str, *given: Any) -> Any:
        if "odd" in body:
            raise RuntimeError(body)
        return read(body, *given)

    monkeypatch.setattr(fields, "read", read_but_one)
    odd, good = earlier(4, Company="Acme", VAT="odd"), earlier(3, Company="Acme", VAT="7")
    labelled = [replace(each, labels=frozenset({"stage:lead"})) for each in (odd, good)]
    mine = duplicates.traits({"Company": "Acme"})
    found = duplicates.find(9, {"Company": "Acme"}, labelled, PIPELINE)
    assert {each.number: each.why for each in found} == {3: "same company", 4: duplicates.UNREADABLE}
    assert [each.number for each in clients.find(9, mine, labelled, PIPELINE)] == [3]
    assert offers({"Company": "Acme"}, odd, good) == ["/set vat 7"]
