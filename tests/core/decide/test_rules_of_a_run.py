"""The rules by which a run judges and writes (docs/design.md), each in the smallest history that would break it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from salesbot.core.model import comments, journal
from salesbot.core.model.cards import find_cards
from salesbot.core.model.deal import Actor
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.effects import AddLabel, Effect, PutComment
from salesbot.core.model.facts import Event
from salesbot.core.model.journal import Cursor, Journal
from salesbot.core.model.pipeline import Pipeline
from tests.world import ANN, BOT, EVE, KIM, NORA, START, World, a_deal

FIELDS = "### Value\n\n24000 EUR\n\n### Reason\n\nprice\n"


def post(world: World, text: str, by: Actor = NORA) -> int:
    """Comment, run, and give back the comment's id."""
    id_ = world.comment(text, by)
    world.run()
    return id_


def memory(world: World) -> Journal:
    """The journal as the next run believes it."""
    facts = world.facts()
    found = find_cards(facts.issue, facts.repository).journal
    assert found is not None
    return found


def guarded(stage: str, **guards: Any) -> Pipeline:
    """The default pipeline with other guards for one stage."""
    base = default_pipeline()
    return replace(base, stages=tuple(replace(s, **guards) if s.name == stage else s for s in base.stages))


# Guards


@pytest.mark.parametrize(
    ("guard", "says", "cure"),
    [
        pytest.param("owner", "The deal has no owner.", "/assign", id="owner"),
        pytest.param("value", "The deal has no value.", "/value 9k", id="value"),
        pytest.param("reason", "The reason is missing.", "/set reason a hunch", id="reason"),
        pytest.param("date", "The revisit date is missing", "/set revisit-on 2027-03-01", id="date"),
        pytest.param("field:company", "Company is empty.", "/set company Acme", id="field"),
        pytest.param("checklist:handover", "The handover checklist is not done yet.", "/checklist handover", id="list"),
    ],
)
@pytest.mark.parametrize("kind", ["requires", "expects"])
def test_a_guard_required_refuses_and_expected_lets_through_with_a_word_on_the_card(
    kind: str, guard: str, says: str, cure: str
) -> None:
    world = a_deal("lead", pipeline=guarded("prospect", **{kind: (guard,)}))
    world.label("stage:prospect")
    world.run()
    if kind == "expects":
        assert world.stages() == ["prospect"]
        assert f"Missing here: {says}" in world.last("card")
        return
    assert world.stages() == ["lead"]
    assert says in world.last("refusal")
    post(world, cure)
    if guard.startswith("checklist"):
        world.tick_all("handover")
    post(world, "/prospect")
    assert world.stages() == ["prospect"]


def test_only_the_guards_of_the_stage_one_enters_are_asked_and_the_card_says_what_was_skipped() -> None:
    world = a_deal("lead", pipeline=guarded("negotiating", requires=("value",)))
    post(world, "/value 9k\n/negotiate")
    assert world.stages() == ["negotiating"], "the qualification of the stage in between is not asked for"
    assert "**Skipped:** qualified" in world.last("card")


def test_the_list_of_the_stage_a_plan_ends_in_is_posted_not_of_those_it_passes() -> None:
    world = a_deal("prospect")
    world.delete(world.by_key("checklist:qualification").id, KIM)
    post(world, '/lead\n/stage qualified --force "known"\n/lost price', KIM)
    assert world.stages() == ["lost"]
    assert "checklist:estimate" not in world.written()


# The journal


def test_a_cursor_never_goes_back() -> None:
    held = replace(memory(a_deal("lead")), cursor=Cursor(START, "E9"))
    older = Event("E1", "labeled", START - timedelta(seconds=1), ANN)
    younger = Event("E10", "labeled", START + timedelta(seconds=1), ANN)
    assert held.seen([older]).cursor == held.cursor
    assert held.seen([older, younger]).cursor == Cursor(younger.at, "E10")


@pytest.mark.parametrize("by", [EVE, NORA], ids=["an outsider", "one of us"])
def test_a_checklist_that_somebody_else_wrote_settles_nothing(by: Actor) -> None:
    posted = a_deal("lead").by_key("checklist:qualification").body.replace("- [ ]", "- [x]")
    world = World()
    world.comment(posted, by)
    world.run()
    world.label("stage:qualified")
    world.run()
    assert world.stages() == ["lead"]


def test_a_card_of_a_stranger_is_told_in_the_summary() -> None:
    world = a_deal("lead")
    world.comment(world.by_key("card").body.replace('"stage":"lead"', '"stage":"won"'), EVE)
    assert world.decide().effects == ()
    assert "is ignored" in " ".join(world.decide().notes)


def test_a_tick_never_makes_the_bot_rewrite_the_list() -> None:
    world = a_deal("lead")
    posted = world.by_key("checklist:qualification")
    world.edit(posted.id, posted.body.replace("- [ ] **Goal**", "- [x] **Goal**"), ANN)
    keys = [str(effect.key) for effect in world.run().effects if isinstance(effect, PutComment)]
    assert keys == ["card"]
    assert "[1 of 4]" in world.last("card")


def test_a_card_is_not_rewritten_for_a_link_alone() -> None:
    world = World()
    world.run()
    assert "checklist (0 of 4)" in world.last("card"), "the list had no address yet"
    assert world.decide().effects == ()


@pytest.mark.parametrize("stage", ["lead", "negotiating", "revisit", "won"])
def test_nothing_on_a_deal_changes_because_time_passes(stage: str) -> None:
    world = a_deal(stage, body=f"{FIELDS}\n### Expected close\n\n2026-12-24\n", author=NORA)
    post(world, "/next tomorrow call")
    for days in (1, 40, 400):
        world.tick(days * 86_400)
        world.comment("talk")
        assert world.decide().effects == ()


# Wishes


def test_a_label_taken_off_again_is_no_wish() -> None:
    world = a_deal("lead")
    world.label("stage:won")
    world.unlabel("stage:won")
    assert world.run().refused == ()
    assert not [key for key in world.written() if key.startswith("refusal")]


def test_a_label_taken_off_and_set_again_is_one_wish() -> None:
    world = a_deal("lead")
    world.label("stage:won")
    world.unlabel("stage:won")
    world.label("stage:won")
    assert len(world.run().refused) == 1


def test_the_waking_label_of_a_deal_without_a_card_stands_if_we_acted_since() -> None:
    """Then it was judged already, and a repair never accepts or refuses anything."""
    world = a_deal("lead")
    world.label("stage:prospect")
    trigger = world.trigger
    world.run()
    world.delete(world.by_key("card").id, KIM)
    world.trigger = trigger
    assert world.run().moves == ()
    assert world.stages() == ["prospect"]


def test_another_workflows_label_is_refused_without_a_mention() -> None:
    world = a_deal("lead")
    world.tick()
    world.label("stage:won", BOT)
    world.run()
    assert world.stages() == ["lead"]
    assert "@" not in world.last("refusal")


@pytest.mark.parametrize(
    ("label_id", "name"),
    [
        pytest.param(None, None, id="no label at all"),
        pytest.param("LA_gone", None, id="a label that is gone"),
        pytest.param(None, "stage:nowhere", id="a stage nobody knows"),
    ],
)
def test_events_without_a_known_label_are_no_stage_and_no_crash(label_id: str | None, name: str | None) -> None:
    world = a_deal("lead")
    for kind in ("labeled", "unlabeled"):
        world.events.append(Event(f"X{kind}", kind, world.tick(), ANN, label_id=label_id, label=name))
    assert world.decide().effects == ()


def test_a_move_is_matched_by_the_labels_id_before_its_name_then() -> None:
    """A label renamed in the list: its old events still carry the old name."""
    world = a_deal("prospect")
    world.events = [
        replace(event, label="stage:won") if event.label == "stage:prospect" else event for event in world.events
    ]
    assert world.decide().effects == ()
    world.delete(world.by_key("card").id, KIM)
    world.run()
    assert world.stages() == ["prospect"]
    assert "won" not in world.last("card").split("<details>")[1]


# Commands: the horizon


@pytest.mark.parametrize(
    ("since", "answered"),
    [
        pytest.param(date(2026, 11, 23), ["ROCKET"], id="given since the day of installation"),
        pytest.param(date(2026, 11, 25), ["CONFUSED"], id="given before installation"),
    ],
)
def test_a_command_from_before_installation_is_not_run(since: date, answered: list[str]) -> None:
    world = a_deal("lead", pipeline=replace(default_pipeline(), since=date(2026, 11, 23)))
    said = world.comment("/value 9k", NORA)
    world.tick(3 * 86_400)
    world.pipeline = replace(world.pipeline, since=since)
    world.run()
    assert world.receipts(said) == answered
    if answered == ["CONFUSED"]:
        assert len(world.of_kind("reply")) == 1
        assert "9000" not in world.body


def a_deal_with_an_old_comment(days: int, text: str, by: Actor = NORA) -> tuple[World, int]:
    """A deal that is old enough, and a comment on it that nobody answered."""
    world = a_deal("lead", pipeline=replace(default_pipeline(), since=date(2026, 1, 1)))
    said = world.comment(text, by)
    world.run()
    world.tick(days * 86_400)
    return world, said


@pytest.mark.parametrize("days", [2, 6, 8, 10, 11, 40])
def test_a_command_that_its_author_edits_into_an_older_comment_counts_from_the_edit(days: int) -> None:
    world, said = a_deal_with_an_old_comment(days, "They will not take it.")
    world.edit(said, "They will not take it.\n\n/lost price", NORA)
    world.run()
    assert world.stages() == ["lost"]
    assert world.receipts(said) == ["ROCKET"]
    assert world.run().effects == ()


def test_relative_dates_in_it_count_from_the_edit_too() -> None:
    world, said = a_deal_with_an_old_comment(10, "Nothing yet.")
    world.edit(said, "Nothing yet.\n/next tomorrow call", NORA)
    world.run()
    assert "2026-12-04: call" in world.body


def test_an_edit_of_something_else_makes_no_old_command_young() -> None:
    world = a_deal("lead", pipeline=replace(default_pipeline(), since=date(2026, 1, 1)))
    said = world.comment("They will not tak it.\n\n/lost price", NORA)
    world.tick(10 * 86_400)
    world.edit(said, "They will not take it.\n\n/lost price", NORA)
    assert world.decide().effects == ()


def test_an_old_command_and_a_new_one_in_a_comment_are_no_plan() -> None:
    world = a_deal("lead", pipeline=replace(default_pipeline(), since=date(2026, 1, 1)))
    said = world.comment("/value 9k", NORA)
    world.tick(10 * 86_400)
    world.edit(said, "/value 9k\n/lost price", NORA)
    world.run()
    assert (world.stages(), world.receipts(said)) == (["lead"], ["CONFUSED"])
    assert "not carried out in time" in world.last("reply")


def test_a_command_taken_out_and_put_in_again_counts_from_the_last_time() -> None:
    world = a_deal("lead", pipeline=replace(default_pipeline(), since=date(2026, 1, 1)))
    said = world.comment("/lost price", NORA)
    world.edit(said, "No, wait.", NORA)
    world.tick(10 * 86_400)
    world.edit(said, "/lost price", NORA)
    world.run()
    assert world.stages() == ["lost"]


@pytest.mark.parametrize("gone", [0, 1])
def test_where_an_earlier_text_is_gone_the_author_is_told(gone: int) -> None:
    world, said = a_deal_with_an_old_comment(10, "They will not take it.")
    world.edit(said, "/lost price", NORA)
    versions = list(world.comments[said].versions or ())
    versions[gone] = replace(versions[gone], text=None)
    world.comments[said] = replace(world.comments[said], versions=tuple(versions))
    world.run()
    assert (world.stages(), world.receipts(said)) == (["lead"], ["CONFUSED"])
    assert "unknown when its command was written" in world.last("reply")


def test_somebody_elses_edit_of_an_older_comment_commands_nothing() -> None:
    world, said = a_deal_with_an_old_comment(10, "They will not take it.")
    world.edit(said, "/lost price", KIM)
    world.run()
    assert (world.stages(), world.receipts(said)) == (["lead"], ["CONFUSED"])


def test_without_since_the_initial_stages_label_dates_the_installation() -> None:
    world = a_deal("lead")
    said = world.comment("/value 9k", NORA)
    world.tick(2 * 86_400)
    name = "stage:lead"
    world.repository_labels[name] = replace(world.repository_labels[name], created_at=world.now)
    world.run()
    assert world.receipts(said) == ["CONFUSED"]


def test_a_command_from_before_its_deal_was_adopted_is_not_run() -> None:
    world = World()
    world.created_at = START - timedelta(days=90)
    said = world.comment("/value 9k", NORA)
    world.tick(86_400)
    world.label("stage:qualified")
    world.run()
    assert world.stages() == ["qualified"]
    assert world.receipts(said) == ["CONFUSED"]
    assert len(world.of_kind("reply")) == 1
    assert "9000" not in world.body


def test_a_command_older_than_a_judged_label_is_not_run() -> None:
    world = a_deal("lead")
    said = world.comment("/lost price", NORA)
    hidden = world.comments.pop(said)
    world.label("stage:prospect")
    world.run()
    world.comments[said] = hidden
    world.sweep()
    assert world.stages() == ["prospect"]
    assert world.receipts(said) == ["CONFUSED"]


def test_relative_dates_count_from_the_comments_own_time_whenever_the_run_comes() -> None:
    world = a_deal("lead")
    world.comment("/next tomorrow call\n/snooze 3 days", NORA)
    world.tick(4 * 86_400)
    world.sweep()
    assert "2026-11-24: call" in world.body
    assert "### Snoozed until\n\n2026-11-26" in world.body


def test_a_deal_with_more_than_fifty_commands_in_a_week_answers_each_once() -> None:
    world = a_deal("lead")
    said = [post(world, f"/value {count}000") for count in range(1, 54)]
    assert world.decide().effects == ()
    assert [world.receipts(id_) for id_ in said] == [["ROCKET"]] * len(said)
    foreign = post(world, "/value 99000")
    world.comments[foreign + 1000] = replace(world.comments[foreign], id=foreign + 1000)
    assert world.decide().effects, "a rocket on a younger comment is not believed: others share our identity"


# At rest, one of each


@pytest.mark.parametrize("kind", ["checklist:qualification", "answer", "refusal"])
def test_two_own_comments_with_one_key_become_one_and_the_lowest_stays(kind: str) -> None:
    world = a_deal("lead")
    post(world, "/help")
    world.label("stage:won")
    world.run()
    first = next(comment for comment in world.own() if str(comments.key_of(comment) or "").startswith(kind))
    possible_duplicate = max(world.comments) + 50
    world.comments[possible_duplicate] = replace(first, id=possible_duplicate, node_id=f"C{possible_duplicate}")
    world.run()
    assert first.id in world.comments
    assert possible_duplicate not in world.comments


def test_at_ninety_nine_labels_the_old_one_goes_before_the_new_one_comes() -> None:
    world = a_deal("lead")
    for number in range(98):
        world.labels.append(f"x{number}")
    world.comment("/prospect")
    labels: list[Effect] = [e for e in world.decide().effects if type(e).__name__ in ("AddLabel", "RemoveLabel")]
    assert [type(effect).__name__ for effect in labels] == ["RemoveLabel", "AddLabel"]
    assert labels[1] == AddLabel("stage:prospect")


def test_a_memory_too_large_for_a_marker_leaves_out_what_is_missed_least() -> None:
    world = a_deal("lead")
    held = memory(world)
    visits = tuple(replace(held.history[0], forced="ж" * 200) for _ in range(40))
    large = replace(held, history=visits, ticks={"estimate": tuple(f"{n:08x}" for n in range(2000))})
    kept = journal.fitting(large)
    assert (kept.stage, kept.cursor, kept.born, kept.ticks) == (held.stage, held.cursor, held.born, large.ticks)
    assert len(kept.history) == 40
    assert journal.fitting(held) == held


def test_a_refused_command_keeps_its_answer_where_the_same_run_passed_that_stage_before() -> None:
    world = a_deal("lead")
    world.comment("/prospect", NORA)
    world.tick()
    world.comment('/stage qualified --force "they called"', KIM)
    world.tick()
    refused = world.comment("/prospect", NORA)
    world.run()
    assert world.stages() == ["qualified"]
    assert world.receipts(refused) == ["CONFUSED"]
