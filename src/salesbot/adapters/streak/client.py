"""The client of Streak's API: what is read and written, and how requests are spaced.

Versions 1 and 2 of the API are both needed: boxes are read and changed in 1, created and commented on in 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, assert_never
from urllib.parse import quote

from salesbot.adapters import http
from salesbot.adapters.streak.reading import (
    TEXT,
    GoneError,
    Json,
    ObjectError,
    contact_of,
    entries,
    has_key,
    key_of,
    layout_of,
    mirror_of,
    read_answer,
    sharing_entries,
    unexpected,
)
from salesbot.adapters.urls import broken_rule
from salesbot.core.errors import InputError, ServiceError, warning
from salesbot.core.model.mirror import (
    Contact,
    CopyContacts,
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

Method = Literal["GET", "POST", "PUT", "DELETE"]


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
        broken = broken_rule(self.url)
        if broken:
            raise InputError(f"STREAK_API_URL must {broken}.")
        self._session = http.open_session()
        self._session.auth = (self.key, "")
        hint = "The next sync tries again"
        self._retries = http.Retries("Streak", sleep=lambda seconds: self.sleep(seconds), hint=hint)

    @property
    def limited(self) -> int:
        """How often Streak asked to slow down."""
        return self._retries.limited

    # Reading

    def mirrors(self, pipeline: str) -> tuple[list[Mirror], list[str]]:
        """Read every box of a pipeline, in one request, and a sentence for each one that cannot be read.

        Raises ServiceError naming the pipeline if there is none.
        """
        return self._listed(pipeline, "")

    def latest(self, pipeline: str, key: str) -> list[Mirror]:
        """Read the boxes that changed last, or all of them if those do not include the one just created.

        That the newest come first is (inferred); a public client sends these parameters.
        """
        found, _ = self._listed(pipeline, f"?sortBy=lastUpdatedTimestamp&limit={LATEST}")
        return found if any(each.key == key for each in found) else self.mirrors(pipeline)[0]

    def _listed(self, pipeline: str, query: str) -> tuple[list[Mirror], list[str]]:
        """Read the boxes that a pipeline lists, without those that name another as theirs."""
        found = self._of_pipeline(pipeline, f"v1/pipelines/{quote(pipeline, safe='')}/boxes{query}")
        if not isinstance(found, list):
            raise unexpected("the boxes of a pipeline")
        boxes = [box for box in found if key_of(box) and box.get("pipelineKey") in (None, pipeline)]
        odd = [
            warning(f"Box {number} of {len(found)} in the pipeline {pipeline} has no key.", "It was left out")
            for number, box in enumerate(found, 1)
            if key_of(box) is None
        ]
        return [self._mirror(box) for box in boxes], odd

    def mirror(self, pipeline: str, key: str) -> Mirror | None:
        """Read one box; None if it is gone. Of one that is in another pipeline now, nothing is read but that.

        Stages and columns have the same keys in every pipeline, so what it holds there would be taken for ours.
        """
        try:
            found = self._object("GET", f"v1/boxes/{quote(key, safe='')}")
        except GoneError:
            return None
        if key_of(found) != key or not found.get("pipelineKey"):
            raise unexpected(f"the box {key} with its pipeline", ObjectError)
        return self._mirror(found) if found["pipelineKey"] == pipeline else Mirror(key, away=True)

    def layout(self, pipeline: str) -> Layout:
        """Read the stages and columns of a pipeline."""
        found = self._of_pipeline(pipeline, f"v1/pipelines/{quote(pipeline, safe='')}")
        if not isinstance(found, dict) or not has_key(found, pipeline):
            raise unexpected(f"the pipeline {pipeline}")
        return layout_of(pipeline, found)

    def contact(self, key: str) -> Contact | None:
        """Read a contact of a box; None if it is gone."""
        try:
            found = self._object("GET", f"v2/contacts/{quote(key, safe='')}")
        except GoneError:
            return None
        return contact_of(found) if has_key(found, key) else None

    def ask(self, path: str) -> Any:
        """Read anything, for `salesbot streak check`."""
        return self._send("GET", path)

    def _of_pipeline(self, pipeline: str, path: str) -> Any:
        try:
            return self._send("GET", path)
        except GoneError as error:
            what = f"Streak has no pipeline {pipeline}, or not for this key."
            raise ServiceError(what, "Compare `streak.pipelines` with what `salesbot streak check` lists") from error
        except ObjectError as error:
            raise ServiceError(f"The pipeline {pipeline}: {error.what}", error.hint) from error

    # Writing

    def create(self, pipeline: str, title: str, stage: str, note: str) -> Mirror:
        """Create a box. Sent once: if no answer comes, the next run finds it by its note.

        Nothing optional goes with it: an owner or a contact that Streak does not know would keep the box from being.
        """
        body = {"name": title, "stageKey": stage, "notes": note}
        try:
            made = self._object("POST", f"v2/pipelines/{quote(pipeline, safe='')}/boxes", body, again=False)
        except ObjectError as error:
            raise ServiceError(f"A box could not be created: {error.what}", error.hint) from error
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
        self._send("PUT", path, {"name": name, "type": TEXT}, again=False)

    def apply_changes(self, key: str, effect: MirrorEffect, layout: Layout) -> None:
        """Apply an effect to a box. Raises ObjectError where Streak refuses it."""
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
                self._assign(box, mails)
            case CopyContacts(pipeline, source):
                self._copy_contacts(box, pipeline, source)
            case Tell(text):
                self._comment(key, text)
            case _:
                assert_never(effect)

    def _copy_contacts(self, box: str, pipeline: str, source: str) -> None:
        """Give a box the contacts of another one, if that is still where it was."""
        found = self.mirror(pipeline, source)
        if found is not None and found.contacts:
            self._send("POST", box, {"contacts": [{"key": key, "isStarred": True} for key in found.contacts]})

    def _assign(self, box: str, mails: tuple[str, ...]) -> None:
        """The array replaces the old one and holds keys of users, according to one public client."""
        if not set(mails) <= set(self._users) and not self._team_was_read:
            self._read_team()
        unknown = [mail for mail in mails if mail not in self._users and "@" in mail]
        if unknown:
            raise ObjectError(f"Streak has no user with the address {', '.join(unknown)}.", "Correct `streak.people`")
        users = dict.fromkeys(self._users.get(mail, mail) for mail in mails)
        self._send("POST", box, {"assignedToSharingEntries": list(users)})

    def _read_team(self) -> None:
        """Members with `userKey` are (inferred); mail addresses were seen."""
        self._team_was_read = True
        for team in entries(self._object("GET", "v2/users/me/teams").get("results")):
            found = self._object("GET", f"v2/teams/{quote(str(team.get('key')), safe='')}")
            for member in sharing_entries(found.get("members")):
                self._remember_user(member)

    def _comment(self, key: str, text: str) -> None:
        """Comment once, even after a run that died: existing comments are read first.

        `message` is (inferred). A comment counts unless it names another box as its own.
        """
        path = f"v2/boxes/{quote(key, safe='')}/comments"
        found = self._send("GET", path)
        listed = entries(found.get("results") if isinstance(found, dict) else found)
        messages = [entry.get("message") for entry in listed if entry.get("boxKey") in (None, key)]
        if text not in messages:
            self._send("POST", path, {"message": text}, again=False)

    # HTTP

    def _object(self, method: Method, path: str, body: Json | None = None, *, again: bool = True) -> Json:
        found = self._send(method, path, body, again=again)
        if not isinstance(found, dict):
            raise unexpected(path, ObjectError)
        return found

    def _send(self, method: Method, path: str, body: Json | None = None, *, again: bool = True) -> Any:
        """Send a request, and repeat it after a failure if `again` allows it. Raises ServiceError."""
        if method != "GET":
            if self.dry_run:
                raise AssertionError("a dry run has nothing to write")
            self.sleep(SPACING)
        answer = self._retries.until_answered(lambda: self.request(method, path, body), repeatable=again)
        return read_answer(answer)

    def request(self, method: Method, path: str, body: Json | None) -> http.Answer:
        """Send one request."""
        self.requests += 1
        form = {"data": body} if method == "PUT" else {"json": body} if body is not None else {}
        return http.send(self._session, method, f"{self.url.rstrip('/')}/{path}", **form)

    def _mirror(self, box: Json) -> Mirror:
        key, people = key_of(box), sharing_entries(box.get("assignedToSharingEntries"))
        if key is None:
            raise unexpected("a box with its key", ObjectError)
        for name in ("assignedToSharingEntries", "creatorSharingEntry", "followerSharingEntries"):
            for entry in sharing_entries(box.get(name)):
                self._remember_user(entry)
        return mirror_of(key, box, filter(None, map(self._address, people)))

    def _address(self, entry: Json) -> str:
        """Give the mail address of somebody; the key of the user where the address cannot be found out."""
        mail, key = str(entry.get("email") or "").casefold(), str(entry.get("userKey") or "")
        if not mail and key not in self._users.values() and not self._team_was_read:
            self._read_team()
        return mail or next((known for known, user in self._users.items() if user == key), key)

    def _remember_user(self, entry: Json) -> None:
        mail, key = str(entry.get("email") or "").casefold(), entry.get("userKey")
        if mail and key:
            self._users[mail] = str(key)
