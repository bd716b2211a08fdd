"""Turns Typeform's JSON into a response: answers of every kind, questions without their markup, hidden fields.

Reads an item of the Responses API and the delivery of a webhook alike, also where the two differ. Unknown kinds of
answers are read by their shape, so that no answer is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from salesbot.core.errors import InputError
from salesbot.core.leads.lead import FROM_FORM, Answer, Kind, Received

SOURCE = FROM_FORM
LEFT_OUT = "It was left out"
Json = Mapping[str, Any]

_KINDS: Mapping[str, Kind] = {"email": "mail", "phone_number": "phone", "file_url": "file", "long_text": "long"}
_PIPED = re.compile(r"\{\{[^{}]*\}\}")
_MARKUP = re.compile(r"(?<!\w)([*_]{1,2})(?=\S)(.+?)(?<=\S)\1(?!\w)")


def key_of(form: str, token: str) -> str:
    """Give the key of a response. Tokens are unique only within a form."""
    return f"{SOURCE}:{form}:{token}"


def read_response(item: Any, form: str, titles: Mapping[str, str], place: str = "without a token") -> Received:
    """Read an item of the Responses API. `place` names it in messages if it does not name itself.

    Raises InputError where it is none, lacks its token or its time, or is of another form.
    """
    try:
        return _response(item, form, titles)
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError, RecursionError) as error:
        what = str(error) if isinstance(error, _OddError) else "cannot be read"
        raise InputError(f"The response {_named(item) or place} of the form {form} {what}.", LEFT_OUT) from error


class _OddError(ValueError):
    """What is wrong with a response."""


def _response(item: Json, form: str, titles: Mapping[str, str]) -> Received:
    if item.get("form_id") not in (None, form):
        raise _OddError("belongs to another form")
    token, when = token_of(item), item.get("submitted_at") or item.get("landed_at")
    if token is None or not isinstance(when, str):
        raise _OddError("has no token or no time")
    listed = item.get("answers")
    answers = (
        [_answer(each, titles) for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    )
    return Received(key_of(form, token), _moment(when), (*answers, *_hidden(item)))


def token_of(item: Json) -> str | None:
    """Give the token of a response."""
    token = item.get("token") or item.get("response_id")
    return token if isinstance(token, str) else None


def _named(item: Any) -> str:
    """Name a response that cannot be read, by whatever it has."""
    parts = item if isinstance(item, Mapping) else {}
    found = (parts.get(name) for name in ("token", "response_id", "landing_id", "submitted_at", "landed_at"))
    return next((text[:80] for text in found if isinstance(text, str) and text), "")


def read_delivery(body: bytes) -> tuple[str, Received] | None:
    """Read the body of a webhook: the form and the response; None if the form was not submitted yet.

    Raises InputError for any other body.
    """
    try:
        event = json.loads(body)
        response = event["form_response"]
        form = str(response["form_id"])
        if event.get("event_type") != "form_response":
            return None
        titles = titles_of(_object(response.get("definition")), form)
        return form, read_response(response, form, titles)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise InputError("The relayed text is not a Typeform response.", "Send the webhook's raw body") from error


def titles_of(found: Json, form: str) -> dict[str, str]:
    """Give the questions of a form by the id of their field; none if another form came in its place."""
    return dict(questions(found)) if found.get("id") in (None, form) else {}


def questions(form: Json) -> Iterator[tuple[str, str]]:
    """List the questions of a form by the id of their field, including those in groups."""
    yield from ((str(field.get("id")), plain(str(field.get("title") or ""))) for field in _fields(form))


def names_of(form: Json) -> dict[str, str]:
    """List what an answer of a form may be called: the `ref` of each question with its title, and the hidden fields."""
    hidden = form.get("hidden")
    found = {str(name): "" for name in (hidden if isinstance(hidden, list) else ())}
    return found | {str(field.get("ref") or ""): plain(str(field.get("title") or "")) for field in _fields(form)}


def _fields(form: Json) -> Iterator[Json]:
    """List the fields of a form, each group before what is in it."""
    listed = form.get("fields")
    for field in listed if isinstance(listed, list) else ():
        if isinstance(field, Mapping):
            yield field
            yield from _fields(_object(field.get("properties")))


def _object(value: Any) -> Json:
    return value if isinstance(value, Mapping) else {}


def plain(title: str) -> str:
    """Remove references to earlier answers from a question, and the marks of bold and italic."""
    return _MARKUP.sub(r"\2", _PIPED.sub("…", title)).strip()


def _answer(answer: Json, titles: Mapping[str, str]) -> Answer:
    field = _object(answer.get("field"))
    kind = _KINDS.get(str(answer.get("type"))) or _KINDS.get(str(field.get("type"))) or "text"
    question = titles.get(str(field.get("id"))) or plain(str(field.get("title") or ""))
    return Answer(str(field.get("ref") or ""), question, _text(answer), kind)


def _text(answer: Json) -> str:
    """Read the value, whose key is the kind. A dropdown has a text in the API and a choice in a delivery."""
    kind = str(answer.get("type"))
    value = answer.get(kind)
    if kind == "date" and isinstance(value, str):
        return value[:10]
    return _as_text(value)


def _as_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return str(value)
        case {"amount": amount, **rest}:
            return " ".join(str(part) for part in (amount, rest.get("name")) if part)
        case {"label": label, **rest}:
            return _listed([label, rest.get("other")])
        case {"labels": labels, **rest}:
            return _listed([*(labels if isinstance(labels, list) else [labels]), rest.get("other")])
        case {"other": other}:
            return str(other)
        case list():
            return _listed([_as_text(each) for each in value])
    return json.dumps(value, ensure_ascii=False)


def _listed(parts: list[Any]) -> str:
    return ", ".join(str(part) for part in parts if part)


def _hidden(item: Json) -> Iterator[Answer]:
    """Hidden fields are parameters of the form's address, such as `utm_source`."""
    for name, value in _object(item.get("hidden")).items():
        yield Answer(str(name), "", _as_text(value), "hidden")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
