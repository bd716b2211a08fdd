"""`salesbot remove`: it goes, and everything a team has stays."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from github_sandbox import Fault
from github_sandbox.repository_settings import State
from salesbot.core.installation import deal_export
from salesbot.core.installation.leaving import Row
from salesbot.tasks.setup import init
from tests.e2e.boards import Boards
from tests.e2e.by_hand import Command
from tests.e2e.play import CONFIG, Play

WORKFLOW = ".github/workflows/sales.yml"
FILE = init.kit()[WORKFLOW]
SETTINGS = 'version: 1\nsince: 2026-11-01\nstages:\n  lead: {was: ["Hot", "Warm"]}\n'


@pytest.fixture
def lived(play: Play) -> Play:
    """A team that has worked with salesbot for a while: deals in several stages, marks, a pinned report, files."""
    play.sales.push("kim", WORKFLOW, FILE)
    play.sales.push("kim", CONFIG, SETTINGS)
    play.sales.push("kim", ".github/salesbot/checklists/handover.md.j2", "- [ ] Cake\n")
    play.sales.settings.switch("sales.yml", "disabled_manually")
    play.deal("qualified", "### Company\n\n=cmd()\n\n### Value\n\n9000 EUR", "Acme GmbH: new shop")
    play.deal("won", "### Value\n\n12k EUR", "Beta AG: app")
    play.deal()
    play.sales.create_label("kim", "report")
    play.sales.create_label("kim", "bug")
    play.sales.open_issue("github-actions[bot]", "Pipeline report 2026-W47", labels=["report"])
    play.sales.pin("kim", 4)
    play.sales.open_issue("ann", "Our rules", labels=["bug"])
    play.sales.pin("kim", 5)
    play.sales.comment("kim", 5, "/not-a-deal")
    play.reconcile()
    play.github.advance(timedelta(days=30))
    play.sales.schedule()
    play.run()
    play.drop()
    assert "attention:idle" in play.sales.labels()
    return play


def test_without_yes_it_only_says_what_it_would_do(lived: Play, command: Command, tmp_path: Path) -> None:
    issues, labels = lived.sales.issues(), lived.sales.labels()
    said = command("remove", "--labels-back", "--out", str(tmp_path))
    assert said.code == 0, said.err
    assert said.out.splitlines() == [
        f"First switch off {WORKFLOW}: a run would undo this.",
        f"write 3 deals to {tmp_path}/deals-2026-12-23.csv and {tmp_path}/deals-2026-12-23.json",
        "rename the label stage:lead to Hot",
        "delete the label attention:idle, which takes it off every issue",
        "delete the label attention:no-next-step, which takes it off every issue",
        "unpin #4 Pipeline report 2026-W47",
        "date 2 cards of open deals",
        "Then delete from the repository:",
        f"  {WORKFLOW}",
        f"  {CONFIG}",
        "  .github/salesbot/checklists/handover.md.j2",
    ]
    assert (lived.sales.issues(), lived.sales.labels(), [*tmp_path.iterdir()]) == (issues, labels, [])


def test_it_leaves_dated_cards_and_takes_marks_and_pins_away(lived: Play, command: Command, tmp_path: Path) -> None:
    before = {number: lived.text(number, "card") for number in (1, 2, 3)}
    said = command("remove", "--yes", "--out", str(tmp_path), by="kim")
    assert said.code == 0, said.err
    dated = "**As of 23 Dec 2026.** salesbot was removed from this repository"
    for number in (1, 3):
        text = lived.text(number, "card")
        assert text.partition("-->")[2].strip().startswith(dated)
        assert text.endswith(before[number])
    assert lived.text(2, "card") == before[2], "a won deal's card says all there is to say"
    assert [label for label in lived.sales.labels() if label.startswith("attention:")] == []
    assert (lived.sales.issue(4).pinned, lived.sales.issue(5).pinned) == (False, True)
    assert [lived.stages(number) for number in (1, 2, 3)] == [["qualified"], ["won"], ["lead"]]
    assert said.out.splitlines()[-5:] == [
        "Then delete from the repository:",
        f"  {WORKFLOW}",
        f"  {CONFIG}",
        "  .github/salesbot/checklists/handover.md.j2",
        "Done.",
    ]


def test_all_deals_are_in_the_files(lived: Play, command: Command, tmp_path: Path) -> None:
    command("remove", "--yes", "--out", str(tmp_path), by="kim")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "deals-2026-12-23.csv").read_text())))
    kept = [(row["number"], row["title"], row["stage"], row["state"], row["Value"]) for row in rows]
    assert kept == [
        ("1", "Acme GmbH: new shop", "qualified", "open", "9000 EUR"),
        ("2", "Beta AG: app", "won", "closed", "12k EUR"),
        ("3", "Acme GmbH: new shop", "lead", "open", ""),
    ]
    assert rows[0]["Company"] == "'=cmd()", "a spreadsheet must not compute what a stranger wrote"
    told = json.loads((tmp_path / "deals-2026-12-23.json").read_text())
    assert (told["version"], told["repository"], told["as_of"][:10]) == (1, "acme/sales", "2026-12-23")
    assert told["deals"][0]["fields"]["Company"] == "=cmd()"
    assert [visit["stage"] for visit in told["deals"][1]["history"]] == ["lead", "won"]
    assert told["deals"][1]["history"][1]["by"] == "kim"


def test_labels_get_their_old_names_back_only_where_somebody_asks(
    lived: Play, command: Command, tmp_path: Path
) -> None:
    command("remove", "--yes", "--out", str(tmp_path), by="kim")
    assert "stage:lead" in lived.sales.labels()
    command("remove", "--yes", "--labels-back", "--out", str(tmp_path), by="kim")
    assert "Hot" in lived.sales.labels()
    assert "stage:lead" not in lived.sales.labels()
    assert "Hot" in lived.sales.issue(3).labels


def test_a_second_time_nothing_is_left_to_do(lived: Play, command: Command, tmp_path: Path) -> None:
    flags = ("remove", "--yes", "--labels-back", "--out", str(tmp_path))
    command(*flags, by="kim")
    issues, labels = lived.sales.issues(), lived.sales.labels()
    assert command(*flags, by="kim").code == 0
    assert (lived.sales.issues(), lived.sales.labels()) == (issues, labels)


@pytest.mark.parametrize("write", range(1, 6))
def test_it_goes_on_where_it_stopped(lived: Play, command: Command, tmp_path: Path, write: int) -> None:
    lived.github.arm(Fault.loses_answer(502, on="mutation", nth=write))
    assert command("remove", "--yes", "--out", str(tmp_path), by="kim").code == 1
    again = command("remove", "--yes", "--out", str(tmp_path), by="kim")
    assert again.code == 0, again.err
    for number in (1, 3):
        assert lived.text(number, "card").count("salesbot was removed from") == 1
    assert not lived.sales.issue(4).pinned


@pytest.mark.parametrize(
    ("switch", "by"),
    [
        pytest.param("active", "kim", id="a workflow that is on"),
        pytest.param("disabled_manually", "", id="a workflow of which the token cannot see whether it is off"),
    ],
)
def test_while_the_workflow_may_run_it_refuses(
    lived: Play, command: Command, tmp_path: Path, switch: State, by: str
) -> None:
    lived.sales.settings.switch("sales.yml", switch)
    issues = lived.sales.issues()
    said = command("remove", "--yes", "--out", str(tmp_path), by=by)
    assert said.code == 2
    assert f"The workflow {WORKFLOW} may still run" in said.err
    assert (lived.sales.issues(), [*tmp_path.iterdir()]) == (issues, [])


def test_somebody_who_forged_a_card_has_it_left_alone(lived: Play, command: Command, tmp_path: Path) -> None:
    forged = lived.one(1, "card").body
    lived.sales.comment("ann", 3, forged)
    lived.drop()
    command("remove", "--yes", "--out", str(tmp_path), by="kim")
    bodies = [comment.body for comment in lived.sales.issue(3).comments if comment.author == "ann"]
    assert bodies == [forged]


def test_coming_back_the_deals_go_on(lived: Play, command: Command, tmp_path: Path) -> None:
    command("remove", "--yes", "--out", str(tmp_path), by="kim")
    lived.reconcile()
    lived.sales.comment("nora", 1, "/value 9500")
    lived.reconcile()
    assert "salesbot was removed from" not in lived.text(1, "card")
    assert "9,500 EUR" in lived.text(1, "card")
    assert lived.said(1).count("card") == 1


def test_a_folder_that_is_not_there_is_named(lived: Play, command: Command, tmp_path: Path) -> None:
    said = command("remove", "--yes", "--out", str(tmp_path / "nowhere"), by="kim")
    assert said.code == 2
    assert "nowhere is not a folder" in said.err


def test_no_deals_are_an_empty_table() -> None:
    assert deal_export.as_csv([]) == "number,title,stage,state,created,owner,url\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\t=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    row = Row(1, text, "", "lead", True, datetime(2026, 11, 23, tzinfo=UTC), "", {"Company": text})
    (cells,) = list(csv.reader(io.StringIO(deal_export.as_csv([row]))))[1:]
    assert (cells[1][0], cells[-1][0]) == ("'", "'")


def test_the_project_of_the_board_stays_and_it_says_so(play: Play, command: Command, tmp_path: Path) -> None:
    boards = Boards.begin(play)
    play.deal()
    before = boards.board.cards()
    stays = f"The project {boards.board.number} stays as it is: its cards no longer follow the deals."
    assert stays in command("remove", "--out", str(tmp_path)).out.splitlines()
    said = command("remove", "--yes", "--out", str(tmp_path))
    assert said.code == 0, said.err
    assert stays in said.out.splitlines()
    assert boards.board.cards() == before
