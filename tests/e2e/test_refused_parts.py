"""What GitHub refuses for good stops nothing else: it is left out, named, and the run ends with exit code 0."""

from __future__ import annotations

import pytest

from github_sandbox import Fault
from tests.e2e.play import Play, told

EVER = 50


def refuse(play: Play, mutation: str, message: str, error_type: str = "UNPROCESSABLE") -> None:
    """Have GitHub refuse a part of each write from now on."""
    play.github.arm(Fault.refuses(mutation, message, error_type, on=mutation, times=EVER))


@pytest.mark.parametrize(
    ("mutation", "what"),
    [
        pytest.param("closeIssue", "close the issue as not planned", id="closing"),
        pytest.param("updateIssue", "edit the description", id="the description"),
        pytest.param("removeLabelsFromLabelable", "remove the label stage:lead", id="the old label"),
    ],
)
def test_a_part_of_a_move_is_refused(play: Play, mutation: str, what: str) -> None:
    deal = play.deal()
    said = play.sales.comment("kim", deal, "/lost price")
    refuse(play, mutation, "No such thing here")
    (run,) = play.reconcile()
    sentence = f"GitHub refuses to {what}: No such thing here. Everything else is done."
    assert (run.exit_code, told(run)) == (0, [("notice", f"Deal {deal}: {sentence}")])
    assert sentence in play.text(deal, "card")
    assert play.receipts(deal, said) == ["ROCKET"]
    assert "lost" in play.stages(deal)
    play.github.faults.clear()
    assert play.by_hand(deal).exit_code == 0
    assert "GitHub refuses" not in play.text(deal, "card")
    assert (play.stages(deal), play.sales.issue(deal).state) == (["lost"], "CLOSED")
    play.assert_at_rest(deal)


def test_a_comment_on_an_issue_locked_meanwhile(play: Play) -> None:
    deal = play.deal()
    play.sales.label("ann", deal, "stage:qualified")
    refuse(play, "addComment", "Unable to create comment because issue is locked.", "FORBIDDEN")
    (run,) = play.reconcile()
    assert run.exit_code == 0
    assert "GitHub refuses to write the comment that refuses" in play.text(deal, "card")
    assert play.stages(deal) == ["lead"]


def test_a_comment_that_cannot_be_hidden(play: Play) -> None:
    deal = play.deal()
    play.sales.label("ann", deal, "stage:qualified")
    play.reconcile()
    play.sales.comment("kim", deal, "/lost price")
    refuse(play, "minimizeComment", "It cannot be hidden")
    (run,) = play.reconcile()
    assert (run.exit_code, play.stages(deal)) == (0, ["lost"])
    assert [level for level, _ in told(run)] == ["notice"]
    assert "It cannot be hidden" in told(run)[0][1]


def test_the_card_is_deleted_between_the_read_and_the_write(play: Play) -> None:
    deal = play.deal()
    card = play.one(deal, "card").id
    play.sales.comment("kim", deal, "/lost price")
    play.at(2, lambda: play.sales.delete_comment("kim", card))
    run = play.run()
    assert (run.exit_code, told(run)) == (0, [])
    play.reconcile()
    assert play.said(deal).count("card") == 1
    assert play.stages(deal) == ["lost"]
    play.assert_at_rest(deal)


def test_a_card_that_is_refused_ends_the_run(play: Play) -> None:
    deal = play.deal()
    play.sales.comment("kim", deal, "/lost price")
    refuse(play, "updateIssueComment", "Body is too strange")
    run = play.run()
    assert (run.exit_code, "Body is too strange" in told(run)[0][1]) == (1, True)


def test_the_eleventh_assignee_is_refused_and_said_so(play: Play) -> None:
    deal = play.deal("qualified")
    others = [f"helper{number}" for number in range(10)]
    for login in others:
        play.sales.set_role(login, "write")
    play.sales.assign("kim", deal, *others)
    play.reconcile()
    said = play.sales.comment("kim", deal, "/assign @nora")
    assert [run.exit_code for run in play.reconcile()] == [0]
    assert play.receipts(deal, said) == ["CONFUSED"]
    assert "`nora` cannot be assigned here." in play.text(deal, "reply")
    assert play.sweep().exit_code == 0
    play.assert_at_rest(deal)


@pytest.mark.parametrize("others", [99, 97])
def test_a_sweep_with_a_hundred_labels(play: Play, others: int) -> None:
    deal = play.deal()
    names = [f"other {number}" for number in range(others)]
    for name in names:
        play.sales.create_label("kim", name)
    play.sales.label("kim", deal, *names)
    play.drop()
    play.github.advance(20 * 24 * 3600)
    run = play.sweep()
    left = "add the label attention:idle: an issue takes 100 labels" if others == 99 else ""
    assert run.exit_code == 0
    assert [text for _, text in told(run)] == (
        [f"Deal {deal}: GitHub refuses to {left}. Everything else is done."] if left else []
    )
    assert play.stages(deal) == ["lead"]
    assert ("attention:idle" in play.sales.issue(deal).labels) == (not left)
