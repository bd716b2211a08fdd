"""Snapshots, resets, files, seeding, and how much the database does for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from github import Github

from github_sandbox import Fault, Repo, Sandbox
from github_sandbox.graph import execution as graph

from .conftest import MONDAY, PEOPLE, Ask, Call

BIG = """query { viewer { login } repository(owner: "acme", name: "sales") {
  labels(first: 100) { totalCount nodes { ...L } } issue(number: 1) { id body author { ...P }
  labels(first: 100) { nodes { ...L } } userContentEdits(first: 5) { totalCount nodes { diff editor { ...P } } }
  oldest: comments(first: 10) { totalCount nodes { ...C } pageInfo { hasNextPage endCursor } }
  newest: comments(last: 50) { nodes { ...C } pageInfo { hasPreviousPage startCursor } }
  touched: comments(first: 40, orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { ...C } }
  timelineItems(last: 100, itemTypes: [LABELED_EVENT, UNLABELED_EVENT, CLOSED_EVENT]) {
    nodes { __typename ... on LabeledEvent { id createdAt actor { ...P } label { id name } }
      ... on UnlabeledEvent { id createdAt actor { ...P } label { id name } } } pageInfo { startCursor } } } } }
fragment P on Actor { __typename login ... on User { databaseId } ... on Bot { databaseId } }
fragment L on Label { id name color description createdAt }
fragment C on IssueComment { id databaseId body url createdAt lastEditedAt viewerDidAuthor isMinimized
  author { ...P } editor { ...P } userContentEdits(first: 10) { totalCount nodes { editor { ...P } } }
  reactionGroups { content viewerHasReacted } }"""


@dataclass
class Work:
    """What the database did: statements, and hundreds of steps of its machine. Seconds would depend on luck."""

    statements: int = 0
    steps: int = 0


def work_of(sandbox: Sandbox, do: Callable[[], object]) -> Work:
    """Do something, and count what the database does for it."""
    work, connection = Work(), sandbox.hub.db._connection

    def count_statement(_: str) -> None:
        work.statements += 1

    def count_steps() -> int:
        work.steps += 1
        return 0  # goes on

    connection.set_trace_callback(count_statement)
    connection.set_progress_handler(count_steps, 100)
    do()
    connection.set_trace_callback(None)
    connection.set_progress_handler(None, 0)
    return work


def read_directly(sandbox: Sandbox, query: str) -> Callable[[], object]:
    """Make a call that answers a query in this thread, without HTTP."""
    question, who = graph.read(sandbox.hub, {"query": query}), sandbox.hub.person("root")
    return lambda: graph.answer(sandbox.hub, who, question, {})


def test_back_to_a_snapshot_and_on_from_there(sandbox: Sandbox, sales: Repo, call: Call) -> None:
    sales.open_issue("ann", "Acme")
    state, seen, waiting, now = sandbox.snapshot(), sales.issues(), sandbox.outbox, sandbox.clock.now()
    first = sales.comment("ann", 1, "one")
    call("GET", "/repos/acme/sales")
    sandbox.advance(3600)
    sandbox.restore(state)
    assert (sales.issues(), sandbox.outbox, sandbox.clock.now()) == (seen, waiting, now)
    assert call("GET", "/repos/acme/sales").headers["X-RateLimit-Used"] == "1"
    assert sales.comment("ann", 1, "again") == first


def test_what_was_to_land_late_lands_again_after_a_restore(sandbox: Sandbox, sales: Repo, call: Call) -> None:
    sales.open_issue("ann", "Acme")
    sandbox.arm(Fault.lands_late(10, on="rest"))
    call("POST", "/repos/acme/sales/issues/1/comments", json={"body": "late"})
    state = sandbox.snapshot()
    for _ in range(2):
        sandbox.restore(state)
        assert sales.issue(1).comments == ()
        sandbox.advance(10)
        assert [comment.body for comment in sales.issue(1).comments] == ["late"]


def test_a_reset_forgets_everything_and_the_server_goes_on(sandbox: Sandbox, sales: Repo, client: Github) -> None:
    sales.open_issue("ann", "Acme")
    sandbox.arm(Fault.fails())
    sandbox.reset()
    assert (sandbox.outbox, sandbox.runs, sandbox.requests, sandbox.faults.armed) == ((), (), (), ())
    assert sandbox.clock.now() == MONDAY
    again = sandbox.repo("acme/sales", roles=PEOPLE)
    assert again.open_issue("ann", "Beta") == 1
    with pytest.raises(LookupError, match="no repository acme/old"):
        sandbox.hub.repository("acme/old")


def test_a_sandbox_in_a_file_is_there_again_next_time(tmp_path: Path) -> None:
    path = str(tmp_path / "github.db")
    with Sandbox(path, at=MONDAY, step=1) as first:
        repo = first.repo("acme/sales", roles=PEOPLE)
        repo.open_issue("ann", "Acme")
        seen, waiting = repo.issues(), first.outbox
    with Sandbox(path, at=MONDAY, step=1) as second:
        assert second.repo("acme/sales").issues() == seen
        assert second.outbox == waiting
        state = second.snapshot()
        second.reset()
        assert second.repo("acme/sales").issues() == ()
        second.restore(state)
        assert second.repo("acme/sales").issues() == seen


def test_it_empties_and_goes_back_without_touching_each_row(sandbox: Sandbox, sales: Repo) -> None:
    for number in range(20):
        sales.open_issue("ann", str(number))
    state = sandbox.snapshot()
    assert work_of(sandbox, sandbox.reset) == work_of(sandbox, lambda: sandbox.restore(state)) == Work()
    assert len(sales.issues()) == 20


def test_the_big_read_of_a_busy_issue_costs_what_it_shows_and_no_more(sandbox: Sandbox, sales: Repo) -> None:
    sales.open_issue("ann", "Acme", "one", labels=["stage:lead"])
    found = []
    for comments in (60, 140):
        for number in range(comments):
            written = sales.comment("ann" if number % 2 else "bob", 1, f"{number} " * 50)
            if number % 3 == 0:
                sales.edit_comment("bob", written, f"edited {number}")
        found.append(work_of(sandbox, read_directly(sandbox, BIG)))
    few, many = found
    assert many.statements < few.statements * 1.05
    assert many.steps < 200


def a_deal(number: int) -> dict[str, Any]:
    at = f"2026-{number % 12 + 1:02}-01T00:{number % 60:02}"
    return {
        "title": f"Deal {number}",
        "body": "### Value\n\n1000 EUR",
        "author": "ann",
        "created_at": f"{at}:00Z",
        "labels": ["stage:qualified"],
        "assignees": ["bob"],
        "events": [
            {"kind": "labeled", "by": "ann", "at": f"{at}:01Z", "label": "stage:lead"},
            {"kind": "unlabeled", "by": "ann", "at": f"{at}:03Z", "label": "stage:lead"},
            {"kind": "labeled", "by": "ann", "at": f"{at}:03Z", "label": "stage:qualified"},
        ],
        "comments": [{"by": "bob", "body": "hello", "at": f"{at}:02Z"}],
    }


def test_a_seeded_issue_is_like_any_other(sandbox: Sandbox, sales: Repo, ask: Ask) -> None:
    sales.open_issue("ann", "Acme")
    assert (
        sales.seed([a_deal(1), {"title": "bare"}, {**a_deal(2), "state": "CLOSED", "state_reason": "COMPLETED"}]) == 3
    )
    seen = sales.issue(2)
    assert (seen.labels, seen.assignees, seen.state) == (("stage:qualified",), ("bob",), "OPEN")
    assert [(event.kind, event.about) for event in seen.events] == [
        ("labeled", "stage:lead"),
        ("unlabeled", "stage:lead"),
        ("labeled", "stage:qualified"),
    ]
    assert (seen.comments[0].author, seen.updated_at) == ("bob", "2026-02-01T00:01:03Z")
    assert (sales.issue(4).state, sales.issue(3).title) == ("CLOSED", "bare")
    query = """query { repository(owner: "acme", name: "sales") { issue(number: 2) {
      timelineItems(first: 9) { nodes { __typename } } comments { totalCount } } } }"""
    assert ask(query)["data"]["repository"]["issue"] == {
        "timelineItems": {
            "nodes": [
                {"__typename": name} for name in ("LabeledEvent", "IssueComment", "UnlabeledEvent", "LabeledEvent")
            ]
        },
        "comments": {"totalCount": 1},
    }
    later = sales.comment("ann", 2, "later")
    assert later > seen.comments[0].id
    assert sales.open_issue("ann", "next") == 5


def test_two_thousand_issues_are_seeded_row_by_row_and_no_read_looks_at_them_all(
    sandbox: Sandbox, sales: Repo, ask: Ask
) -> None:
    seeded = work_of(sandbox, lambda: sales.seed(a_deal(number) for number in range(2_000)))
    assert seeded.statements < 10 * 2_000
    assert sales.row["next_number"] == 2_001
    query = """query { repository(owner: "acme", name: "sales") {
      issues(first: 1, labels: ["stage:won"], states: [OPEN]) { totalCount nodes { number } }
      issue(number: 1999) { title comments(last: 5) { nodes { body } } } } }"""
    assert ask(query)["data"]["repository"]["issues"] == {"totalCount": 0, "nodes": []}
    read = work_of(sandbox, read_directly(sandbox, query))
    assert read.statements < 20
    assert read.steps < 10
    sales.label("ann", 2_000, "stage:won")
    assert ask(query)["data"]["repository"]["issues"] == {"totalCount": 1, "nodes": [{"number": 2_000}]}
