"""`/task` on GitHub: one sub-issue in one write, whatever happens to the run; and sub-issues as people have them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from github_sandbox import Fault
from tests.e2e.play import Play, kinds
from tests.e2e.test_refused_parts import refuse

TASK = "2026-11-27: send the references"
COMMAND = "/task friday send the references @nora"


def tasks_of(play: Play) -> list[int]:
    return [issue.number for issue in play.sales.issues() if issue.title == TASK]


def test_a_task_is_a_sub_issue_from_the_one_write(play: Play) -> None:
    deal = play.deal("qualified")
    play.sales.collaborators_readable(True)
    said = play.sales.comment("nora", deal, COMMAND)
    run = play.run()
    assert kinds(run) == ["query", "mutation"] * 2, "opened in the first write; the second one shows it on the card"
    (task,) = tasks_of(play)
    assert play.sales.issue(task).assignees == ("nora",)
    assert play.receipts(deal, said) == ["ROCKET"]
    assert "**Tasks:** 0 of 1 done; next Fri 27 Nov 2026: send the references (nora)" in play.text(deal, "card")
    play.assert_at_rest(deal)
    play.reconcile()
    assert (play.stages(task), play.said(task)) == ([], []), "a task is no deal"
    play.sales.close("nora", task)
    play.sweep()
    assert "**Tasks:** 1 of 1 done" in play.text(deal, "card")
    play.sales.comment("nora", deal, "/status")
    assert kinds(play.run())[:2] == ["query", "mutation"]


@pytest.mark.parametrize("position", range(1, 4))
def test_github_dying_within_the_write_opens_no_second_task(play: Play, position: int) -> None:
    deal = play.deal("qualified")
    play.sales.comment("nora", deal, COMMAND)
    play.github.arm(Fault.cuts(position, on="mutation"))
    play.kill(2, after=True)
    play.run()
    for _ in range(2):
        assert play.by_hand(deal).exit_code == 0
    assert len(tasks_of(play)) == 1
    play.assert_at_rest(deal)


def test_a_task_that_github_refuses_is_named_on_the_card(play: Play) -> None:
    deal = play.deal("qualified")
    said = play.sales.comment("nora", deal, COMMAND)
    refuse(play, "createIssue", "Parent cannot have more than 100 sub-issues")
    (run,) = play.reconcile()
    assert (run.exit_code, tasks_of(play)) == (0, [])
    sentence = f"GitHub refuses to open the task {TASK}: Parent cannot have more than 100 sub-issues."
    assert sentence in play.text(deal, "card")
    assert play.receipts(deal, said) == ["ROCKET"]


def test_sub_issues_elsewhere_dropped_and_a_hundred_of_them(play: Play) -> None:
    deal = play.deal("qualified")
    numbers = [play.sales.open_issue("ann", f"Part {part}") for part in range(60)]
    for number in numbers:
        play.sales.add_sub_issue("ann", deal, number)
    play.drop()
    play.sales.close("ann", numbers[0])
    play.sales.close("ann", numbers[1], "not planned")
    play.by_hand(deal)
    assert "**Tasks:** 1 of 59 done" in play.text(deal, "card")
    play.assert_at_rest(deal)


def test_a_deal_with_a_task_past_its_day_is_overdue_until_the_task_is_done(play: Play) -> None:
    def labels() -> list[str]:
        return [name for name in play.sales.issue(deal).labels if name.startswith("attention:")]

    deal = play.deal("qualified")
    play.sales.comment("nora", deal, f"{COMMAND}\n/next 2027-03-01 call them")
    play.reconcile()
    (task,) = tasks_of(play)
    play.github.advance(timedelta(days=4))
    play.sweep()
    assert labels() == [], "Friday is not over"
    play.github.advance(timedelta(days=1))
    play.sweep()
    assert labels() == ["attention:overdue"]
    assert "reminder" not in " ".join(play.said(deal))
    assert "mutation" not in kinds(play.sweep()), "then there is nothing left to do"

    play.sales.close("nora", task)
    play.sweep()
    assert labels() == []
    assert "mutation" not in kinds(play.sweep())
