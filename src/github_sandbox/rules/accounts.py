"""Accounts: people, bots and organisations, and the tokens that speak for them.

Knows how a token becomes an identity. Knows nothing of roles; `access` does.
"""

from __future__ import annotations

import hashlib

from github_sandbox.rules.access import ACTIONS_ID, ACTIONS_LOGIN, Identity, Scope
from github_sandbox.rules.refusals import Refused
from github_sandbox.store.database import Database, Row


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


def person(db: Database, login: str, at: str) -> Identity:
    """Return the identity of a person as they act in the browser, or of an app that acts by itself."""
    row = user_by_id(db, ensure(db, login, at))
    return Identity(row["id"], row["login"], "app" if row["type"] == "Bot" else "person")


def person_token(db: Database, login: str, at: str) -> str:
    """Return the personal access token of somebody: always the same one."""
    token = f"ghp_{hashlib.sha256(login.casefold().encode()).hexdigest()[:36]}"
    sql = "INSERT OR IGNORE INTO tokens (token, user_id, kind) VALUES (?, ?, 'person')"
    db.run(sql, token, ensure(db, login, at))
    return token


def app_token(db: Database, login: str, at: str, issues: Scope = "write", contents: Scope = "read") -> str:
    """Return an installation token of the app whose bot is `login`, e.g. `acme-labeler[bot]`."""
    user_id = ensure(db, login, at)
    return _new_token(db, user_id, "app", None, issues, contents, None, None)


def actions_token(
    db: Database, repository_id: int, at: str, issues: Scope, contents: Scope, expires_at: str | None, run: int | None
) -> str:
    """Return a fresh GITHUB_TOKEN for one repository."""
    user_id = ensure(db, ACTIONS_LOGIN, at)
    return _new_token(db, user_id, "actions", repository_id, issues, contents, expires_at, run)


def installation_token(
    db: Database, user_id: int, repository_id: int, issues: Scope, contents: Scope, expires_at: str
) -> str:
    """Return a token of an App's installation in one repository."""
    return _new_token(db, user_id, "app", repository_id, issues, contents, expires_at, None)


def authenticate(db: Database, token: str, at: str) -> Identity:
    """Find out whose token this is. Raise Refused for a wrong or expired one."""
    row = db.one("SELECT tokens.*, login FROM tokens JOIN users ON users.id = user_id WHERE token = ?", token)
    if row is None or (row["expires_at"] and row["expires_at"] <= at):
        raise Refused("unauthorized", "Bad credentials")
    scope = {"repository_id": row["repository_id"], "issues": row["issues"], "contents": row["contents"]}
    return Identity(row["user_id"], row["login"], row["kind"], token, run=row["run"], **scope)


def _new_token(
    db: Database,
    user_id: int,
    kind: str,
    repository_id: int | None,
    issues: Scope,
    contents: Scope,
    expires_at: str | None,
    run: int | None,
) -> str:
    count = db.value("SELECT count(*) FROM tokens")
    token = f"ghs_{hashlib.sha256(f'{kind} {user_id} {count}'.encode()).hexdigest()[:36]}"
    row = {"token": token, "user_id": user_id, "kind": kind, "repository_id": repository_id, "run": run}
    db.insert("tokens", **row, issues=issues, contents=contents, expires_at=expires_at)
    return token
