"""Every mutation of the sandbox, once, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from github_sandbox import IssueView, Repo, Sandbox
from github_sandbox.graph.mutations import MUTATIONS
from github_sandbox.graph.project_mutations import PROJECT_MUTATIONS

from .conftest import Ask

IDS = """query { repository(owner: "acme", name: "sales") { id label(name: "stage:won") { id }
  lead: label(name: "stage:lead") { id } issue(number: 1) { id comments(last: 1) { nodes { id } } }
  other: issue(number: 2) { id } } bob: user(login: "bob") { id } ann: user(login: "ann") { id }
  archive: repository(owner: "acme", name: "archive") { id } }"""
Check = Callable[[IssueView], bool]


@pytest.fixture
def names(sandbox: Sandbox, sales: Repo, ask: Ask) -> dict[str, str]:
    """Issue 1 carries stage:lead, is Ann's, and has a comment of Ann's; node ids by name."""
    sandbox.repo("acme/archive", roles={"root": "admin"})
    sales.open_issue("ann", "Acme", "one", labels=["stage:lead"])
    sales.open_issue("ann", "Beta")
    sales.comment("ann", 1, "hello")
    sales.assign("ann", 1, "ann")
    found = ask(IDS, sandbox.token("root"))["data"]
    repository = found["repository"]
    return {
        "ISSUE": repository["issue"]["id"],
        "OTHER": repository["other"]["id"],
        "COMMENT": repository["issue"]["comments"]["nodes"][0]["id"],
        "WON": repository["label"]["id"],
        "LEAD": repository["lead"]["id"],
        "REPO": repository["id"],
        "ARCHIVE": found["archive"]["id"],
        "ANN": found["ann"]["id"],
        "BOB": found["bob"]["id"],
    }


def do(ask: Ask, token: str, names: dict[str, str], name: str, given: dict[str, Any], payload: str) -> dict[str, Any]:
    """Call one mutation; words in capitals in what is given stand for node ids."""
    kind = f"{name[:1].upper()}{name[1:]}Input"
    filled = {key: _fill(value, names) for key, value in given.items()}
    document = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ clientMutationId {payload} }} }}"
    answer = ask(document, token, input={"clientMutationId": "m1", **filled})
    assert "errors" not in answer
    found: dict[str, Any] = answer["data"][name]
    assert found.pop("clientMutationId") == "m1"
    return found


def _fill(value: Any, names: dict[str, str]) -> Any:
    return [names.get(each, each) for each in value] if isinstance(value, list) else names.get(value, value)


ISSUE = "{ ... on Issue { number } }"
NUMBER = {"number": 1}
ROWS: list[tuple[str, dict[str, Any], str, Any, Check]] = [
    (
        "addLabelsToLabelable",
        {"labelableId": "ISSUE", "labelIds": ["WON", "LEAD"]},
        f"labelable {ISSUE}",
        {"labelable": NUMBER},
        lambda i: i.labels == ("stage:lead", "stage:won"),
    ),
    (
        "removeLabelsFromLabelable",
        {"labelableId": "ISSUE", "labelIds": ["WON", "LEAD"]},
        f"labelable {ISSUE}",
        {"labelable": NUMBER},
        lambda i: i.labels == (),
    ),
    (
        "clearLabelsFromLabelable",
        {"labelableId": "ISSUE"},
        f"labelable {ISSUE}",
        {"labelable": NUMBER},
        lambda i: i.labels == (),
    ),
    (
        "updateIssue",
        {"id": "ISSUE", "title": "New", "body": "two", "state": "CLOSED", "labelIds": ["WON"], "assigneeIds": ["BOB"]},
        "issue { title body state stateReason } actor { login }",
        {
            "issue": {"title": "New", "body": "two", "state": "CLOSED", "stateReason": "COMPLETED"},
            "actor": {"login": "root"},
        },
        lambda i: (i.labels, i.assignees, i.state) == (("stage:won",), ("bob",), "CLOSED"),
    ),
    (
        "closeIssue",
        {"issueId": "ISSUE", "stateReason": "DUPLICATE", "duplicateIssueId": "OTHER"},
        "issue { stateReason(enableDuplicate: true) }",
        {"issue": {"stateReason": "DUPLICATE"}},
        lambda i: (i.state, i.state_reason) == ("CLOSED", "DUPLICATE"),
    ),
    (
        "addSubIssue",
        {"issueId": "ISSUE", "subIssueId": "OTHER"},
        "issue { subIssuesSummary { total completed } subIssues(first: 9) { nodes { number } } } "
        "subIssue { parent { number } }",
        {
            "issue": {"subIssuesSummary": {"total": 1, "completed": 0}, "subIssues": {"nodes": [{"number": 2}]}},
            "subIssue": {"parent": NUMBER},
        },
        lambda i: i.state == "OPEN",
    ),
    ("reopenIssue", {"issueId": "ISSUE"}, "issue { state }", {"issue": {"state": "OPEN"}}, lambda i: i.state == "OPEN"),
    (
        "addComment",
        {"subjectId": "ISSUE", "body": "two"},
        "commentEdge { node { body } } subject { ... on Issue { number } } timelineEdge { node { __typename } }",
        {
            "commentEdge": {"node": {"body": "two"}},
            "subject": NUMBER,
            "timelineEdge": {"node": {"__typename": "IssueComment"}},
        },
        lambda i: [comment.body for comment in i.comments] == ["hello", "two"],
    ),
    (
        "updateIssueComment",
        {"id": "COMMENT", "body": "two"},
        "issueComment { body userContentEdits(first: 1) { totalCount } issue { number } }",
        {"issueComment": {"body": "two", "userContentEdits": {"totalCount": 2}, "issue": NUMBER}},
        lambda i: i.comments[0].body == "two",
    ),
    ("deleteIssueComment", {"id": "COMMENT"}, "", {}, lambda i: i.comments == ()),
    (
        "minimizeComment",
        {"subjectId": "COMMENT", "classifier": "RESOLVED"},
        "minimizedComment { isMinimized minimizedReason ... on IssueComment { issue { number } } }",
        {"minimizedComment": {"isMinimized": True, "minimizedReason": "resolved", "issue": NUMBER}},
        lambda i: i.comments[0].minimized == "RESOLVED",
    ),
    (
        "unminimizeComment",
        {"subjectId": "COMMENT"},
        "unminimizedComment { isMinimized }",
        {"unminimizedComment": {"isMinimized": False}},
        lambda i: i.comments[0].minimized is None,
    ),
    (
        "addReaction",
        {"subjectId": "COMMENT", "content": "ROCKET"},
        "reaction { content } subject { ... on IssueComment { issue { number } } } reactionGroups { viewerHasReacted }",
        {
            "reaction": {"content": "ROCKET"},
            "subject": {"issue": NUMBER},
            "reactionGroups": [{"viewerHasReacted": at == 6} for at in range(8)],
        },
        lambda i: i.comments[0].reactions == (("ROCKET", "root"),),
    ),
    (
        "removeReaction",
        {"subjectId": "ISSUE", "content": "HEART"},
        "reaction { content } subject { ... on Issue { number } }",
        {"reaction": None, "subject": NUMBER},
        lambda i: True,
    ),
    (
        "createIssue",
        {"repositoryId": "REPO", "title": "New", "body": "x", "labelIds": ["LEAD"], "assigneeIds": ["BOB"]},
        "issue { number title labels(first: 5) { nodes { name } } assignees(first: 5) { nodes { login } } }",
        {
            "issue": {
                "number": 3,
                "title": "New",
                "labels": {"nodes": [{"name": "stage:lead"}]},
                "assignees": {"nodes": [{"login": "bob"}]},
            }
        },
        lambda i: True,
    ),
    (
        "createLabel",
        {"repositoryId": "REPO", "name": "new", "color": "ABCDEF", "description": "d"},
        "label { name color description }",
        {"label": {"name": "new", "color": "abcdef", "description": "d"}},
        lambda i: True,
    ),
    (
        "updateLabel",
        {"id": "LEAD", "name": "stage:first", "color": "000000"},
        "label { name color }",
        {"label": {"name": "stage:first", "color": "000000"}},
        lambda i: i.labels == ("stage:first",),
    ),
    ("deleteLabel", {"id": "LEAD"}, "", {}, lambda i: i.labels == ()),
    (
        "addAssigneesToAssignable",
        {"assignableId": "ISSUE", "assigneeIds": ["BOB", "ANN"]},
        "assignable { assignees(first: 5) { nodes { login } } }",
        {"assignable": {"assignees": {"nodes": [{"login": "ann"}, {"login": "bob"}]}}},
        lambda i: i.assignees == ("ann", "bob"),
    ),
    (
        "removeAssigneesFromAssignable",
        {"assignableId": "ISSUE", "assigneeIds": ["BOB", "ANN"]},
        f"assignable {ISSUE}",
        {"assignable": NUMBER},
        lambda i: i.assignees == (),
    ),
    ("pinIssue", {"issueId": "ISSUE"}, "issue { isPinned }", {"issue": {"isPinned": True}}, lambda i: i.pinned),
    ("unpinIssue", {"issueId": "ISSUE"}, "issue { isPinned }", {"issue": {"isPinned": False}}, lambda i: not i.pinned),
    (
        "lockLockable",
        {"lockableId": "ISSUE", "lockReason": "SPAM"},
        "lockedRecord { locked activeLockReason }",
        {"lockedRecord": {"locked": True, "activeLockReason": "SPAM"}},
        lambda i: i.locked,
    ),
    (
        "unlockLockable",
        {"lockableId": "ISSUE"},
        "unlockedRecord { locked }",
        {"unlockedRecord": {"locked": False}},
        lambda i: not i.locked,
    ),
    (
        "transferIssue",
        {"issueId": "OTHER", "repositoryId": "ARCHIVE"},
        "issue { number repository { name } }",
        {"issue": {"number": 1, "repository": {"name": "archive"}}},
        lambda i: True,
    ),
    (
        "deleteIssue",
        {"issueId": "OTHER"},
        "repository { name issues { totalCount } }",
        {"repository": {"name": "sales", "issues": {"totalCount": 1}}},
        lambda i: True,
    ),
]


@pytest.mark.parametrize(
    ("name", "given", "payload", "says", "leaves"), [pytest.param(*row, id=row[0]) for row in ROWS]
)
def test_it_does_what_it_says(
    sandbox: Sandbox,
    sales: Repo,
    ask: Ask,
    names: dict[str, str],
    name: str,
    given: dict[str, Any],
    payload: str,
    says: dict[str, Any],
    leaves: Check,
) -> None:
    assert do(ask, sandbox.token("root"), names, name, given, payload) == says
    assert leaves(sales.issue(1))


def test_every_mutation_is_in_the_table() -> None:
    assert sorted(row[0] for row in ROWS) == sorted(MUTATIONS.keys() - PROJECT_MUTATIONS)


def test_a_payload_may_look_back_at_the_issue(
    sandbox: Sandbox, sales: Repo, ask: Ask, names: dict[str, str], token: str
) -> None:
    payload = """subject { ... on IssueComment { issue { userContentEdits(first: 5) { totalCount nodes { diff } }
      comments(last: 2) { nodes { body } } timelineItems(last: 2, itemTypes: [LABELED_EVENT]) {
        nodes { ... on LabeledEvent { actor { login } label { name } } } } } } }"""
    sales.edit_issue("ann", 1, body="two")
    found = do(ask, token, names, "addReaction", {"subjectId": "COMMENT", "content": "ROCKET"}, payload)
    assert found["subject"]["issue"] == {
        "userContentEdits": {"totalCount": 2, "nodes": [{"diff": "two"}, {"diff": "one"}]},
        "comments": {"nodes": [{"body": "hello"}]},
        "timelineItems": {"nodes": [{"actor": {"login": "ann"}, "label": {"name": "stage:lead"}}]},
    }
