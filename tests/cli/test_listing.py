"""`salesbot list` and `export ics` over HTTP: filters together, formats, and that nothing is written on GitHub."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import icalendar
import pytest

from tests.e2e.by_hand import Command
from tests.e2e.play import Play, writes

PAGE = (Path(__file__).parents[2] / "docs" / "finding.md").read_text(encoding="utf-8")
BODY = "### Company\n\n{company}\n\n### Value\n\n{value} EUR\n\n### Expected close\n\n{expected}\n"


@pytest.fixture
def team(play: Play) -> Play:
    """Four deals, one of them lost, with clients, values and owners."""
    for company, value, stage, owner in (
        ("Borealis AG", 42_000, "negotiating", "nora"),
        ("Acme GmbH", 12_000, "lead", ""),
        ("Cirrus Ltd", 8_500, "qualified", "nora"),
        ("Acme GmbH", 5_000, "lead", "kim"),
    ):
        body = BODY.format(company=company, value=value, expected="2026-12-18")
        number = play.deal(stage, body=body, title=f"{company}: new shop")
        if owner:
            play.sales.assign("kim", number, owner)
    play.sales.comment("nora", 3, "/next 2026-12-01 send the estimate")
    play.sales.comment("nora", 4, "/lost price")
    play.reconcile()
    return play


def test_the_page_shows_what_the_terminal_shows(team: Play, command: Command) -> None:
    said = command("list")
    assert (said.code, said.err) == (0, "")
    (shown,) = re.findall(r"```console\n\$ salesbot list --repo acme/sales\n(.*?)```", PAGE, re.S)
    assert said.out == shown


@pytest.mark.parametrize(
    ("argv", "numbers"),
    [
        pytest.param([], [1, 3, 2], id="no filter: open deals, the last stage first"),
        pytest.param(["--all"], [1, 3, 2, 4], id="those that ended, too"),
        pytest.param(["--stage", "stage:lost", "--stage", "Lead"], [2, 4], id="two stages, by name or label"),
        pytest.param(["--client", "acme", "--all", "--owner", "@Kim"], [4], id="client, owner: all must match"),
        pytest.param(["--no-owner"], [2], id="nobody's"),
        pytest.param(["--min-value", "8.5k", "--max-value", "12,000 EUR"], [3, 2], id="values, both ends included"),
    ],
)
def test_what_matches(team: Play, command: Command, argv: list[str], numbers: list[int]) -> None:
    before = len(team.github.requests)
    said = command("list", "--format", "json", *argv)
    found = json.loads(said.out)
    assert [deal["number"] for deal in found["deals"]] == numbers, said.err
    assert writes(team.github.requests[before:]) == []


def test_a_table_for_a_spreadsheet_has_the_columns_of_the_report(team: Play, command: Command) -> None:
    (row,) = csv.DictReader(io.StringIO(command("list", "--format", "csv", "--stage", "qualified").out))
    assert (row["client"], row["value"], row["owner"], row["next_step"]) == (
        "Cirrus Ltd",
        "8500.00",
        "nora",
        "2026-12-01",
    )


def test_a_calendar_of_one_person_is_written_to_a_file(team: Play, command: Command, tmp_path: Path) -> None:
    file = tmp_path / "nora.ics"
    said = command("export", "ics", str(file), "--owner", "nora")
    assert (said.code, said.out) == (0, ""), said.err
    calendar = icalendar.Calendar.from_ical(file.read_bytes())
    assert sorted(str(event["summary"]) for event in calendar.walk("VEVENT")) == [
        "Borealis AG: expected to close (nora)",
        "Cirrus Ltd: expected to close (nora)",
        "Cirrus Ltd: send the estimate (nora)",
    ]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        pytest.param(["--stage", "qualifed"], "Did you mean qualified?", id="a stage that is not there"),
        pytest.param(["--min-value", "10 USD"], "compared in EUR", id="another currency"),
        pytest.param(["--max-value", "a lot"], "--max-value", id="no amount"),
        pytest.param(["--idle", "-1"], "not a number of days", id="days that cannot be"),
        pytest.param(["--since", "october"], "--since october is not a date", id="no day"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(play: Play, command: Command, argv: list[str], says: str) -> None:
    said = command("list", *argv)
    assert (said.code, said.out) == (2, "")
    assert says in said.err


CLIENTS_PAGE = (Path(__file__).parents[2] / "docs" / "clients.md").read_text(encoding="utf-8")


def test_the_page_shows_the_clients_as_the_terminal_does(team: Play, command: Command) -> None:
    before = len(team.github.requests)
    said = command("clients")
    (shown,) = re.findall(r"```console\n\$ salesbot clients --repo acme/sales\n(.*?)```", CLIENTS_PAGE, re.S)
    assert (said.code, said.out, said.err) == (0, shown, "")
    assert writes(team.github.requests[before:]) == []


def test_clients_as_csv_and_json(team: Play, command: Command) -> None:
    (acme,) = [
        row for row in csv.DictReader(io.StringIO(command("clients", "--format", "csv").out)) if row["lost"] == "1"
    ]
    assert (acme["client"], acme["open_value"], acme["lost_value"], acme["owners"], acme["deals"]) == (
        "Acme GmbH", "12000.00", "5000.00", "kim", "2; 4",
    )  # fmt: skip
    found = json.loads(command("clients", "--format", "json").out)["clients"]
    assert [(each["client"], each["open"]["count"], each["deals"]) for each in found] == [
        ("Borealis AG", 1, [1]),
        ("Acme GmbH", 1, [2, 4]),
        ("Cirrus Ltd", 1, [3]),
    ]
