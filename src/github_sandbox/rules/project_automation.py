"""GitHub's own workflows of a project: what a change sets off on the boards that the issue is on.

They act as `github-project-automation[bot]`, and their events of the timeline are marked as automated.
"""

from __future__ import annotations

from github_sandbox.rules import accounts, issues, project_items, projects
from github_sandbox.rules.changes import Change
from github_sandbox.store.database import Row

LOGIN = "github-project-automation[bot]"
TARGETS = {
    "closed": (projects.ITEM_CLOSED, projects.DONE),
    "reopened": (projects.ITEM_REOPENED, projects.IN_PROGRESS),
    "added_to_project_v2": (projects.ITEM_ADDED, projects.NOT_STARTED),
}
"""What a workflow reacts to, its name, and the status that it sets."""


def run(change: Change) -> None:
    """Do what the workflows do after a change."""
    for issue_id, kind in list(change.noted):
        for item in project_items.of_issue(change.db, issue_id, archived=False):
            if kind in TARGETS:
                _set_status(change, item, *TARGETS[kind])
            elif kind == "project_v2_item_status_changed":
                _close(change, item)


def _set_status(change: Change, item: Row, workflow: str, name: str) -> None:
    field = projects.field_named(change.db, item["project_id"], projects.STATUS)
    if field is None or not projects.workflow_enabled(change.db, item["project_id"], workflow):
        return
    options = projects.options_of(change.db, field["id"])
    option = next((option["id"] for option in options if option["name"] == name), None)
    if option is not None:
        with change.automated(accounts.ensure(change.db, LOGIN, change.at), LOGIN):
            project_items.set_value(change, item, field, {"singleSelectOptionId": option})


def _close(change: Change, item: Row) -> None:
    """Close the issue whose item is in Done, where that workflow is on."""
    field = projects.field_named(change.db, item["project_id"], projects.STATUS)
    if field is None or not projects.workflow_enabled(change.db, item["project_id"], projects.AUTO_CLOSE):
        return
    value = project_items.value_of(change.db, item["id"], field["id"])
    options = {f'"{option["id"]}"': option["name"] for option in projects.options_of(change.db, field["id"])}
    issue = issues.by_id(change.db, item["issue_id"])
    if value and options.get(value["value"]) == projects.DONE and issue["state"] == "OPEN":
        with change.automated(accounts.ensure(change.db, LOGIN, change.at), LOGIN):
            issues.close(change, issue)
