"""What every command by hand does when the configuration, a template or GitHub fails: all of it, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.by_hand import Command
from tests.e2e.play import CONFIG, Play, writes

NEW_LABEL = ["--map", "Hot=lead"]
WRITING = [
    pytest.param(["adopt", "--yes", *NEW_LABEL], id="adopt"),
    pytest.param(["labels", "--yes"], id="labels"),
    pytest.param(["remove", "--yes"], id="remove"),
    pytest.param(["sweep"], id="sweep"),
    pytest.param(["report", "--post"], id="report --post"),
    pytest.param(["import", "csv", "table.csv"], id="import csv"),
]
READING = [
    pytest.param(["adopt", *NEW_LABEL], id="adopt, the plan"),
    pytest.param(["labels"], id="labels, the plan"),
    pytest.param(["remove"], id="remove, the plan"),
    pytest.param(["explain", "1"], id="explain"),
    pytest.param(["report"], id="report"),
    pytest.param(["list"], id="list"),
    pytest.param(["export", "csv"], id="export"),
    pytest.param(["export", "ics"], id="export ics"),
    pytest.param(["doctor"], id="doctor"),
]
UNREADABLE = [
    pytest.param(b"version: 1\n" + b"#" * 300_000, "at most 262,144", id="over 256 KiB"),
    pytest.param(b"version: 1\x00\xff", "not a text file", id="not text"),
]


@pytest.fixture
def team(play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """A team with labels of its own, and a table of deals in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text("key,Company,stage\n1,Acme GmbH,lead\n", encoding="utf-8")
    play.sales.create_label("kim", "Hot")
    for number in range(1, 4):
        play.sales.open_issue("ann", f"Client {number}", "### Value\n\n9000 EUR", ["Hot"])
    play.github.advance(60)
    play.sales.push("kim", CONFIG, f"version: 1\nsince: {play.github.clock.now().date()}\n")
    play.drop()
    return play


def state(play: Play) -> tuple[object, ...]:
    """Everything that a command may have changed, but for the problem issue."""
    issues = tuple(issue for issue in play.sales.issues() if "salesbot-problem" not in issue.labels)
    return issues, tuple(label for label in play.sales.labels() if label != "salesbot-problem")


@pytest.mark.parametrize(("content", "why"), UNREADABLE)
@pytest.mark.parametrize("argv", [*WRITING, *READING])
def test_a_configuration_that_is_not_read_is_a_problem_and_never_the_default(
    team: Play,
    command: Command,
    argv: list[str],
    content: bytes,
    why: str,
) -> None:
    team.sales.push("kim", CONFIG, content)
    team.drop()
    before = state(team)
    said = command(*argv)
    assert said.code == 2, said.out + said.err
    assert f"{CONFIG}:1:1: " in said.out + said.err
    assert why in said.out + said.err
    assert state(team) == before


@pytest.mark.parametrize("argv", WRITING)
def test_a_template_that_does_not_compile_stops_every_command_before_its_first_write(
    team: Play,
    command: Command,
    argv: list[str],
) -> None:
    team.sales.push("kim", ".github/salesbot/card.md.j2", "{% if %}")
    team.drop()
    before = state(team)
    said = command(*argv)
    assert said.code == 2, said.out + said.err
    assert ".github/salesbot/card.md.j2:1:1" in said.out + said.err
    assert state(team) == before


def test_a_card_that_cannot_be_rendered_stops_adopt_before_its_first_write(
    team: Play,
    command: Command,
) -> None:
    team.sales.push("kim", ".github/salesbot/card.md.j2", "{{ deal.nothing.like.this }}")
    team.drop()
    before = state(team)
    said = command("adopt", "--yes", *NEW_LABEL)
    assert (said.code, "card.md.j2" in said.err) == (2, True), said.out + said.err
    assert state(team) == before


# Many deals


@pytest.fixture
def many(team: Play) -> Play:
    """Twelve open issues under the team's own label, of which GitHub serves at most one at once."""
    team.sales.seed({"title": f"Client {number}", "labels": ["Hot"]} for number in range(4, 13))
    team.door.fails = lambda document, variables: "n1" in variables
    return team


def test_adopt_takes_over_all_deals_when_github_cannot_serve_ten_at_once(
    many: Play,
    command: Command,
) -> None:
    said = command("adopt", "--yes", *NEW_LABEL)
    assert said.code == 0, said.out + said.err
    assert [many.said(number) for number in range(1, 13)] == [["card"]] * 12


def test_labels_go_back_on_all_deals_when_github_cannot_serve_ten_at_once(
    many: Play,
    command: Command,
) -> None:
    command("adopt", "--yes", *NEW_LABEL)
    many.sales.delete_label("kim", "stage:lead")
    many.drop()
    said = command("labels", "--yes")
    assert said.code == 0, said.out + said.err
    assert [many.stages(number) for number in range(1, 13)] == [["lead"]] * 12


def test_remove_dates_all_cards_when_github_cannot_serve_ten_at_once(
    many: Play,
    command: Command,
) -> None:
    command("adopt", "--yes", *NEW_LABEL)
    said = command("remove", "--yes")
    assert said.code == 0, said.out + said.err
    assert all("left" in many.sales.issue(number).comments[-1].body for number in range(1, 13))


def test_a_deal_that_cannot_be_read_is_named_and_the_others_are_done(
    many: Play,
    command: Command,
) -> None:
    too_many = many.door.fails
    many.door.fails = lambda document, variables: too_many(document, variables) or 5 in variables.values()
    said = command("adopt", "--yes", *NEW_LABEL)
    assert said.code == 1, said.out + said.err
    assert [number for number in range(1, 13) if many.said(number) != ["card"]] == [5]
    assert [line for line in said.out.splitlines() if line.startswith("Deal ")] == [
        "Deal 5: GitHub answered 502, 4 times in a row. The next run tries again"
    ]
    assert "Done." not in said.out.splitlines()
    many.door.fails = too_many
    assert command("adopt", "--yes").code == 0
    assert [many.said(number) for number in range(1, 13)] == [["card"]] * 12


def test_when_github_is_down_it_gives_up_after_three_deals(
    many: Play,
    command: Command,
) -> None:
    many.door.fails = lambda document, variables: "addComment" in document
    before = len(many.github.requests)
    said = command("adopt", "--yes", *NEW_LABEL)
    assert said.code == 1
    assert len(writes(many.github.requests[before:])) <= 12, "it does not try twelve times"
    assert len([line for line in said.out.splitlines() if line.startswith("Deal ")]) <= 3


# What is printed


def test_a_notice_is_printed_and_a_refused_pin_is_not_told_as_done(
    team: Play,
    command: Command,
) -> None:
    for number in (1, 2, 3):
        team.sales.pin("kim", number)
    team.drop()
    said = command("report", "--post")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert "open the issue Pipeline report 2026-W48" in lines
    assert "pin the report" not in lines
    assert [line for line in lines if line.startswith("note: ")] == [
        "note: The report could not be pinned; a repository has three pins. Unpin another issue, or pin it by hand."
    ]


def test_a_locked_issue_is_a_notice_by_hand_too(team: Play, command: Command) -> None:
    deal = team.deal()
    team.sales.swap("ann", deal, "stage:lead", "stage:qualified")
    team.drop()
    team.sales.lock("kim", deal)
    team.drop()
    said = command("sweep")
    assert "note: The issue is locked" in said.out, said.out
