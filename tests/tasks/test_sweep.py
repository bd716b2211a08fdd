"""The scheduled sweep on single deals: lost events are made up for, dates come, people are nudged once.

The sandbox's Monday is 23 November 2026; whole weeks pass in a test.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from github_sandbox import Run
from tests.e2e.fixtures import MONDAY
from tests.e2e.play import CONFIG, Play, key_of, kinds, writes
from tests.e2e.scenes import outcome

Change = Callable[[Play, int], object]


def day(number: int, hour: int = 6) -> datetime:
    """A morning of November or, from the 31st on, of December 2026."""
    return datetime(2026, 11, 1, hour, tzinfo=UTC) + timedelta(days=number - 1)


def sweep_on(play: Play, number: int, hour: int = 6) -> Run:
    """Wait for a day and let the schedule come due."""
    play.github.set(max(day(number, hour), play.github.clock.now()))
    run = play.sweep()
    assert run.exit_code == 0, run.stdout
    return run


def post(play: Play, deal: int, text: str, by: str = "nora") -> None:
    play.sales.comment(by, deal, text)
    play.reconcile()


def attention(play: Play, deal: int) -> list[str]:
    labels = play.sales.issue(deal).labels
    return sorted(label.removeprefix("attention:") for label in labels if label.startswith("attention:"))


def ever_said(play: Play, deal: int, kind: str) -> list[str]:
    """The keys of every comment of a kind, hidden ones too."""
    own = [c for c in play.sales.issue(deal).comments if c.author == "github-actions[bot]"]
    return [key for comment in own if (key := key_of(comment)).startswith(f"{kind}:")]


def rests(play: Play, deal: int) -> None:
    """Another sweep writes nothing, and the deal is at rest for events too."""
    assert writes(play.sweep().requests) == []
    play.assert_at_rest(deal)


# Events that were lost


def _tick_in_question(play: Play, deal: int) -> None:
    play.sales.close("ann", deal)
    play.reconcile()
    play.sales.tick("nora", play.one(deal, "ask").id, "lost: price")


def _two_labels(play: Play, deal: int) -> None:
    play.sales.label("ann", deal, "stage:prospect")
    play.sales.label("ann", deal, "stage:revisit")


def _closed_and_reopened(play: Play, deal: int) -> None:
    post(play, deal, "/lost price")
    play.sales.reopen("ann", deal)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda play, deal: play.sales.comment("nora", deal, "/prospect"), id="a command"),
        pytest.param(lambda play, deal: play.sales.comment("nora", deal, "/value 9k\n/next friday call"), id="a plan"),
        pytest.param(lambda play, deal: play.sales.comment("nora", deal, "/lost price"), id="a command that closes"),
        pytest.param(lambda play, deal: play.sales.comment("nora", deal, "/won"), id="a command to be refused"),
        pytest.param(lambda play, deal: play.sales.comment("ann", deal, "/value 9"), id="a command of too low a role"),
        pytest.param(lambda play, deal: play.sales.comment("eve", deal, "/won 9000"), id="an outsider's command"),
        pytest.param(lambda play, deal: play.sales.comment("nora", deal, "/prospct"), id="a typo"),
        pytest.param(lambda play, deal: play.sales.comment("nora", deal, "/help"), id="a question"),
        pytest.param(lambda play, deal: play.sales.label("ann", deal, "stage:prospect"), id="a label"),
        pytest.param(lambda play, deal: play.sales.label("ann", deal, "stage:won"), id="a label to be refused"),
        pytest.param(_two_labels, id="two more stage labels"),
        pytest.param(lambda play, deal: play.sales.swap("ann", deal, "stage:lead", "stage:prospect"), id="a swap"),
        pytest.param(lambda play, deal: play.sales.unlabel("ann", deal, "stage:lead"), id="the stage taken off"),
        pytest.param(lambda play, deal: play.sales.close("ann", deal), id="closed by hand"),
        pytest.param(_closed_and_reopened, id="reopened by hand"),
        pytest.param(_tick_in_question, id="a tick in the question how it ended"),
        pytest.param(lambda play, deal: play.tick_all(deal, "qualification"), id="a checklist settled"),
        pytest.param(lambda play, deal: play.sales.assign("ann", deal, "nora"), id="an owner assigned by hand"),
        pytest.param(
            lambda play, deal: play.sales.edit_issue("nora", deal, body="### Value\n\n9000 EUR"), id="a field by hand"
        ),
        pytest.param(
            lambda play, deal: play.sales.delete_comment("kim", play.one(deal, "card").id), id="the card deleted"
        ),
        pytest.param(
            lambda play, deal: play.sales.delete_comment("kim", play.one(deal, "checklist:qualification").id),
            id="a checklist deleted",
        ),
    ],
)
def test_a_lost_event_is_made_up_for_as_if_it_had_come(play: Play, change: Change) -> None:
    deal = play.deal()
    play.drop()
    start = play.github.snapshot()
    change(play, deal)
    play.reconcile()
    came = outcome(play, deal)
    play.github.restore(start)
    change(play, deal)
    assert play.sweep().exit_code == 0
    assert outcome(play, deal) == came
    rests(play, deal)


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([], id="a new issue"),
        pytest.param(["stage:qualified"], id="one that came with a stage"),
        pytest.param(["stage:prospect", "stage:qualified"], id="one that came with two stages"),
    ],
)
def test_a_deal_whose_opening_was_lost_becomes_one(play: Play, labels: list[str]) -> None:
    play.deal()
    start = play.github.snapshot()
    deal = play.sales.open_issue("ann", "Beta AG", labels=labels)
    play.reconcile()
    came = outcome(play, deal)
    play.github.restore(start)
    play.sales.open_issue("ann", "Beta AG", labels=labels)
    play.sweep()
    assert outcome(play, deal) == came
    rests(play, deal)


def test_a_first_sweep_before_any_event_does_not_know_since_when_it_works_here(play: Play) -> None:
    deal = play.sales.open_issue("ann", "Acme")
    before = play.sales.issue(deal)
    assert writes(play.sweep().requests) == []
    assert play.sales.issue(deal) == before


def test_a_first_sweep_that_knows_it_from_the_configuration_makes_the_labels_once(play: Play) -> None:
    play.sales.push("kim", CONFIG, "version: 1\nsince: 2026-11-23\n")
    deals = [play.sales.open_issue("ann", f"Deal {n}") for n in range(3)]
    begun = play.github.clock.now()
    assert play.sweep().exit_code == 0
    assert play.github.clock.now() - begun < timedelta(seconds=30), "nothing was waited for"
    for deal in deals:
        assert (play.stages(deal), play.said(deal)) == (["lead"], ["card", "checklist:qualification"])
        rests(play, deal)


def test_commands_older_than_a_week_are_not_run_any_more(play: Play) -> None:
    deal = play.deal()
    play.sales.comment("nora", deal, "/prospect")
    sweep_on(play, 23 + 8)
    assert play.stages(deal) == ["lead"]
    rests(play, deal)


# Put off, and back


@pytest.mark.parametrize(
    ("stage", "when", "mornings", "back"),
    [
        pytest.param("qualified", "friday", (26, 27), "qualified", id="on its day, to the stage it left"),
        pytest.param("negotiating", "friday", (26, 27), "qualified", id="an old estimate is no estimate"),
        pytest.param("lead", "2026-11-28", (28, 30), "lead", id="a Saturday means Monday"),
        pytest.param("lead", "2026-12-01", (30, 32), "lead", id="quiet days are no working days"),
    ],
)
def test_a_deal_that_was_put_off_is_back_and_its_owner_told_once(
    play: Play, stage: str, when: str, mornings: tuple[int, int], back: str
) -> None:
    if when == "2026-12-01":
        play.sales.push("kim", CONFIG, 'version: 1\nquiet: ["2026-12-01..2026-12-01"]\n')
    deal = play.deal(stage)
    post(play, deal, f"/assign @kim\n/value 45k\n/revisit {when} they move house")
    sweep_on(play, mornings[0])
    assert play.stages(deal) == ["revisit"]
    sweep_on(play, mornings[1])
    assert play.stages(deal) == [back]
    (told,) = [c.body for c in play.own(deal) if key_of(c).startswith("back:")]
    for words in ("@kim", "they move house", "45,000 EUR"):
        assert words in told
    assert "### Revisit on" not in play.sales.issue(deal).body
    rests(play, deal)
    for later in range(1, 4):
        sweep_on(play, mornings[1] + later)
    assert len(ever_said(play, deal, "back")) == 1


def test_put_off_by_a_command_whose_run_was_lost_it_comes_back_on_the_same_day(play: Play) -> None:
    deal = play.deal("qualified")
    play.sales.comment("nora", deal, "/assign @kim\n/revisit friday they move house")
    sweep_on(play, 24)
    assert play.stages(deal) == ["revisit"]
    sweep_on(play, 27)
    assert (play.stages(deal), len(ever_said(play, deal, "back"))) == (["qualified"], 1)


# What needs attention


def test_attention_comes_and_goes_by_itself(play: Play) -> None:
    deal = play.deal("qualified")
    sweep_on(play, 25)
    assert attention(play, deal) == [], "the second working day"
    sweep_on(play, 26)
    assert attention(play, deal) == ["no-next-step"], "the third"
    rests(play, deal)
    post(play, deal, "/next 2026-12-10 send the estimate")
    assert attention(play, deal) == [], "the command took it off, no sweep was needed"
    sweep_on(play, 23 + 12)
    assert attention(play, deal) == [], "a deal with a next step in the future is not idle"
    sweep_on(play, 30 + 11)
    assert attention(play, deal) == ["idle", "overdue"]
    post(play, deal, "/done")
    assert attention(play, deal) == []
    rests(play, deal)


def test_the_first_sweep_that_marks_many_deals_makes_each_label_once(play: Play) -> None:
    deals = [play.deal("qualified") for _ in range(12)]
    play.github.set(day(26))
    begun = play.github.clock.now()
    run = play.sweep()
    assert (run.exit_code, play.sales.labels().count("attention:no-next-step")) == (0, 1), run.stdout
    assert play.github.clock.now() - begun < timedelta(seconds=60), "nothing was waited for"
    assert all(attention(play, deal) == ["no-next-step"] for deal in deals)


def test_what_the_stage_expects_is_marked_until_it_is_there(play: Play) -> None:
    play.sales.push("kim", CONFIG, "version: 1\nstages: {lead: {expects: [owner]}}\n")
    deal = play.deal()
    sweep_on(play, 24)
    assert attention(play, deal) == ["incomplete"]
    post(play, deal, "/assign")
    assert attention(play, deal) == []
    rests(play, deal)


def test_a_lead_from_outside_that_nobody_answers_is_told_to_the_team_once(play: Play) -> None:
    play.sales.push("kim", CONFIG, 'version: 1\nnotify: {new: "@acme/sales"}\n')
    deal = play.sales.open_issue("eve", "A shop for us?")
    play.reconcile()
    sweep_on(play, 23, 18)
    assert attention(play, deal) == []
    for morning in (24, 25, 26):
        sweep_on(play, morning, 10)
        assert attention(play, deal) == ["unanswered"]
    (told,) = [c.body for c in play.own(deal) if key_of(c).startswith("reminder:")]
    assert "@acme/sales" in told
    play.sales.comment("ann", deal, "Answered by phone.")
    sweep_on(play, 27)
    assert (attention(play, deal), "reminder" in play.said(deal)) == ([], False)
    assert len(ever_said(play, deal, "reminder")) == 1
    rests(play, deal)


# Reminders


def _with_step(play: Play, step: str = "/next tomorrow send the estimate") -> int:
    deal = play.deal("qualified")
    post(play, deal, f"/assign @kim\n{step}")
    return deal


def test_one_reminder_for_an_overdue_step_however_many_days_go_by(play: Play) -> None:
    deal = _with_step(play)
    sweep_on(play, 24)
    assert "reminder" not in play.said(deal)
    for morning in (25, 26, 27, 28, 29, 30):
        sweep_on(play, morning)
        assert ever_said(play, deal, "reminder") == ["reminder:overdue-2026-11-24"]
    assert "@kim" in play.text(deal, "reminder")
    assert "send the estimate" in play.text(deal, "reminder")
    rests(play, deal)
    post(play, deal, "/done")
    assert (attention(play, deal), "reminder" in play.said(deal)) == ([], False)
    rests(play, deal)


def test_the_next_overdue_step_is_another_occasion(play: Play) -> None:
    deal = _with_step(play)
    sweep_on(play, 25)
    post(play, deal, "/next thursday call them")
    assert "reminder" not in play.said(deal), "what it reminded of is over"
    sweep_on(play, 27)
    assert ever_said(play, deal, "reminder") == ["reminder:overdue-2026-11-24", "reminder:overdue-2026-11-26"]
    assert play.said(deal).count("reminder") == 1


def test_a_reminder_that_somebody_deleted_does_not_come_back(play: Play) -> None:
    deal = _with_step(play)
    sweep_on(play, 25)
    play.sales.delete_comment("kim", play.one(deal, "reminder").id)
    for morning in (25, 26, 27):
        sweep_on(play, morning, 12)
    assert ever_said(play, deal, "reminder") == []
    rests(play, deal)


@pytest.mark.parametrize(
    ("config", "step", "silent", "told", "whom"),
    [
        pytest.param("", "/next friday call", (28, 29), 30, "@kim", id="not on a weekend"),
        pytest.param(
            'quiet: ["2026-11-25..2026-11-26"]', "/next tomorrow call", (25, 26), 27, "@kim", id="not on quiet days"
        ),
        pytest.param(
            'away: {kim: "2026-11-25..2026-11-26"}', "/next tomorrow call", (25, 26), 27, "@kim", id="not while away"
        ),
        pytest.param(
            'away: {kim: "2026-11-25..2026-11-26"}\nnotify: {new: "@acme/sales"}', "/next tomorrow call", (24,), 25,
            "@acme/sales", id="who is away is stood in for by the team",
        ),
        pytest.param("", "/next tomorrow call\n/snooze 3 days", (25,), 26, "@kim", id="not while snoozed"),
        pytest.param("", "/next tomorrow call @nora", (24,), 25, "@nora", id="who is named in the step is told"),
    ],
)  # fmt: skip
def test_people_are_left_in_peace(
    play: Play, config: str, step: str, silent: tuple[int, ...], told: int, whom: str
) -> None:
    play.sales.push("kim", CONFIG, f"version: 1\n{config}\n")
    deal = _with_step(play, step)
    for morning in silent:
        sweep_on(play, morning)
        assert "reminder" not in play.said(deal), morning
    sweep_on(play, told)
    assert whom in play.text(deal, "reminder")
    sweep_on(play, told + 1)
    assert len(ever_said(play, deal, "reminder")) == 1


# Old issues, and those that are no deals


def _old(title: str, **more: object) -> dict[str, object]:
    return {"title": title, "created_at": "2026-10-01T09:00:00Z", "author": "eve", **more}


def test_nobody_is_surprised_on_the_first_day(play: Play) -> None:
    """Three hundred old issues stay as they are, whatever was said on them."""
    command = {"by": "nora", "at": "2026-10-02T09:00:00Z", "body": "/won 9000"}
    play.sales.seed(
        [
            *(_old(f"Old {number}") for number in range(300)),
            _old("Said long ago", comments=[command]),
            _old("Closed", state="CLOSED", closed_at="2026-11-20T09:00:00Z"),
        ]
    )
    before = play.sales.issues()
    deal = play.deal()
    run = sweep_on(play, 24)
    assert [issue for issue in play.sales.issues() if issue.number != deal] == list(before)
    assert writes(run.requests) == []


def test_an_old_issue_with_a_stage_from_before_our_time_is_history(play: Play) -> None:
    at = "2026-10-01T09:00:00Z"
    event = {"kind": "labeled", "by": "ann", "at": at, "label": "stage:qualified"}
    play.deal()
    play.sales.seed([_old("Old but ours", labels=["stage:qualified"], events=[event])])
    deal = len(play.sales.issues())
    before = play.sales.issue(deal)
    assert writes(sweep_on(play, 24).requests) == []
    assert play.sales.issue(deal) == before


def test_an_old_issue_that_somebody_gave_a_stage_is_taken_in_and_asked_nothing_for_a_week(play: Play) -> None:
    play.deal()
    play.sales.seed([_old("Old but ours")])
    deal = len(play.sales.issues())
    play.sales.label("ann", deal, "stage:qualified")
    sweep_on(play, 24)
    assert (play.stages(deal), "card" in play.said(deal), attention(play, deal)) == (["qualified"], True, [])
    sweep_on(play, 30)
    assert attention(play, deal) == []
    sweep_on(play, 23 + 9)
    assert "no-next-step" in attention(play, deal)
    rests(play, deal)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda play, deal: post(play, deal, "/not-a-deal spam"), id="/not-a-deal"),
        pytest.param(lambda play, deal: post(play, deal, "/lost price"), id="lost"),
        pytest.param(lambda play, deal: post(play, deal, "/reject too small"), id="rejected"),
    ],
)
def test_deals_that_are_over_are_asked_nothing(play: Play, change: Change) -> None:
    deal = play.deal("negotiating")
    change(play, deal)
    before = play.sales.issue(deal)
    for morning in (26, 30, 43):
        assert writes(sweep_on(play, morning).requests) == []
    assert play.sales.issue(deal) == before


def test_a_sweep_with_nothing_to_do_reads_in_three_requests_whatever_the_number_of_deals(play: Play) -> None:
    for _ in range(4):
        play.deal()
    play.github.set(MONDAY + timedelta(hours=3))
    assert kinds(play.sweep()) == ["query"] * 4, "the repository, the team, the open deals, those closed lately"
