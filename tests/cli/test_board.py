"""`salesbot board init`, `sync` and `check`, on the sandbox."""

from __future__ import annotations

import pytest

from github_sandbox import Board, Run
from tests.e2e.boards import COLUMNS, FIELDS, Boards
from tests.e2e.play import CONFIG, Play, kinds


@pytest.fixture(autouse=True)
def _token(play: Play) -> None:
    play.environment["PROJECT_TOKEN"] = play.github.token("kim")


def board_of(play: Play, number: int = 1) -> Board:
    return play.github.board("acme", number)


def test_a_new_project_has_columns_fields_and_the_open_deals(play: Play) -> None:
    deals = [play.deal(), play.deal("qualified")]
    shown = play.salesbot("board", "init", "--new", "Sales")
    assert shown.exit_code == 0, shown.stderr
    assert "Would make the project Sales and list it in the repository." in shown.stdout
    assert "mutation" not in kinds(shown)
    made = play.salesbot("board", "init", "--new", "Sales", "--yes")
    assert made.exit_code == 0, made.stderr
    board = board_of(play)
    assert board.options() == ("prospect", "lead", "qualified", "negotiating", "won", "lost", "rejected", "revisit")
    cards = [board.card_of("acme/sales", deal) for deal in deals]
    assert [card.column for card in cards if card] == ["lead", "qualified"]
    assert "  board: {project: 1}" in made.stdout
    assert "The project's own workflow Item closed is on" in made.stdout
    play.sales.push("kim", CONFIG, "version: 1\nboard: {project: 1}\n")
    play.drop()
    assert play.salesbot("board", "check").exit_code == 0


def test_columns_have_colours_near_those_of_the_stages(play: Play) -> None:
    play.salesbot("board", "init", "--new", "Sales", "--yes")
    with play.github.hub.db.lock:
        rows = play.github.hub.db.all("SELECT name, color FROM project_options ORDER BY position")
    colors = {row["name"]: row["color"] for row in rows}
    assert len(set(colors.values())) >= 4, colors


def test_on_a_project_with_items_no_option_is_rewritten(play: Play) -> None:
    boards = Boards.begin(play, columns=("Lead", "Won"), fields={})
    play.environment["PROJECT_TOKEN"] = play.environment.pop("INPUT_PROJECT-TOKEN")
    boards.board.add_draft("kim", "A note")
    said = play.salesbot("board", "init", "--yes")
    assert said.exit_code == 0, said.stderr
    assert boards.board.options() == ("Lead", "Won")
    assert "By hand: The field Status of the project has no option qualified: add it." in said.stdout
    assert "Added the field Next on." in said.stdout


def checked(play: Play) -> Run:
    return play.salesbot("board", "check")


def test_check_names_what_the_project_lacks(play: Play) -> None:
    fields = {**FIELDS, "Value": "TEXT"}
    del fields["Next on"]
    boards = Boards.begin(play, columns=COLUMNS[1:], fields=fields)
    boards.board.edit_project("kim", public=True)
    said = checked(play)
    assert said.exit_code == 2
    for line in (
        "fix: The project has no field Next on: add one of the type date.",
        "fix: The field Value of the project has another type: it must be number.",
        "fix: The field Status of the project has no option prospect: add it.",
        "note: The project is public: everybody can read values.",
    ):
        assert line in said.stdout
    assert "mutation" not in kinds(said)


def test_check_names_a_token_that_reaches_no_project(play: Play) -> None:
    Boards.begin(play)
    play.environment["INPUT_PROJECT-TOKEN"] = play.github.token("acme-x[bot]", issues="read")
    said = checked(play)
    assert said.exit_code == 2
    assert "fix: The board cannot be read. The token cannot find the project" in said.stdout


def test_sync_by_hand_and_its_dry_run(play: Play) -> None:
    deal = play.deal()
    boards = Boards.begin(play)
    dry = play.salesbot("board", "sync", "--dry-run")
    assert (dry.exit_code, boards.board.cards()) == (0, ())
    assert f"Would do on the board, deal {deal}: added the deal." in dry.stdout
    assert play.salesbot("board", "sync").exit_code == 0
    assert boards.column(deal) == "Lead"


@pytest.mark.parametrize("command", ["init", "check"])
def test_without_a_board_there_is_nothing_to_do(play: Play, command: str) -> None:
    said = play.salesbot("board", command)
    assert said.exit_code == 2
    assert "No board is configured" in said.stderr
