"""What GitHub has added to its GraphQL schema since the one published as a package, and where that can be read.

@octokit/graphql-schema 15.26.1 is of 2025-11-24; its schema is of 2025-02-27, the day of 15.26.0, which has the same.
Here is only what salesbot's documents or the sandbox use, in src/github_sandbox/newer.graphql. An entry that the
package has as well makes `make conformance` fail: take it out here and there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Addition:
    """Parts of the schema with the day they were seen on, and the page that names them."""

    seen: str
    source: str
    parts: frozenset[str]


ADDITIONS = (
    Addition(
        "2025-10-15",
        "https://github.com/github/docs/pull/40868",  # GitHub's own changelog of the schema
        frozenset(
            {
                "AddedToProjectV2Event",
                "IssueTimelineItems | AddedToProjectV2Event",
                "IssueTimelineItems | ProjectV2ItemStatusChangedEvent",
                "IssueTimelineItems | RemovedFromProjectV2Event",
                "IssueTimelineItemsItemType.ADDED_TO_PROJECT_V2_EVENT",
                "IssueTimelineItemsItemType.PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
                "IssueTimelineItemsItemType.REMOVED_FROM_PROJECT_V2_EVENT",
                "ProjectV2Event",
                "ProjectV2ItemStatusChangedEvent",
                "RemovedFromProjectV2Event",
            }
        ),
    ),
    Addition(
        "2026-11-28",
        "https://docs.github.com/en/graphql/reference/projects#input-object-projectv2singleselectfieldoptioninput",
        frozenset({"ProjectV2SingleSelectFieldOptionInput.id does not exist"}),
    ),
)
