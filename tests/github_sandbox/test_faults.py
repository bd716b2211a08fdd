"""Bad weather: what a client meets, and what happened meanwhile."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
import requests
from github import Github, RateLimitExceededException

from github_sandbox import Fault, Repo, Sandbox
from github_sandbox.store.clock import stamp

from .conftest import Ask, Call

VIEWER = "query { viewer { login } }"
ISSUE = """query { repository(owner: "acme", name: "sales") { issue(number: 1) { id title
  comments(last: 5) { nodes { body } } } } }"""
ADD = 'mutation($id: ID!) { addComment(input: {subjectId: $id, body: "hello"}) { clientMutationId } }'
THREE = """mutation($id: ID!) { a: addComment(input: {subjectId: $id, body: "a"}) { clientMutationId }
  b: closeIssue(input: {issueId: $id}) { clientMutationId }
  c: addComment(input: {subjectId: $id, body: "c"}) { clientMutationId } }"""


@pytest.fixture
def node(sales: Repo, ask: Ask) -> str:
    sales.open_issue("ann", "Acme")
    return str(ask(ISSUE)["data"]["repository"]["issue"]["id"])


def post(sandbox: Sandbox, token: str, query: str, **variables: Any) -> requests.Response:
    headers = {"Authorization": f"bearer {token}"}
    body = {"query": query, "variables": variables}
    return requests.post(sandbox.graphql_url, json=body, headers=headers, timeout=5)


def said(sales: Repo) -> list[str]:
    return [comment.body for comment in sales.issue(1).comments]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failure_without_effect(sandbox: Sandbox, sales: Repo, node: str, token: str, status: int) -> None:
    sandbox.arm(Fault.fails(status))
    assert post(sandbox, token, ADD, id=node).status_code == status
    assert said(sales) == []
    assert post(sandbox, token, ADD, id=node).status_code == 200
    assert said(sales) == ["hello"]


def test_a_lost_answer(sandbox: Sandbox, sales: Repo, node: str, token: str) -> None:
    sandbox.arm(Fault.loses_answer())
    assert post(sandbox, token, ADD, id=node).status_code == 502
    assert said(sales) == ["hello"]


def test_an_effect_that_lands_late(sandbox: Sandbox, sales: Repo, node: str, token: str) -> None:
    sandbox.arm(Fault.lands_late(10))
    due = stamp(sandbox.clock.now() + timedelta(seconds=10))
    assert post(sandbox, token, ADD, id=node).status_code == 502
    sandbox.advance(9)
    assert said(sales) == []
    sandbox.advance(60)
    comment = sales.issue(1).comments[0]
    assert (comment.author, comment.created_at) == ("github-actions[bot]", due)
    assert sandbox.requests[-1].fault == "landed late"


@pytest.mark.parametrize(
    ("after", "left"), [pytest.param(False, [], id="before"), pytest.param(True, ["hello"], id="after")]
)
def test_a_connection_that_breaks(
    sandbox: Sandbox, sales: Repo, node: str, token: str, after: bool, left: list[str]
) -> None:
    sandbox.arm(Fault.resets(after=after))
    with pytest.raises(requests.ConnectionError):
        post(sandbox, token, ADD, id=node)
    assert said(sales) == left
    assert post(sandbox, token, VIEWER).status_code == 200


def test_a_server_that_says_nothing_for_a_while(sandbox: Sandbox, node: str, token: str) -> None:
    sandbox.arm(Fault.hangs(0.3))
    begun = time.monotonic()
    assert post(sandbox, token, VIEWER).status_code == 200
    assert time.monotonic() - begun >= 0.3
    sandbox.arm(Fault.hangs(5))
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            sandbox.graphql_url, json={"query": VIEWER}, headers={"Authorization": f"bearer {token}"}, timeout=0.1
        )
    assert post(sandbox, token, VIEWER).status_code == 200


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("retry_after", [None, 7])
def test_a_secondary_rate_limit(
    sandbox: Sandbox, sales: Repo, node: str, token: str, status: int, retry_after: int | None
) -> None:
    sandbox.arm(Fault.secondary(status, retry_after))
    answer = post(sandbox, token, ADD, id=node)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, retry_after and str(retry_after))
    assert "secondary rate limit" in answer.json()["message"]
    assert said(sales) == []


def test_a_primary_rate_limit_that_pygithub_knows(sandbox: Sandbox, sales: Repo, client: Github) -> None:
    sandbox.arm(Fault.primary(403, reset_in=120, on="rest"))
    with pytest.raises(RateLimitExceededException) as refused:
        client.get_repo("acme/sales")
    headers = refused.value.headers or {}
    assert headers["x-ratelimit-remaining"] == "0"
    assert int(headers["x-ratelimit-reset"]) == int(sandbox.clock.now().timestamp()) + 120


def test_a_primary_rate_limit_under_200(sandbox: Sandbox, node: str, token: str) -> None:
    sandbox.arm(Fault.primary(200))
    answer = post(sandbox, token, VIEWER)
    assert (answer.status_code, answer.json()["errors"][0]["type"]) == (200, "RATE_LIMITED")


def test_graphql_errors_under_200(sandbox: Sandbox, sales: Repo, node: str, ask: Ask) -> None:
    sandbox.arm(Fault.errors())
    answer = ask(ADD, id=node)
    assert answer["data"] is None
    assert answer["errors"][0]["message"].startswith("Something went wrong while executing your query.")
    assert said(sales) == []


def test_a_mutation_is_refused_for_good(sandbox: Sandbox, node: str, ask: Ask) -> None:
    sandbox.arm(Fault.refuses("closeIssue", "It cannot be closed.", "UNPROCESSABLE"))
    (error,) = ask(THREE, id=node)["errors"]
    assert (error["type"], error["message"]) == ("UNPROCESSABLE", "It cannot be closed.")


@pytest.mark.parametrize("target", [2, "closeIssue", "b"])
def test_one_mutation_refused_and_the_others_done(
    sandbox: Sandbox, sales: Repo, node: str, ask: Ask, target: int | str
) -> None:
    sandbox.arm(Fault.refuses(target))
    answer = ask(THREE, id=node)
    assert [(error["type"], error["path"]) for error in answer["errors"]] == [("FORBIDDEN", ["b"])]
    assert (answer["data"]["b"], said(sales), sales.issue(1).state) == (None, ["a", "c"], "OPEN")


def test_one_mutation_fails_and_github_does_not_say_it_refused_it(
    sandbox: Sandbox, sales: Repo, node: str, ask: Ask
) -> None:
    sandbox.arm(Fault.breaks(2))
    answer = ask(THREE, id=node)
    (error,) = answer["errors"]
    assert ("type" in error, error["path"], error["message"][:20]) == (False, ["b"], "Something went wrong")
    assert (answer["data"]["b"], said(sales)) == (None, ["a", "c"])


@pytest.mark.parametrize(
    ("position", "left", "state"),
    [
        pytest.param(1, [], "OPEN", id="before the first"),
        pytest.param(2, ["a"], "OPEN", id="before the second"),
        pytest.param(3, ["a"], "CLOSED", id="before the third"),
        pytest.param(4, ["a", "c"], "CLOSED", id="after the last"),
    ],
)
def test_a_document_cut_short(
    sandbox: Sandbox, sales: Repo, node: str, token: str, position: int, left: list[str], state: str
) -> None:
    sandbox.arm(Fault.cuts(position))
    assert post(sandbox, token, THREE, id=node).status_code == 502
    assert (said(sales), sales.issue(1).state) == (left, state)


def test_a_field_that_comes_back_null_with_an_error(sandbox: Sandbox, sales: Repo, node: str, ask: Ask) -> None:
    sales.comment("ann", 1, "hello")
    sandbox.arm(Fault.nulls("repository.issue.comments"))
    answer = ask(ISSUE)
    assert answer["data"]["repository"]["issue"]["comments"] is None
    assert answer["data"]["repository"]["issue"]["title"] == "Acme"
    assert answer["errors"][0]["path"] == ["repository", "issue", "comments"]


def test_a_stale_read_over_both_apis(sandbox: Sandbox, sales: Repo, node: str, ask: Ask, call: Call) -> None:
    for text in ("one", "two", "three"):
        sales.comment("ann", 1, text)
    sandbox.arm(Fault.stale(2))
    stale = ask(ISSUE)["data"]["repository"]["issue"]["comments"]["nodes"]
    assert stale == [{"body": "one"}]
    assert len(ask(ISSUE)["data"]["repository"]["issue"]["comments"]["nodes"]) == 3
    sandbox.arm(Fault.stale(1, on="rest"))
    assert [comment["body"] for comment in call("GET", "/repos/acme/sales/issues/1/comments").json()] == ["one", "two"]
    sandbox.arm(Fault.stale(3))
    ask(ADD, id=node)
    assert said(sales) == ["one", "two", "three", "hello"]


def test_an_act_that_changed_nothing_is_no_write_to_be_behind(
    sandbox: Sandbox, sales: Repo, node: str, ask: Ask
) -> None:
    sales.comment("ann", 1, "one")
    sales.edit_comment("ann", sales.issue(1).comments[0].id, "one")
    sales.unlabel("ann", 1, "stage:won")
    sandbox.arm(Fault.stale(1))
    assert ask(ISSUE)["data"]["repository"]["issue"]["comments"]["nodes"] == []


def test_a_fault_waits_for_its_request(sandbox: Sandbox, sales: Repo, node: str, token: str) -> None:
    sandbox.arm(Fault.fails(on="mutation", nth=2, times=2))
    codes = [post(sandbox, token, query, id=node).status_code for query in (ADD, ISSUE, ADD, ISSUE, ADD, ADD)]
    assert codes == [200, 200, 502, 200, 502, 200]
    assert sandbox.faults.armed == ()


def test_a_fault_may_wait_for_a_root_field(sandbox: Sandbox, sales: Repo, node: str, token: str) -> None:
    sandbox.arm(Fault.fails(503, on="closeIssue"))
    assert [post(sandbox, token, query, id=node).status_code for query in (ADD, THREE, THREE)] == [200, 503, 200]


def test_two_faults_may_meet_in_one_request(sandbox: Sandbox, sales: Repo, node: str, token: str) -> None:
    sandbox.arm(Fault.refuses("a"))
    sandbox.arm(Fault.loses_answer())
    assert post(sandbox, token, THREE, id=node).status_code == 502
    assert (said(sales), sales.issue(1).state) == (["c"], "CLOSED")


def test_a_fault_that_could_never_happen_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="1st request or a later one"):
        sandbox.arm(Fault.fails(nth=0))


def test_everything_may_be_slow(sandbox: Sandbox, node: str, token: str) -> None:
    sandbox.faults.latency_ms = 80
    begun = time.monotonic()
    post(sandbox, token, VIEWER)
    assert time.monotonic() - begun >= 0.08


def test_the_log_tells_what_was_asked_and_what_went_wrong(
    sandbox: Sandbox, sales: Repo, node: str, token: str, call: Call
) -> None:
    sandbox.log.clear()
    sandbox.arm(Fault.loses_answer(on="mutation"))
    post(sandbox, token, f"query Who {{ me: viewer {{ login }} {ISSUE[8:]}")
    post(sandbox, token, THREE, id=node)
    call("GET", "/repos/acme/sales")
    told = [(e.number, e.method, e.kind, e.fields, e.status, e.points, e.fault) for e in sandbox.requests]
    assert told == [
        (1, "POST", "query", ("me:viewer", "repository"), 200, 1, None),
        (2, "POST", "mutation", ("a:addComment", "b:closeIssue", "c:addComment"), 502, 1, "loses answer"),
        (3, "GET", "rest", (), 200, 1, None),
    ]
    assert {entry.who for entry in sandbox.requests} == {"github-actions[bot]"}
