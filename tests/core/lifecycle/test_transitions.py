"""Moving a deal: what is allowed, what is put back, and what people read then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import Label
from salesbot.core.model.pipeline import Permissions
from tests.world import ANN, BOT, EVE, KIM, NORA, World, a_deal

FIELDS = "### Value\n\n24000 EUR\n\n### Reason\n\nprice\n\n### Revisit on\n\n2027-03-01\n"


def labelled(world: World, stage: str, by: Actor = ANN) -> World:
    """Put a stage label on and run."""
    world.label(f"stage:{stage}", by)
    world.run()
    return world


ALLOWED = [
    ("prospect", ["lead", "qualified", "revisit", "rejected", "lost"]),
    ("lead", ["prospect", "qualified", "negotiating", "revisit", "rejected", "lost"]),
    ("qualified", ["lead", "negotiating", "won", "revisit", "rejected", "lost"]),
    ("negotiating", ["lead", "qualified", "won", "revisit", "rejected", "lost"]),
    ("revisit", ["prospect", "lead", "qualified", "negotiating", "rejected", "lost"]),
    ("won", []),
    ("lost", []),
    ("rejected", []),
]


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        pytest.param(source, other, other in targets, id=f"{source} -> {other}: {'yes' if other in targets else 'no'}")
        for source, targets in ALLOWED
        for other, _ in ALLOWED
        if other != source
    ],
)
def test_the_table_of_ways(source: str, target: str, allowed: bool) -> None:
    """Guards apart: every list is settled, value, reason and date are there."""
    world = a_deal(source, body=FIELDS, author=NORA)
    for name in ("qualification", "estimate"):
        world.comment(f"/stage lead --force 'so that {name} is posted'", KIM)
    world = a_deal("lead", body=FIELDS, author=NORA)
    world.tick_all("qualification")
    world.label("stage:qualified")
    world.run()
    world.tick_all("estimate")
    world.run()
    world.comment(f'/stage {source} --force "to begin with"', KIM)
    world.run()
    assert world.stages() == [source]

    labelled(world, target)

    assert world.stages() == [target if allowed else source]


@pytest.mark.parametrize(
    ("stage", "target", "missing"),
    [
        pytest.param("lead", "qualified", ["checklist:qualification"], id="lead -> qualified without its checklist"),
        pytest.param(
            "qualified", "negotiating", ["checklist:estimate", "value"], id="qualified -> negotiating without a value"
        ),
        pytest.param("qualified", "won", ["value"], id="qualified -> won without a value"),
        pytest.param("lead", "lost", ["reason"], id="lead -> lost without a reason"),
        pytest.param("lead", "rejected", ["reason"], id="lead -> rejected without a reason"),
        pytest.param("lead", "revisit", ["date"], id="lead -> revisit without a date"),
        pytest.param("lead", "won", [None], id="lead -> won skips what cannot be skipped"),
    ],
)
def test_a_refused_label_goes_back_and_says_what_to_type(stage: str, target: str, missing: list[str | None]) -> None:
    world = a_deal(stage)

    labelled(world, target)

    assert world.stages() == [stage]
    assert world.open
    assert world.refused == [(target, missing)]
    text = world.last("refusal")
    assert "@ann" in text
    assert "`/" in text, "it says what to type next"


def test_an_allowed_move_swaps_the_label_posts_the_list_and_says_nothing_else() -> None:
    world = a_deal("lead")
    world.tick_all("qualification")
    world.run()
    before = set(world.written())

    labelled(world, "qualified")

    assert world.stages() == ["qualified"]
    assert set(world.written()) - before == {"checklist:estimate"}


def test_a_refusal_that_misses_a_checklist_posts_it() -> None:
    world = a_deal("lead")
    world.comment('/stage qualified --force "no list"', KIM)
    world.run()
    list_ = world.by_key("checklist:estimate")
    world.delete(list_.id, NORA)
    world.comment("/value 24k", NORA)
    world.run()
    world.label("stage:negotiating")
    world.run()
    assert "checklist:estimate" in world.written()
    assert world.refused == [("negotiating", ["checklist:estimate"])]


def test_refused_again_within_a_day_edits_the_comment_if_it_is_still_the_last() -> None:
    world = labelled(a_deal("lead"), "won")
    first = world.by_key(next(key for key in world.written() if key.startswith("refusal")))
    labelled(world, "negotiating")
    assert [comment.id for comment in world.of_kind("refusal")] == [first.id]
    assert [to for to, _ in world.refused] == ["negotiating"]


def test_refused_again_after_a_day_hides_the_old_comment_and_writes_a_new_one() -> None:
    world = labelled(a_deal("lead"), "won")
    world.tick(25 * 3600)
    labelled(world, "won")
    assert [comment.minimized for comment in world.of_kind("refusal")] == [True, False]


@pytest.mark.parametrize("killed", [None, *range(1, 6)])
def test_a_refusal_after_an_accepted_move_is_not_hidden_with_the_one_before(killed: int | None) -> None:
    world = labelled(a_deal("prospect"), "won")
    world.label("stage:lead")
    world.label("stage:rejected")
    world.run(until=killed)
    world.run()
    world.run()
    assert world.stages() == ["lead"]
    assert world.last("refusal").startswith("**Not moved to rejected.**")
    assert [comment.minimized for comment in world.of_kind("refusal")] == [True, False]


def test_an_accepted_move_hides_earlier_refusals() -> None:
    world = labelled(a_deal("lead"), "won")
    labelled(world, "prospect")
    assert not [key for key in world.written() if key.startswith("refusal")]


def test_labels_added_one_after_the_other_are_judged_in_that_order() -> None:
    world = a_deal("lead", body=FIELDS, author=NORA)
    world.label("stage:prospect")
    world.label("stage:qualified")
    world.run()
    assert world.stages() == ["prospect"], "prospect is accepted; qualified lacks its list"
    world.label("stage:lead")
    world.label("stage:lost")
    world.run()
    assert world.stages() == ["lost"]
    assert not world.open


def test_a_label_taken_off_alone_is_put_back_with_a_comment() -> None:
    world = a_deal("lead")
    world.unlabel("stage:lead")
    world.run()
    assert world.stages() == ["lead"]
    assert world.last("refusal").startswith("**Put back to lead.** @ann")


def test_swapping_labels_in_the_menu_is_a_move() -> None:
    world = a_deal("lead")
    world.unlabel("stage:lead")
    world.label("stage:prospect")
    world.run()
    assert world.stages() == ["prospect"]
    assert not [key for key in world.written() if key.startswith("refusal")]


def test_a_swap_that_is_refused_is_told_once() -> None:
    world = a_deal("lead")
    world.unlabel("stage:lead")
    world.label("stage:won")
    world.run()
    assert world.stages() == ["lead"]
    assert len([key for key in world.written() if key.startswith("refusal")]) == 1


def test_labels_are_compared_without_regard_to_case() -> None:
    world = a_deal("lead")
    world.label("Stage:Prospect")
    world.run()
    assert world.stages() == ["prospect"]


def test_a_move_once_accepted_is_not_judged_again_when_a_tick_goes() -> None:
    world = a_deal("lead")
    world.tick_all("qualification")
    labelled(world, "qualified")
    list_ = world.by_key("checklist:qualification")
    world.edit(list_.id, list_.body.replace("- [x]", "- [ ]"), ANN)
    world.run()
    assert world.stages() == ["qualified"]


@pytest.mark.parametrize("killed", range(8))
def test_a_move_that_died_half_way_is_finished_and_not_judged_again(killed: int) -> None:
    world = a_deal("lead")
    world.tick_all("qualification")
    world.run()
    world.label("stage:qualified")
    world.run(until=killed)
    list_ = world.by_key("checklist:qualification")
    world.edit(list_.id, list_.body.replace("- [x]", "- [ ]"), ANN)
    world.run()
    assert world.stages() == (["qualified"] if killed else ["lead"])
    assert sorted(world.written()).count("card") == 1


@pytest.mark.parametrize(
    ("move", "reason"),
    [
        pytest.param("/won 24k", "COMPLETED", id="won closes as completed"),
        pytest.param("/lost price", "NOT_PLANNED", id="lost closes as not planned"),
        pytest.param("/reject too small", "NOT_PLANNED", id="rejected closes as not planned"),
    ],
)
def test_an_end_stage_closes_the_issue(move: str, reason: str) -> None:
    world = a_deal("qualified")
    world.comment(move, NORA)
    world.run()
    assert (world.open, world.state_reason) == (False, reason)


def test_won_posts_the_handover_list() -> None:
    world = a_deal("qualified")
    world.comment("/won 24k", NORA)
    world.run()
    assert "checklist:handover" in world.written()


def test_closed_by_hand_without_an_outcome_asks_once_with_boxes() -> None:
    world = a_deal("lead")
    world.close()
    world.run()
    asked = world.last("ask")
    assert asked.startswith("**How did it end?** @ann")
    assert "- [ ] lost: price" in asked
    assert world.stages() == ["lead"]
    assert not world.open
    assert world.decide().effects == ()


def test_a_tick_in_the_question_is_the_command_of_who_ticked() -> None:
    world = a_deal("lead")
    world.close()
    world.run()
    (ask,) = world.of_kind("ask")
    world.edit(ask.id, ask.body.replace("- [ ] lost: price", "- [x] lost: price"), NORA)
    world.run()
    assert world.stages() == ["lost"]
    assert "### Reason\n\nprice" in world.body
    assert not [key for key in world.written() if key.startswith("ask")]


def test_a_tick_by_someone_without_the_role_is_no_command() -> None:
    world = a_deal("lead")
    world.close()
    world.run()
    (ask,) = world.of_kind("ask")
    world.edit(ask.id, ask.body.replace("- [ ] lost: price", "- [x] lost: price"), EVE)
    world.run()
    assert world.stages() == ["lead"]


def test_a_reopened_deal_goes_back_to_the_stage_it_closed_from() -> None:
    world = a_deal("negotiating")
    world.comment("/lost price", ANN)
    world.run()
    world.reopen()
    world.run()
    assert world.stages() == ["negotiating"]
    assert world.open


def test_closed_as_duplicate_asks_nothing() -> None:
    world = a_deal("lead")
    world.close(reason="DUPLICATE")
    world.run()
    assert not [key for key in world.written() if key.startswith("ask")]
    assert "duplicate" in world.by_key("card").body


def test_the_younger_of_a_label_and_a_closing_decides() -> None:
    world = a_deal("lead", body=FIELDS, author=NORA)
    world.close()
    world.label("stage:prospect")
    world.run()
    assert (world.stages(), world.open) == (["prospect"], True)
    world.label("stage:lead")
    world.close()
    world.run()
    assert (world.stages(), world.open) == (["lead"], False)
    assert [key for key in world.written() if key.startswith("ask")]


@pytest.mark.parametrize(
    ("least", "by", "moved"),
    [
        pytest.param(Role.TRIAGE, ANN, True, id="by default triage may move"),
        pytest.param(Role.WRITE, ANN, False, id="where moves need write, a label by triage is refused"),
        pytest.param(Role.WRITE, NORA, True, id="where moves need write, a label by write is a move"),
    ],
)
def test_a_label_asks_for_the_same_role_as_its_command(least: Role, by: Actor, moved: bool) -> None:
    pipeline = replace(default_pipeline(), permissions=Permissions(moves=least))
    world = World(pipeline=pipeline)
    world.run()
    labelled(world, "prospect", by)
    assert world.stages() == ["prospect" if moved else "lead"]


def test_labels_of_other_bots_are_wishes_and_their_refusal_mentions_nobody() -> None:
    world = a_deal("lead")
    labelled(world, "won", Actor("acme-labeler", 77, is_bot=True))
    assert world.stages() == ["lead"]
    assert "@" not in world.last("refusal")


def test_a_stage_label_that_another_workflow_set_with_our_identity_is_judged() -> None:
    world = a_deal("lead")
    world.tick()
    world.label("stage:won", BOT)
    world.run()
    assert world.stages() == ["lead"]
    world.label("stage:prospect", BOT)
    world.run()
    assert world.stages() == ["prospect"]


def test_missing_labels_are_created_with_colour_and_description_all_on_the_first_day() -> None:
    world = World()
    world.repository_labels.clear()
    decision = world.run()
    created = [effect for effect in decision.effects if type(effect).__name__ == "CreateLabel"]
    assert created == [], "after they were created, the decision needs none"
    assert set(world.repository_labels) == {stage.label for stage in world.pipeline.stages}
    assert world.stages() == ["lead"]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda text: text.split("**Needed**")[0], id="the part was deleted"),
        pytest.param(lambda text: text.replace("- [ ] **Goal**", "**Goal**").replace("[ ]", "[x]"), id="one box went"),
        pytest.param(lambda text: text.replace("- [ ]", "- []"), id="every box lost its space"),
        pytest.param(lambda text: f"{text.splitlines()[0]}\nDone, all of it!", id="rewritten"),
    ],
)
def test_a_needed_item_that_was_deleted_is_not_settled_by_that(spoil: Callable[[str], str]) -> None:
    world = a_deal("lead")
    posted = world.by_key("checklist:qualification")
    world.edit(posted.id, spoil(posted.body), ANN)
    labelled(world, "qualified")
    assert world.stages() == ["lead"]
    assert "of its 4 needed items" in world.last("refusal")
    assert " of 4]" in world.last("card")
    assert "`/checklist qualification`" in world.last("refusal")

    world.comment("/checklist qualification", NORA)
    world.run()
    world.tick_all("qualification")
    labelled(world, "qualified")
    assert world.stages() == ["qualified"]


def test_a_needed_item_in_other_words_is_settled_by_its_tick() -> None:
    world = a_deal("lead")
    posted = world.by_key("checklist:qualification")
    world.edit(posted.id, posted.body.replace("**Goal**: in one", "Our aim, in a").replace("- [ ]", "- [x]"), ANN)
    labelled(world, "qualified")
    assert world.stages() == ["qualified"]


def test_closed_by_another_workflow_with_our_identity_is_asked_about_and_mentions_nobody() -> None:
    """What closes stale issues uses the same token; opened again in silence, they would close each other for ever."""
    world = a_deal("lead")
    world.tick(60)
    world.close(by=BOT, reason="NOT_PLANNED")
    world.sweep()
    assert (world.open, world.stages()) == (False, ["lead"])
    assert world.last("ask").startswith("**How did it end?**\n")
    assert world.sweep().effects == ()
    world.comment("/reopen", ANN)
    world.run()
    assert world.open
    assert not [key for key in world.written() if key.startswith("ask")]
    assert world.decide().effects == ()


def test_our_own_closing_is_no_question() -> None:
    world = a_deal("lead")
    for text in ("/lost price", "/reopen", "/not-a-deal"):
        world.comment(text, NORA)
        world.run()
        assert world.decide().effects == ()
    assert world.of_kind("ask") == []


def test_a_stage_that_took_over_another_has_its_visits_too() -> None:
    world = a_deal("negotiating")
    base = world.pipeline
    taken = base.stage("negotiating")
    assert taken is not None
    offer = replace(taken, name="offer", label="stage:offer", command="offer", was=("negotiating",))
    named = [offer if stage == taken else stage for stage in base.stages]
    stages = [replace(s, next=tuple("offer" if n == "negotiating" else n for n in s.next)) for s in named]
    world.pipeline = replace(base, stages=tuple(stages))
    world.repository_labels["stage:offer"] = Label("LA_offer", "stage:offer", created_at=world.now)
    world.comment('/stage qualified --force "back"', KIM)
    world.comment("/won 24k", KIM)
    world.run()
    assert world.stages() == ["won"]
    assert "| offer |" in world.last("card")
    assert "negotiating" not in world.last("card")
    assert "Skipped" not in world.last("card")
