"""What a run may find: a locked, moved or deleted issue, a dry run, a run by hand, another GitHub, a true process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from github_sandbox import Delivery, Sandbox, Workflow
from tests.e2e.fixtures import MONDAY
from tests.e2e.play import CONFIG, Door, Play, kinds, told, writes

COMMAND = [sys.executable, "-m", "salesbot", "run"]


# Issues as they may be


def test_on_a_locked_issue_only_labels_and_state_change_and_one_notice_says_so(play: Play) -> None:
    deal = play.deal("negotiating")
    play.sales.comment("nora", deal, "/value 9000")
    play.reconcile()
    play.sales.label("nora", deal, "stage:won")
    play.sales.lock("kim", deal)
    before = play.sales.issue(deal).comments
    run = play.run()
    issue = play.sales.issue(deal)
    ((level, text),) = told(run)
    assert (run.exit_code, level) == (0, "notice")
    assert "The issue is locked" in text
    assert (play.stages(deal), issue.state, issue.comments) == (["won"], "CLOSED", before)


def test_a_move_on_a_locked_issue_is_told_once_it_is_unlocked(play: Play) -> None:
    deal = play.deal("negotiating")
    play.sales.comment("nora", deal, "/value 9000")
    play.reconcile()
    play.sales.label("nora", deal, "stage:won")
    play.sales.lock("kim", deal)
    play.reconcile()
    play.sales.unlock("kim", deal)
    play.by_hand(deal)
    assert play.stages(deal) == ["won"]
    assert "**won** since" in play.text(deal, "card")
    assert "checklist:handover" in play.said(deal)
    play.assert_at_rest(deal)


def test_an_issue_transferred_in_keeps_its_stage_and_gets_a_card_of_its_own(play: Play) -> None:
    deal = play.deal("negotiating")
    target = play.github.repo("acme/other", roles={"kim": "admin", "ann": "triage"})
    target.create_label("kim", "stage:negotiating")
    play.drop()
    moved = play.sales.transfer("kim", deal, "acme/other")
    play.reconcile()
    target.comment("ann", moved, "/status")
    runs = play.reconcile()
    assert [run.exit_code for run in runs] == [0] * len(runs)
    there = Play(play.github, play.door, "acme/other")
    assert there.stages(moved) == ["negotiating"]
    assert there.said(moved).count("card") == 1
    assert f'"issue":{moved},' in there.one(moved, "card").body


@pytest.mark.parametrize("fate", ["deleted", "transferred"])
def test_a_run_that_comes_too_late_for_a_gone_issue_ends_well(play: Play, fate: str) -> None:
    deal = play.deal()
    play.github.repo("acme/other", roles={"kim": "admin"})
    play.sales.comment("ann", deal, "/prospect")
    late = play.github.outbox[0]
    if fate == "deleted":
        play.sales.delete_issue("kim", deal)
    else:
        play.sales.transfer("kim", deal, "acme/other")
    play.drop()
    run = play.run(late)
    assert (run.exit_code, kinds(run)) == (0, ["query"])
    assert "gone" in run.summary


def test_a_repository_that_is_gone_is_a_failure_with_a_name(play: Play) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    play.environment["GITHUB_REPOSITORY"] = "acme/gone"
    run = play.run()
    assert (run.exit_code, kinds(run)) == (1, ["query"])
    assert "acme/gone" in told(run)[0][1]


def test_a_comment_deleted_before_the_run_is_not_obeyed(play: Play) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, "/prospect")
    late = play.github.outbox[0]
    play.sales.delete_comment("ann", said)
    play.drop()
    run = play.run(late)
    assert (run.exit_code, play.stages(deal), kinds(run)) == (0, ["lead"], ["query"])


# Runs as they may be


def opened(play: Play) -> int:
    return play.sales.open_issue("ann", "Acme")


def labelled(play: Play) -> int:
    deal = play.deal()
    play.sales.label("ann", deal, "stage:prospect")
    return deal


def commanded(play: Play) -> int:
    deal = play.deal("negotiating")
    play.sales.comment("nora", deal, "/value 9000\n/won")
    return deal


def misconfigured(play: Play) -> int:
    deal = play.deal()
    play.sales.push("kim", CONFIG, "version: 2\n")
    play.sales.comment("ann", deal, "/prospect")
    return deal


def renamed(play: Play) -> int:
    deal = play.deal()
    play.sales.rename_label("kim", "stage:lead", "fresh")
    return deal


@pytest.mark.parametrize(
    ("change", "would"),
    [
        pytest.param(opened, ["create the label stage:lead", "write the card"], id="a new issue"),
        pytest.param(labelled, ["add the label", "remove the label stage:lead"], id="a label"),
        pytest.param(commanded, ["add the label stage:won", "close the issue", "🚀"], id="a plan"),
        pytest.param(misconfigured, ["open the issue"], id="a wrong configuration"),
        pytest.param(renamed, ["open the issue"], id="a renamed stage label"),
    ],
)
def test_a_dry_run_writes_nothing_and_says_what_would_be_done(
    play: Play, change: Callable[[Play], int], would: list[str]
) -> None:
    deal = change(play)
    before, labels = play.sales.issues(), play.sales.labels()
    run = play.run(inputs={"dry-run": "true"})
    assert writes(run.requests) == []
    assert (play.sales.issues(), play.sales.labels()) == (before, labels)
    assert "What would have been done (dry run):" in run.summary
    assert all(words in run.summary for words in would if change is not labelled), run.summary
    assert f"deal #{deal}" in run.summary or change is renamed


def test_a_dry_run_says_would_and_its_outputs_say_where_the_deal_is(play: Play) -> None:
    labelled(play)
    run = play.run(inputs={"dry-run": "true"})
    assert "**Would move** from lead to prospect by ann (label)" in run.summary
    assert "Moved" not in run.summary + run.stdout
    assert [run.outputs[name] for name in ("stage", "previous-stage", "moved")] == ["lead", "lead", "false"]


def test_after_a_dry_run_the_real_one_does_it(play: Play) -> None:
    deal = labelled(play)
    dry = play.run(inputs={"dry-run": "true"})
    real = play.by_hand(deal)
    assert json.loads(dry.outputs["changes"]) == json.loads(real.outputs["changes"])
    assert play.stages(deal) == ["prospect"]


@pytest.mark.parametrize("number", ["{}", "#{}", " {} "])
def test_run_workflow_looks_at_the_deal_by_number(play: Play, number: str) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    play.drop()
    play.sales.workflow_dispatch({"issue": number.format(deal)}, by="nora")
    run = play.run()
    assert (run.exit_code, play.stages(deal)) == (0, ["prospect"])


def test_the_input_issue_looks_at_the_deal_whatever_the_event_was(play: Play) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    play.drop()
    play.sales.schedule()
    run = play.run(inputs={"issue": f"#{deal}"})
    assert (run.exit_code, play.stages(deal)) == (0, ["prospect"])


def test_run_workflow_for_an_issue_there_is_not(play: Play) -> None:
    play.deal()
    play.sales.workflow_dispatch({"issue": "99"}, by="nora")
    run = play.run()
    assert (run.exit_code, kinds(run)) == (0, ["query"])
    assert "Issue 99 is gone" in run.summary


def test_github_enterprise_server_is_spoken_to_at_its_own_addresses(door: Door) -> None:
    with Sandbox(at=MONDAY, step=1, enterprise=True) as server:
        door.sleep = lambda seconds: None
        play = Play(server, door)
        deal = play.deal()
        play.sales.comment("nora", deal, "/value 9k\n/prospect")
        play.reconcile()
        assert play.stages(deal) == ["prospect"]
        paths = {entry.path.partition("repos")[0] for entry in server.requests}
        assert paths == {"/api/graphql", "/api/v3/"}
        play.assert_at_rest(deal)


def test_without_a_graphql_address_it_is_derived_from_the_other(door: Door) -> None:
    with Sandbox(at=MONDAY, step=1, enterprise=True) as server:
        play = Play(server, door)
        play.environment["GITHUB_GRAPHQL_URL"] = ""
        assert play.stages(play.deal()) == ["lead"]


# True processes


@pytest.fixture
def process(github: Sandbox) -> Iterator[Sandbox]:
    before = github.runner.workflow
    github.runner.workflow = Workflow(COMMAND)
    yield github
    github.runner.workflow = before


def test_as_a_process_a_label_moves_a_deal(play: Play, process: Sandbox) -> None:
    deal = play.deal()
    play.sales.label("ann", deal, "stage:prospect")
    run = process.run(process.outbox[0])
    assert (run.exit_code, play.stages(deal), run.stderr) == (0, ["prospect"], "")
    assert (run.outputs["moved"], run.outputs["stage"]) == ("true", "prospect")
    assert len(run.requests) == 2
    play.assert_at_rest(deal)


def test_as_a_process_a_wrong_configuration_exits_2(play: Play, process: Sandbox) -> None:
    deal = misconfigured(play)
    run = process.run(process.outbox[0])
    assert (run.exit_code, play.stages(deal), run.stderr) == (2, ["lead"], "")
    assert run.stdout.startswith(f"::error::{CONFIG}:1:")


def test_outside_of_actions_it_says_what_is_missing() -> None:
    env = {"PATH": os.environ["PATH"]}
    run = subprocess.run(COMMAND, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stderr) == (2, "")
    assert run.stdout.startswith("::error::Wrong input: GITHUB_REPOSITORY must be owner/name")


def test_two_runs_of_the_same_event_one_after_the_other_are_one(play: Play) -> None:
    deal = labelled(play)
    delivery: Delivery = play.github.outbox[0]
    assert [kinds(play.run(delivery)) for _ in range(2)] == [["query", "mutation"], ["query"]]
    play.assert_at_rest(deal)
