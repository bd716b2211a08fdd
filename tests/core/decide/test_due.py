"""What the sweep reads in full: never too little, and nothing where all is well (docs/design.md, Many deals)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck

from salesbot.core.decide.due import ANSWER, COME_BACK, EVALUATE, MARK, REMIND, REPAIR, due, people_to_ask
from salesbot.core.model.facts import Trigger
from tests import example_files
from tests.budget import budget
from tests.core.decide.test_decide import Histories
from tests.example_files import step
from tests.world import ANN, EVE, KIM, NORA, World, a_deal

DAY = timedelta(days=1).total_seconds()


def verdict(world: World) -> int | None:
    """How urgent a deal is; None if nothing is due."""
    world.trigger = Trigger("sweep")
    found = due(world.observed())
    return found.urgency if found is not None else None


class NothingIsOverlooked(Histories):
    """Whatever people did and runs left undone: if a sweep would do something, a glance says so."""

    @step()
    def a_glance_sees_it(self) -> None:
        world = self.world
        world.trigger = Trigger("sweep")
        young = world.now - world.created_at < timedelta(days=7)
        if world.decide().effects and (young or world.own()):
            assert due(world.observed()) is not None


NothingIsOverlooked.TestCase.settings = budget(30, stateful_step_count=16, suppress_health_check=list(HealthCheck))
TestNothingIsOverlooked = NothingIsOverlooked.TestCase


@pytest.mark.parametrize("steps", example_files.read("NothingIsOverlooked"))
def test_histories_that_once_failed_hold(steps: example_files.Steps) -> None:
    example_files.replay(NothingIsOverlooked, steps)


@pytest.mark.parametrize(
    ("happens", "urgency"),
    [
        pytest.param(lambda world: None, None, id="all is well"),
        pytest.param(lambda world: world.comment("talk", NORA), None, id="talk"),
        pytest.param(lambda world: world.comment("/prospect", NORA), ANSWER, id="a command without a receipt"),
        pytest.param(lambda world: world.label("stage:won"), EVALUATE, id="a label nobody judged"),
        pytest.param(lambda world: world.unlabel("stage:qualified"), EVALUATE, id="a lost label"),
        pytest.param(lambda world: world.close(), EVALUATE, id="a closing nobody asked about"),
        pytest.param(lambda world: world.delete(world.by_key("card").id, KIM), EVALUATE, id="a deal without a card"),
        pytest.param(lambda world: world.label("bug"), None, id="a label of other people's"),
        pytest.param(lambda world: world.tick(4 * DAY), MARK, id="no next step for days"),
    ],
)
def test_what_is_due(happens: Callable[[World], object], urgency: int | None) -> None:
    world = a_deal("qualified")
    world.sweep()
    happens(world)
    assert verdict(world) == urgency


def test_a_move_that_died_half_way_is_due_for_repair() -> None:
    world = a_deal("lead")
    world.comment("/prospect", NORA)
    world.run(until=1)
    assert verdict(world) == REPAIR


def _settled(world: World) -> None:
    world.tick_all("qualification")
    world.run()
    world.label("stage:qualified")


def _refused_before(world: World) -> None:
    world.label("stage:won")
    world.run()
    world.label("stage:prospect")


def _over(world: World) -> None:
    world.comment("/assign @kim\n/next tomorrow call", NORA)
    world.run()
    world.tick(2 * DAY)
    world.sweep()
    world.comment("/done", NORA)


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(_settled, id="before the list of the new stage was posted"),
        pytest.param(_refused_before, id="before the refusal of an earlier label was hidden"),
        pytest.param(_over, id="before a reminder that is over was hidden"),
    ],
)
def test_a_run_may_die_after_any_effect_and_the_sweep_sees_what_is_left(happens: Callable[[World], object]) -> None:
    for until in range(7):
        world = a_deal("lead")
        happens(world)
        world.run(until=until)
        world.trigger = Trigger("sweep")
        if world.decide().effects:
            assert verdict(world) is not None, until


def test_a_deal_whose_date_has_come_and_a_reminder_are_due() -> None:
    world = a_deal("qualified")
    world.comment("/assign @kim\n/next tomorrow call", NORA)
    world.run()
    world.tick(2 * DAY)
    assert verdict(world) == REMIND
    world.sweep()
    assert verdict(world) is None
    world.comment("/revisit in 12 days", NORA)
    world.run()
    world.tick(12 * DAY)
    assert verdict(world) == COME_BACK


def test_old_issues_without_a_stage_are_left_alone() -> None:
    world = World()
    world.tick(8 * DAY)
    assert verdict(world) is None


def test_a_new_issue_whose_run_was_lost_becomes_a_deal() -> None:
    world = World()
    world.tick(DAY)
    assert verdict(world) == EVALUATE


@pytest.mark.parametrize("flag", ["comments", "events"])
def test_where_a_glance_does_not_reach_far_enough_the_deal_is_read(flag: str) -> None:
    world = a_deal("lead")
    world.trigger = Trigger("sweep")
    facts = world.facts()
    assert due(world.observed()) is None
    short = (
        replace(facts.issue, comments_complete=False, unread_until=world.now)
        if flag == "comments"
        else replace(facts.issue, events_complete=False, events=())
    )
    assert due(world.observed().with_facts(replace(facts, issue=short))) is not None


def test_people_are_asked_for_their_role_only_where_it_decides() -> None:
    world = World(author=EVE)
    world.run()
    world.tick(0.1 * DAY)
    world.comment("hello?", EVE)
    world.comment("we call you", ANN)
    world.trigger = Trigger("sweep")
    world.roles = {}
    assert people_to_ask(world.observed()) == []
    world.tick(3 * DAY)
    assert set(people_to_ask(world.observed())) == {"eve", "ann"}
