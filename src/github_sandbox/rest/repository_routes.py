"""People, repositories, files and dispatches over REST."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from github_sandbox.rest.call import Call, Reply
from github_sandbox.rules import accounts, files, repositories
from github_sandbox.rules.access import Level, base_level, is_outsider, reads_code, role_name, writes_code
from github_sandbox.rules.refusals import NOT_FOR_INTEGRATIONS, Refused, no_permission
from github_sandbox.store.database import Row

LEGACY = {
    Level.NONE: "none",
    Level.READ: "read",
    Level.TRIAGE: "read",
    Level.WRITE: "write",
    Level.MAINTAIN: "write",
    Level.ADMIN: "admin",
}
"""The old `permission` word: it knows neither triage nor maintain."""
PROFILE = {
    "company": None,
    "email": None,
    "blog": None,
    "bio": None,
    "location": None,
    "hireable": None,
    "followers": 0,
    "following": 0,
    "public_gists": 0,
    "public_repos": 0,
}
LARGEST_PAYLOAD = 64 * 1024
"""Bytes of the payload of a repository_dispatch (rest: create-a-repository-dispatch-event)."""
ALONE = {"network_count": 0, "subscribers_count": 0}
"""Fields of a repository that only the request for this one repository answers."""


def get_viewer(call: Call) -> Reply:
    """Answer who asks. GITHUB_TOKEN is nobody's, so GitHub refuses it here."""
    if call.who.kind == "actions":
        raise Refused("forbidden", NOT_FOR_INTEGRATIONS)
    return Reply(_profile(call, accounts.user_by_id(call.hub.db, call.who.user_id)))


def get_user(call: Call) -> Reply:
    """Answer somebody's profile."""
    return Reply(_profile(call, _user(call)))


def zen(call: Call) -> Reply:
    """Answer a word to live by."""
    return Reply("Read, compare, then write.")


def get_repository(call: Call) -> Reply:
    """Answer a repository, with the permissions of the caller."""
    row = call.repository
    return Reply(call.writer.repository(row["id"]) | ALONE | {"permissions": _booleans(_reach(call, row))})


def list_collaborators(call: Call) -> Reply:
    """Answer who belongs to the repository, for those who may push; `affiliation=outside`: and not to its owner."""
    row = call.repository
    if _reach(call, row) < Level.WRITE:
        raise Refused("forbidden", "Must have push access to view repository collaborators.")
    people = repositories.collaborators(call.hub.db, row)
    if call.query.get("affiliation") == "outside":
        people = [person for person in people if is_outsider(call.hub.db, row, person["id"])]
    return Reply([_collaborator(call, person, person["role"]) for person in people])


def check_collaborator(call: Call) -> Reply:
    """Return whether somebody belongs to the repository."""
    people = repositories.collaborators(call.hub.db, call.repository)
    if call.path_values["login"].casefold() not in {person["login"].casefold() for person in people}:
        raise Refused("not found", "Not Found")
    return Reply(status=204)


def get_permission(call: Call) -> Reply:
    """Answer somebody's role: the old word, the true name, and the booleans. `metadata: read` is enough."""
    row, person = call.repository, _user(call)
    role = role_name(call.hub.db, person["id"], row)
    written = _collaborator(call, person, role)
    return Reply({"permission": LEGACY[base_level(call.hub.db, role)], "role_name": role, "user": written})


def get_content(call: Call) -> Reply:
    """Answer a file of the default branch, or list a directory."""
    row, path = call.repository, call.path_values["path"].strip("/")
    if not reads_code(call.hub.db, call.who, row):
        raise Refused("forbidden", NOT_FOR_INTEGRATIONS)
    blob = files.blob(call.hub.db, row, path)
    if blob:
        content = base64.encodebytes(blob["content"]).decode()
        entry = files.Entry(path.rpartition("/")[2], path, "blob", blob["oid"], len(blob["content"]))
        return Reply({**_entry(call, row, entry), "content": content, "encoding": "base64"})
    entries = files.tree(call.hub.db, row, path)
    if not entries:
        raise Refused("not found", "Not Found")
    return Reply([_entry(call, row, entry) for entry in entries])


def put_content(call: Call) -> Reply:
    """Write a file; a file that exists is only replaced by whoever names its `sha`."""
    row, path = call.repository, call.path_values["path"].strip("/")
    blob = _checked(call, row, path)
    try:
        content = base64.b64decode(call.required("content", "Content"), validate=False)
    except binascii.Error as error:
        raise Refused("unprocessable", "content is not valid Base64") from error
    with call.hub.change(call.who) as change:
        oid = files.push(change, row, path, content, call.required("message", "Content"))
    made = files.blob(call.hub.db, row, path) or {}
    entry = files.Entry(path.rpartition("/")[2], path, "blob", made["oid"], len(content))
    return Reply({"content": _entry(call, row, entry), "commit": {"sha": oid}}, 200 if blob else 201)


def delete_content(call: Call) -> Reply:
    """Delete a file, by whoever names its `sha`."""
    row, path = call.repository, call.path_values["path"].strip("/")
    if _checked(call, row, path) is None:
        raise Refused("not found", "Not Found")
    with call.hub.change(call.who) as change:
        oid = files.push(change, row, path, None, call.required("message", "Content"))
    return Reply({"content": None, "commit": {"sha": oid}})


def dispatch(call: Call) -> Reply:
    """Deliver a repository_dispatch."""
    row, event = call.repository, call.required("event_type", "RepositoryDispatch")
    if not writes_code(call.hub.db, call.who, row):
        raise no_permission(f"{call.who.login} may not dispatch: that takes write.")
    payload = call.given("client_payload", dict, {})
    # (inferred): the documentation says "less than 64 KB" and not how that is counted; the JSON's size is strictest.
    if len(json.dumps(payload)) >= LARGEST_PAYLOAD:
        raise Refused("unprocessable", "client_payload is too large.")
    parts = {"branch": row["default_branch"], "client_payload": payload}
    call.hub.announce(call.who, "repository_dispatch", event, row, **parts)
    return Reply(status=204)


def workflow_dispatch(call: Call) -> Reply:
    """Deliver a workflow_dispatch."""
    row = call.repository
    if not writes_code(call.hub.db, call.who, row):
        raise no_permission(f"{call.who.login} may not dispatch: that takes write.")
    workflow = f".github/workflows/{call.path_values['workflow']}"
    parts = {"inputs": call.given("inputs", dict, {}), "ref": f"refs/heads/{row['default_branch']}"}
    call.hub.announce(call.who, "workflow_dispatch", None, row, **parts, workflow=workflow)
    return Reply(status=204)


def _checked(call: Call, row: Row, path: str) -> Row | None:
    blob, sha = files.blob(call.hub.db, row, path), call.given("sha")
    if blob and sha is None:
        raise Refused("unprocessable", 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if sha is not None and (blob is None or sha != blob["oid"]):
        raise Refused("conflict", f"{path} does not match {sha}")
    return blob


def _entry(call: Call, row: Row, entry: files.Entry) -> dict[str, Any]:
    url = f"{call.writer.repository_url(row)}/contents/{entry.path}?ref={row['default_branch']}"
    page = f"{call.writer.server}/{row['full_name']}/blob/{row['default_branch']}/{entry.path}"
    git = f"{call.writer.repository_url(row)}/git/{entry.kind}s/{entry.oid}"
    return {
        "type": "file" if entry.kind == "blob" else "dir",
        "name": entry.name,
        "path": entry.path,
        "sha": entry.oid,
        "size": entry.size,
        "url": url,
        "html_url": page,
        "git_url": git,
        "download_url": page if entry.kind == "blob" else None,
        "_links": {"self": url, "git": git, "html": page},
    }


def _user(call: Call) -> Row:
    row = accounts.user(call.hub.db, call.path_values["login"])
    if row is None:
        raise Refused("not found", "Not Found")
    return row


def _profile(call: Call, row: Row) -> dict[str, Any]:
    times = {"created_at": row["created_at"], "updated_at": row["created_at"]}
    return {**call.writer.user(row["id"]), "name": row["name"], **PROFILE, **times}


def _collaborator(call: Call, row: Row, role: str) -> dict[str, Any]:
    permissions = _booleans(base_level(call.hub.db, role))
    return {**call.writer.user(row["id"]), "permissions": permissions, "role_name": role}


def _booleans(have: Level) -> dict[str, bool]:
    names = {"admin": Level.ADMIN, "maintain": Level.MAINTAIN, "push": Level.WRITE, "triage": Level.TRIAGE}
    return {name: have >= least for name, least in names.items()} | {"pull": have >= Level.READ}


def _reach(call: Call, row: Row) -> Level:
    if call.who.is_integration:
        return Level.WRITE if writes_code(call.hub.db, call.who, row) else Level.READ
    return base_level(call.hub.db, role_name(call.hub.db, call.who.user_id, row))
