"""What the sandbox answers over REST is what GitHub's published OpenAPI description says it answers.

Every endpoint of the sandbox is asked at least once, and the usual refusals with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jsonschema
import pytest
import requests
from github import Auth
from referencing import Registry
from referencing.jsonschema import DRAFT4

from github_sandbox import Sandbox
from github_sandbox.rest import routes
from tests.conformance import published
from tests.keys import PRIVATE_KEY, PUBLIC_KEY

Json = dict[str, Any]
REPOSITORY = "/repos/acme/sales"

UNPUBLISHED = {("POST", "/repos/{}/{}/issues/{}")}
"""An old way to PATCH that GitHub still takes."""


@dataclass(frozen=True)
class Call:
    """One request, and the status it is to be answered with."""

    method: str
    path: str
    status: int
    body: Any = None
    by: str = "root"

    def __str__(self) -> str:
        return f"{self.method} {self.path} as {self.by}: {self.status}"


@dataclass(frozen=True)
class Answered:
    call: Call
    pattern: str
    """The path as the sandbox's route has it, parameters without their names."""
    status: int
    body: Any


def here(method: str, path: str, status: int, body: Any = None, by: str = "root") -> Call:
    return Call(method, REPOSITORY + path, status, body, by)


CALLS = [
    Call("GET", "/user", 200),
    Call("GET", "/users/ann", 200),
    Call("GET", "/users/nobody-of-that-name", 404),
    Call("GET", "/zen", 200),
    here("GET", "/installation", 200, by="the app"),
    Call("GET", "/repos/acme/nothing/installation", 404, by="the app"),
    Call("POST", "/app/installations/1/access_tokens", 201, {"permissions": {"issues": "read"}}, by="the app"),
    Call("POST", "/app/installations/1/access_tokens", 422, {"permissions": {"issues": "admin"}}, by="the app"),
    Call("POST", "/app/installations/7/access_tokens", 404, by="the app"),
    Call("POST", "/app/installations/1/access_tokens", 401),
    Call("GET", "/repos/acme/nothing", 404),
    here("GET", "/collaborators", 200),
    here("GET", "/collaborators/ann", 204),
    here("GET", "/collaborators/ann/permission", 200),
    here("GET", "/collaborators/nobody-of-that-name/permission", 404),
    here("PUT", "/contents/.github/salesbot.yml", 201, {"message": "Configure", "content": "dmVyc2lvbjogMQo="}),
    here("PUT", "/contents/.github/salesbot.yml", 422, {"message": "Again", "content": "dmVyc2lvbjogMQo="}),
    here("GET", "/contents/.github/salesbot.yml", 200),
    here("GET", "/contents/.github", 200),
    here("GET", "", 200),
    here("GET", "/contents/nothing", 404),
    here("POST", "/dispatches", 204, {"event_type": "typeform", "client_payload": {}}),
    here("POST", "/actions/workflows/sales.yml/dispatches", 204, {"ref": "main", "inputs": {"issue": "7"}}),
    here("PUT", "/contents/.github/workflows/sales.yml", 201, {"message": "Start", "content": "b246IGlzc3Vlcwo="}),
    here("GET", "/actions/workflows", 200),
    here("GET", "/actions/workflows/sales.yml/runs", 200),
    here("GET", "/actions/workflows/sales.yml/runs?status=skipped&created=%3E%3D2026-11-01", 200),
    here("GET", "/actions/secrets", 200),
    here("GET", "/collaborators?affiliation=outside", 200),
    here("GET", "/assignees/bob", 204),
    here("GET", "/assignees/nobody-of-that-name", 404),
    here("POST", "/labels", 201, {"name": "stage:lead", "color": "1d76db", "description": "A project opportunity"}),
    here("POST", "/labels", 422, {"name": "Stage:Lead"}),
    here("GET", "/labels", 200),
    here("GET", "/labels/stage:lead", 200),
    here("GET", "/labels/nothing", 404),
    here("PATCH", "/labels/stage:lead", 200, {"description": "Here most deals start"}),
    here("POST", "/issues", 201, {"title": "Acme", "body": "new shop", "labels": ["stage:lead"], "assignees": ["bob"]}),
    here("POST", "/issues", 422, {"title": ""}),
    here("POST", "/issues", 201, {"title": "Beta"}, by="github-actions[bot]"),
    here("GET", "/issues", 200),
    here("GET", "/issues/1", 200),
    here("GET", "/issues/99", 404),
    here("PATCH", "/issues/1", 200, {"title": "Acme GmbH", "state": "closed", "state_reason": "not_planned"}),
    here("PATCH", "/issues/1", 200, {"state": "open"}),
    here("PATCH", "/issues/1", 403, {"title": "mine"}, by="olga"),
    here("POST", "/issues/1", 200, {"body": "more"}),
    here("POST", "/issues/1/labels", 200, {"labels": ["customer"]}),
    here("PUT", "/issues/1/labels", 200, {"labels": ["stage:lead", "customer"]}),
    here("GET", "/issues/1/labels", 200),
    here("DELETE", "/issues/1/labels/customer", 200),
    here("DELETE", "/issues/1/labels/customer", 404),
    here("POST", "/issues/1/assignees", 201, {"assignees": ["ann"]}),
    here("DELETE", "/issues/1/assignees", 200, {"assignees": ["ann"]}),
    here("PUT", "/issues/1/lock", 204, {"lock_reason": "resolved"}),
    here("DELETE", "/issues/1/lock", 204),
    here("POST", "/issues/1/comments", 201, {"body": "hello"}),
    here("POST", "/issues/1/comments", 422, {"body": ""}),
    here("GET", "/issues/1/comments", 200),
    here("GET", "/issues/comments", 200),
    here("GET", "/issues/comments/{comment}", 200),
    here("GET", "/issues/comments/1", 404),
    here("PATCH", "/issues/comments/{comment}", 200, {"body": "hello again"}),
    here("POST", "/issues/comments/{comment}/reactions", 201, {"content": "rocket"}),
    here("POST", "/issues/comments/{comment}/reactions", 200, {"content": "rocket"}),
    here("POST", "/issues/comments/{comment}/reactions", 422, {"content": "frown"}),
    here("GET", "/issues/comments/{comment}/reactions", 200),
    here("DELETE", "/issues/comments/{comment}/reactions/{reaction}", 204),
    here("DELETE", "/issues/comments/{comment}", 204),
    here("POST", "/issues/1/reactions", 201, {"content": "+1"}),
    here("GET", "/issues/1/reactions", 200),
    here("DELETE", "/issues/1/reactions/{reaction}", 204),
    here("GET", "/issues/1/timeline", 200),
    here("GET", "/issues/1/events", 200),
    here("GET", "/issues/events", 200),
    here("DELETE", "/issues/1/labels", 204),
    here("DELETE", "/labels/customer", 204),
    here("DELETE", "/contents/.github/salesbot.yml", 200, {"message": "Away", "sha": "{sha}"}),
]


def everything() -> list[Answered]:
    """Ask everything once, in order; what a call makes (a comment, a reaction) later calls may name."""
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1) as sandbox:
        people = {"root": "admin", "bob": "write", "ann": "triage", "olga": "read"}
        sales = sandbox.repo("acme/sales", roles=people)
        sales.create_label("root", "customer")
        sales.settings.secret("TYPEFORM_TOKEN")
        sales.settings.ran("sales.yml", 2, "skipped")
        sales.settings.outsider("otto")
        sales.install(sandbox.app("acme-sales[bot]", PUBLIC_KEY))
        made: dict[str, str] = {}
        return [_ask(sandbox, call, made) for call in CALLS]


def _ask(sandbox: Sandbox, call: Call, made: dict[str, str]) -> Answered:
    path = re.sub(r"\{(\w+)\}", lambda found: made[found[1]], call.path)
    body = {name: made["sha"] if value == "{sha}" else value for name, value in (call.body or {}).items()}
    token = Auth.AppAuth(1, PRIVATE_KEY).create_jwt() if call.by == "the app" else sandbox.token(call.by)
    headers = {"Authorization": f"bearer {token}"}
    reply = requests.request(call.method, sandbox.api_url + path, json=body or None, headers=headers, timeout=10)
    found = reply.json() if reply.content and call.path != "/zen" else None
    if isinstance(found, dict):
        made |= {"sha": found["sha"]} if path.endswith("salesbot.yml") and "sha" in found else {}
        made |= {"comment": str(found["id"])} if path.endswith("/comments") and "id" in found else {}
        made |= {"reaction": str(found["id"])} if path.endswith("/reactions") and "id" in found else {}
    return Answered(call, _pattern(call.method, path.partition("?")[0]), reply.status_code, found)


def _pattern(method: str, path: str) -> str:
    for pattern, handlers in routes.COMPILED:
        if pattern.fullmatch(path) and method in handlers:
            return re.sub(r"\(\?P<\w+>[^)]*\)", "{}", pattern.pattern)
    raise LookupError(f"The sandbox has no route for {method} {path}.")


@cache
def operations() -> Mapping[tuple[str, str], Json]:
    """The published operations by method and path, parameters without their names."""
    return {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path)): operation
        for path, methods in _document()["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict)
    }


@cache
def _document() -> Json:
    """The description, its `nullable` written as JSON Schema does."""
    found = published.openapi()
    kept = {"paths": found["paths"], "components": {"schemas": found["components"]["schemas"]}}
    converted: Json = _converted(kept)
    converted["components"]["responses"] = _converted(found["components"]["responses"])
    return converted


def _converted(part: Any) -> Any:
    if isinstance(part, list):
        return [_converted(each) for each in part]
    if not isinstance(part, dict):
        return part
    found = {name: _converted(each) for name, each in part.items() if name not in ("example", "examples")}
    return {"anyOf": [{"type": "null"}, found]} if found.pop("nullable", None) is True else found


@cache
def _registry() -> Registry[Any]:
    known: Registry[Any] = Registry().with_resource("urn:openapi", DRAFT4.create_resource(_document()))
    return known


def problems(answered: Answered) -> list[str]:
    """Name what does not fit the description."""
    operation = operations()[answered.call.method, answered.pattern]
    response = operation["responses"].get(str(answered.status))
    if response is None:
        return [f"{answered.status} is none of {', '.join(operation['responses'])}"]
    if "$ref" in response:
        response = _document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return [] if answered.body is None else ["it has a body"]
    return _misfits(answered.body, schema)


def _misfits(body: Any, schema: Json) -> list[str]:
    rooted = _rooted(schema)
    validator = jsonschema.Draft4Validator(rooted, registry=_registry())
    return [_told(jsonschema.exceptions.best_match([error])) for error in validator.iter_errors(body)]


def _rooted(schema: Any) -> Any:
    """Have the references of a part lead into the whole description."""
    if isinstance(schema, list):
        return [_rooted(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: f"urn:openapi{each}" if name == "$ref" and isinstance(each, str) else _rooted(each)
        for name, each in schema.items()
    }


def _told(error: jsonschema.ValidationError) -> str:
    return f"{'.'.join(str(step) for step in error.absolute_path)}: {error.message[:200]}"


ANSWERS = everything()


@pytest.mark.parametrize("answered", ANSWERS, ids=lambda answered: str(answered.call))
def test_the_answer_is_as_published(answered: Answered) -> None:
    assert answered.status == answered.call.status, answered.body
    if (answered.call.method, answered.pattern) not in UNPUBLISHED:
        assert problems(answered) == []


def test_every_endpoint_was_asked() -> None:
    offered = {
        (method, re.sub(r"\(\?P<\w+>[^)]*\)", "{}", pattern.pattern))
        for pattern, handlers in routes.COMPILED
        for method in handlers
    }
    assert offered == {(answered.call.method, answered.pattern) for answered in ANSWERS}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        pytest.param({"state": None}, "state: None is not of type 'string'", id="an empty value"),
        pytest.param({"number": "7"}, "number: '7' is not of type 'integer'", id="a wrong type"),
        pytest.param({"html_url": ...}, ": 'html_url' is a required property", id="something missing"),
    ],
)
def test_what_would_not_be_as_published(change: Json, wrong: str) -> None:
    answered = next(each for each in ANSWERS if each.call == here("GET", "/issues/1", 200))
    body = {name: value for name, value in (answered.body | change).items() if value is not ...}
    assert problems(replace(answered, body=body)) == [wrong]
