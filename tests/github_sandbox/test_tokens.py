"""Tokens in the sandbox: whose they are, what they reach, and when they end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

from github_sandbox import Repo, Sandbox
from github_sandbox.store.clock import stamp

from .conftest import Ask, Call

VIEWER = "query { viewer { __typename login databaseId } }"
BRANCH = """query { repository(owner: "acme", name: "sales") { isEmpty labels(first: 5) { totalCount }
  defaultBranchRef { name } object(expression: "HEAD:a.txt") { oid } issue(number: 1) { number } } }"""


def test_who_a_token_is(sales: Repo, sandbox: Sandbox, ask: Ask) -> None:
    actions = {"__typename": "User", "login": "github-actions[bot]", "databaseId": 41898282}
    assert ask(VIEWER)["data"]["viewer"] == actions
    assert ask(VIEWER, sandbox.token("ann"))["data"]["viewer"]["login"] == "ann"
    assert ask(VIEWER, sandbox.token("acme-labeler[bot]"))["data"]["viewer"]["login"] == "acme-labeler[bot]"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        pytest.param("bearer ghs_wrong", "Bad credentials", id="a wrong token"),
        pytest.param("", "Requires authentication", id="no token"),
        pytest.param("Basic abc", "Requires authentication", id="a password"),
    ],
)
def test_who_is_nobody(sales: Repo, sandbox: Sandbox, header: str, message: str) -> None:
    headers = {"Authorization": header} if header else {}
    for method, path in (("GET", "/repos/acme/sales"), ("POST", "/graphql")):
        answer = requests.request(method, sandbox.url + path, headers=headers, json={"query": VIEWER}, timeout=10)
        assert (answer.status_code, answer.json()["message"]) == (401, message)


def test_an_expired_token_is_a_wrong_one(sales: Repo, sandbox: Sandbox, call: Call) -> None:
    token = sales.actions_token(expires_at=stamp(sandbox.clock.now() + timedelta(hours=1)))
    assert call("GET", "/repos/acme/sales", token).status_code == 200
    sandbox.advance(3600)
    assert call("GET", "/repos/acme/sales", token).status_code == 401


def test_github_token_reaches_its_own_repository_only(sales: Repo, sandbox: Sandbox, call: Call, ask: Ask) -> None:
    sandbox.repo("acme/other", roles={"ann": "admin"}).open_issue("ann", "Beta")
    assert call("GET", "/repos/acme/other/issues/1").status_code == 404
    assert ask('query { repository(owner: "acme", name: "other") { id } }')["errors"][0]["type"] == "NOT_FOUND"


def test_without_contents_there_is_no_branch_and_no_file(sales: Repo, ask: Ask) -> None:
    sales.push("root", "a.txt", "text")
    sales.open_issue("ann", "Acme")
    found = ask(BRANCH, sales.actions_token(contents="none"))["data"]["repository"]
    labels = {"totalCount": 3}
    nothing = {"isEmpty": False, "labels": labels, "defaultBranchRef": None, "object": None, "issue": {"number": 1}}
    assert found == nothing
    full = ask(BRANCH, sales.actions_token(contents="read"))["data"]["repository"]
    assert (full["defaultBranchRef"], full["object"] is None) == ({"name": "main"}, False)


@pytest.mark.parametrize("issues", ["none", "read"])
def test_without_issues_write_nothing_is_written(sales: Repo, call: Call, ask: Ask, issues: Any) -> None:
    sales.open_issue("ann", "Acme")
    query = 'query { repository(owner: "acme", name: "sales") { issue(number: 1) { id } } }'
    node = ask(query)["data"]["repository"]["issue"]["id"]
    before, token = sales.issue(1), sales.actions_token(issues=issues)
    add = 'mutation($id: ID!) { addComment(input: {subjectId: $id, body: "hello"}) { clientMutationId } }'
    error = ask(add, token, id=node)["errors"][0]
    assert (error["type"], error["message"]) == ("FORBIDDEN", "Resource not accessible by integration")
    answer = call("POST", "/repos/acme/sales/issues/1/comments", token, json={"body": "hello"})
    assert (answer.status_code, answer.json()["message"]) == (403, "Resource not accessible by integration")
    assert sales.issue(1) == before
    read = ask("query($id: ID!) { node(id: $id) { id } }", token, id=node)
    assert read["data"]["node"] == {"none": None, "read": {"id": node}}[issues]
    readable = call("GET", "/repos/acme/sales/issues/1", token).status_code
    assert readable == {"none": 403, "read": 200}[issues]


Do = Callable[[Repo, Sandbox, Call], object]


@pytest.mark.parametrize(
    ("do", "told"),
    [
        pytest.param(
            lambda r, s, c: c("POST", f"{ISSUE}/comments", json={"body": "x"}), [], id="GITHUB_TOKEN: nothing"
        ),
        pytest.param(
            lambda r, s, c: c("POST", f"{ISSUE}/comments", s.token("ann"), json={"body": "x"}),
            ["issue_comment.created"],
            id="a person's token: told",
        ),
        pytest.param(
            lambda r, s, c: c("POST", f"{ISSUE}/labels", s.token("acme-labeler[bot]"), json=["stage:won"]),
            ["issues.labeled"],
            id="an app: told",
        ),
        pytest.param(lambda r, s, c: r.label("ann", 1, "stage:won"), ["issues.labeled"], id="in the browser: told"),
        pytest.param(
            lambda r, s, c: r.label("acme-labeler[bot]", 1, "stage:won"),
            ["issues.labeled"],
            id="an app's own act: told",
        ),
    ],
)
def test_what_github_token_does_starts_no_workflow(
    sales: Repo, sandbox: Sandbox, call: Call, do: Do, told: list[str]
) -> None:
    sales.open_issue("ann", "Acme")
    before = len(sandbox.outbox)
    do(sales, sandbox, call)
    assert [delivery.name for delivery in sandbox.outbox[before:]] == told


ISSUE = "/repos/acme/sales/issues/1"
