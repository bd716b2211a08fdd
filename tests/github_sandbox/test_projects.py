"""Projects: what GraphQL answers of a board, what mutations leave, what people and GitHub's workflows do there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from github_sandbox import Board, CardView, Refused, Repo, Sandbox
from github_sandbox.graph.project_mutations import PROJECT_MUTATIONS

from .conftest import Ask

COLUMNS = ("Lead", "Qualified", "Won", "Done")
FIELDS = {"Value": "NUMBER", "Expected close": "DATE", "Next step": "TEXT"}


@pytest.fixture
def board(sandbox: Sandbox, sales: Repo) -> Board:
    """Project 1 of acme with two deals and a draft; the first is in Lead with a value."""
    board = sandbox.project("acme", "Sales", by="root", columns=COLUMNS, fields=FIELDS)
    for number, title in ((1, "Acme: shop"), (2, "Beta: app")):
        sales.open_issue("ann", title)
        board.add("bob", "acme/sales", number)
    board.add_draft("ann", "Call Gamma", "perhaps")
    board.drag("ann", item(board, 1), "Lead")
    board.edit("bob", item(board, 1), "Value", 24000)
    drain(sandbox)
    return board


def item(board: Board, number: int) -> int:
    card = board.card_of("acme/sales", number)
    assert card is not None
    return card.id


def drain(sandbox: Sandbox) -> None:
    for delivery in sandbox.organization_outbox:
        sandbox.take(delivery)
    for waiting in sandbox.outbox:
        sandbox.drop(waiting)


@pytest.fixture
def read(ask: Ask, sandbox: Sandbox) -> Callable[..., Any]:
    """Ask as root, who may see everything, and give the data."""

    def answer(document: str, token: str | None = None, **variables: Any) -> Any:
        found = ask(document, token or sandbox.token("root"), **variables)
        assert "errors" not in found, found["errors"]
        return found["data"]

    return answer


# Reading

VALUES = """fieldValues(first: 20) { nodes { __typename
  ... on ProjectV2ItemFieldTextValue { text field { ... on ProjectV2FieldCommon { name } } }
  ... on ProjectV2ItemFieldNumberValue { number creator { login } updatedAt }
  ... on ProjectV2ItemFieldDateValue { date }
  ... on ProjectV2ItemFieldSingleSelectValue { name optionId creator { login }
    field { ... on ProjectV2SingleSelectField { options { id name } } } } } }"""


def test_a_project_is_found_by_its_owner_and_number(board: Board, read: Callable[..., Any]) -> None:
    named = 'organization(login: "acme") { projectV2(number: 1) { title number public closed owner { id } } }'
    both = 'repositoryOwner(login: "acme") { ... on ProjectV2Owner { projectV2(number: 1) { id } } }'
    found = read(f"query {{ {named} {both} }}")
    assert found["organization"]["projectV2"]["title"] == "Sales"
    assert found["repositoryOwner"]["projectV2"]["id"] == board.node_id


def test_fields_have_their_types_and_options(board: Board, read: Callable[..., Any]) -> None:
    document = """query($id: ID!) { node(id: $id) { ... on ProjectV2 { fields(first: 50) { nodes {
      ... on ProjectV2FieldCommon { name dataType }
      ... on ProjectV2SingleSelectField { options { name color } } } } } } }"""
    nodes = read(document, id=board.node_id)["node"]["fields"]["nodes"]
    found = {node["name"]: node for node in nodes}
    assert [option["name"] for option in found["Status"]["options"]] == list(COLUMNS)
    assert {name: found[name]["dataType"] for name in FIELDS} == FIELDS
    assert found["Title"]["dataType"] == "TITLE"


def test_an_item_shows_its_content_and_values(board: Board, read: Callable[..., Any]) -> None:
    document = f"""query {{ organization(login: "acme") {{ projectV2(number: 1) {{ items(first: 10) {{ nodes {{
      type isArchived content {{ ... on Issue {{ number }} ... on DraftIssue {{ title body }} }}
      {VALUES} }} }} }} }} }}"""
    first, _, draft = read(document)["organization"]["projectV2"]["items"]["nodes"]
    assert (first["type"], first["content"], first["isArchived"]) == ("ISSUE", {"number": 1}, False)
    assert (draft["type"], draft["content"]) == ("DRAFT_ISSUE", {"title": "Call Gamma", "body": "perhaps"})
    title, status, _, number = first["fieldValues"]["nodes"]
    assert (title["text"], title["field"]) == ("Acme: shop", {"name": "Title"})
    assert (status["name"], status["creator"]) == ("Lead", {"login": "ann"})
    assert status["optionId"] in [option["id"] for option in status["field"]["options"] if option["name"] == "Lead"]
    assert (number["number"], number["creator"]) == (24000.0, {"login": "bob"})


def test_an_issue_knows_its_items(board: Board, read: Callable[..., Any]) -> None:
    board.archive("bob", item(board, 2))
    document = """query($archived: Boolean!) { repository(owner: "acme", name: "sales") { issue(number: 2) {
      projectItems(first: 5, includeArchived: $archived) { totalCount nodes { isArchived project { number }
        fieldValueByName(name: "Status") { ... on ProjectV2ItemFieldSingleSelectValue { name } } } } } } }"""
    found = [
        read(document, archived=archived)["repository"]["issue"]["projectItems"]["nodes"] for archived in (True, False)
    ]
    assert found == [[{"isArchived": True, "project": {"number": 1}, "fieldValueByName": None}], []]


def test_items_come_in_pages_in_their_order_on_the_board(board: Board, read: Callable[..., Any]) -> None:
    board.move("ann", item(board, 2))
    document = """query($after: String) { organization(login: "acme") { projectV2(number: 1) {
      items(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
        content { ... on Issue { title } ... on DraftIssue { title } } } } } } }"""
    first = read(document, after=None)["organization"]["projectV2"]["items"]
    second = read(document, after=first["pageInfo"]["endCursor"])["organization"]["projectV2"]["items"]
    titles = [node["content"]["title"] for node in (*first["nodes"], *second["nodes"])]
    assert titles == ["Beta: app", "Acme: shop", "Call Gamma"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (
        3,
        True,
        False,
    )


def test_a_new_item_is_late_in_the_projects_own_list_only(
    sandbox: Sandbox, sales: Repo, board: Board, read: Callable[..., Any]
) -> None:
    sandbox.hub.project_items_lag = timedelta(seconds=5)
    number = sales.open_issue("ann", "Gamma")
    board.add("ann", "acme/sales", number)
    document = """query($number: Int!) { organization(login: "acme") { projectV2(number: 1) { items { totalCount } } }
      repository(owner: "acme", name: "sales") { issue(number: $number) { projectItems { totalCount } } } }"""
    found = read(document, number=number)
    assert found["organization"]["projectV2"]["items"]["totalCount"] == 3
    assert found["repository"]["issue"]["projectItems"]["totalCount"] == 1
    sandbox.advance(5)
    assert read(document, number=number)["organization"]["projectV2"]["items"]["totalCount"] == 4


def test_an_issue_that_is_deleted_is_on_no_board(sales: Repo, board: Board, read: Callable[..., Any]) -> None:
    sales.delete_issue("root", 1)
    document = 'query { organization(login: "acme") { projectV2(number: 1) { items { totalCount } } } }'
    assert read(document)["organization"]["projectV2"]["items"]["totalCount"] == 2


def test_a_repository_lists_the_projects_that_are_linked(board: Board, read: Callable[..., Any]) -> None:
    document = 'query { repository(owner: "acme", name: "sales") { projectsV2(first: 5) { nodes { number } } } }'
    assert read(document)["repository"]["projectsV2"]["nodes"] == []
    board.link("root", "acme/sales")
    assert read(document)["repository"]["projectsV2"]["nodes"] == [{"number": 1}]


# Mutations

STATUS = """query($id: ID!) { node(id: $id) { ... on ProjectV2 { fields(first: 50) { nodes {
  ... on ProjectV2FieldCommon { id name } ... on ProjectV2SingleSelectField { options { id name } } } }
  items(first: 10) { nodes { id } } workflows(first: 1) { nodes { id } } } }
  organization(login: "acme") { id } repository(owner: "acme", name: "sales") { id issue(number: 1) { id } } }"""
WON = {"singleSelectOptionId": "WON"}
Check = Callable[[Board, dict[str, str]], bool]


@pytest.fixture
def names(board: Board, read: Callable[..., Any]) -> dict[str, str]:
    """Node ids by name."""
    found = read(STATUS, id=board.node_id)
    fields = {node["name"]: node for node in found["node"]["fields"]["nodes"]}
    options = {option["name"]: option["id"] for option in fields["Status"]["options"]}
    items = [node["id"] for node in found["node"]["items"]["nodes"]]
    return {
        "PROJECT": board.node_id, "ORG": found["organization"]["id"], "REPO": found["repository"]["id"],
        "DEAL": found["repository"]["issue"]["id"], "ITEM": items[0], "SECOND": items[1], "DRAFT": items[2],
        "STATUS": fields["Status"]["id"], "VALUE": fields["Value"]["id"], "CLOSE": fields["Expected close"]["id"],
        "STEP": fields["Next step"]["id"], "TITLE": fields["Title"]["id"], "LEAD": options["Lead"],
        "WON": options["Won"], "WORKFLOW": found["node"]["workflows"]["nodes"][0]["id"],
    }  # fmt: skip


def filled(value: Any, names: dict[str, str]) -> Any:
    match value:
        case dict():
            return {key: filled(inner, names) for key, inner in value.items()}
        case list():
            return [filled(inner, names) for inner in value]
    return names.get(value, value) if isinstance(value, str) else value


def mutate(ask: Ask, token: str, names: dict[str, str], name: str, given: dict[str, Any], payload: str) -> Any:
    kind = f"{name[:1].upper()}{name[1:]}Input"
    document = f"mutation($input: {kind}!) {{ {name}(input: $input) {{ clientMutationId {payload} }} }}"
    return ask(document, token, input=filled(given, names))


PLACE = {"projectId": "PROJECT", "itemId": "ITEM"}
ROWS: list[tuple[str, dict[str, Any], str, Any, Callable[[Board], bool]]] = [
    (
        "addProjectV2ItemById",
        {"projectId": "PROJECT", "contentId": "DEAL"},
        "item { content { ... on Issue { number } } }",
        {"item": {"content": {"number": 1}}},
        lambda board: len(board.cards()) == 3,
    ),
    (
        "addProjectV2DraftIssue",
        {"projectId": "PROJECT", "title": "Delta"},
        "projectItem { type content { ... on DraftIssue { title } } }",
        {"projectItem": {"type": "DRAFT_ISSUE", "content": {"title": "Delta"}}},
        lambda board: len(board.cards()) == 4,
    ),
    (
        "updateProjectV2ItemFieldValue",
        {**PLACE, "fieldId": "STATUS", "value": {"singleSelectOptionId": "WON"}},
        'projectV2Item { fieldValueByName(name: "Status") { ... on ProjectV2ItemFieldSingleSelectValue { name } } }',
        {"projectV2Item": {"fieldValueByName": {"name": "Won"}}},
        lambda board: board.cards()[0].column == "Won",
    ),
    (
        "clearProjectV2ItemFieldValue",
        {**PLACE, "fieldId": "VALUE"},
        'projectV2Item { fieldValueByName(name: "Value") { __typename } }',
        {"projectV2Item": {"fieldValueByName": None}},
        lambda board: "Value" not in board.cards()[0].values,
    ),
    ("archiveProjectV2Item", PLACE, "item { isArchived }", {"item": {"isArchived": True}},
     lambda board: board.cards()[0].archived),
    ("unarchiveProjectV2Item", PLACE, "item { isArchived }", {"item": {"isArchived": False}},
     lambda board: not board.cards()[0].archived),
    ("deleteProjectV2Item", PLACE, "deletedItemId", {"deletedItemId": "ITEM"}, lambda board: len(board.cards()) == 2),
    (
        "updateProjectV2ItemPosition",
        {**PLACE, "afterId": "DRAFT"},
        "items { nodes { type } }",
        {"items": {"nodes": [{"type": "ISSUE"}, {"type": "DRAFT_ISSUE"}, {"type": "ISSUE"}]}},
        lambda board: [card.number for card in board.cards()] == [2, None, 1],
    ),
    (
        "createProjectV2",
        {"ownerId": "ORG", "title": "Second", "repositoryId": "REPO"},
        """projectV2 { number title repositories(first: 2) { nodes { name } }
          workflows(first: 9) { nodes { name enabled } } }""",
        {
            "projectV2": {
                "number": 2,
                "title": "Second",
                "repositories": {"nodes": [{"name": "sales"}]},
                "workflows": {
                    "nodes": [
                        {"name": "Auto-close issue", "enabled": False},
                        {"name": "Item added to project", "enabled": False},
                        {"name": "Item closed", "enabled": True},
                        {"name": "Item reopened", "enabled": False},
                        {"name": "Pull request merged", "enabled": True},
                    ]
                },
            }
        },
        lambda board: True,
    ),
    (
        "updateProjectV2",
        {"projectId": "PROJECT", "title": "Pipeline", "closed": True, "public": True},
        "projectV2 { title closed public }",
        {"projectV2": {"title": "Pipeline", "closed": True, "public": True}},
        lambda board: board.row["title"] == "Pipeline",
    ),
    (
        "createProjectV2Field",
        {"projectId": "PROJECT", "name": "Kind", "dataType": "SINGLE_SELECT",
         "singleSelectOptions": [{"name": "New", "color": "BLUE", "description": ""}]},
        "projectV2Field { ... on ProjectV2SingleSelectField { name options { name color } } }",
        {"projectV2Field": {"name": "Kind", "options": [{"name": "New", "color": "BLUE"}]}},
        lambda board: board.options("Kind") == ("New",),
    ),
    (
        "updateProjectV2Field",
        {"fieldId": "STATUS", "singleSelectOptions": [{"name": "First", "color": "RED", "description": "x"}]},
        "projectV2Field { ... on ProjectV2SingleSelectField { name options { name } } }",
        {"projectV2Field": {"name": "Status", "options": [{"name": "First"}]}},
        lambda board: board.options() == ("First",),
    ),
    ("linkProjectV2ToRepository", {"projectId": "PROJECT", "repositoryId": "REPO"},
     "repository { projectsV2 { totalCount } }", {"repository": {"projectsV2": {"totalCount": 1}}}, lambda board: True),
    ("unlinkProjectV2FromRepository", {"projectId": "PROJECT", "repositoryId": "REPO"},
     "repository { projectsV2 { totalCount } }", {"repository": {"projectsV2": {"totalCount": 0}}}, lambda board: True),
    ("deleteProjectV2Workflow", {"workflowId": "WORKFLOW"}, "deletedWorkflowId projectV2 { workflows { totalCount } }",
     {"deletedWorkflowId": "WORKFLOW", "projectV2": {"workflows": {"totalCount": 4}}}, lambda board: True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "payload", "says", "leaves"), ROWS, ids=[row[0] for row in ROWS])
def test_a_mutation_does_what_it_answers(
    ask: Ask,
    sandbox: Sandbox,
    board: Board,
    names: dict[str, str],
    name: str,
    given: dict[str, Any],
    payload: str,
    says: Any,
    leaves: Callable[[Board], bool],
) -> None:
    answer = mutate(ask, sandbox.token("root"), names, name, given, payload)
    assert answer == {"data": {name: {"clientMutationId": None, **filled(says, names)}}}
    assert leaves(board)


def test_every_mutation_of_projects_is_in_the_table() -> None:
    assert sorted(row[0] for row in ROWS) == sorted(PROJECT_MUTATIONS)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        pytest.param("VALUE", {"number": 12000.5}, {"Value": 12000.5}, id="a number"),
        pytest.param("VALUE", {"number": 1e300}, {"Value": 1e300}, id="a very large number"),
        pytest.param("CLOSE", {"date": "2026-12-31"}, {"Expected close": "2026-12-31"}, id="a date"),
        pytest.param("STEP", {"text": "call"}, {"Next step": "call"}, id="a text"),
    ],
)
def test_a_field_takes_a_value_of_its_type(
    ask: Ask,
    sandbox: Sandbox,
    board: Board,
    names: dict[str, str],
    name: str,
    value: dict[str, Any],
    shown: dict[str, Any],
) -> None:
    given = {"projectId": "PROJECT", "itemId": "SECOND", "fieldId": name, "value": value}
    assert "errors" not in mutate(ask, sandbox.token("bob"), names, "updateProjectV2ItemFieldValue", given, "")
    assert board.card(item(board, 2)).values == shown


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        pytest.param(
            {"fieldId": "VALUE", "value": {"text": "12"}}, "Did not receive a number value", id="a text as number"
        ),
        pytest.param(
            {"fieldId": "STATUS", "value": {"text": "Won"}}, "Did not receive a singleSelect", id="a name as option"
        ),
        pytest.param({"fieldId": "STATUS", "value": {"singleSelectOptionId": "0"}}, "does not belong", id="no option"),
        pytest.param({"fieldId": "CLOSE", "value": {"date": "2026-02-30"}}, "2026-02-30", id="a day there is not"),
        pytest.param({"fieldId": "VALUE", "value": {}}, "Did not receive", id="nothing"),
        pytest.param({"fieldId": "TITLE", "value": {"text": "x"}}, "cannot be set here", id="a built-in field"),
        pytest.param({"fieldId": "DEAL", "value": {"text": "x"}}, "Could not resolve", id="what is no field"),
    ],
)
def test_a_wrong_value_is_refused_and_changes_nothing(
    ask: Ask, sandbox: Sandbox, board: Board, names: dict[str, str], given: dict[str, Any], wrong: str
) -> None:
    before = board.cards()
    answer = mutate(ask, sandbox.token("root"), names, "updateProjectV2ItemFieldValue", {**PLACE, **given}, "")
    assert wrong in answer["errors"][0]["message"]
    assert (board.cards(), sandbox.organization_outbox) == (before, ())


def test_an_archived_item_is_added_again_as_it_is_and_takes_no_value(
    ask: Ask, sandbox: Sandbox, board: Board, names: dict[str, str]
) -> None:
    board.archive("bob", item(board, 1))
    add = {"projectId": "PROJECT", "contentId": "DEAL"}
    answer = mutate(ask, sandbox.token("bob"), names, "addProjectV2ItemById", add, "item { id isArchived }")
    assert answer["data"]["addProjectV2ItemById"]["item"] == {"id": names["ITEM"], "isArchived": True}
    given = {**PLACE, "fieldId": "STATUS", "value": WON}
    refused = mutate(ask, sandbox.token("bob"), names, "updateProjectV2ItemFieldValue", given, "")
    assert refused["errors"][0]["message"] == "The item is archived and cannot be updated"
    two = """mutation($a: UnarchiveProjectV2ItemInput!, $b: UpdateProjectV2ItemFieldValueInput!) {
      a: unarchiveProjectV2Item(input: $a) { item { isArchived } }
      b: updateProjectV2ItemFieldValue(input: $b) { projectV2Item { id } } }"""
    done = ask(two, sandbox.token("bob"), a=filled(PLACE, names), b=filled(given, names))
    assert "errors" not in done
    assert (board.card(item(board, 1)).column, board.card(item(board, 1)).archived) == ("Won", False)


@pytest.mark.parametrize(
    ("ids", "left"),
    [pytest.param(False, None, id="without ids"), pytest.param(True, "First", id="with the id")],
)
def test_options_are_overwritten_and_keep_values_only_by_their_id(
    ask: Ask, sandbox: Sandbox, board: Board, names: dict[str, str], ids: bool, left: str | None
) -> None:
    option = {"name": "First", "color": "RED", "description": ""} | ({"id": "LEAD"} if ids else {})
    given = {"fieldId": "STATUS", "singleSelectOptions": [option]}
    mutate(ask, sandbox.token("root"), names, "updateProjectV2Field", given, "")
    assert board.card(item(board, 1)).column == left


def test_an_item_of_another_project_is_not_found(
    ask: Ask, sandbox: Sandbox, board: Board, names: dict[str, str]
) -> None:
    other = sandbox.project("acme", "Other", by="root")
    given = {"projectId": other.node_id, "itemId": "ITEM", "fieldId": "STATUS", "value": WON}
    answer = mutate(ask, sandbox.token("root"), names, "updateProjectV2ItemFieldValue", given, "")
    assert answer["errors"][0]["message"] == "The item does not exist in the project"


def test_a_full_board_takes_no_more(ask: Ask, sandbox: Sandbox, board: Board, names: dict[str, str]) -> None:
    board.limit_items(3)
    given = {"projectId": "PROJECT", "title": "One more"}
    answer = mutate(ask, sandbox.token("root"), names, "addProjectV2DraftIssue", given, "")
    assert "limit of 3 items" in answer["errors"][0]["message"]
    board.archive("root", item(board, 1))
    assert "errors" not in mutate(ask, sandbox.token("root"), names, "addProjectV2DraftIssue", given, "")


def test_a_project_holds_fifty_fields(sandbox: Sandbox, board: Board) -> None:
    for number in range(50 - 13):
        board.add_field("root", f"Field {number}", "TEXT")
    with pytest.raises(Refused, match="at most 50"):
        board.add_field("root", "One more", "TEXT")


# Rights

LOOK = 'query { organization(login: "acme") { projectV2(number: 1) { title } } }'
FROM_ISSUE = """query { repository(owner: "acme", name: "sales") { issue(number: 1) {
  projectItems(first: 5) { totalCount } } } }"""
SCOPE = "Your token has not been granted the required scopes"
NUMBER_1 = "Could not resolve to a ProjectV2 with the number 1."


def test_a_classic_token_needs_the_scope_and_the_person_the_role(
    ask: Ask, sandbox: Sandbox, board: Board, names: dict[str, str]
) -> None:
    without = ask(LOOK, sandbox.token("root", projects="none"))["errors"][0]
    assert (without["type"], without["message"][:51]) == ("INSUFFICIENT_SCOPES", SCOPE[:51])
    assert "'projectV2' field requires one of the following scopes: ['read:project']" in without["message"]
    reader = sandbox.token("root", projects="read")
    assert "errors" not in ask(LOOK, reader)
    given = {**PLACE, "fieldId": "STATUS", "value": WON}
    refused = mutate(ask, reader, names, "updateProjectV2ItemFieldValue", given, "")["errors"][0]
    assert "['project']" in refused["message"]
    stranger = ask(LOOK, sandbox.token("zoe"))["errors"][0]
    assert (stranger["type"], stranger["message"]) == ("NOT_FOUND", NUMBER_1)
    board.set_role("zoe", "read")
    assert "errors" not in ask(LOOK, sandbox.token("zoe"))
    denied = mutate(ask, sandbox.token("zoe"), names, "updateProjectV2ItemFieldValue", given, "")["errors"][0]
    assert denied["type"] == "FORBIDDEN"
    assert board.card(item(board, 1)).column == "Lead"


def test_a_public_project_is_read_by_everybody(ask: Ask, sandbox: Sandbox, board: Board) -> None:
    board.edit_project("root", public=True)
    assert ask(LOOK, sandbox.token("zoe"))["data"]["organization"]["projectV2"] == {"title": "Sales"}


def test_github_token_reaches_no_project(
    ask: Ask, sandbox: Sandbox, board: Board, names: dict[str, str], token: str
) -> None:
    board.edit_project("root", public=True)
    assert ask(LOOK, token)["errors"][0]["message"] == NUMBER_1
    assert ask(FROM_ISSUE, token)["data"]["repository"]["issue"]["projectItems"] == {"totalCount": 0}
    given = {**PLACE, "fieldId": "STATUS", "value": WON}
    refused = mutate(ask, token, names, "updateProjectV2ItemFieldValue", given, "")["errors"][0]
    assert (refused["type"], refused["message"]) == ("FORBIDDEN", "Resource not accessible by integration")
    assert board.card(item(board, 1)).column == "Lead"


@pytest.mark.parametrize(
    ("scope", "reads", "writes"), [("none", False, False), ("read", True, False), ("write", True, True)]
)
@pytest.mark.parametrize("kind", ["an App", "a fine-grained token"])
def test_apps_and_fine_grained_tokens_go_by_their_permission(
    ask: Ask, sandbox: Sandbox, board: Board, names: dict[str, str], kind: str, scope: Any, reads: bool, writes: bool
) -> None:
    if kind == "an App":
        token = sandbox.token("acme-board[bot]", projects=scope)
    else:
        token = sandbox.fine_grained_token("bob", "acme", issues="read", projects=scope)
    assert ("errors" not in ask(LOOK, token)) is reads
    assert ask(FROM_ISSUE, token)["data"]["repository"]["issue"]["projectItems"] == {"totalCount": int(reads)}
    given = {**PLACE, "fieldId": "STATUS", "value": WON}
    assert ("errors" not in mutate(ask, token, names, "updateProjectV2ItemFieldValue", given, "")) is writes


@pytest.mark.parametrize("kind", ["an App", "a fine-grained token", "a classic token"])
def test_a_project_of_a_person_is_for_classic_tokens_only(ask: Ask, sandbox: Sandbox, sales: Repo, kind: str) -> None:
    sandbox.project("bob", "Mine", by="bob")
    token = {
        "an App": sandbox.token("acme-board[bot]", projects="write"),
        "a fine-grained token": sandbox.fine_grained_token("bob", "bob", projects="write"),
        "a classic token": sandbox.token("bob"),
    }[kind]
    answer = ask('query { user(login: "bob") { projectV2(number: 1) { title } } }', token)
    assert ("errors" in answer) is (kind != "a classic token")


def test_a_fine_grained_token_reaches_what_its_owner_has_and_no_further(
    ask: Ask, sandbox: Sandbox, sales: Repo, board: Board
) -> None:
    sandbox.repo("umbrella/sales", roles={"bob": "admin"})
    sandbox.project("umbrella", "Theirs", by="bob")
    token = sandbox.fine_grained_token("bob", "umbrella", issues="write", projects="write")
    assert ask(LOOK, token)["errors"][0]["message"] == NUMBER_1
    assert ask('query { repository(owner: "acme", name: "sales") { id } }', token)["errors"][0]["type"] == "NOT_FOUND"
    theirs = ask('query { organization(login: "umbrella") { projectV2(number: 1) { title } } }', token)
    assert theirs["data"]["organization"]["projectV2"] == {"title": "Theirs"}


def test_an_item_of_a_repository_that_the_token_cannot_read_is_redacted(
    ask: Ask, sandbox: Sandbox, board: Board
) -> None:
    token = sandbox.token("acme-board[bot]", issues="none", projects="write")
    document = """query { organization(login: "acme") { projectV2(number: 1) { items(first: 1) { nodes {
      type content { __typename }
      fieldValues(first: 9) { nodes { ... on ProjectV2ItemFieldSingleSelectValue { name } } }
      } } } } }"""
    [node] = ask(document, token)["data"]["organization"]["projectV2"]["items"]["nodes"]
    assert (node["type"], node["content"]) == ("REDACTED", None)
    assert node["fieldValues"]["nodes"] == [{"name": "Lead"}, {}]


def test_an_installation_reaches_projects_of_the_repositorys_owner(sandbox: Sandbox, ask: Ask, board: Board) -> None:
    sandbox.repo("umbrella/sales", roles={"bob": "admin"})
    sandbox.project("umbrella", "Theirs", by="bob")
    permissions = {"organization_projects": "read", "issues": "read", "metadata": "read"}
    token = installation_token(sandbox, permissions)
    assert ask(LOOK, token)["data"]["organization"]["projectV2"] == {"title": "Sales"}
    theirs = ask('query { organization(login: "umbrella") { projectV2(number: 1) { title } } }', token)
    assert theirs["errors"][0]["message"] == NUMBER_1


def installation_token(sandbox: Sandbox, permissions: dict[str, str]) -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from github import Auth, GithubIntegration

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain).decode()
    public = key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    app = sandbox.app("acme-board[bot]", public, issues="read", projects="write")
    installed = sandbox.repo("acme/sales").install(app)
    apps = GithubIntegration(auth=Auth.AppAuth(app, private), base_url=sandbox.api_url)
    return str(apps.get_access_token(installed, permissions).token)


def test_people_without_a_role_cannot_use_the_board(board: Board) -> None:
    with pytest.raises(Refused, match="write on the project"):
        board.drag("zoe", item(board, 1), "Won")
    with pytest.raises(Refused, match="admin on the project"):
        board.delete("ann")


# The timeline

TIMELINE = """query($number: Int!) { repository(owner: "acme", name: "sales") { issue(number: $number) {
  timelineItems(last: 20, itemTypes: [ADDED_TO_PROJECT_V2_EVENT, PROJECT_V2_ITEM_STATUS_CHANGED_EVENT,
    REMOVED_FROM_PROJECT_V2_EVENT]) { nodes { __typename
    ... on ProjectV2Event { actor { login } project { number } wasAutomated }
    ... on ProjectV2ItemStatusChangedEvent { previousStatus status } } } } } }"""


def timeline(read: Callable[..., Any], number: int, token: str | None = None) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = read(TIMELINE, token, number=number)["repository"]["issue"]["timelineItems"]["nodes"]
    return nodes


def test_a_drag_is_in_the_timeline_of_the_issue(board: Board, read: Callable[..., Any]) -> None:
    board.drag("ann", item(board, 1), "Won")
    board.remove("bob", item(board, 1))
    project = {"project": {"number": 1}, "wasAutomated": False}
    changed = {"__typename": "ProjectV2ItemStatusChangedEvent", "actor": {"login": "ann"}, **project}
    assert timeline(read, 1) == [
        {"__typename": "AddedToProjectV2Event", "actor": {"login": "bob"}, **project},
        {**changed, "previousStatus": "", "status": "Lead"},
        {**changed, "previousStatus": "Lead", "status": "Won"},
        {"__typename": "RemovedFromProjectV2Event", "actor": {"login": "bob"}, **project},
    ]


def test_other_fields_and_an_emptied_status_leave_no_event(board: Board, read: Callable[..., Any]) -> None:
    before = timeline(read, 1)
    board.edit("ann", item(board, 1), "Next step", "call")
    board.clear("ann", item(board, 1), "Status")
    assert timeline(read, 1) == before
    assert board.card(item(board, 1)).values == {"Value": 24000, "Next step": "call"}


def test_the_timeline_hides_the_project_from_github_token(board: Board, read: Callable[..., Any], token: str) -> None:
    assert {event["project"] and "seen" for event in timeline(read, 1, token)} == {None}


@pytest.mark.parametrize(("creator", "login"), [("first", "ann"), ("last", "bob")])
def test_whose_name_a_changed_value_carries_can_be_chosen(
    sandbox: Sandbox, board: Board, read: Callable[..., Any], creator: Any, login: str
) -> None:
    sandbox.hub.project_value_creator = creator
    board.drag("bob", item(board, 1), "Won")
    document = """query($id: ID!) { node(id: $id) { ... on ProjectV2 { items(first: 1) { nodes {
      fieldValueByName(name: "Status") { ... on ProjectV2ItemFieldSingleSelectValue {
        name creator { login } createdAt updatedAt } } } } } } }"""
    value = read(document, id=board.node_id)["node"]["items"]["nodes"][0]["fieldValueByName"]
    assert (value["name"], value["creator"]) == ("Won", {"login": login})
    assert value["createdAt"] < value["updatedAt"]


# GitHub's own workflows

ROBOT = {"login": "github-project-automation"}


def test_a_closed_issue_goes_to_done(sales: Repo, board: Board, read: Callable[..., Any]) -> None:
    sales.close("ann", 1)
    assert board.card(item(board, 1)).column == "Done"
    last = timeline(read, 1)[-1]
    assert (last["actor"], last["wasAutomated"], last["previousStatus"], last["status"]) == (
        ROBOT,
        True,
        "Lead",
        "Done",
    )


def test_a_workflow_that_is_off_does_nothing(sales: Repo, board: Board) -> None:
    board.switch_workflow("root", "Item closed", False)
    sales.close("ann", 1)
    assert board.card(item(board, 1)).column == "Lead"


def test_done_closes_the_issue_where_that_is_on(sandbox: Sandbox, sales: Repo, board: Board) -> None:
    board.drag("ann", item(board, 2), "Done")
    assert sales.issue(2).state == "OPEN"
    board.switch_workflow("root", "Auto-close issue", True)
    board.drag("ann", item(board, 1), "Done")
    assert sales.issue(1).state == "CLOSED"
    [closed] = [delivery for delivery in sandbox.outbox if delivery.name == "issues.closed"]
    assert (closed.actor, closed.payload["sender"]["type"]) == ("github-project-automation[bot]", "Bot")


def test_items_that_are_added_or_reopened_get_a_status_where_that_is_on(sandbox: Sandbox, sales: Repo) -> None:
    board = sandbox.project("acme", "Plain", by="root")
    for name in ("Item added to project", "Item reopened"):
        board.switch_workflow("root", name, True)
    number = sales.open_issue("ann", "Acme")
    card = board.add("ann", "acme/sales", number)
    assert board.card(card).column == "Todo"
    sales.close("ann", number)
    sales.reopen("ann", number)
    assert board.card(card).column == "In Progress"


def test_an_archived_item_is_left_alone(sales: Repo, board: Board) -> None:
    board.archive("root", item(board, 1))
    sales.close("ann", 1)
    assert board.card(item(board, 1)) == CardView(item(board, 1), "ISSUE", 1, True, {"Status": "Lead", "Value": 24000})


# Deliveries


def deliveries(sandbox: Sandbox) -> list[tuple[str, Any]]:
    return [(each.action, each.payload.get("changes")) for each in sandbox.organization_outbox]


def test_what_happens_on_the_board_is_delivered_to_the_organization(sandbox: Sandbox, board: Board) -> None:
    card = item(board, 1)
    board.drag("ann", card, "Won")
    [delivery] = sandbox.organization_outbox
    change = delivery.payload["changes"]["field_value"]
    assert (delivery.event, delivery.action, delivery.organization, delivery.actor) == (
        "projects_v2_item", "edited", "acme", "ann",
    )  # fmt: skip
    assert (change["from"]["name"], change["to"]["name"]) == ("Lead", "Won")
    assert (change["field_type"], change["field_name"], change["project_number"]) == ("single_select", "Status", 1)
    assert delivery.payload["projects_v2_item"]["project_node_id"] == board.node_id
    assert "repository" not in delivery.payload


def test_each_kind_of_change_has_its_delivery(sandbox: Sandbox, board: Board) -> None:
    first, second = item(board, 1), item(board, 2)
    board.edit("ann", first, "Value", 30000)
    board.edit("ann", first, "Expected close", "2026-12-31")
    board.clear("ann", first, "Value")
    board.move("ann", second)
    board.archive("ann", second)
    board.restore("ann", second)
    board.remove("ann", second)
    board.add("ann", "acme/sales", 2)
    ends = [
        (change["field_value"]["from"], change["field_value"]["to"])
        for action, change in deliveries(sandbox)
        if action == "edited"
    ]
    assert ends == [(24000, 30000), (None, "2026-12-31T00:00:00+00:00"), (30000, None)]
    actions = [action for action, _ in deliveries(sandbox)]
    assert actions == ["edited", "edited", "edited", "reordered", "archived", "restored", "deleted", "created"]


def test_a_delivery_starts_no_run_and_is_signed(sandbox: Sandbox, board: Board) -> None:
    import hashlib
    import hmac

    board.drag("ann", item(board, 1), "Won")
    [delivery] = sandbox.organization_outbox
    digest = hmac.new(b"s3cret", delivery.body, hashlib.sha256).hexdigest()
    assert delivery.headers("s3cret")["X-Hub-Signature-256"] == f"sha256={digest}"
    assert delivery.headers("s3cret")["X-GitHub-Event"] == "projects_v2_item"
    assert sandbox.outbox == ()
    sandbox.take(delivery)
    assert sandbox.organization_outbox == ()


def test_a_project_of_a_person_delivers_nothing(sandbox: Sandbox, sales: Repo) -> None:
    board = sandbox.project("bob", "Mine", by="bob")
    board.add_draft("bob", "Read")
    assert sandbox.organization_outbox == ()


def test_a_change_without_a_difference_is_none(sandbox: Sandbox, board: Board) -> None:
    board.drag("ann", item(board, 1), "Lead")
    board.archive("ann", item(board, 2))
    board.archive("ann", item(board, 2))
    assert [action for action, _ in deliveries(sandbox)] == ["archived"]


# The board itself


def test_a_deleted_project_is_gone_and_its_issues_are_not(
    ask: Ask, sandbox: Sandbox, sales: Repo, board: Board
) -> None:
    board.delete("root")
    assert ask(LOOK, sandbox.token("root"))["errors"][0]["message"] == NUMBER_1
    assert sales.issue(1).title == "Acme: shop"
    with pytest.raises(LookupError, match="No project"):
        assert board.number


@pytest.mark.parametrize(
    ("act", "arguments", "wrong"),
    [
        ("drag", ["ann", "CARD", "Lost"], "no option 'Lost'; there are Lead, Qualified, Won, Done"),
        ("edit", ["ann", "CARD", "Price", 1], "no field 'Price'"),
        ("drag", ["ann", 7, "Won"], "no item 7"),
        ("switch_workflow", ["root", "Fly", True], "no workflow 'Fly'"),
    ],
)
def test_what_is_not_there_is_named(board: Board, act: str, arguments: list[Any], wrong: str) -> None:
    card = item(board, 1)
    with pytest.raises(LookupError, match=wrong):
        getattr(board, act)(*(card if each == "CARD" else each for each in arguments))


def test_a_pull_request_is_on_the_board_with_its_title(board: Board, read: Callable[..., Any]) -> None:
    board.add_pull_request("bob", "acme/sales", "Mend the door")
    document = """query($id: ID!) { node(id: $id) { ... on ProjectV2 { items(last: 1) { nodes {
      type content { ... on PullRequest { title number repository { name } } } } } } } }"""
    [node] = read(document, id=board.node_id)["node"]["items"]["nodes"]
    content = {"title": "Mend the door", "number": 3, "repository": {"name": "sales"}}
    assert node == {"type": "PULL_REQUEST", "content": content}


def test_projects_come_back_with_a_snapshot(sandbox: Sandbox, board: Board) -> None:
    state = sandbox.snapshot()
    board.drag("ann", item(board, 1), "Won")
    sandbox.restore(state)
    assert board.card(item(board, 1)).column == "Lead"


def test_rest_lists_the_events_of_a_board(board: Board, call: Callable[..., Any]) -> None:
    events = call("GET", "/repos/acme/sales/issues/1/timeline").json()
    assert [event["event"] for event in events] == ["added_to_project_v2", "project_v2_item_status_changed"]
