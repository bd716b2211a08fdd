"""Accounts: people, bots and organisations, and the tokens that speak for them.

Knows how a token becomes an identity. Knows nothing of roles; `access` does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from github_sandbox.rules.access import ACTIONS_ID, ACTIONS_LOGIN, Identity, Kind, Scope
from github_sandbox.rules.refusals import Refused
from github_sandbox.store.database import Database, Row


@dataclass(frozen=True)
class Permissions:
    """What a token may do, beside reading metadata."""

    issues: Scope = "write"
    contents: Scope = "read"
    projects: Scope = "none"


def user(db: Database, login: str) -> Row | None:
    """Find an account by login, without regard to case."""
    return db.one("SELECT * FROM users WHERE login = ?", login)


def user_by_id(db: Database, row_id: int) -> Row:
    """Read an account by id. Raise LookupError if there is none."""
    row = db.one("SELECT * FROM users WHERE id = ?", row_id)
    if row is None:
        raise LookupError(f"No account has the id {row_id}.")
    return row


def ensure(db: Database, login: str, at: str, kind: str = "User") -> int:
    """Find an account or open it, and return its id. Logins that end in `[bot]` are bots."""
    known = user(db, login)
    if known:
        return int(known["id"])
    kind = "Bot" if login.endswith("[bot]") else kind
    if login == ACTIONS_LOGIN:
        db.run("INSERT INTO users (id, login, type, created_at) VALUES (?, ?, ?, ?)", ACTIONS_ID, login, kind, at)
        return ACTIONS_ID
    return db.insert("users", login=login, type=kind, name=login.removesuffix("[bot]").title(), created_at=at)


def rename(db: Database, login: str, to: str) -> None:
    """Give an account another login; its id stays, and the old login is free. Raise LookupError if there is none."""
    db.update("users", _existing(db, login)["id"], login=to)


def delete(db: Database, login: str) -> None:
    """Delete an account: its roles and assignments go without an event, and what it did was done by nobody."""
    row_id = _existing(db, login)["id"]
    db.run("DELETE FROM roles WHERE user_id = ?", row_id)
    db.run("DELETE FROM assignees WHERE user_id = ?", row_id)
    db.update("users", row_id, login=f"deleted-{row_id}", deleted=1)


def _existing(db: Database, login: str) -> Row:
    known = user(db, login)
    if known is None:
        raise LookupError(f"There is no account {login}.")
    return known


def person(db: Database, login: str, at: str) -> Identity:
    """Return the identity of a person as they act in the browser, or of an app that acts by itself."""
    row = user_by_id(db, ensure(db, login, at))
    return Identity(row["id"], row["login"], "app" if row["type"] == "Bot" else "person")


def person_token(db: Database, login: str, at: str, projects: Scope = "write") -> str:
    """Return a classic token of somebody, with the scope `repo`, and for projects the one that is named."""
    kind = "" if projects == "write" else projects
    token = f"ghp_{hashlib.sha256(f'{login.casefold()}{kind}'.encode()).hexdigest()[:36]}"
    sql = "INSERT OR IGNORE INTO tokens (token, user_id, kind, projects) VALUES (?, ?, 'person', ?)"
    db.run(sql, token, ensure(db, login, at), projects)
    return token


def fine_grained_token(db: Database, login: str, owner: str, at: str, permissions: Permissions) -> str:
    """Return a fine-grained token of somebody for what belongs to `owner`."""
    limits = {"owner_id": ensure(db, owner, at)}
    return _new_token(db, ensure(db, login, at), "fine-grained", permissions, **limits)


def app_token(db: Database, login: str, at: str, permissions: Permissions) -> str:
    """Return an installation token of the app whose bot is `login`, e.g. `acme-labeler[bot]`."""
    return _new_token(db, ensure(db, login, at), "app", permissions)


def actions_token(
    db: Database, repository_id: int, at: str, issues: Scope, contents: Scope, expires_at: str | None, run: int | None
) -> str:
    """Return a fresh GITHUB_TOKEN for one repository. It reaches no project."""
    limits = {"repository_id": repository_id, "expires_at": expires_at, "run": run}
    return _new_token(db, ensure(db, ACTIONS_LOGIN, at), "actions", Permissions(issues, contents), **limits)


def installation_token(
    db: Database, user_id: int, repository_id: int, permissions: Permissions, expires_at: str
) -> str:
    """Return a token of an App's installation in one repository."""
    return _new_token(db, user_id, "app", permissions, repository_id=repository_id, expires_at=expires_at)


def authenticate(db: Database, token: str, at: str) -> Identity:
    """Find out whose token this is. Raise Refused for a wrong or expired one."""
    row = db.one("SELECT tokens.*, login FROM tokens JOIN users ON users.id = user_id WHERE token = ?", token)
    if row is None or (row["expires_at"] and row["expires_at"] <= at):
        raise Refused("unauthorized", "Bad credentials")
    kept = ("repository_id", "issues", "contents", "projects", "owner_id", "run")
    return Identity(row["user_id"], row["login"], row["kind"], token, **{name: row[name] for name in kept})


def _new_token(db: Database, user_id: int, kind: Kind, permissions: Permissions, **limits: Any) -> str:
    count = db.value("SELECT count(*) FROM tokens")
    prefix = "github_pat_" if kind == "fine-grained" else "ghs_"
    token = prefix + hashlib.sha256(f"{kind} {user_id} {count}".encode()).hexdigest()[:36]
    db.insert("tokens", token=token, user_id=user_id, kind=kind, **vars(permissions), **limits)
    return token
