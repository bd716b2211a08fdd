"""The author of an issue may close and reopen it on GitHub; who is nobody of us moves no deal by that."""

from __future__ import annotations

from salesbot.core.model.defaults import default_pipeline
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.reader import RawIssue, Reader
from salesbot.core.report.scope import choose_scope
from tests.world import EVE, KIM, NORA, World


def opened_by_eve() -> World:
    world = World(author=EVE)
    world.label("stage:lead", KIM)
    world.run()
    world.assign(NORA, KIM)
    world.run()
    return world


def is_counted(world: World) -> bool:
    facts = world.facts()
    scope = choose_scope("acme/sales", default_pipeline(), world.now)
    return isinstance(Reader(facts.without_issue, scope).count(RawIssue(facts.issue)), CountedDeal)


def test_a_client_who_closes_and_reopens_their_issue_is_asked_about_once_and_nobody_outside_is_mentioned() -> None:
    world = opened_by_eve()
    for _ in range(5):
        world.close(EVE, "NOT_PLANNED")
        world.run()
        assert world.journal().asked
        world.reopen(EVE)
        world.run()
    assert len(world.of_kind("ask")) == 1
    assert "@nora" in world.of_kind("ask")[0].body
    assert not [comment for comment in world.comments.values() if comment.own and "@eve" in comment.body]
    assert (world.open, world.stages()) == (True, ["lead"])
    assert world.decide().effects == ()


def test_a_client_who_closes_their_issue_as_a_duplicate_takes_no_deal_out_of_the_numbers() -> None:
    world = opened_by_eve()
    world.close(EVE, "DUPLICATE")
    assert is_counted(world), "before any run has seen it"
    world.run()
    assert is_counted(world)
    assert (world.journal().left, len(world.of_kind("ask"))) == (None, 1)
    world.reopen(KIM)
    world.run()
    world.close(KIM, "DUPLICATE")
    world.run()
    assert not is_counted(world)


def test_a_client_brings_back_no_deal_that_is_over() -> None:
    world = opened_by_eve()
    world.close(EVE)
    world.run()
    world.comment("/lost price", NORA)
    world.run()
    for _ in range(3):
        world.reopen(EVE)
        world.run()
        assert (world.stages(), world.open) == (["lost"], False)
    assert (
        len([comment for comment in world.of_kind("refusal") if "only a collaborator can reopen" in comment.body]) == 1
    )
    world.reopen(KIM)
    world.run()
    assert (world.stages(), world.open) == (["lead"], True)
