"""What an event costs, from the sandbox's own request log: two requests for a move, one for nothing, none for noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from github_sandbox import Delivery
from tests.e2e.play import BOT, CONFIG, Play, kinds

TWO = ["query", "mutation"]
ONE = ["query"]

Change = Callable[[Play, int], object]


def _ticked(play: Play, deal: int) -> None:
    play.sales.close("ann", deal)
    play.reconcile()
    play.sales.tick("nora", play.one(deal, "ask").id, "lost: price")


def _refused_before(play: Play, deal: int) -> None:
    play.sales.label("ann", deal, "stage:won")
    play.reconcile()
    play.sales.label("ann", deal, "stage:prospect")


def _estimated(play: Play, deal: int) -> None:
    play.sales.push("kim", CONFIG, "rates: {default: 900 EUR}")
    play.sales.comment("kim", deal, '/qualify --force "for the test"')
    play.reconcile()
    found = play.one(deal, "checklist:estimate")
    lines = "- [ ] Design: 8-10 d @nora\n- [ ] Hosting: 1,200 EUR\n- [ ] Tests @kim\n"
    play.sales.edit_comment("nora", found.id, f"{found.body}\n\n**Packages**\n\n{lines}")


def _table(play: Play, deal: int) -> None:
    _estimated(play, deal)
    play.reconcile()
    assert "8,400 to 10,200 EUR" in play.text(deal, "card")
    play.sales.comment("nora", deal, "/estimate")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda play, deal: play.sales.label("ann", deal, "stage:prospect"), id="a label"),
        pytest.param(lambda play, deal: play.sales.label("ann", deal, "stage:won"), id="a refused label"),
        pytest.param(_refused_before, id="a label after a refused one: the refusal is hidden in the same document"),
        pytest.param(lambda play, deal: play.sales.comment("ann", deal, "/prospect"), id="a command"),
        pytest.param(lambda play, deal: play.sales.comment("ann", deal, "/lost price"), id="a command that closes"),
        pytest.param(lambda play, deal: play.sales.comment("ann", deal, "/qualify"), id="a refused command"),
        pytest.param(lambda play, deal: play.sales.comment("nora", deal, "/value 9k\n/prospect"), id="a plan"),
        pytest.param(lambda play, deal: play.sales.comment("eve", deal, "/prospect"), id="an outsider's command"),
        pytest.param(lambda play, deal: play.sales.comment("nora", deal, "/call about the price"), id="a logged call"),
        pytest.param(lambda play, deal: play.sales.comment("ann", deal, "/help"), id="help"),
        pytest.param(lambda play, deal: play.sales.close("ann", deal), id="closed by hand"),
        pytest.param(lambda play, deal: play.sales.unlabel("ann", deal, "stage:lead"), id="the stage taken off"),
        pytest.param(lambda play, deal: play.sales.assign("ann", deal, "nora"), id="a new owner"),
        pytest.param(lambda play, deal: play.tick_all(deal, "qualification"), id="a checklist settled"),
        pytest.param(_ticked, id="a tick in the question how it ended"),
        pytest.param(_estimated, id="amounts in the estimate"),
        pytest.param(_table, id="the table of an estimate"),
    ],
)
def test_one_read_and_one_write(play: Play, change: Change) -> None:
    deal = play.deal()
    play.sales.collaborators_readable(True)
    change(play, deal)
    run = play.run()
    assert kinds(run) == TWO


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda play, deal: play.sales.edit_issue("ann", deal, body="We met on Monday."), id="the text"),
        pytest.param(
            lambda play, deal: play.sales.comment("ann", deal, "/usr/bin is a folder"), id="talk with a slash"
        ),
        pytest.param(
            lambda play, deal: play.sales.comment("ann", deal, "```\n/won\n```"), id="a command as an example"
        ),
        pytest.param(lambda play, deal: play.sales.comment("ann", deal, "/cc @lee"), id="a word that is no command"),
        pytest.param(lambda play, deal: play.sales.swap("ann", deal, "bug", "idea"), id="labels of no stage"),
    ],
)
def test_one_read_where_there_is_nothing_to_do(play: Play, change: Change) -> None:
    deal = play.deal()
    play.sales.create_label("kim", "bug")
    play.sales.create_label("kim", "idea")
    play.sales.label("ann", deal, "bug")
    play.reconcile()
    change(play, deal)
    assert [kinds(run) for run in play.reconcile()] in ([ONE], [ONE, ONE])


def test_a_role_is_asked_in_a_third_request_where_the_token_may_not_list_people(play: Play) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    assert kinds(play.run()) == ["query", "rest", "mutation"]
    play.sales.label("ann", deal, "stage:lead")
    assert kinds(play.run()) == TWO, "who labels has triage: GitHub lets nobody else"


def test_labels_are_created_in_a_third_request_on_the_first_day_only(play: Play) -> None:
    for expected in (["query", "mutation", "mutation"], TWO):
        play.sales.open_issue("ann", "Acme")
        assert kinds(play.run()) == expected


def test_the_size_of_the_repository_does_not_matter(play: Play) -> None:
    deal = play.deal()
    play.sales.collaborators_readable(True)
    issues: list[dict[str, Any]] = [
        {"title": f"Deal {i}", "author": "ann", "labels": ["stage:lead"], "comments": [
            {"by": BOT, "at": "2026-11-20T09:00:00Z", "body": "hello"}]}
        for i in range(3000)
    ]  # fmt: skip
    play.sales.seed(issues)
    play.sales.label("ann", deal, "stage:prospect")
    assert kinds(play.run()) == TWO
    play.sales.comment("ann", deal, "/lead")
    assert kinds(play.run()) == TWO
    assert kinds(play.by_hand(deal)) == ONE


# What is none of our business


def _pull_request(delivery: Delivery) -> Delivery:
    issue = {**delivery.payload["issue"], "pull_request": {"url": "https://github.test/pulls/7"}}
    return replace(delivery, payload={**delivery.payload, "issue": issue})


def _as(delivery: Delivery, action: str) -> Delivery:
    return replace(delivery, action=action, payload={**delivery.payload, "action": action})


def _by_bot(delivery: Delivery) -> Delivery:
    return replace(delivery, payload={**delivery.payload, "sender": {"login": "acme[bot]", "type": "Bot"}})


@pytest.mark.parametrize(
    "action",
    ["deleted", "transferred", "pinned", "unpinned", "milestoned", "demilestoned", "locked", "unlocked", "typed"],
)  # fmt: skip
def test_issues_actions_that_move_nothing_cost_nothing(play: Play, action: str) -> None:
    play.sales.open_issue("ann", "Acme")
    run = play.run(_as(play.github.outbox[0], action))
    assert (run.exit_code, kinds(run)) == (0, [])


def test_a_label_of_the_list_that_changes_its_colour_costs_nothing(play: Play) -> None:
    play.deal()
    play.sales.rename_label("kim", "stage:lead", "stage:x")
    renamed = play.github.outbox[0]
    run = play.run(replace(renamed, payload={**renamed.payload, "changes": {"color": {"from": "ededed"}}}))
    assert (run.exit_code, kinds(run)) == (0, [])


@pytest.mark.parametrize("change", ["opened", "commented"])
def test_pull_requests_cost_nothing(play: Play, change: str) -> None:
    deal = play.sales.open_issue("ann", "Acme")
    if change == "commented":
        play.drop()
        play.sales.comment("ann", deal, "/won")
    run = play.run(_pull_request(play.github.outbox[0]))
    assert (run.exit_code, kinds(run)) == (0, [])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda play, deal: play.sales.comment("ann", deal, "We met on Monday."), id="a comment"),
        pytest.param(lambda play, deal: play.sales.comment("ann", deal, "see 1/2 and and/or"), id="a slash inside"),
        pytest.param(lambda play, deal: play.sales.edit_issue("ann", deal, title="Acme AG"), id="a new title"),
        pytest.param(lambda play, deal: play.sales.create_label("kim", "bug"), id="a label for the list"),
        pytest.param(lambda play, deal: play.sales.dispatch("deploy", {}), id="somebody else's repository_dispatch"),
        pytest.param(
            lambda play, deal: play.sales.delete_comment("ann", play.sales.comment("ann", deal, "never mind")),
            id="a person's comment deleted",
        ),
    ],
)
def test_talk_costs_nothing(play: Play, change: Change) -> None:
    deal = play.deal()
    change(play, deal)
    runs = play.reconcile()
    assert [(run.exit_code, kinds(run)) for run in runs] == [(0, [])] * len(runs)
    assert runs


def test_a_bots_comment_costs_nothing(play: Play) -> None:
    play.sales.comment("ann", play.deal(), "/won")
    run = play.run(_by_bot(play.github.outbox[0]))
    assert (run.exit_code, kinds(run)) == (0, [])


def test_a_stage_label_deleted_from_the_list_is_one_event_not_one_for_each_deal(play: Play) -> None:
    for _ in range(3):
        play.deal()
    play.sales.delete_label("kim", "stage:lead")
    runs = play.reconcile()
    quiet = [run for run in runs if run.delivery.event == "issues"]
    assert [kinds(run) for run in quiet] == [[]] * 3


EVENTS = """
branch_protection_rule check_run check_suite create delete deployment deployment_status discussion discussion_comment
fork gollum merge_group milestone page_build project project_card project_column public pull_request
pull_request_review pull_request_review_comment pull_request_target push registry_package release status sub_issues
watch workflow_call workflow_run image_version member team_add star something_of_next_year
"""


@pytest.mark.parametrize("event", [*EVENTS.split(), ""])
def test_events_of_other_kinds_cost_nothing(play: Play, event: str) -> None:
    play.sales.open_issue("ann", "Acme")
    run = play.run(replace(play.github.outbox[0], event=event, payload={"action": "created", "ref": "refs/heads/x"}))
    assert (run.exit_code, kinds(run)) == (0, [])
    assert "does not handle the event" in run.summary
