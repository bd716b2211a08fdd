"""Streak and GitHub over HTTP, through the real program: who follows whom, what it costs, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from github_sandbox import Fault
from tests.e2e.boxes import Boxes
from tests.e2e.play import Door, Play, kinds, told

# In step


def test_a_deal_gets_a_box_with_name_stage_value_owner_and_address(boxes: Boxes) -> None:
    boxes.begin()
    deal = boxes.play.deal()
    boxes.play.sales.comment("nora", deal, "/assign nora\n/value 12k EUR")
    boxes.play.reconcile()
    assert boxes.sync().exit_code == 0
    box = boxes.box(deal)
    assert boxes.streak.boxes[box]["name"] == "Acme GmbH: new shop"
    assert boxes.streak.stage(box) == "Lead"
    assert boxes.streak.value(box, "Value") == "12000"
    assert boxes.streak.value(box, "GitHub") == boxes.url(deal)
    assert boxes.streak.assigned(box) == ["nora@agency.com"]
    assert len(boxes.streak.boxes) == 1


def test_nothing_changed_costs_one_request_to_streak_and_writes_nothing(boxes: Boxes) -> None:
    boxes.in_step(body="### Value\n\n9000 EUR\n")
    boxes.play.deal("qualified", title="Borealis AG: app")
    boxes.to_rest()
    run = boxes.sync()
    assert boxes.kinds() == ["list"]
    assert "mutation" not in kinds(run)
    assert len(run.requests) <= 5


def test_a_move_on_github_brings_the_box_along_at_once(boxes: Boxes) -> None:
    deal, box = boxes.in_step()
    boxes.play.sales.comment("nora", deal, "/prospect")
    boxes.play.reconcile()
    assert boxes.streak.stage(box) == "Prospect"
    boxes.to_rest()
    assert boxes.play.stages(deal) == ["prospect"]


@pytest.mark.parametrize(
    ("there", "back"),
    [
        pytest.param("/prospect", "/lead", id="a move and another one back"),
        pytest.param("/prospect", "/undo", id="a move that is taken back"),
        pytest.param("/lost price", "/reopen", id="a deal that is lost and opened again"),
    ],
)
@pytest.mark.parametrize("guards", ["expects", "requires"])
def test_there_and_back_between_two_syncs_the_box_follows_twice(
    boxes: Boxes, there: str, back: str, guards: str
) -> None:
    deal, _ = boxes.in_step(guards=guards)
    for command in (there, back):
        boxes.play.github.advance(600)
        boxes.play.sales.comment("nora", deal, command)
        assert boxes.play.run().exit_code == 0
    assert (boxes.play.stages(deal), boxes.box_stage(deal)) == (["lead"], "lead")
    boxes.to_rest()
    assert (boxes.play.stages(deal), boxes.box_stage(deal)) == (["lead"], "lead")


def test_there_and_back_while_streak_is_down_the_box_follows_with_the_sync(boxes: Boxes) -> None:
    deal, _ = boxes.in_step()
    boxes.play.sales.comment("nora", deal, "/prospect")
    boxes.play.run()
    boxes.play.sales.comment("nora", deal, "/lead")
    boxes.arm(Fault.fails(times=20))
    boxes.play.run()
    boxes.streak.faults.clear()
    assert (boxes.play.stages(deal), boxes.box_stage(deal)) == (["lead"], "prospect")
    boxes.to_rest()
    assert (boxes.play.stages(deal), boxes.box_stage(deal)) == (["lead"], "lead")


def test_a_box_that_is_dragged_back_later_is_a_move(boxes: Boxes) -> None:
    deal, box = boxes.in_step()
    for command in ("/prospect", "/lead"):
        boxes.play.sales.comment("nora", deal, command)
        boxes.play.run()
    boxes.play.github.advance(600)
    boxes.streak.move(box, "Prospect")
    boxes.to_rest()
    assert (boxes.play.stages(deal), boxes.box_stage(deal)) == (["prospect"], "prospect")


def test_a_move_in_streak_is_taken_and_the_owner_hears_what_is_missing(boxes: Boxes) -> None:
    deal, box = boxes.in_step("qualified")
    boxes.play.sales.comment("nora", deal, "/assign nora")
    boxes.play.reconcile()
    boxes.streak.move(box, "Negotiating")
    boxes.to_rest()
    assert boxes.play.stages(deal) == ["negotiating"]
    assert "@nora" in boxes.play.text(deal, "dragged")
    assert "The deal has no value." in boxes.play.text(deal, "card")
    assert boxes.streak.stage(box) == "Negotiating"


def test_with_requires_the_box_goes_back_with_a_comment(boxes: Boxes) -> None:
    deal, box = boxes.in_step("qualified", "requires")
    said = boxes.play.said(deal)
    boxes.streak.move(box, "Negotiating")
    boxes.to_rest()
    assert (boxes.play.stages(deal), boxes.streak.stage(box)) == (["qualified"], "Qualified")
    (comment,) = boxes.streak.comments_on(box)
    assert comment.startswith("Moved back to qualified, from negotiating")
    assert "The deal has no value." in comment
    assert boxes.play.said(deal) == said


def test_won_in_streak_waits_for_its_value(boxes: Boxes) -> None:
    deal, box = boxes.in_step("negotiating")
    boxes.streak.move(box, "Won")
    boxes.to_rest()
    assert boxes.play.stages(deal) == ["negotiating"]
    assert "won in Streak, but not here yet" in boxes.play.text(deal, "waits")
    boxes.play.sales.comment("nora", deal, "/value 9000 EUR")
    boxes.play.reconcile()
    boxes.to_rest()
    assert boxes.play.stages(deal) == ["won"]
    assert boxes.play.sales.issue(deal).state == "CLOSED"
    assert "waits" not in boxes.play.said(deal)


def test_an_end_is_never_undone(boxes: Boxes) -> None:
    deal, box = boxes.in_step("negotiating", body="### Reason\n\nprice\n")
    boxes.play.sales.comment("nora", deal, "/lost price")
    boxes.play.reconcile()
    boxes.to_rest()
    boxes.streak.move(box, "Lead")
    boxes.to_rest()
    assert (boxes.play.stages(deal), boxes.streak.stage(box)) == (["lost"], "Lost")


@pytest.mark.parametrize("ours_first", [True, False], ids=["the box moved last", "the deal moved last"])
def test_the_newer_move_wins(boxes: Boxes, ours_first: bool) -> None:
    deal, box = boxes.in_step("qualified")
    if ours_first:
        boxes.play.sales.comment("nora", deal, "/lead")
    boxes.play.github.advance(60)
    boxes.streak.move(box, "Negotiating")
    boxes.play.github.advance(60)
    if not ours_first:
        boxes.play.sales.comment("nora", deal, "/lead")
    boxes.to_rest()
    boxes.play.reconcile()
    wanted = "negotiating" if ours_first else "lead"
    assert (boxes.play.stages(deal), boxes.box_stage(deal)) == ([wanted], wanted)


def test_a_box_that_is_dragged_while_a_sync_runs_is_heard(boxes: Boxes) -> None:
    deal = _ours_moved(boxes)
    box = boxes.box(deal)
    boxes.keep()
    boxes.sync()
    requests, overrun = boxes.count, 0
    for number in range(2, requests + 1):
        boxes.restore()
        boxes.play.github.advance(60)
        boxes.concurrent = {number: lambda: boxes.streak.move(box, "Qualified")}
        assert boxes.sync().exit_code == 0
        assert boxes.concurrent == {}
        boxes.to_rest()
        assert boxes.play.stages(deal) == [boxes.box_stage(deal)]
        overrun += boxes.streak.stage(box) == "Prospect"
    assert overrun <= 3, "only between the look at the box and the write of its stage a move can be overrun"


def test_old_business_gets_no_box(boxes: Boxes) -> None:
    boxes.begin()
    deal = boxes.play.deal("negotiating", body="### Reason\n\nprice\n")
    boxes.play.sales.comment("nora", deal, "/lost price")
    boxes.play.reconcile()
    boxes.to_rest()
    assert boxes.streak.boxes == {}


def test_a_dry_run_says_what_it_would_do_and_touches_neither_side(boxes: Boxes) -> None:
    deal, box = boxes.in_step("qualified")
    boxes.play.deal(title="Borealis AG: app")
    boxes.streak.move(box, "Negotiating")
    boxes.keep()
    before = boxes.picture(deal)
    run = boxes.sync({"dry-run": "true"})
    assert boxes.is_quiet(run)
    assert boxes.picture(deal) == before
    assert "In Streak: a box for deal 2." in run.stdout
    assert "Would move to negotiating" in run.stdout


def test_two_syncs_side_by_side_make_one_box(boxes: Boxes) -> None:
    deal = _a_new_deal(boxes)
    boxes.keep()
    boxes.sync()
    requests = boxes.count
    for number in range(1, requests + 1):
        boxes.restore()
        boxes.concurrent = {number: lambda: _sync_beside(boxes)}
        assert boxes.sync().exit_code == 0, number
        assert (boxes.concurrent, len(boxes.streak.boxes)) == ({}, 1), number
        boxes.to_rest()
        assert boxes.box_stage(deal) == "lead"


def _sync_beside(boxes: Boxes) -> None:
    other = Play(boxes.play.github, Door(boxes.play.github, boxes.play.door.sleep))
    other.environment = boxes.play.environment
    other.sales.schedule()
    count = boxes.count
    assert other.run(boxes.play.github.outbox[-1], inputs={"task": "streak"}).exit_code == 0
    boxes.count = count


def test_a_second_box_of_a_deal_is_named_and_left_alone(boxes: Boxes) -> None:
    deal, _ = boxes.in_step()
    second = boxes.streak.box(boxes.pipeline, "Acme, once more", "Lead")
    boxes.streak.boxes[second]["notes"] = f"github: {boxes.url(deal)}"
    run = boxes.sync()
    assert (run.exit_code, boxes.is_quiet(run)) == (0, True)
    assert f"Deal {deal} has a second box in Streak, Acme, once more, which is not kept in sync" in run.stdout


# Pairing by hand


def test_a_deal_and_a_box_are_paired_by_hand(boxes: Boxes) -> None:
    deal, old = boxes.in_step()
    boxes.streak.delete(old)
    box = boxes.streak.box(boxes.pipeline, "Acme, from before", "Lead")
    address = f"https://mail.google.com/mail/u/0/#box/{box}"
    boxes.play.sales.comment("nora", deal, f"/streak link {address}")
    boxes.play.reconcile()
    boxes.to_rest()
    assert boxes.box(deal) == box
    assert boxes.streak.boxes[box]["name"] == "Acme GmbH: new shop"
    boxes.streak.move(box, "Prospect")
    boxes.to_rest()
    assert boxes.play.stages(deal) == ["prospect"]


def test_two_deals_that_name_one_box_are_told(boxes: Boxes) -> None:
    deal, box = boxes.in_step()
    other = boxes.play.deal(title="Borealis AG: app")
    boxes.play.sales.comment("nora", other, f"/streak link {box}")
    boxes.play.reconcile()
    run = boxes.sync()
    problem = (
        f"Deals {deal} and {other} name the same box in Streak. Pair one with another box: `/streak link <address>`"
    )
    assert told(run) == [("warning", problem)]
    assert boxes.streak.boxes[box]["name"] == "Acme GmbH: new shop"
    assert boxes.is_quiet(run)


# Connections


@pytest.mark.parametrize("stage", ["5002", "wants something"], ids=["by its key", "by its name"])
def test_a_connection_that_reaches_its_stage_is_a_prospect_and_the_contact_goes_along(boxes: Boxes, stage: str) -> None:
    boxes.in_step()
    connections = boxes.connect(stage)
    jane = boxes.streak.contact("Jane", "Doe", "jane@acme.com")
    box = boxes.streak.box(connections, "Acme: a shop, perhaps", "Met", [jane])
    boxes.streak.box(connections, "Lee Roe", "Met")
    boxes.to_rest()
    assert len(boxes.play.sales.issues()) == 1
    boxes.streak.move(box, "Wants something")
    boxes.to_rest()
    (deal,) = [issue.number for issue in boxes.play.sales.issues() if issue.number > 1]
    issue = boxes.play.sales.issue(deal)
    assert boxes.play.stages(deal) == ["prospect"]
    assert issue.title == "acme.com: Acme: a shop, perhaps"
    assert "### Contact\n\nJane Doe" in issue.body
    assert "### Email\n\njane@acme.com" in issue.body
    assert boxes.streak.value(box, "GitHub") == boxes.url(deal)
    boxes.to_rest()
    made = next(each for each in boxes.streak.boxes.values() if each["name"] == issue.title)
    assert [contact["key"] for contact in made["contacts"]] == [jane]
    assert boxes.box_stage_of(made) == "Prospect"


def test_a_connection_from_before_our_time_opens_nothing(boxes: Boxes) -> None:
    boxes.begin()
    connections = boxes.connect()
    boxes.streak.box(connections, "Old friend", "Wants something")
    boxes.play.github.advance(7200)
    boxes.play.deal()
    boxes.to_rest()
    assert len(boxes.play.sales.issues()) == 1


def test_connections_with_nothing_new_cost_two_requests(boxes: Boxes) -> None:
    boxes.in_step()
    connections = boxes.connect()
    boxes.streak.box(connections, "Lee Roe", "Met")
    boxes.streak.move(boxes.streak.box(connections, "Jane Doe", "Met"), "Wants something")
    boxes.to_rest()
    boxes.to_rest()
    boxes.sync()
    assert boxes.kinds() == ["list", "list", "pipeline"]


def test_what_strangers_called_a_contact_does_nothing_in_the_issue(boxes: Boxes) -> None:
    boxes.in_step()
    connections = boxes.connect()
    evil = "@everyone <img src=x> [x](http://x) ### Value"
    box = boxes.streak.box(connections, evil, "Met", [boxes.streak.contact("<!-- salesbot:lead {}", "-->", "a@b.c")])
    boxes.streak.boxes[box]["notes"] = f"{evil}\n### Value\n\n1000000 EUR\n/won"
    boxes.streak.move(box, "Wants something")
    boxes.to_rest()
    (deal,) = [issue.number for issue in boxes.play.sales.issues() if issue.number > 1]
    assert boxes.play.stages(deal) == ["prospect"]
    assert "1,000,000" not in boxes.play.text(deal, "card")
    assert boxes.play.sales.issue(deal).body.startswith(f'<!-- salesbot:lead {{"key":"streak:{box}"')


# What goes wrong


def test_a_revoked_key_is_one_clear_message_and_the_pipeline_goes_on(boxes: Boxes) -> None:
    deal, _ = boxes.in_step()
    boxes.streak.revoke()
    run = boxes.sync()
    assert run.exit_code == 1
    assert told(run) == [
        ("error", "Streak refused the key (401). Check the secret STREAK_API_KEY, the input `streak-key`")
    ]
    assert [entry.status for entry in boxes.asked] == [401]
    boxes.play.sales.comment("nora", deal, "/prospect")
    (moved,) = boxes.play.reconcile()
    assert (moved.exit_code, boxes.play.stages(deal)) == (0, ["prospect"])
    assert [level for level, _ in told(moved)] == ["notice"]
    assert "Check the secret STREAK_API_KEY" in told(moved)[0][1]


def test_a_missing_key_is_told(boxes: Boxes) -> None:
    boxes.in_step()
    del boxes.play.environment["INPUT_STREAK-KEY"]
    run = boxes.sync()
    assert run.exit_code == 2
    assert "the input `streak-key` is empty" in told(run)[0][1]


def test_the_key_is_nowhere_in_what_a_run_says(boxes: Boxes) -> None:
    boxes.in_step()
    boxes.streak.revoke()
    run = boxes.sync()
    assert "streak-key\n" not in run.stdout.replace("`streak-key`", "")
    assert "c3RyZWFrLWtleTo=" not in run.stdout + run.stderr


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault.fails(500, times=99, on="GET"), id="500 for ever"),
        pytest.param(Fault.resets(times=99, on="GET"), id="every connection is cut"),
        pytest.param(Fault.secondary(retry_after=3600, times=99, on="GET"), id="429 for an hour"),
    ],
)
def test_streak_down_never_fails_a_move(boxes: Boxes, fault: Fault) -> None:
    deal, box = boxes.in_step()
    boxes.arm(fault)
    boxes.play.sales.comment("nora", deal, "/prospect")
    (run,) = boxes.play.reconcile()
    assert (run.exit_code, boxes.play.stages(deal)) == (0, ["prospect"])
    assert [level for level, _ in told(run)] == ["notice"]
    assert boxes.sync().exit_code == 1
    boxes.streak.faults.clear()
    boxes.to_rest()
    assert boxes.streak.stage(box) == "Prospect"


def test_a_stage_nobody_mapped_a_box_without_name_and_a_deleted_box(boxes: Boxes) -> None:
    deal, box = boxes.in_step()
    boxes.streak.box(boxes.pipeline, "", "Lead")
    boxes.streak.move(box, "Parking lot")
    boxes.to_rest()
    assert (boxes.play.stages(deal), boxes.streak.stage(box)) == (["lead"], "Parking lot")
    boxes.streak.delete(box)
    run = boxes.sync()
    assert (run.exit_code, boxes.is_quiet(run)) == (0, True)
    assert f"The box of deal {deal} is gone from Streak: `/streak link` pairs another." in run.stdout
    assert len(boxes.streak.boxes) == 1, "no second box for what somebody deleted"


def test_a_pipeline_that_is_not_there_is_named(boxes: Boxes) -> None:
    boxes.in_step()
    boxes.pipeline = "agxzNONE"
    boxes.configure("expects")
    run = boxes.sync()
    assert run.exit_code == 1
    assert "Streak has no pipeline agxzNONE" in told(run)[0][1]


# Death and bad weather at every request


def _a_new_deal(boxes: Boxes) -> int:
    boxes.begin()
    deal = boxes.play.deal()
    boxes.play.sales.comment("nora", deal, "/assign nora\n/value 9000 EUR")
    boxes.play.reconcile()
    return deal


def _ours_moved(boxes: Boxes) -> int:
    deal, _ = boxes.in_step()
    boxes.play.sales.comment("nora", deal, "/prospect\n/value 12k EUR")
    del boxes.play.environment["INPUT_STREAK-KEY"]
    boxes.play.reconcile()
    boxes.play.environment["INPUT_STREAK-KEY"] = "streak-key"
    return deal


def _theirs_moved(boxes: Boxes) -> int:
    deal, box = boxes.in_step("qualified")
    boxes.play.sales.comment("nora", deal, "/assign nora")
    boxes.play.reconcile()
    boxes.streak.move(box, "Negotiating")
    return deal


def _goes_back(boxes: Boxes) -> int:
    deal, box = boxes.in_step("qualified", "requires")
    boxes.streak.move(box, "Negotiating")
    return deal


def _waits(boxes: Boxes) -> int:
    deal, box = boxes.in_step("negotiating")
    boxes.streak.move(box, "Lost")
    return deal


def _a_connection(boxes: Boxes) -> int:
    boxes.in_step()
    jane = boxes.streak.contact("Jane", "Doe", "jane@acme.com")
    boxes.streak.move(boxes.streak.box(boxes.connect(), "Acme: a shop", "Met", [jane]), "Wants something")
    return 2


SCENES = [_a_new_deal, _ours_moved, _theirs_moved, _goes_back, _waits, _a_connection]
IDS = ["a new deal", "our move", "their move", "their move goes back", "their end waits", "a connection"]


@pytest.mark.parametrize("scene", SCENES, ids=IDS)
def test_a_run_that_dies_after_any_request_is_finished_by_the_next(boxes: Boxes, scene: Callable[[Boxes], int]) -> None:
    deal = scene(boxes)
    boxes.keep()
    assert boxes.sync().exit_code == 0
    requests = boxes.count
    boxes.to_rest()
    clean = boxes.picture(deal)
    for number in range(1, requests + 1):
        boxes.restore()
        boxes.death = number
        assert boxes.sync().killed, number
        boxes.death = None
        boxes.to_rest()
        assert boxes.picture(deal) == clean, number


def taking_turns(scenes: Sequence[Callable[[Boxes], int]], faults: Iterable[str]) -> list[Any]:
    """Pair each fault with every other scene, beginning with another one each time."""
    return [
        pytest.param(scene, name, id=f"{scene.__name__.strip('_')}, {name}")
        for number, name in enumerate(faults)
        for scene in scenes[number % 2 :: 2]
    ]


WEATHER: dict[str, Callable[[int], Fault]] = {
    "500": lambda nth: Fault.fails(500, nth=nth),
    "500 for ever": lambda nth: Fault.fails(500, nth=nth, times=20),
    "cut off before": lambda nth: Fault.resets(nth=nth),
    "cut off after": lambda nth: Fault.resets(after=True, nth=nth),
    "the answer is lost": lambda nth: Fault.loses_answer(nth=nth),
    "429": lambda nth: Fault.secondary(nth=nth),
    "429 for an hour": lambda nth: Fault.secondary(retry_after=3600, nth=nth, times=20),
}


# Together these scenes ask for everything there is to ask for. Each meets every other fault, and each fault two scenes.
@pytest.mark.parametrize(
    ("scene", "name"), taking_turns([_a_new_deal, _ours_moved, _goes_back, _a_connection], WEATHER)
)
def test_bad_weather_at_any_request_loses_nothing_and_doubles_nothing(
    boxes: Boxes, scene: Callable[[Boxes], int], name: str
) -> None:
    deal = scene(boxes)
    boxes.keep()
    assert boxes.sync().exit_code == 0
    requests = len(boxes.asked)
    boxes.to_rest()
    clean = boxes.picture(deal)
    for nth in range(1, requests + 1):
        boxes.restore()
        fault = WEATHER[name](nth)
        boxes.streak.faults.arm(fault)
        run = boxes.sync()
        assert run.exit_code in (0, 1), run.stdout
        boxes.streak.faults.clear()
        boxes.to_rest()
        assert boxes.picture(deal) == clean, nth


AT_GITHUB: dict[str, Callable[[int], Fault]] = {
    "502 for ever": lambda nth: Fault.fails(502, nth=nth, times=20),
    "the answer is lost": lambda nth: Fault.loses_answer(nth=nth),
    "cut off after": lambda nth: Fault.resets(after=True, nth=nth),
    "429 for an hour": lambda nth: Fault.secondary(429, 3600, nth=nth),
}


@pytest.mark.parametrize(
    ("scene", "name"), taking_turns([_a_new_deal, _theirs_moved, _waits, _a_connection], AT_GITHUB)
)
def test_bad_weather_at_github_leaves_both_sides_to_the_next_sync(
    boxes: Boxes, scene: Callable[[Boxes], int], name: str
) -> None:
    deal = scene(boxes)
    boxes.keep()
    requests = len(boxes.sync().requests)
    boxes.to_rest()
    clean = boxes.picture(deal)
    for nth in range(1, requests + 1):
        boxes.restore()
        boxes.play.github.arm(AT_GITHUB[name](nth))
        assert boxes.sync().exit_code in (0, 1), nth
        boxes.play.github.faults.clear()
        boxes.play.github.advance(3600)
        boxes.to_rest()
        assert boxes.picture(deal) == clean, nth


def test_deals_github_cannot_read_at_once_are_synced_one_by_one_and_one_that_fails_is_named(boxes: Boxes) -> None:
    boxes.begin()
    deals = [boxes.play.deal(title=f"Client {number}") for number in range(4)]
    boxes.play.door.fails = lambda document, variables: "n1" in variables or deals[1] in variables.values()
    run = boxes.sync()
    assert run.exit_code == 1
    assert [text for _, text in told(run)] == [
        f"Deal {deals[1]}: GitHub answered 502, 4 times in a row. The next run tries again"
    ]
    assert len(boxes.streak.boxes) == 3
    boxes.play.door.fails = lambda document, variables: False
    assert boxes.sync().exit_code == 0
    assert len(boxes.streak.boxes) == 4
