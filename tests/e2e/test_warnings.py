"""What salesbot goes on with, and says in the problem issue: bots that change labels back, owners nobody can assign."""

from __future__ import annotations

import pytest

from github_sandbox import Run, Sandbox
from tests.e2e.play import CONFIG, Play, told
from tests.keys import PRIVATE_KEY, PUBLIC_KEY

SYNC = "sync[bot]"
HOUR = 3600


def fight(play: Play, deal: int, rounds: int, label: str = "stage:lead", by: str = SYNC) -> list[Run]:
    """The bot takes the label off whenever it is there, and every run it starts ends."""
    runs: list[Run] = []
    for _ in range(rounds):
        if label in play.sales.issue(deal).labels:
            play.sales.unlabel(by, deal, label)
        runs += play.reconcile()
    return runs


def test_a_fight_ends_after_three_rounds_and_is_named(play: Play) -> None:
    deal = play.deal()
    runs = fight(play, deal, 12)
    assert {run.exit_code for run in runs} == {0}
    assert (len(runs), play.stages(deal)) == (3, [])
    number = play.problem()
    assert number is not None
    problem = play.sales.issue(number).body
    assert "sync" in problem
    assert f"#{deal}" in problem
    assert "stage:lead" in problem
    assert "salesbot works, but" in problem
    assert [level for level, _ in told(runs[-1])] == ["notice"]
    assert "change the label stage:lead in turns" in told(runs[-1])[0][1]
    assert "**lead**" in play.text(deal, "card")


def test_it_heals_by_itself_after_an_hour(play: Play) -> None:
    deal = play.deal()
    fight(play, deal, 5)
    play.github.advance(HOUR + 60)
    assert play.sweep().exit_code == 0
    assert (play.stages(deal), play.problem()) == (["lead"], None)
    play.assert_at_rest(deal)


def test_what_happens_on_another_deal_closes_the_issue_too(play: Play) -> None:
    deal, other = play.deal(), play.deal()
    fight(play, deal, 5)
    play.sales.comment("ann", other, "/status")
    play.reconcile()
    assert play.problem() is not None
    play.github.advance(HOUR + 60)
    play.sales.comment("ann", other, "/status")
    play.reconcile()
    assert play.problem() is None


def test_people_move_the_deal_meanwhile(play: Play) -> None:
    deal = play.deal()
    fight(play, deal, 5)
    said = play.sales.comment("kim", deal, "/lost price")
    (run,) = play.reconcile()
    assert (run.exit_code, play.stages(deal), play.receipts(deal, said)) == (0, ["lost"], ["ROCKET"])


def test_two_deals_of_one_bot_are_in_one_issue(play: Play) -> None:
    deals = [play.deal(), play.deal()]
    for deal in deals:
        fight(play, deal, 5)
    number = play.problem()
    assert number is not None
    assert all(f"On #{deal}," in play.sales.issue(number).body for deal in deals)


def test_an_app_that_hears_what_it_does_itself_ends_the_fight(play: Play, github: Sandbox) -> None:
    app = github.app("acme-sales[bot]", PUBLIC_KEY)
    play.environment |= {"INPUT_APP-ID": str(app), "INPUT_APP-KEY": PRIVATE_KEY}
    play.sales.install(app)
    deal = play.sales.open_issue("ann", "Acme")
    play.reconcile()
    runs = fight(play, deal, 12)
    assert {run.exit_code for run in runs} == {0}
    assert play.stages(deal) == []
    assert len([run for run in runs if run.delivery.actor == SYNC]) == 3
    assert play.problem() is not None


def test_a_bot_that_puts_a_label_on_again_and_again(play: Play) -> None:
    deal = play.deal()
    for _ in range(8):
        if "stage:won" not in play.sales.issue(deal).labels:
            play.sales.label("tidy[bot]", deal, "stage:won")
        assert {run.exit_code for run in play.reconcile()} <= {0}
    assert sorted(play.stages(deal)) == ["lead", "won"]
    assert play.problem() is not None
    assert play.said(deal).count("refusal") == 1


# Configured owners


def lead(play: Play) -> tuple[int, Run]:
    number = play.sales.open_issue("kim", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
    *_, run = play.reconcile()
    return number, run


@pytest.mark.parametrize("people", ["[gone, ann]", "[ann, gone]", "[Gone, also-gone, ann]"])
def test_who_cannot_be_assigned_is_skipped_and_named_once(play: Play, people: str) -> None:
    play.sales.push("kim", CONFIG, f"version: 1\nowners: {{people: {people}}}\n")
    deal, run = lead(play)
    assert (run.exit_code, play.sales.issue(deal).assignees) == (0, ("ann",))
    assert any("gone, named in owners.people, cannot be assigned here." in text for _, text in told(run))
    number = play.problem()
    assert number is not None
    assert "`gone`" in play.sales.issue(number).body
    again, run = lead(play)
    assert (run.exit_code, told(run), play.sales.issue(again).assignees) == (0, [], ("ann",))
    assert play.sweep().exit_code == 0
    assert play.problem() == number


def test_nobody_can_be_assigned(play: Play) -> None:
    play.sales.push("kim", CONFIG, "version: 1\nowners: {people: [gone]}\n")
    deal, run = lead(play)
    assert (run.exit_code, play.sales.issue(deal).assignees) == (0, ())
    assert len(told(run)) == 1


@pytest.mark.parametrize("repair", ["the configuration", "the access"])
def test_the_issue_closes_when_it_is_repaired(play: Play, repair: str) -> None:
    play.sales.push("kim", CONFIG, "version: 1\nowners: {people: [gone, ann]}\n")
    lead(play)
    assert play.problem() is not None
    if repair == "the access":
        play.sales.set_role("gone", "write")
    else:
        play.sales.push("kim", CONFIG, "version: 1\nowners: {people: [ann]}\n")
    assert play.sweep().exit_code == 0
    assert play.problem() is None


def test_doctor_names_them(play: Play) -> None:
    goals = "report: {goal: {people: {left: {month: 5}, ann: {month: 5}}}}"
    play.sales.push("kim", CONFIG, f"version: 1\nowners: {{people: [gone, ann]}}\n{goals}\n")
    run = play.salesbot("doctor")
    assert "fix: gone, named in owners.people, cannot be assigned here." in run.stdout
    assert "fix: left, named in report.goal.people, is not in this repository." in run.stdout
    assert "ann, named" not in run.stdout
