"""What needs attention: attention labels, reminders once per occasion, coming back from revisit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from salesbot.core.model.deal import Actor
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import Pipeline
from tests.world import ANN, EVE, KIM, NORA, World, a_deal

DAY = timedelta(days=1).total_seconds()


def post(world: World, text: str, by: Actor = NORA) -> None:
    world.comment(text, by)
    world.run()


def attention(world: World) -> list[str]:
    return sorted(name.removeprefix("attention:") for name in world.labels if name.startswith("attention:"))


def reminders(world: World) -> int:
    return len([key for key in world.written() if key.startswith("reminder")])


def days_later(world: World, days: float) -> World:
    world.tick(days * DAY)
    world.sweep()
    return world


def test_an_overdue_next_step_is_marked_and_its_owner_reminded_once() -> None:
    world = a_deal("qualified")
    post(world, "/assign @kim\n/next tomorrow send the estimate")
    days_later(world, 1)
    assert attention(world) == []
    days_later(world, 1)
    assert attention(world) == ["overdue"]
    assert "@kim" in world.last("reminder")
    assert "send the estimate" in world.last("reminder")
    for _ in range(3):
        days_later(world, 0.2)
    assert reminders(world) == 1
    post(world, "/done")
    assert (attention(world), reminders(world)) == ([], 0)


def test_a_reminder_somebody_deleted_does_not_come_back() -> None:
    world = a_deal("qualified")
    post(world, "/assign @kim\n/next tomorrow call")
    days_later(world, 2)
    world.delete(world.by_key(next(key for key in world.written() if key.startswith("reminder"))).id, KIM)
    world.run()
    days_later(world, 1)
    assert reminders(world) == 0


@pytest.mark.parametrize(
    ("change", "days"),
    [
        pytest.param({}, 5, id="on a Saturday"),
        pytest.param({"quiet": ((date(2026, 11, 24), date(2026, 11, 30)),)}, 2, id="on quiet days"),
        pytest.param({"away": {"kim": ((date(2026, 11, 24), date(2026, 11, 30)),)}}, 2, id="while its owner is away"),
    ],
)
def test_nobody_is_reminded(change: dict[str, Any], days: int) -> None:
    world = a_deal("qualified", pipeline=replace(default_pipeline(), **change))
    post(world, "/assign @kim\n/next tomorrow call")
    days_later(world, days)
    assert attention(world)[:1] in (["overdue"], ["no-next-step"])
    assert reminders(world) == 0


def test_quiet_days_without_end_are_quiet_for_ever() -> None:
    world = a_deal("qualified", pipeline=replace(default_pipeline(), quiet=((date(2026, 1, 1), date.max),)))
    post(world, "Is anybody there?", EVE)
    days_later(world, 60)
    assert not {"no-next-step", "unanswered"} & set(attention(world))
    assert reminders(world) == 0


def test_the_team_hears_of_it_where_the_owner_is_away() -> None:
    away = {"kim": ((date(2026, 11, 24), date(2026, 11, 30)),)}
    world = a_deal("qualified", pipeline=replace(default_pipeline(), away=away, notify_new="@acme/sales"))
    post(world, "/assign @kim\n/next tomorrow call")
    days_later(world, 2)
    assert "@acme/sales" in world.last("reminder")


@pytest.mark.parametrize(
    ("stage", "days", "marked"),
    [
        pytest.param("qualified", 2, False, id="not on the second working day"),
        pytest.param("qualified", 3, True, id="from the third working day on"),
        pytest.param("lead", 3, False, id="not on leads"),
    ],
)
def test_no_next_step(stage: str, days: int, marked: bool) -> None:
    world = days_later(a_deal(stage), days)
    assert ("no-next-step" in attention(world)) is marked


def test_a_deal_is_idle_after_its_stages_days_and_no_longer_when_somebody_of_us_does_something() -> None:
    world = days_later(a_deal("lead"), 6.5)
    assert "idle" not in attention(world)
    days_later(world, 1)
    assert "idle" in attention(world)
    world.comment("any news?", EVE)
    world.sweep()
    assert "idle" in attention(world), "outsiders reset nothing"
    world.comment("called them", ANN)
    world.sweep()
    assert "idle" not in attention(world)


def test_a_deal_that_came_back_on_its_day_is_not_idle_at_once() -> None:
    world = a_deal("lead")
    post(world, "/revisit in 2 weeks no budget before")
    days_later(world, 15)
    assert world.stages() == ["lead"]
    assert "idle" not in attention(world)
    days_later(world, 8)
    assert "idle" in attention(world)


def test_a_deal_with_a_next_step_in_the_future_is_not_idle() -> None:
    world = a_deal("lead")
    post(world, "/next in 3 weeks call")
    days_later(world, 14)
    assert "idle" not in attention(world)


def test_a_snoozed_deal_is_left_alone() -> None:
    world = a_deal("qualified")
    post(world, "/snooze 1 month")
    days_later(world, 15)
    assert attention(world) == []


@pytest.mark.parametrize(
    "author",
    [
        pytest.param(EVE, id="an outsider opened it"),
        pytest.param(Actor("relay", 9, is_bot=True), id="a machine opened it"),
    ],
)
def test_a_lead_nobody_answered_for_a_working_day_is_marked_and_told_once(author: Actor) -> None:
    body = "### Company\n\nAcme GmbH\n"
    world = World(author=author, body=body, pipeline=replace(default_pipeline(), notify_new="@acme/sales"))
    world.run()
    days_later(world, 0.5)
    assert "unanswered" not in attention(world)
    days_later(world, 1)
    assert "unanswered" in attention(world)
    assert reminders(world) == 1
    world.comment("Answered by phone.", ANN)
    world.sweep()
    assert "unanswered" not in attention(world)
    assert reminders(world) == 0


def test_a_lead_of_friday_evening_waits_until_monday_evening() -> None:
    world = World(author=EVE)
    world.now = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
    world.created_at = world.tick()
    world.run()
    world.now = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    world.sweep()
    assert "unanswered" not in attention(world)
    world.now = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
    world.sweep()
    assert "unanswered" in attention(world)


def test_what_a_stage_expects_and_is_missing_is_marked_incomplete() -> None:
    base = default_pipeline()
    stages = tuple(replace(s, expects=("owner",)) if s.name == "lead" else s for s in base.stages)
    world = days_later(a_deal("lead", pipeline=replace(base, stages=stages)), 0.1)
    assert attention(world) == ["incomplete"]
    assert "The deal has no owner" in world.by_key("card").body
    post(world, "/assign")
    assert attention(world) == []


def test_events_take_attention_off_but_never_put_it_on() -> None:
    world = a_deal("qualified")
    world.tick(30 * DAY)
    post(world, "/status", ANN)
    assert attention(world) == []


def test_an_adopted_deal_is_left_in_peace_for_seven_days() -> None:
    world = World()
    world.created_at = world.now - timedelta(days=40)
    world.label("stage:qualified")
    world.run()
    days_later(world, 6)
    assert attention(world) == []
    days_later(world, 2)
    assert "no-next-step" in attention(world)


# Coming back


def put_off(stage: str = "negotiating", when: str = "2027-03-01", pipeline: Pipeline | None = None) -> World:
    world = a_deal(stage, pipeline=pipeline or default_pipeline())
    post(world, f"/assign @kim\n/value 45k\n/expect 2027-01-15\n/revisit {when} they move house")
    assert world.stages() == ["revisit"]
    return world


def test_a_deal_comes_back_on_its_date_with_its_owner_told() -> None:
    world = put_off()
    world.now = datetime(2027, 2, 28, 12, 0, tzinfo=UTC)
    world.sweep()
    assert world.stages() == ["revisit"]
    world.now = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)
    world.sweep()
    assert world.stages() == ["qualified"], "an old estimate is no estimate"
    told = world.last("back")
    assert "@kim" in told
    assert "they move house" in told
    assert "45,000 EUR" in told
    assert "15 Jan 2027" in told
    assert "### Expected close" not in world.body
    assert "### Revisit on" not in world.body
    assert "they move house" not in world.body, "it explains no later end"
    assert "because: they move house" in world.last("card"), "what was said stays"
    for _ in range(3):
        days_later(world, 0.1)
    assert world.stages() == ["qualified"]
    assert len([key for key in world.written() if key.startswith("back")]) == 1


@pytest.mark.parametrize(
    ("left", "back"),
    [("prospect", "prospect"), ("lead", "lead"), ("qualified", "qualified"), ("negotiating", "qualified")],
)
def test_it_returns_to_the_stage_it_left_but_at_most_to_qualified(left: str, back: str) -> None:
    world = put_off(left)
    world.now = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)
    world.sweep()
    assert world.stages() == [back]


def test_a_date_on_a_weekend_means_the_next_working_day() -> None:
    world = put_off(when="2027-02-27")
    world.now = datetime(2027, 2, 28, 12, 0, tzinfo=UTC)
    world.sweep()
    assert world.stages() == ["revisit"]
    world.now = datetime(2027, 3, 1, 0, 30, tzinfo=UTC)
    world.sweep()
    assert world.stages() == ["qualified"]


def test_any_event_brings_it_back_too_and_a_killed_run_tells_once() -> None:
    for until in range(8):
        world = put_off()
        world.now = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)
        world.sweep() if until == 7 else world.run(until=until)
        world.run()
        assert world.stages() == ["qualified"]
        assert len([key for key in world.written() if key.startswith("back")]) == 1
        assert world.decide().effects == ()


def test_a_closed_deal_is_asked_nothing() -> None:
    world = a_deal("negotiating")
    post(world, "/lost price")
    days_later(world, 60)
    assert attention(world) == []
