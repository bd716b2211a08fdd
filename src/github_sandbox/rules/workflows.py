"""Workflows of a repository: the files there are, and whether each is switched on."""

from __future__ import annotations

from github_sandbox.rules import files
from github_sandbox.store.database import Database, Row

FOLDER = ".github/workflows"


def paths(db: Database, repository: Row) -> list[str]:
    """List the paths of a repository's workflows."""
    found = files.tree(db, repository, FOLDER)
    return [entry.path for entry in found if entry.kind == "blob" and entry.name.endswith((".yml", ".yaml"))]


def created_at(db: Database, repository: Row, path: str) -> str:
    """Return when a workflow's file came."""
    sql = "SELECT min(committed_at) FROM commits WHERE repository_id = ? AND path = ?"
    return str(db.value(sql, repository["id"], path) or repository["created_at"])


def state(db: Database, repository: Row, path: str) -> str:
    """Return whether a workflow is switched on."""
    sql = "SELECT state FROM workflow_states WHERE repository_id = ? AND path = ?"
    return str(db.value(sql, repository["id"], path) or "active")
