"""Ids: the opaque node ids of GraphQL, and the object ids of git.

A node id is made from what never changes (kind and database id), so it stays the same for ever.
"""

from __future__ import annotations

import base64
import hashlib

PREFIXES = {
    "User": "U",
    "Bot": "BOT",
    "Organization": "O",
    "Mannequin": "M",
    "Repository": "R",
    "Issue": "I",
    "IssueComment": "IC",
    "Label": "LA",
    "UserContentEdit": "UCE",
    "Reaction": "REA",
    "Commit": "C",
    "Ref": "REF",
    "PinnedIssue": "PI",
    "AssignedEvent": "AE",
    "UnassignedEvent": "UNAE",
    "LabeledEvent": "LE",
    "UnlabeledEvent": "UNLE",
    "ClosedEvent": "CE",
    "ReopenedEvent": "REE",
    "RenamedTitleEvent": "RTE",
    "LockedEvent": "LOE",
    "UnlockedEvent": "UNLOE",
    "PinnedEvent": "PIE",
    "UnpinnedEvent": "UNPIE",
    "TransferredEvent": "TRE",
    "CommentDeletedEvent": "CDE",
    "ConvertedToDiscussionEvent": "CTDE",
    "AddedToProjectV2Event": "ATPVTE",
    "RemovedFromProjectV2Event": "RFPVTE",
    "ProjectV2ItemStatusChangedEvent": "PVTISC",
    "ProjectV2": "PVT",
    "ProjectV2Item": "PVTI",
    "ProjectV2Field": "PVTF",
    "ProjectV2SingleSelectField": "PVTSSF",
    "ProjectV2IterationField": "PVTIF",
    "ProjectV2ItemFieldSingleSelectValue": "PVTFSV",
    "ProjectV2ItemFieldNumberValue": "PVTFNV",
    "ProjectV2ItemFieldDateValue": "PVTFDV",
    "ProjectV2ItemFieldTextValue": "PVTFTV",
    "ProjectV2ItemFieldIterationValue": "PVTFIV",
    "ProjectV2Workflow": "PWF",
    "DraftIssue": "DI",
    "PullRequest": "PR",
}
TYPES = {prefix: typename for typename, prefix in PREFIXES.items()}


def node_id(typename: str, database_id: int) -> str:
    """Make the node id of one thing, e.g. `I_kwDOfLvk7A`."""
    packed = b"\x92\x00\xce" + database_id.to_bytes(5, "big")
    return f"{PREFIXES[typename]}_{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def field_node_id(data_type: str, database_id: int) -> str:
    """Make the node id of a project's field, whose prefix depends on its type."""
    kind = {"SINGLE_SELECT": "SingleSelect", "ITERATION": "Iteration"}.get(data_type, "")
    return node_id(f"ProjectV2{kind}Field", database_id)


def read_node_id(text: str) -> tuple[str, int] | None:
    """Return the type and database id of a node id; None if it was not made here."""
    prefix, _, packed = text.partition("_")
    try:
        database_id = int.from_bytes(base64.urlsafe_b64decode(f"{packed}==")[3:], "big")
        valid = prefix in TYPES and node_id(TYPES[prefix], database_id) == text
    except (ValueError, OverflowError):
        return None
    return (TYPES[prefix], database_id) if valid else None


def git_oid(kind: str, content: bytes) -> str:
    """Hash an object as git does: `blob`, `tree` or `commit`."""
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


def object_id(kind: str, repository_id: int, oid: str) -> str:
    """Make the node id of a blob or tree: it is named by its content."""
    packed = base64.urlsafe_b64encode(f"{repository_id}:{oid}".encode()).decode().rstrip("=")
    return f"{kind[0].upper()}_{packed}"
