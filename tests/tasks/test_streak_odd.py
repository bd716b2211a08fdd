"""One odd thing in Streak spoils no other: it is named once, the rest of the deal and all other deals are synced."""

from __future__ import annotations

from typing import Any

import pytest

from github_sandbox import Fault
from github_sandbox.streak.account import ABSENT, StagesAs
from tests.e2e.boxes import CONFIGURED, Boxes
from tests.e2e.play import CONFIG, told

# A box comes first, what it may lack after it


def test_an_owner_whom_streak_does_not_know_keeps_no_deal_from_its_box(boxes: Boxes) -> None:
    boxes.begin()
    deal = boxes.play.deal()
    boxes.play.sales.comment("nora", deal, "/assign nora\n/value 9000 EUR")
    boxes.play.reconcile()
    del boxes.streak.users["nora@agency.com"]
    run = boxes.sync()
    problem = (
        f"In Streak, deal {deal} could not be updated (assigned to nora@agency.com): "
        "Streak has no user with the address nora@agency.com. Correct `streak.people`"
    )
    assert (run.exit_code, told(run)) == (0, [("warning", problem)])
    box = boxes.box(deal)
    assert (boxes.streak.value(box, "Value"), boxes.streak.value(box, "GitHub")) == ("9000", boxes.url(deal))
    assert boxes.streak.assigned(box) == []
    boxes.streak.user("nora@agency.com")
    boxes.to_rest()
    assert boxes.streak.assigned(box) == ["nora@agency.com"]


def test_a_contact_that_is_gone_keeps_no_deal_from_its_box(boxes: Boxes) -> None:
    boxes.in_step()
    jane = boxes.streak.contact("Jane", "Doe", "jane@acme.com")
    boxes.streak.move(boxes.streak.box(boxes.connect(), "Acme: a shop", "Met", [jane]), "Wants something")
    assert boxes.sync().exit_code == 0
    del boxes.streak.contacts[jane]
    run = boxes.sync()
    (problem,) = told(run)
    assert (run.exit_code, problem[0]) == (0, "warning")
    assert problem[1].startswith("In Streak, deal 2 could not be updated (has the contacts of its connection):")
    boxes.to_rest()
    (made,) = boxes.streak.listed(boxes.pipeline)[1:]
    assert (boxes.box_stage_of(made), boxes.streak.value(made["key"], "GitHub")) == ("Prospect", boxes.url(2))


def test_a_move_that_streak_refuses_keeps_nothing_else_from_the_box(boxes: Boxes) -> None:
    deal, box = boxes.in_step()
    boxes.play.sales.comment("nora", deal, "/prospect\n/value 9000 EUR")
    del boxes.play.environment["INPUT_STREAK-KEY"]
    boxes.play.reconcile()
    boxes.play.environment["INPUT_STREAK-KEY"] = "streak-key"
    boxes.arm(Fault.fails(400, on="field"))
    run = boxes.sync()
    problem = (
        f"In Streak, deal {deal} could not be updated (Value is 9000): Streak answered 400. Run `salesbot streak check`"
    )
    assert (run.exit_code, told(run)) == (0, [("warning", problem)])
    assert boxes.streak.stage(box) == "Prospect"
    boxes.to_rest()
    assert boxes.streak.value(box, "Value") == "9000"


def test_a_pipeline_that_takes_no_box_is_a_failure(boxes: Boxes) -> None:
    boxes.begin()
    boxes.play.deal()
    boxes.arm(Fault.fails(403, on="create"))
    run = boxes.sync()
    problem = "Deal 1: A box could not be created: Streak answered 403. Run `salesbot streak check`"
    assert (run.exit_code, told(run)) == (1, [("error", problem)])
    boxes.to_rest()
    assert boxes.box_stage(1) == "lead"


# Columns


def _with_column(boxes: Boxes, name: str, kind: str) -> dict[str, Any]:
    """Replace a column that salesbot writes by one of another type."""
    boxes.begin()
    fields = boxes.streak.pipelines[boxes.pipeline]["fields"]
    fields[:] = [field for field in fields if field["name"] != name]
    return boxes.streak.column(boxes.pipeline, name, kind)


@pytest.mark.parametrize(
    ("name", "other", "kind"),
    [
        *(("Value", "GitHub", kind) for kind in ("DATE", "DROPDOWN", "FORMULA", "CHECKBOX", "TAG")),
        ("GitHub", "Value", "TAG"),
    ],
)
def test_a_column_of_another_type_is_left_alone_and_the_rest_goes_on(
    boxes: Boxes, name: str, other: str, kind: str
) -> None:
    column = _with_column(boxes, name, kind)
    deals = [boxes.play.deal(title=f"Client {number}") for number in range(2)]
    for deal in deals:
        boxes.play.sales.comment("nora", deal, "/value 9000 EUR")
    boxes.play.reconcile()
    problem = (
        f"The column {name} of Sales in Streak is of the type {kind} and holds no text, so it is left alone. "
        "Rename it, and the next sync adds one of text"
    )
    run = boxes.sync()
    assert (run.exit_code, told(run)) == (0, [("warning", problem)])
    wanted = {"Value": ["9000", "9000"], "GitHub": [boxes.url(deal) for deal in deals]}
    made = [boxes.box(deal) for deal in deals]
    assert [boxes.streak.value(box, other) for box in made] == wanted[other]
    assert [boxes.streak.value(box, name) for box in made] == [None, None]
    run = boxes.sync()
    assert (boxes.is_quiet(run), boxes.kinds(), told(run)) == (True, ["list", "pipeline"], [("warning", problem)])
    column["name"] = "Something else"
    boxes.to_rest()
    assert [boxes.streak.value(box, name) for box in made] == wanted[name]


def test_a_column_that_cannot_be_added_is_named_once_and_the_rest_goes_on(boxes: Boxes) -> None:
    boxes.begin()
    deals = [boxes.play.deal(title=f"Client {number}") for number in range(5)]
    boxes.arm(Fault.fails(403, on="column", times=9))
    run = boxes.sync()
    (problem,) = told(run)
    assert (run.exit_code, problem[0]) == (0, "warning")
    assert problem[1].startswith("The column GitHub could not be added to Sales: Streak answered 403.")
    assert problem[1].endswith("Add a column of text called GitHub in Streak")
    assert [boxes.box_stage(deal) for deal in deals] == ["lead"] * 5
    boxes.streak.faults.clear()
    boxes.to_rest()
    assert [boxes.streak.value(boxes.box(deal), "GitHub") for deal in deals] == [boxes.url(deal) for deal in deals]


def test_the_address_column_of_the_connections_is_left_alone_too(boxes: Boxes) -> None:
    boxes.in_step()
    connections = boxes.connect()
    boxes.streak.column(connections, "GitHub", "DATE")
    boxes.streak.move(boxes.streak.box(connections, "Acme: a shop", "Met"), "Wants something")
    for _ in range(3):
        run = boxes.sync()
        assert run.exit_code == 0
        assert [text for _, text in told(run) if "The column GitHub of Connections" in text] == [told(run)[0][1]]
    assert len(boxes.play.sales.issues()) == 2, "and it opens one deal, however often it is seen"


# Stages


@pytest.mark.parametrize("shape", ["map", "array", "bare"])
def test_a_sync_with_each_shape_of_stages(boxes: Boxes, shape: StagesAs) -> None:
    boxes.streak.stages_as = shape
    deal, box = boxes.in_step()
    boxes.streak.move(box, "Prospect")
    boxes.to_rest()
    assert boxes.play.stages(deal) == ["prospect"]


def test_a_configured_stage_that_streak_does_not_have_is_one_line_in_every_sync(boxes: Boxes) -> None:
    boxes.begin()
    stages = "{won: Closed won, lost: 5099}"
    configured = CONFIGURED.format(guards="expects", key=boxes.pipeline).replace("}\n", f", stages: {stages}}}\n")
    boxes.play.sales.push("kim", CONFIG, configured.replace(f"kim@agency.com, stages: {stages}", "kim@agency.com"))
    deal = boxes.play.deal()
    has = "It has Prospect, Lead, Qualified, Negotiating, Won, Lost, Parking lot."
    lines = [
        ("warning", f"Sales in Streak has no stage {name}. {has} Correct `streak.pipelines`")
        for name in ("Closed won", "5099")
    ]
    for _ in range(3):
        run = boxes.sync()
        assert (run.exit_code, told(run)) == (0, lines)
    assert (boxes.is_quiet(run), boxes.kinds(), boxes.box_stage(deal)) == (True, ["list", "pipeline"], "lead")


# Boxes, people, pipelines


def test_a_box_that_cannot_be_read_is_named_and_the_others_are_synced(boxes: Boxes) -> None:
    deal, box = boxes.in_step()
    other = boxes.play.deal("qualified", title="Borealis AG: app")
    boxes.to_rest()
    boxes.streak.show(box, {"pipelineKey": ABSENT})
    boxes.streak.move(box, "Prospect")
    boxes.streak.move(boxes.box(other), "Lead")
    run = boxes.sync()
    what = f"Deal {deal}: Streak's answer is not the box {box} with its pipeline as documented."
    assert (run.exit_code, told(run)) == (0, [("warning", f"{what} Run `salesbot streak check`")])
    assert (boxes.play.stages(deal), boxes.play.stages(other)) == (["lead"], ["lead"])
    boxes.streak.show(box, {})
    boxes.to_rest()
    assert boxes.play.stages(deal) == ["prospect"]


def test_a_box_that_its_pipeline_lists_without_a_key_is_not_taken_for_deleted(boxes: Boxes) -> None:
    deal, box = boxes.in_step()
    boxes.streak.show(box, {"key": ABSENT, "boxKey": ABSENT})
    run = boxes.sync()
    assert (run.exit_code, len(told(run)), "is gone" in run.stdout) == (0, 2, False)
    boxes.streak.show(box, {})
    boxes.to_rest()
    assert (len(boxes.streak.boxes), boxes.play.stages(deal)) == (1, ["lead"])


def test_owners_go_along_where_people_are_shown_as_keys_and_come_to_rest(boxes: Boxes) -> None:
    boxes.begin()
    deal = boxes.play.deal()
    boxes.play.sales.comment("nora", deal, "/assign nora")
    boxes.play.reconcile()
    boxes.sync()
    box = boxes.box(deal)
    keys = [boxes.streak.users[mail]["key"] for mail in boxes.streak.assigned(box)]
    boxes.streak.show(box, {"assignedToSharingEntries": keys})
    boxes.to_rest()
    assert boxes.streak.assigned(box) == ["nora@agency.com"]


@pytest.mark.parametrize("gone", ["sales", "connections"])
def test_a_pipeline_that_is_gone_does_not_keep_the_other_from_its_sync(boxes: Boxes, gone: str) -> None:
    deal, box = boxes.in_step()
    connections = boxes.connect()
    boxes.streak.move(boxes.streak.box(connections, "Acme: a shop", "Met"), "Wants something")
    boxes.streak.move(box, "Prospect")
    lost = boxes.pipeline if gone == "sales" else connections
    del boxes.streak.pipelines[lost]
    run = boxes.sync()
    (problem,) = told(run)
    assert (run.exit_code, problem[0]) == (1, "error")
    assert problem[1].startswith(f"Streak has no pipeline {lost}")
    assert boxes.play.stages(deal) == (["lead"] if gone == "sales" else ["prospect"])
    assert len(boxes.play.sales.issues()) == (2 if gone == "sales" else 1)


def test_a_contact_that_cannot_be_read_is_named_and_its_deal_is_opened(boxes: Boxes) -> None:
    boxes.in_step()
    jane = boxes.streak.contact("Jane", "Doe", "jane@acme.com")
    boxes.streak.move(boxes.streak.box(boxes.connect(), "Acme: a shop", "Met", [jane]), "Wants something")
    boxes.arm(Fault.fails(400, on="contact"))
    run = boxes.sync()
    problem = "The contact of Acme: a shop cannot be read: Streak answered 400. Run `salesbot streak check`"
    assert (run.exit_code, told(run)) == (0, [("warning", problem)])
    assert [issue.title for issue in boxes.play.sales.issues()][-1] == "Acme: a shop"
