"""The client of Streak, over HTTP against the stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from github_sandbox import Fault
from github_sandbox.store.clock import Clock
from github_sandbox.streak import Streak as StandIn
from github_sandbox.streak.account import ABSENT, StagesAs
from salesbot.adapters.streak import GoneError, ObjectError, Streak
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.model.mirror import Mirror, PutColumn, PutPeople, PutStage, PutTitle, Tell

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STAGES = ["Lead", "Qualified", "Won"]


@pytest.fixture(scope="module")
def _running() -> Iterator[StandIn]:
    with StandIn(Clock(NOON, 1)) as streak:
        yield streak


@pytest.fixture
def theirs(_running: StandIn) -> StandIn:
    _running.reset()
    _running.key, _running.stages_as = "streak-key", "map"
    return _running


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(theirs: StandIn, waits: list[float]) -> Streak:
    return Streak("streak-key", theirs.url, sleep=waits.append)


@pytest.fixture
def sales(theirs: StandIn) -> str:
    return theirs.pipeline("Sales", STAGES, {"Deal size": "TEXT_INPUT", "Close": "DATE"})


def test_a_pipeline_is_read_with_one_request(client: Streak, theirs: StandIn, sales: str) -> None:
    theirs.user("kim@agency.com")
    box = theirs.box(sales, "Acme: shop", "Qualified", emailAddresses=["jane@acme.com"])
    theirs.boxes[box]["assignedToSharingEntries"] = [theirs.sharing("Kim@agency.com")]
    theirs.boxes[box]["fields"] = {"1001": "40000", "1002": 1793491200000, "1003": ""}
    theirs.mailed(box, received=NOON)
    theirs.box(theirs.pipeline("Other", ["A"]), "Not this one", "A")
    assert client.mirrors(sales)[0] == [
        Mirror(
            key=box,
            title="Acme: shop",
            stage="5002",
            moved_at=theirs_time(theirs, box, "lastStageChangeTimestamp"),
            made_at=theirs_time(theirs, box, "creationTimestamp"),
            columns={"1001": "40000", "1002": "1793491200000"},
            people=frozenset({"kim@agency.com"}),
            received=NOON,
            mails=("jane@acme.com",),
        )
    ]
    assert [(asked.method, asked.path) for asked in theirs.requests] == [("GET", f"/api/v1/pipelines/{sales}/boxes")]
    assert client.requests == 1


def theirs_time(theirs: StandIn, box: str, key: str) -> datetime:
    return datetime.fromtimestamp(theirs.boxes[box][key] / 1000, UTC)


@pytest.mark.parametrize("shape", ["map", "array", "bare"])
def test_stages_are_read_in_both_shapes_from_left_to_right(
    client: Streak, theirs: StandIn, sales: str, shape: StagesAs
) -> None:
    theirs.stages_as = shape
    theirs.pipelines[sales]["stageOrder"] = ["5003", "5001", "5002"]
    layout = client.layout(sales)
    assert list(layout.stages.items()) == [("5003", "Won"), ("5001", "Lead"), ("5002", "Qualified")]
    assert layout.column("DEAL SIZE") == "1001"
    assert layout.column("Value") is None


def test_a_box_is_made_and_changed(client: Streak, theirs: StandIn, sales: str) -> None:
    made = client.create(sales, "Acme: shop", "5001", "github: https://example.org/1")
    assert (made.title, made.stage, made.note) == ("Acme: shop", "5001", "github: https://example.org/1")
    layout = client.layout(sales)
    for effect in (PutTitle("Acme: new shop"), PutStage("5002"), PutColumn("Deal size", "12000"), Tell("Hello")):
        client.apply_changes(made.key, effect, layout)
    again = client.mirror(sales, made.key)
    assert again is not None
    assert (again.title, again.stage, again.columns) == ("Acme: new shop", "5002", {"1001": "12000"})
    assert theirs.comments_on(made.key) == ["Hello"]
    client.apply_changes(made.key, PutColumn("Deal size", ""), layout)
    assert theirs.value(made.key, "Deal size") is None


def test_the_same_comment_is_said_once(client: Streak, theirs: StandIn, sales: str) -> None:
    box, layout = theirs.box(sales, "Acme", "Lead"), client.layout(sales)
    for text in ("Back to Lead", "Back to Lead", "Back to Qualified"):
        client.apply_changes(box, Tell(text), layout)
    assert theirs.comments_on(box) == ["Back to Lead", "Back to Qualified"]


def test_people_are_assigned_by_the_keys_of_their_users(client: Streak, theirs: StandIn, sales: str) -> None:
    theirs.user("kim@agency.com")
    box, layout = theirs.box(sales, "Acme", "Lead"), client.layout(sales)
    client.apply_changes(box, PutPeople(("kim@agency.com", "sam@agency.com")), layout)
    assert theirs.assigned(box) == ["kim@agency.com", "sam@agency.com"]
    with pytest.raises(ObjectError, match=r"no user with the address lee@agency\.com\. Correct `streak\.people`"):
        client.apply_changes(box, PutPeople(("lee@agency.com",)), layout)
    assert theirs.assigned(box) == ["kim@agency.com", "sam@agency.com"]


def test_a_missing_column_can_be_added(client: Streak, theirs: StandIn, sales: str) -> None:
    client.add_column(client.layout(sales), "GitHub")
    assert client.layout(sales).column("github") == "1003"


def test_a_box_that_is_gone_is_none(client: Streak, theirs: StandIn, sales: str) -> None:
    box = theirs.box(sales, "Acme", "Lead")
    client.delete(box)
    client.delete(box)
    assert client.mirror(sales, box) is None
    assert client.contact("agxzCONTACT99") is None


def test_an_object_is_believed_only_for_what_it_names_itself(client: Streak, theirs: StandIn, sales: str) -> None:
    box, jane, other = theirs.box(sales, "Acme", "Lead"), theirs.contact("Jane", "Doe"), theirs.pipeline("Other", ["A"])
    theirs.carry(box, other, "A", still_listed=True)
    assert (client.mirror(sales, box), client.mirrors(sales)) == (Mirror(box, away=True), ([], []))
    assert [each.key for each in client.mirrors(other)[0]] == [box]
    del theirs.boxes[box]["pipelineKey"]
    theirs.contacts[jane]["key"] = theirs.pipelines[other]["key"] = "agxzANOTHER"
    assert client.contact(jane) is None
    for read in (lambda: client.mirror(sales, box), lambda: client.layout(other)):
        with pytest.raises(ServiceError, match=r"as documented.*salesbot streak check"):
            read()


def test_a_box_of_which_almost_nothing_is_known(client: Streak, theirs: StandIn, sales: str) -> None:
    theirs.boxes["agxzBARE"] = {"key": "agxzBARE", "pipelineKey": sales, "lastEmailSentTimestamp": 10**30}
    assert client.mirrors(sales) == ([Mirror("agxzBARE")], [])


SAM = {"email": "sam@agency.com", "userKey": "agxzUSER0001"}
NINE = {"columns": {"1001": "9"}}
IS_SAM = {"people": {"sam@agency.com"}}
PEOPLE = "assignedToSharingEntries"


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        pytest.param(
            {"fields": [{"key": "1001", "value": "9"}, {"key": "1002"}]},
            {"columns": {"1001": "9"}},
            id="a list of fields",
        ),
        pytest.param({"fields": '{"1001": "9"}'}, {"columns": {"1001": "9"}}, id="fields as text"),
        pytest.param({"fields": "none"}, {}, id="fields that are no JSON"),
        pytest.param({"fields": [None, 5, {}]}, {}, id="fields that are none"),
        pytest.param({"assignedToSharingEntries": [SAM, None, 5]}, IS_SAM, id="odd people beside"),
        pytest.param({"assignedToSharingEntries": json.dumps([SAM])}, IS_SAM, id="people as text"),
        pytest.param({PEOPLE: ["Sam@agency.com"]}, IS_SAM, id="addresses"),
        pytest.param({PEOPLE: "sam@agency.com"}, IS_SAM, id="one address"),
        pytest.param({"assignedToSharingEntries": ["agxzUSER0001"]}, IS_SAM, id="keys of users"),
        pytest.param({PEOPLE: ["agxzNOBODY"]}, {"people": {"agxzNOBODY"}}, id="keys of nobody"),
        pytest.param({"creatorSharingEntry": "agxzUSER0001", "followerSharingEntries": 7}, {}, id="others as text"),
        pytest.param({"contacts": ["agxzJANE", None]}, {"contacts": ("agxzJANE",)}, id="keys of contacts"),
        pytest.param({"contacts": "Jane", "emailAddresses": "a@b.de"}, {"mails": ("a@b.de",)}, id="texts for lists"),
        pytest.param({"lastEmailSentTimestamp": "1795435200000"}, {"sent": NOON}, id="a moment as text"),
        pytest.param({"lastEmailSentTimestamp": {"at": 5}}, {}, id="a moment that is none"),
        pytest.param({"key": ABSENT}, {}, id="only the typed name of its key"),
        pytest.param({"notes": None, "name": None}, {"title": ""}, id="nulls"),
    ],
)
def test_a_box_in_any_of_its_shapes(
    client: Streak, theirs: StandIn, sales: str, shown: dict[str, Any], read: dict[str, Any]
) -> None:
    box = theirs.box(sales, "Acme", "Lead")
    (plain,), _ = client.mirrors(sales)
    theirs.show(box, {"creatorSharingEntry": ABSENT, **shown})
    fresh = Streak("streak-key", theirs.url)
    assert fresh.mirrors(sales) == ([replace(plain, **read)], [])
    assert fresh.mirror(sales, box) == replace(plain, **read)


@pytest.mark.parametrize("odd", [None, "box", 7, ["x"], {"key": ABSENT, "boxKey": ABSENT}, {"key": 7, "boxKey": []}])
def test_what_is_no_box_is_named_and_the_others_are_read(
    client: Streak, theirs: StandIn, sales: str, odd: object
) -> None:
    boxes = [theirs.box(sales, name, "Lead") for name in ("Acme", "Borealis", "Cumulus")]
    theirs.show(boxes[1], odd)
    found, problems = client.mirrors(sales)
    assert [each.title for each in found] == ["Acme", "Cumulus"]
    assert problems == [f"Box 2 of 3 in the pipeline {sales} has no key. It was left out"]
    with pytest.raises(ObjectError, match="salesbot streak check"):
        client.mirror(sales, boxes[1])


def test_people_who_are_known_by_key_alone_stay_assigned(client: Streak, theirs: StandIn, sales: str) -> None:
    box, kim = theirs.box(sales, "Acme", "Lead"), theirs.user("kim@agency.com")["key"]
    client.apply_changes(box, PutPeople((kim, "sam@agency.com")), client.layout(sales))
    assert theirs.assigned(box) == ["kim@agency.com", "sam@agency.com"]


@pytest.mark.parametrize(
    ("shown", "texts", "others"),
    [
        pytest.param([{"key": "1", "name": "Value"}], {"1": "Value"}, {}, id="without a type"),
        pytest.param({"1": {"name": "Value", "type": "TEXT_INPUT"}}, {"1": "Value"}, {}, id="by key"),
        pytest.param(
            [None, {"name": "x"}, {"key": "2", "name": "A", "type": "DATE"}], {}, {"A": "DATE"}, id="odd ones"
        ),
        pytest.param(None, {}, {}, id="none"),
        pytest.param("x", {}, {}, id="no list"),
    ],
)
def test_columns_in_any_of_their_shapes(
    client: Streak, theirs: StandIn, sales: str, shown: object, texts: dict[str, str], others: dict[str, str]
) -> None:
    theirs.pipelines[sales].update(fields=shown, stageOrder="5001")
    layout = client.layout(sales)
    assert (layout.columns, layout.other_columns) == (texts, others)
    assert list(layout.stages) == ["5001", "5002", "5003"]


def test_a_contact_goes_along(client: Streak, theirs: StandIn) -> None:
    found = client.contact(theirs.contact("Jane", "Doe", "jane@acme.com"))
    assert found is not None
    assert (found.name, found.mails) == ("Jane Doe", ("jane@acme.com",))


def test_a_revoked_key_is_told_in_one_sentence(client: Streak, theirs: StandIn, sales: str, waits: list[float]) -> None:
    theirs.revoke()
    with pytest.raises(ServiceError) as told:
        client.mirrors(sales)
    assert str(told.value) == ("Streak refused the key (401). Check the secret STREAK_API_KEY, the input `streak-key`")
    assert (waits, client.requests) == ([], 1)


def test_a_pipeline_that_is_not_there_is_named(client: Streak, theirs: StandIn) -> None:
    with pytest.raises(ServiceError, match=r"no pipeline agxzNONE.*streak\.pipelines"):
        client.mirrors("agxzNONE")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.fails(500, times=2), id="500 twice"),
        pytest.param(Fault.fails(503), id="503"),
        pytest.param(Fault.resets(), id="the connection is cut"),
        pytest.param(Fault.resets(after=True), id="the connection is cut after it was done"),
        pytest.param(Fault.loses_answer(), id="done, and 502"),
        pytest.param(Fault.secondary(retry_after=7), id="429 with Retry-After"),
        pytest.param(Fault.secondary(), id="429 without"),
    ],
)
def test_what_does_no_harm_is_sent_again(
    client: Streak, theirs: StandIn, sales: str, waits: list[float], fault: Fault
) -> None:
    box, layout = theirs.box(sales, "Acme", "Lead"), client.layout(sales)
    theirs.arm(fault)
    client.apply_changes(box, PutStage("5002"), layout)
    assert theirs.stage(box) == "Qualified"
    assert 0 < sum(waits) < 10
    assert (7 in waits) == (fault.retry_after == 7)


@pytest.mark.parametrize(
    "fault", [Fault.fails(on="create"), Fault.resets(on="create"), Fault.loses_answer(on="create")]
)
def test_a_box_is_never_made_twice(client: Streak, theirs: StandIn, sales: str, fault: Fault) -> None:
    theirs.arm(fault)
    with pytest.raises(ServiceError, match="The next sync tries again"):
        client.create(sales, "Acme", "5001", "")
    assert len([asked for asked in theirs.requests if asked.kind == "create"]) == 1


def test_streak_being_down_ends_after_four_tries(
    client: Streak, theirs: StandIn, sales: str, waits: list[float]
) -> None:
    theirs.arm(Fault.fails(times=9))
    with pytest.raises(ServiceError, match=r"Streak answered 502, 4 times in a row. The next sync tries again"):
        client.mirrors(sales)
    assert waits == [1, 2, 4]


def test_a_wait_that_is_too_long_is_not_waited(client: Streak, theirs: StandIn, sales: str, waits: list[float]) -> None:
    theirs.arm(Fault.secondary(retry_after=3600))
    with pytest.raises(ServiceError, match="asks to wait 3600 s, too long"):
        client.mirrors(sales)
    assert waits == []


def test_the_key_is_never_shown_nor_sent_in_the_open(client: Streak) -> None:
    assert "streak-key" not in repr(client)
    with pytest.raises(InputError, match="https"):
        Streak("k", "http://streak.example/api")


def test_a_dry_run_writes_nothing(theirs: StandIn, sales: str) -> None:
    with pytest.raises(AssertionError, match="dry run"):
        Streak("streak-key", theirs.url, dry_run=True).create(sales, "Acme", "5001", "")
    assert theirs.boxes == {}


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        pytest.param("v1/nonsense", 404, {"success": False, "error": "Invalid API path specified"}, id="no such path"),
        pytest.param("v2/pipelines/agxzPIPE00001/stages", 404, None, id="version 2 has no stages"),
    ],
)
def test_the_stand_in_says_no_as_streak_does(theirs: StandIn, path: str, status: int, body: object) -> None:
    theirs.pipeline("Sales", STAGES)
    for auth in (("streak-key", ""), ("streak-key", "streak-key")):
        reply = requests.get(f"{theirs.url}/{path}", auth=auth, timeout=5)
        assert reply.status_code == status
        assert body is None or reply.json() == body
    refused = requests.get(f"{theirs.url}/{path}", auth=("other", ""), timeout=5)
    assert (refused.status_code, refused.json()["success"]) == (401, False)


def test_the_stand_in_pages_boxes_in_version_2(theirs: StandIn, sales: str) -> None:
    for number in range(5):
        theirs.box(sales, f"Deal {number}", "Lead")
    found = []
    for offset in (0, 2, 4):
        page = requests.get(
            f"{theirs.url}/v2/pipelines/{sales}/boxes",
            params={"limit": 2, "offset": offset},
            auth=("streak-key", ""),
            timeout=5,
        ).json()
        found += [box["name"] for box in page["results"]]
        assert page["hasNextPage"] == (offset < 4)
    assert found == [f"Deal {number}" for number in range(5)]


def test_arrays_replace_and_unknown_keys_are_ignored(theirs: StandIn, sales: str) -> None:
    box, jane = theirs.box(sales, "Acme", "Lead"), theirs.contact("Jane", "Doe")
    theirs.boxes[box]["contacts"] = [{"key": theirs.contact("Old", "One"), "isStarred": True}]
    body = {"contacts": [{"key": jane, "isStarred": True}], "freshness": 7}
    requests.post(f"{theirs.url}/v1/boxes/{box}", json=body, auth=("streak-key", ""), timeout=5).raise_for_status()
    assert [contact["key"] for contact in theirs.boxes[box]["contacts"]] == [jane]
    assert "freshness" not in theirs.boxes[box]


def test_a_thing_that_is_gone_is_an_error_of_its_own() -> None:
    assert issubclass(GoneError, ServiceError)
