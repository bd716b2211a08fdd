"""The one issue that says why salesbot cannot go on: a wrong configuration, a stage label that is gone."""

from __future__ import annotations

import pytest

from github_sandbox import Run
from salesbot.adapters.github import Client, GitHub, RepositoryPaths
from salesbot.core.model.facts import Trigger
from salesbot.tasks.deal import DealProcessor
from tests.e2e.play import CONFIG, Play, kinds, told, writes

WRONG = "version: 1\nstages:\n  qualified: {probability: 350}\n  lead: {nxt: [qualified]}\n"
WRONG_TOO = "version: 1\nstages:\n  lead: {nxt: [qualified]}\n"
RIGHT = "version: 1\n"


def changed(play: Play, deal: int) -> tuple[object, ...]:
    """What salesbot may not touch while something is wrong: the deal, as people see it."""
    issue = play.sales.issue(deal)
    return issue.labels, issue.body, issue.state, [c for c in issue.comments if c.author != "ann"]


def at_once(play: Play, deal: int, text: str) -> Run:
    """Somebody comments, and the run ends."""
    play.sales.comment("ann", deal, text)
    return play.run()


def test_a_wrong_configuration_opens_one_problem_issue_and_touches_no_deal(play: Play) -> None:
    deal = play.deal()
    play.sales.push("nora", CONFIG, WRONG)
    before = changed(play, deal)
    run = at_once(play, deal, "/prospect")
    number = play.problem()
    assert number is not None
    problem = play.sales.issue(number)
    assert (run.exit_code, changed(play, deal)) == (2, before)
    assert problem.title == "salesbot needs attention"
    assert [level for level, _ in told(run)] == ["error", "error"]
    assert told(run)[0][1].startswith(f"{CONFIG}:3:28: stages.qualified.probability: ")
    assert told(run)[1][1].startswith(f"{CONFIG}:4:10: stages.lead.nxt: ")
    assert all(what in problem.body for what in ("3:28", "4:10", "Did you mean", "last changed by @nora"))


def test_runs_of_others_after_that_end_well_with_a_warning_and_write_nothing(play: Play) -> None:
    deal = play.deal()
    play.sales.push("nora", CONFIG, WRONG)
    at_once(play, deal, "/prospect")
    run = at_once(play, deal, "/prospect")
    assert (run.exit_code, kinds(run)) == (0, ["query"])
    assert [level for level, _ in told(run)] == ["warning", "warning"]


def test_the_problem_issue_is_edited_when_the_problems_change(play: Play) -> None:
    deal = play.deal()
    play.sales.push("nora", CONFIG, WRONG)
    at_once(play, deal, "/prospect")
    number = play.problem()
    play.sales.push("kim", CONFIG, WRONG_TOO)
    run = at_once(play, deal, "/prospect")
    assert number is not None
    assert (run.exit_code, play.problem()) == (0, number)
    assert "3:10" in play.sales.issue(number).body
    assert "3:28" not in play.sales.issue(number).body
    assert "last changed by @kim" in play.sales.issue(number).body
    assert kinds(at_once(play, deal, "/prospect")) == ["query"]


def test_repaired_it_closes_by_itself_and_the_commands_given_meanwhile_are_answered(play: Play) -> None:
    deal = play.deal()
    play.sales.push("nora", CONFIG, WRONG)
    said = play.sales.comment("ann", deal, "/prospect")
    play.reconcile()
    assert play.receipts(deal, said) == []
    number = play.problem()
    play.sales.push("nora", CONFIG, RIGHT)
    play.sales.assign("ann", deal, "nora")
    (run,) = play.reconcile()
    assert number is not None
    assert (run.exit_code, play.problem(), play.stages(deal)) == (0, None, ["prospect"])
    assert play.receipts(deal, said) == ["ROCKET"]
    assert play.sales.issue(number).state == "CLOSED"
    play.assert_at_rest(deal)


def test_a_label_set_meanwhile_is_judged_after_the_repair(play: Play) -> None:
    deal = play.deal()
    play.sales.push("nora", CONFIG, WRONG)
    play.sales.swap("ann", deal, "stage:lead", "stage:prospect")
    play.reconcile()
    play.sales.push("nora", CONFIG, RIGHT)
    play.by_hand(deal)
    assert play.stages(deal) == ["prospect"]
    play.assert_at_rest(deal)


def test_wrong_again_a_second_issue_opens_and_that_run_fails_again(play: Play) -> None:
    deal = play.deal()
    codes = []
    for text in (WRONG, RIGHT, WRONG):
        play.sales.push("nora", CONFIG, text)
        codes.append(at_once(play, deal, "/prospect").exit_code)
    assert codes == [2, 0, 2]
    assert len([issue for issue in play.sales.issues() if "salesbot-problem" in issue.labels]) == 2


def test_scheduled_runs_keep_failing_while_the_configuration_is_wrong(play: Play) -> None:
    deal = play.deal()
    play.sales.push("nora", CONFIG, WRONG)
    github = GitHub(
        Client(play.sales.actions_token(), play.github.api_url, play.github.graphql_url), RepositoryPaths("acme/sales")
    )
    codes = [
        DealProcessor(github, scheduled=True).process(deal, Trigger("schedule")).outcome.exit_code for _ in range(3)
    ]
    assert (codes, play.problem()) == ([2, 2, 2], deal + 1)


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(2, id="the other goes on before ours asks who changed the file"),
        pytest.param(3, id="before ours makes the label"),
        pytest.param(4, id="before ours opens its issue"),
        pytest.param(5, id="before ours looks whether it is alone"),
    ],
)
def test_two_runs_at_once_leave_one_problem_issue(play: Play, at: int) -> None:
    one, other = play.deal(), play.deal()
    play.sales.push("nora", CONFIG, WRONG)
    play.sales.comment("ann", one, "/prospect")
    play.sales.comment("ann", other, "/prospect")
    first, second = play.github.outbox
    among: list[Run] = []
    play.at(at, lambda: among.append(play.run(second)))
    run = play.run(first)
    assert play.problem() is not None
    assert {run.exit_code, *(each.exit_code for each in among)} <= {0, 2}
    again = at_once(play, one, "/prospect")
    assert (again.exit_code, kinds(again)) == (0, ["query"])


@pytest.mark.parametrize(
    "marker",
    [
        pytest.param("", id="without marker"),
        pytest.param('<!-- salesbot:problem {"config":true,"labels":[]} -->\n', id="with a forged marker"),
    ],
)
def test_an_issue_of_a_person_with_that_label_is_not_ours_to_write_on(play: Play, marker: str) -> None:
    deal = play.deal()
    play.sales.create_label("kim", "salesbot-problem")
    theirs = play.sales.open_issue("kim", "salesbot needs attention", f"{marker}Mine.", ["salesbot-problem"])
    play.drop()
    play.sales.push("nora", CONFIG, WRONG)
    assert at_once(play, deal, "/prospect").exit_code == 2
    play.sales.push("nora", CONFIG, RIGHT)
    play.by_hand(deal)
    issue = play.sales.issue(theirs)
    assert (issue.state, issue.body, issue.comments) == ("OPEN", f"{marker}Mine.", ())


def test_the_problem_issue_is_no_deal_and_commands_on_it_do_nothing(play: Play) -> None:
    deal = play.deal()
    play.sales.push("nora", CONFIG, WRONG)
    at_once(play, deal, "/prospect")
    number = play.problem()
    assert number is not None
    play.sales.push("nora", CONFIG, RIGHT)
    play.sales.comment("ann", number, "/prospect")
    play.reconcile()
    assert play.stages(number) == []


# A stage label that is gone from GitHub's list


def test_a_stage_label_renamed_in_the_list_touches_no_deal_and_says_so(play: Play) -> None:
    deal = play.deal("qualified")
    before = changed(play, deal)[1:]
    play.sales.rename_label("kim", "stage:qualified", "fits us")
    (run,) = play.reconcile()
    number = play.problem()
    assert number is not None
    assert run.exit_code == 2
    assert 'new-name: {was: qualified, label: "fits us"}' in play.sales.issue(number).body
    assert changed(play, deal)[1:] == before
    play.sales.comment("ann", deal, "/negotiate")
    (run,) = play.reconcile()
    assert (run.exit_code, writes(run.requests), changed(play, deal)[1:]) == (0, [], before)


def test_renamed_back_all_goes_on(play: Play) -> None:
    deal = play.deal("qualified")
    play.sales.rename_label("kim", "stage:qualified", "fits us")
    play.reconcile()
    play.sales.comment("ann", deal, "/lead")
    play.reconcile()
    play.sales.rename_label("kim", "fits us", "stage:qualified")
    play.reconcile()
    assert play.problem() is None
    play.by_hand(deal)
    assert play.stages(deal) == ["lead"]
    play.assert_at_rest(deal)


def test_a_renamed_label_taken_over_by_was_is_the_same_stage(play: Play) -> None:
    deal = play.deal("qualified")
    play.sales.rename_label("kim", "stage:qualified", "fits us")
    play.reconcile()
    play.sales.push("kim", CONFIG, 'version: 1\nstages:\n  fitting: {was: qualified, label: "fits us"}\n')
    play.sales.comment("ann", deal, "/stage lead")
    (run,) = play.reconcile()
    assert (run.exit_code, play.problem(), play.stages(deal)) == (0, None, ["lead"])
    play.sales.comment("kim", deal, '/stage fitting --force "again"')
    play.reconcile()
    assert play.sales.issue(deal).labels == ("fits us",)


def test_a_stage_label_deleted_from_the_list_touches_no_deal_and_made_again_comes_back(play: Play) -> None:
    deal, other = play.deal("qualified"), play.deal("lead")
    play.sales.delete_label("kim", "stage:qualified")
    runs = play.reconcile()
    number = play.problem()
    assert number is not None
    assert [run.exit_code for run in runs if "label" in run.delivery.name.partition(".")[0]][-1] == 2
    assert "was deleted from the list" in play.sales.issue(number).body
    assert play.sales.issue(deal).labels == ()
    play.sales.assign("ann", deal, "nora")
    assert [run.exit_code for run in play.reconcile()] == [0]
    assert play.sales.issue(deal).labels == ()
    play.sales.create_label("kim", "stage:qualified")
    play.reconcile()
    play.by_hand(deal)
    assert (play.stages(deal), play.problem()) == (["qualified"], None)
    play.assert_at_rest(deal)
    play.assert_at_rest(other)


def test_other_deals_go_on_while_one_stage_has_no_label(play: Play) -> None:
    play.deal("qualified")
    other = play.deal("lead")
    play.sales.rename_label("kim", "stage:qualified", "fits us")
    play.reconcile()
    play.sales.comment("ann", other, "/prospect")
    (run,) = play.reconcile()
    assert (run.exit_code, play.stages(other)) == (0, ["prospect"])
    assert play.problem() is not None, "the problem lasts"


def test_a_label_of_no_stage_may_be_renamed_and_deleted(play: Play) -> None:
    play.deal()
    play.sales.create_label("kim", "bug")
    play.sales.rename_label("kim", "bug", "error")
    play.sales.delete_label("kim", "error")
    runs = play.reconcile()
    assert [run.exit_code for run in runs] == [0] * len(runs)
    assert play.problem() is None
    assert not any(writes(run.requests) for run in runs)
