"""The sandbox's deliveries are what GitHub's published webhook schema says.

WEBHOOK_SCHEMA is the path of `schema.json` from the npm package @octokit/webhooks-schemas.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from github_sandbox import Delivery, OrganizationDelivery, Sandbox
from tests.conformance import published

Schema = dict[str, Any]
KINDS: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


@cache
def definitions() -> Schema:
    found: Schema = json.loads(published.text("WEBHOOK_SCHEMA"))["definitions"]
    return found


def problems(value: Any, schema: Schema, path: str = "") -> Iterator[str]:
    """Name what does not fit: the part of JSON Schema that the webhook schema uses."""
    if "$ref" in schema:
        schema = definitions()[schema["$ref"].removeprefix("#/definitions/")]
    for part in schema.get("allOf", ()):
        yield from problems(value, part, path)
    for word in ("oneOf", "anyOf"):
        if word in schema and not any(not list(problems(value, each, path)) for each in schema[word]):
            yield f"{path}: fits none of {word}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r} is not {schema['const']!r}"
    kinds = schema.get("type", [])
    if kinds and not any(is_a(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{path}: {value!r} is no {kinds}"
    if isinstance(value, dict):
        yield from object_problems(value, schema, path)
    if isinstance(value, list) and "items" in schema:
        for at, each in enumerate(value):
            yield from problems(each, schema["items"], f"{path}[{at}]")


def object_problems(value: dict[str, Any], schema: Schema, path: str) -> Iterator[str]:
    known = schema.get("properties", {})
    yield from (f"{path}.{name}: is missing" for name in schema.get("required", ()) if name not in value)
    if schema.get("additionalProperties") is False:
        yield from (f"{path}.{name}: is unknown" for name in value if name not in known)
    for name, part in known.items():
        if name in value:
            yield from problems(value[name], part, f"{path}.{name}")


def is_a(value: Any, kind: str) -> bool:
    if isinstance(value, bool) or kind == "boolean":
        return isinstance(value, bool) and kind == "boolean"
    return isinstance(value, KINDS[kind])


def everything() -> list[Delivery]:
    """Let everything happen once that is delivered."""
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1) as sandbox:
        archive = sandbox.repo("root/archive", organization=False)
        sales = sandbox.repo("acme/sales", roles={"root": "admin", "bob": "write"})
        sales.create_label("root", "stage:lead", "0e8a16", "A project opportunity")
        sales.create_label("root", "stage:won")
        sales.open_issue("root", "Acme", "text", ["stage:lead"])
        sales.open_issue("acme-labeler[bot]", "Beta")
        sales.edit_issue("root", 1, title="Acme GmbH", body="more")
        comment = sales.comment("bob", 1, "hello")
        sales.edit_comment("root", comment, "hello again")
        sales.delete_comment("bob", comment)
        sales.swap("root", 1, "stage:lead", "stage:won")
        sales.assign("root", 1, "bob")
        sales.unassign("root", 1, "bob")
        sales.lock("root", 1, "TOO_HEATED")
        sales.unlock("root", 1)
        sales.pin("root", 1)
        sales.unpin("root", 1)
        sales.close("root", 1, "not planned")
        sales.reopen("root", 1)
        sales.rename_label("root", "stage:won", "won")
        sales.delete_label("root", "won")
        sales.transfer("root", 1, archive.name)
        sales.delete_issue("root", 2)
        sales.workflow_dispatch({"issue": "7"})
        sales.dispatch("typeform", {"id": "a1"})
        return list(sandbox.outbox)


def everything_on_a_board() -> list[OrganizationDelivery]:
    """Let everything happen once to the cards of a board."""
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1) as sandbox:
        sales = sandbox.repo("acme/sales", roles={"root": "admin", "bob": "write"})
        fields = {"Value": "NUMBER", "Close": "DATE", "Step": "TEXT"}
        board = sandbox.project("acme", "Sales", by="root", columns=["Lead", "Won", "Done"], fields=fields)
        card = board.add("bob", sales.name, sales.open_issue("root", "Acme"))
        second = board.add_draft("bob", "Call")
        board.add_pull_request("bob", sales.name, "Mend")
        board.drag("bob", card, "Won")
        board.edit("bob", card, "Value", 24000)
        board.edit("bob", card, "Close", "2026-12-31")
        board.edit("bob", card, "Step", "call")
        board.clear("bob", card, "Step")
        board.move("bob", second)
        board.archive("bob", second)
        board.restore("bob", second)
        board.remove("bob", second)
        sales.close("root", 1)
        return list(sandbox.organization_outbox)


BOARD = everything_on_a_board()
YOUNGER = ("field_name", "project_number", "from", "to")
"""What live deliveries of an edited field carry and the published schema does not have (2026-11-28)."""


@pytest.mark.parametrize("delivery", BOARD, ids=lambda delivery: f"{delivery.id} {delivery.action}")
def test_a_delivery_of_a_board_is_as_published(delivery: OrganizationDelivery) -> None:
    payload = delivery.payload
    schema = definitions()[f"{delivery.event}${delivery.action}"]
    value = payload.get("changes", {}).get("field_value", {})
    assert all(
        f".changes.field_value.{name}: is unknown" in list(problems(payload, schema)) for name in YOUNGER if value
    )
    for name in YOUNGER:
        value.pop(name, None)
    assert list(problems(payload, schema)) == []


def test_every_kind_of_delivery_of_a_board_is_compared() -> None:
    [published_] = [kind["examples"] for kind in published.examples() if kind["name"] == "projects_v2_item"]
    # A draft that is converted into an issue is none of the sandbox's changes.
    assert {each["action"] for each in published_} - {"converted"} <= {delivery.action for delivery in BOARD}


def test_a_card_is_written_as_in_the_published_examples() -> None:
    [published_] = [kind["examples"] for kind in published.examples() if kind["name"] == "projects_v2_item"]
    assert {frozenset(each["projects_v2_item"]) for each in published_} == {
        frozenset(delivery.payload["projects_v2_item"]) for delivery in BOARD
    }


DELIVERIES = everything()
DISPATCHES = ("workflow_dispatch", "repository_dispatch.typeform")


@pytest.mark.parametrize("delivery", DELIVERIES, ids=lambda delivery: f"{delivery.id} {delivery.name}")
def test_it_fits_the_published_schema(delivery: Delivery) -> None:
    dispatched = delivery.event.endswith("_dispatch")
    name = f"{delivery.event}${'event' if dispatched else delivery.action}"
    found = list(problems(delivery.payload, definitions()[name]))
    # A repository_dispatch reaches a workflow without `installation`; the published schema is that of an app's webhook.
    assert found == ([".installation: is missing"] if delivery.event == "repository_dispatch" else [])


def test_every_kind_of_delivery_was_looked_at() -> None:
    issues = "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned labeled unlabeled"
    names = {f"issues.{action}" for action in f"{issues} locked unlocked".split()}
    names |= {f"issue_comment.{action}" for action in ("created", "edited", "deleted")}
    names |= {f"label.{action}" for action in ("created", "edited", "deleted")}
    assert {delivery.name for delivery in DELIVERIES} == {*names, *DISPATCHES}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        pytest.param({"action": "opend"}, ".action: 'opend' is none of ['opened']", id="a wrong word"),
        pytest.param({"nonsense": 1}, ".nonsense: is unknown", id="a key too many"),
        pytest.param({"sender": {}}, ".sender.login: is missing", id="a key missing"),
    ],
)
def test_what_would_not_fit(change: dict[str, Any], wrong: str) -> None:
    payload = next(delivery.payload for delivery in DELIVERIES if delivery.name == "issues.opened")
    assert wrong in list(problems({**payload, **change}, definitions()["issues$opened"]))
