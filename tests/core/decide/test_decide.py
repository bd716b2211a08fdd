"""Histories of people's acts and runs: dropped, repeated, reordered, killed between any two effects.

At rest: one stage label, one of each comment, nothing left to do, no guard passed by, no accepted move taken back.
"""

from __future__ import annotations

import copy
from collections import Counter

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from salesbot.core.decide.decide import Decision
from salesbot.core.model import comments
from salesbot.core.model.effects import PutComment, RemoveLabel
from salesbot.core.model.facts import Trigger
from tests import example_files
from tests.budget import budget
from tests.example_files import Machine, first_step, step
from tests.world import KIM, NORA, PEOPLE, World, a_deal, picture, rest

STAGES = ["prospect", "lead", "qualified", "negotiating", "won", "lost", "rejected", "revisit"]
COMMANDS = [
    "/prospect", "/lead", "/qualify", "/negotiate", "/won", "/won 24k", "/lost", "/lost price", "/reject too small",
    "/revisit march", "/undo", "/reopen", "/value 12k", "/value 12k\n/won", "/status", "/help", "/history", "/wno",
    "thanks!", '/stage lead --force "back"',
]  # fmt: skip
NEEDY = [
    "/won",
    "/value 12k",
    "/lost",
    "/lost price",
    "/set reason price",
    "/revisit",
    "/revisit march",
    "/prospect",
    "/reopen",
]
"""Moves that need something, and what gives it to them."""
everybody = st.sampled_from(["ann", "nora", "kim", "eve"])
insiders = st.sampled_from(["ann", "nora", "kim"])
ANY = st.integers(0, 7)
"""Which of several things; there may be fewer."""


class Histories(Machine):
    """People act, runs come when they come."""

    still = False
    """Whether everything happens in one second, as far as nobody waits."""

    @first_step(author=everybody)
    def open_issue(self, author: str) -> None:
        self.world = World(author=PEOPLE[author], still=self.still)
        self.card_was_lost = False

    @step(stage=st.sampled_from(STAGES), by=insiders)
    def label(self, stage: str, by: str) -> None:
        self.world.label(f"stage:{stage}", PEOPLE[by])

    @step(stage=st.sampled_from(STAGES), by=insiders)
    def unlabel(self, stage: str, by: str) -> None:
        self.world.unlabel(f"stage:{stage}", PEOPLE[by])

    @step(text=st.sampled_from(COMMANDS), by=everybody)
    def comment(self, text: str, by: str) -> None:
        self.world.comment(text, PEOPLE[by])

    @step(by=insiders, reason=st.sampled_from(["COMPLETED", "NOT_PLANNED"]))
    def close(self, by: str, reason: str) -> None:
        self.world.close(PEOPLE[by], reason)

    @step(by=insiders)
    def reopen(self, by: str) -> None:
        self.world.reopen(PEOPLE[by])

    @step(by=insiders, which=ANY)
    def tick(self, by: str, which: int) -> None:
        lists = [comment for comment in self.world.own() if comments.kind_of(comment) in ("checklist", "ask")]
        boxes = [(comment, line) for comment in lists for line in comment.body.splitlines() if "- [ ]" in line]
        if boxes:
            comment, line = boxes[which % len(boxes)]
            self.world.edit(comment.id, comment.body.replace(line, line.replace("[ ]", "[x]")), PEOPLE[by])

    @step(by=insiders)
    def tick_a_whole_list(self, by: str) -> None:
        for comment in self.world.own():
            if comments.kind_of(comment) == "checklist":
                self.world.edit(comment.id, comment.body.replace("- [ ]", "- [x]"), PEOPLE[by])

    @step(which=ANY)
    def delete_a_comment_of_the_bot(self, which: int) -> None:
        if own := self.world.own():
            gone = own[which % len(own)]
            self.card_was_lost |= comments.kind_of(gone) == "card"
            self.world.delete(gone.id, KIM)

    @step(minutes=st.integers(1, 3000))
    def wait(self, minutes: int) -> None:
        self.world.tick(minutes * 60)

    @step()
    def run(self) -> None:
        self.answered(self.world.run())

    @step()
    def run_for_the_sweep(self) -> None:
        self.world.trigger = Trigger("schedule")
        self.answered(self.world.run())

    @step(until=st.integers(0, 6))
    def run_is_killed(self, until: int) -> None:
        self.answered(self.world.run(until=until))

    def answered(self, decision: Decision) -> None:
        """A stage label that a person put on goes only if the deal was in that stage, or with a comment."""
        if decision.state is None or self.card_was_lost:
            return
        been = {(visit.stage, visit.entered) for visit in decision.state.journal.history}
        said = [effect.body for effect in decision.effects if isinstance(effect, PutComment)]
        said += [comment.body for comment in self.world.comments.values() if comment.own]
        for effect in decision.effects:
            stage = effect.name.removeprefix("stage:") if isinstance(effect, RemoveLabel) else ""
            labelings = [e for e in self.world.events if e.kind == "labeled" and e.label == f"stage:{stage}"]
            if labelings and not labelings[-1].own and (stage, labelings[-1].at) not in been:
                assert any(f"Not moved to {stage}" in text for text in said), (stage, said)

    @step()
    def come_to_rest(self) -> None:
        world = self.world
        for _ in range(5):
            self.answered(world.run())
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

    @step()
    def a_killed_run_is_finished_by_the_next(self) -> None:
        whole = copy.deepcopy(self.world)
        count = len(whole.run().effects)
        rest(whole)
        for until in {0, 1, count // 2, max(count - 1, 0)}:
            cut = copy.deepcopy(self.world)
            cut.run(until=until)
            rest(cut)
            assert picture(cut) == picture(whole), f"killed after {until} of {count} effects"


Histories.TestCase.settings = budget(40, stateful_step_count=16, suppress_health_check=list(HealthCheck))
TestHistories = Histories.TestCase


class StillHistories(Histories):
    """The same within one second: GitHub's clock has whole seconds."""

    still = True


StillHistories.TestCase.settings = Histories.TestCase.settings
TestStillHistories = StillHistories.TestCase


@pytest.mark.parametrize("kind", [Histories, StillHistories])
@pytest.mark.parametrize("steps", [*example_files.read("Histories"), *example_files.read("StillHistories")])
def test_histories_that_once_failed_hold(steps: example_files.Steps, kind: type[Histories]) -> None:
    example_files.replay(kind, steps)


@given(commands=st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=6), by=insiders)
@budget(30)
def test_whether_commands_are_answered_one_by_one_or_all_at_once_is_the_same(commands: list[str], by: str) -> None:
    one_by_one, at_once = World(), World()
    rest(one_by_one)
    rest(at_once)
    for text in commands:
        one_by_one.comment(text, PEOPLE[by])
        rest(one_by_one)
        at_once.comment(text, PEOPLE[by])
    rest(at_once)
    assert (one_by_one.stages(), one_by_one.open, one_by_one.body) == (at_once.stages(), at_once.open, at_once.body)


@given(stages=st.lists(st.sampled_from(STAGES), min_size=1, max_size=5, unique=True))
@budget(30)
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


@given(
    stage=st.sampled_from(["lead", "qualified", "negotiating"]),
    texts=st.lists(st.sampled_from(NEEDY), min_size=2, max_size=4),
    by=insiders,
    until=st.integers(1, 4),
)
@budget(60)
def test_commands_of_one_run_that_was_killed_end_the_same(stage: str, texts: list[str], by: str, until: int) -> None:
    start = a_deal(stage)
    for text in texts:
        start.comment(text, PEOPLE[by])
    whole, cut = copy.deepcopy(start), copy.deepcopy(start)
    rest(whole)
    cut.run(until=until)
    rest(cut)
    assert picture(cut) == picture(whole)
