"""Streak over HTTP: the only module that knows its API. A deal's mirror is a box there.

Written from Streak's public documentation and public client code, and never tried with a real account; what is only
deduced is marked (inferred) here and listed in docs/streak.md. Versions 1 and 2 of the API are both needed: boxes are
read and changed in 1, created and commented on in 2.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, assert_never
from urllib.parse import quote

from salesbot.adapters import http
from salesbot.adapters.urls import is_encrypted
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.model.mirror import (
    EVER,
    Contact,
    Layout,
    Mirror,
    MirrorEffect,
    PutColumn,
    PutPeople,
    PutStage,
    PutTitle,
    Tell,
)

API_URL = "https://api.streak.com/api"
SPACING = 0.1
"""Seconds before each write: Streak allows ten requests a second."""
LATEST = 50
"""How many of the newest boxes are searched for one that another run made at the same moment."""

Json = Mapping[str, Any]
Method = Literal["GET", "POST", "PUT", "DELETE"]


class GoneError(ServiceError):
    """The resource does not exist, or the key may not see it."""


@dataclass
class Streak:
    """One connection for one run. The key is the user name of Basic authentication, the password is empty."""

    key: str = field(repr=False)
    url: str = API_URL
    dry_run: bool = False
    sleep: Callable[[float], None] = field(default=lambda seconds: None, repr=False)
    requests: int = 0
    _users: dict[str, str] = field(default_factory=dict, repr=False)
    _team_was_read: bool = False

    def __post_init__(self) -> None:
        if not is_encrypted(self.url):
            raise InputError(f"STREAK_API_URL is {self.url!r}: the key would be sent unencrypted.", "Use https://")
        self._session = http.open_session()
        self._session.auth = (self.key, "")
        hint = "The next sync tries again"
        self._retries = http.Retries("Streak", sleep=lambda seconds: self.sleep(seconds), hint=hint)

    @property
    def limited(self) -> int:
        """How often Streak asked to slow down."""
        return self._retries.limited

    # Reading

    def mirrors(self, pipeline: str) -> list[Mirror]:
        """Read every box of a pipeline, in one request. Raises ServiceError naming the pipeline if there is none."""
        found = self._of_pipeline(pipeline, f"v1/pipelines/{quote(pipeline, safe='')}/boxes")
        if not isinstance(found, list):
            raise _unexpected("the boxes of a pipeline")
        return [self._mirror(box) for box in found if isinstance(box, dict) and box.get("key")]

    def latest(self, pipeline: str, key: str) -> list[Mirror]:
        """Read the boxes that changed last, or all of them if those do not include the one just created.

        That the newest come first is (inferred); a public client sends these parameters.
        """
        path = f"v1/pipelines/{quote(pipeline, safe='')}/boxes"
        found = self._of_pipeline(pipeline, f"{path}?sortBy=lastUpdatedTimestamp&limit={LATEST}")
        boxes = [box for box in found if isinstance(box, dict) and box.get("key")] if isinstance(found, list) else []
        known = any(box["key"] == key for box in boxes)
        return [self._mirror(box) for box in boxes] if known else self.mirrors(pipeline)

    def mirror(self, key: str) -> Mirror | None:
        """Read one box; None if it is gone."""
        try:
            return self._mirror(self._object("GET", f"v1/boxes/{quote(key, safe='')}"))
        except GoneError:
            return None

    def layout(self, pipeline: str) -> Layout:
        """Read the stages and columns of a pipeline. Stages come as an object by key or as an array."""
        found = self._of_pipeline(pipeline, f"v1/pipelines/{quote(pipeline, safe='')}")
        if not isinstance(found, dict):
            raise _unexpected("a pipeline")
        stages, order = found.get("stages") or {}, found.get("stageOrder") or []
        each = list(stages.values()) if isinstance(stages, dict) else stages
        names = {str(stage["key"]): str(stage.get("name", "")) for stage in each}
        ordered = [key for key in map(str, order) if key in names]
        ordered += [key for key in names if key not in ordered]
        columns = {str(column["key"]): str(column.get("name", "")) for column in found.get("fields") or ()}
        return Layout(pipeline, str(found.get("name", "")), {key: names[key] for key in ordered}, columns)

    def contact(self, key: str) -> Contact | None:
        """Read a contact of a box; None if it is gone. `phoneNumbers` is (inferred)."""
        try:
            found = self._object("GET", f"v2/contacts/{quote(key, safe='')}")
        except GoneError:
            return None
        name = " ".join(filter(None, (str(found.get(part) or "") for part in ("givenName", "familyName"))))
        return Contact(name, _texts(found.get("emailAddresses")), _texts(found.get("phoneNumbers")))

    def ask(self, path: str) -> Any:
        """Read anything, for `salesbot streak check`."""
        return self._send("GET", path)

    def _of_pipeline(self, pipeline: str, path: str) -> Any:
        try:
            return self._send("GET", path)
        except GoneError as error:
            what = f"Streak has no pipeline {pipeline}, or not for this key."
            raise ServiceError(what, "Compare `streak.pipelines` with what `salesbot streak check` lists") from error

    # Writing

    def create(
        self, pipeline: str, title: str, stage: str, note: str, mails: Sequence[str] = (), contacts: Sequence[str] = ()
    ) -> Mirror:
        """Create a box. Sent once: if no answer comes, the next run finds it by its note.

        That contacts can be given here is (inferred): they were seen in changes.
        """
        body: dict[str, Any] = {"name": title, "stageKey": stage, "notes": note}
        if mails:
            body["assignedToSharingEntries"] = [{"email": mail} for mail in mails]
        if contacts:
            body["contacts"] = [{"key": contact, "isStarred": True} for contact in contacts]
        made = self._object("POST", f"v2/pipelines/{quote(pipeline, safe='')}/boxes", body, again=False)
        return self._mirror(made)

    def delete(self, key: str) -> None:
        """Delete a box; one that is gone counts as deleted."""
        try:
            self._send("DELETE", f"v1/boxes/{quote(key, safe='')}")
        except GoneError:
            return

    def add_column(self, layout: Layout, name: str) -> None:
        """Add a text column to a pipeline. Sent once."""
        path = f"v1/pipelines/{quote(layout.key, safe='')}/fields"
        self._send("PUT", path, {"name": name, "type": "TEXT_INPUT"}, again=False)

    def apply_changes(self, key: str, effect: MirrorEffect, layout: Layout) -> str | None:
        """Apply an effect to a box; a text says what could not be done, and why."""
        box = f"v1/boxes/{quote(key, safe='')}"
        match effect:
            case PutTitle(title):
                self._send("POST", box, {"name": title})
            case PutStage(stage):
                self._send("POST", box, {"stageKey": stage})
            case PutColumn(name, text):
                column = layout.column(name)
                assert column is not None, name
                # That an empty text empties a field is (inferred).
                self._send("POST", f"{box}/fields/{column}", {"value": text})
            case PutPeople(mails):
                return self._assign(box, mails)
            case Tell(text):
                self._comment(key, text)
            case _:
                assert_never(effect)
        return None

    def _assign(self, box: str, mails: tuple[str, ...]) -> str | None:
        """The array replaces the old one and holds keys of users, according to one public client."""
        if not set(mails) <= set(self._users) and not self._team_was_read:
            self._read_team()
        unknown = [mail for mail in mails if mail not in self._users]
        if unknown:
            return f"Streak knows nobody by the address {', '.join(unknown)}: see `streak.people`."
        self._send("POST", box, {"assignedToSharingEntries": [self._users[mail] for mail in mails]})
        return None

    def _read_team(self) -> None:
        """Members with `userKey` are (inferred); mail addresses were seen."""
        self._team_was_read = True
        for team in self._object("GET", "v2/users/me/teams").get("results") or ():
            members = self._object("GET", f"v2/teams/{quote(str(team['key']), safe='')}").get("members") or ()
            for member in members:
                self._remember_user(member)

    def _comment(self, key: str, text: str) -> None:
        """Comment once, even after a run that died: existing comments are read first. `message` is (inferred)."""
        path = f"v2/boxes/{quote(key, safe='')}/comments"
        found = self._send("GET", path)
        listed = found.get("results") if isinstance(found, dict) else found
        messages = [entry.get("message") for entry in listed or () if isinstance(entry, dict)]
        if text not in messages:
            self._send("POST", path, {"message": text}, again=False)

    # HTTP

    def _object(self, method: Method, path: str, body: Json | None = None, *, again: bool = True) -> Json:
        found = self._send(method, path, body, again=again)
        if not isinstance(found, dict):
            raise _unexpected(path)
        return found

    def _send(self, method: Method, path: str, body: Json | None = None, *, again: bool = True) -> Any:
        """Send a request, and repeat it after a failure if `again` allows it. Raises ServiceError."""
        if method != "GET":
            if self.dry_run:
                raise AssertionError("a dry run has nothing to write")
            self.sleep(SPACING)
        answer = self._retries.until_answered(lambda: self.request(method, path, body), repeatable=again)
        return _read(answer)

    def request(self, method: Method, path: str, body: Json | None) -> http.Answer:
        """Send one request."""
        self.requests += 1
        form = {"data": body} if method == "PUT" else {"json": body} if body is not None else {}
        return http.send(self._session, method, f"{self.url.rstrip('/')}/{path}", **form)

    def _mirror(self, box: Json) -> Mirror:
        people = [entry for entry in box.get("assignedToSharingEntries") or () if isinstance(entry, dict)]
        for entry in (*people, box.get("creatorSharingEntry") or {}, *(box.get("followerSharingEntries") or ())):
            self._remember_user(entry)
        return mirror_of(box, people)

    def _remember_user(self, entry: Json) -> None:
        mail, key = str(entry.get("email") or "").casefold(), entry.get("userKey")
        if mail and key:
            self._users[mail] = str(key)


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


def _read(answer: http.Answer) -> Any:
    """Read an answer. Raises ServiceError for a refusal, by what Streak's page on error codes says of its status."""
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
        raise _unexpected("JSON")
    raise ServiceError(f"Streak answered {status}{f' ({why})' if why else ''}.", "The next sync tries again")


def _unexpected(what: str) -> ServiceError:
    return ServiceError(f"Streak's answer is not {what} as documented.", "Run `salesbot streak check`")


def each_key(found: Any) -> Iterator[str]:
    """Name the keys of an object, or of the first object of a list, for `salesbot streak check`."""
    first = found[0] if isinstance(found, list) and found else found
    yield from sorted(first) if isinstance(first, dict) else ()
