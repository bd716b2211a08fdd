"""Deals as tables, over HTTP: what goes out comes in again, by number and by key, twice as well as once."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.e2e.play import BOT, Play

TABLE = "id,Firma,Kontakt,Value,stage\n1,Acme GmbH,Jane Doe,12k,negotiating\n2,Borealis AG,,,lead\n"
MAPPED = ("--map", "Firma=company", "--map", "Kontakt=contact")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deals.csv"


def run(play: Play, *args: str, by: str = "kim") -> int:
    """Run a command on somebody's machine."""
    token = play.sales.actions_token() if by == BOT else play.github.token(by)
    env = {"GITHUB_TOKEN": token, "GITHUB_API_URL": play.github.api_url, "GITHUB_GRAPHQL_URL": play.github.graphql_url}
    return play.main([*args, "--repo", "acme/sales"], env)


def take_in(play: Play, file: Path, text: str, *options: str, by: str = "kim") -> int:
    file.write_text(text, encoding="utf-8")
    return run(play, "import", "csv", str(file), *options, by=by)


@pytest.mark.parametrize("by", ["kim", BOT], ids=["a person", "the bot"])
def test_rows_become_deals_once(play: Play, file: Path, by: str) -> None:
    for _ in range(2):
        assert take_in(play, file, TABLE, *MAPPED, by=by) == 0
        play.reconcile()
    issues = {issue.title: issue.number for issue in play.sales.issues()}
    assert sorted(issues) == ["Acme GmbH", "Borealis AG"]
    assert [play.stages(number) for number in (issues["Acme GmbH"], issues["Borealis AG"])] == [
        ["negotiating"],
        ["lead"],
    ]
    assert "12,000 EUR" in play.text(issues["Acme GmbH"], "card")
    assert "new" not in play.said(issues["Acme GmbH"])
    play.by_hand(issues["Acme GmbH"])
    play.assert_at_rest(issues["Acme GmbH"])


def test_the_same_table_again_takes_back_nothing_that_people_changed_since(play: Play, file: Path) -> None:
    take_in(play, file, TABLE, *MAPPED)
    play.reconcile()
    (number,) = [issue.number for issue in play.sales.issues() if issue.title == "Acme GmbH"]
    play.sales.comment("nora", number, "/value 20k\n/set contact Kim Roe")
    play.reconcile()
    before = play.sales.issue(number).body
    saved_again = TABLE.replace("12k", '"12000.00"').replace(",negotiating", ",")
    for text in (TABLE.replace(",negotiating", ","), saved_again):
        assert take_in(play, file, text, *MAPPED) == 0
        assert play.sales.issue(number).body == before
    assert take_in(play, file, TABLE.replace("12k", "14k").replace(",negotiating", ","), *MAPPED) == 0
    play.reconcile()
    assert "14,000 EUR" in play.text(number, "card")
    assert "Kim Roe" in play.sales.issue(number).body, "only the corrected cell is written"
    play.sales.comment("nora", number, "/value 15k")
    play.reconcile()
    assert take_in(play, file, TABLE.replace("12k", "14k").replace(",negotiating", ","), *MAPPED) == 0
    assert "15000 EUR" in play.sales.issue(number).body


def test_a_changed_row_changes_its_field_and_nothing_else(play: Play, file: Path) -> None:
    take_in(play, file, TABLE, *MAPPED)
    play.reconcile()
    (number,) = [issue.number for issue in play.sales.issues() if issue.title == "Acme GmbH"]
    body = play.sales.issue(number).body
    assert take_in(play, file, TABLE.replace("12k", "14k").replace(",negotiating", ","), *MAPPED) == 0
    play.reconcile()
    shown = play.sales.issue(number).body.partition("\n")[2]
    assert shown == body.partition("\n")[2].replace("12000 EUR", "14000 EUR")
    assert "14,000 EUR" in play.text(number, "card")
    play.assert_at_rest(number)


def test_what_goes_out_comes_in_again_and_changes_nothing(
    play: Play, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deal = play.deal("qualified", body="### Company\n\nAcme\n\n### Phone\n\n+49 151\n")
    play.sales.comment("nora", deal, "/value 9000\n/next friday call")
    play.reconcile()
    assert run(play, "export", "csv", str(file)) == 0
    (row,) = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
    assert (row["number"], row["stage"], row["Value"], row["Phone"]) == (str(deal), "qualified", "9000 EUR", "'+49 151")
    before = play.sales.issue(deal)
    assert run(play, "import", "csv", str(file)) == 0
    assert "0 to open, 0 to change, 1 unchanged." in capsys.readouterr().out
    assert play.sales.issue(deal) == before


def test_one_wrong_line_and_nothing_is_done(play: Play, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert take_in(play, file, "id,Company,Value\n1,Acme,9k\n2,Borealis,lots\n") == 2
    assert "line 3: Value: " in capsys.readouterr().err
    assert play.sales.issues() == ()


def test_a_dry_run_says_what_would_be_done(play: Play, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert take_in(play, file, TABLE, *MAPPED, "--dry-run") == 0
    assert "would open the issue Acme GmbH" in capsys.readouterr().out
    assert play.sales.issues() == ()


@pytest.mark.parametrize("state", ["a report", "not a deal", "an old issue"])
def test_what_is_no_deal_does_not_go_out(play: Play, file: Path, state: str) -> None:
    deal = play.deal()
    play.sales.create_label("kim", "not-a-deal")
    labels = {"not a deal": ["not-a-deal"]}.get(state, [])
    play.sales.open_issue("kim", "No deal", labels=labels)
    play.drop()
    assert run(play, "export", "csv", str(file)) == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
    assert [row["number"] for row in rows] == [str(deal)]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe\x00", "is not UTF-16 text"),
        (b"a\xe4", "is not UTF-8 text"),
        (None, "cannot be read"),
        (b"key,Company\na,b,c\n", "more cells than"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_to_be_so(
    play: Play, file: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, why: str
) -> None:
    if content is not None:
        file.write_bytes(content)
    assert run(play, "import", "csv", str(file)) == 2
    assert why in capsys.readouterr().err


def test_a_table_that_excel_saved_as_unicode_text_is_the_same_table(
    play: Play, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take_in(play, file, TABLE, *MAPPED) == 0
    play.reconcile()
    file.write_bytes(TABLE.replace(",", "\t").replace("\n", "\r\n").replace("\t12k", "\t12000.0").encode("utf-16"))
    assert run(play, "import", "csv", str(file), *MAPPED) == 0
    assert "0 to open, 0 to change, 2 unchanged." in capsys.readouterr().out


def test_an_export_for_half_of_europe_comes_in_again_and_changes_nothing(
    play: Play, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deal = play.deal("qualified", body="### Company\n\nAcme; =1+1\n")
    play.sales.comment("nora", deal, "/value 9000.50")
    play.reconcile()
    assert run(play, "export", "csv", str(file), "--separator", ";", "--decimal", ",") == 0
    (row,) = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""), delimiter=";"))
    assert (row["Value"], row["Company"]) == ("9000,5 EUR", "Acme;' =1+1")
    assert run(play, "import", "csv", str(file)) == 0
    assert "0 to open, 0 to change, 1 unchanged." in capsys.readouterr().out


def test_a_total_below_the_rows_is_no_deal(play: Play, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert take_in(play, file, TABLE + "Total,,,12000,\n", *MAPPED) == 2
    assert "line 4: it has no title, company or person." in capsys.readouterr().err
    assert play.sales.issues() == ()


def test_an_expected_close_that_has_passed_is_taken_and_named(
    play: Play, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take_in(play, file, "id,Company,Expected close\n1,Acme,2026-03-01 00:00\n") == 0
    assert "line 2: Expected close 2026-03-01 has passed" in capsys.readouterr().out
    (issue,) = play.sales.issues()
    assert "### Expected close\n\n2026-03-01" in issue.body


def test_rows_change_their_deals_when_github_cannot_serve_ten_at_once_and_one_that_fails_is_named(
    play: Play, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deals = [play.deal(title=f"Client {number}") for number in range(4)]
    table = "number,Value\n" + "".join(f"{deal},9000\n" for deal in deals)
    play.door.fails = lambda document, variables: "n1" in variables or deals[1] in variables.values()
    assert take_in(play, file, table) == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line.startswith("Deal ")] == [
        f"Deal {deals[1]}: GitHub answered 502, 4 times in a row. The next run tries again"
    ]
    assert ["9000 EUR" in play.sales.issue(deal).body for deal in deals] == [True, False, True, True]
    play.door.fails = lambda document, variables: False
    assert take_in(play, file, table) == 0
    assert all("9000 EUR" in play.sales.issue(deal).body for deal in deals)


PIPEDRIVE = (
    "Deal - ID,Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Organization,Deal - Stage,Deal - Status,"
    "Deal - Owner,Deal - Expected close date\n"
    "41,New shop,24000,USD,Acme GmbH,Proposal Made,Open,Nora,2027-03-01 00:00:00\n"
    "42,Portal,9000,EUR,Borealis AG,Discovery,Open,Nora,\n"
    "43,Old shop,1,EUR,Cirrus Ltd,Qualified,Won,Nora,\n"
)


def test_an_export_of_another_system_is_looked_at_first_and_then_brought_in_once(
    play: Play, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--from", "pipedrive", "--stage", "Discovery=lead")
    assert take_in(play, file, PIPEDRIVE, *options, "--dry-run") == 0
    printed = capsys.readouterr().out
    assert "Left out: 1 deal won, lost or deleted there." in printed
    assert "2 to open, 0 to change, 0 unchanged." in printed
    assert play.sales.issues() == ()
    for _ in range(2):
        assert take_in(play, file, PIPEDRIVE, *options) == 0
        play.reconcile()
    assert "0 to open, 0 to change, 2 unchanged." in capsys.readouterr().out
    numbers = {issue.title: issue.number for issue in play.sales.issues()}
    assert sorted(numbers) == ["New shop", "Portal"]
    assert (play.stages(numbers["New shop"]), play.stages(numbers["Portal"])) == (["negotiating"], ["lead"])
    assert "24,000 USD" in play.text(numbers["New shop"], "card")
    play.assert_at_rest(numbers["New shop"])


def test_a_stage_of_theirs_that_nobody_knows_stops_everything(
    play: Play, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take_in(play, file, PIPEDRIVE, "--from", "pipedrive") == 2
    assert '--stage "Discovery=STAGE"' in capsys.readouterr().err
    assert play.sales.issues() == ()


def test_the_printed_example_comes_in(play: Play, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert play.main(["import", "csv", "--example"], {}) == 0
    assert take_in(play, file, capsys.readouterr().out) == 0
    assert sorted(issue.title for issue in play.sales.issues()) == ["Acme GmbH: new shop", "Borealis AG"]


def test_without_a_table_it_says_how_to_get_one(play: Play, capsys: pytest.CaptureFixture[str]) -> None:
    assert play.main(["import", "csv"], {}) == 2
    assert (
        "No table is named. For example salesbot import csv deals.csv; --example prints one" in capsys.readouterr().err
    )
