"""Whose token a run has, and what it may: what is missing is named, and nothing is half done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from github_sandbox import Fault, Sandbox
from github_sandbox.rules.access import Scope
from tests.e2e.play import BOT, CONFIG, Play, field_names, kinds, name_of, told, writes

APP = "acme-sales[bot]"


@pytest.fixture
def permissions(github: Sandbox) -> Iterator[Any]:
    """Say which `permissions:` the job has."""
    before = github.runner.workflow

    def give(issues: Scope = "write", contents: Scope = "read") -> None:
        github.runner.workflow = replace(before, issues=issues, contents=contents)

    yield give
    github.runner.workflow = before


def test_a_token_that_may_not_read_files_does_not_run_the_default_pipeline(play: Play, permissions: Any) -> None:
    play.sales.push("kim", CONFIG, "version: 1\ninitial: prospect\n")
    permissions(contents="none")
    play.sales.open_issue("ann", "Acme")
    run = play.run()
    assert (run.exit_code, kinds(run)) == (1, ["query"])
    ((level, message),) = told(run)
    assert level == "error"
    assert "Add `contents: read`" in message


@pytest.mark.parametrize("change", ["label", "command", "refused label", "new issue"])
def test_a_token_that_may_not_write_issues_does_nothing_and_says_which_permission_is_missing(
    play: Play, permissions: Any, change: str
) -> None:
    deal = play.deal()
    if change == "new issue":
        deal = play.sales.open_issue("ann", "Another")
    elif change == "command":
        play.sales.comment("ann", deal, "/value 9000\n/prospect")
    else:
        play.sales.label("ann", deal, "stage:prospect" if change == "label" else "stage:won")
    permissions(issues="read")
    before, problem = play.sales.issue(deal), play.problem()
    run = play.run()
    assert (run.exit_code, play.sales.issue(deal), play.problem()) == (1, before, problem)
    ((level, message),) = told(run)
    assert level == "error"
    assert "`issues: write`" in message
    permissions()
    play.by_hand(deal)
    play.by_hand(deal)
    play.assert_at_rest(deal)


def test_with_no_permission_for_issues_at_all(play: Play, permissions: Any) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    permissions(issues="none")
    run = play.run()
    assert (run.exit_code, writes(run.requests), play.stages(deal)) == (1, [], ["lead"])
    assert "`issues: write`" in told(run)[0][1]


@pytest.mark.parametrize("token", ["ghs_gone", "", "x y"])
def test_a_refused_or_empty_token_is_named_and_never_shown(play: Play, token: str) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    run = play.run(inputs={"token": token})
    assert (run.exit_code, writes(run.requests), play.stages(deal)) == (1 if token else 2, [], ["lead"])
    ((_, message),) = told(run)
    assert "token" in message
    assert not token or token not in run.stdout + run.summary


def test_the_token_is_never_in_the_log_or_the_summary(play: Play) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    delivery = play.github.outbox[0]
    token = play.github.prepare(delivery).token
    run = play.run(delivery, {"token": token})
    assert token not in run.stdout + run.stderr + run.summary + str(run.outputs)


def test_an_apps_token_does_the_same_and_its_own_changes_move_nothing(play: Play) -> None:
    play.environment["INPUT_TOKEN"] = play.github.token(APP)
    deal = play.sales.open_issue("ann", "Acme")
    play.reconcile()
    said = play.sales.comment("nora", deal, "/value 9000\n/prospect")
    play.sales.label("ann", deal, "stage:won")
    play.reconcile()
    assert play.stages(deal) == ["prospect"]
    comments = play.sales.issue(deal).comments
    assert {c.author for c in comments} == {APP, "nora"}
    assert [name_of(c) for c in comments if c.author == APP] == ["card", "checklist:qualification", "refusal"]
    assert [c.reactions for c in comments if c.id == said] == [(("ROCKET", APP),)]
    assert play.by_hand(deal).exit_code == 0
    assert kinds(play.by_hand(deal)) == ["query"]


def test_another_identity_takes_over_without_asking_anew(play: Play) -> None:
    """A new token: the labels stand, and no command of before is run again."""
    deal = play.deal()
    play.sales.comment("nora", deal, "/value 9000\n/prospect")
    play.reconcile()
    play.sales.comment("nora", deal, "/lead")
    play.reconcile()
    play.environment["INPUT_TOKEN"] = play.github.token(APP)
    play.github.advance(60)
    play.by_hand(deal)
    assert play.stages(deal) == ["lead"]
    play.sales.comment("ann", deal, "/prospect")
    play.reconcile()
    assert play.stages(deal) == ["prospect"]


def test_another_workflow_of_the_same_identity_is_not_us(play: Play) -> None:
    """github-actions[bot] is everybody's: its comments without our marker are talk, its reactions no receipts."""
    deal = play.deal()
    said = play.sales.comment("ann", deal, "/prospect")
    play.sales.react(BOT, said, "ROCKET")
    play.sales.comment(BOT, deal, "/won 1 EUR")
    play.reconcile()
    assert play.stages(deal) == ["prospect"]
    play.sales.label(BOT, deal, "stage:won")
    play.by_hand(deal)
    assert play.stages(deal) == ["prospect"]
    assert "@github-actions" not in play.text(deal, "refusal")


@pytest.mark.parametrize("readable", [True, False])
def test_roles_are_asked_of_github_whether_the_token_may_list_people_or_not(play: Play, readable: bool) -> None:
    deal = play.deal()
    play.sales.collaborators_readable(readable)
    for person, received in (("eve", "CONFUSED"), ("ann", "CONFUSED"), ("nora", "ROCKET")):
        said = play.sales.comment(person, deal, "/value 9000")
        (run,) = play.reconcile()
        assert play.receipts(deal, said) == [received]
        assert kinds(run)[:-1] == (["query"] if readable else ["query", "rest"])
    assert "### Value" in play.sales.issue(deal).body


@pytest.mark.parametrize(
    "fault", [Fault.fails(502, on="rest", times=9), Fault.resets(on="rest", times=9)], ids=["it fails", "it is silent"]
)
def test_where_github_cannot_say_a_role_nothing_is_done_and_the_run_fails(play: Play, fault: Fault) -> None:
    deal = play.deal()
    play.sales.comment("eve", deal, "/prospect")
    before = play.sales.issue(deal)
    play.github.arm(fault)
    assert play.run().exit_code == 1
    assert play.sales.issue(deal) == before, "no receipt either: the next run asks again"


def test_a_custom_role_counts_as_what_it_allows(play: Play) -> None:
    deal = play.deal()
    play.github.define_role("sales-lead", "write")
    play.sales.set_role("lea", "sales-lead")
    for readable in (True, False):
        play.sales.collaborators_readable(readable)
        said = play.sales.comment("lea", deal, f"/value {9000 + readable}")
        play.reconcile()
        assert play.receipts(deal, said) == ["ROCKET"]


def test_each_author_is_asked_for_not_only_who_woke_us(play: Play) -> None:
    deal = play.deal()
    first = play.sales.comment("eve", deal, "/prospect")
    second = play.sales.comment("kim", deal, "/revisit 2027-01-15")
    delivery = play.github.outbox[1]
    play.drop()
    play.run(delivery)
    assert play.stages(deal) == ["revisit"]
    assert (play.receipts(deal, first), play.receipts(deal, second)) == (["CONFUSED"], ["ROCKET"])


def test_the_writes_are_one_document_in_the_order_of_the_protocol(play: Play) -> None:
    deal = play.deal("negotiating")
    play.sales.comment("nora", deal, "/won 9000")
    (run,) = play.reconcile()
    assert field_names(run.requests[-1]) == [
        "updateIssueComment", "updateIssue", "addLabelsToLabelable", "removeLabelsFromLabelable", "closeIssue",
        "addComment", "addReaction",
    ]  # fmt: skip
