"""Who may do what: people by their role in the repository, tokens of apps and runs by their permissions.

Knows GitHub's roles, custom ones included, and token scopes. Knows nothing of what is done with a permission.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from github_sandbox.rules.refusals import no_permission
from github_sandbox.store.database import Database, Row

Kind = Literal["person", "fine-grained", "app", "actions", "automation"]
Scope = Literal["none", "read", "write"]

ACTIONS_LOGIN = "github-actions[bot]"
ACTIONS_ID = 41898282


class Level(IntEnum):
    """GitHub's roles; a higher one may do all a lower one may."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


LEVELS: Mapping[Scope, Level] = {"none": Level.NONE, "read": Level.READ, "write": Level.WRITE}
"""What a permission of a token allows."""


@dataclass(frozen=True)
class Identity:
    """Who asks: a person, with a classic or a fine-grained token, an app, a run with its GITHUB_TOKEN, or GitHub."""

    user_id: int
    login: str
    kind: Kind = "person"
    token: str = field(default="", repr=False)
    repository_id: int | None = None
    """The only repository the token reaches; None for all."""
    issues: Scope = "write"
    contents: Scope = "write"
    projects: Scope = "write"
    """Whether the token has the scope, or the permission, for projects. GITHUB_TOKEN never has."""
    owner_id: int | None = None
    """The only account whose repositories and projects a fine-grained token reaches; None for all."""
    run: int | None = None
    app: int | None = None
    """The id of an App that signed in as itself, not as one of its installations."""

    @property
    def is_integration(self) -> bool:
        """Whether a token's permissions decide, instead of a person's role."""
        return self.kind in ("app", "actions")


def base_level(db: Database, role: str) -> Level:
    """Find the level of a role by name; a custom role has that of its base."""
    base = db.value("SELECT base FROM custom_roles WHERE name = ?", role)
    return Level[(base or role).upper()]


def role_name(db: Database, user_id: int, repository: Row) -> str:
    """Name the role a person has: the owner is admin, and anybody may read what is public."""
    if repository["owner_id"] == user_id:
        return "admin"
    role = db.value("SELECT role FROM roles WHERE repository_id = ? AND user_id = ?", repository["id"], user_id)
    return role or ("none" if repository["private"] else "read")


def person_level(db: Database, user_id: int, repository: Row) -> Level:
    """Find how far a person's role reaches."""
    return base_level(db, role_name(db, user_id, repository))


def level(db: Database, who: Identity, repository: Row) -> Level:
    """Find how far somebody may go with the issues of a repository."""
    if who.kind == "automation":
        return Level.ADMIN
    public = Level.NONE if repository["private"] else Level.READ
    if who.kind == "fine-grained":
        reached = LEVELS[who.issues] if who.owner_id == repository["owner_id"] else Level.NONE
        most = Level.ADMIN if reached is Level.WRITE else reached
        return max(public, min(most, person_level(db, who.user_id, repository)))
    if not who.is_integration:
        return person_level(db, who.user_id, repository)
    if who.repository_id not in (None, repository["id"]):
        return public
    return max(public, LEVELS[who.issues])


def sees(db: Database, who: Identity, repository: Row) -> bool:
    """Return whether the repository exists at all for somebody. A token's `metadata: read` is implicit."""
    if who.is_integration and who.repository_id in (None, repository["id"]):
        return True
    return level(db, who, repository) > Level.NONE or _reaches(db, who, repository)


def reads_code(db: Database, who: Identity, repository: Row) -> bool:
    """Return whether somebody may read the files: without it, `object` and `defaultBranchRef` are null."""
    if who.is_integration and who.repository_id in (None, repository["id"]):
        return who.contents != "none"
    if who.kind == "fine-grained" and repository["private"]:
        return who.contents != "none" and _reaches(db, who, repository)
    return level(db, who, repository) >= Level.READ


def writes_code(db: Database, who: Identity, repository: Row) -> bool:
    """Return whether somebody may push."""
    if who.is_integration:
        return who.repository_id in (None, repository["id"]) and who.contents == "write"
    if who.kind == "fine-grained" and (who.contents != "write" or who.owner_id != repository["owner_id"]):
        return False
    return person_level(db, who.user_id, repository) >= Level.WRITE


def _reaches(db: Database, who: Identity, repository: Row) -> bool:
    """Return whether a fine-grained token was given for the repository of somebody who may see it."""
    if who.kind != "fine-grained" or who.owner_id != repository["owner_id"]:
        return False
    return person_level(db, who.user_id, repository) > Level.NONE


def need(db: Database, who: Identity, repository: Row, least: Level, what: str) -> None:
    """Raise Refused unless somebody has at least this level; `what` names the act, for the sandbox's own callers."""
    have = level(db, who, repository)
    if have < least:
        raise no_permission(f"{who.login} may not {what}: that takes {least.name.lower()}, not {have.name.lower()}.")


def is_assignable(db: Database, user_id: int, issue: Row, repository: Row) -> bool:
    """Return whether GitHub would assign this person: a member of the repository, or somebody who commented."""
    user = db.one("SELECT type FROM users WHERE id = ?", user_id)
    if user is None or user["type"] != "User":
        return False
    if is_member(db, user_id, repository):
        return True
    return bool(db.value("SELECT 1 FROM comments WHERE issue_id = ? AND author_id = ?", issue["id"], user_id))


def is_member(db: Database, user_id: int, repository: Row) -> bool:
    """Return whether somebody was given a role in the repository, rather than passing by."""
    if repository["owner_id"] == user_id:
        return True
    role = db.value("SELECT role FROM roles WHERE repository_id = ? AND user_id = ?", repository["id"], user_id)
    return role not in (None, "none")


def is_outsider(db: Database, repository: Row, user_id: int) -> bool:
    """Return whether somebody who may work here is no member of the organisation."""
    sql = "SELECT 1 FROM outsiders WHERE repository_id = ? AND user_id = ?"
    return bool(db.value(sql, repository["id"], user_id))


def association(db: Database, user_id: int, repository: Row) -> str:
    """Name the author association GitHub shows next to a name. It is no permission."""
    if repository["owner_id"] == user_id:
        return "OWNER"
    organization = db.value("SELECT type FROM users WHERE id = ?", repository["owner_id"]) == "Organization"
    if is_member(db, user_id, repository):
        return "MEMBER" if organization else "COLLABORATOR"
    return "NONE"
