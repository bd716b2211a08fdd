"""GraphQL in the sandbox: paging, nodes, errors, mutations that fail singly, and every field of the schema."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from github_sandbox import Repo, Sandbox
from github_sandbox.graph.schema import schema

from .conftest import Ask

PAGE = """query($first: Int, $last: Int, $after: String, $before: String, $order: IssueCommentOrder) {
  repository(owner: "acme", name: "sales") { issue(number: 1) {
    comments(first: $first, last: $last, after: $after, before: $before, orderBy: $order) {
      totalCount nodes { body } edges { cursor node { body } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }"""
UPDATED = {"field": "UPDATED_AT", "direction": "DESC"}


def comments(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["data"]["repository"]["issue"]["comments"]
    return found


def bodies(answer: dict[str, Any]) -> list[str]:
    return [node["body"] for node in comments(answer)["nodes"]]


@pytest.fixture
def _seven(sales: Repo) -> None:
    sales.open_issue("ann", "Acme")
    for number in range(1, 8):
        sales.comment("ann", 1, str(number))


@pytest.mark.usefixtures("_seven")
class TestPaging:
    @pytest.mark.parametrize(
        ("page", "found", "more"),
        [
            pytest.param({"first": 3}, ["1", "2", "3"], (True, False), id="the first three"),
            pytest.param({"last": 3}, ["5", "6", "7"], (False, True), id="the last three, still in order"),
            pytest.param({"first": 100}, list("1234567"), (False, False), id="all"),
            pytest.param({"last": 7}, list("1234567"), (False, False), id="all, from the end"),
        ],
    )
    def test_one_page(self, ask: Ask, page: dict[str, int], found: list[str], more: tuple[bool, bool]) -> None:
        answer = ask(PAGE, **page)
        info = comments(answer)["pageInfo"]
        assert (bodies(answer), comments(answer)["totalCount"]) == (found, 7)
        assert (info["hasNextPage"], info["hasPreviousPage"]) == more
        cursors = [edge["cursor"] for edge in comments(answer)["edges"]]
        assert (info["startCursor"], info["endCursor"]) == (cursors[0], cursors[-1])

    def test_forward_through_all_pages(self, ask: Ask) -> None:
        found, after = [], None
        for _ in range(3):
            answer = ask(PAGE, first=3, after=after)
            found.append(bodies(answer))
            after = comments(answer)["pageInfo"]["endCursor"]
        assert found == [["1", "2", "3"], ["4", "5", "6"], ["7"]]
        assert comments(answer)["pageInfo"]["hasNextPage"] is False
        assert comments(answer)["pageInfo"]["hasPreviousPage"] is True

    def test_backward_through_all_pages(self, ask: Ask) -> None:
        found, before = [], None
        for _ in range(3):
            answer = ask(PAGE, last=3, before=before)
            found.append(bodies(answer))
            before = comments(answer)["pageInfo"]["startCursor"]
        assert found == [["5", "6", "7"], ["2", "3", "4"], ["1"]]
        assert comments(answer)["pageInfo"]["hasPreviousPage"] is False

    def test_pages_stay_put_while_rows_before_them_go(self, ask: Ask, sales: Repo) -> None:
        after = comments(ask(PAGE, first=3))["pageInfo"]["endCursor"]
        sales.delete_comment("ann", sales.issue(1).comments[0].id)
        sales.delete_comment("ann", sales.issue(1).comments[1].id)
        assert bodies(ask(PAGE, first=2, after=after)) == ["4", "5"]

    def test_by_time_of_update_an_edited_comment_floats_up(self, ask: Ask, sales: Repo) -> None:
        sales.edit_comment("ann", sales.issue(1).comments[1].id, "2b")
        first = ask(PAGE, first=3, order=UPDATED)
        assert bodies(first) == ["2b", "7", "6"]
        after = comments(first)["pageInfo"]["endCursor"]
        assert bodies(ask(PAGE, first=9, after=after, order=UPDATED)) == ["5", "4", "3", "1"]
        assert bodies(ask(PAGE, last=2, order=UPDATED)) == ["3", "1"]

    @pytest.mark.parametrize(
        ("page", "kind", "says"),
        [
            pytest.param({}, "MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last`", id="no bounds"),
            pytest.param(
                {"first": 101}, "EXCESSIVE_PAGINATION", "exceeds the `first` limit of 100", id="more than 100"
            ),
            pytest.param({"last": 101}, "EXCESSIVE_PAGINATION", "exceeds the `last` limit of 100", id="from the end"),
            pytest.param({"first": 0}, "INVALID_PAGINATION_BOUNDARIES", "less than one", id="less than 1"),
            pytest.param({"first": 1, "last": 1}, "INVALID_PAGINATION_BOUNDARIES", "Passing both", id="both"),
            pytest.param(
                {"first": 1, "after": "no"}, "INVALID_CURSOR_ARGUMENTS", "valid cursor", id="a made-up cursor"
            ),
        ],
    )
    def test_refused_pages(self, ask: Ask, page: dict[str, Any], kind: str, says: str) -> None:
        answer = ask(PAGE, **page)
        error = answer["errors"][0]
        assert (error["type"], error["path"]) == (kind, ["repository", "issue", "comments"])
        assert says in error["message"]
        assert answer["data"]["repository"]["issue"] is None

    def test_a_bare_count_needs_no_bounds(self, ask: Ask) -> None:
        query = 'query { repository(owner: "acme", name: "sales") { issue(number: 1) { comments { totalCount } } } }'
        assert ask(query)["data"]["repository"]["issue"]["comments"] == {"totalCount": 7}


LIST = """query($states: [IssueState!], $labels: [String!], $filter: IssueFilters, $order: IssueOrder) {
  repository(owner: "acme", name: "sales") {
    issues(first: 50, states: $states, labels: $labels, filterBy: $filter, orderBy: $order) { nodes { number } } } }"""


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        pytest.param({}, [1, 2, 3], id="all, oldest first"),
        pytest.param({"states": ["OPEN"]}, [1, 2], id="open ones"),
        pytest.param({"states": ["CLOSED"]}, [3], id="closed ones"),
        pytest.param({"labels": ["stage:lead", "stage:won"]}, [1, 2, 3], id="labels: any of them"),
        pytest.param({"labels": ["Stage:Won"]}, [2, 3], id="a label in other letters"),
        pytest.param({"labels": ["nothing"]}, [], id="a label that is not there"),
        pytest.param({"filter": {"labels": ["stage:lead", "stage:won"]}}, [2], id="filter by labels: all of them"),
        pytest.param({"filter": {"states": ["OPEN"], "labels": ["stage:won"]}}, [2], id="filters together"),
        pytest.param({"filter": {"assignee": "bob"}}, [1], id="assigned to Bob"),
        pytest.param({"filter": {"assignee": None}}, [2, 3], id="assigned to nobody"),
        pytest.param({"filter": {"assignee": "*"}}, [1], id="assigned to anybody"),
        pytest.param({"filter": {"createdBy": "bob"}}, [3], id="opened by Bob"),
        pytest.param({"order": {"field": "UPDATED_AT", "direction": "DESC"}}, [1, 3, 2], id="last touched first"),
        pytest.param({"order": {"field": "CREATED_AT", "direction": "DESC"}}, [3, 2, 1], id="newest first"),
        pytest.param({"order": {"field": "COMMENTS", "direction": "DESC"}}, [1, 3, 2], id="most talked about first"),
    ],
)
def test_lists_of_issues(sales: Repo, ask: Ask, arguments: dict[str, Any], numbers: list[int]) -> None:
    sales.open_issue("ann", "one", labels=["stage:lead"])
    sales.open_issue("ann", "two", labels=["stage:lead", "stage:won"])
    sales.open_issue("bob", "three")
    sales.label("ann", 3, "stage:won")
    sales.close("ann", 3)
    sales.assign("ann", 1, "bob")
    sales.comment("ann", 1, "hello")
    found = ask(LIST, **arguments)["data"]["repository"]["issues"]["nodes"]
    assert [node["number"] for node in found] == numbers


def test_issues_changed_since_a_moment(sales: Repo, ask: Ask, sandbox: Sandbox) -> None:
    sales.open_issue("ann", "one")
    sales.open_issue("ann", "two")
    sandbox.advance(3600)
    since = sandbox.clock.stamp()
    sales.comment("ann", 1, "hello")
    found = ask(LIST, filter={"since": since})["data"]["repository"]["issues"]["nodes"]
    assert found == [{"number": 1}]


@pytest.mark.parametrize(
    ("query", "path", "message"),
    [
        pytest.param(
            'query { repository(owner: "acme", name: "nope") { id } }',
            ["repository"],
            "Could not resolve to a Repository with the name 'acme/nope'.",
            id="no such repository",
        ),
        pytest.param(
            'query { repository(owner: "acme", name: "sales") { issue(number: 99) { id } } }',
            ["repository", "issue"],
            "Could not resolve to an Issue with the number of 99.",
            id="no such issue",
        ),
        pytest.param(
            'query { node(id: "I_nonsense") { id } }',
            ["node"],
            "Could not resolve to a node with the global id of 'I_nonsense'.",
            id="no such node",
        ),
        pytest.param(
            'query { user(login: "nobody") { id } }',
            ["user"],
            "Could not resolve to a User with the login of 'nobody'.",
            id="no such person",
        ),
    ],
)
def test_what_is_not_there(ask: Ask, query: str, path: list[str], message: str) -> None:
    error = ask(query)["errors"][0]
    assert (error["type"], error["path"], error["message"]) == ("NOT_FOUND", path, message)
    assert list(error["locations"][0]) == ["line", "column"]


def test_nodes_that_are_gone_are_null_between_the_others(sales: Repo, ask: Ask) -> None:
    sales.open_issue("ann", "one")
    sales.open_issue("ann", "two")
    query = 'query { repository(owner: "acme", name: "sales") { issues(first: 5) { nodes { id } } } }'
    ids = [node["id"] for node in ask(query)["data"]["repository"]["issues"]["nodes"]]
    sales.delete_issue("root", 1)
    answer = ask("query($ids: [ID!]!) { nodes(ids: $ids) { ... on Issue { number } } }", ids=ids)
    assert answer["data"] == {"nodes": [None, {"number": 2}]}
    assert answer["errors"][0]["path"] == ["nodes", 0]


def test_a_document_that_is_wrong_is_answered_with_200_and_no_data(ask: Ask) -> None:
    answer = ask("query { viewer { nonsense } }")
    assert answer == {
        "errors": [
            {
                "extensions": {"code": "undefinedField", "typeName": "User", "fieldName": "nonsense"},
                "locations": [{"line": 1, "column": 18}],
                "message": "Field 'nonsense' doesn't exist on type 'User'",
            }
        ]
    }
    assert "Syntax Error" in ask("query {")["errors"][0]["message"]
    assert "data" not in ask('query { search(query: "x", type: ISSUE, first: 1) { issueCount } }')


def test_what_a_query_costs(ask: Ask) -> None:
    query = """query { rateLimit { cost nodeCount limit remaining used } repository(owner: "acme", name: "sales") {
      issues(first: 50) { nodes { timelineItems(first: 100) { totalCount } labels(first: 10) { totalCount } } } } }"""
    assert ask(query)["data"]["rateLimit"] == {
        "cost": 1,  # 1 + 50 + 50 requests, by the hundred
        "nodeCount": 50 + 50 * 100 + 50 * 10,
        "limit": 1000,
        "remaining": 999,
        "used": 1,
    }


def test_more_than_half_a_million_nodes_are_refused(ask: Ask) -> None:
    query = """query { repository(owner: "acme", name: "sales") { issues(first: 100) { nodes { comments(first: 100) {
      nodes { reactions(first: 100) { totalCount } } } } } } }"""
    error = ask(query)["errors"][0]
    assert error["type"] == "MAX_NODE_LIMIT_EXCEEDED"
    assert "1,010,100 possible nodes" in error["message"]


def test_root_mutations_run_in_order_and_fail_singly(sales: Repo, ask: Ask, sandbox: Sandbox) -> None:
    sales.open_issue("ann", "Acme")
    query = """query { repository(owner: "acme", name: "sales") {
      issue(number: 1) { id } label(name: "stage:lead") { id } } }"""
    found = ask(query)["data"]["repository"]
    answer = ask(
        """mutation($issue: ID!, $label: ID!) {
          a: addComment(input: {subjectId: $issue, body: "first"}) { clientMutationId }
          b: addComment(input: {subjectId: $issue, body: " "}) { clientMutationId }
          c: addLabelsToLabelable(input: {labelableId: $issue, labelIds: [$label, "LA_nope"]}) { clientMutationId }
          d: addComment(input: {subjectId: $issue, body: "last", clientMutationId: "m"}) { clientMutationId
            commentEdge { node { issue {
              comments(last: 5) { nodes { body } } timelineItems(last: 1) { totalCount } } } } }
        }""",
        issue=found["issue"]["id"],
        label=found["label"]["id"],
    )
    assert {alias: answer["data"][alias] for alias in "abc"} == {"a": {"clientMutationId": None}, "b": None, "c": None}
    assert [(error["type"], error["path"]) for error in answer["errors"]] == [
        ("UNPROCESSABLE", ["b"]),
        ("NOT_FOUND", ["c"]),
    ]
    assert answer["errors"][1]["message"] == "Could not resolve to Label node with the global id of 'LA_nope'."
    assert answer["data"]["d"] == {
        "clientMutationId": "m",
        "commentEdge": {
            "node": {
                "issue": {
                    "comments": {"nodes": [{"body": "first"}, {"body": "last"}]},
                    "timelineItems": {"totalCount": 2},
                }
            }
        },
    }
    assert sales.issue(1).labels == ()


def test_a_person_without_the_role_is_told_which_mutation_he_may_not(sales: Repo, ask: Ask, sandbox: Sandbox) -> None:
    sales.open_issue("ann", "Acme")
    query = (
        'query { repository(owner: "acme", name: "sales") { issue(number: 1) { id viewerCanLabel viewerCanUpdate } } }'
    )
    issue = ask(query, sandbox.token("olga"))["data"]["repository"]["issue"]
    answer = ask(
        "mutation($id: ID!) { lockLockable(input: {lockableId: $id}) { clientMutationId } }",
        sandbox.token("olga"),
        id=issue["id"],
    )
    assert (issue["viewerCanLabel"], issue["viewerCanUpdate"]) == (False, False)
    assert answer["data"] == {"lockLockable": None}
    assert answer["errors"][0]["type"] == "FORBIDDEN"
    assert answer["errors"][0]["message"] == "olga does not have the correct permissions to execute `LockLockable`"


def test_files_of_the_default_branch(sales: Repo, ask: Ask) -> None:
    query = """query($at: String!) { repository(owner: "acme", name: "sales") { isEmpty
      defaultBranchRef { name target { oid ... on Commit { history(first: 1, path: ".github/salesbot.yml") {
        nodes { author { user { login } } committedDate } } } } }
      object(expression: $at) { __typename ... on Blob { text byteSize isBinary isTruncated }
        ... on Tree { entries { name type object { ... on Blob { text } } } } } } }"""
    assert ask(query, at="HEAD:.github")["data"]["repository"] == {
        "isEmpty": True,
        "defaultBranchRef": None,
        "object": None,
    }
    sales.push("bob", ".github/salesbot.yml", "version: 1\n")
    sales.push("root", ".github/salesbot/checklists/estimate.md.j2", "- [ ] Ä")
    sales.push("root", ".github/logo.png", b"\x89PNG\0")
    tree = ask(query, at="HEAD:.github/")["data"]["repository"]
    assert tree["object"]["entries"] == [
        {"name": "logo.png", "type": "blob", "object": {"text": None}},
        {"name": "salesbot", "type": "tree", "object": {}},
        {"name": "salesbot.yml", "type": "blob", "object": {"text": "version: 1\n"}},
    ]
    commits = tree["defaultBranchRef"]["target"]["history"]["nodes"]
    assert [commit["author"]["user"]["login"] for commit in commits] == ["bob"]
    blob = ask(query, at="main:.github/salesbot/checklists/estimate.md.j2")["data"]["repository"]["object"]
    assert blob == {"__typename": "Blob", "text": "- [ ] Ä", "byteSize": 8, "isBinary": False, "isTruncated": False}
    assert ask(query, at="HEAD:.github/none.yml")["data"]["repository"]["object"] is None
    sales.push("bob", ".github/salesbot.yml", None)
    assert ask(query, at="HEAD:.github/salesbot.yml")["data"]["repository"]["object"] is None


def test_collaborators_may_be_unreadable_at_that_one_path(sales: Repo, ask: Ask, sandbox: Sandbox) -> None:
    query = """query($login: String) { repository(owner: "acme", name: "sales") { id
      collaborators(first: 10, login: $login) { edges { permission node { login } } } } }"""
    answer = ask(query)
    assert (answer["errors"][0]["type"], answer["errors"][0]["path"]) == ("FORBIDDEN", ["repository", "collaborators"])
    assert answer["data"]["repository"]["collaborators"] is None
    assert answer["data"]["repository"]["id"]
    sandbox.define_role("sales-lead", "triage")
    sales.set_role("kim", "sales-lead")
    sales.collaborators_readable(True)
    edges = ask(query)["data"]["repository"]["collaborators"]["edges"]
    assert {edge["node"]["login"]: edge["permission"] for edge in edges} == {
        "olga": "READ",
        "ann": "TRIAGE",
        "bob": "WRITE",
        "root": "ADMIN",
        "kim": "TRIAGE",
    }
    edges = ask(query, login="ANN")["data"]["repository"]["collaborators"]["edges"]
    assert edges == [{"permission": "TRIAGE", "node": {"login": "ann"}}]
    assert ask(query, sandbox.token("ann"))["errors"][0]["type"] == "FORBIDDEN"
    assert "errors" not in ask(query, sandbox.token("bob"))


def everything_of(kind: GraphQLObjectType, deep: int = 2) -> str:
    """Write a selection of all fields of a type, connections with one node each."""
    parts = []
    for name, field in kind.fields.items():
        arguments = example_arguments(field)
        if arguments is None:
            continue
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            parts.append(f"{name}{arguments}")
        elif isinstance(inner, GraphQLObjectType) and deep:
            parts.append(f"{name}{arguments} {{ {everything_of(inner, deep - 1)} }}")
        else:
            parts.append(f"{name}{arguments} {{ __typename }}")
    return " ".join(parts)


def example_arguments(field: GraphQLField) -> str | None:
    """Write the arguments a field needs: a page of one, or nothing; None if it needs more than that."""
    if "first" in field.args:
        return "(first: 1)"
    return None if any(is_required_argument(argument) for argument in field.args.values()) else ""


TYPES = [
    kind
    for kind in schema().type_map.values()
    if isinstance(kind, GraphQLObjectType)
    and not kind.name.startswith("__")
    and not kind.name.endswith(("Connection", "Edge", "Payload"))
]
ITEMS = "items(first: 9) { nodes { %s } }"
PROJECTS = {
    "ProjectV2Field": "fields(first: 50) { nodes { ... on ProjectV2Field {} } }",
    "ProjectV2IterationField": "fields(first: 50) { nodes { ... on ProjectV2IterationField {} } }",
    "ProjectV2SingleSelectField": "fields(first: 50) { nodes { ... on ProjectV2SingleSelectField {} } }",
    "ProjectV2SingleSelectFieldOption": 'field(name: "Status") { ... on ProjectV2SingleSelectField { options {} } }',
    "ProjectV2Workflow": "workflows(first: 9) { nodes {} }",
    "ProjectV2Item": "items(first: 9) { nodes {} }",
    "DraftIssue": ITEMS % "content { ... on DraftIssue {} }",
    "PullRequest": ITEMS % "content { ... on PullRequest {} }",
    **{
        name: ITEMS % f"fieldValues(first: 50) {{ nodes {{ ... on {name} {{}} }} }}"
        for name in map("ProjectV2ItemField{}Value".format, ("Date", "Label", "Number", "Repository", "SingleSelect"))
    },
    "ProjectV2ItemFieldTextValue": ITEMS % "fieldValues(first: 50) { nodes { ... on ProjectV2ItemFieldTextValue {} } }",
    "ProjectV2ItemFieldUserValue": ITEMS % "fieldValues(first: 50) { nodes { ... on ProjectV2ItemFieldUserValue {} } }",
}
REACHED = {
    "RateLimit": "rateLimit {}",
    "User": "viewer {}",
    "Organization": 'repositoryOwner(login: "acme") { ... on Organization {} }',
    "Repository": 'repository(owner: "acme", name: "sales") {}',
    "Issue": 'repository(owner: "acme", name: "sales") { issue(number: 1) {} }',
    "IssueComment": 'repository(owner: "acme", name: "sales") { issue(number: 1) { comments(first: 9) { nodes {} } } }',
    "Label": 'repository(owner: "acme", name: "sales") { labels(first: 9) { nodes {} } }',
    "ReactionGroup": 'repository(owner: "acme", name: "sales") { issue(number: 1) { reactionGroups {} } }',
    "Reaction": """repository(owner: "acme", name: "sales") { issue(number: 1) { comments(first: 9) { nodes {
      reactions(first: 9) { nodes {} } } } } }""",
    "UserContentEdit": """repository(owner: "acme", name: "sales") { issue(number: 1) {
      userContentEdits(first: 9) { nodes {} } } }""",
    "Bot": """repository(owner: "acme", name: "sales") { issue(number: 1) { comments(last: 1) { nodes {
      author { ... on Bot {} } } } } }""",
    "Ref": 'repository(owner: "acme", name: "sales") { defaultBranchRef {} }',
    "Commit": 'repository(owner: "acme", name: "sales") { object(expression: "HEAD") { ... on Commit {} } }',
    "GitActor": """repository(owner: "acme", name: "sales") { object(expression: "HEAD") {
      ... on Commit { author {} } } }""",
    "Tree": 'repository(owner: "acme", name: "sales") { object(expression: "HEAD:") { ... on Tree {} } }',
    "TreeEntry": """repository(owner: "acme", name: "sales") { object(expression: "HEAD:") {
      ... on Tree { entries {} } } }""",
    "Blob": 'repository(owner: "acme", name: "sales") { object(expression: "HEAD:a/b.txt") { ... on Blob {} } }',
    **{kind: f'organization(login: "acme") {{ projectV2(number: 1) {{ {path} }} }}' for kind, path in PROJECTS.items()},
    "ProjectV2": 'organization(login: "acme") { projectV2(number: 1) {} }',
    "SubIssuesSummary": 'repository(owner: "acme", name: "sales") { issue(number: 1) { subIssuesSummary {} } }',
    "PinnedIssue": 'repository(owner: "acme", name: "sales") { pinnedIssues(first: 3) { nodes {} } }',
}
EVENT = """repository(owner: "acme", name: "sales") { issue(number: 1) { timelineItems(first: 50) { nodes {
  ... on KIND {} } } } }"""
NEVER = {"Query", "Mutation", "Mannequin", "PageInfo", "ProjectV2ItemFieldIterationValue"}


@pytest.fixture
def _busy(sales: Repo, sandbox: Sandbox, ask: Ask) -> None:
    """Issue 1 went through everything that leaves an event."""
    other = sandbox.repo("acme/inbox", roles={"root": "admin"})
    other.open_issue("root", "Acme", "one")
    other.transfer("root", 1, "acme/sales")
    sales.push("root", "a/b.txt", "text")
    sales.edit_issue("root", 1, title="Acme GmbH", body="two")
    sales.swap("root", 1, "stage:won", "stage:lead")
    sales.unlabel("root", 1, "stage:lead")
    sales.label("root", 1, "stage:lead")
    sales.assign("root", 1, "ann", "bob")
    sales.unassign("root", 1, "bob")
    sales.convert_to_discussion("root", 1)
    sales.unlock("root", 1)
    sales.reopen("root", 1)
    sales.add_sub_issue("root", 1, sales.open_issue("root", "A part"))
    sales.lock("root", 1, "RESOLVED")
    sales.unlock("root", 1)
    sales.close("root", 1)
    sales.reopen("root", 1)
    sales.delete_comment("root", sales.comment("root", 1, "gone"))
    sales.react("root", sales.comment("root", 1, "hello"), "HEART")
    sales.pin("root", 1)
    sales.unpin("root", 1)
    sales.pin("root", 1)
    _use_board(sandbox)
    found = ask('query { repository(owner: "acme", name: "sales") { issue(number: 1) { id } } }')
    add = 'mutation($id: ID!) { addComment(input: {subjectId: $id, body: "from the bot"}) { clientMutationId } }'
    ask(add, id=found["data"]["repository"]["issue"]["id"])


def _use_board(sandbox: Sandbox) -> None:
    """Issue 1 was taken off the board once; now it is there with values."""
    fields = {"Value": "NUMBER", "Close": "DATE", "Sprint": "ITERATION"}
    board = sandbox.project("acme", "Sales", by="root", fields=fields)
    board.remove("root", board.add("root", "acme/sales", 1))
    card = board.add("root", "acme/sales", 1)
    board.drag("root", card, "Todo")
    board.edit("root", card, "Value", 12)
    board.edit("root", card, "Close", "2026-12-31")
    board.add_draft("root", "Call")
    board.add_pull_request("root", "acme/sales", "Mend")
    board.link("root", "acme/sales")


@pytest.mark.usefixtures("_busy")
@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind.name not in NEVER], ids=lambda kind: str(kind.name))
def test_every_field_of_every_type_is_answered(ask: Ask, sandbox: Sandbox, kind: GraphQLObjectType) -> None:
    path = REACHED.get(kind.name) or EVENT.replace("KIND", kind.name)
    assert "{}" in path
    everything = f"{{ __typename {everything_of(kind)} }}"
    answer = ask("query { " + path.replace("{}", everything, 1) + " }", sandbox.token("root"))
    assert "errors" not in answer
    assert f'"__typename": "{kind.name}"' in str(answer).replace("'", '"')
