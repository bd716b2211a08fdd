"""`salesbot streak sync` and `salesbot streak check`, as a person runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from github_sandbox import Fault, Sandbox
from github_sandbox.streak import Streak
from salesbot.cli.main import main

Printed = pytest.CaptureFixture[str]
CONFIGURED = """version: 1
streak:
  pipelines:
    sales: {{key: {sales}, stages: {{won: {won}}}}}
    connections: {{key: {connections}, stages: {{prospect: 5002}}}}
"""


@pytest.fixture
def streak(github: Sandbox, _streak: Streak, monkeypatch: pytest.MonkeyPatch) -> Streak:
    _streak.reset()
    _streak.key, _streak.stages_as = "streak-key", "map"
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return _streak


@pytest.fixture
def env(streak: Streak) -> dict[str, str]:
    return {"STREAK_API_KEY": "streak-key", "STREAK_API_URL": streak.url}


def configured(streak: Streak, folder: Path, won: str = "Closed won") -> str:
    sales = streak.pipeline("Sales", ["Lead", "Negotiating", "Closed won", "Parking lot"], {"Value": "TEXT_INPUT"})
    connections = streak.pipeline("Connections", ["Met", "Wants something"])
    file = folder / "salesbot.yml"
    file.write_text(CONFIGURED.format(sales=sales, connections=connections, won=won), encoding="utf-8")
    return str(file)


def test_the_check_says_what_fits_and_changes_nothing(
    streak: Streak, env: dict[str, str], tmp_path: Path, capsys: Printed
) -> None:
    file = configured(streak, tmp_path)
    assert main(["streak", "check", file], env) == 0
    said = capsys.readouterr().out
    for line in (
        "The key belongs to sam@agency.com.",
        "streak.pipelines.sales is Sales.",
        "- lead is 5001 Lead",
        "- won is 5003 Closed won",
        "- qualified is nothing: a deal that goes there leaves its box alone",
        "- nothing is 5004 Parking lot: a box that goes there leaves its deal alone",
        "- Column GitHub: missing; the first sync adds it.",
        "- Column Value: there.",
        "- 5002 Wants something opens a deal in prospect",
        "- Stages come as an object by key.",
    ):
        assert line in said.splitlines()
    assert all(asked.method == "GET" for asked in streak.requests)


def test_the_check_tries_what_documentation_leaves_open_and_cleans_up(
    streak: Streak, env: dict[str, str], tmp_path: Path, capsys: Printed
) -> None:
    streak.stages_as = "array"
    file = configured(streak, tmp_path)
    assert main(["streak", "check", file, "--try"], env) == 0
    said = capsys.readouterr().out.splitlines()
    for line in (
        "- Stages come as a list.",
        "- A box made with a note: the note is there.",
        "- Moved by `stageKey`: now Negotiating.",
        "- Assigned by keys of users: assigned to sam@agency.com.",
        "- The column Value set to '12000': shows '12000'.",
        "- The column Value set to '': shows None.",
        "- A comment: written 1 time(s), with the keys boxKey, key, message, timestamp.",
        "- The box was deleted again.",
    ):
        assert line in said
    assert streak.boxes == {}


def test_the_check_reads_the_boxes_that_are_there(
    streak: Streak, env: dict[str, str], tmp_path: Path, capsys: Printed
) -> None:
    file = configured(streak, tmp_path)
    (sales,) = [key for key, each in streak.pipelines.items() if each["name"] == "Sales"]
    jane = streak.contact("Jane", "Doe", "jane@acme.com")
    for name in ("Acme", "Borealis", "Cumulus"):
        streak.box(sales, name, "Lead", [jane])
        streak.clock.advance(60)
    assert main(["streak", "check", file], env) == 0
    said = capsys.readouterr().out
    assert "- Boxes by `sortBy` and `limit`: 2 of 2, the last changed first." in said
    assert "- A contact: has the keys contactKey, emailAddresses" in said
    assert "- Mail facts on boxes: of 3 boxes" in said


def test_the_box_of_a_check_that_fails_half_way_is_deleted_too(
    streak: Streak, env: dict[str, str], tmp_path: Path, capsys: Printed
) -> None:
    file = configured(streak, tmp_path)
    streak.arm(Fault.fails(400, on="update", times=9))
    assert main(["streak", "check", file, "--try"], env) == 0
    assert "Moved by `stageKey`: refused. Streak answered 400." in capsys.readouterr().out
    assert streak.boxes == {}


def test_a_stage_that_streak_does_not_have_is_a_problem(
    streak: Streak, env: dict[str, str], tmp_path: Path, capsys: Printed
) -> None:
    assert main(["streak", "check", configured(streak, tmp_path, won="Won")], env) == 2
    assert "PROBLEM: it has no stage 'Won'. There are Lead, Negotiating" in capsys.readouterr().out


def test_a_column_that_holds_no_text_is_a_problem(
    streak: Streak, env: dict[str, str], tmp_path: Path, capsys: Printed
) -> None:
    file = configured(streak, tmp_path)
    for pipeline in streak.pipelines:
        streak.column(pipeline, "github", "CHECKBOX")
    assert main(["streak", "check", file], env) == 2
    said = capsys.readouterr().out
    assert said.count("PROBLEM: column GitHub is of the type CHECKBOX and holds no text. Rename it") == 2


def test_without_a_key_it_says_where_one_is_made(tmp_path: Path, capsys: Printed) -> None:
    assert main(["streak", "check", str(tmp_path / "none.yml")], {}) == 2
    assert "STREAK_API_KEY is not set. Make a key in Gmail" in capsys.readouterr().err


def test_a_wrong_key_is_one_line(streak: Streak, env: dict[str, str], tmp_path: Path, capsys: Printed) -> None:
    assert main(["streak", "check", str(tmp_path / "none.yml")], {**env, "STREAK_API_KEY": "old"}) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert (
        said.err == "salesbot: Streak refused the key (401). Check the secret STREAK_API_KEY, the input `streak-key`\n"
    )


def test_a_sync_by_hand(github: Sandbox, streak: Streak, env: dict[str, str], tmp_path: Path, capsys: Printed) -> None:
    sales = github.repo("acme/sales", roles={"ann": "triage", "kim": "admin"})
    sales.push("kim", ".github/salesbot.yml", Path(configured(streak, tmp_path)).read_text(encoding="utf-8"))
    sales.create_label("kim", "stage:lead")
    sales.open_issue("ann", "Acme: shop", labels=["stage:lead"])
    surroundings = {
        **env,
        "GITHUB_TOKEN": sales.actions_token(),
        "GITHUB_API_URL": github.api_url,
        "GITHUB_GRAPHQL_URL": github.graphql_url,
    }
    assert main(["streak", "sync", "--repo", "acme/sales", "--dry-run"], surroundings) == 0
    assert "In Streak: a box for deal 1." in capsys.readouterr().out
    assert streak.boxes == {}
    assert main(["streak", "sync", "--repo", "acme/sales"], surroundings) == 0
    assert [box["name"] for box in streak.boxes.values()] == ["Acme: shop"]
