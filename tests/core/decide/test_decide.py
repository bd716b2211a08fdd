"""Histories of people's acts and runs: dropped, repeated, reordered, killed between any two effects.

At rest: one stage label, one of each comment, nothing left to do, no guard passed by, no accepted move taken back.
"""

from __future__ import annotations

import copy
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from salesbot.core.model import comments
from salesbot.core.model.deal import Actor
from salesbot.core.model.facts import Trigger
from tests.world import ANN, EVE, KIM, NORA, World, picture, rest

STAGES = ["prospect", "lead", "qualified", "negotiating", "won", "lost", "rejected", "revisit"]
COMMANDS = [
    "/prospect", "/lead", "/qualify", "/negotiate", "/won", "/won 24k", "/lost", "/lost price", "/reject too small",
    "/revisit march", "/undo", "/reopen", "/value 12k", "/value 12k\n/won", "/status", "/help", "/history", "/wno",
    "thanks!", '/stage lead --force "back"',
]  # fmt: skip
people = st.sampled_from([ANN, NORA, KIM, EVE])
insiders = st.sampled_from([ANN, NORA, KIM])


class Histories(RuleBasedStateMachine):
    """People act, runs come when they come."""

    @initialize(author=people)
    def open_issue(self, author: Actor) -> None:
        self.world = World(author=author)
        self.card_was_lost = False

    @rule(stage=st.sampled_from(STAGES), by=insiders)
    def label(self, stage: str, by: Actor) -> None:
        self.world.label(f"stage:{stage}", by)

    @rule(stage=st.sampled_from(STAGES), by=insiders)
    def unlabel(self, stage: str, by: Actor) -> None:
        self.world.unlabel(f"stage:{stage}", by)

    @rule(text=st.sampled_from(COMMANDS), by=people)
    def comment(self, text: str, by: Actor) -> None:
        self.world.comment(text, by)

    @rule(by=insiders, reason=st.sampled_from(["COMPLETED", "NOT_PLANNED"]))
    def close(self, by: Actor, reason: str) -> None:
        self.world.close(by, reason)

    @rule(by=insiders)
    def reopen(self, by: Actor) -> None:
        self.world.reopen(by)

    @rule(by=insiders, data=st.data())
    def tick(self, by: Actor, data: st.DataObject) -> None:
        lists = [comment for comment in self.world.own() if comments.kind_of(comment) in ("checklist", "ask")]
        boxes = [(comment, line) for comment in lists for line in comment.body.splitlines() if "- [ ]" in line]
        if boxes:
            comment, line = data.draw(st.sampled_from(boxes))
            self.world.edit(comment.id, comment.body.replace(line, line.replace("[ ]", "[x]")), by)

    @rule(by=insiders)
    def tick_a_whole_list(self, by: Actor) -> None:
        for comment in self.world.own():
            if comments.kind_of(comment) == "checklist":
                self.world.edit(comment.id, comment.body.replace("- [ ]", "- [x]"), by)

    @rule(data=st.data())
    def delete_a_comment_of_the_bot(self, data: st.DataObject) -> None:
        if self.world.own():
            gone = data.draw(st.sampled_from(self.world.own()))
            self.card_was_lost |= comments.kind_of(gone) == "card"
            self.world.delete(gone.id, KIM)

    @rule(minutes=st.integers(1, 3000))
    def wait(self, minutes: int) -> None:
        self.world.tick(minutes * 60)

    @rule()
    def run(self) -> None:
        self.world.run()

    @rule()
    def run_for_the_sweep(self) -> None:
        self.world.trigger = Trigger("schedule")
        self.world.run()

    @rule(until=st.integers(0, 6))
    def run_is_killed(self, until: int) -> None:
        self.world.run(until=until)

    @rule()
    def come_to_rest(self) -> None:
        world = self.world
        rest(world)
        assert world.decide().effects == ()
        if "card" not in world.written():
            return  # closed before we ever saw it
        assert len(world.stages()) == 1
        assert max(Counter(world.written()).values()) == 1
        assert world.written().count("card") == 1
        self.guards_hold()

    def guards_hold(self) -> None:
        """Fields and ticks only grow in these histories, so what a stage needed is still there."""
        world = self.world
        (stage,) = world.stages()
        history = world.by_key("card").body.partition("<summary>History</summary>")[2]
        if "forced" in history or self.card_was_lost:
            return  # without a card one label stands, whoever put it there
        if stage == "won":
            assert "### Value" in world.body
        if stage in ("lost", "rejected"):
            assert "### Reason" in world.body
        if stage == "revisit":
            assert "### Revisit on" in world.body

    @rule()
    def a_killed_run_is_finished_by_the_next(self) -> None:
        whole = copy.deepcopy(self.world)
        count = len(whole.run().effects)
        rest(whole)
        for until in {0, 1, count // 2, max(count - 1, 0)}:
            cut = copy.deepcopy(self.world)
            cut.run(until=until)
            rest(cut)
            assert picture(cut) == picture(whole), f"killed after {until} of {count} effects"


Histories.TestCase.settings = settings(
    max_examples=80, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck)
)
TestHistories = Histories.TestCase


@given(commands=st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=6), by=insiders)
@settings(max_examples=60, deadline=None)
def test_whether_commands_are_answered_one_by_one_or_all_at_once_is_the_same(commands: list[str], by: Actor) -> None:
    one_by_one, at_once = World(), World()
    rest(one_by_one)
    rest(at_once)
    for text in commands:
        one_by_one.comment(text, by)
        rest(one_by_one)
        at_once.comment(text, by)
    rest(at_once)
    assert (one_by_one.stages(), one_by_one.open, one_by_one.body) == (at_once.stages(), at_once.open, at_once.body)


@given(stages=st.lists(st.sampled_from(STAGES), min_size=1, max_size=5, unique=True))
@settings(max_examples=60, deadline=None)
def test_whether_labels_are_judged_one_by_one_or_all_at_once_is_the_same(stages: list[str]) -> None:
    one_by_one, at_once = World(), World()
    for world in (one_by_one, at_once):
        rest(world)
        world.comment("/value 24k", NORA)
        rest(world)
    for stage in stages:
        one_by_one.label(f"stage:{stage}")
        rest(one_by_one)
        at_once.label(f"stage:{stage}")
    rest(at_once)
    if "lead" not in stages:
        assert one_by_one.stages() == at_once.stages()


@pytest.mark.parametrize("text", COMMANDS)
def test_every_command_killed_after_every_effect_ends_the_same(text: str) -> None:
    start = World()
    rest(start)
    start.comment(text, NORA)
    whole = copy.deepcopy(start)
    count = len(whole.run().effects)
    rest(whole)
    for until in range(count):
        cut = copy.deepcopy(start)
        cut.run(until=until)
        rest(cut)
        assert picture(cut) == picture(whole), until
