"""People are ids: somebody renamed is the same person, somebody gone stops nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from salesbot.core.lifecycle import people
from salesbot.core.model import comments, journal, keys
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.effects import Assign, Unassign
from tests.world import ANN, KIM, NORA, World, a_deal, rest


def card(world: World) -> str:
    return comments.text_of(world.by_key("card").body)


def owned_by_nora() -> World:
    world = a_deal("qualified")
    world.comment("/assign", by=NORA)
    world.run()
    assert [actor.login for actor in world.assignees] == ["nora"]
    return world


def said(world: World, text: str, by: Actor) -> list[str]:
    comment = world.comment(text, by=by)
    world.run()
    rest(world)
    return list(world.receipts(comment))


# Renamed


@pytest.mark.parametrize(
    ("text", "owner", "stages"),
    [
        pytest.param("/lead", "norah", ["lead"], id="a move"),
        pytest.param("/lost price", "norah", ["lost"], id="an end"),
        pytest.param("/assign @kim", "kim", ["qualified"], id="another owner"),
        pytest.param("/assign @norah", "norah", ["qualified"], id="the same one by the new name"),
        pytest.param("/unassign @norah", None, ["qualified"], id="taken off by the new name"),
        pytest.param("/unassign", None, ["qualified"], id="the owner taken off"),
    ],
)
def test_everything_works_on_the_deal_of_somebody_who_was_renamed(
    text: str, owner: str | None, stages: list[str]
) -> None:
    world = owned_by_nora()
    world.rename("nora", "norah")
    assert said(world, text, KIM) == ["ROCKET"]
    assert world.stages() == stages
    decided = world.decide().state
    assert decided is not None
    assert (decided.deal.owner, decided.unassignable) == (owner, ())


def test_the_card_shows_the_present_login_and_the_journal_keeps_the_id() -> None:
    world = owned_by_nora()
    said(world, "/lead", NORA)
    assert "nora" in card(world)
    now = world.rename("nora", "norah-b")
    effects = world.run().effects
    assert not [effect for effect in effects if isinstance(effect, (Assign, Unassign))]
    assert "norah-b" in card(world)
    assert "| nora |" not in card(world)
    assert world.journal().people["norah-b"] == now.id
    assert "nora" not in world.journal().people
    assert rest(world) == 0


def test_who_takes_an_old_login_is_somebody_else() -> None:
    world = owned_by_nora()
    said(world, "/next friday call them @nora", KIM)
    world.rename("nora", "norah")
    namesake = world.join("nora", 77)
    said(world, "/lead", namesake)
    visits = [visit.by for visit in world.journal().history]
    assert visits[-1] == "nora"
    assert "(norah)" in world.body
    assert (world.journal().people["nora"], world.journal().people["norah"]) == (77, NORA.id)
    assert "**Owner:** norah" in card(world)


def test_who_is_gone_while_somebody_else_has_the_login_is_a_ghost() -> None:
    world = owned_by_nora()
    said(world, "/lead", NORA)
    world.leave("nora", deleted=True)
    said(world, '/stage qualified --force "we know them"', KIM)
    said(world, "/lead", world.join("nora", 77))
    assert [visit.by for visit in world.journal().history].count("nora") == 1
    assert "ghost" in card(world)
    assert "**Owner:** none yet" in card(world)


def test_the_next_step_and_its_reminder_follow_the_person() -> None:
    world = a_deal("qualified", pipeline=replace(default_pipeline(), notify_new="@acme/sales"))
    said(world, "/next tomorrow call them @nora", KIM)
    world.rename("nora", "norah")
    world.tick(timedelta(days=3).total_seconds())
    world.sweep()
    assert "(norah)" in world.body
    assert "@norah" in world.last("reminder")
    assert "@acme/sales" not in world.last("reminder")


@pytest.mark.parametrize("by", [ANN, Actor("sync", 99, is_bot=True)], ids=["who left since", "another bot"])
def test_a_refusal_mentions_nobody_who_cannot_be_assigned_here(by: Actor) -> None:
    world = a_deal("lead")
    world.label("stage:lost", by)
    world.leave("ann")
    world.run()
    assert "Not moved to lost." in world.last("refusal")
    assert "@" not in world.last("refusal").partition("\n")[0]


def test_a_refusal_mentions_who_works_here() -> None:
    world = a_deal("lead")
    world.label("stage:lost", ANN)
    world.run()
    assert "@ann" in world.last("refusal")


def test_a_reminder_that_a_dead_run_left_mentions_the_present_login() -> None:
    world = owned_by_nora()
    said(world, "/next tomorrow call them", KIM)
    world.tick(timedelta(days=3).total_seconds())
    world.trigger = replace(world.trigger, event="sweep")
    world.run(until=1)
    assert world.journal().pending
    world.rename("nora", "norah")
    world.sweep()
    assert "@norah" in world.last("reminder")


def test_a_card_of_before_ids_is_read_and_gets_them() -> None:
    world = owned_by_nora()
    found = world.by_key("card")
    old = replace(world.journal(), people={})
    world.comments[found.id] = replace(
        found, body=comments.write(keys.CARD, comments.text_of(found.body), journal.to_payload(old))
    )
    world.run()
    assert world.journal().people["nora"] == NORA.id
    assert "**Owner:** nora" in card(world)
    assert rest(world) == 0


def test_who_only_reads_sees_the_present_login_too() -> None:
    world = owned_by_nora()
    said(world, "/lead", NORA)
    world.rename("nora", "norah")
    issue, kept = world.facts().issue, world.journal()
    assert people.owners(issue, kept).owner == "norah"
    assert [visit.by for visit in people.present(kept, issue).history][-1] == "norah"
    world.leave("norah")
    assert people.owners(world.facts().issue, kept) == people.Owners(None, (), ("norah",))


# Gone


@pytest.mark.parametrize("deleted", [pytest.param(False, id="left"), pytest.param(True, id="deleted")])
@pytest.mark.parametrize(
    ("text", "stages"),
    [
        pytest.param("/lead", ["lead"], id="a move"),
        pytest.param("/lost price", ["lost"], id="an end"),
        pytest.param("/next friday call them", ["qualified"], id="a next step"),
    ],
)
def test_an_owner_who_is_gone_is_left_out_and_named_on_the_card(text: str, stages: list[str], deleted: bool) -> None:
    world = owned_by_nora()
    world.leave("nora", deleted=deleted)
    assert said(world, text, KIM) == ["ROCKET"]
    assert (world.stages(), world.assignees) == (stages, [])
    assert card(world).count("nora cannot be assigned here any more.") == 1
    assert ("**Owner:** none yet" in card(world)) is world.open


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        pytest.param("/assign @kim", "kim", id="somebody else is assigned"),
        pytest.param("/unassign @nora", "none yet", id="the one who is gone is taken off"),
        pytest.param("/unassign", "none yet", id="whoever owns it is taken off"),
    ],
)
def test_the_line_on_the_card_ends_by_a_command(text: str, owner: str) -> None:
    world = owned_by_nora()
    world.leave("nora")
    world.sweep()
    assert "cannot be assigned" in card(world)
    assert said(world, text, KIM) == ["ROCKET"]
    assert "cannot be assigned" not in card(world)
    assert f"**Owner:** {owner}" in card(world)


def test_the_line_on_the_card_ends_when_somebody_is_assigned_by_hand() -> None:
    world = owned_by_nora()
    world.leave("nora")
    world.run()
    world.assign(KIM, by=ANN)
    world.run()
    assert "cannot be assigned" not in card(world)
    assert "**Owner:** kim" in card(world)


def test_who_comes_back_is_assigned_again() -> None:
    world = owned_by_nora()
    world.leave("nora")
    world.run()
    world.roles["nora"] = Role.WRITE
    world.run()
    assert [actor.login for actor in world.assignees] == ["nora"]
    assert "cannot be assigned" not in card(world)


@pytest.mark.parametrize("team", ["@acme/sales", None])
def test_a_reminder_to_who_is_gone_goes_to_the_team_or_nobody(team: str | None) -> None:
    world = a_deal("qualified", pipeline=replace(default_pipeline(), notify_new=team))
    said(world, "/next tomorrow call them @nora", KIM)
    world.leave("nora")
    world.tick(timedelta(days=3).total_seconds())
    world.sweep()
    reminders = [comments.text_of(comment.body) for comment in world.of_kind("reminder")]
    assert [text.count("@nora") for text in reminders] == ([0] if team else [])
    assert all("@acme/sales" in text for text in reminders)


def test_a_word_in_brackets_that_was_never_a_person_leaves_the_reminder_to_the_owner() -> None:
    world = owned_by_nora()
    world.write("### Next step\n\n2026-11-24: call them (mobile)\n")
    world.run()
    world.tick(timedelta(days=3).total_seconds())
    world.sweep()
    assert "@nora" in world.last("reminder")
    assert "@mobile" not in world.last("reminder")
