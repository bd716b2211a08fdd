"""Finders: how a node is read that a node id stands for, by the name of its type."""

from __future__ import annotations

from github_sandbox.graph import nodes, project_nodes
from github_sandbox.graph.context import Context, Finder
from github_sandbox.graph.nodes import Node
from github_sandbox.rules import comments, repositories


def _repository(context: Context, row_id: int) -> Node | None:
    row = repositories.by_id(context.db, row_id)
    return nodes.repository(row, context.hub.server) if row else None


def _issue(context: Context, row_id: int) -> Node | None:
    row = context.issue_row(row_id)
    return context.issue(row) if row else None


def _comment(context: Context, row_id: int) -> Node | None:
    row = comments.find(context.db, row_id)
    issue = context.issue_row(row["issue_id"]) if row else None
    return context.comment(row, issue) if row and issue else None


def _label(context: Context, row_id: int) -> Node | None:
    row = context.db.one("SELECT * FROM labels WHERE id = ? AND deleted_at IS NULL", row_id)
    return context.label(row) if row else None


def _commit(context: Context, row_id: int) -> Node | None:
    row = context.db.one("SELECT * FROM commits WHERE id = ?", row_id)
    return nodes.commit(row, context.repo(row["repository_id"]), context.hub.server) if row else None


FINDERS: dict[str, Finder] = {
    "Repository": _repository,
    "Issue": _issue,
    "IssueComment": _comment,
    "Label": _label,
    "Commit": _commit,
    **project_nodes.FINDERS,
}
