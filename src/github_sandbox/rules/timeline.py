"""The kinds of timeline events, and their names in GraphQL."""

from __future__ import annotations

EVENT_TYPES = {
    "assigned": "AssignedEvent",
    "closed": "ClosedEvent",
    "comment_deleted": "CommentDeletedEvent",
    "commented": "IssueComment",
    "labeled": "LabeledEvent",
    "locked": "LockedEvent",
    "pinned": "PinnedEvent",
    "renamed": "RenamedTitleEvent",
    "reopened": "ReopenedEvent",
    "transferred": "TransferredEvent",
    "unassigned": "UnassignedEvent",
    "unlabeled": "UnlabeledEvent",
    "unlocked": "UnlockedEvent",
    "unpinned": "UnpinnedEvent",
}
