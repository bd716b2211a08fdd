"""Issues in the sandbox: opening, editing, closing, assigning, locking, pinning, transferring."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from github_sandbox import Refused, Repo, Sandbox

from .conftest import Ask, Call

Act = Callable[[Repo], object]
REASONS = """query { repository(owner: "acme", name: "sales") { issue(number: 1) {
  stateReason plain: stateReason(enableDuplicate: false) full: stateReason(enableDuplicate: true) } } }"""


def events(repo: Repo, number: int = 1) -> list[tuple[str, str, str | None]]:
    return [(event.kind, event.actor, event.about) for event in repo.issue(number).events]


@pytest.mark.parametrize(
    ("title", "body", "says"),
    [
        pytest.param("", "", "Title can't be blank", id="a title is needed"),
        pytest.param("x" * 257, "", "maximum is 256", id="a title has at most 256 characters"),
        pytest.param("Acme", "x" * 65537, "maximum is 65536", id="a body has at most 65,536 characters"),
    ],
)
def test_what_is_no_issue(sales: Repo, title: str, body: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        sales.open_issue("ann", title, body)
    assert sales.issues() == ()


def test_the_largest_issue_fits(sales: Repo) -> None:
    assert len(sales.issue(sales.open_issue("ann", "t" * 256, "ä" * 65536)).body) == 65536


def test_numbers_are_given_once(sales: Repo) -> None:
    sales.delete_issue("root", sales.open_issue("ann", "Acme"))
    assert sales.open_issue("ann", "Beta") == 2
    with pytest.raises(Refused, match="number of 1"):
        sales.issue(1)


def test_closing_twice_makes_one_event(sales: Repo) -> None:
    sales.open_issue("ann", "Acme")
    sales.close("ann", 1)
    sales.close("bob", 1)
    assert events(sales) == [("closed", "ann", "COMPLETED")]


def test_reopening_says_so_as_the_reason(sales: Repo) -> None:
    sales.open_issue("ann", "Acme")
    sales.close("ann", 1, "not planned")
    sales.reopen("bob", 1)
    sales.reopen("bob", 1)
    seen = sales.issue(1)
    assert (seen.state, seen.state_reason) == ("OPEN", "REOPENED")
    assert events(sales) == [("closed", "ann", "NOT_PLANNED"), ("reopened", "bob", "REOPENED")]


def test_closed_as_duplicate_reads_as_not_planned_to_whoever_does_not_know_the_word(sales: Repo, ask: Ask) -> None:
    sales.open_issue("ann", "Acme")
    sales.close("ann", 1, "duplicate", duplicate_of=sales.open_issue("ann", "Acme again"))
    found = ask(REASONS)["data"]["repository"]["issue"]
    assert found == {"stateReason": "NOT_PLANNED", "plain": "NOT_PLANNED", "full": "DUPLICATE"}


def test_a_server_that_always_names_duplicates_refuses_the_argument(sales: Repo, ask: Ask, sandbox: Sandbox) -> None:
    sandbox.hub.duplicates_named = "always"
    sales.open_issue("ann", "Acme")
    sales.close("ann", 1, "duplicate", duplicate_of=sales.open_issue("ann", "Acme again"))
    plain = 'query { repository(owner: "acme", name: "sales") { issue(number: 1) { stateReason } } }'
    assert ask(plain)["data"]["repository"]["issue"] == {"stateReason": "DUPLICATE"}
    answer = ask(REASONS)
    assert "data" not in answer
    error = answer["errors"][0]
    assert error["message"] == "Field 'stateReason' doesn't accept argument 'enableDuplicate'"
    assert error["extensions"] == {
        "code": "argumentNotAccepted", "name": "stateReason", "typeName": "Field", "argumentName": "enableDuplicate",
    }  # fmt: skip


def test_a_new_title_is_noted_and_a_new_body_is_kept_in_the_edit_history(sales: Repo, ask: Ask) -> None:
    sales.open_issue("ann", "Acme", "one")
    sales.edit_issue("ann", 1, title="Acme GmbH", body="two")
    sales.edit_issue("bob", 1, body="three")
    query = """query { repository(owner: "acme", name: "sales") { issue(number: 1) {
      includesCreatedEdit lastEditedAt editor { login }
      userContentEdits(first: 5) { totalCount nodes { diff editedAt editor { login } } } } } }"""
    found = ask(query)["data"]["repository"]["issue"]
    edits = [(edit["editor"]["login"], edit["diff"]) for edit in found["userContentEdits"]["nodes"]]
    assert edits == [("bob", "three"), ("ann", "two"), ("ann", "one")]
    assert (found["includesCreatedEdit"], found["editor"], found["userContentEdits"]["totalCount"]) == (
        True,
        {"login": "bob"},
        3,
    )
    assert found["lastEditedAt"] == found["userContentEdits"]["nodes"][0]["editedAt"]
    assert events(sales) == [("renamed", "ann", "Acme GmbH")]


def test_the_same_text_again_is_no_edit(sales: Repo, sandbox: Sandbox) -> None:
    sales.open_issue("ann", "Acme", "one")
    before = sales.issue(1)
    sales.edit_issue("bob", 1, title="Acme", body="one")
    assert sales.issue(1) == before
    assert [delivery.name for delivery in sandbox.outbox][-1] == "issues.opened"


def test_whoever_cannot_be_assigned_is_left_out_in_silence(sales: Repo) -> None:
    sales.open_issue("ann", "Acme")
    sales.assign("ann", 1, "stranger", "bob", "acme-labeler[bot]", "olga", "bob")
    assert sales.issue(1).assignees == ("bob", "olga")
    sales.unassign("ann", 1, "bob", "stranger")
    assert events(sales) == [("assigned", "ann", "bob"), ("assigned", "ann", "olga"), ("unassigned", "ann", "bob")]


def test_a_stranger_who_commented_can_be_assigned(sandbox: Sandbox) -> None:
    repo = sandbox.repo("acme/open", private=False, roles={"ann": "triage"})
    repo.open_issue("ann", "Acme")
    repo.comment("stranger", 1, "Me, please")
    repo.assign("ann", 1, "stranger")
    assert repo.issue(1).assignees == ("stranger",)


def test_a_locked_issue_takes_comments_from_write_on(sales: Repo) -> None:
    sales.open_issue("ann", "Acme")
    sales.lock("bob", 1, "RESOLVED")
    with pytest.raises(Refused, match="issue is locked"):
        sales.comment("ann", 1, "hello")
    sales.comment("bob", 1, "hello")
    sales.unlock("bob", 1)
    sales.comment("ann", 1, "hello")
    assert [comment.author for comment in sales.issue(1).comments] == ["bob", "ann"]
    assert events(sales) == [("locked", "bob", "RESOLVED"), ("unlocked", "bob", None)]


def test_a_repository_has_room_for_three_pins(sales: Repo) -> None:
    for title in ("one", "two", "three", "four"):
        sales.open_issue("ann", title)
    for number in (1, 2, 3, 3):
        sales.pin("bob", number)
    with pytest.raises(Refused, match="Maximum 3 pinned"):
        sales.pin("bob", 4)
    sales.unpin("bob", 1)
    sales.pin("bob", 4)
    assert [issue.number for issue in sales.issues() if issue.pinned] == [2, 3, 4]


def test_a_transferred_issue_takes_its_comments_along_and_leaves_its_number(
    sales: Repo, sandbox: Sandbox, call: Call, ask: Ask
) -> None:
    archive = sandbox.repo("acme/archive", roles={"root": "admin", "ann": "read"})
    archive.create_label("root", "stage:lead")
    archive.open_issue("root", "older")
    sales.open_issue("ann", "Acme", "text", labels=["stage:lead", "stage:won"])
    comment = sales.comment("ann", 1, "hello")
    sales.assign("ann", 1, "ann", "bob")
    old = call("GET", "/repos/acme/sales/issues/1").json()
    assert sales.transfer("root", 1, "acme/archive") == 2
    there = archive.issue(2)
    assert ([c.id for c in there.comments], there.labels, there.assignees) == ([comment], ("stage:lead",), ("ann",))
    assert [event.kind for event in there.events][-1] == "transferred"
    new = call("GET", "/repos/acme/archive/issues/2", sandbox.token("root")).json()
    assert (new["id"] == old["id"], new["node_id"] == old["node_id"]) == (False, False)
    moved = call("GET", "/repos/acme/sales/issues/1")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"{sandbox.api_url}/repos/acme/archive/issues/2")
    answer = ask('query { repository(owner: "acme", name: "sales") { issue(number: 1) { id } } }')
    assert answer["errors"][0]["type"] == "NOT_FOUND"
    assert answer["data"] == {"repository": {"issue": None}}


TRIAGE: list[tuple[str, Act]] = [
    ("label", lambda r: r.label("X", 1, "stage:won")),
    ("unlabel", lambda r: r.unlabel("X", 1, "stage:lead")),
    ("close others' issues", lambda r: r.close("X", 1)),
    ("assign", lambda r: r.assign("X", 1, "bob")),
    ("open with labels", lambda r: r.open_issue("X", "Beta", labels=["stage:lead"])),
]
WRITE: list[tuple[str, Act]] = [
    ("edit others' bodies", lambda r: r.edit_issue("X", 1, body="new")),
    ("edit others' titles", lambda r: r.edit_issue("X", 1, title="new")),
    ("create labels", lambda r: r.create_label("X", "new")),
    ("rename labels", lambda r: r.rename_label("X", "stage:lead", "new")),
    ("delete labels", lambda r: r.delete_label("X", "stage:lead")),
    ("edit others' comments", lambda r: r.edit_comment("X", r.issue(1).comments[0].id, "new")),
    ("delete others' comments", lambda r: r.delete_comment("X", r.issue(1).comments[0].id)),
    ("hide comments", lambda r: r.minimize("X", r.issue(1).comments[0].id)),
    ("tick others' boxes", lambda r: r.tick("X", r.issue(1).comments[0].id, "Goal")),
    ("lock", lambda r: r.lock("X", 1)),
    ("pin", lambda r: r.pin("X", 1)),
    ("push", lambda r: r.push("X", "a.txt", "text")),
    ("start workflows", lambda r: r.workflow_dispatch({}, by="X")),
]
ADMIN: list[tuple[str, Act]] = [("delete issues", lambda r: r.delete_issue("X", 1))]
LADDER = ("none", "read", "triage", "write", "maintain", "admin")
LEAST = [("triage", TRIAGE), ("write", WRITE), ("admin", ADMIN)]


@pytest.mark.parametrize("role", [*LADDER, "sales-lead"])
@pytest.mark.parametrize(
    ("least", "act"), [pytest.param(least, act, id=f"{what}: {least}") for least, acts in LEAST for what, act in acts]
)
def test_who_may(sandbox: Sandbox, sales: Repo, role: str, least: str, act: Act) -> None:
    sandbox.define_role("sales-lead", "triage")
    sales.open_issue("root", "Acme", labels=["stage:lead"])
    sales.comment("root", 1, "- [ ] Goal")
    sales.set_role("X", role)
    base = "triage" if role == "sales-lead" else role
    before = sales.issues(), sales.labels(), sandbox.outbox
    if LADDER.index(base) >= LADDER.index(least):
        act(sales)
    else:
        with pytest.raises(Refused):
            act(sales)
        assert (sales.issues(), sales.labels(), sandbox.outbox) == before


@pytest.mark.parametrize(
    ("act", "allowed"),
    [
        pytest.param(lambda r: r.edit_issue("olga", 1, body="new"), True, id="edits their own text"),
        pytest.param(lambda r: r.close("olga", 1), True, id="closes their own issue"),
        pytest.param(lambda r: (r.close("olga", 1), r.reopen("olga", 1)), True, id="opens again what they closed"),
        pytest.param(lambda r: (r.close("bob", 1), r.reopen("olga", 1)), False, id="not what another closed"),
        pytest.param(lambda r: r.label("olga", 1, "stage:won"), False, id="but puts no labels on it"),
    ],
)
def test_what_an_author_may_with_the_role_read(sales: Repo, act: Act, allowed: bool) -> None:
    sales.open_issue("olga", "Acme")
    if allowed:
        act(sales)
    else:
        with pytest.raises(Refused):
            act(sales)


def test_strangers_open_and_comment_on_public_repositories_only(sandbox: Sandbox, sales: Repo) -> None:
    public = sandbox.repo("acme/open", private=False)
    assert public.open_issue("stranger", "Acme") == 1
    public.comment("stranger", 1, "hello")
    with pytest.raises(Refused):
        sales.open_issue("stranger", "Acme")
    sales.open_issue("ann", "Acme")
    with pytest.raises(Refused):
        sales.comment("stranger", 1, "hello")


def test_an_issue_form_puts_its_labels_whoever_fills_it_in(sandbox: Sandbox) -> None:
    public = sandbox.repo("acme/open", private=False, roles={"root": "admin"})
    public.create_label("root", "stage:lead")
    with pytest.raises(Refused, match="triage"):
        public.open_issue("stranger", "Acme", labels=["stage:lead"])
    number = public.open_issue("stranger", "Acme", labels=["stage:lead"], form=True)
    assert public.issue(number).labels == ("stage:lead",)
    assert [delivery.name for delivery in sandbox.outbox][-2:] == ["issues.opened", "issues.labeled"]


def test_over_rest_labels_of_whoever_may_not_set_them_are_dropped_in_silence(
    sandbox: Sandbox, call: Call, sales: Repo
) -> None:
    body = {"title": "Acme", "labels": ["stage:lead"], "assignees": ["bob"]}
    answer = call("POST", "/repos/acme/sales/issues", sandbox.token("olga"), json=body)
    assert (answer.status_code, answer.json()["labels"], answer.json()["assignees"]) == (201, [], [])
    answer = call("POST", "/repos/acme/sales/issues", sandbox.token("ann"), json=body)
    assert [label["name"] for label in answer.json()["labels"]] == ["stage:lead"]


PARTS = """query { repository(owner: "acme", name: "sales") { issue(number: 1) {
  parent { number } subIssuesSummary { total completed percentCompleted } subIssues(first: 9) { nodes {
    parent { number } } } } } }"""


def test_an_issue_counts_its_sub_issues_and_has_one_parent(sales: Repo, sandbox: Sandbox, ask: Ask) -> None:
    for title in ("Shop", "Design", "Build", "Other"):
        sales.open_issue("root", title)
    for part in (2, 3):
        sales.add_sub_issue("root", 1, part)
    sales.close("root", 2)
    found = ask(PARTS, sandbox.token("root"))["data"]["repository"]["issue"]
    assert found["parent"] is None
    assert found["subIssuesSummary"] == {"total": 2, "completed": 1, "percentCompleted": 50}
    assert found["subIssues"]["nodes"] == [{"parent": {"number": 1}}] * 2
    with pytest.raises(Refused, match="one parent"):
        sales.add_sub_issue("root", 4, 2)


def test_what_stays_of_an_issue_that_becomes_a_discussion_is_closed_and_locked(sales: Repo) -> None:
    sales.open_issue("root", "Acme")
    sales.convert_to_discussion("root", 1)
    assert sales.issue(1).state == "CLOSED"
    assert events(sales)[-1][0] == "converted_to_discussion"
    with pytest.raises(Refused):
        sales.comment("eve", 1, "hello?")
