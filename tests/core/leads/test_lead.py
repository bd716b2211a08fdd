"""What came in becomes an issue: which answer fills which field, the title, and a description that does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.leads import field_mapping, lead, lead_index
from salesbot.core.leads.lead import Answer, Lead, Mark, Received
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import Issue, IssueSummary
from salesbot.core.model.pipeline import Field
from salesbot.core.text import fields, markdown

WORDS = TemplateRenderer()
PIPELINE = default_pipeline()
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
KEY = "typeform:u6nXL7:abc"


def received(*answers: Answer) -> Received:
    return Received(KEY, NOW, answers)


def sorted_in(*answers: Answer, wanted: Mapping[str, str] | None = None) -> Lead:
    return field_mapping.sort_in(received(*answers), wanted or {}, PIPELINE)


# Which answer fills which field


@pytest.mark.parametrize(
    ("answer", "wanted", "heading"),
    [
        pytest.param(Answer("q1", "Who are you with?", "Acme"), {"company": "q1"}, "Company", id="as the map says"),
        pytest.param(Answer("company", "Who are you with?", "Acme"), {}, "Company", id="by the name of the question"),
        pytest.param(Answer("q1", "Company:", "Acme"), {}, "Company", id="by its words"),
        pytest.param(Answer("q1", "Your company", "Acme"), {}, "Company", id="by its words, after `your`"),
        pytest.param(Answer("lead_budget", "How much?", "20k"), {}, "Budget", id="by its name, after `lead`"),
        pytest.param(Answer("q1", "Your name *", "Jane"), {}, "Contact", id="a name is whom we talk to"),
        pytest.param(Answer("q1", "Organisation", "Acme"), {}, "Company", id="what others call a company"),
        pytest.param(Answer("q1", "Where?", "jane@acme.com", "mail"), {}, "Email", id="a mail address by its kind"),
        pytest.param(Answer("q1", "Where?", "+49 1", "phone"), {}, "Phone", id="a phone number by its kind"),
        pytest.param(Answer("q1", "Tell us", "A shop", "long"), {}, "Brief", id="a long text by its kind"),
        pytest.param(Answer("utm_source", "", "google", "hidden"), {}, "Source", id="where a campaign sent them from"),
        pytest.param(Answer("value", "Value", "9000"), {}, None, id="what a deal is worth is ours to say"),
        pytest.param(Answer("q1", "What is it worth?", "9000"), {"value": "q1"}, "Value", id="unless the map says so"),
        pytest.param(Answer("reason", "Reason", "price"), {}, None, id="nobody loses a deal by a form"),
        pytest.param(Answer("q1", "Company", "A" * 301), {}, None, id="too long for a field"),
        pytest.param(Answer("company", "Company", "https://x.example/a.pdf", "file"), {}, None, id="nor a file"),
        pytest.param(Answer("q1", "Colour?", "red"), {}, None, id="a question of its own"),
    ],
)  # fmt: skip
def test_an_answer_finds_its_field(answer: Answer, wanted: Mapping[str, str], heading: str | None) -> None:
    found = sorted_in(answer, wanted=wanted)
    assert (list(found.fields), found.other_answers) == (([heading], ()) if heading else ([], (answer,)))


def test_a_field_of_ones_own_is_filled_by_its_name() -> None:
    pipeline = replace(PIPELINE, fields=(Field("nda", "NDA signed"),))
    found = field_mapping.sort_in(received(Answer("nda", "Shall we sign one?", "yes")), {}, pipeline)
    assert found.fields == {"NDA signed": "yes"}


def test_a_field_takes_one_answer_and_the_map_comes_first() -> None:
    found = sorted_in(
        Answer("email", "Mail", "a@acme.com", "mail"),
        Answer("q2", "Other", "b@acme.com", "mail"),
        wanted={"email": "q2"},
    )
    assert (found.fields, [answer.text for answer in found.other_answers]) == ({"Email": "b@acme.com"}, ["a@acme.com"])


def test_a_source_somebody_named_beats_the_campaigns() -> None:
    found = sorted_in(Answer("utm_source", "", "google", "hidden"), Answer("source", "Source", "a friend"))
    assert found.fields == {"Source": "a friend"}


def test_first_and_last_name_are_one_name() -> None:
    found = sorted_in(Answer("a", "First name", "Jane"), Answer("b", "Last name", "Doe"))
    assert (found.fields, found.other_answers) == ({"Contact": "Jane Doe"}, ())


def test_an_empty_answer_is_none() -> None:
    assert sorted_in(Answer("company", "Company", "  ")) == Lead(KEY, NOW)


# The title


@pytest.mark.parametrize(
    ("said", "title"),
    [
        pytest.param({"Company": "Acme", "Service": "shop", "Brief": "x"}, "Acme: shop", id="company and service"),
        pytest.param({"Email": "j@acme.com", "Brief": "A\nshop"}, "acme.com: A shop", id="domain and brief"),
        pytest.param({"Email": "j@gmail.com", "Contact": "Jane"}, "Jane", id="a free mail host is no company"),
        pytest.param({"Email": "j@gmx.co.uk"}, "New lead", id="nothing known"),
        pytest.param({"Email": "j@aon.at", "Contact": "Jane", "Brief": "A shop"}, "Jane: A shop", id="a listed host"),
        pytest.param({"Email": "j@dsl-nord.example", "Contact": "Jane"}, "Jane", id="a host that no list has, perhaps"),
        pytest.param(
            {"Email": "j@acme.com", "Contact": "Jane", "Brief": "ACME needs a shop"}, "acme.com: ACME needs a shop",
            id="a domain that the brief names is the company's",
        ),
        pytest.param({"Email": "j@xn--mller-kva.de"}, "müller.de", id="in the letters of its language"),
        pytest.param({"Brief": "word " * 30}, f"{'word ' * 11}word…", id="sixty characters of the brief, whole words"),
        pytest.param({"Brief": "x" * 80}, f"{'x' * 60}…", id="a word without end"),
    ],
)  # fmt: skip
def test_the_title_says_who_and_what(said: Mapping[str, str], title: str) -> None:
    assert lead.title(Lead(KEY, NOW, said)) == title


def test_a_title_fits() -> None:
    assert len(lead.title(Lead(KEY, NOW, {"Company": "A" * 299, "Service": "B" * 299}))) == 200


# The description


@given(
    value=st.text(st.characters(codec="utf-8"), min_size=1, max_size=200),
    brief=st.text(st.characters(codec="utf-8"), max_size=400),
)
def test_what_was_said_reads_back_and_adds_no_field(value: str, brief: str) -> None:
    said = sorted_in(Answer("budget", "Budget", value), Answer("b", "Tell us", brief, "long"))
    body = lead.body(said, PIPELINE, WORDS)
    found = fields.read(body, PIPELINE.headings, PIPELINE.one_line)
    plain = markdown.one_line(value)
    meant = "" if plain.casefold() in ("none", "_no response_") else plain  # what forms write for an empty answer
    assert found.get("Budget", "").replace("```", "").strip() == meant or "`" in value
    assert set(found) <= {"Budget", "Brief", "Other answers"}
    assert lead.read_mark(body) == Mark(KEY, NOW)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_a_quotation_reads_back_as_what_it_quotes(text: str) -> None:
    lines = [markdown.one_line(line) for line in text.splitlines()]
    plain = "\n".join(line for line in lines if line)
    assert markdown.unquoted(markdown.block(plain)) == plain


@pytest.mark.parametrize(
    "text", ["Acme GmbH", "jane@acme.com", "Müller & Sohn", "20k to 50k EUR", "Jane Doe-Smith"], ids=str
)
def test_plain_words_stand_as_they_are(text: str) -> None:
    assert markdown.is_inert(text)


@pytest.mark.parametrize(
    "text",
    ["@kim", "see #12", "a*b*", "https://x.example", "<b>", "two\nlines", "acme.com", "- x", "$a$", "x@y.z,@kim"],
)
def test_words_that_would_do_something_do_not(text: str) -> None:
    assert not markdown.is_inert(text)


def test_a_hundred_long_answers_fit_and_say_how_many_were_left_out() -> None:
    body = lead.body(sorted_in(*(Answer(f"q{number}", "?", "@x " * 900) for number in range(100))), PIPELINE, WORDS)
    assert len(body.encode()) <= markdown.BODY_LIMIT
    assert "_97 more answers were left out" in body
    assert lead.read_mark(body) == Mark(KEY, NOW)


def test_a_long_answer_is_cut_and_says_so() -> None:
    body = lead.body(sorted_in(Answer("b", "Tell us", "<b>." * 9000, "long")), PIPELINE, WORDS)
    assert len(body.encode()) <= markdown.BODY_LIMIT
    assert "(cut here: 36,000 characters in all)" in body.replace("\\", "")


def test_only_a_plain_address_becomes_a_link() -> None:
    files = [Answer("f", "File", text, "file") for text in ("https://x.example/a)b <c>.pdf", "javascript:alert(1)")]
    body = lead.body(sorted_in(*files), PIPELINE, WORDS)
    assert "(https://x.example/a%29b%20%3Cc%3E.pdf)" in body
    assert "](javascript" not in body


# The mark


MARKED = lead.body(replace(sorted_in(Answer("company", "", "Acme")), polled=True), PIPELINE, WORDS)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param(MARKED, Mark(KEY, NOW, polled=True), id="the bot's"),
        pytest.param(f"Hello\n{MARKED}", None, id="not in the first line"),
        pytest.param('<!-- salesbot:lead {"key":1} -->', None, id="no key"),
        pytest.param('<!-- salesbot:lead {"key":"a","at":-5} -->', Mark("a"), id="no time"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_mark_is_read_back(body: str, found: Mark | None) -> None:
    assert lead.read_mark(body) == found


def test_a_mark_counts_on_an_issue_of_the_bots_only() -> None:
    issue = Issue("I", 1, "t", MARKED, NOW, own=True)
    assert lead.mark_of(issue) == Mark(KEY, NOW, polled=True)
    assert lead.mark_of(replace(issue, own=False)) is None


# The inbox


def other(number: int, *, key: str = KEY, polled: bool = True, at: datetime = NOW, **about: Any) -> IssueSummary:
    mark = {"key": key, "at": int(at.timestamp()), "polled": polled}
    body = f"{markdown.marker('lead', mark)}\nText"
    return IssueSummary(number, "t", body, own=True, created_at=at, **about)


def begin(*other_issues: IssueSummary, since: datetime | None = None, begun: datetime | None = None) -> datetime:
    return lead_index.poll_from("typeform:u6nXL7:", other_issues, NOW, since=since, begun=begun)


def test_the_next_poll_begins_a_little_before_the_newest_polled_lead() -> None:
    early, late = NOW - timedelta(hours=9), NOW - timedelta(hours=5)
    assert begin(other(1, at=early), other(2, at=late)) == late - timedelta(hours=1)


def test_a_relayed_lead_says_nothing_of_those_before_it() -> None:
    assert begin(other(1, polled=False)) == NOW - timedelta(days=7)


def test_a_lead_of_another_form_says_nothing_either() -> None:
    assert begin(other(1, key="typeform:other:1"), other(2, key="csv:1")) == NOW - timedelta(days=7)


def test_the_first_poll_goes_not_back_into_what_is_history() -> None:
    assert begin(begun=NOW - timedelta(days=2)) == NOW - timedelta(days=2)
    assert begin(since=NOW - timedelta(days=99), begun=NOW - timedelta(days=2)) == NOW - timedelta(days=99)


def test_what_is_an_issue_already_is_not_new_and_each_lead_is_taken_once() -> None:
    sent = [Received(f"k{number}", NOW - timedelta(hours=number)) for number in (1, 2, 3, 2)]
    assert [each.key for each in lead_index.fresh(sent, [other(9, key="k1")])] == ["k3", "k2"]


def test_the_issues_read_reach_back_when_one_is_older_than_the_lead() -> None:
    sent = [Received("k", NOW)]
    assert lead_index.reaches([other(2), other(1, at=NOW - timedelta(hours=2))], sent)
    assert not lead_index.reaches([other(2)], sent)
    assert not lead_index.reaches([], sent)
    assert lead_index.reaches([], [])


def test_of_two_issues_of_one_lead_the_younger_is_the_double() -> None:
    assert lead_index.doubles([other(5), other(3), other(4, duplicate=True)]) == [5]
    assert lead_index.doubles([other(5), other(3, duplicate=True, open=False)]) == []
    assert lead_index.doubles([other(5, open=False), other(3, open=False)]) == []


def test_an_issue_without_card_is_unfinished_unless_it_is_no_deal() -> None:
    no_deal = other(2, labels=frozenset({"not-a-deal"}))
    assert lead_index.unfinished([other(1), no_deal, other(3, card="x"), other(4, open=False)]) == [1]


def test_the_card_remembers_the_lead_where_the_description_was_rewritten() -> None:
    card = markdown.marker("card", {"lead": KEY})
    assert lead_index.keys([IssueSummary(4, "t", "Rewritten", own=True, card=card)]) == {KEY: 4}
