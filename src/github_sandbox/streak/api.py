"""Streak's API over HTTP: version 1 and 2 side by side, Basic authentication, error bodies, faults.

A table of what can be asked; whatever is not in it answers 404 as Streak does for a path it does not know.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from github_sandbox.http.request import Request, read_request
from github_sandbox.http.server import cut
from github_sandbox.streak.account import Account, LoggedRequest

EDITABLE = ("name", "stageKey", "notes", "assignedToSharingEntries", "contacts")


class Refused(Exception):  # noqa: N818 - the client sees it as an error, the stand-in does not
    """A request is refused, with a status and an error."""

    def __init__(self, status: int, error: str | None = None) -> None:
        super().__init__(error)
        self.status = status
        details: dict[str, Any] = {} if error is None else {"error": error}
        self.body: dict[str, Any] = {"success": False, **details}


class Api:
    """The ASGI application."""

    def __init__(self, streak: Account) -> None:
        self.streak = streak

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or cut its connection."""
        request = await read_request(scope, receive)
        asked = LoggedRequest(request.method, request.path)
        self.streak.requests.append(asked)
        kind, perform = _find(request)
        asked.kind = kind
        headers: dict[str, str] = {}
        body: Any
        faults = self.streak.faults.matching({kind, request.method})
        before = {fault.what: fault for fault in faults if not fault.after}
        if "hangs" in before:
            await asyncio.sleep(before["hangs"].seconds)
        if "resets" in before:
            await cut(scope["state"]["transport"])
            return
        if "fails" in before:
            status, body = before["fails"].status, {"success": False}
        elif "secondary" in before:
            status, body = 429, {"success": False, "error": "Too many requests"}
            wait = before["secondary"].retry_after
            headers = {"retry-after": str(wait)} if wait is not None else {}
        else:
            status, body = self._answer(request, perform)
        if any(fault.what == "resets" and fault.after for fault in faults):
            await cut(scope["state"]["transport"])
            return
        if any(fault.what == "loses answer" for fault in faults):
            status, body = 502, {"success": False}
        asked.status = status
        await _send(send, status, body, headers)

    def _answer(self, request: Request, perform: Callable[[Call], Any]) -> tuple[int, Any]:
        with self.streak.lock:
            try:
                _authenticate(request, self.streak.key)
                return 200, perform(Call(self.streak, request))
            except Refused as refused:
                return refused.status, refused.body


async def _send(send: Send, status: int, body: Any, headers: Mapping[str, str]) -> None:
    text = json.dumps(body).encode()
    pairs = {"content-type": "application/json", "content-length": str(len(text)), **headers}
    start = {"type": "http.response.start", "status": status}
    await send({**start, "headers": [(name.encode(), value.encode()) for name, value in pairs.items()]})
    await send({"type": "http.response.body", "body": text})


def _authenticate(request: Request, key: str | None) -> None:
    """Basic authentication: the user name is the key, the password empty or the key again."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        name, password = "", "?"
    if key is None or scheme.lower() != "basic" or name != key or password not in ("", key):
        raise Refused(401, "Invalid API key")


@dataclass(frozen=True)
class Call:
    """A request on its way through the table."""

    streak: Account
    request: Request

    @property
    def keys(self) -> list[str]:
        """The keys in the path."""
        return [part for part in self.request.path.split("/") if part.startswith("agxz") or part.isdigit()]

    @property
    def body(self) -> dict[str, Any]:
        """The body, as JSON."""
        if "json" not in self.request.headers.get("content-type", ""):
            raise Refused(400, "Missing parameters")
        try:
            body = json.loads(self.request.body)
        except ValueError:
            raise Refused(400, "Missing parameters") from None
        if not isinstance(body, dict):
            raise Refused(400, "Missing parameters")
        return body

    @property
    def form(self) -> dict[str, str]:
        """The body, as a form."""
        return {name: values[0] for name, values in parse_qs(self.request.body.decode()).items()}

    def pipeline(self) -> dict[str, Any]:
        """The pipeline the path names."""
        return _get(self.streak.pipelines, self.keys[0])

    def box(self) -> dict[str, Any]:
        """The box the path names."""
        return _get(self.streak.boxes, self.keys[0])


def _get(found: Mapping[str, Any], key: str) -> dict[str, Any]:
    if key not in found:
        raise Refused(404, "Not found")
    one: dict[str, Any] = found[key]
    return one


def _pipeline(call: Call) -> Any:
    return _shown(call.pipeline(), call)


def _shown(pipeline: Mapping[str, Any], call: Call) -> Any:
    stages = pipeline["stages"]
    shapes = {
        "map": stages,
        "array": list(stages.values()),
        "bare": {key: {"name": stage["name"]} for key, stage in stages.items()},
    }
    return {**pipeline, "stages": shapes[call.streak.stages_as]}


def _boxes(call: Call) -> list[Any]:
    """All of them, or the few that `limit` asks for; that the last changed come first then is (inferred)."""
    found, query = _all_boxes(call), call.request.query
    if query.get("sortBy") == "lastUpdatedTimestamp":
        found.sort(key=lambda box: box["lastUpdatedTimestamp"], reverse=True)
    return [call.streak.shown(box) for box in found[: int(query.get("limit", len(found)))]]


def _all_boxes(call: Call) -> list[Any]:
    return call.streak.listed(call.pipeline()["key"])


def _paged_boxes(call: Call) -> Any:
    found, query = _all_boxes(call), call.request.query
    offset, limit = int(query.get("offset", 0)), int(query.get("limit", 200))
    results = [call.streak.shown(box) for box in found[offset : offset + limit]]
    return {"results": results, "hasNextPage": offset + limit < len(found)}


def _add_column(call: Call) -> Any:
    pipeline, form = call.pipeline(), call.form
    if not form.get("name") or not form.get("type"):
        raise Refused(400, "Missing parameters")
    return call.streak.column(pipeline["key"], form["name"], form["type"])


def _create(call: Call) -> Any:
    pipeline, given = call.pipeline(), call.body
    if not given.get("name"):
        raise Refused(400, "Missing parameters")
    _check_stage(given, pipeline)
    _check_contacts(given, call)
    if not all(entry.get("email") in call.streak.users for entry in given.get("assignedToSharingEntries", ())):
        raise Refused(400, "Invalid user")
    call.streak.clock.tick()
    return call.streak.create(pipeline["key"], given)


def _check_stage(given: Mapping[str, Any], pipeline: Mapping[str, Any]) -> None:
    if given.get("stageKey", pipeline["stageOrder"][0]) not in pipeline["stages"]:
        raise Refused(400, "Invalid stage key")


def _check_contacts(given: Mapping[str, Any], call: Call) -> None:
    if not all(contact.get("key") in call.streak.contacts for contact in given.get("contacts", ())):
        raise Refused(400, "Invalid contact key")


def _update(call: Call) -> Any:
    """Only known keys are used; arrays replace. Assignees are keys of users here, and mail addresses at creation."""
    box, given = call.box(), {name: value for name, value in call.body.items() if name in EDITABLE}
    _check_stage(given, call.streak.pipelines[box["pipelineKey"]])
    _check_contacts(given, call)
    if "assignedToSharingEntries" in given:
        by_key = {user["key"]: mail for mail, user in call.streak.users.items()}
        wanted = given["assignedToSharingEntries"]
        if not all(isinstance(key, str) and key in by_key for key in wanted):
            raise Refused(400, "Invalid user key")
        given["assignedToSharingEntries"] = [call.streak.sharing(by_key[key]) for key in wanted]
    call.streak.clock.tick()
    call.streak.update(box["key"], given)
    return call.streak.shown(box)


def _delete(call: Call) -> Any:
    del call.streak.boxes[call.box()["key"]]
    return {"success": True}


_TYPES: Mapping[str, tuple[type, ...]] = {"TEXT_INPUT": (str,), "DATE": (int,), "CHECKBOX": (bool,), "TAG": (list,)}


def _fits(kind: str, value: Any) -> bool:
    """Whether a column takes a value. A drop-down takes the key of an option; none of the sandbox has options."""
    return value is None or isinstance(value, _TYPES.get(kind, ()))


def _set_field(call: Call) -> Any:
    box, column, body = call.box(), call.keys[1], call.body
    columns = {field["key"]: field for field in call.streak.pipelines[box["pipelineKey"]]["fields"]}
    if column not in columns or "value" not in body or not _fits(columns[column]["type"], body["value"]):
        raise Refused(400, "Invalid field")
    call.streak.clock.tick()
    if body["value"] in ("", None):
        box["fields"].pop(column, None)
    else:
        box["fields"][column] = body["value"]
    call.streak.update(box["key"], {})
    return {"key": column, "value": body["value"]}


def _field_values(call: Call) -> Any:
    box = call.box()
    columns = call.streak.pipelines[box["pipelineKey"]]["fields"]
    values = box["fields"]
    return [
        {"key": field["key"], **({"value": values[field["key"]]} if field["key"] in values else {})}
        for field in columns
    ]


def _comments(call: Call) -> Any:
    return call.streak.comments[call.box()["key"]]


def _comment(call: Call) -> Any:
    box, message = call.box(), call.body.get("message")
    if not message:
        raise Refused(400, "Missing parameters")
    call.streak.clock.tick()
    now = call.streak.now()
    made = {"key": f"agxzCOMMENT{now}", "boxKey": box["key"], "message": message, "timestamp": now}
    call.streak.comments[box["key"]].append(made)
    call.streak.update(box["key"], {"commentCount": box["commentCount"] + 1, "lastCommentTimestamp": now})
    return made


def _me(call: Call) -> Any:
    return next(iter(call.streak.users.values()))


def _teams(call: Call) -> Any:
    return {"results": [{"key": "agxzTEAM", "name": "Agency"}]}


def _team(call: Call) -> Any:
    members = [{"fullName": mail, "email": mail, "userKey": user["key"]} for mail, user in call.streak.users.items()]
    return {"key": "agxzTEAM", "name": "Agency", "members": members}


_KEY = r"(?:agxz\w+)"
TABLE: tuple[tuple[str, str, str, Callable[[Call], Any]], ...] = (
    ("GET", r"v1/users/me", "me", _me),
    ("GET", r"v2/users/me/teams", "teams", _teams),
    ("GET", rf"v2/teams/{_KEY}", "team", _team),
    ("GET", r"v1/pipelines", "pipelines", lambda call: [_shown(each, call) for each in call.streak.pipelines.values()]),
    ("GET", rf"v1/pipelines/{_KEY}", "pipeline", _pipeline),
    ("GET", rf"v1/pipelines/{_KEY}/stages", "stages", lambda call: _pipeline(call)["stages"]),
    ("GET", rf"v1/pipelines/{_KEY}/fields", "columns", lambda call: call.pipeline()["fields"]),
    ("PUT", rf"v1/pipelines/{_KEY}/fields", "column", _add_column),
    ("GET", rf"v1/pipelines/{_KEY}/boxes", "list", _boxes),
    ("GET", rf"v2/pipelines/{_KEY}/boxes", "page", _paged_boxes),
    ("POST", rf"v2/pipelines/{_KEY}/boxes", "create", _create),
    ("GET", rf"v1/boxes/{_KEY}", "box", lambda call: call.streak.shown(call.box())),
    ("POST", rf"v1/boxes/{_KEY}", "update", _update),
    ("DELETE", rf"v1/boxes/{_KEY}", "delete", _delete),
    ("GET", rf"v1/boxes/{_KEY}/fields", "fields", _field_values),
    ("POST", rf"v1/boxes/{_KEY}/fields/\d+", "field", _set_field),
    ("GET", rf"v2/boxes/{_KEY}/comments", "comments", _comments),
    ("POST", rf"v2/boxes/{_KEY}/comments", "comment", _comment),
    ("GET", rf"v2/contacts/{_KEY}", "contact", lambda call: _get(call.streak.contacts, call.keys[0])),
)


def _find(request: Request) -> tuple[str, Callable[[Call], Any]]:
    for method, path, kind, perform in TABLE:
        if request.method == method and re.fullmatch(f"/api/{path}", request.path):
            return kind, perform
    return "unknown", _unknown


def _unknown(call: Call) -> Any:
    raise Refused(404, "Invalid API path specified")
