"""REST in the sandbox, through PyGithub where it has a word for it, and by hand where it has not."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from github import Auth, Github, GithubException, UnknownObjectException

from github_sandbox import Repo, Sandbox

from .conftest import Call

ISSUES = "/repos/acme/sales/issues"
VERSION_1 = "b82551848c644f63b8517a7bdf8be9a992e6f4da"
"""What git calls a file with the line `version: 1`."""


def page_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["page"][0]


def test_the_life_of_an_issue(sales: Repo, client: Github) -> None:
    repository = client.get_repo("acme/sales")
    issue = repository.create_issue("Acme", body="one", labels=["stage:lead"], assignees=["bob"])
    assert (issue.number, issue.user.login, issue.state) == (1, "github-actions[bot]", "open")
    issue.edit(title="Acme GmbH", body="two", state="closed", state_reason="not_planned")
    again = repository.get_issue(1)
    assert (again.title, again.body, again.state, again.state_reason) == ("Acme GmbH", "two", "closed", "not_planned")
    again.edit(state="open")
    assert repository.get_issue(1).state_reason == "reopened"
    assert [event.event for event in again.get_events()] == [
        "labeled",
        "assigned",
        "renamed",
        "closed",
        "reopened",
    ]


def test_comments_and_reactions(sales: Repo, client: Github) -> None:
    sales.open_issue("ann", "Acme")
    issue = client.get_repo("acme/sales").get_issue(1)
    comment = issue.create_comment("hello")
    comment.edit("hello again")
    reaction = comment.create_reaction("rocket")
    assert comment.create_reaction("rocket").id == reaction.id
    assert [(found.content, found.user.login) for found in comment.get_reactions()] == [
        ("rocket", "github-actions[bot]")
    ]
    comment.delete_reaction(reaction.id)
    assert list(issue.get_comment(comment.id).get_reactions()) == []
    assert [found.body for found in issue.get_comments()] == ["hello again"]
    timeline = [(event.event, event.actor.login) for event in issue.get_timeline()]
    assert timeline == [("commented", "github-actions[bot]")]
    comment.delete()
    with pytest.raises(UnknownObjectException):
        issue.get_comment(comment.id)


def test_labels_of_the_list_and_of_an_issue(sales: Repo, client: Github) -> None:
    sales.open_issue("ann", "Acme", labels=["stage:lead"])
    repository = client.get_repo("acme/sales")
    label = repository.create_label("a/b c: ä", "ABCDEF", "d")
    assert repository.get_label("A/B c: Ä").color == "abcdef"
    label.edit("stage:new", "000000")
    issue = repository.get_issue(1)
    issue.add_to_labels("stage:new")
    issue.remove_from_labels("stage:lead")
    assert [found.name for found in issue.get_labels()] == ["stage:new"]
    with pytest.raises(GithubException) as gone:
        issue.remove_from_labels("stage:lead")
    assert (gone.value.status, gone.value.data["message"]) == (404, "Label does not exist")
    issue.set_labels("stage:won", "stage:lead")
    assert sales.issue(1).labels == ("stage:lead", "stage:won")
    repository.get_label("stage:won").delete()
    issue.delete_labels()
    assert (sales.issue(1).labels, sales.labels()) == ((), ("stage:lead", "stage:qualified", "stage:new"))
    names = [found.name for found in repository.get_labels()]
    assert names == ["stage:lead", "stage:new", "stage:qualified"]


def test_assigning_and_locking(sales: Repo, client: Github) -> None:
    sales.open_issue("ann", "Acme")
    repository = client.get_repo("acme/sales")
    issue = repository.get_issue(1)
    issue.add_to_assignees("bob", "stranger", "ann")
    issue.remove_from_assignees("ann")
    issue.lock("too heated")
    again = repository.get_issue(1)
    assert ([user.login for user in again.assignees], again.locked, again.active_lock_reason) == (
        ["bob"],
        True,
        "too heated",
    )
    issue.unlock()
    assert (repository.has_in_assignees("bob"), repository.has_in_assignees("stranger")) == (True, False)
    assert [event.event for event in issue.get_events()][-2:] == ["locked", "unlocked"]


@pytest.mark.parametrize(
    ("login", "permission", "role", "booleans"),
    [
        pytest.param("root", "admin", "admin", "admin maintain push triage pull", id="an admin"),
        pytest.param("max", "write", "maintain", "maintain push triage pull", id="maintain reads as write"),
        pytest.param("bob", "write", "write", "push triage pull", id="write"),
        pytest.param("ann", "read", "triage", "triage pull", id="triage reads as read"),
        pytest.param("kim", "read", "sales-lead", "triage pull", id="a custom role keeps its name"),
        pytest.param("olga", "read", "read", "pull", id="read"),
        pytest.param("stranger", "none", "none", "", id="a stranger on a private repository"),
    ],
)
def test_roles(
    sandbox: Sandbox, sales: Repo, call: Call, login: str, permission: str, role: str, booleans: str
) -> None:
    sandbox.define_role("sales-lead", "triage")
    sales.set_role("max", "maintain")
    sales.set_role("kim", "sales-lead")
    sandbox.token(login)
    found = call("GET", f"/repos/acme/sales/collaborators/{login}/permission").json()
    assert (found["permission"], found["role_name"]) == (permission, role)
    assert {name for name, may in found["user"]["permissions"].items() if may} == set(booleans.split())


def test_roles_through_pygithub(sandbox: Sandbox, sales: Repo, client: Github) -> None:
    public = sandbox.repo("acme/open", private=False)
    sandbox.token("stranger")
    repository = client.get_repo("acme/sales")
    assert repository.get_collaborator_role_name("ann") == "triage"
    assert repository.get_collaborator_permission("ann") == "read"
    assert (repository.has_in_collaborators("ann"), repository.has_in_collaborators("stranger")) == (True, False)
    with pytest.raises(UnknownObjectException):
        repository.get_collaborator_role_name("nobody-at-all")
    assert client.get_repo(public.name).get_collaborator_role_name("stranger") == "read"


def test_files(sales: Repo, client_for: Callable[[str], Github], sandbox: Sandbox, client: Github) -> None:
    repository = client_for(sandbox.token("bob")).get_repo("acme/sales")
    path = ".github/salesbot.yml"
    repository.create_file(path, "first", "version: 1\n")
    file = repository.get_contents(path)
    assert not isinstance(file, list)
    assert (file.decoded_content, file.sha) == (b"version: 1\n", VERSION_1)
    repository.update_file(path, "second", "version: 2\n", file.sha)
    with pytest.raises(GithubException) as stale:
        repository.update_file(path, "third", "version: 3\n", file.sha)
    assert stale.value.status == 409
    listed = client.get_repo("acme/sales").get_contents(".github")
    assert isinstance(listed, list)
    assert [(entry.path, entry.type) for entry in listed] == [(path, "file")]
    assert listed[0].decoded_content == b"version: 2\n"
    with pytest.raises(UnknownObjectException):
        repository.get_contents("none.txt")
    repository.delete_file(path, "last", listed[0].sha)
    with pytest.raises(UnknownObjectException):
        repository.get_contents(path)


def test_pushing_what_is_there_makes_no_commit(sales: Repo) -> None:
    for text in ("one", "one", "two"):
        sales.push("bob", "a.txt", text)
    sales.push("bob", "none.txt", None)
    assert sales.hub.db.value("SELECT count(*) FROM commits") == 2


def test_writing_files_takes_contents_write(sales: Repo, call: Call, sandbox: Sandbox) -> None:
    body = {"message": "x", "content": base64.b64encode(b"x").decode()}
    path = "/repos/acme/sales/contents/a.txt"
    assert call("PUT", path, json=body).json()["message"] == "Resource not accessible by integration"
    assert call("PUT", path, sandbox.token("ann"), json=body).status_code == 403
    assert call("PUT", path, sales.actions_token(contents="write"), json=body).status_code == 201
    assert call("PUT", path, sandbox.token("bob"), json=body).status_code == 422


def test_pages_and_their_links(sales: Repo, call: Call, client: Github, sandbox: Sandbox) -> None:
    sales.seed({"title": str(number), "created_at": f"2026-01-01T00:{number:02}:00Z"} for number in range(1, 8))
    second = call("GET", ISSUES, params={"per_page": 3, "page": 2, "state": "all"})
    assert [issue["title"] for issue in second.json()] == ["4", "3", "2"]
    assert {name: page_of(link["url"]) for name, link in second.links.items()} == {
        "prev": "1",
        "next": "3",
        "last": "3",
        "first": "1",
    }
    assert second.links["next"]["url"].startswith(f"{sandbox.api_url}{ISSUES}?")
    assert "Link" not in call("GET", ISSUES).headers
    sales.seed({"title": str(number)} for number in range(200))
    assert len(call("GET", ISSUES, params={"per_page": 500}).json()) == 100
    assert len(call("GET", ISSUES).json()) == 30
    assert client.get_repo("acme/sales").get_issues().totalCount == 207


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        pytest.param({}, [2, 1], id="open ones, newest first"),
        pytest.param({"state": "all"}, [3, 2, 1], id="all"),
        pytest.param({"state": "closed"}, [3], id="closed ones"),
        pytest.param({"labels": "stage:lead,stage:won"}, [2], id="with all of these labels"),
        pytest.param({"labels": "nothing"}, [], id="with a label that is not there"),
        pytest.param({"assignee": "bob"}, [1], id="assigned to Bob"),
        pytest.param({"creator": "bob", "state": "all"}, [3], id="opened by Bob"),
        pytest.param({"sort": "updated", "direction": "asc"}, [2, 1], id="longest untouched first"),
        pytest.param({"since": "2031-01-01T00:00:00Z"}, [], id="touched since"),
    ],
)
def test_lists_of_issues(sales: Repo, call: Call, query: dict[str, str], numbers: list[int]) -> None:
    sales.open_issue("ann", "one", labels=["stage:lead"])
    sales.open_issue("ann", "two", labels=["stage:lead", "stage:won"])
    sales.open_issue("bob", "three")
    sales.close("ann", 3)
    sales.assign("ann", 1, "bob")
    assert [issue["number"] for issue in call("GET", ISSUES, params=query).json()] == numbers


def test_what_has_not_changed_is_answered_304_for_nothing(sales: Repo, call: Call) -> None:
    sales.open_issue("ann", "Acme")
    first = call("GET", f"{ISSUES}/1")
    etag = {"If-None-Match": first.headers["ETag"]}
    again = call("GET", f"{ISSUES}/1", headers=etag)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["X-RateLimit-Remaining"] == first.headers["X-RateLimit-Remaining"]
    sales.comment("ann", 1, "hello")
    assert call("GET", f"{ISSUES}/1", headers=etag).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message", "code"),
    [
        pytest.param("GET", "/repos/acme/nope", None, 404, "Not Found", None, id="no such repository"),
        pytest.param("GET", f"{ISSUES}/9", None, 404, "Not Found", None, id="no such issue"),
        pytest.param("GET", "/nonsense", None, 404, "Not Found", None, id="no such address"),
        pytest.param("POST", ISSUES, {}, 422, "Validation Failed", "missing_field", id="an issue without title"),
        pytest.param("POST", ISSUES, {"title": "x" * 257}, 422, "Validation Failed", "custom", id="a long title"),
        pytest.param(
            "POST",
            "/repos/acme/sales/labels",
            {"name": "STAGE:lead", "color": "ededed"},
            422,
            "Validation Failed",
            "already_exists",
            id="a label that is there",
        ),
        pytest.param(
            "POST",
            f"{ISSUES}/1/comments",
            {"body": ""},
            422,
            "Validation Failed",
            "missing_field",
            id="an empty comment",
        ),
        pytest.param(
            "PATCH", f"{ISSUES}/1", {"state": "ajar"}, 422, "Validation Failed", "invalid", id="a state that is none"
        ),
        pytest.param(
            "GET", "/user", None, 403, "Resource not accessible by integration", None, id="who GITHUB_TOKEN is"
        ),
    ],
)
def test_errors_look_like_githubs(
    sales: Repo, call: Call, method: str, path: str, body: Any, status: int, message: str, code: str | None
) -> None:
    sales.open_issue("ann", "Acme")
    before = sales.issues()
    answer = call(method, path, json=body)
    found = answer.json()
    assert (answer.status_code, found["status"], found["message"]) == (status, str(status), message)
    assert found["documentation_url"].startswith("https://docs.github.com/")
    assert [error["code"] for error in found.get("errors", [])] == ([code] if code else [])
    assert sales.issues() == before


def test_an_issue_that_was_deleted_is_gone(sales: Repo, call: Call) -> None:
    sales.open_issue("ann", "Acme")
    sales.delete_issue("root", 1)
    answer = call("GET", f"{ISSUES}/1")
    assert (answer.status_code, answer.json()["message"]) == (410, "This issue was deleted")


def test_people_without_the_role_are_refused_and_nothing_changes(sales: Repo, call: Call, sandbox: Sandbox) -> None:
    sales.open_issue("ann", "Acme", labels=["stage:lead"])
    before = sales.issue(1)
    for method, path in (("DELETE", f"{ISSUES}/1/labels"), ("PUT", f"{ISSUES}/1/lock"), ("PATCH", f"{ISSUES}/1")):
        answer = call(method, path, sandbox.token("olga"), json={"title": "mine"} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["message"]) == (403, "Must have admin rights to Repository.")
    assert sales.issue(1) == before


def test_dispatches_reach_the_outbox_even_with_github_token(sales: Repo, sandbox: Sandbox, call: Call) -> None:
    token = sales.actions_token(contents="write")
    body = {"event_type": "typeform", "client_payload": {"id": "a1"}}
    assert call("POST", "/repos/acme/sales/dispatches", token, json=body).status_code == 204
    inputs = {"ref": "main", "inputs": {"issue": "7"}}
    path = "/repos/acme/sales/actions/workflows/sales.yml/dispatches"
    assert call("POST", path, token, json=inputs).status_code == 204
    first, second = sandbox.outbox[-2:]
    assert (first.name, first.payload["client_payload"]) == ("repository_dispatch.typeform", {"id": "a1"})
    assert (second.name, second.payload["inputs"]) == ("workflow_dispatch", {"issue": "7"})


def test_a_github_enterprise_server_answers_under_its_own_addresses(sales: Repo, token: str, sandbox: Sandbox) -> None:
    sales.open_issue("ann", "Acme")
    client = Github(base_url=f"{sandbox.url}/api/v3", auth=Auth.Token(token), retry=None)
    issue = client.get_repo("acme/sales").get_issue(1)
    assert issue.url == f"{sandbox.url}/api/v3/repos/acme/sales/issues/1"
    _, answer = client.requester.graphql_query("query { viewer { login } }", {})
    assert answer["data"] == {"viewer": {"login": "github-actions[bot]"}}


def test_people_see_who_they_are(sandbox: Sandbox, call: Call, sales: Repo) -> None:
    assert call("GET", "/user", sandbox.token("ann")).json()["login"] == "ann"
    assert call("GET", "/users/ann").json()["type"] == "User"
    assert call("GET", "/zen").status_code == 200
