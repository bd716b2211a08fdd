"""Repositories: where issues live, who belongs there, and in which role."""

from __future__ import annotations

from github_sandbox.rules import accounts
from github_sandbox.rules.access import Identity, Level, sees
from github_sandbox.rules.refusals import Refused
from github_sandbox.store.database import Database, Row

SELECT = (
    "SELECT repositories.*, users.login AS owner, users.type AS owner_type,"
    " users.login || '/' || repositories.name AS full_name FROM repositories JOIN users ON users.id = owner_id"
)


def find(db: Database, full_name: str) -> Row | None:
    """Find a repository by `owner/name`, without regard to case."""
    owner, _, name = full_name.partition("/")
    return db.one(f"{SELECT} WHERE login = ? AND repositories.name = ?", owner, name)


def by_id(db: Database, row_id: int) -> Row | None:
    """Find a repository by its database id."""
    return db.one(f"{SELECT} WHERE repositories.id = ?", row_id)


def every(db: Database) -> list[Row]:
    """List all repositories, oldest first."""
    return db.all(f"{SELECT} ORDER BY repositories.id")


def visible(db: Database, who: Identity, full_name: str) -> Row:
    """Find a repository somebody may see. Raise Refused as if it did not exist, otherwise."""
    row = find(db, full_name)
    if row is None or not sees(db, who, row):
        raise Refused("not found", f"Could not resolve to a Repository with the name '{full_name}'.")
    return row


def create(
    db: Database, full_name: str, at: str, *, private: bool = True, organization: bool = True, description: str = ""
) -> Row:
    """Make a repository, its owner too if need be. Raise ValueError for a name that is taken or no `owner/name`."""
    owner, slash, name = full_name.partition("/")
    if not (owner and slash and name) or "/" in name:
        raise ValueError(f"A repository is named owner/name, not {full_name!r}.")
    if find(db, full_name):
        raise ValueError(f"There is a repository {full_name} already.")
    owner_id = accounts.ensure(db, owner, at, "Organization" if organization else "User")
    times = {"created_at": at, "updated_at": at}
    db.insert("repositories", owner_id=owner_id, name=name, private=private, description=description, **times)
    row = find(db, full_name)
    if row is None:
        raise LookupError(f"{full_name} was not created.")
    return row


def visibility(row: Row) -> str:
    """Return the visibility of a repository: public, internal or private."""
    return "public" if not row["private"] else "internal" if row["internal"] else "private"


def set_role(db: Database, repository_id: int, login: str, role: str, at: str) -> None:
    """Give somebody a role, built in or custom, or take it with `none`. Raise ValueError for an unknown role."""
    known = {level.name.lower() for level in Level} | {row["name"] for row in db.all("SELECT name FROM custom_roles")}
    if role not in known:
        raise ValueError(f"There is no role {role!r}; there are {', '.join(sorted(known))}.")
    sql = "INSERT OR REPLACE INTO roles (repository_id, user_id, role) VALUES (?, ?, ?)"
    db.run(sql, repository_id, accounts.ensure(db, login, at), role)


def define_role(db: Database, name: str, base: str) -> None:
    """Make a custom role, e.g. `sales-lead` on top of `triage`. Raise ValueError for an unknown base."""
    if base.upper() not in Level.__members__:
        raise ValueError(f"A custom role builds on a role of GitHub's, not on {base!r}.")
    db.run("INSERT OR REPLACE INTO custom_roles (name, base) VALUES (?, ?)", name, base)


def collaborators(db: Database, repository: Row) -> list[Row]:
    """List who belongs to a repository, with `role`; an owner who is a person comes first."""
    sql = (
        "SELECT users.*, role FROM roles JOIN users ON users.id = user_id"
        " WHERE repository_id = ? AND role != 'none' AND user_id != ? ORDER BY users.id"
    )
    rows = db.all(sql, repository["id"], repository["owner_id"])
    owner = accounts.user_by_id(db, repository["owner_id"])
    return [owner | {"role": "admin"}, *rows] if owner["type"] == "User" else rows
