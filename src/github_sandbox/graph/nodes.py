"""Nodes: rows as GraphQL objects, with the plain fields under GitHub's names.

Fields that need another query are answered by `issue_fields`, `repository_fields` and `git_fields`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from github_sandbox.rules import repositories
from github_sandbox.rules.timeline import EVENT_TYPES
from github_sandbox.store.database import Row
from github_sandbox.store.ids import node_id

Node = dict[str, Any]


def actor(row: Row, server: str) -> Node:
    """Make a User, Bot, Organization or Mannequin. As an actor a bot has no `[bot]` behind its name."""
    login = row["login"].removesuffix("[bot]") if row["type"] == "Bot" else row["login"]
    path = f"/apps/{login}" if row["type"] == "Bot" else f"/{login}"
    return {
        "__typename": row["type"],
        "id": node_id(row["type"], row["id"]),
        "databaseId": row["id"],
        "login": login,
        "name": row["name"],
        "email": "",
        "description": None,
        "avatarUrl": f"{server}/_sandbox/avatars/{row['id']}",
        "resourcePath": path,
        "url": server + path,
        "createdAt": row["created_at"],
        "updatedAt": row["created_at"],
        "isSiteAdmin": False,
    }


def repository(row: Row, server: str) -> Node:
    """Make a Repository."""
    path = f"/{row['full_name']}"
    return {
        "__typename": "Repository",
        "row": row,
        "id": node_id("Repository", row["id"]),
        "databaseId": row["id"],
        "name": row["name"],
        "nameWithOwner": row["full_name"],
        "description": row["description"],
        "isPrivate": bool(row["private"]),
        "visibility": repositories.visibility(row).upper(),
        "isInOrganization": row["owner_type"] == "Organization",
        "isArchived": False,
        "isFork": False,
        "hasIssuesEnabled": True,
        "resourcePath": path,
        "url": server + path,
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "pushedAt": row["pushed_at"],
    }


def label(row: Row, repo: Row, server: str) -> Node:
    """Make a Label of the repository `repo`."""
    path = f"/{repo['full_name']}/labels/{quote(row['name'])}"
    return {
        "__typename": "Label",
        "row": row,
        "repo": repo,
        "id": node_id("Label", row["id"]),
        "name": row["name"],
        "color": row["color"],
        "description": row["description"],
        "isDefault": False,
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "resourcePath": path,
        "url": server + path,
    }


def issue(row: Row, repo: Row, server: str) -> Node:
    """Make an Issue of the repository `repo`."""
    path = f"/{repo['full_name']}/issues/{row['number']}"
    return {
        "__typename": "Issue",
        "subject": "issue",
        "row": row,
        "repo": repo,
        "id": node_id("Issue", row["id"]),
        "databaseId": row["id"],
        "fullDatabaseId": str(row["id"]),
        "number": row["number"],
        "title": row["title"],
        "titleHTML": row["title"],
        "body": row["body"],
        "state": row["state"],
        "closed": row["state"] == "CLOSED",
        "closedAt": row["closed_at"],
        "locked": bool(row["locked"]),
        "activeLockReason": row["lock_reason"],
        "isPinned": row["pinned_at"] is not None,
        "resourcePath": path,
        "url": server + path,
        "bodyUrl": f"{server}{path}#issue-{row['id']}",
        **_written(row),
    }


def comment(row: Row, issue_row: Row, repo: Row, server: str) -> Node:
    """Make an IssueComment of an issue."""
    path = f"/{repo['full_name']}/issues/{issue_row['number']}#issuecomment-{row['id']}"
    return {
        "__typename": "IssueComment",
        "subject": "comment",
        "row": row,
        "issue_row": issue_row,
        "repo": repo,
        "id": node_id("IssueComment", row["id"]),
        "databaseId": row["id"],
        "fullDatabaseId": str(row["id"]),
        "body": row["body"],
        "isMinimized": row["minimized_reason"] is not None,
        "minimizedReason": _lower(row["minimized_reason"]),
        "resourcePath": path,
        "url": server + path,
        **_written(row),
    }


def event(row: Row, issue_row: Row, repo: Row) -> Node:
    """Make a timeline item; a comment in the timeline is a comment, not an event."""
    typename = EVENT_TYPES[row["kind"]]
    return {
        "__typename": typename,
        "row": row,
        "issue_row": issue_row,
        "repo": repo,
        "id": node_id(typename, row["id"]),
        "databaseId": row["id"],
        "createdAt": row["created_at"],
        "previousTitle": row["previous"],
        "currentTitle": row["current"],
        "stateReason": row["reason"],
        "lockReason": row["reason"],
    }


def edit(row: Row) -> Node:
    """Make a UserContentEdit."""
    return {
        "__typename": "UserContentEdit",
        "row": row,
        "id": node_id("UserContentEdit", row["id"]),
        "createdAt": row["edited_at"],
        "editedAt": row["edited_at"],
        "updatedAt": row["edited_at"],
        "deletedAt": None,
        "deletedBy": None,
        "diff": row["diff"],
    }


def reaction(row: Row) -> Node:
    """Make a Reaction."""
    return {
        "__typename": "Reaction",
        "row": row,
        "id": node_id("Reaction", row["id"]),
        "databaseId": row["id"],
        "content": row["content"],
        "createdAt": row["created_at"],
    }


def commit(row: Row, repo: Row, server: str) -> Node:
    """Make a Commit of the repository `repo`."""
    path = f"/{repo['full_name']}/commit/{row['oid']}"
    return {
        "__typename": "Commit",
        "row": row,
        "repo": repo,
        "id": node_id("Commit", row["id"]),
        "oid": row["oid"],
        "abbreviatedOid": row["oid"][:7],
        "message": row["message"],
        "messageHeadline": row["message"].splitlines()[0],
        "committedDate": row["committed_at"],
        "authoredDate": row["committed_at"],
        "resourcePath": path,
        "url": server + path,
    }


def _written(row: Row) -> Node:
    return {
        "createdAt": row["created_at"],
        "publishedAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "lastEditedAt": row["edited_at"],
        "includesCreatedEdit": row["edited_at"] is not None,
        "createdViaEmail": False,
    }


def _lower(text: str | None) -> str | None:
    return text.lower().replace("_", "-") if text else None
