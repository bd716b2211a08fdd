"""A board through the real program: what a drag does, what the board shows, what it costs, what may be wrong."""

from __future__ import annotations

import pytest

from tests.e2e.boards import Boards
from tests.e2e.play import Play, kinds, told


@pytest.fixture
def boards(play: Play) -> Boards:
    return Boards.begin(play)


def test_a_new_deal_is_on_the_board_in_the_column_of_its_stage(boards: Boards) -> None:
    deal = boards.play.deal(body="### Value\n\n12k EUR\n\n### Expected close\n\n2027-03\n")
    assert boards.column(deal) == "Lead"
    shown = {"Status": "Lead", "Value": 12000.0, "Weighted": 1200.0, "Expected close": "2027-03-31"}
    assert boards.card(deal).values == shown


def test_a_drag_that_is_allowed_is_a_move(boards: Boards) -> None:
    play, deal = boards.play, boards.play.deal()
    boards.drag("ann", deal, "Prospect")
    run = play.by_hand(deal)
    assert run.exit_code == 0, run.stdout
    assert play.stages(deal) == ["prospect"]
    assert boards.column(deal) == "Prospect"
    assert "| prospect | 23 Nov 2026 | ann | board |" in play.text(deal, "card")
    play.assert_at_rest(deal)


def test_a_drag_that_is_refused_goes_back_with_one_comment(boards: Boards) -> None:
    play, deal = boards.play, boards.play.deal()
    boards.drag("ann", deal, "Qualified")
    play.by_hand(deal)
    assert (play.stages(deal), boards.column(deal)) == (["lead"], "Lead")
    assert "**Not moved to qualified.** @ann" in play.text(deal, "refusal")
    assert "The card is back in **lead**" in play.text(deal, "refusal")
    play.assert_at_rest(deal)


def test_what_a_move_costs(boards: Boards) -> None:
    play = boards.play
    play.deal()
    play.sales.open_issue("ann", "Beta")
    first = play.run()
    assert kinds(first) == ["query", "query", "mutation", "mutation", "mutation"], "the first time three more"
    deal = 2
    play.sales.label("ann", deal, "stage:prospect")
    assert kinds(play.run()) == ["query", "query", "mutation", "mutation"], "a move two more"
    play.sales.edit_issue("ann", deal, body="We met.")
    assert kinds(play.run()) == ["query", "query"], "an event without a move one more"


def test_without_a_token_the_deal_is_done_and_a_notice_says_why(play: Play) -> None:
    boards = Boards.begin(play)
    del play.environment["INPUT_PROJECT-TOKEN"]
    deal = play.deal()
    play.sales.label("ann", deal, "stage:prospect")
    run = play.run()
    assert (run.exit_code, play.stages(deal)) == (0, ["prospect"])
    assert "no token can access the project" in told(run)[0][1]
    assert boards.board.cards() == ()


# The sweep and the task


def test_a_drag_that_nobody_told_of_is_judged_by_the_sweep_and_by_the_task(boards: Boards) -> None:
    play, deal = boards.play, boards.play.deal()
    boards.drag("ann", deal, "Prospect")
    assert play.sweep().exit_code == 0
    assert play.stages(deal) == ["prospect"]
    boards.drag("ann", deal, "Won")
    run = boards.board_run()
    assert (run.exit_code, play.stages(deal), boards.column(deal)) == (0, ["prospect"], "Prospect"), run.stdout
    assert "**Not moved to won.** @ann" in play.text(deal, "refusal")


@pytest.mark.parametrize(("others", "more"), [(0, 1), (197, 2), (400, 5)])
def test_a_quiet_sweep_costs_one_request_more_for_each_hundred_cards(boards: Boards, others: int, more: int) -> None:
    play = boards.play
    for _ in range(3):
        play.deal()
    for number in range(others):
        boards.board.add_draft("kim", f"Note {number}")
    play.sweep()
    with_board = len(play.sweep().requests)
    boards.configure("")
    assert with_board - len(play.sweep().requests) == more


def test_deals_that_were_there_before_the_board_come_with_the_task(play: Play) -> None:
    deals = [play.deal(), play.deal("qualified")]
    boards = Boards.begin(play)
    assert boards.board_run().exit_code == 0
    assert [boards.column(deal) for deal in deals] == ["Lead", "Qualified"]
    assert "mutation" not in kinds(boards.board_run()) or "mutation" not in kinds(boards.board_run())


def test_the_task_alone_fails_without_a_token_and_with_a_refused_one(boards: Boards) -> None:
    play, token = boards.play, boards.token
    del play.environment["INPUT_PROJECT-TOKEN"]
    run = boards.board_run()
    assert (run.exit_code, "no token can access the project" in told(run)[0][1]) == (2, True)
    play.environment["INPUT_PROJECT-TOKEN"] = play.github.token("acme-x[bot]", issues="read")
    assert boards.board_run().exit_code == 1
    assert play.sweep().exit_code == 0
    play.environment["INPUT_PROJECT-TOKEN"] = token
    assert boards.board_run().exit_code == 0


def test_the_problem_issue_says_why_there_is_no_board_and_closes_when_there_is(boards: Boards) -> None:
    play, token = boards.play, boards.token
    play.deal()
    play.environment["INPUT_PROJECT-TOKEN"] = play.github.token("acme-x[bot]", issues="read")
    assert play.sweep().exit_code == 0
    number = play.problem()
    assert number is not None
    assert "### The board is not in sync" in play.sales.issue(number).body
    assert "The token cannot find the project" in play.sales.issue(number).body
    play.sales.label("ann", 1, "stage:prospect")
    assert play.run().exit_code == 0
    play.sweep()
    assert play.problem() == number
    play.environment["INPUT_PROJECT-TOKEN"] = token
    play.sweep()
    assert play.problem() is None
