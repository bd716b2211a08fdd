"""What comes from another repository begins when it arrives; what was said there asks for nothing here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from salesbot.core.decide.due import due
from salesbot.core.model import comments
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import Trigger
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.pipeline import Pipeline
from tests.world import ANN, BOT, EVE, KIM, NORA, START, World, rest

INSTALLED = replace(default_pipeline(), since=date(2026, 11, 1))
LONG_AGO = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
LATELY = START - timedelta(days=3)


def arrive(world: World, *labels: str, at: datetime = START) -> World:
    """Transfer an issue in, with the labels that exist here, and run."""
    world.now = at
    world.transfer(labels)
    world.run()
    return world


@pytest.mark.parametrize("text", ["/lost price", "/won 24k", "/qualify --force so", "/assign @kim", "/wno"])
@pytest.mark.parametrize("said", [LONG_AGO, LATELY], ids=["years ago", "three days ago"])
@pytest.mark.parametrize("pipeline", [INSTALLED, default_pipeline()], ids=["since", "without since"])
def test_a_comment_that_came_along_is_no_command(text: str, said: datetime, pipeline: Pipeline) -> None:
    world = World(now=said, pipeline=pipeline)
    comment = world.comment(text, NORA)
    arrive(world)
    assert (world.stages(), world.open, world.assignees) == (["lead"], True, [])
    assert (world.receipts(comment), world.of_kind("reply")) == ([], [])
    rest(world)
    world.sweep()
    assert (world.stages(), world.receipts(comment)) == (["lead"], [])


def test_a_command_given_after_the_arrival_is_carried_out() -> None:
    world = World(now=LATELY)
    world.comment("/lost price", NORA)
    arrive(world)
    world.comment("/prospect", NORA)
    world.run()
    assert world.stages() == ["prospect"]


def test_a_command_edited_into_a_comment_that_came_along_counts_from_the_edit() -> None:
    world = World(now=LATELY)
    comment = world.comment("they are not ready", NORA)
    arrive(world)
    world.edit(comment, "/prospect", NORA)
    world.run()
    assert (world.stages(), world.receipts(comment)) == (["prospect"], ["ROCKET"])


def test_where_nothing_tells_whether_it_was_said_before_the_transfer_it_is_asked_for_again() -> None:
    world = World(now=LATELY)
    comment = world.comment("/lost price", NORA)
    world.now -= timedelta(seconds=1)
    world.transfer([])
    world.run()
    assert (world.stages(), world.receipts(comment)) == (["lead"], ["CONFUSED"])
    assert "Post it again in a new comment" in world.last("reply")
    assert rest(world) == 0


@pytest.mark.parametrize("trigger", ["issues.opened", "sweep"])
def test_an_issue_of_years_ago_is_a_lead_from_its_arrival(trigger: str) -> None:
    world = World(now=LONG_AGO, pipeline=INSTALLED, author=EVE)
    world.comment("we answered there", NORA)
    world.now = START
    world.transfer([])
    world.trigger = Trigger(trigger)
    assert due(world.observed()) is not None
    world.run()
    assert world.stages() == ["lead"]
    assert world.journal().born == START + timedelta(seconds=1)
    assert world.journal().history[0].entered == START + timedelta(seconds=1)
    assert "23 Nov 2026" in world.last("card")
    assert "attention:unanswered" not in world.labels
    world.now += timedelta(days=2)
    world.sweep()
    assert "attention:unanswered" in world.labels, "an answer in the other repository is none here"


def test_an_issue_that_arrived_before_the_installation_stays_as_it_is() -> None:
    world = World(now=LONG_AGO, pipeline=replace(INSTALLED, since=date(2026, 11, 24)))
    arrive(world, "stage:qualified")
    assert world.written() == []


@pytest.mark.parametrize("label", ["lost", "won", "rejected", "revisit"])
def test_a_label_that_came_along_ends_nothing_and_is_not_taken_off_without_a_word(label: str) -> None:
    world = World(
        now=LATELY, author=NORA, body="### Reason\n\nprice\n\n### Value\n\n9000 EUR\n\n### Revisit on\n\n2027-03-01\n"
    )
    world.label(f"stage:{label}", NORA)
    arrive(world, f"stage:{label}")
    assert (world.stages(), world.open) == (["lead"], True)
    assert f"Not moved to {label}" in world.last("refusal")
    assert "transferred here" in world.last("refusal")
    assert rest(world) == 0
    world.label(f"stage:{label}", NORA)
    world.run()
    assert world.stages() == ([label] if label != "won" else ["lead"])


@pytest.mark.parametrize("label", ["prospect", "qualified", "negotiating"])
def test_a_deal_of_another_repository_arrives_in_the_open_stage_it_has(label: str) -> None:
    world = World(now=LATELY)
    world.label(f"stage:{label}", NORA)
    world.unlabel("stage:lead", NORA)
    arrive(world, f"stage:{label}")
    assert (world.stages(), world.of_kind("refusal")) == ([label], [])
    assert [visit.stage for visit in world.journal().history] == [label]


def test_of_two_labels_that_came_along_one_is_answered() -> None:
    world = World(now=LATELY)
    world.label("stage:lead", NORA)
    world.label("stage:negotiating", NORA)
    arrive(world, "stage:lead", "stage:negotiating")
    assert world.stages() == ["lead"]
    assert "Not moved to negotiating" in world.last("refusal")


def test_a_stage_it_had_in_the_other_repository_does_not_come_back() -> None:
    world = World(now=LATELY)
    world.label("stage:qualified", NORA)
    world.unlabel("stage:qualified", NORA)
    arrive(world)
    assert world.stages() == ["lead"]


def test_a_deal_lost_in_the_other_repository_stays_lost() -> None:
    world = World(now=LATELY, body="### Reason\n\nprice\n")
    world.label("stage:lost", NORA)
    world.close(NORA, "NOT_PLANNED")
    arrive(world, "stage:lost")
    assert (world.stages(), world.open, world.of_kind("refusal")) == (["lost"], False, [])


def test_a_box_ticked_in_a_question_of_the_other_repository_asks_for_nothing() -> None:
    world = World(now=LATELY)
    question = world.comment(comments.write(Key(Kind.ASK, "E1"), "- [ ] lost: price"), BOT)
    world.edit(question, world.comments[question].body.replace("[ ]", "[x]"), NORA)
    arrive(world)
    assert (world.stages(), world.open) == (["lead"], True)


def test_the_card_of_the_other_repository_becomes_the_card_here() -> None:
    world = World(now=LATELY)
    world.run()
    world.comment("/prospect", NORA)
    world.run()
    other = world.by_key("card")
    world.comments[other.id] = replace(other, body=other.body.replace('"issue":7', '"issue":3'))
    arrive(world, "stage:prospect")
    assert world.stages() == ["prospect"]
    assert [comment.id for comment in world.of_kind("card")] == [other.id]
    assert world.journal().issue == 7
    assert rest(world) == 0


def test_an_issue_that_is_transferred_twice_begins_with_the_last_arrival() -> None:
    world = World(now=LONG_AGO)
    world.transfer([])
    world.now = LATELY
    world.comment("/lost price", KIM)
    arrive(world)
    assert (world.stages(), world.journal().born) == (["lead"], START + timedelta(seconds=1))


def test_labels_put_on_after_the_arrival_are_evaluated_like_any_other() -> None:
    world = World(now=LATELY)
    world.now = START
    world.transfer([])
    world.label("stage:lost", ANN)
    world.run()
    assert world.stages() == ["lead"]
    assert world.refused == [("lost", ["reason"])]
