"""The sweep on many deals: budget, pace, progress, requests; and what it says when it cannot go on (docs/design.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from github_sandbox import Entry, Fault, Run, Sandbox
from github_sandbox.rules.access import Scope
from salesbot.core.model import journal
from salesbot.core.text import markdown
from tests.e2e.play import BOT, CONFIG, Play, field_names, kinds, told, writes

CONTENT = {"addComment", "updateIssueComment", "updateIssue", "createIssue"}


def copies(play: Play, deal: int, count: int, *, due: int = 0) -> range:
    """Seed deals that look like one at rest; on the first `due` of them somebody gave a command."""
    model = play.sales.issue(deal)
    first = len(play.sales.issues()) + 1
    play.sales.seed(_copy(model, first + index, due=index < due) for index in range(count))
    return range(first, first + count)


def _copy(model: Any, number: int, *, due: bool) -> dict[str, Any]:
    at = model.created_at if isinstance(model.created_at, str) else model.created_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    said = [{"by": c.author, "at": at, "body": _renumbered(c.body, number)} for c in model.comments if c.author == BOT]
    said += [{"by": "nora", "at": at, "body": "/next friday call them"}] if due else []
    event = {"kind": "labeled", "by": "github-actions[bot]", "at": at, "label": model.labels[0]}
    return {
        "title": f"Deal {number}", "body": model.body, "author": "ann", "created_at": at,
        "labels": list(model.labels), "comments": said, "events": [event],
    }  # fmt: skip


def _renumbered(body: str, number: int) -> str:
    """A card is believed only on its own issue."""
    marker = markdown.read_marker(body)
    remembered = journal.from_payload(marker.payload) if marker is not None else None
    if marker is None or remembered is None:
        return body
    payload = journal.to_payload(replace(remembered, issue=number))
    return markdown.marker(marker.kind, payload) + body.partition("-->")[2]


def content(requests: tuple[Entry, ...]) -> int:
    """Count what GitHub counts as content."""
    return sum(name in CONTENT for entry in writes(requests) for name in field_names(entry))


def left(run: Run) -> int:
    """How many deals a sweep says it left for the next one."""
    found = re.search(r"Left (\d+) for the next sweep", run.stdout)
    return int(found[1]) if found else 0


def stepped(play: Play, deals: range) -> int:
    return sum("### Next step" in play.sales.issue(deal).body for deal in deals)


# Budget, pace, progress


def test_six_hundred_deals_of_which_twenty_need_something_cost_at_most_forty_two_requests(play: Play) -> None:
    """One for fifty deals, one for each deal that needs something, ten besides. `make bench` does it with thousands."""
    deals = copies(play, play.deal(), 600, due=20)
    run = play.sweep()
    assert run.exit_code == 0, run.stdout
    assert len(run.requests) <= 600 / 50 + 20 + 10
    assert stepped(play, deals) == 20
    assert "500 of 601 open deals read" in run.stdout
    assert "20 of 20 deals done" in run.stdout
    assert "Looked at 601 deals; 20 may have needed something and were processed." in run.stdout
    assert "Looked at 601 deals" in run.summary


def test_a_sweep_spends_its_budget_says_what_it_left_and_the_next_goes_on(play: Play) -> None:
    play.sales.push("kim", CONFIG, "version: 1\nsweep: {budget: 30}\n")
    deals = copies(play, play.deal(), 28, due=28)
    done: list[int] = []
    while len(done) < 4 and done[-1:] != [28]:
        run = play.sweep()
        assert run.exit_code == 0, run.stdout
        assert content(run.requests) <= 30 + 1, "a deal once begun is finished"
        done.append(stepped(play, deals))
        assert left(run) == 28 - done[-1]
    assert done == [15, 28]
    assert writes(play.sweep().requests) == []


def test_a_sweep_keeps_to_githubs_pace(play: Play) -> None:
    """The sandbox refuses the 81st write of a minute, as GitHub does. The sweep does not come near it."""
    deals = copies(play, play.deal(), 45, due=45)
    begun = play.github.clock.now()
    run = play.sweep()
    assert (run.exit_code, stepped(play, deals)) == (0, 45)
    assert [entry.status for entry in run.requests if entry.status != 200] == []
    seconds = (play.github.clock.now() - begun).total_seconds()
    assert content(run.requests) / seconds <= 80 / 60


def test_a_sweep_begins_nothing_new_after_eight_minutes(play: Play) -> None:
    deals = copies(play, play.deal(), 14, due=14)
    play.at(6, lambda: play.github.advance(timedelta(minutes=9)))
    run = play.sweep()
    assert (run.exit_code, stepped(play, deals)) == (0, 14 - left(run))
    assert 0 < left(run) < 14
    assert play.sweep().exit_code == 0
    assert stepped(play, deals) == 14


def test_facts_older_than_a_minute_are_never_written_on(play: Play) -> None:
    """Ten deals are read at once. While the first is written two minutes pass, and somebody says more on the last."""
    deals = copies(play, play.deal(), 3, due=3)
    last = deals[-1]

    def concurrent() -> None:
        play.github.advance(timedelta(minutes=2))
        play.sales.edit_issue("ann", last, body="They called.\n")

    play.at(7, concurrent)
    assert play.sweep().exit_code == 0
    assert play.sales.issue(last).body.startswith("They called.\n\n### Next step")


def test_at_most_twenty_five_reminders_a_sweep(play: Play) -> None:
    deal = play.deal("qualified")
    play.sales.comment("nora", deal, "/next tomorrow call @kim")
    play.reconcile()
    deals = copies(play, deal, 29)
    play.github.advance(timedelta(days=2))
    reminded = []
    for _ in range(2):
        assert play.sweep().exit_code == 0
        reminded.append(sum("reminder" in play.said(number) for number in (deal, *deals)))
        play.github.advance(timedelta(hours=1))
    assert reminded == [25, 30]


def test_the_most_urgent_deals_come_first(play: Play) -> None:
    """A command waits for an answer; nobody is reminded before that."""
    play.sales.push("kim", CONFIG, "version: 1\nsweep: {budget: 10}\n")
    deal = play.deal("qualified")
    play.sales.comment("nora", deal, "/assign @kim\n/next tomorrow call @kim")
    play.reconcile()
    deals = copies(play, deal, 11)
    play.github.advance(timedelta(days=2))
    play.sales.comment("nora", deals[-1], "/value 9000")
    run = play.sweep()
    assert "### Value" in play.sales.issue(deals[-1]).body
    assert left(run) > 0


def test_a_dry_sweep_says_what_it_would_do_and_writes_nothing(play: Play) -> None:
    play.sales.push("kim", CONFIG, "version: 1\nsince: 2026-11-23\n")
    deals = [play.sales.open_issue("ann", f"Deal {n}") for n in range(3)]
    play.drop()
    before = play.sales.issues()
    play.sales.schedule()
    run = play.run(inputs={"dry-run": "true"})
    assert (run.exit_code, writes(run.requests), play.sales.issues(), play.sales.labels()) == (0, [], before, ())
    assert run.stdout.count("would write the card") == len(deals)
    assert "What would have been done (dry run)" in run.summary
    run = play.salesbot("sweep", "--dry-run")
    assert (run.exit_code, writes(run.requests), play.sales.issues()) == (0, [], before)
    assert run.stdout.count("would write the card") == len(deals)
    assert run.stdout.splitlines()[-1] == (
        "A sweep would now change 3 of 3 deals, with 6 comments and edits; nothing was written."
    )
    assert "processed" not in run.stdout


def test_a_dry_sweep_with_nothing_to_do_says_that(play: Play) -> None:
    play.deal()
    play.reconcile()
    run = play.salesbot("sweep", "--dry-run")
    assert run.stdout.splitlines()[-1] == "A sweep would now change none of 1 deal; nothing was written."


def test_a_dry_sweep_says_what_a_real_one_would_leave(play: Play) -> None:
    play.sales.push("kim", CONFIG, "version: 1\nsince: 2026-11-23\nsweep: {budget: 10}\n")
    for n in range(30):
        play.sales.open_issue("ann", f"Deal {n}")
    play.drop()
    said = play.salesbot("sweep", "--dry-run").stdout.splitlines()[-1]
    found = re.fullmatch(
        r"A sweep would now change (\d+) of 30 deals, with (\d+) comments and edits, "
        r"and leave (\d+) for the next one; nothing was written\.",
        said,
    )
    assert found is not None, said
    assert int(found[1]) + int(found[3]) == 30
    assert int(found[2]) >= 10


@pytest.mark.parametrize("how", ["schedule", "workflow_dispatch", "on a machine of one's own"])
def test_a_sweep_is_the_same_however_it_is_started(play: Play, how: str) -> None:
    deal = play.deal()
    play.sales.comment("nora", deal, "/prospect")
    play.drop()
    if how == "schedule":
        run = play.sweep()
    elif how == "workflow_dispatch":
        play.sales.workflow_dispatch(by="kim")
        run = play.run()
    else:
        run = play.salesbot("sweep")
    assert (run.exit_code, play.stages(deal)) == (0, ["prospect"])
    assert "Looked at 1 deal; 1 may have needed something and was processed." in run.stdout
    play.assert_at_rest(deal)


# A wrong configuration, a lost label


WRONG = "version: 1\nstages: {leed: {probability: 300}}\n"


def test_a_broken_configuration_is_one_problem_issue_and_every_schedule_fails_until_it_is_repaired(play: Play) -> None:
    deals = [play.deal(), play.deal()]
    play.sales.push("kim", CONFIG, WRONG)
    for deal in deals:
        play.sales.comment("nora", deal, "/prospect")
    before = [play.sales.issue(deal) for deal in deals]
    problems = set()
    for _ in range(3):
        run = play.sweep()
        assert run.exit_code == 2
        assert "salesbot.yml:2:" in told(run)[0][1]
        problems.add(play.problem())
        play.github.advance(timedelta(hours=2))
    assert [play.sales.issue(deal) for deal in deals] == before
    assert len(problems) == 1
    assert len(play.sales.issues()) == 3
    play.sales.push("kim", CONFIG, "version: 1\n")
    assert play.sweep().exit_code == 0
    assert [play.stages(deal) for deal in deals] == [["prospect"]] * 2, "commands given meanwhile are answered"
    assert play.problem() is None


def test_a_repaired_configuration_closes_the_problem_also_where_no_deal_needs_anything(play: Play) -> None:
    play.deal()
    play.sales.push("kim", CONFIG, WRONG)
    assert play.sweep().exit_code == 2
    assert play.problem() is not None
    play.sales.push("kim", CONFIG, "version: 1\n")
    assert play.sweep().exit_code == 0
    assert play.problem() is None
    assert writes(play.sweep().requests) == []


def test_a_sweep_by_hand_fails_only_when_it_opens_the_problem(play: Play) -> None:
    play.deal()
    play.sales.push("kim", CONFIG, WRONG)
    codes = []
    for _ in range(2):
        play.sales.workflow_dispatch(by="kim")
        codes.append(play.run().exit_code)
    assert codes == [2, 0]
    assert play.salesbot("sweep").exit_code == 2


@pytest.mark.parametrize("event_comes", [True, False], ids=["the event of it came", "the event of it was lost"])
@pytest.mark.parametrize("how", ["deleted", "renamed"])
def test_a_lost_stage_label_is_one_problem_and_its_deals_are_left_alone(
    play: Play, how: str, event_comes: bool
) -> None:
    deals = [play.deal() for _ in range(3)]
    other = play.deal("qualified")
    if how == "deleted":
        play.sales.delete_label("kim", "stage:lead")
    else:
        play.sales.rename_label("kim", "stage:lead", "stage:hot")
    if event_comes:
        play.reconcile()
    play.sales.comment("nora", other, "/value 9000")
    before = [play.sales.issue(deal) for deal in deals]
    for _ in range(2):
        run = play.sweep()
        assert run.exit_code == 2, run.stdout
        assert [play.sales.issue(deal) for deal in deals] == before
        assert len(play.sales.issues()) == 5, "one problem, not one for each deal"
    assert "9,000 EUR" in play.text(other, "card"), "the other stages go on"
    if how == "deleted":
        play.sales.create_label("kim", "stage:lead")
    else:
        play.sales.rename_label("kim", "stage:hot", "stage:lead")
    play.drop()
    assert play.sweep().exit_code == 0
    assert [play.stages(deal) for deal in deals] == [["lead"]] * 3
    assert play.problem() is None


# Tokens and weather


@pytest.fixture
def permissions(github: Sandbox) -> Iterator[Any]:
    """Say which `permissions:` the job has."""
    before = github.runner.workflow

    def give(issues: Scope = "write", contents: Scope = "read") -> None:
        github.runner.workflow = replace(before, issues=issues, contents=contents)

    yield give
    github.runner.workflow = before


def test_a_sweep_that_may_not_read_files_does_not_run_the_default_pipeline(play: Play, permissions: Any) -> None:
    play.sales.push("kim", CONFIG, "version: 1\ninitial: prospect\n")
    deal = play.deal("prospect")
    play.sales.comment("nora", deal, "/lead")
    before = play.sales.issue(deal)
    permissions(contents="none")
    run = play.sweep()
    assert (run.exit_code, kinds(run), play.sales.issue(deal)) == (1, ["query"], before)
    assert "`contents: read`" in told(run)[0][1]


def test_a_sweep_that_may_not_write_says_which_permission_is_missing_and_gives_up_soon(
    play: Play, permissions: Any
) -> None:
    deals = copies(play, play.deal(), 12, due=12)
    before = play.sales.issues()
    permissions(issues="read")
    run = play.sweep()
    assert (run.exit_code, play.sales.issues()) == (1, before)
    assert "`issues: write`" in told(run)[0][1]
    assert len(writes(run.requests)) <= 6, "it does not try twelve times"
    permissions()
    assert play.sweep().exit_code == 0
    assert stepped(play, deals) == 12


def test_a_page_github_cannot_manage_is_asked_for_in_smaller_parts(play: Play) -> None:
    deals = copies(play, play.deal(), 120, due=3)
    play.github.arm(Fault.fails(504, on="query", nth=3, times=2))
    run = play.sweep()
    assert (run.exit_code, stepped(play, deals)) == (0, 3)


def test_ten_deals_github_cannot_read_at_once_are_read_one_by_one(play: Play) -> None:
    deals = copies(play, play.deal(), 12, due=12)
    play.github.arm(Fault.fails(502, on="query", nth=5, times=4))
    run = play.sweep()
    assert (run.exit_code, stepped(play, deals)) == (0, 12), run.stdout


def test_a_deal_that_cannot_be_read_does_not_keep_the_others_from_being_settled(play: Play) -> None:
    deals = copies(play, play.deal(), 3, due=3)
    play.github.arm(Fault.nulls("repository.i0.newest", on="query", times=20))
    play.github.arm(Fault.nulls("repository.issue.newest", on="query", nth=10, times=4))  # the first deal, alone
    run = play.sweep()
    assert (run.exit_code, stepped(play, deals)) == (1, 2), run.stdout
    play.github.faults.clear()
    assert play.sweep().exit_code == 0
    assert stepped(play, deals) == 3
