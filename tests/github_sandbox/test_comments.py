"""Comments in the sandbox: edit histories, deletion, reactions, hiding."""

from __future__ import annotations

from typing import Any

import pytest

from github_sandbox import Refused, Repo, Sandbox

from .conftest import Ask

FACTS = """query($id: ID!) { node(id: $id) { ... on IssueComment {
  body isMinimized minimizedReason includesCreatedEdit lastEditedAt viewerDidAuthor viewerCanUpdate
  author { __typename login ... on Bot { databaseId } ... on User { databaseId } }
  editor { login } userContentEdits(first: 10) { totalCount nodes { diff editor { login } } }
  reactionGroups { content viewerHasReacted users(first: 5) { totalCount nodes { login } } } } } }"""
ADD = "mutation($id: ID!, $body: String!) { addComment(input: {subjectId: $id, body: $body}) { clientMutationId } }"
REACT = "mutation($id: ID!) { addReaction(input: {subjectId: $id, content: ROCKET}) { reaction { id content } } }"
UNREACT = "mutation($id: ID!) { removeReaction(input: {subjectId: $id, content: ROCKET}) { reaction { id } } }"


def issue_id(ask: Ask) -> str:
    query = 'query { repository(owner: "acme", name: "sales") { issue(number: 1) { id } } }'
    return str(ask(query)["data"]["repository"]["issue"]["id"])


def newest(ask: Ask) -> str:
    query = (
        'query { repository(owner: "acme", name: "sales") { issue(number: 1) { comments(last: 1) { nodes { id } } } } }'
    )
    return str(ask(query)["data"]["repository"]["issue"]["comments"]["nodes"][0]["id"])


def facts(ask: Ask, comment: str, token: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (ask(FACTS, token, id=comment) if token else ask(FACTS, id=comment))["data"]["node"]
    return found


@pytest.fixture(autouse=True)
def _issue(sales: Repo) -> None:
    sales.open_issue("ann", "Acme")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param("", "cannot be blank", id="a comment says something"),
        pytest.param(" \n", "cannot be blank", id="and not with spaces"),
        pytest.param("x" * 65537, "maximum is 65536", id="in at most 65,536 characters"),
    ],
)
def test_what_is_no_comment(sales: Repo, body: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        sales.comment("ann", 1, body)
    written = sales.comment("ann", 1, "fine")
    with pytest.raises(Refused, match=says):
        sales.edit_comment("ann", written, body)
    assert [comment.body for comment in sales.issue(1).comments] == ["fine"]


def test_a_comment_nobody_edited_has_no_edits(sales: Repo, ask: Ask) -> None:
    sales.comment("ann", 1, "one")
    found = facts(ask, newest(ask))
    assert found["userContentEdits"] == {"totalCount": 0, "nodes": []}
    assert (found["editor"], found["lastEditedAt"], found["includesCreatedEdit"]) == (None, None, False)


def test_the_first_edit_leaves_two_entries_newest_first(sales: Repo, ask: Ask) -> None:
    comment = sales.comment("ann", 1, "one")
    sales.edit_comment("bob", comment, "two")
    sales.edit_comment("ann", comment, "three")
    edits = facts(ask, newest(ask))["userContentEdits"]
    assert edits == {
        "totalCount": 3,
        "nodes": [
            {"diff": "three", "editor": {"login": "ann"}},
            {"diff": "two", "editor": {"login": "bob"}},
            {"diff": "one", "editor": {"login": "ann"}},
        ],
    }


def test_the_same_text_again_is_no_edit(sales: Repo, ask: Ask, sandbox: Sandbox) -> None:
    comment = sales.comment("ann", 1, "one")
    before = len(sandbox.outbox)
    sales.edit_comment("bob", comment, "one")
    assert facts(ask, newest(ask))["userContentEdits"] == {"totalCount": 0, "nodes": []}
    assert len(sandbox.outbox) == before


def test_a_deleted_comment_leaves_an_event_that_says_whose_it_was(sales: Repo, ask: Ask) -> None:
    comment = sales.comment("ann", 1, "one")
    sales.delete_comment("bob", comment)
    query = """query { repository(owner: "acme", name: "sales") { issue(number: 1) { comments { totalCount }
      timelineItems(first: 5) { nodes { __typename ... on CommentDeletedEvent {
        actor { login } deletedCommentAuthor { login } } } } } } }"""
    found = ask(query)["data"]["repository"]["issue"]
    event = {"__typename": "CommentDeletedEvent", "actor": {"login": "bob"}, "deletedCommentAuthor": {"login": "ann"}}
    assert found == {"comments": {"totalCount": 0}, "timelineItems": {"nodes": [event]}}


def test_ticking_a_box_edits_the_comment(sales: Repo, sandbox: Sandbox) -> None:
    comment = sales.comment("bob", 1, "- [x] Goal: done\r\n- [ ] **Technology**: fine\r\n  * [ ] Timeline")
    sales.tick("bob", comment, "Technology")
    sales.tick("root", comment, "Timeline")
    assert sales.issue(1).comments[0].body == "- [x] Goal: done\r\n- [x] **Technology**: fine\r\n  * [x] Timeline"
    assert sales.issue(1).comments[0].editor == "root"
    with pytest.raises(LookupError, match="no open box"):
        sales.tick("bob", comment, "Goal")
    assert [d.name for d in sandbox.outbox][-2:] == ["issue_comment.edited", "issue_comment.edited"]


def test_reactions_belong_to_who_put_them(sales: Repo, sandbox: Sandbox, ask: Ask) -> None:
    comment = sales.comment("ann", 1, "/won")
    sales.react("ann", comment, "ROCKET")
    node = newest(ask)
    groups = {group["content"]: group for group in facts(ask, node)["reactionGroups"]}
    assert (len(groups), groups["ROCKET"]["viewerHasReacted"]) == (8, False)
    first, second = ask(REACT, id=node), ask(REACT, id=node)
    assert first["data"] == second["data"]
    groups = {group["content"]: group for group in facts(ask, node)["reactionGroups"]}
    assert groups["ROCKET"] == {
        "content": "ROCKET",
        "viewerHasReacted": True,
        "users": {"totalCount": 2, "nodes": [{"login": "ann"}, {"login": "github-actions"}]},
    }
    ask(UNREACT, id=node)
    assert ask(UNREACT, id=node)["data"]["removeReaction"] == {"reaction": None}
    assert sales.issue(1).comments[0].reactions == (("ROCKET", "ann"),)


def test_github_actions_is_a_bot_with_its_own_name_among_actors(sales: Repo, ask: Ask, sandbox: Sandbox) -> None:
    ask(ADD, id=issue_id(ask), body="hello")
    node = newest(ask)
    bot = {"__typename": "Bot", "login": "github-actions", "databaseId": 41898282}
    assert (facts(ask, node)["author"], facts(ask, node)["viewerDidAuthor"]) == (bot, True)
    assert facts(ask, node, sandbox.token("bob"))["viewerDidAuthor"] is False


def test_hidden_comments_say_why(sales: Repo, ask: Ask) -> None:
    comment = sales.comment("ann", 1, "one")
    sales.minimize("bob", comment, "OFF_TOPIC")
    found = facts(ask, newest(ask))
    assert (found["isMinimized"], found["minimizedReason"]) == (True, "off-topic")
    again = "mutation($id: ID!) { unminimizeComment(input: {subjectId: $id}) { unminimizedComment { isMinimized } } }"
    assert ask(again, id=newest(ask))["data"]["unminimizeComment"] == {"unminimizedComment": {"isMinimized": False}}


def test_comment_ids_grow_and_do_not_fit_into_32_bits(sales: Repo, ask: Ask) -> None:
    first, second = sales.comment("ann", 1, "one"), sales.comment("ann", 1, "two")
    assert 2**31 < first < second
    query = "query($id: ID!) { node(id: $id) { ... on IssueComment { databaseId fullDatabaseId } } }"
    assert ask(query, id=newest(ask))["data"]["node"] == {"databaseId": second, "fullDatabaseId": str(second)}
