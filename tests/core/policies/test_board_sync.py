"""A deal and its card on a board: who follows whom, what goes back, whose a change is; and histories of three sides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from salesbot.core.decide.decide import decide
from salesbot.core.lifecycle.observed import observe
from salesbot.core.model.board import BoardEffect, FieldValue, Item
from salesbot.core.model.deal import Actor, How
from salesbot.core.model.effects import Effect
from salesbot.core.model.facts import DealFacts, Trigger
from salesbot.core.model.mirror import Mirror, MirrorEffect
from salesbot.core.model.pipeline import Streak, StreakPipeline
from salesbot.core.policies import board_sync, board_view, mirror_sync
from tests.budget import budget
from tests.core.policies.boards import APP, ROBOT, STAGES, Guards, OnBoard, a_pipeline, on_board
from tests.core.policies.test_mirror_sync import KEYS, LAYOUT, STAGE_MAP, Both, address
from tests.example_files import Machine, first_step, step
from tests.world import ANN, EVE, KIM, NORA, WORDS, World, a_deal

VALUE = "### Value\n\n9000 EUR\n"


# Out


def test_a_deal_is_put_on_the_board_with_what_it_has() -> None:
    card = on_board(body=f"{VALUE}\n### Expected close\n\n2027-03\n\n### Next step\n\n2026-12-01: call (kim)\n")
    card.world.comment("/value 9000.5", by=NORA)
    card.rest()
    assert {key: card.shows(key) for key in ("value", "weighted", "expected_close", "next_step", "next_date")} == {
        "value": "9000.5",
        "weighted": "900.05",
        "expected_close": "2027-03-31",
        "next_step": "call (kim)",
        "next_date": "2026-12-01",
    }


def test_a_value_of_another_currency_is_not_on_the_board() -> None:
    card = on_board()
    card.world.comment("/value 9000 USD", by=NORA)
    card.rest()
    assert (card.shows("value"), card.shows("weighted")) == ("", "")


def test_a_move_of_the_deal_is_followed() -> None:
    card = on_board()
    card.world.label("stage:prospect")
    card.run()
    assert card.both == ("prospect", "prospect")
    assert card.left() == []


def test_a_card_that_a_person_removed_comes_back_with_the_next_move() -> None:
    card = on_board()
    card.world.tick()
    card.item, card.removed = None, True
    card.rest()
    assert card.item is None
    card.world.comment("/value 5k", by=NORA)
    card.rest()
    assert card.item is None, "not before"
    card.world.comment("/prospect")
    card.rest()
    assert card.both == ("prospect", "prospect")


def test_an_archived_card_is_left_alone_until_its_deal_moves() -> None:
    card = on_board()
    assert card.item is not None
    card.item = replace(card.item, archived=True)
    card.world.comment("/value 5k", by=NORA)
    card.rest()
    assert card.item.archived
    card.world.comment("/prospect")
    card.rest()
    assert (card.item.archived, card.both, card.shows("value")) == (False, ("prospect", "prospect"), "5000")


def test_a_stage_that_is_not_on_the_board_archives_the_card() -> None:
    card = on_board()
    board = card.world.pipeline.board
    assert board is not None
    card.world.pipeline = replace(card.world.pipeline, board=replace(board, stages={"prospect": None}))
    card.world.comment("/prospect")
    card.rest()
    assert card.item is not None
    assert card.item.archived
    card.world.comment("/lead")
    card.rest()
    assert (card.item.archived, card.both) == (False, ("lead", "lead"))


@pytest.mark.parametrize("ours", [True, False])
def test_what_is_no_deal_is_taken_off_if_salesbot_put_it_there(ours: bool) -> None:
    card = OnBoard(a_deal(pipeline=a_pipeline()))
    if not ours:
        card.item = Item("PVTI_theirs")
    card.rest()
    card.world.comment("/not-a-deal spam", by=NORA)
    card.rest()
    assert (card.item is None) is ours
    assert card.left() == []


def test_a_field_that_the_project_lacks_is_left_out() -> None:
    card = OnBoard(a_deal(pipeline=a_pipeline(), body=VALUE))
    card.project = replace(card.project, fields=card.project.fields[:1])
    card.rest()
    assert card.both == ("lead", "lead")
    view = card.facts().board
    assert view is not None
    assert "The project has no field Value: add one of the type number." in board_view.problems(
        view, card.world.pipeline
    )


def test_a_board_that_does_not_answer_changes_nothing_and_is_caught_up_with() -> None:
    card = on_board()
    card.reachable = False
    card.world.comment("/prospect")
    card.rest()
    assert card.both == ("prospect", "lead")
    card.reachable = True
    card.rest()
    assert card.both == ("prospect", "prospect")
    assert not [key for key in card.world.written() if key.startswith("refusal")]


# In, by dragging


def test_a_drag_is_a_move_by_the_person_who_dragged() -> None:
    card = on_board()
    card.drag("prospect", ANN)
    card.rest()
    assert card.both == ("prospect", "prospect")
    last = card.world.journal().history[-1]
    assert (last.by, last.how) == ("ann", How.BOARD)


@pytest.mark.parametrize(
    ("start", "to", "says"),
    [
        pytest.param("lead", "qualified", "The qualification checklist has", id="a guard says no"),
        pytest.param("negotiating", "won", "The deal has no value.", id="won without a value"),
        pytest.param("lead", "lost", "- [ ] lost: price", id="lost without a reason asks with boxes"),
        pytest.param("lead", "revisit", "/revisit march", id="put off without a date"),
        pytest.param("lost", "lead", "/reopen", id="out of an end"),
        pytest.param("prospect", "negotiating", "cannot go to negotiating", id="no way leads there"),
        pytest.param("lead", "done", "That column of the board is not a stage", id="a column that is no stage"),
    ],
)
def test_a_drag_that_is_refused_goes_back_with_one_comment(start: str, to: str, says: str) -> None:
    card = on_board("lead" if start == "lost" else start)
    if start == "lost":
        card.world.comment("/lost price")
        card.rest()
    card.drag(to)
    card.rest()
    assert card.both == (start, start)
    assert says in card.world.last("refusal")
    assert len([key for key in card.world.written() if key.startswith("refusal")]) == 1


def test_a_box_ticked_in_the_question_moves_deal_and_card() -> None:
    card = on_board()
    card.drag("lost")
    card.rest()
    (found,) = card.world.of_kind("refusal")
    card.world.edit(found.id, found.body.replace("- [ ] lost: price", "- [x] lost: price"), NORA)
    card.rest()
    assert card.both == ("lost", "lost")


@pytest.mark.parametrize("to", ["prospect", "won", "done"])
def test_below_triage_a_card_goes_back_without_a_comment(to: str) -> None:
    card = on_board()
    before = card.world.written()
    card.drag(to, EVE)
    card.rest()
    assert (card.both, card.world.written()) == (("lead", "lead"), before)


def test_what_github_itself_did_is_put_right_in_silence() -> None:
    card = on_board()
    before = card.world.written()
    card.drag("done", ROBOT, automated=True)
    card.rest()
    assert (card.both, card.world.written()) == (("lead", "lead"), before)


@pytest.mark.parametrize("by", [APP, Actor("kim", 3)], ids=["an App", "a person's token"])
def test_what_a_killed_run_left_on_the_board_is_no_drag(by: Actor) -> None:
    card = on_board(viewer=by)
    card.world.comment("/prospect")
    card.run(until=1)
    assert card.column == "lead"
    card.rest()
    assert card.both == ("prospect", "prospect")
    assert [visit.how for visit in card.world.journal().history][-1] == How.COMMAND


def test_with_a_persons_token_that_persons_own_drag_still_counts() -> None:
    card = on_board(viewer=KIM)
    card.drag("prospect", KIM)
    card.rest()
    assert card.both == ("prospect", "prospect")


def test_only_where_the_card_is_when_a_run_looks_counts() -> None:
    card = on_board()
    card.drag("won")
    card.drag("lost")
    card.drag("prospect")
    card.rest()
    assert card.both == ("prospect", "prospect")
    assert not [key for key in card.world.written() if key.startswith("refusal")]


@pytest.mark.parametrize("drag_first", [True, False])
def test_a_drag_and_a_label_are_evaluated_in_their_order(drag_first: bool) -> None:
    card = on_board(body="### Revisit on\n\n2027-03-01\n")
    if drag_first:
        card.drag("prospect")
    card.world.label("stage:revisit")
    if not drag_first:
        card.drag("prospect")
    card.rest()
    end = "revisit" if drag_first else "prospect"
    assert card.both == (end, end)


def test_at_first_contact_the_deal_wins_in_silence() -> None:
    card = OnBoard(a_deal(pipeline=a_pipeline()), Item("PVTI_1"))
    card.drag("won", KIM)
    before = card.world.written()
    card.rest()
    assert (card.both, card.world.written()) == (("lead", "lead"), before)


def test_a_deal_that_is_born_takes_the_column_it_was_put_in_as_a_move() -> None:
    world = World(pipeline=a_pipeline())
    card = OnBoard(world, Item("PVTI_1"))
    card.drag("prospect", NORA)
    card.rest()
    assert card.both == ("prospect", "prospect")
    other = OnBoard(World(pipeline=a_pipeline()), Item("PVTI_1"))
    other.drag("won", NORA)
    other.rest()
    assert other.both == ("lead", "lead")
    assert "**Not moved to won.** @nora" in other.world.last("refusal")


def test_an_end_on_the_board_wins_over_a_younger_move_of_the_deal() -> None:
    card = on_board(body=VALUE)
    card.world.comment("/value 9000", by=NORA)
    card.rest()
    card.drag("rejected", KIM)
    card.reachable = False
    card.world.comment("/prospect\n/set reason price", by=NORA)
    card.rest()
    card.reachable = True
    card.rest()
    assert card.both == ("rejected", "rejected")


def test_where_both_moved_the_newer_wins() -> None:
    card = on_board()
    card.drag("prospect", KIM)
    card.reachable = False
    card.world.comment("/revisit 2027-03-01", by=NORA)
    card.rest()
    card.reachable = True
    card.rest()
    assert card.both == ("revisit", "revisit")


# In, and who it was


def test_where_nobody_is_known_a_move_is_nobodys() -> None:
    card = on_board(has_events=False)
    card.drag("prospect", NORA)
    card.rest()
    assert card.both == ("prospect", "prospect")
    assert card.world.journal().history[-1].by is None
    card.drag("won", NORA)
    card.rest()
    assert card.both == ("prospect", "prospect")
    assert "@" not in card.world.last("refusal").splitlines()[0]


def test_a_delivery_names_the_person_as_long_as_the_board_shows_it() -> None:
    card = on_board(has_events=False)
    card.drag("prospect", NORA)
    card.deliver("stage", NORA)
    card.rest()
    assert card.world.journal().history[-1].by == "nora"
    card.drag("lead", KIM)
    card.rest()
    assert card.world.journal().history[-1].by is None, "an old delivery names nobody of what came after it"


def test_a_field_that_was_empty_names_who_filled_it() -> None:
    card = on_board()
    card.write("value", "24000.5", NORA)
    card.rest()
    assert "### Value\n\n24000.5 EUR" in card.world.body
    assert (card.shows("value"), card.shows("weighted")) == ("24000.5", "2400.05")
    card.world.body_edits.clear()
    assert card.left() == []


def test_a_value_of_ours_that_names_another_creator_is_theirs_and_else_nobodys() -> None:
    card = on_board()
    card.world.comment("/value 9000", by=NORA)
    card.rest()
    card.write("value", "5000", NORA)
    card.rest()
    assert card.shows("value") == "9000", "nobody is known: put back in silence"
    card.world.trigger = Trigger("sweep")
    card.rest()
    assert card.item is not None
    ours = card.item.values["value"]
    at = card.world.tick()
    card.item = replace(
        card.item, values={**card.item.values, "value": replace(ours, text="7000", changed_at=at, by=NORA)}
    )
    card.rest()
    assert (card.shows("value"), "7000 EUR" in card.world.body) == ("7000", True)


@pytest.mark.parametrize(
    ("by", "says"),
    [
        pytest.param(ANN, "`/value` needs the role write.", id="triage: a comment"),
        pytest.param(EVE, "", id="below: none"),
    ],
)
def test_a_field_changed_without_the_role_goes_back(by: Actor, says: str) -> None:
    card = on_board()
    before = card.world.written()
    card.write("value", "1000000", by)
    card.rest()
    assert (card.shows("value"), card.world.body) == ("", "")
    if says:
        assert says in card.world.last("reply")
    else:
        assert card.world.written() == before


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        pytest.param("value", "1E+300", "amount", id="an amount beyond all measure"),
        pytest.param("value", "NaN", "amount", id="no number"),
        pytest.param("value", "-5", "amount", id="a negative one"),
        pytest.param("expected_close", "2020-01-01", "past", id="a day in the past"),
    ],
)
def test_a_field_that_cannot_be_taken_goes_back_with_a_comment(key: str, text: str, says: str) -> None:
    card = on_board()
    card.write(key, text, NORA)
    card.rest()
    assert card.shows(key) == ""
    assert "**Not done.** @nora" in card.world.last("reply")
    assert "The board shows again what the deal has." in card.world.last("reply")


def test_an_expected_close_is_expect_and_a_step_with_its_date_is_next() -> None:
    card = on_board()
    card.write("expected_close", "2027-03-31", NORA)
    card.write("next_step", "send   the estimate", NORA)
    card.write("next_date", "2026-12-04", NORA)
    card.rest()
    assert "### Expected close\n\n2027-03-31" in card.world.body
    assert "### Next step\n\n2026-12-04: send the estimate" in card.world.body
    card.write("next_date", "2026-12-07", NORA)
    card.deliver("next_date", NORA)
    card.rest()
    assert "2026-12-07: send the estimate" in card.world.body


def test_half_a_next_step_waits_and_the_card_says_so() -> None:
    card = on_board()
    card.write("next_step", "call them", NORA)
    card.rest()
    assert card.shows("next_step") == "call them"
    assert "On the board the next step has no date yet." in card.world.last("card")
    card.world.comment("/prospect")
    card.rest()
    assert card.shows("next_step") == "call them"
    card.write("next_date", "2026-12-04", NORA)
    card.rest()
    assert "2026-12-04: call them" in card.world.body
    assert "no date yet" not in card.world.last("card")


def test_an_emptied_field_is_filled_again_unless_a_delivery_says_who_emptied_it() -> None:
    card = on_board()
    card.world.comment("/value 9000", by=NORA)
    card.rest()
    card.write("value", "", NORA)
    card.rest()
    assert card.shows("value") == "9000"
    card.write("value", "", NORA)
    card.deliver("value", NORA)
    card.rest()
    assert (card.shows("value"), "### Value" in card.world.body) == ("", False)


def test_the_weighted_value_is_ours() -> None:
    card = on_board()
    card.world.comment("/value 9000", by=NORA)
    card.rest()
    before = card.world.written()
    card.write("weighted", "8000", NORA)
    card.deliver("weighted", NORA)
    card.rest()
    assert (card.shows("weighted"), card.world.written()) == ("900", before)


def test_a_delivery_raises_nobody_above_write() -> None:
    from salesbot.core.model.deal import Role

    card = on_board(has_events=False)
    card.world.pipeline = replace(
        card.world.pipeline, permissions=replace(card.world.pipeline.permissions, moves=Role.ADMIN)
    )
    card.drag("prospect", KIM)
    card.deliver("stage", KIM)
    card.rest()
    assert card.both == ("lead", "lead")
    assert "needs the role admin" in card.world.last("refusal")


def test_what_people_wrote_before_salesbot_came_stays_while_the_deal_has_nothing_of_the_kind() -> None:
    world = a_deal(pipeline=a_pipeline())
    old = FieldValue("V0", "7000", world.created_at, world.created_at, NORA)
    card = OnBoard(world, Item("PVTI_1", values={"value": old}))
    card.rest()
    assert card.shows("value") == "7000"
    world.comment("/value 9000", by=NORA)
    card.rest()
    assert card.shows("value") == "9000"


# In, as facts


def test_with_expects_a_drag_is_taken_and_the_card_says_what_is_missing() -> None:
    card = on_board(guards="expects")
    card.drag("negotiating")
    card.rest()
    assert card.both == ("negotiating", "negotiating")
    assert "**Moved to negotiating on the board.**" in card.world.last("dragged")
    assert "Missing here: The deal has no value." in card.world.last("card")


def test_with_expects_an_end_waits_where_it_is_and_is_asked_about_once() -> None:
    card = on_board(guards="expects")
    card.drag("lost")
    card.rest()
    assert card.both == ("lead", "lost")
    assert "- [ ] lost: price" in card.world.last("waits")
    card.world.comment("/set reason price", by=NORA)
    card.rest()
    assert card.both == ("lost", "lost")
    assert not [key for key in card.world.written() if key.startswith("waits")]


# Three sides


class ThreeSides(Machine):
    """Labels, commands, drags on the board, boxes in Streak; runs that are lost, repeated or die half way."""

    @first_step(board=st.sampled_from(["requires", "expects"]), boxes=st.sampled_from(["requires", "expects"]))
    def begin(self, board: Guards, boxes: Guards) -> None:
        pipeline = replace(a_pipeline(board), streak=Streak(boxes, StreakPipeline("agxzPIPE")))
        world = a_deal("lead", pipeline=pipeline, body=VALUE, author=NORA)
        self.strict = board == boxes == "requires"
        self.card = OnBoard(world)
        self.box = Both(
            world, Mirror("agxzBOX", world.title, KEYS["lead"], world.now, columns={"1002": address(world)})
        )
        self.sync(until=99)

    def facts(self, mirror: bool) -> DealFacts:
        facts = self.card.facts()
        return replace(facts, mirror=self.box.mirror, stage_map=STAGE_MAP) if mirror else facts

    def decided(self, *, mirror: bool) -> tuple[list[Effect | BoardEffect], list[MirrorEffect]]:
        """What a run would do to issue and board, and to the box before."""
        facts = self.facts(mirror)
        observed = observe(facts, self.card.world.pipeline, self.card.world.now)
        decision = decide(observed, WORDS)
        out = mirror_sync.outgoing(decision.state, observed, LAYOUT) if mirror and decision.state else []
        return [*decision.effects, *board_sync.outgoing(decision.state, observed)], out

    def carry_out(self, steps: list[Effect | BoardEffect]) -> None:
        for each in steps:
            if isinstance(each, BoardEffect):
                self.card.apply(each)
            else:
                self.card.world.apply(each)

    @step(stage=st.sampled_from(STAGES))
    def label(self, stage: str) -> None:
        self.card.world.label(f"stage:{stage}", NORA)

    @step(text=st.sampled_from(["/won 12k", "/lost price", "/undo", "/reopen", "/prospect", "/qualify", "/value 5k"]))
    def comment(self, text: str) -> None:
        self.card.world.comment(text, KIM)

    @step(stage=st.sampled_from([*STAGES, "done"]), by=st.sampled_from(["ann", "kim", "eve", "robot"]))
    def drag(self, stage: str, by: str) -> None:
        if self.card.item is not None and not self.card.item.archived:
            people = {"ann": ANN, "kim": KIM, "eve": EVE, "robot": ROBOT}
            self.card.drag(stage, people[by], automated=by == "robot")

    @step(stage=st.sampled_from(STAGES))
    def drag_box(self, stage: str) -> None:
        self.box.drag(stage)

    @step(text=st.sampled_from(["7000", "1E+300", ""]), by=st.sampled_from(["ann", "kim", "eve"]))
    def write_value(self, text: str, by: str) -> None:
        if self.card.item is not None and not self.card.item.archived:
            self.card.write("value", text, {"ann": ANN, "kim": KIM, "eve": EVE}[by])

    @step(reachable=st.booleans())
    def reach(self, reachable: bool) -> None:
        self.card.reachable = reachable

    @step(until=st.integers(0, 12))
    def run(self, until: int) -> None:
        steps, _ = self.decided(mirror=False)
        self.card.world.tick()
        self.carry_out(steps[: until if until < 12 else None])

    @step(until=st.integers(0, 12))
    def sync(self, until: int) -> None:
        _, out = self.decided(mirror=True)
        for change in out[:until]:
            self.box.put(change)
        if until >= len(out):
            steps, _ = self.decided(mirror=True)
            self.card.world.tick()
            self.carry_out(steps[: until - len(out) if until < 12 else None])

    @step()
    def come_to_rest(self) -> None:
        self.card.reachable = True
        for _ in range(6):
            if self.decided(mirror=False) == ([], []) and self.decided(mirror=True) == ([], []):
                break
            self.run(until=99)
            self.sync(until=99)
        assert self.decided(mirror=True) == ([], []), "never at rest"
        ours, column = self.card.both
        waits = [key for key in self.card.world.written() if key.startswith("waits:")]
        assert waits or ours == column == self.box.stage, (ours, column, self.box.stage)

    @invariant()
    def nothing_is_doubled_and_no_guard_passed_by(self) -> None:
        if hasattr(self, "box"):
            keys = self.card.world.written()
            assert len(keys) == len(set(keys)), keys
            for visit in self.card.world.journal().history if self.strict else ():
                is_free = visit.how in (How.UNDO, How.REOPEN, How.SCHEDULE) or visit.forced
                assert is_free or visit.stage not in ("qualified", "negotiating"), "no checklist is settled here"


TestThreeSides = ThreeSides.TestCase
TestThreeSides.settings = budget(40, stateful_step_count=25, suppress_health_check=list(HealthCheck))
