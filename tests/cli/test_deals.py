"""`salesbot explain` over HTTP and `salesbot simulate` on its files: what they say, and that they change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from github_sandbox import Run
from salesbot.cli.main import main
from tests.e2e.play import CONFIG, Play, told, writes

Change = Callable[[Play, int], object]


def explain(play: Play, deal: int, *options: str) -> Run:
    before = play.sales.issues()
    run = play.salesbot("explain", str(deal), *options)
    assert (run.exit_code, writes(run.requests), play.sales.issues()) == (0, [], before), run.stderr
    return run


def _not_a_deal(play: Play, deal: int) -> None:
    play.sales.create_label("kim", "not-a-deal")
    play.sales.label("ann", deal, "not-a-deal")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(
            lambda play, deal: None,
            ["Stage: lead, open. Labels: stage:lead.",
             "  -> qualified: refused, still missing: qualification checklist",
             "  -> prospect: allowed", "Not processed yet: nothing.", "Needs attention: no.",
             "A run would do nothing now."],
            id="a deal at rest: its stage, what it lacks for the next ones, nothing to do",
        ),
        pytest.param(
            lambda play, deal: play.sales.label("ann", deal, "stage:won"),
            ["Not processed yet: the label of won (", "Would refuse won: ", "A run would now:"],
            id="a label nobody judged: it would be refused, and why",
        ),
        pytest.param(
            lambda play, deal: play.sales.comment("nora", deal, "/value 9000\n/prospect"),
            ["by nora: /value, /prospect", "  edit the description", "  add the label stage:prospect"],
            id="a command without receipt: what it would do",
        ),
        pytest.param(
            lambda play, deal: play.sales.close("ann", deal),
            ["Stage: lead, open. Labels: stage:lead.", "closed by hand ("], id="closed by hand",
        ),
        pytest.param(
            lambda play, deal: play.sales.delete_comment("kim", play.one(deal, "card").id),
            ["There is no valid card: the stage is read from the labels alone."], id="a deal without a card",
        ),
        pytest.param(
            lambda play, deal: _not_a_deal(play, deal),
            ["Not a deal: it is labelled not-a-deal", "A stage label or a move command makes it one."], id="no deal",
        ),
        pytest.param(
            lambda play, deal: play.sales.push("kim", CONFIG, "version: 1\nstages: {lead: null}\ninitial: prospect\n"),
            ["The configuration does not know this stage: the deal is left as it is."], id="a stage nobody knows",
        ),
    ],
)  # fmt: skip
def test_explain_says_why_a_deal_is_where_it_is(play: Play, change: Change, says: list[str]) -> None:
    deal = play.deal()
    change(play, deal)
    play.drop()
    run = explain(play, deal)
    assert run.stdout.startswith(f"#{deal} Acme GmbH: new shop\n")
    for line in says:
        assert line in run.stdout


def test_explain_tells_the_way_and_who_forced_it(play: Play) -> None:
    deal = play.deal("negotiating")
    assert "negotiating by kim (command, forced: for the test)" in explain(play, deal).stdout


def test_explain_tells_an_old_issue_from_a_deal(play: Play) -> None:
    play.deal()
    play.sales.seed([{"title": "Old", "created_at": "2026-10-01T09:00:00Z"}])
    assert "Not a deal: it is older than the installation (2026-11-2" in explain(play, 2).stdout


def test_explain_of_what_is_not_there(play: Play) -> None:
    play.deal()
    run = play.salesbot("explain", "99")
    assert (run.exit_code, run.stdout, run.stderr.count("\n")) == (1, "", 1)
    assert "99" in run.stderr


# Simulate


@pytest.fixture
def saved(play: Play, tmp_path: Path) -> Callable[[int], Path]:
    """Keep a deal as it is now."""

    def keep(deal: int) -> Path:
        file = tmp_path / "deal.json"
        assert f"Saved in {file}" in explain(play, deal, "--save", str(file)).stdout
        return file

    return keep


def event_file(play: Play, tmp_path: Path, name: str = "event.json") -> Path:
    """The event file of the newest delivery, as a runner would find it."""
    file = tmp_path / name
    file.write_text(json.dumps(play.github.outbox[-1].payload), encoding="utf-8")
    return file


@pytest.mark.parametrize("when", ["kept after the event", "kept before it"])
@pytest.mark.parametrize(
    ("change", "first", "says"),
    [
        pytest.param(
            lambda play, deal: play.sales.label("ann", deal, "stage:prospect"), "lead -> prospect",
            ["- remove the label stage:lead", "**prospect** since 23 Nov 2026"], id="a label",
        ),
        pytest.param(
            lambda play, deal: play.sales.label("ann", deal, "stage:won"), "lead -> lead",
            ["- remove the label stage:won", "    | **Not moved to won.** @ann"], id="a label that is refused",
        ),
        pytest.param(
            lambda play, deal: play.sales.comment("nora", deal, "/value 9000\n/prospect"), "lead -> prospect",
            ["- edit the description", "    | 9000 EUR", "- add the label stage:prospect"], id="a command",
        ),
        pytest.param(
            lambda play, deal: play.sales.comment("nora", deal, "/set colour red"), "lead -> lead",
            ["    | **Not done.**"], id="a command that is refused",
        ),
    ],
)  # fmt: skip
def test_simulate_says_what_an_event_would_do_without_network(
    play: Play, saved: Callable[[int], Path], tmp_path: Path, change: Change, first: str, says: list[str], when: str
) -> None:
    deal = play.deal()
    if when == "kept before it":
        file = saved(deal)
        change(play, deal)
        event = event_file(play, tmp_path)
    else:
        change(play, deal)
        event = event_file(play, tmp_path)
        file = saved(deal)
    run = play.salesbot("simulate", str(event), str(file), "--role", "nora=write", "--role", "ann=triage")
    assert (run.exit_code, run.requests) == (0, ()), run.stderr
    assert run.stdout.startswith(f"#{deal}: {first}\n"), run.stdout
    for line in says:
        assert line in run.stdout


def test_simulate_on_another_day_with_another_configuration(
    play: Play, saved: Callable[[int], Path], tmp_path: Path
) -> None:
    deal = play.deal()
    play.sales.comment("nora", deal, "/assign @kim\n/revisit 2027-03-01 they move house")
    play.reconcile()
    play.sales.edit_issue("ann", deal, body=play.sales.issue(deal).body + "\n")
    event, file = event_file(play, tmp_path), saved(deal)
    assert "Nothing to do." in play.salesbot("simulate", str(event), str(file)).stdout
    later = ["--at", "2027-03-01T09:00:00Z"]
    assert f"#{deal}: revisit -> lead" in play.salesbot("simulate", str(event), str(file), *later).stdout
    config = tmp_path / "salesbot.yml"
    config.write_text('version: 1\nquiet: ["2027-03-01..2027-03-02"]\n', encoding="utf-8")
    run = play.salesbot("simulate", str(event), str(file), *later, "--config", str(config))
    assert "Nothing to do." in run.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["none.json", "deal.json"], "The event file cannot be read", id="no event file"),
        pytest.param(["event.json", "none.json"], "none.json cannot be read", id="no saved deal"),
        pytest.param(["event.json", "text"], "text is not JSON", id="a saved deal that is no JSON"),
        pytest.param(["event.json", "event.json"], "is not a saved deal", id="an event in place of the deal"),
        pytest.param(["other.json", "deal.json"], "is about #2", id="an event of another deal"),
        pytest.param(["event.json", "deal.json", "--at", "tomorrow"], "--at tomorrow is not a time", id="no time"),
        pytest.param(["event.json", "deal.json", "--role", "ann=boss"], "there is no role 'boss'", id="no role"),
        pytest.param(["event.json", "deal.json", "--config", "none.yml"], "none.yml cannot be read", id="no config"),
        pytest.param(["event.json", "deal.json", "--config", "text"], "text:1", id="a wrong configuration"),
    ],
)
def test_simulate_names_what_is_wrong_with_what_it_was_given(
    play: Play, saved: Callable[[int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], says: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    deal, other = play.deal(), play.deal()
    for number, name in ((deal, "event.json"), (other, "other.json")):
        play.sales.label("ann", number, "stage:prospect")
        event_file(play, tmp_path, name)
    saved(deal)
    (tmp_path / "text").write_text("stage: [", encoding="utf-8")
    run = play.salesbot("simulate", *arguments)
    assert (run.exit_code, run.stdout, run.requests) == (2, "", ())
    assert run.stderr.startswith("salesbot: ")
    assert says in run.stderr
    assert told(run) == []


def test_a_place_that_cannot_be_written_is_named(play: Play, tmp_path: Path) -> None:
    run = play.salesbot("explain", str(play.deal()), "--save", str(tmp_path / "none" / "deal.json"))
    assert run.exit_code == 2
    assert "deal.json cannot be written" in run.stderr


NO_TOKEN = "there is no token, run gh auth login or set GITHUB_TOKEN."


@pytest.mark.parametrize(
    ("env", "repo", "says"),
    [
        pytest.param(
            {},
            [],
            f"no repository is named, use --repo OWNER/NAME; {NO_TOKEN}",
            id="nothing",
        ),
        pytest.param({"GITHUB_TOKEN": "t"}, ["--repo", "sales"], "'sales' is not OWNER/NAME.", id="no owner"),
        pytest.param({}, ["--repo", "acme/sales"], NO_TOKEN, id="no token"),
    ],
)
@pytest.mark.parametrize("words", [["explain", "3"], ["sweep"], ["labels"], ["report"]], ids=lambda words: words[0])
def test_by_hand_it_says_which_option_is_missing(
    words: list[str], env: dict[str, str], repo: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, *repo], env=env) == 2
    assert capsys.readouterr().err == f"salesbot: Cannot connect to GitHub: {says}\n"
