"""The weekly report on GitHub: one issue a week, however often the job runs, dies, or runs twice at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from github_sandbox import Fault, IssueView, Run, Sandbox
from tests.core.report.compare import assert_same
from tests.core.report.stories import CONFIG as STORIES_CONFIG
from tests.core.report.stories import issue, repository
from tests.core.report.truth import numbers
from tests.e2e.play import BOT, CONFIG, Play, kinds, writes

REPORT = {"task": "report"}
WEEK = timedelta(days=7)
MINUS = "\N{MINUS SIGN}"


def scheduled(play: Play, inputs: Mapping[str, str] = REPORT) -> Run:
    """Let the job's schedule come due, and run it."""
    play.drop()
    play.sales.schedule()
    return play.run(inputs=inputs)


def by_hand(play: Play, inputs: Mapping[str, str] = REPORT) -> Run:
    """Press "Run workflow"."""
    play.drop()
    play.sales.workflow_dispatch(by="kim")
    return play.run(inputs=inputs)


def reports(play: Play) -> list[IssueView]:
    """List the open reports."""
    return [found for found in play.sales.issues() if "report" in found.labels and found.state == "OPEN"]


def the_report(play: Play) -> IssueView:
    """Find the one open report: labelled, pinned, by the bot."""
    (found,) = reports(play)
    assert (found.author, found.pinned) == (BOT, True)
    return found


def parts(found: IssueView) -> list[str]:
    """The comments a report goes on in."""
    return [comment.body for comment in found.comments if comment.author == BOT]


# Once a week


def test_the_first_run_of_the_week_opens_and_pins_it(play: Play) -> None:
    play.deal(body="### Company\n\nAcme GmbH\n\n### Value\n\n12000 EUR\n")
    run = scheduled(play)
    assert run.exit_code == 0, run.stdout
    found = the_report(play)
    assert found.title == "Pipeline report 2026-W48"
    assert "**12,000 EUR** open in 1 deal, weighted **1,200 EUR**" in found.body
    assert "From Mon 16 Nov 2026" in found.body


def test_the_second_schedule_of_the_week_changes_nothing(play: Play) -> None:
    play.deal()
    scheduled(play)
    before = the_report(play)
    play.github.advance(3600)
    run = scheduled(play)
    assert (run.exit_code, writes(run.requests)) == (0, [])
    assert the_report(play) == before
    assert "exists already" in run.summary


def test_a_run_by_hand_refreshes_the_same_issue_and_says_as_of_when(play: Play) -> None:
    play.deal(body="### Value\n\n12000 EUR\n")
    scheduled(play)
    number = the_report(play).number
    play.github.advance(2 * 86_400)
    play.deal(body="### Value\n\n5000 EUR\n")
    assert by_hand(play).exit_code == 0
    found = the_report(play)
    assert found.number == number
    assert "**17,000 EUR** open in 2 deals" in found.body
    assert "As of Wed 25 Nov 2026" in found.body
    assert "From Mon 16 Nov 2026" in found.body, "where the movement begins is fixed by the first run"


def test_next_week_has_its_own_and_the_one_before_is_unpinned_and_closed(play: Play) -> None:
    play.deal()
    scheduled(play)
    first = the_report(play).number
    play.github.advance(WEEK.total_seconds())
    scheduled(play)
    found = the_report(play)
    assert found.title == "Pipeline report 2026-W49"
    assert "From Mon 23 Nov 2026" in found.body, "movement is since the report before"
    old = play.sales.issue(first)
    assert (old.state, old.state_reason, old.pinned) == ("CLOSED", "COMPLETED", False)


def test_then_is_what_the_last_report_said_also_after_a_refresh_and_a_change_by_hand(play: Play) -> None:
    number = play.deal("negotiating", body="### Value\n\n50000 EUR\n")
    scheduled(play)
    play.github.advance(2 * 86_400)
    play.sales.edit_issue("nora", number, body="### Value\n\n47000 EUR\n")
    by_hand(play)
    assert "| **25 Nov 2026** | **47,000 EUR** |" in the_report(play).body
    play.github.advance(5 * 86_400)
    play.sales.comment("nora", number, "/won 38k")
    play.reconcile()
    scheduled(play)
    found = the_report(play).body
    assert "From Wed 25 Nov 2026" in found
    lines = ("| 25 Nov 2026 | 47,000 EUR |", "| worth less than then | {0}9,000 EUR |", "| won | {0}38,000 EUR |")
    assert "\n".join(lines).format(MINUS) in found
    assert "kept its figures" not in found


def test_the_value_of_the_form_is_the_first_of_its_values(play: Play) -> None:
    number = play.deal("negotiating", body="### Value\n\n50000 EUR\n")
    play.github.advance(10 * 86_400)
    play.sales.comment("nora", number, "/won 38k")
    play.reconcile()
    scheduled(play)
    found = the_report(play).body
    assert f"| worth less than then | {MINUS}12,000 EUR |\n| won | {MINUS}38,000 EUR |" in found
    assert "kept its figures" in found
    assert "won 24 % below the first value" in found


@pytest.mark.parametrize("after", [False, True], ids=["before it is sent", "after it was carried out"])
@pytest.mark.parametrize("request_", range(1, 13))
def test_killed_at_any_request_the_next_schedule_finishes_it(play: Play, request_: int, after: bool) -> None:
    play.deal()
    scheduled(play)
    play.github.advance(WEEK.total_seconds())
    play.kill(request_, after=after)
    scheduled(play)
    assert scheduled(play).exit_code == 0
    assert the_report(play).title == "Pipeline report 2026-W49"
    assert writes(scheduled(play).requests) == []
    titles = [found.title for found in play.sales.issues() if "report" in found.labels]
    assert titles == ["Pipeline report 2026-W48", "Pipeline report 2026-W49"]


@pytest.mark.parametrize("request_", range(1, 12))
def test_two_runs_at_once_leave_one_issue(play: Play, request_: int) -> None:
    play.deal()
    play.at(request_, lambda: _another_run(play))
    assert scheduled(play).exit_code == 0
    found = the_report(play)
    doubles = [each for each in play.sales.issues() if each.title == found.title and each.number != found.number]
    assert all(each.state_reason == "DUPLICATE" and "report" not in each.labels for each in doubles)
    assert all(each.number > found.number for each in doubles), "the lowest number stays"
    assert writes(scheduled(play).requests) == []


def _another_run(play: Play) -> None:
    """The same job runs from beginning to end between two requests of the other."""
    waiting = dict(play.door.before)
    play.door.before.clear()
    play.sales.schedule()
    prepared = play.github.prepare(play.github.outbox[-1])
    assert play.main(["run"], env={**prepared.environment, "INPUT_TASK": "report"}) == 0
    play.door.before.update(waiting)


@pytest.mark.parametrize("field", ["createIssue", "updateIssue", "pinIssue", "closeIssue", "createLabel"])
def test_an_answer_that_got_lost_writes_nothing_twice(play: Play, field: str) -> None:
    play.deal()
    if field not in ("createIssue", "createLabel"):
        scheduled(play)
        play.github.advance(WEEK.total_seconds())
    play.github.arm(Fault.loses_answer(on=field))
    run = by_hand(play)
    assert run.exit_code == 0, run.stdout
    assert len([each for each in play.sales.issues() if each.title == the_report(play).title]) == 1


def test_a_long_report_goes_on_in_comments(play: Play) -> None:
    random = Random(1)
    stories = repository(random, 400)
    play.sales.push("kim", CONFIG, STORIES_CONFIG)
    play.sales.seed(
        [{**issue(story, random, play.sales.row["id"]), "title": f"Ö{story.number} " + "€" * 70} for story in stories]
    )
    assert scheduled(play).exit_code == 0
    found = the_report(play)
    texts = [found.body, *parts(found)]
    assert len(texts) > 1
    assert all(len(text.encode()) <= 60_000 for text in texts)
    assert [text.count("| open money, without prospects |") for text in texts].count(1) == 1
    assert scheduled(play).exit_code == 0
    assert parts(the_report(play)) == texts[1:], "the second schedule finds it whole"


# Nobody else's business


def test_nothing_is_done_about_a_stranger_s_issue_with_the_label(play: Play) -> None:
    play.deal()
    play.sales.create_label("kim", "report")
    theirs = play.sales.open_issue("kim", "Pipeline report 2026-W48", "mine", labels=["report"])
    play.reconcile()
    before = play.sales.issue(theirs)
    scheduled(play)
    assert play.sales.issue(theirs) == before
    assert len(reports(play)) == 2


def test_a_dry_run_writes_nothing_and_shows_the_report(play: Play) -> None:
    play.deal()
    before = play.sales.issues()
    run = scheduled(play, {**REPORT, "dry-run": "true"})
    assert (run.exit_code, play.sales.issues()) == (0, before)
    assert "open the issue Pipeline report 2026-W48" in run.summary
    assert "| open money, without prospects |" in run.summary


def test_a_chat_that_does_not_answer_is_a_notice_and_the_report_is_there(play: Play) -> None:
    play.deal()
    run = scheduled(play, {**REPORT, "notify-url": "https://127.0.0.1:1/SECRET"})
    assert run.exit_code == 0
    assert the_report(play)
    assert "The chat was not notified of the report" in run.stdout
    assert "SECRET" not in run.stdout + run.summary
    again = by_hand(play, {**REPORT, "notify-url": "https://127.0.0.1:1/SECRET"})
    assert "The chat" not in again.stdout, "a refresh is no news"


def test_files_are_written_where_the_input_says(play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    play.deal()
    run = scheduled(play, {**REPORT, "files": "report", "publish": "yes"})
    assert run.exit_code == 0
    assert {path.name for path in (tmp_path / "report").iterdir()} == {
        "report.html",
        "deals.csv",
        "clients.csv",
        "report.json",
        "deals.ics",
    }


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        pytest.param({"files": "/etc"}, "the input `files`", id="a folder outside the workspace"),
        pytest.param({"cache": "../x"}, "the input `cache`", id="a cache outside of it"),
        pytest.param({"publish": "maybe"}, "it must be yes or no", id="neither yes nor no"),
    ],
)
def test_a_wrong_input_is_refused_before_anything_is_read(play: Play, inputs: Mapping[str, str], said: str) -> None:
    run = scheduled(play, {**REPORT, **inputs})
    assert (run.exit_code, list(run.requests)) == (2, [])
    assert said in run.stdout


# On the command line


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(["--post", "--week", "2026-W47"], "--post updates this week", id="posting a week that is over"),
        pytest.param(["--week", "2026-W60"], "not a week of the calendar", id="a week of no calendar"),
        pytest.param(["--week", "2027-W10"], "is in the future", id="a week to come"),
        pytest.param(["--at", "yesterday"], "is not a time", id="a time that is none"),
        pytest.param(["--week", "9999-W52"], "not a week of the calendar", id="a week after which no day comes"),
        pytest.param(["--at", "0001-01-01T00:00:00Z"], "not between 1970 and 2200", id="a time before which none was"),
    ],
)
def test_options_that_cannot_be_done(
    play: Play, github: Sandbox, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    env = {"GITHUB_TOKEN": play.sales.actions_token(), "GITHUB_API_URL": github.api_url}
    assert play.main(["report", "--repo", "acme/sales", *options], env=env) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--html", "--csv", "--cache", "--json"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_posted(
    play: Play, github: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    taken = tmp_path / "taken"
    if option in ("--html", "--csv"):
        taken.write_text("a file where a folder is wanted")
    else:
        taken.mkdir()
    env = {"GITHUB_TOKEN": play.sales.actions_token(), "GITHUB_API_URL": github.api_url}
    assert play.main(["report", "--repo", "acme/sales", "--post", option, str(taken)], env=env) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert reports(play) == []


def test_the_report_is_printed_and_nothing_posted(
    play: Play, github: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    play.deal()
    before = play.sales.issues()
    env = {"GITHUB_TOKEN": play.sales.actions_token(), "GITHUB_API_URL": github.api_url}
    assert play.main(["report", "--repo", "acme/sales", "--week", "2026-W47"], env=env) == 0
    assert "Week 2026-W47" in capsys.readouterr().out
    assert play.main(["report", "--repo", "acme/sales", "--post", "--dry-run"], env=env) == 0
    assert "would open the issue Pipeline report 2026-W48" in capsys.readouterr().out
    assert play.sales.issues() == before
    assert play.main(["report", "--repo", "acme/sales", "--post"], env=env) == 0
    assert the_report(play).title == "Pipeline report 2026-W48"


# /report


def test_report_in_a_comment_refreshes_it(play: Play) -> None:
    play.deal(body="### Value\n\n12000 EUR\n")
    scheduled(play)
    number = the_report(play).number
    play.github.advance(3600)
    play.deal(body="### Value\n\n5000 EUR\n")
    comment = play.sales.comment("ann", number, "/report")
    play.reconcile()
    assert "**17,000 EUR** open" in the_report(play).body
    assert play.receipts(number, comment) == ["ROCKET"]
    play.sales.comment("ann", number, "Thanks, see /status")
    assert all(writes(run.requests) == [] for run in play.reconcile())


def test_report_by_an_outsider_is_not_obeyed(play: Play) -> None:
    play.deal()
    scheduled(play)
    before = the_report(play)
    comment = play.sales.comment("eve", before.number, "/report")
    play.reconcile()
    assert the_report(play).body == before.body
    assert play.receipts(before.number, comment) == ["CONFUSED"]


# The sweep keeps the board


def test_the_sweep_refreshes_sections_1_to_4_once_a_day(play: Play) -> None:
    play.deal(body="### Value\n\n12000 EUR\n")
    scheduled(play)
    before = the_report(play).body
    play.github.advance(86_400)
    play.deal(body="### Value\n\n5000 EUR\n")
    scheduled(play, {"task": "sweep"})
    found = the_report(play).body
    assert "**17,000 EUR** open in 2 deals" in found
    assert found.partition("<!-- salesbot:rest -->")[2] == before.partition("<!-- salesbot:rest -->")[2]
    again = scheduled(play, {"task": "sweep"})
    assert "mutation" not in kinds(again)


@pytest.mark.parametrize("stage", ["lead", "revisit"])
def test_the_sweeps_headline_is_the_reports_also_with_an_issue_that_was_closed_years_ago(
    play: Play, stage: str
) -> None:
    play.deal(body="### Value\n\n12000 EUR\n")
    at = "2024-03-04T09:00:00Z"
    old = {
        "title": "Hooli: old shop",
        "body": "### Value\n\n7000 EUR\n",
        "author": "nora",
        "created_at": at,
        "labels": [f"stage:{stage}"],
        "state": "CLOSED",
        "state_reason": "COMPLETED",
        "closed_at": at,
        "events": [{"kind": "labeled", "by": "ann", "at": at, "label": f"stage:{stage}"}],
    }
    play.sales.seed([old])
    scheduled(play)
    before = headline(the_report(play))
    assert "7,000 EUR" in before or "19,000 EUR" in before
    play.github.advance(86_400)
    scheduled(play, {"task": "sweep"})
    assert "As of Tue 24 Nov 2026" in the_report(play).body
    assert headline(the_report(play)) == before


def test_goals_of_people_are_counted_by_owner_and_who_is_not_here_is_named(play: Play) -> None:
    play.sales.push("kim", CONFIG, "report: {goal: {people: {Nora: {month: 20000}, gone: {quarter: 9000}}}}\n")
    number = play.deal(body="### Value\n\n12000 EUR\n")
    play.sales.assign("kim", number, "nora")
    assert scheduled(play).exit_code == 0
    found = the_report(play).body
    assert "| nora | month | 0 EUR | 0 % of 20,000 EUR | 20,000 EUR | 0.6x, weighted 0.0x |" in found
    assert "| gone | quarter | 0 EUR | 0 % of 9,000 EUR | 9,000 EUR | 0.0x, weighted 0.0x |" in found
    assert "Not in this repository, but with a goal: gone." in found
    assert scheduled(play, {"task": "sweep"}).exit_code == 0
    assert the_report(play).body == found


def headline(found: IssueView) -> str:
    """The line that begins with the open money."""
    return next(line for line in found.body.splitlines() if " open in " in line)


def test_the_task_all_opens_no_report_but_keeps_the_open_one_right(play: Play) -> None:
    play.deal()
    assert scheduled(play, {"task": "all"}).exit_code == 0
    assert reports(play) == []
    scheduled(play)
    play.github.advance(86_400)
    play.deal()
    run = scheduled(play, {"task": "all"})
    assert run.exit_code == 0
    assert "open in 2 deals" in the_report(play).body


# Bad weather


@pytest.mark.parametrize("nth", [3, 5, 8])
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.fails, id="502: the page is halved"),
        pytest.param(Fault.resets, id="the connection is cut"),
        pytest.param(Fault.loses_answer, id="the answer is lost"),
    ],
)
def test_pages_that_fail_are_read_again_and_the_numbers_are_right(
    play: Play, github: Sandbox, tmp_path: Path, fault: Callable[..., Fault], nth: int
) -> None:
    random = Random(7)
    stories = repository(random, 400)
    play.sales.push("kim", CONFIG, STORIES_CONFIG)
    play.sales.collaborators_readable(True)
    issues = [issue(story, random, play.sales.row["id"]) for story in stories]
    play.sales.seed(issues)
    github.arm(fault(on="query", nth=nth, times=2))
    env = {"GITHUB_TOKEN": play.sales.actions_token(), "GITHUB_API_URL": github.api_url}
    file = tmp_path / "report.json"
    assert (
        play.main(["report", "--repo", "acme/sales", "--at", "2026-11-23T09:00:00Z", "--json", str(file)], env=env) == 0
    )
    assert_same(json.loads(file.read_text(encoding="utf-8")), numbers(stories, issues, "acme/sales"))


def test_while_github_is_down_nothing_is_posted_and_the_second_schedule_makes_up_for_it(
    play: Play, github: Sandbox
) -> None:
    play.deal()
    github.arm(Fault.fails(503, on="query", nth=4, times=4))
    github.arm(Fault.fails(503, on="query", nth=5, times=12))
    assert scheduled(play).exit_code == 1
    assert reports(play) == []
    github.faults.clear()
    assert scheduled(play).exit_code == 0
    assert the_report(play)


# The numbers, over the wire


@pytest.mark.parametrize("seed", range(2))
def test_every_number_of_2000_deals_over_http(
    play: Play, github: Sandbox, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    random = Random(seed)
    stories = repository(random, 2000)
    play.sales.push("kim", CONFIG, STORIES_CONFIG)
    play.sales.collaborators_readable(True)
    issues = [issue(story, random, play.sales.row["id"]) for story in stories]
    play.sales.seed(issues)
    github.limits.default()
    env = {"GITHUB_TOKEN": play.sales.actions_token(), "GITHUB_API_URL": github.api_url}
    file = tmp_path / "report.json"
    at = "2026-11-23T09:00:00Z"
    assert play.main(["report", "--repo", "acme/sales", "--at", at, "--json", str(file)], env=env) == 0
    capsys.readouterr()
    assert_same(json.loads(file.read_text(encoding="utf-8")), numbers(stories, issues, "acme/sales"))
