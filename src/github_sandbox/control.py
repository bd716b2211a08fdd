"""The sandbox's own HTTP API under `/_sandbox/`: actions of people, deliveries, time, faults.

What the page uses, and what scripts in other languages can use. Knows no rules; `people` and `Sandbox` do.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from github_sandbox import markup
from github_sandbox.board import Board
from github_sandbox.http.faults import Fault
from github_sandbox.hub import Delivery
from github_sandbox.people import Repo
from github_sandbox.rules import labels, repositories
from github_sandbox.rules.refusals import Refused
from github_sandbox.simulation import Simulation
from github_sandbox.store import clock

ACTS = (
    "open_issue", "edit_issue", "delete_issue", "close", "reopen", "transfer", "lock", "unlock", "pin", "unpin",
    "convert_to_discussion", "add_sub_issue",
    "comment", "edit_comment", "delete_comment", "tick", "react", "minimize", "assign", "unassign", "label", "unlabel",
    "swap", "create_label", "rename_label", "delete_label", "push", "dispatch", "workflow_dispatch", "schedule",
    "set_role", "collaborators_readable", "seed",
)  # fmt: skip
BOARD_ACTS = (
    "add", "add_draft", "add_pull_request", "drag", "edit", "clear", "archive", "restore", "remove", "move",
    "add_field", "rename_field", "delete_field", "set_options", "link", "close", "reopen", "delete",
    "switch_workflow", "set_role",
)  # fmt: skip
FAULTS = (
    "fails", "loses_answer", "lands_late", "resets", "hangs", "secondary", "primary", "errors", "refuses", "cuts",
    "nulls", "stale", "kills",
)  # fmt: skip
Handler = Callable[[Simulation, Request, Any], Any]


def control(sandbox: Simulation) -> list[Route]:
    """List the routes under `/_sandbox/`."""
    routes = [
        Route(f"/_sandbox{path}", _endpoint(sandbox, handler), methods=[method]) for method, path, handler in ROUTES
    ]
    return [*routes, Route("/_sandbox/avatars/{id}", _avatar)]


def _endpoint(sandbox: Simulation, handler: Handler) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        body = await request.json() if int(request.headers.get("content-length") or 0) else {}
        try:
            # In a thread: an act may start runs, and those talk to this server.
            found = await run_in_threadpool(handler, sandbox, request, body)
        except Refused as refused:
            return JSONResponse({"error": refused.message, "kind": refused.kind}, 403)
        except (LookupError, ValueError, TypeError) as error:
            return JSONResponse({"error": str(error.args[0] if error.args else error)}, 400)
        return JSONResponse({"result": found})

    return endpoint


def _avatar(request: Request) -> Response:
    hue = int(request.path_params["id"]) * 47 % 360
    circle = f'<circle cx="20" cy="20" r="20" fill="hsl({hue} 45% 55%)"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">{circle}</svg>'
    return Response(svg, media_type="image/svg+xml")


def _act(sandbox: Simulation, request: Request, body: Any) -> Any:
    """Do one act: `{"repo": "acme/sales", "act": "label", "args": ["ann", 7, "stage:won"], "options": {}}`."""
    return _perform(_repo(sandbox, body["repo"]), ACTS, body)


def _perform(on: Repo | Board, acts: Sequence[str], body: Any) -> Any:
    if body.get("act") not in acts:
        raise ValueError(f"There is no act {body.get('act')!r}; there are {', '.join(acts)}.")
    act = getattr(on, body["act"])
    arguments, options = body.get("args", []), body.get("options", {})
    inspect.signature(act).bind(*arguments, **options)
    return act(*arguments, **options)


def _new_project(sandbox: Simulation, request: Request, body: Any) -> Any:
    """Make a project: `{"owner": "acme", "title": "Sales", "by": "kim", "columns": ["Lead"], "fields": {}}`."""
    columns, fields = body.get("columns", ()), body.get("fields", {})
    return sandbox.project(body["owner"], body["title"], by=body["by"], columns=columns, fields=fields).number


def _board_act(sandbox: Simulation, request: Request, body: Any) -> Any:
    """Do one act on a project: `{"owner": "acme", "number": 1, "act": "drag", "args": ["ann", 160700801, "Won"]}`."""
    return _perform(sandbox.board(body["owner"], body["number"]), BOARD_ACTS, body)


def _board(sandbox: Simulation, request: Request, body: Any) -> Any:
    """Show a project: its columns, and its cards with their values."""
    board = sandbox.board(request.query_params["owner"], int(request.query_params["number"]))
    return {
        "title": board.row["title"],
        "columns": board.options(),
        "cards": [{**asdict(card), "column": card.column} for card in board.cards()],
    }


def _organization_outbox(sandbox: Simulation, request: Request, body: Any) -> Any:
    """List the deliveries to webhooks of organisations."""
    return [{"id": each.id, "name": each.event, **each.payload} for each in sandbox.organization_outbox]


def _state(sandbox: Simulation, request: Request, body: Any) -> Any:
    """Return the repositories with people and labels, the time, and the waiting deliveries."""
    db = sandbox.hub.db
    with db.lock:
        return {
            "now": sandbox.clock.stamp(),
            "live": sandbox.clock.live,
            "auto": sandbox.auto,
            "url": sandbox.url,
            "outbox": [_delivery(delivery) for delivery in sandbox.outbox],
            "repositories": [_describe(sandbox, row) for row in repositories.every(db)],
        }


def _describe(sandbox: Simulation, row: Any) -> Any:
    db = sandbox.hub.db
    sql = "SELECT name, color FROM labels WHERE repository_id = ? AND deleted_at IS NULL ORDER BY id"
    people = {person["login"]: person["role"] for person in repositories.collaborators(db, row)}
    return {
        "name": row["full_name"],
        "private": bool(row["private"]),
        "people": people,
        "labels": db.all(sql, row["id"]),
    }


def _issues(sandbox: Simulation, request: Request, body: Any) -> Any:
    """List a repository's issues, without their texts."""
    repo = _repo(sandbox, request.query_params["repo"])
    sql = "SELECT * FROM issues WHERE repository_id = ? AND NOT gone ORDER BY updated_at DESC, id DESC LIMIT 500"
    with sandbox.hub.db.lock:
        return [_card(sandbox, row) for row in sandbox.hub.db.all(sql, repo.row["id"])]


def _card(sandbox: Simulation, row: Any) -> Any:
    carried = [{"name": label["name"], "color": label["color"]} for label in labels.of_issue(sandbox.hub.db, row["id"])]
    kept = ("number", "title", "state", "state_reason", "comment_count", "updated_at")
    return {**{name: row[name] for name in kept}, "labels": carried}


def _issue(sandbox: Simulation, request: Request, body: Any) -> Any:
    """Show one issue with everything on it, texts as HTML too."""
    seen = asdict(_repo(sandbox, request.query_params["repo"]).issue(int(request.query_params["number"])))
    seen["html"] = markup.html(seen["body"])
    for comment in seen["comments"]:
        comment["html"] = markup.html(comment["body"])
    return seen


def _outbox(sandbox: Simulation, request: Request, body: Any) -> Any:
    return [{**_delivery(each), "payload": each.payload} for each in sandbox.outbox]


def _run_one(sandbox: Simulation, request: Request, body: Any) -> Any:
    return _run(sandbox.run(_waiting(sandbox, request)))


def _drop_one(sandbox: Simulation, request: Request, body: Any) -> Any:
    sandbox.drop(_waiting(sandbox, request))


def _runs(sandbox: Simulation, request: Request, body: Any) -> Any:
    return [_run(run) for run in sandbox.runs[-50:]]


def _requests(sandbox: Simulation, request: Request, body: Any) -> Any:
    return [asdict(entry) for entry in sandbox.requests[-200:]]


def _clock(sandbox: Simulation, request: Request, body: Any) -> Any:
    """Move the time: `{"advance": seconds}` or `{"set": "2026-11-23T10:00:00Z"}`."""
    if "set" in body:
        return clock.stamp(sandbox.set(clock.read(body["set"])))
    return clock.stamp(sandbox.advance(float(body["advance"])))


def _fault(sandbox: Simulation, request: Request, body: Any) -> Any:
    """Arm a fault: `{"fault": "lands_late", "args": [30], "options": {"on": "mutation", "nth": 2}}`."""
    if body.get("fault") not in FAULTS:
        raise ValueError(f"There is no fault {body.get('fault')!r}; there are {', '.join(FAULTS)}.")
    sandbox.arm(getattr(Fault, body["fault"])(*body.get("args", []), **body.get("options", {})))


def _conditions(sandbox: Simulation, request: Request, body: Any) -> Any:
    """Set the latency in milliseconds and whether rate limits apply: `{"latency_ms": 80, "limits": false}`."""
    sandbox.faults.latency_ms = float(body.get("latency_ms", sandbox.faults.latency_ms))
    sandbox.limits.enabled = bool(body.get("limits", sandbox.limits.enabled))


def _token(sandbox: Simulation, request: Request, body: Any) -> Any:
    return sandbox.token(body["login"])


def _new_repo(sandbox: Simulation, request: Request, body: Any) -> Any:
    """Make a repository: `{"name": "acme/sales", "private": true, "roles": {"ann": "triage"}}`."""
    return sandbox.repo(body["name"], private=body.get("private", True), roles=body.get("roles")).name


def _reset(sandbox: Simulation, request: Request, body: Any) -> Any:
    sandbox.reset()


def _repo(sandbox: Simulation, name: str) -> Repo:
    sandbox.hub.repository(name)
    return sandbox.repo(name)


def _waiting(sandbox: Simulation, request: Request) -> Delivery:
    delivery_id = int(request.path_params["id"])
    found = next((delivery for delivery in sandbox.outbox if delivery.id == delivery_id), None)
    if found is None:
        raise LookupError(f"No delivery {delivery_id} is waiting.")
    return found


def _delivery(delivery: Delivery) -> dict[str, Any]:
    number = delivery.payload.get("issue", {}).get("number")
    about = {"id": delivery.id, "name": delivery.name, "repository": delivery.repository, "issue": number}
    return {**about, "actor": delivery.actor, "at": delivery.at}


def _run(run: Any) -> dict[str, Any]:
    kept = ("id", "exit_code", "stdout", "stderr", "summary", "outputs", "seconds", "killed")
    requests = [asdict(entry) for entry in run.requests]
    fields = {name: getattr(run, name) for name in kept}
    return {
        **fields,
        "summary_html": markup.html(run.summary),
        "delivery": _delivery(run.delivery),
        "requests": requests,
    }


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/state", _state),
    ("GET", "/issues", _issues),
    ("GET", "/issue", _issue),
    ("POST", "/act", _act),
    ("POST", "/repositories", _new_repo),
    ("GET", "/board", _board),
    ("POST", "/board", _board_act),
    ("POST", "/projects", _new_project),
    ("GET", "/organization-outbox", _organization_outbox),
    ("POST", "/tokens", _token),
    ("GET", "/outbox", _outbox),
    ("POST", "/outbox/{id:int}/run", _run_one),
    ("POST", "/outbox/{id:int}/drop", _drop_one),
    ("GET", "/runs", _runs),
    ("GET", "/requests", _requests),
    ("POST", "/clock", _clock),
    ("POST", "/faults", _fault),
    ("POST", "/conditions", _conditions),
    ("POST", "/reset", _reset),
)
