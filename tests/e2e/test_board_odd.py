"""What may be wrong with a board: a clear sentence, and no move fails for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from github_sandbox import Fault, Sandbox
from tests.e2e.boards import APP, COLUMNS, FIELDS, Boards
from tests.e2e.play import PEOPLE, Door, Play, kinds, told


@pytest.fixture
def boards(play: Play) -> Boards:
    return Boards.begin(play)


def use(boards: Boards, token: str) -> None:
    boards.play.environment["INPUT_PROJECT-TOKEN"] = token


def _persons_project(boards: Boards) -> None:
    boards.play.github.repo("kim/sales", organization=False, roles={"kim": "admin"})
    boards.configure("board: {project: 9}\n")


def _hangs(boards: Boards) -> None:
    boards.play.github.arm(Fault.fails(502, on="query", nth=2))


def _full(boards: Boards) -> None:
    boards.board.remove("kim", boards.card(1).id)
    boards.board.limit_items(0)


def _no_right(boards: Boards) -> None:
    use(boards, boards.play.github.token("acme-x[bot]", issues="read"))


def _no_scope(boards: Boards) -> None:
    use(boards, boards.play.github.token("kim", projects="none"))


def _refused_write(boards: Boards) -> None:
    use(boards, boards.play.github.token(APP, issues="read", projects="read"))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(
            lambda b: use(b, b.play.github.token("acme-x[bot]", issues="read")),
            "cannot find the project",
            id="no right",
        ),
        pytest.param(
            _refused_write,
            "GitHub refused a change on the board: Resource not accessible",
            id="a token that may only read",
        ),
        pytest.param(lambda b: use(b, "nonsense"), "GitHub refused the project token.", id="a token that is none"),
        pytest.param(
            lambda b: use(b, b.play.github.token("kim", projects="none")),
            "GitHub refused the project token",
            id="no scope",
        ),
        pytest.param(lambda b: b.board.close("kim"), "The project of the board is closed", id="closed"),
        pytest.param(lambda b: b.board.delete("kim"), "cannot find the project", id="gone"),
        pytest.param(_persons_project, "cannot find the project", id="no project of this number"),
        pytest.param(_full, "limit of 0 items", id="full"),
        pytest.param(_hangs, "The board was left out: GitHub answered 502", id="down"),
    ],
)
def test_a_board_out_of_reach_is_a_notice_and_the_deal_moves(
    boards: Boards, spoil: Callable[[Boards], None], says: str
) -> None:
    play, deal = boards.play, boards.play.deal()
    spoil(boards)
    play.sales.label("ann", deal, "stage:prospect")
    run = play.run()
    assert (run.exit_code, play.stages(deal)) == (0, ["prospect"]), run.stdout
    assert [level for level, _ in told(run)] == ["notice"], told(run)
    assert says in told(run)[0][1]
    assert boards.token not in run.stdout + run.stderr + run.summary


def test_a_board_that_was_down_catches_up_with_the_next_sweep(boards: Boards) -> None:
    play, deal = boards.play, boards.play.deal()
    _hangs(boards)
    play.sales.label("ann", deal, "stage:prospect")
    play.run()
    assert boards.column(deal) == "Lead"
    play.sweep()
    assert (play.stages(deal), boards.column(deal)) == (["prospect"], "Prospect")


@pytest.mark.parametrize("fault", [Fault.loses_answer(on="mutation", nth=2), Fault.fails(502, on="mutation", nth=2)])
def test_a_write_to_the_board_that_got_no_answer_is_made_up_for(boards: Boards, fault: Fault) -> None:
    play, deal = boards.play, boards.play.deal()
    play.github.arm(fault)
    play.sales.label("ann", deal, "stage:prospect")
    assert play.run().exit_code == 0
    play.sweep()
    assert (play.stages(deal), boards.column(deal)) == (["prospect"], "Prospect")
    assert len(boards.board.cards()) == 1


@pytest.mark.parametrize("request_", range(1, 6))
def test_a_run_that_dies_at_any_request_of_a_drag_is_made_up_for(boards: Boards, request_: int) -> None:
    play, deal = boards.play, boards.play.deal()
    boards.drag("ann", deal, "Qualified")
    play.kill(request_, after=True)
    play.by_hand(deal)
    play.sweep()
    play.sweep()
    assert (play.stages(deal), boards.column(deal)) == (["lead"], "Lead")
    assert [name for name in play.said(deal) if name == "refusal"] == ["refusal"]
    play.assert_at_rest(deal)


def test_fields_of_another_type_and_columns_that_lack_are_named_and_left_out(play: Play) -> None:
    fields = {**FIELDS, "Value": "TEXT"}
    del fields["Next on"]
    boards = Boards.begin(play, columns=("Lead", "Won", "lead"), fields=fields)
    deal = play.deal()
    run = play.sweep()
    assert (run.exit_code, boards.column(deal)) == (0, "Lead")
    notice = told(run)[0][1]
    for what in (
        "no field Next on", "Value of the project has another type", "no option qualified", "2 options that mean lead",
    ):  # fmt: skip
        assert what in notice
    play.sales.label("ann", deal, "stage:prospect")
    assert play.run().exit_code == 0
    assert (play.stages(deal), boards.column(deal)) == (["prospect"], "Lead"), "no column: the card stays where it is"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("Value", 1e300, id="beyond all measure"),
        pytest.param("Value", -3, id="below nothing"),
        pytest.param("Next step", "x" * 100_000, id="100 kB of text"),
        pytest.param("Expected close", "1999-01-01", id="long past"),
    ],
)
def test_odd_values_do_no_harm(boards: Boards, name: str, value: str | float) -> None:
    play, deal = boards.play, boards.play.deal()
    body = play.sales.issue(deal).body
    boards.edit("nora", deal, name, value)
    assert play.by_hand(deal).exit_code == 0
    assert play.sales.issue(deal).body == body
    play.sales.label("ann", deal, "stage:prospect")
    assert play.run().exit_code == 0
    assert play.stages(deal) == ["prospect"]


@pytest.mark.parametrize("token", [APP, "kim"], ids=["an App", "a classic token"])
def test_a_project_of_a_person_is_for_a_classic_token(github: Sandbox, door: Door, token: str) -> None:
    github.repo("kim/deals", organization=False, roles=PEOPLE)
    play = Play(github, door, "kim/deals")
    board = github.project("kim", "Sales", by="kim", columns=COLUMNS, fields=FIELDS)
    play.environment["INPUT_PROJECT-TOKEN"] = github.token(token, issues="read", projects="write")
    boards = Boards(play, board, play.environment["INPUT_PROJECT-TOKEN"])
    boards.configure(f"board: {{project: {board.number}}}\n")
    deal = play.deal()
    play.sales.label("ann", deal, "stage:prospect")
    run = play.run()
    assert (run.exit_code, play.stages(deal)) == (0, ["prospect"]), run.stdout
    if token == "kim":
        assert (told(run), boards.column(deal)) == ([], "Prospect")
    else:
        assert "an App can access projects of organisations only" in told(run)[0][1]
        assert board.cards() == ()


def test_drafts_pull_requests_and_deals_of_other_repositories_are_left_alone(boards: Boards) -> None:
    play, deal = boards.play, boards.play.deal()
    other = play.github.repo("acme/code", roles={"ann": "triage", "kim": "admin"})
    cards = [
        boards.board.add_draft("kim", "Call Gamma"),
        boards.board.add_pull_request("kim", "acme/code", "Mend the door"),
        boards.board.add("kim", "acme/code", other.open_issue("ann", "A bug")),
    ]
    for card in cards:
        boards.board.drag("kim", card, "Won")
    play.drop()
    assert boards.board_run().exit_code == 0
    assert [boards.board.card(card).column for card in cards] == ["Won"] * 3
    assert boards.column(deal) == "Lead"


def test_two_repositories_share_a_board(boards: Boards) -> None:
    play, deal = boards.play, boards.play.deal()
    other = Play(play.github, play.door, "acme/north")
    other.environment = play.environment
    shared = Boards(other, boards.board, boards.token)
    shared.configure(f"board: {{project: {boards.board.number}}}\n")
    theirs = other.deal()
    shared.drag("ann", theirs, "Prospect")
    other.sweep()
    boards.board_run()
    assert (other.stages(theirs), shared.column(theirs)) == (["prospect"], "Prospect")
    assert (play.stages(deal), boards.column(deal)) == (["lead"], "Lead")


def test_another_project_with_the_same_deal_means_nothing(boards: Boards) -> None:
    play, deal = boards.play, boards.play.deal()
    other = play.github.project("acme", "Other", by="kim", columns=COLUMNS, fields=FIELDS)
    other.drag("kim", other.add("kim", "acme/sales", deal), "Won")
    play.sweep()
    assert (play.stages(deal), boards.column(deal)) == (["lead"], "Lead")


def test_another_project_under_the_number_is_met_for_the_first_time(boards: Boards) -> None:
    play, deal = boards.play, boards.play.deal()
    second = play.github.project("acme", "Second", by="kim", columns=COLUMNS, fields=FIELDS)
    card = second.add("kim", "acme/sales", deal)
    second.drag("kim", card, "Won")
    boards.configure(f"board: {{project: {second.number}}}\n")
    play.sweep()
    assert (play.stages(deal), second.card(card).column) == (["lead"], "Lead")
    assert "refusal" not in play.said(deal)


def test_githubs_own_workflow_on_closing_is_put_right(boards: Boards) -> None:
    play, deal = boards.play, boards.play.deal()
    play.sales.comment("ann", deal, "/lost price")
    play.reconcile()
    play.sweep()
    assert (play.stages(deal), boards.column(deal)) == (["lost"], "Lost")
    assert "refusal" not in play.said(deal)


def test_a_dry_run_writes_nothing_on_the_board(boards: Boards) -> None:
    play = boards.play
    play.sales.open_issue("ann", "Acme")
    run = play.run(inputs={"dry-run": "true"})
    assert (run.exit_code, boards.board.cards()) == (0, ())
    assert "mutation" not in kinds(run)
    assert "Would do on the board, deal 1: added the deal." in run.stdout
