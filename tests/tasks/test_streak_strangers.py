"""What is not ours in Streak is neither read nor written: a box that left its pipeline, a comment of another box.

Stage keys begin at 5001 and column keys at 1001 in every pipeline, so each of these tests would find our address or our
stage in somebody else's column if a box were believed by its key alone.
"""

from __future__ import annotations

import pytest

from tests.e2e.boxes import Boxes
from tests.e2e.play import told

AWAY = "is in another pipeline now"


def hiring(boxes: Boxes) -> str:
    """A pipeline of other people, with its own columns under the same keys."""
    return boxes.streak.pipeline(
        "Hiring", ["Applied", "Invited", "Hired"], {"Salary": "TEXT_INPUT", "CV": "TEXT_INPUT"}
    )


def carried(boxes: Boxes, box: str, *, still_listed: bool = False) -> dict[str, object]:
    """Move a box to the other pipeline, where people go on with it; give what it holds then."""
    boxes.streak.carry(box, hiring(boxes), "Invited", still_listed=still_listed)
    boxes.streak.boxes[box]["fields"] = {"1001": "60000", "1002": "cv.pdf"}
    return {**boxes.streak.boxes[box]}


@pytest.mark.parametrize("still_listed", [False, True], ids=["listed there only", "listed in both"])
def test_a_box_in_another_pipeline_is_left_alone_and_the_card_says_so_once(boxes: Boxes, still_listed: bool) -> None:
    deal, box = boxes.in_step()
    theirs = carried(boxes, box, still_listed=still_listed)
    boxes.play.sales.comment("nora", deal, "/value 9000 EUR")
    boxes.play.reconcile()
    run = boxes.sync()
    assert (run.exit_code, told(run)) == (0, [])
    assert AWAY in boxes.play.text(deal, "card")
    assert boxes.play.stages(deal) == ["lead"]
    run = boxes.sync()
    assert (boxes.is_quiet(run), boxes.kinds()) == (True, ["list"])
    assert f"The box of deal {deal} {AWAY}" in run.stdout
    assert boxes.streak.boxes[box] == theirs
    assert len(boxes.streak.boxes) == 1, "and the deal gets no second one"


def test_a_move_on_github_writes_nothing_to_a_box_that_left(boxes: Boxes) -> None:
    deal, box = boxes.in_step()
    theirs = carried(boxes, box)
    boxes.play.sales.comment("nora", deal, "/prospect")
    runs = boxes.play.reconcile()
    assert ({run.exit_code for run in runs}, boxes.play.stages(deal)) == ({0}, ["prospect"])
    assert any(AWAY in run.stdout for run in runs)
    assert boxes.streak.boxes[box] == theirs


def test_a_box_that_leaves_while_a_sync_runs_is_left_alone_from_the_next_read_on(boxes: Boxes) -> None:
    deal, box = boxes.in_step()
    boxes.play.sales.comment("nora", deal, "/value 9000 EUR\n/assign nora")
    boxes.play.reconcile()
    other = hiring(boxes)
    boxes.keep()
    boxes.sync()
    reads = [number for number, asked in enumerate(boxes.asked, 1) if asked.method == "GET"]
    assert len(reads) > 1
    for number in range(1, boxes.count + 1):
        boxes.restore()
        boxes.concurrent = {number: lambda: boxes.streak.carry(box, other, "Applied")}
        assert boxes.sync().exit_code == 0
        boxes.sync()
        assert boxes.play.stages(deal) == ["lead"]
        before = {**boxes.streak.boxes[box]}
        boxes.sync()
        assert boxes.streak.boxes[box] == before
        assert AWAY in boxes.play.text(deal, "card"), number


def test_a_box_that_comes_back_is_kept_in_sync_again(boxes: Boxes) -> None:
    deal, box = boxes.in_step()
    carried(boxes, box)
    boxes.sync()
    boxes.streak.carry(box, boxes.pipeline, "Qualified")
    boxes.to_rest()
    assert AWAY not in boxes.play.text(deal, "card")
    assert (boxes.play.stages(deal), boxes.box_stage(deal)) == (["qualified"], "qualified")
    assert boxes.streak.value(box, "GitHub") == boxes.url(deal)


def test_a_deal_linked_to_a_box_of_another_pipeline_is_told(boxes: Boxes) -> None:
    deal, old = boxes.in_step()
    boxes.streak.delete(old)
    box = boxes.streak.box(hiring(boxes), "Lee Roe", "Applied")
    theirs = {**boxes.streak.boxes[box]}
    boxes.play.sales.comment("nora", deal, f"/streak link {box}")
    boxes.play.reconcile()
    boxes.sync()
    assert AWAY in boxes.play.text(deal, "card")
    assert boxes.streak.boxes[box] == theirs


def test_a_connection_that_left_its_pipeline_before_its_address_is_written(boxes: Boxes) -> None:
    boxes.in_step()
    connections, other = boxes.connect(), hiring(boxes)
    box = boxes.streak.box(connections, "Acme: a shop", "Met", [boxes.streak.contact("Jane", "Doe", "jane@acme.com")])
    boxes.streak.move(box, "Wants something")
    boxes.keep()
    boxes.sync()
    last_look = boxes.count - boxes.kinds()[::-1].index("box")
    boxes.restore()
    boxes.concurrent = {last_look: lambda: boxes.streak.carry(box, other, "Applied")}
    assert boxes.sync().exit_code == 0
    assert boxes.concurrent == {}
    assert boxes.streak.boxes[box]["fields"] == {}
    assert [issue.title for issue in boxes.play.sales.issues()][-1] == "acme.com: Acme: a shop"
    boxes.to_rest()
    (made,) = [each for each in boxes.streak.boxes.values() if each["name"] == "acme.com: Acme: a shop"]
    assert made["contacts"] == [], "what it says of its contacts is not read any more"


def test_a_comment_of_another_box_is_not_ours(boxes: Boxes) -> None:
    _, box = boxes.in_step("qualified", "requires")
    boxes.streak.move(box, "Negotiating")
    boxes.keep()
    boxes.sync()
    (said,) = boxes.streak.comments_on(box)
    boxes.restore()
    boxes.streak.comments[box].append({"key": "agxzC", "boxKey": "agxzOTHER", "message": said})
    boxes.sync()
    assert boxes.streak.comments_on(box) == [said, said]
