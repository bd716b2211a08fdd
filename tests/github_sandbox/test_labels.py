"""Labels in the sandbox, by GitHub's rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from github_sandbox import Refused, Repo, Sandbox

from .conftest import Ask, Call

Act = Callable[[Repo], object]

HISTORY = """query($n: Int!) { repository(owner: "acme", name: "sales") { issue(number: $n) {
  labels(first: 10) { nodes { id name } }
  timelineItems(first: 20, itemTypes: [LABELED_EVENT, UNLABELED_EVENT]) {
    nodes { ... on LabeledEvent { label { id name } } ... on UnlabeledEvent { label { id name } } } } } } }"""


def kinds(repo: Repo, number: int) -> list[tuple[str, str | None]]:
    return [(event.kind, event.about) for event in repo.issue(number).events]


@pytest.mark.parametrize(
    ("act", "events"),
    [
        pytest.param(
            lambda r: r.label("ann", 1, "stage:qualified", "stage:won"),
            [("labeled", "stage:qualified"), ("labeled", "stage:won")],
            id="two labels added at once make two events",
        ),
        pytest.param(lambda r: r.label("ann", 1, "stage:lead"), [], id="a label that is there already makes none"),
        pytest.param(lambda r: r.label("ann", 1, "STAGE:Lead"), [], id="nor does the same name in other letters"),
        pytest.param(lambda r: r.unlabel("ann", 1, "stage:won"), [], id="taking off what is not there makes none"),
        pytest.param(
            lambda r: r.unlabel("ann", 1, "stage:lead"), [("unlabeled", "stage:lead")], id="taking one off makes one"
        ),
        pytest.param(
            lambda r: r.swap("ann", 1, "stage:lead", "stage:won"),
            [("unlabeled", "stage:lead"), ("labeled", "stage:won")],
            id="a swap makes one of each",
        ),
        pytest.param(lambda r: r.delete_label("root", "stage:lead"), [], id="deleting the label itself makes none"),
    ],
)
def test_one_event_for_each_label_that_really_changed(
    sales: Repo, act: Act, events: list[tuple[str, str | None]]
) -> None:
    sales.open_issue("ann", "Acme", labels=["stage:lead"])
    act(sales)
    assert kinds(sales, 1)[1:] == events


@pytest.mark.parametrize(
    ("name", "color", "description", "says"),
    [
        pytest.param("STAGE:LEAD", "ededed", "", "already been taken", id="a name is taken in other letters too"),
        pytest.param("x" * 51, "ededed", "", "maximum is 50", id="a name has at most 50 characters"),
        pytest.param("  ", "ededed", "", "can't be blank", id="a name is not blank"),
        pytest.param("new", "red", "", "Color is invalid", id="a colour is six hex digits"),
        pytest.param("new", "#ededed", "", "Color is invalid", id="without a hash"),
        pytest.param("new", "ededed", "x" * 101, "maximum is 100", id="a description has at most 100 characters"),
    ],
)
def test_what_is_no_label(sales: Repo, name: str, color: str, description: str, says: str) -> None:
    before = sales.labels()
    with pytest.raises(Refused, match=says):
        sales.create_label("root", name, color, description)
    assert sales.labels() == before


def test_the_largest_label_fits(sales: Repo) -> None:
    sales.create_label("root", "n" * 50, "A1b2C3", "d" * 100)
    assert sales.labels()[-1] == "n" * 50


def test_a_label_answers_to_its_name_in_any_letters(sales: Repo) -> None:
    sales.create_label("root", "Stage:Große Firma")
    number = sales.open_issue("ann", "Acme", labels=["STAGE:GROSSE FIRMA"])
    assert sales.issue(number).labels == ("Stage:Große Firma",)
    with pytest.raises(Refused, match="already been taken"):
        sales.create_label("root", "stage:große firma")


def test_an_issue_carries_at_most_a_hundred_labels(sales: Repo) -> None:
    names = [f"l{number}" for number in range(101)]
    for name in names:
        sales.create_label("root", name)
    number = sales.open_issue("ann", "Acme", labels=names[:99])
    sales.label("ann", number, names[99])
    with pytest.raises(Refused, match="more than 100 labels"):
        sales.label("ann", number, names[100])
    assert sales.issue(number).labels == tuple(names[:100])


def test_a_renamed_label_keeps_its_id_and_the_old_events_its_old_name(sales: Repo, ask: Ask, sandbox: Sandbox) -> None:
    sales.open_issue("ann", "Acme", labels=["stage:lead"])
    before = ask(HISTORY, n=1)["data"]["repository"]["issue"]
    sales.rename_label("root", "stage:lead", "stage:new lead")
    after = ask(HISTORY, n=1)["data"]["repository"]["issue"]
    assert after["timelineItems"] == before["timelineItems"]
    assert after["labels"]["nodes"] == [{"id": before["labels"]["nodes"][0]["id"], "name": "stage:new lead"}]
    sandbox.hub.event_label_names = "now"
    assert ask(HISTORY, n=1)["data"]["repository"]["issue"]["timelineItems"]["nodes"][0]["label"]["name"] == (
        "stage:new lead"
    )


def test_a_deleted_label_leaves_every_issue_and_the_timelines_still_name_it(sales: Repo, ask: Ask) -> None:
    sales.open_issue("ann", "Acme", labels=["stage:lead"])
    before = ask(HISTORY, n=1)["data"]["repository"]["issue"]["timelineItems"]
    sales.delete_label("root", "stage:lead")
    after = ask(HISTORY, n=1)["data"]["repository"]["issue"]
    assert after == {"labels": {"nodes": []}, "timelineItems": before}


def test_a_label_made_again_is_another_one(sales: Repo, ask: Ask) -> None:
    query = 'query { repository(owner: "acme", name: "sales") { label(name: "Stage:Lead") { id name } } }'
    old = ask(query)["data"]["repository"]["label"]
    sales.delete_label("root", "stage:lead")
    assert ask(query)["data"]["repository"]["label"] is None
    sales.create_label("root", "stage:lead")
    new = ask(query)["data"]["repository"]["label"]
    assert (new["name"], new["id"] == old["id"]) == ("stage:lead", False)


def test_deleting_a_label_tells_of_the_label_then_of_each_issue_without_naming_it(
    sales: Repo, sandbox: Sandbox
) -> None:
    first = sales.open_issue("ann", "Acme", labels=["stage:lead"])
    second = sales.open_issue("ann", "Beta", labels=["stage:lead"])
    for delivery in sandbox.outbox:
        sandbox.drop(delivery)
    sales.delete_label("root", "stage:lead")
    told = [(d.name, d.payload.get("issue", {}).get("number"), "label" in d.payload) for d in sandbox.outbox]
    assert told == [
        ("label.deleted", None, True),
        ("issues.unlabeled", first, False),
        ("issues.unlabeled", second, False),
    ]


def test_posting_no_labels_takes_all_of_them_off(sales: Repo, call: Call) -> None:
    number = sales.open_issue("ann", "Acme", labels=["stage:lead", "stage:won"])
    assert call("POST", f"/repos/acme/sales/issues/{number}/labels", json={"labels": []}).json() == []
    assert sales.issue(number).labels == ()


def test_a_label_that_does_not_exist_is_made_in_grey_by_a_token_that_may(sales: Repo, call: Call) -> None:
    number = sales.open_issue("ann", "Acme")
    found = call("POST", f"/repos/acme/sales/issues/{number}/labels", json={"labels": ["stage:new"]}).json()
    assert [(label["name"], label["color"]) for label in found] == [("stage:new", "ededed")]


def test_triage_may_not_make_a_label_by_the_way(sales: Repo, call: Call, sandbox: Sandbox) -> None:
    number = sales.open_issue("ann", "Acme")
    path, before = f"/repos/acme/sales/issues/{number}/labels", sales.labels()
    assert call("POST", path, sandbox.token("ann"), json=["stage:new"]).status_code == 403
    assert (sales.labels(), sales.issue(number).labels) == (before, ())
