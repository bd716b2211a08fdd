"""Reads Streak's JSON: boxes, pipelines, contacts, and what its errors mean. Most keys of a box are often absent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from salesbot.adapters import http
from salesbot.core.errors import ServiceError
from salesbot.core.model.mirror import EVER, Contact, Layout, Mirror

Json = Mapping[str, Any]
TEXT = "TEXT_INPUT"
"""The type of a column that holds any text."""
CHECK = "Run `salesbot streak check`"


class ObjectError(ServiceError):
    """Streak refused a request about one object, or the object is of another shape than documented. Others may do."""


class GoneError(ObjectError):
    """The resource does not exist, or the key may not see it."""


def entries(value: Any) -> list[Json]:
    """Give the objects of a list, or of an object by key; also where they come as text. Anything else is left out."""
    value = _decoded(value)
    if isinstance(value, Mapping):
        value = [{**each, "key": each.get("key") or key} for key, each in value.items() if isinstance(each, Mapping)]
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def sharing_entries(value: Any) -> list[Json]:
    """Give sharing entries as objects: public clients know objects, a text of these, addresses and keys of users."""
    value = _decoded(value)
    texts = value.split(",") if isinstance(value, str) else [each for each in _listed(value) if isinstance(each, str)]
    named = [text.strip() for text in texts if text.strip()]
    objects = [each for each in _listed(value) if isinstance(each, Mapping)]
    return [*objects, *({"email" if "@" in text else "userKey": text} for text in named)]


def key_of(found: Any) -> str | None:
    """Give the key of a box; None if there is none, or it is not a box at all."""
    key = (found.get("key") or found.get("boxKey")) if isinstance(found, Mapping) else None
    return key if isinstance(key, str) else None


def has_key(found: Json, key: str) -> bool:
    """Say whether an object is the one that was asked for by its key. One that names no key passes."""
    return found.get("key") in (None, key)


def mirror_of(key: str, box: Json, people: Iterable[str]) -> Mirror:
    """Read a box. Most of its keys are absent until something happened."""
    contacts = [entry.get("key") if isinstance(entry, Mapping) else entry for entry in _listed(box.get("contacts"))]
    return Mirror(
        key=key,
        title=str(box.get("name") or ""),
        stage=str(box.get("stageKey") or ""),
        moved_at=_moment(box.get("lastStageChangeTimestamp")) or _moment(box.get("creationTimestamp")) or EVER,
        made_at=_moment(box.get("creationTimestamp")) or EVER,
        note=str(box.get("notes") or ""),
        columns=_columns(_decoded(box.get("fields"))),
        people=frozenset(people),
        received=_moment(box.get("lastEmailReceivedTimestamp")),
        sent=_moment(box.get("lastEmailSentTimestamp")),
        opened=_moment(box.get("mostRecentLastSentEmailViewsTimestamp")),
        contacts=tuple(str(contact) for contact in contacts if contact),
        mails=_texts(box.get("emailAddresses")),
    )


def layout_of(pipeline: str, found: Json) -> Layout:
    """Read the stages and columns of a pipeline. Stages come as an object by key or as an array."""
    stages = [stage for stage in entries(found.get("stages")) if stage.get("key")]
    names = {str(stage["key"]): str(stage.get("name") or "") for stage in stages}
    ordered = [key for key in map(str, _listed(found.get("stageOrder"))) if key in names]
    fields = [field for field in entries(found.get("fields")) if field.get("key")]
    texts = [field for field in fields if field.get("type") in (None, TEXT)]
    return Layout(
        pipeline,
        str(found.get("name") or pipeline),
        {key: names[key] for key in dict.fromkeys([*ordered, *names])},
        {str(field["key"]): str(field.get("name") or "") for field in texts},
        {str(field.get("name") or ""): str(field["type"]) for field in fields if field not in texts},
    )


def contact_of(found: Json) -> Contact:
    """Read a contact. `phoneNumbers` is (inferred)."""
    name = " ".join(filter(None, (str(found.get(part) or "") for part in ("givenName", "familyName"))))
    return Contact(name, _texts(found.get("emailAddresses")), _texts(found.get("phoneNumbers")))


def _columns(fields: Any) -> dict[str, str]:
    """Read the columns of a box: an object of values by key, or an array of objects with `key` and `value`."""
    listed = ((field.get("key"), field.get("value")) for field in entries(fields))
    values = fields.items() if isinstance(fields, Mapping) else listed
    return {str(key): _text(value) for key, value in values if key and value not in (None, "")}


def _decoded(value: Any) -> Any:
    """Give what a text of JSON holds: some arrays and objects are documented to come as text."""
    if not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, Mapping) else []


def _moment(milliseconds: Any) -> datetime | None:
    """Read Streak's milliseconds; zero means never."""
    if isinstance(milliseconds, str) and milliseconds.isdecimal():
        milliseconds = int(milliseconds[:30])
    if not isinstance(milliseconds, (int, float)) or not milliseconds:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _texts(values: Any) -> tuple[str, ...]:
    if isinstance(values, str):
        return (values,) if values else ()
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()


def read_answer(answer: http.Answer) -> Any:
    """Read an answer. Raises ServiceError for a refusal, by what Streak's page on error codes says of its status.

    What a later request may change, a failure or a limit, was repeated before (`adapters.http`).
    """
    status = answer.status or 0
    try:
        content = json.loads(answer.text) if answer.text else {}
    except (ValueError, RecursionError):
        content = None
    if status < 300 and content is not None:
        return content
    why = str(content.get("error") or "")[:200] if isinstance(content, dict) else ""
    if status == 401:
        raise ServiceError("Streak refused the key (401).", "Check the secret STREAK_API_KEY, the input `streak-key`")
    if status == 404:
        raise GoneError(f"Streak has no such thing ({why or '404'}).")
    if status == 410:
        raise ServiceError("Streak no longer supports this (410).", "Upgrade salesbot: a newer version may support it")
    if status < 300:
        raise unexpected("JSON", ObjectError)
    raise ObjectError(f"Streak answered {status}{f' ({why})' if why else ''}.", CHECK)


def unexpected(what: str, kind: type[ServiceError] = ServiceError) -> ServiceError:
    """Make the error for an answer of another shape than documented."""
    return kind(f"Streak's answer is not {what} as documented.", CHECK)


def each_key(found: Any) -> Iterator[str]:
    """Name the keys of an object, or of the first object of a list, for `salesbot streak check`."""
    first = found[0] if isinstance(found, list) and found else found
    yield from sorted(first) if isinstance(first, dict) else ()
