"""`salesbot doctor` and a board: what it finds there, and what it tries with a scratch card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from github_sandbox import Fault, Run
from salesbot.core.installation import board_assumptions
from salesbot.core.installation.board_assumptions import BoardObservation
from salesbot.core.model.board import BoardView, FieldValue, Item, StatusChange
from salesbot.core.model.deal import Actor
from tests.core.policies.boards import APP, IDS, PROJECT
from tests.e2e.boards import APP as TOKEN_OF
from tests.e2e.boards import Boards
from tests.e2e.play import CONFIG, Play

TRIALS = [what for what, _, _ in board_assumptions._TABLE]


@pytest.fixture
def boards(play: Play) -> Boards:
    boards = Boards.begin(play)
    play.deal()
    return boards


def on_board(run: Run) -> list[str]:
    """The lines about the board, without the block to paste."""
    lines = run.stdout.partition("Please paste")[0].splitlines()
    return [line for line in lines if any(what in line for what in TRIALS) or "board" in line or "project" in line]


def use(boards: Boards, token: str) -> None:
    boards.play.environment["INPUT_PROJECT-TOKEN"] = token


def test_it_tries_a_card_of_its_own_and_takes_it_off(boards: Boards) -> None:
    before = boards.board.cards()
    run = boards.play.salesbot("doctor", "--scratch")
    confirmed = [line for line in on_board(run) if line.startswith("ok: Confirmed: ")]
    assert confirmed == [f"ok: Confirmed: {what}." for what in TRIALS], run.stdout
    assert boards.board.cards() == before
    pasted = run.stdout[run.stdout.index("### What") :].splitlines()
    assert [line for line in pasted if line.removeprefix("- confirmed: ") in TRIALS] == [
        f"- confirmed: {what}" for what in TRIALS
    ]
    assert boards.token not in run.stdout + run.stderr
    boards.play.reconcile()
    assert boards.play.sweep().exit_code == 0
    assert boards.board.cards() == before


ADD, SET, CLEAR = "addProjectV2ItemById", "updateProjectV2ItemFieldValue", "clearProjectV2ItemFieldValue"
ARCHIVE, UNARCHIVE, REMOVE = "archiveProjectV2Item", "unarchiveProjectV2Item", "deleteProjectV2Item"


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault.loses_answer(on=step) for step in (ADD, SET, CLEAR, ARCHIVE, UNARCHIVE, REMOVE)),
        Fault.loses_answer(on=ADD, nth=2),
        Fault.fails(on=SET, nth=2),
        Fault.fails(on=REMOVE),
    ],
    ids=lambda fault: f"{fault.what} at {fault.on}, {fault.nth}",
)
def test_the_card_is_taken_off_also_where_a_step_fails(boards: Boards, fault: Fault) -> None:
    boards.play.github.arm(fault)
    run = boards.play.salesbot("doctor", "--scratch")
    assert "The board could not be tried: GitHub did not confirm" in run.stdout, run.stdout + run.stderr
    assert [card.number for card in boards.board.cards()] == [1]
    assert "was the scratch issue, and is closed." in run.stdout


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 11, 12])
def test_a_read_that_fails_ends_the_trial_and_not_the_doctor(boards: Boards, nth: int) -> None:
    """The first two are of the check, the third of the trial before it has a card, the last two of the cleaning up."""
    boards.play.github.arm(Fault.fails(on="repositoryOwner", nth=nth))
    run = boards.play.salesbot("doctor", "--scratch")
    assert [card.number for card in boards.board.cards()] == [1], run.stdout
    assert "was the scratch issue, and is closed." in run.stdout
    known = "unknown: The board cannot be read." if nth < 3 else "note: The board could not be tried:"
    assert [line for line in run.stdout.splitlines() if "502" in line] == [f"{known} GitHub answered 502."]


def test_a_card_that_cannot_be_taken_off_is_named(boards: Boards) -> None:
    boards.play.github.arm(Fault.refuses(REMOVE, "Resource not accessible by integration", "FORBIDDEN", on=REMOVE))
    run = boards.play.salesbot("doctor", "--scratch")
    assert "note: The scratch card may still be on the project. Remove it by hand." in run.stdout
    assert "On the board: GitHub refused a change on the board: Resource not accessible by integration." in run.stdout


@pytest.mark.parametrize(
    ("token", "says"),
    [
        pytest.param(
            lambda play: play.github.token(TOKEN_OF, issues="read", projects="read"),
            "note: On the board: GitHub did not put the deal on the board: Resource not accessible by integration. "
            "The project token needs Projects: write and Issues: read.",
            id="reads only",
        ),
        pytest.param(
            lambda play: play.github.token("acme-x[bot]", issues="read"),
            "note: The board could not be tried: The token cannot find the project",
            id="no right",
        ),
        pytest.param(
            lambda play: "nonsense", "note: The board could not be tried: GitHub refused the project token.", id="none"
        ),
    ],
)
def test_a_right_that_is_refused_is_named(boards: Boards, token: Callable[[Play], str], says: str) -> None:
    use(boards, token(boards.play))
    run = boards.play.salesbot("doctor", "--scratch")
    assert says in run.stdout, run.stdout + run.stderr
    assert not [line for line in run.stdout.splitlines() if line.startswith("ok: Confirmed: adding an issue")]
    assert "was the scratch issue, and is closed." in run.stdout


def test_without_a_token_for_the_board_it_says_so(boards: Boards) -> None:
    del boards.play.environment["INPUT_PROJECT-TOKEN"]
    run = boards.play.salesbot("doctor", "--scratch")
    assert "The board could not be tried: A board is configured (`board`), but no token" in run.stdout


def test_where_no_board_is_configured_none_is_tried(boards: Boards) -> None:
    boards.play.sales.push("kim", CONFIG, "version: 1\n")
    assert on_board(boards.play.salesbot("doctor", "--scratch")) == []


# What doctor finds without trying


def test_it_checks_the_project(boards: Boards) -> None:
    boards.board.close("kim")
    boards.board.delete_field("kim", "Next on")
    run = boards.play.salesbot("doctor")
    assert run.exit_code == 2
    for line in (
        f"ok: The project {boards.board.number}, Sales, can be read, as {TOKEN_OF}.",
        f"fix: The project {boards.board.number} is closed. Open it again.",
        "fix: The project has no field Next on: add one of the type date.",
        "note: The project's own workflow Item closed is on, and changes cards or deals by itself.",
    ):
        assert line in run.stdout
    assert not [entry for entry in run.requests if entry.kind == "mutation"]


def test_a_token_that_may_only_read_is_named(boards: Boards) -> None:
    use(boards, boards.play.github.token(TOKEN_OF, issues="read", projects="read"))
    assert (
        "fix: The token may not write to the project. Give it Projects: write." in boards.play.salesbot("doctor").stdout
    )


# What a trial means

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
LEAD, WON = IDS["lead"], IDS["won"]


def view(*, archived: bool = False, by: Actor = APP, id_: str = "PVTI_1", **texts: str) -> BoardView:
    values = {key: FieldValue(f"V_{key}", text, AT, AT, by) for key, text in texts.items()}
    return BoardView(PROJECT, APP, Item(id_, archived, values))


SEEN = BoardObservation(
    added=view(),
    readable=True,
    asked=(("stage", LEAD), ("value", "1.25")),
    filled=view(stage=LEAD, value="1.25"),
    moved_to=WON,
    moved=replace(view(stage=WON, value="1.25"), moves=(StatusChange("S1", AT, "Won", APP),)),
    emptied=view(stage=WON),
    added_twice=view(),
    archived=view(archived=True),
    added_archived=view(),
    removed=BoardView(PROJECT, APP, removed_at=AT),
)
MOVED = SEEN.moved or view()


@pytest.mark.parametrize(
    ("seen", "what", "holds"),
    [
        pytest.param(SEEN, "", True, id="all as assumed"),
        pytest.param(BoardObservation(), "", None, id="nothing could be tried"),
        pytest.param(replace(SEEN, readable=False), "reads the issues", False, id="redacted cards"),
        pytest.param(replace(SEEN, filled=view(stage=LEAD)), "show what was written", False, id="a value is lost"),
        pytest.param(
            replace(SEEN, filled=view(stage=LEAD, value="1.25", by=Actor("kim", 3))), "names who", False, id="another"
        ),
        pytest.param(replace(SEEN, moved=replace(MOVED, moves=())), "timeline, with who", False, id="no event"),
        pytest.param(
            replace(SEEN, moved=replace(MOVED, moves=(StatusChange("S1", AT, "Won", Actor("kim", 3)),))),
            "timeline, with who", False, id="an event of another person",
        ),
        pytest.param(
            replace(SEEN, moved=replace(view(), item=Item("PVTI_1", values={"stage": FieldValue("V2", WON, AT, AT)}))),
            "keeps its id", False, id="another id",
        ),
        pytest.param(replace(SEEN, emptied=view(stage=WON, value="0")), "emptied", False, id="zero"),
        pytest.param(replace(SEEN, added_twice=view(id_="PVTI_2")), "answers with its card", False, id="a second card"),
        pytest.param(replace(SEEN, archived=BoardView(PROJECT, APP)), "listed by its issue", False, id="not listed"),
        pytest.param(replace(SEEN, added_archived=view(archived=True)), "with that card", False, id="stays archived"),
        pytest.param(replace(SEEN, removed=BoardView(PROJECT, APP)), "leaves an event", False, id="no event of it"),
    ],
)  # fmt: skip
def test_what_was_seen_is_read_right(seen: BoardObservation, what: str, holds: bool | None) -> None:
    trials = {trial.what: trial.holds for trial in board_assumptions.trials(seen)}
    assert {value for name, value in trials.items() if what in name} == {holds}
