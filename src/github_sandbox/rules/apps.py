"""GitHub Apps: registered with a public key, installed in repositories, and how they prove who they are.

Knows signatures and permissions. What a token's time says is not asked: the sandbox's clock is not the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import jwt

from github_sandbox.rules import accounts
from github_sandbox.rules.access import Identity, Scope
from github_sandbox.rules.accounts import Permissions
from github_sandbox.rules.refusals import Refused
from github_sandbox.store.database import Database, Row

MAY: dict[str, tuple[str, ...]] = {"read": ("read",), "write": ("read", "write"), "none": ()}
NOTHING: Mapping[str, Any] = {"issues": "none", "contents": "none", "projects": "none"}
COLUMNS = {"issues": "issues", "contents": "contents", "organization_projects": "projects"}
"""The permissions of an App, and the columns they are kept in."""
HOUR = 3600


def register(db: Database, login: str, public_key: str, at: str, may: Permissions) -> int:
    """Register the App whose bot is `login`; return its id."""
    user_id = accounts.ensure(db, login, at)
    return db.insert("apps", user_id=user_id, public_key=public_key, **vars(may), created_at=at)


def install(db: Database, app_id: int, repository: Row, at: str) -> int:
    """Install an App in a repository; return the installation's id."""
    return db.insert("installations", app_id=app_id, repository_id=repository["id"], created_at=at)


def authenticate(db: Database, token: str) -> Identity:
    """Find out which App signed a token. Raise Refused for a wrong signature."""
    try:
        app = db.one("SELECT * FROM apps WHERE id = ?", jwt.decode(token, options={"verify_signature": False})["iss"])
        if app is None:
            raise Refused("unauthorized", "Integration not found")
        jwt.decode(token, app["public_key"], ["RS256"], options={"verify_exp": False, "verify_iat": False})
    except (jwt.PyJWTError, KeyError) as error:
        raise Refused("unauthorized", "A JSON web token could not be decoded") from error
    user = accounts.user_by_id(db, app["user_id"])
    return Identity(
        app["user_id"],
        user["login"],
        "app",
        repository_id=0,
        issues="none",
        contents="none",
        projects="none",
        app=app["id"],
    )


def installation_in(db: Database, app_id: int, full_name: str) -> Row:
    """Find the installation in a repository by its name. Raise Refused where there is none."""
    sql = """SELECT installations.*, owner_id, users.login AS owner FROM installations
      JOIN repositories ON repositories.id = repository_id JOIN users ON users.id = owner_id
      WHERE app_id = ? AND users.login || '/' || repositories.name = ? COLLATE NOCASE"""
    return _found(db.one(sql, app_id, full_name))


def installation(db: Database, app_id: int, installation_id: int) -> Row:
    """Find an installation of an App by its id. Raise Refused where there is none."""
    return _found(db.one("SELECT * FROM installations WHERE app_id = ? AND id = ?", app_id, installation_id))


def _found(row: Row | None) -> Row:
    if row is None:
        raise Refused("not found", "Not Found")
    return row


def permissions(db: Database, app_id: int) -> dict[str, str]:
    """Return the permissions of an App."""
    app = db.one("SELECT * FROM apps WHERE id = ?", app_id)
    assert app is not None
    scopes = {name: app[column] for name, column in COLUMNS.items()} | {"metadata": "read"}
    return {name: scope for name, scope in scopes.items() if scope != "none"}


def token(db: Database, found: Row, asked: Mapping[str, Any], at: str, expires_at: str) -> tuple[str, dict[str, str]]:
    """Return a token of an installation with the permissions asked for, at most those of the App: all if none is."""
    owned = permissions(db, found["app_id"])
    beyond = [name for name, scope in asked.items() if scope not in MAY[owned.get(name, "none")]]
    if beyond:
        raise Refused("unprocessable", "The permissions requested are not granted to this installation.")
    given = {name: str(scope) for name, scope in asked.items()} or owned
    user = db.value("SELECT user_id FROM apps WHERE id = ?", found["app_id"])
    may = {column: cast("Scope", given.get(name, "none")) for name, column in COLUMNS.items()}
    return accounts.installation_token(db, user, found["repository_id"], Permissions(**may), expires_at), given
