"""Reads Streak's JSON: boxes, pipelines, contacts, and what its errors mean. Most keys of a box are often absent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from salesbot.adapters import http
from salesbot.core.errors import ServiceError
from salesbot.core.model.mirror import EVER, Contact, Layout, Mirror

Json = Mapping[str, Any]
CHECK = "Run `salesbot streak check`"


class ObjectError(ServiceError):
    """Streak refused a request about one object, or the object is of another shape than documented. Others may do."""


class GoneError(ObjectError):
    """The resource does not exist, or the key may not see it."""


def has_key(found: Json, key: str) -> bool:
    """Say whether an object is the one that was asked for by its key. One that names no key passes."""
    return found.get("key") in (None, key)


def mirror_of(box: Json, people: Sequence[Json]) -> Mirror:
    """Read a box. Most of its keys are absent until something happened."""
    contacts = [entry.get("key") for entry in box.get("contacts") or () if isinstance(entry, dict)]
    return Mirror(
        key=str(box["key"]),
        title=str(box.get("name") or ""),
        stage=str(box.get("stageKey") or ""),
        moved_at=_moment(box.get("lastStageChangeTimestamp")) or _moment(box.get("creationTimestamp")) or EVER,
        made_at=_moment(box.get("creationTimestamp")) or EVER,
        note=str(box.get("notes") or ""),
        columns={str(key): _text(value) for key, value in (box.get("fields") or {}).items() if value not in (None, "")},
        people=frozenset(str(entry.get("email") or "").casefold() for entry in people),
        received=_moment(box.get("lastEmailReceivedTimestamp")),
        sent=_moment(box.get("lastEmailSentTimestamp")),
        opened=_moment(box.get("mostRecentLastSentEmailViewsTimestamp")),
        contacts=tuple(str(key) for key in contacts if key),
        mails=_texts(box.get("emailAddresses")),
    )


def layout_of(pipeline: str, found: Json) -> Layout:
    """Read the stages and columns of a pipeline. Stages come as an object by key or as an array."""
    stages, order = found.get("stages") or {}, found.get("stageOrder") or []
    each = list(stages.values()) if isinstance(stages, dict) else stages
    names = {str(stage["key"]): str(stage.get("name", "")) for stage in each}
    ordered = [key for key in map(str, order) if key in names]
    ordered += [key for key in names if key not in ordered]
    columns = {str(column["key"]): str(column.get("name", "")) for column in found.get("fields") or ()}
    return Layout(pipeline, str(found.get("name", "")), {key: names[key] for key in ordered}, columns)


def contact_of(found: Json) -> Contact:
    """Read a contact. `phoneNumbers` is (inferred)."""
    name = " ".join(filter(None, (str(found.get(part) or "") for part in ("givenName", "familyName"))))
    return Contact(name, _texts(found.get("emailAddresses")), _texts(found.get("phoneNumbers")))


def _moment(milliseconds: Any) -> datetime | None:
    """Read Streak's milliseconds; zero means never."""
    if not isinstance(milliseconds, (int, float)) or not milliseconds:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()


def read_answer(answer: http.Answer) -> Any:
    """Read an answer. Raises ServiceError for a refusal, by what Streak's page on error codes says of its status.

    What a later request may change, a failure or a limit, was repeated before (`adapters.http`).
    """
    status = answer.status or 0
    try:
        content = json.loads(answer.text) if answer.text else {}
    except ValueError:
        content = None
    if status < 300 and content is not None:
        return content
    why = str(content.get("error") or "")[:200] if isinstance(content, dict) else ""
    if status == 401:
        raise ServiceError("Streak refused the key (401).", "Check the secret STREAK_API_KEY, the input `streak-key`")
    if status == 404:
        raise GoneError(f"Streak has no such thing ({why or '404'}).")
    if status == 410:
        raise ServiceError("Streak no longer supports this (410).", "A newer version of salesbot may")
    if status < 300:
        raise unexpected("JSON")
    raise ObjectError(f"Streak answered {status}{f' ({why})' if why else ''}.", CHECK)


def unexpected(what: str, kind: type[ServiceError] = ServiceError) -> ServiceError:
    """Make the error for an answer of another shape than documented."""
    return kind(f"Streak's answer is not {what} as documented.", CHECK)


def each_key(found: Any) -> Iterator[str]:
    """Name the keys of an object, or of the first object of a list, for `salesbot streak check`."""
    first = found[0] if isinstance(found, list) and found else found
    yield from sorted(first) if isinstance(first, dict) else ()
