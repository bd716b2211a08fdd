"""What is announced to workflows, and what the payloads say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from github_sandbox import Repo, Sandbox

Act = Callable[[Repo], object]


@pytest.fixture(autouse=True)
def _issue(sandbox: Sandbox, sales: Repo) -> None:
    sales.open_issue("ann", "Acme", "one", labels=["stage:lead"])
    sales.comment("ann", 1, "- [ ] Goal")
    for delivery in sandbox.outbox:
        sandbox.drop(delivery)


def comment(repo: Repo) -> int:
    return repo.issue(1).comments[0].id


@pytest.mark.parametrize(
    ("act", "names"),
    [
        pytest.param(
            lambda r: r.open_issue("ann", "Beta", labels=["stage:lead", "stage:won"]),
            ["issues.opened", "issues.labeled", "issues.labeled"],
            id="opening with labels",
        ),
        pytest.param(lambda r: r.label("ann", 1, "stage:won"), ["issues.labeled"], id="labelling"),
        pytest.param(
            lambda r: r.swap("ann", 1, "stage:lead", "stage:won"),
            ["issues.unlabeled", "issues.labeled"],
            id="swapping labels",
        ),
        pytest.param(lambda r: r.comment("ann", 1, "x"), ["issue_comment.created"], id="commenting"),
        pytest.param(lambda r: r.tick("ann", comment(r), "Goal"), ["issue_comment.edited"], id="ticking a box"),
        pytest.param(lambda r: r.delete_comment("ann", comment(r)), ["issue_comment.deleted"], id="deleting a comment"),
        pytest.param(lambda r: r.react("ann", comment(r), "ROCKET"), [], id="reacting: nobody is told"),
        pytest.param(lambda r: r.minimize("bob", comment(r)), [], id="hiding: nobody is told"),
        pytest.param(lambda r: r.edit_issue("ann", 1, title="x", body="y"), ["issues.edited"], id="editing"),
        pytest.param(lambda r: r.close("ann", 1), ["issues.closed"], id="closing"),
        pytest.param(
            lambda r: (r.close("ann", 1), r.reopen("ann", 1))[-1], ["issues.closed", "issues.reopened"], id="reopening"
        ),
        pytest.param(lambda r: r.assign("ann", 1, "bob", "ann"), ["issues.assigned"] * 2, id="assigning two"),
        pytest.param(
            lambda r: (r.lock("bob", 1), r.unlock("bob", 1)), ["issues.locked", "issues.unlocked"], id="locking"
        ),
        pytest.param(
            lambda r: (r.pin("bob", 1), r.unpin("bob", 1)), ["issues.pinned", "issues.unpinned"], id="pinning"
        ),
        pytest.param(lambda r: r.delete_issue("root", 1), ["issues.deleted"], id="deleting an issue"),
        pytest.param(lambda r: r.create_label("bob", "new"), ["label.created"], id="creating a label"),
        pytest.param(lambda r: r.rename_label("bob", "stage:won", "won"), ["label.edited"], id="renaming a label"),
        pytest.param(
            lambda r: r.delete_label("bob", "stage:lead"), ["label.deleted", "issues.unlabeled"], id="deleting a label"
        ),
        pytest.param(lambda r: r.dispatch("typeform", {"a": 1}), ["repository_dispatch.typeform"], id="a relay"),
        pytest.param(lambda r: r.workflow_dispatch({"issue": "1"}), ["workflow_dispatch"], id="run workflow"),
        pytest.param(lambda r: r.schedule(), ["schedule"], id="a schedule"),
    ],
)
def test_who_is_told_what(sandbox: Sandbox, sales: Repo, act: Act, names: list[str]) -> None:
    act(sales)
    assert [delivery.name for delivery in sandbox.outbox] == names
    assert {delivery.repository for delivery in sandbox.outbox} <= {"acme/sales"}


def test_a_payload_says_what_changed_by_whom(sandbox: Sandbox, sales: Repo) -> None:
    sales.edit_comment("bob", comment(sales), "- [x] Goal")
    sales.edit_issue("ann", 1, title="Acme GmbH")
    sales.assign("ann", 1, "bob")
    sales.rename_label("root", "stage:won", "won")
    edited, renamed, assigned, relabelled = (delivery.payload for delivery in sandbox.outbox)
    assert edited["changes"] == {"body": {"from": "- [ ] Goal"}}
    assert (edited["comment"]["user"]["login"], edited["sender"]["login"]) == ("ann", "bob")
    assert edited["comment"]["body"] == "- [x] Goal"
    assert (renamed["changes"], renamed["issue"]["title"]) == ({"title": {"from": "Acme"}}, "Acme GmbH")
    assert (assigned["assignee"]["login"], assigned["issue"]["assignee"]["login"]) == ("bob", "bob")
    assert (relabelled["changes"], relabelled["label"]["name"]) == ({"name": {"from": "stage:won"}}, "won")
    assert edited["repository"]["full_name"] == "acme/sales"
    assert edited["organization"]["login"] == "acme"


def test_labels_in_a_payload_may_be_of_later_events_of_the_same_act(sandbox: Sandbox, sales: Repo) -> None:
    sales.label("ann", 1, "stage:qualified", "stage:won")
    first = sandbox.outbox[0].payload
    assert first["label"]["name"] == "stage:qualified"
    assert [label["name"] for label in first["issue"]["labels"]] == ["stage:lead", "stage:qualified", "stage:won"]


def test_a_deleted_comment_is_told_in_full(sandbox: Sandbox, sales: Repo) -> None:
    was = comment(sales)
    sales.delete_comment("bob", was)
    told = sandbox.outbox[0].payload
    assert (told["comment"]["id"], told["comment"]["body"]) == (was, "- [ ] Goal")


def test_a_transfer_tells_both_repositories(sandbox: Sandbox, sales: Repo) -> None:
    sandbox.repo("acme/archive", roles={"root": "admin"})
    sales.transfer("root", 1, "acme/archive")
    left, arrived = sandbox.outbox
    assert (left.name, left.repository, left.payload["changes"]["new_issue"]["number"]) == (
        "issues.transferred",
        "acme/sales",
        1,
    )
    assert left.payload["changes"]["new_repository"]["full_name"] == "acme/archive"
    assert (arrived.name, arrived.repository) == ("issues.opened", "acme/archive")
    assert arrived.payload["changes"]["old_repository"]["full_name"] == "acme/sales"


def test_the_repository_of_a_person_belongs_to_no_organisation(sandbox: Sandbox) -> None:
    sandbox.repo("ann/deals", organization=False).open_issue("ann", "Acme")
    assert "organization" not in sandbox.outbox[-1].payload


def test_a_refused_act_tells_nobody(sandbox: Sandbox, sales: Repo) -> None:
    with pytest.raises(Exception, match="that takes triage"):
        sales.label("olga", 1, "stage:won")
    assert sandbox.outbox == ()
