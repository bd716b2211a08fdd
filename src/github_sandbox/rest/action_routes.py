"""GitHub Actions over REST: workflows and whether they are on, their runs, the names of secrets."""

from __future__ import annotations

import zlib
from typing import Any

from github_sandbox.rest.call import Call, Reply
from github_sandbox.rules import workflows
from github_sandbox.rules.access import Level, person_level
from github_sandbox.rules.files import head
from github_sandbox.rules.refusals import NOT_FOR_INTEGRATIONS, Refused
from github_sandbox.store.database import Row
from github_sandbox.store.ids import git_oid


def list_workflows(call: Call) -> Reply:
    """Answer the workflows. GITHUB_TOKEN needs `actions: read`, which salesbot's workflow does not ask for."""
    row = _allowed(call, Level.READ)
    found = [_workflow(call, row, path) for path in workflows.paths(call.hub.db, row)]
    return Reply({"total_count": len(found), "workflows": found})


def list_runs(call: Call) -> Reply:
    """Answer the runs of a workflow, newest first; `created=>=DAY` and `status=CONCLUSION` narrow them."""
    row, db = _allowed(call, Level.READ), call.hub.db
    paths = [path for path in workflows.paths(db, row) if _is(path, call.path_values["workflow"])]
    if not paths:
        raise Refused("not found", "Not Found")
    sql, values = "SELECT * FROM workflow_runs WHERE repository_id = ? AND path = ?", [row["id"], paths[0]]
    if call.query.get("created", "").startswith(">="):
        sql, values = f"{sql} AND created_at >= ?", [*values, call.query["created"].removeprefix(">=")]
    if "status" in call.query:
        sql, values = f"{sql} AND conclusion = ?", [*values, call.query["status"]]
    page = call.pages(f"{sql} ORDER BY id DESC", values, lambda run: _run(call, row, run))
    total = db.value(f"SELECT count(*) FROM ({sql})", *values)  # noqa: S608 - built above, values apart
    return Reply({"total_count": total, "workflow_runs": page.json}, headers=page.headers)


def list_secrets(call: Call) -> Reply:
    """Answer the names of the secrets, to people who may write."""
    row = _allowed(call, Level.WRITE)
    rows = call.hub.db.all("SELECT * FROM secrets WHERE repository_id = ? ORDER BY name", row["id"])
    found = [{"name": s["name"], "created_at": s["created_at"], "updated_at": s["created_at"]} for s in rows]
    return Reply({"total_count": len(found), "secrets": found})


def _allowed(call: Call, least: Level) -> Row:
    row = call.repository
    if call.who.is_integration or person_level(call.hub.db, call.who.user_id, row) < least:
        raise Refused("forbidden", NOT_FOR_INTEGRATIONS)
    return row


def _is(path: str, named: str) -> bool:
    return named in (path.rpartition("/")[2], str(_id(path)))


def _id(path: str) -> int:
    return zlib.crc32(path.encode())


def _workflow(call: Call, row: Row, path: str) -> dict[str, Any]:
    file, page = path.rpartition("/")[2], f"{call.writer.server}/{row['full_name']}"
    return {
        "id": _id(path),
        "node_id": f"W_{_id(path)}",
        "name": file.rpartition(".")[0],
        "path": path,
        "state": workflows.state(call.hub.db, row, path),
        "created_at": workflows.created_at(call.hub.db, row, path),
        "updated_at": workflows.created_at(call.hub.db, row, path),
        "url": f"{call.writer.repository_url(row)}/actions/workflows/{_id(path)}",
        "html_url": f"{page}/blob/{row['default_branch']}/{path}",
        "badge_url": f"{page}/workflows/{file}/badge.svg",
    }


def _run(call: Call, row: Row, run: Row) -> dict[str, Any]:
    url = f"{call.writer.repository_url(row)}/actions/runs/{run['id']}"
    workflow = _workflow(call, row, run["path"])
    links = ("jobs", "logs", "cancel", "rerun", "artifacts")
    repository = call.writer.repository(row["id"])
    return {
        "id": run["id"],
        "node_id": f"WFR_{run['id']}",
        "name": workflow["name"],
        "head_branch": row["default_branch"],
        "run_number": run["id"],
        "display_title": workflow["name"],
        "event": "issues",
        "status": "completed",
        "conclusion": run["conclusion"],
        "head_sha": head(call.hub.db, row) or git_oid("commit", b""),
        "path": run["path"],
        "workflow_id": workflow["id"],
        "url": url,
        "html_url": f"{call.writer.server}/{row['full_name']}/actions/runs/{run['id']}",
        "created_at": run["created_at"],
        "updated_at": run["created_at"],
        "head_commit": None,
        "repository": repository,
        "head_repository": repository,
        **{f"{name}_url": f"{url}/{name}" for name in links},
        "check_suite_url": f"{call.writer.repository_url(row)}/check-suites/{run['id']}",
        "workflow_url": workflow["url"],
        "pull_requests": [],
    }
