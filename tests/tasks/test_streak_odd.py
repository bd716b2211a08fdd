"""One odd thing in Streak spoils no other: it is named once, the rest of the deal and all other deals are synced."""

from __future__ import annotations

from github_sandbox import Fault
from tests.e2e.boxes import Boxes
from tests.e2e.play import told

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
        "Streak knows nobody by the address nora@agency.com. Correct `streak.people`"
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
