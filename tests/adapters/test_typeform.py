"""Typeform's JSON and its signature: every kind of answer, both places where the two sources differ."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from salesbot.adapters.typeform import is_signed, read_delivery, read_response, sign
from salesbot.adapters.typeform.reading import plain, questions, titles_of
from salesbot.core.errors import InputError

# The vector was computed with openssl, not with this program.
SECRET = "s3cr3t-typeform-webhook"
BODY = b'{"event_id":"01HZZ","event_type":"form_response"}'
SIGNATURE = "sha256=sGqTVqoz5pqM25zE+ViqkGmLQtdugpUHJf/Ip1SYplg="


def test_the_signature_of_a_known_body() -> None:
    assert sign(BODY, SECRET) == SIGNATURE
    assert is_signed(BODY, SIGNATURE, SECRET)


@pytest.mark.parametrize(
    ("body", "signature", "secret"),
    [
        pytest.param(BODY + b"\n", SIGNATURE, SECRET, id="a line break more"),
        pytest.param(BODY, SIGNATURE, "other", id="another secret"),
        pytest.param(BODY, sign(BODY, ""), "", id="no secret: then anybody could sign"),
        pytest.param(BODY, SIGNATURE.removeprefix("sha256="), SECRET, id="without its prefix"),
        pytest.param(BODY, "", SECRET, id="none"),
        pytest.param(BODY, "sha256=ä", SECRET, id="no ASCII"),
    ],
)
def test_any_other_is_none(body: bytes, signature: str, secret: str) -> None:
    assert not is_signed(body, signature, secret)


@pytest.mark.parametrize(
    ("kind", "answer", "text", "read_as"),
    [
        pytest.param("short_text", {"type": "text", "text": "Jane"}, "Jane", "text", id="short text"),
        pytest.param("long_text", {"type": "text", "text": "A\nB"}, "A\nB", "long", id="long text"),
        pytest.param("email", {"type": "email", "email": "a@b.de"}, "a@b.de", "mail", id="email"),
        pytest.param("phone_number", {"type": "phone_number", "phone_number": "+49"}, "+49", "phone", id="phone"),
        pytest.param("website", {"type": "url", "url": "https://a.b"}, "https://a.b", "text", id="website"),
        pytest.param("number", {"type": "number", "number": 12}, "12", "text", id="number"),
        pytest.param("opinion_scale", {"type": "number", "number": 0}, "0", "text", id="scale: zero is a value"),
        pytest.param("yes_no", {"type": "boolean", "boolean": False}, "no", "text", id="no"),
        pytest.param("legal", {"type": "boolean", "boolean": True}, "yes", "text", id="legal"),
        pytest.param("date", {"type": "date", "date": "2026-11-20T00:00:00Z"}, "2026-11-20", "text", id="date, polled"),
        pytest.param("date", {"type": "date", "date": "2026-11-20"}, "2026-11-20", "text", id="date, delivered"),
        pytest.param("dropdown", {"type": "text", "text": "Germany"}, "Germany", "text", id="dropdown, polled"),
        pytest.param(
            "dropdown", {"type": "choice", "choice": {"id": "c", "label": "Germany"}}, "Germany", "text",
            id="dropdown, delivered",
        ),
        pytest.param("multiple_choice", {"type": "choice", "choice": {"other": "SEO"}}, "SEO", "text", id="other"),
        pytest.param(
            "multiple_choice", {"type": "choices", "choices": {"labels": ["A", "B"], "other": "C"}}, "A, B, C", "text",
            id="several",
        ),
        pytest.param("ranking", {"type": "choices", "choices": {"labels": None}}, "", "text", id="several, none"),
        pytest.param("file_upload", {"type": "file_url", "file_url": "https://x"}, "https://x", "file", id="file"),
        pytest.param(
            "payment", {"type": "payment", "payment": {"amount": "10", "last4": "1234", "name": "J"}}, "10 J", "text",
            id="payment, without the card",
        ),
        pytest.param("matrix", {"type": "matrix", "matrix": {"a": [1]}}, '{"a": [1]}', "text", id="a kind to come"),
        pytest.param("group", {"type": "group"}, "", "text", id="no value"),
    ],
)  # fmt: skip
def test_every_kind_of_answer(kind: str, answer: dict[str, Any], text: str, read_as: str) -> None:
    item = {
        "token": "t", "submitted_at": "2026-10-01T08:38:22Z",
        "answers": [{"field": {"id": "f", "ref": "r", "type": kind}, **answer}],
    }  # fmt: skip
    (found,) = read_response(item, "u6", {"f": "Why?"}).answers
    assert (found.ref, found.question, found.text, found.kind) == ("r", "Why?", text, read_as)


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"answers": None, "hidden": None}, id="null"),
        pytest.param({}, id="nothing"),
        pytest.param({"answers": [None, "x"]}, id="no answers"),
        pytest.param({"answers": {"a": 1}, "hidden": ["x"]}, id="of another shape"),
        pytest.param({"answers": "x", "hidden": "y"}, id="texts"),
    ],
)
def test_a_response_without_answers_is_one(item: dict[str, Any]) -> None:
    found = read_response({"token": "t", "landed_at": "2026-10-01T08:38:22Z", **item}, "u6", {})
    assert (found.key, found.at, found.answers) == ("typeform:u6:t", datetime(2026, 10, 1, 8, 38, 22, tzinfo=UTC), ())


@pytest.mark.parametrize(
    ("item", "named"),
    [
        pytest.param({}, "The response 3 of 7 of the form u6", id="nothing"),
        pytest.param({"token": "t1"}, "The response t1", id="no time"),
        pytest.param({"token": 5, "submitted_at": "x"}, "The response x", id="a number for a token"),
        pytest.param({"token": "t1", "submitted_at": "x"}, "The response t1", id="no date"),
        pytest.param({"token": "t1", "submitted_at": {"at": 1}}, "The response t1", id="an object for a date"),
        pytest.param({"token": "t1", "submitted_at": "0001-01-01T00:00:00+14:00"}, "The response t1", id="before time"),
        pytest.param(None, "The response 3 of 7 of the form u6", id="null"),
        pytest.param("x", "The response 3 of 7 of the form u6", id="a text"),
        pytest.param([{}], "The response 3 of 7 of the form u6", id="a list"),
        pytest.param(True, "The response 3 of 7 of the form u6", id="true"),
    ],
)
def test_a_response_that_cannot_be_read_is_named(item: Any, named: str) -> None:
    with pytest.raises(InputError, match=f"^{named} .*It was left out$"):
        read_response(item, "u6", {}, "3 of 7")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        pytest.param({"field": "f", "type": "text", "text": "A"}, "A", id="a field that is a text"),
        pytest.param({"field": None, "type": ["x"], "text": "A"}, "", id="a type that is a list"),
        pytest.param({"type": "choices", "choices": {"labels": "Design"}}, "Design", id="labels as a text"),
        pytest.param({"type": "choices", "choices": {"labels": 7}}, "7", id="labels as a number"),
        pytest.param({"type": "date", "date": 20261120}, "20261120", id="a date as a number"),
        pytest.param({"type": "email", "email": {"at": "a@b.de"}}, '{"at": "a@b.de"}', id="an object for a text"),
    ],
)
def test_an_answer_of_another_shape_spoils_no_other(answer: dict[str, Any], text: str) -> None:
    good = {"field": {"id": "f", "ref": "r"}, "type": "text", "text": "Jane"}
    item = {"token": "t", "submitted_at": "2026-10-01T08:38:22Z", "answers": [answer, good]}
    assert [each.text for each in read_response(item, "u6", {}).answers] == [text, "Jane"]


@pytest.mark.parametrize("fields", [None, "x", 7, {"a": 1}, [None, "x", {"id": "b", "title": 5, "properties": "y"}]])
def test_questions_of_another_shape_are_none(fields: Any) -> None:
    assert dict(questions({"fields": fields})) in ({}, {"b": "5"})


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Hi {{field:lead_name}}, your *email*?", "Hi …, your email?"), ("**Bold** _it_", "Bold it"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("snake_case_name", "snake_case_name"), ("{{answer_60906475}}", "…"),
    ],
)  # fmt: skip
def test_a_question_without_its_marks(title: str, shown: str) -> None:
    assert plain(title) == shown


def test_questions_inside_groups_are_found() -> None:
    form = {"fields": [{"id": "a", "title": "A", "properties": {"fields": [{"id": "b", "title": "B"}]}}]}
    assert dict(questions(form)) == {"a": "A", "b": "B"}


def test_the_questions_of_another_form_are_not_ours() -> None:
    found = {"id": "u6", "fields": [{"id": "a", "title": "A"}]}
    assert (titles_of(found, "u6"), titles_of(found, "other1")) == ({"a": "A"}, {})


def test_a_response_of_another_form_is_left_out() -> None:
    item = {"token": "t", "submitted_at": "2026-10-01T08:38:22Z"}
    assert read_response({**item, "form_id": "u6"}, "u6", {}).key == "typeform:u6:t"
    with pytest.raises(InputError, match="t of the form u6 belongs to another form"):
        read_response({**item, "form_id": "other1"}, "u6", {})


def test_a_partial_delivery_is_not_sent_off_yet() -> None:
    event = {"event_type": "form_response_partial", "form_response": {"form_id": "u6", "token": "t"}}
    assert read_delivery(json.dumps(event).encode()) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"form_response": 5}', b"[" * 100_000, b"null"])
def test_what_is_no_delivery_is_refused(body: bytes) -> None:
    with pytest.raises(InputError):
        read_delivery(body)
