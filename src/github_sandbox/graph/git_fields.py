"""Trees: the default branch, its commits, directories and files, as GraphQL tells them.

Whoever may not read the code sees neither branch nor object; GitHub answers null there, without an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from github_sandbox.graph import nodes
from github_sandbox.graph.context import Context, Info
from github_sandbox.graph.nodes import Node
from github_sandbox.graph.paging import Connection, Listing, page
from github_sandbox.graph.repository_fields import own_repository
from github_sandbox.rules import files
from github_sandbox.rules.access import reads_code
from github_sandbox.store import ids
from github_sandbox.store.database import Row

Resolver = Callable[..., Any]


def _default_branch(node: Node, info: Info) -> Node | None:
    context = info.context
    if not reads_code(context.db, context.who, node["row"]) or files.head(context.db, node["row"]) is None:
        return None
    name = node["row"]["default_branch"]
    return {
        "id": ids.node_id("Ref", node["row"]["id"]),
        "name": name,
        "prefix": "refs/heads/",
        "repo": node["row"],
    }


def _ref(node: Node, info: Info, qualifiedName: str) -> Node | None:  # noqa: N803 - GitHub's name
    branch = node["row"]["default_branch"]
    return _default_branch(node, info) if qualifiedName in (branch, f"refs/heads/{branch}") else None


def _head_commit(node: Node, info: Info) -> Node | None:
    context = info.context
    repo = node["repo"]
    row = context.db.one("SELECT * FROM commits WHERE repository_id = ? ORDER BY id DESC LIMIT 1", repo["id"])
    return nodes.commit(row, repo, context.hub.server) if row else None


def _object(node: Node, info: Info, expression: str | None = None, oid: str | None = None) -> Node | None:
    """Find what `HEAD:path` or `main:path` names: a file, a directory, or without a path the commit."""
    context = info.context
    repo = node["row"]
    if not reads_code(context.db, context.who, repo):
        return None
    revision, colon, path = (expression or oid or "").partition(":")
    head = files.head(context.db, repo)
    branch = repo["default_branch"]
    if head is None or revision not in ("HEAD", branch, f"refs/heads/{branch}", head):
        return None
    return file_or_directory(context, repo, path) if colon else _head_commit({"repo": repo}, info)


def file_or_directory(context: Context, repo: Row, path: str) -> Node | None:
    """Make the Blob or Tree at a path of the default branch; None if there is nothing."""
    row = files.blob(context.db, repo, path)
    if row is None:
        entries = files.tree(context.db, repo, path)
        oid = files.tree_oid(entries)
        about = {
            "oid": oid,
            "abbreviatedOid": oid[:7],
            "id": ids.object_id("tree", repo["id"], oid),
            "repo": repo,
        }
        return {"__typename": "Tree", "list": entries, **about} if entries else None
    content, oid = row["content"], row["oid"]
    binary, about = files.is_binary(content), {"oid": oid, "abbreviatedOid": oid[:7], "repo": repo}
    return {
        "__typename": "Blob",
        "id": ids.object_id("blob", repo["id"], oid),
        "byteSize": len(content),
        "isBinary": binary,
        "isTruncated": len(content) > files.MAX_TEXT,
        "text": None if binary else content[: files.MAX_TEXT].decode(errors="ignore"),
        **about,
    }


def _entries(node: Node, info: Info) -> list[Node]:
    return [_entry(entry, node["repo"]) for entry in node["list"]]


def _entry(entry: files.Entry, repo: Row) -> Node:
    extension = f".{entry.name.rpartition('.')[2]}" if "." in entry.name else ""
    about = {"name": entry.name, "path": entry.path, "type": entry.kind, "oid": entry.oid, "size": entry.size}
    return {
        **about,
        "extension": extension,
        "mode": 0o100644 if entry.kind == "blob" else 0o40000,
        "repo": repo,
    }


def _entry_object(node: Node, info: Info) -> Node | None:
    return file_or_directory(info.context, node["repo"], node["path"])


def _commit_tree(node: Node, info: Info) -> Node | None:
    return file_or_directory(info.context, node["repo"], "")


def _commit_file(node: Node, info: Info, path: str) -> Node | None:
    parent = path.rpartition("/")[0]
    entries = files.tree(info.context.db, node["repo"], parent)
    return next((_entry(entry, node["repo"]) for entry in entries if entry.path == path), None)


def _commit_author(node: Node, info: Info) -> Node:
    actor = info.context.account(node["row"]["author_id"])
    user = actor if actor["__typename"] == "User" else None
    email = f"{actor['databaseId']}+{actor['login']}@users.noreply.github.com"
    return {"user": user, "name": actor["name"], "email": email, "date": node["committedDate"]}


def _history(node: Node, info: Info, path: str | None = None, **args: Any) -> Connection:
    context = info.context
    repo = node["repo"]
    source, values = "commits WHERE repository_id = ? AND id <= ?", [repo["id"], node["row"]["id"]]
    if path:
        source, values = f"{source} AND (path = ? OR path LIKE ?)", [*values, path, f"{path.rstrip('/')}/%"]
    listing = Listing(source, tuple(values), "id", descending=True)
    return page(context.db, info, args, listing, lambda row: nodes.commit(row, repo, context.hub.server))


GIT_FIELDS: dict[str, dict[str, Resolver]] = {
    "Repository": {"defaultBranchRef": _default_branch, "object": _object, "ref": _ref},
    "Ref": {"target": _head_commit, "repository": own_repository},
    "Commit": {
        "author": _commit_author,
        "committer": _commit_author,
        "history": _history,
        "tree": _commit_tree,
        "file": _commit_file,
        "repository": own_repository,
    },
    "Blob": {"repository": own_repository},
    "Tree": {"entries": _entries, "repository": own_repository},
    "TreeEntry": {"object": _entry_object, "repository": own_repository},
}
