"""What is a deal and what is not, and what stands when the card is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from salesbot.core.decide.due import due
from salesbot.core.model import journal
from salesbot.core.model.deal import Actor
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import Parent, Trigger
from salesbot.core.text import markdown
from tests.world import ANN, BOT, EVE, KIM, NORA, START, World, a_deal


def test_an_opened_issue_starts_at_lead_with_a_card_and_its_checklist() -> None:
    world = World()
    world.run()
    assert world.stages() == ["lead"]
    assert sorted(world.written()) == ["card", "checklist:qualification"]


def test_an_issue_opened_with_a_stage_label_starts_there() -> None:
    world = World(author=EVE)
    world._add("stage:prospect", EVE)
    world.run()
    assert world.stages() == ["prospect"]


def test_an_issue_opened_as_won_is_judged_like_a_move() -> None:
    world = World()
    world._add("stage:won", ANN)
    world.run()
    assert world.stages() == ["lead"]
    assert world.open


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda world: world._add("not-a-deal", ANN), id="labelled not-a-deal"),
        pytest.param(lambda world: world.make_own("report"), id="our own report"),
        pytest.param(
            lambda world: setattr(world, "created_at", START - timedelta(days=40)), id="older than installation"
        ),
        pytest.param(lambda world: world.close(), id="closed before we ever saw it"),
    ],
)
def test_no_deal(make: Callable[[World], object]) -> None:
    world = World()
    make(world)
    world.trigger = Trigger("issues.edited")
    assert world.decide().effects == ()


RENOVATE = Actor("renovate", 29139614, is_bot=True)
DASHBOARD = "This issue lists updates.\n\n## Open\n\n- [ ] requests\n\n### Detected dependencies\n\nnone\n"
DEAL, WORK = Parent(3, ("stage:qualified", "urgent")), Parent(4, ("epic", "stage:unheard-of"))


@pytest.mark.parametrize(
    ("author", "body", "parent", "stages"),
    [
        pytest.param(RENOVATE, DASHBOARD, None, [], id="a bot's list"),
        pytest.param(RENOVATE, "", None, [], id="a bot, and nothing in it"),
        pytest.param(BOT, "### Notes\n\nnightly build failed", None, [], id="a workflow with our own token"),
        pytest.param(RENOVATE, "### Company\n\nAcme GmbH\n", None, ["lead"], id="a bot that fills in a field"),
        pytest.param(ANN, DASHBOARD, None, ["lead"], id="a person"),
        pytest.param(ANN, "### Company\n\nAcme GmbH\n", DEAL, [], id="a sub-issue of a deal"),
        pytest.param(EVE, "", DEAL, [], id="an outsider's sub-issue of a deal"),
        pytest.param(ANN, "", WORK, ["lead"], id="a sub-issue of what is no deal"),
    ],
)
def test_what_a_bot_opened_and_work_on_a_deal_are_no_deals(
    author: Actor, body: str, parent: Parent | None, stages: list[str]
) -> None:
    world = World(author=author, body=body)
    world.own_issue, world.parent = author == BOT, parent
    world.run()
    world.sweep()
    assert (world.stages(), bool(world.written())) == (stages, bool(stages))
    assert stages or due(world.observed()) is None
    world.comment("/prospect", NORA)
    world.run()
    assert world.stages() == ["prospect"], "a move command makes a deal of it"


@pytest.mark.parametrize(("author", "parent"), [(RENOVATE, None), (ANN, DEAL)])
def test_a_stage_label_makes_a_deal_of_a_bots_issue_and_of_a_sub_issue(author: Actor, parent: Parent | None) -> None:
    world = World(author=author)
    world.parent = parent
    world.label("stage:qualified")
    world.run()
    assert (world.stages(), "card" in world.written()) == (["qualified"], True)


def test_the_card_counts_the_sub_issues_and_the_sweep_sees_them_change() -> None:
    world = a_deal("lead")
    assert "Tasks:" not in world.last("card")
    for done, total in ((0, 5), (3, 5), (3, 6)):
        world.sub_issues = (done, total)
        assert due(world.observed()) is not None
        world.sweep()
        assert f"**Tasks:** {done} of {total} done" in world.last("card")
        assert (world.decide().effects, due(world.observed())) == ((), None)
    world.sub_issues = None
    world.sweep()
    assert "Tasks:" not in world.last("card")


def test_deals_labelled_turns_new_issues_off() -> None:
    world = World(pipeline=replace(default_pipeline(), deals="labelled"))
    assert world.decide().effects == ()
    world.label("stage:lead")
    world.run()
    assert "card" in world.written()


def test_an_old_issue_becomes_a_deal_by_a_stage_label() -> None:
    world = World()
    world.created_at = START - timedelta(days=40)
    world.label("stage:prospect")
    world.run()
    assert world.stages() == ["prospect"]
    assert "card" in world.written()


def test_an_old_issue_becomes_a_deal_by_a_move_command() -> None:
    world = World()
    world.created_at = START - timedelta(days=40)
    world.comment("/prospect")
    world.run()
    assert world.stages() == ["prospect"]


def test_an_old_issue_with_a_stage_label_goes_on_from_there_by_a_move_command() -> None:
    deal = World(pipeline=replace(default_pipeline(), since=START.date() + timedelta(days=1)), author=NORA)
    deal.label("stage:negotiating", by=NORA)
    assert deal.run().effects == ()
    deal.tick(86_400)
    comment = deal.comment("/won 5k", by=NORA)
    deal.run()
    assert deal.stages() == ["won"]
    assert deal.receipts(comment) == ["ROCKET"]


def test_an_old_issue_does_not_become_a_deal_by_an_outsider() -> None:
    world = World()
    world.created_at = START - timedelta(days=40)
    said = world.comment("/prospect", EVE)
    world.run()
    assert (world.stages(), world.written(), world.receipts(said)) == ([], [], ["CONFUSED"])


def test_a_deleted_card_comes_back_and_the_stage_stays() -> None:
    world = a_deal("negotiating")
    world.delete(world.by_key("card").id, KIM)
    world.run()
    assert world.stages() == ["negotiating"]
    assert world.written().count("card") == 1


def test_the_label_that_wakes_a_run_is_judged_even_without_a_card() -> None:
    world = a_deal("lead")
    world.delete(world.by_key("card").id, KIM)
    world.unlabel("stage:lead")
    world.label("stage:won")
    world.run()
    assert world.stages() == ["lead"]


def test_without_a_card_the_oldest_of_several_labels_stands_and_the_others_are_wishes() -> None:
    world = a_deal("lead")
    world.delete(world.by_key("card").id, KIM)
    world.label("stage:prospect")
    world.label("stage:won")
    world.trigger = Trigger("schedule")
    world.run()
    assert world.stages() == ["prospect"]


def test_without_a_card_and_label_the_last_removed_stage_comes_back() -> None:
    world = a_deal("negotiating")
    world.delete(world.by_key("card").id, KIM)
    world.unlabel("stage:negotiating")
    world.run()
    assert world.stages() == ["negotiating"]


def forged(world: World, stage: str) -> str:
    """A card as a stranger would write one."""
    marker = markdown.read_marker(world.by_key("card").body)
    assert marker is not None
    real = journal.from_payload(marker.payload)
    assert real is not None
    cursor = journal.Cursor(START + timedelta(days=3), "E9")
    return f"{markdown.marker('card', journal.to_payload(replace(real, stage=stage, cursor=cursor)))}\nhello"


def test_a_card_forged_by_an_outsider_is_text() -> None:
    world = a_deal("lead")
    world.comment(forged(world, "won"), EVE)
    world.run()
    assert (world.stages(), world.open) == (["lead"], True)


def test_a_card_edited_by_a_writer_is_not_believed_and_is_written_anew() -> None:
    world = a_deal("lead")
    world.edit(world.by_key("card").id, forged(world, "won"), NORA)
    world.run()
    assert (world.stages(), world.open) == (["lead"], True)
    assert "hello" not in world.by_key("card").body


@pytest.mark.parametrize(
    "marker",
    [
        pytest.param("<!-- salesbot:card {} -->", id="empty"),
        pytest.param('<!-- salesbot:card {"v":1,"repo":"x"} -->', id="wrong types"),
        pytest.param('<!-- salesbot:card {"v":1 -->', id="cut off"),
        pytest.param('<!-- salesbot:card {"v":99} -->', id="of a later version"),
        pytest.param("<!-- salesbot:card [1,2] -->", id="a list"),
    ],
)
def test_a_malformed_card_is_no_crash(marker: str) -> None:
    world = a_deal("lead")
    id_ = world.by_key("card").id
    world.comments[id_] = replace(world.comments[id_], body=f"{marker}\nx")
    world.run()
    assert world.stages() == ["lead"]
    assert world.written().count("card") == 1


def test_a_card_of_another_issue_is_not_believed() -> None:
    world = a_deal("negotiating")
    body = world.by_key("card").body
    other = World()
    other.run()
    other.comments[other.by_key("card").id] = replace(other.by_key("card"), body=body.replace('"issue":7', '"issue":8'))
    other.run()
    assert other.stages() == ["lead"]


def test_of_two_cards_the_lower_stays_and_the_other_is_hidden() -> None:
    world = a_deal("lead")
    first = world.by_key("card")
    world.tick()
    second = replace(first, id=9999, node_id="C9999", created_at=world.now)
    world.comments[9999] = second
    world.run()
    assert [comment.id for comment in world.of_kind("card") if not comment.minimized] == [first.id]
    assert world.decide().effects == ()


def test_a_deal_in_an_unknown_stage_is_left_exactly_as_it_is() -> None:
    world = a_deal("lead")
    world.unlabel("stage:lead")
    world.label("stage:proposal")
    decision = world.decide()
    assert decision.effects == ()
    assert "unknown stage label" in decision.notes[0]


def test_a_deal_whose_stage_left_the_configuration_is_left_exactly_as_it_is() -> None:
    world = a_deal("prospect")
    stages = tuple(stage for stage in world.pipeline.stages if stage.name != "prospect")
    world.pipeline = replace(world.pipeline, stages=stages)
    world.comment("/status")
    decision = world.decide()
    assert decision.effects == ()
    assert "not in the configuration" in decision.notes[0]


def test_a_locked_issue_gets_labels_and_state_only() -> None:
    world = a_deal("lead")
    world.tick_all("qualification")
    world.run()
    world.locked = True
    comments = dict(world.comments)
    world.label("stage:qualified")
    world.run()
    assert world.stages() == ["qualified"]
    assert world.comments == comments
