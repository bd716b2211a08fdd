"""The kinds of timeline events, and their names in GraphQL."""

from __future__ import annotations

EVENT_TYPES = {
    "added_to_project_v2": "AddedToProjectV2Event",
    "assigned": "AssignedEvent",
    "closed": "ClosedEvent",
    "comment_deleted": "CommentDeletedEvent",
    "commented": "IssueComment",
    "converted_to_discussion": "ConvertedToDiscussionEvent",
    "labeled": "LabeledEvent",
    "locked": "LockedEvent",
    "pinned": "PinnedEvent",
    "project_v2_item_status_changed": "ProjectV2ItemStatusChangedEvent",
    "removed_from_project_v2": "RemovedFromProjectV2Event",
    "renamed": "RenamedTitleEvent",
    "reopened": "ReopenedEvent",
    "transferred": "TransferredEvent",
    "unassigned": "UnassignedEvent",
    "unlabeled": "UnlabeledEvent",
    "unlocked": "UnlockedEvent",
    "unpinned": "UnpinnedEvent",
}
