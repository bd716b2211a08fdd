"""The card at a glance: what a seller looks for comes first, the rest is folded, nothing empty is shown."""

from __future__ import annotations

from dataclasses import replace

from salesbot.core.model.defaults import default_pipeline
from tests.world import ANN, KIM, NORA, World, a_deal

FULL = "### Company\n\nAcme GmbH\n\n### Expected close\n\n2027-03-01\n"


def post(world: World, text: str) -> None:
    """Comment as somebody who may, and run."""
    world.comment(text, NORA)
    world.run()


def glance(world: World) -> list[str]:
    """Read what of the card is seen before anything is unfolded."""
    return [line for line in world.last("card").partition("<details>")[0].split("\n") if line]


def test_a_full_deal_takes_eight_lines_with_client_money_owner_and_next_step_first() -> None:
    world = a_deal("lead", body=FULL, author=NORA)
    post(world, "/value 30k\n/assign nora\n/next friday call them")
    post(world, "/value 24k")
    assert glance(world) == [
        "**Acme GmbH** · **lead** since 23 Nov 2026",
        "- **Value:** 24,000 EUR (\N{MINUS SIGN}20 % since 23 Nov 2026), weighted 2,400 EUR at 10 %",
        "- **Owner:** nora",
        "- **Next step:** Fri 27 Nov 2026: call them",
        "- **Expected close:** Mon 1 Mar 2027",
        "- **Next stage:** qualified, `/qualify`; still missing: qualification checklist ([0 of 4](https://x/102))",
    ]
    assert "- **Values so far:** 30,000 EUR on 23 Nov 2026; now 24,000 EUR" in world.last("card")


def test_a_bare_deal_shows_no_empty_line() -> None:
    world = a_deal("lead")
    first, *facts = glance(world)
    assert "**lead** since 23 Nov 2026" in first
    assert [fact.split(":")[0] for fact in facts] == ["- **Owner", "- **Next stage"]


def test_the_client_is_the_company_else_what_the_title_begins_with() -> None:
    world = World()
    world.title = "Borealis AG: booking app"
    world.run()
    assert glance(world)[0].startswith("**Borealis AG** · **lead**")
    post(world, "/set company Acme GmbH")
    assert glance(world)[0].startswith("**Acme GmbH** · **lead**")


def test_the_next_stage_names_what_is_missing_until_nothing_is() -> None:
    world = a_deal("negotiating")
    assert "- **Next stage:** won, `/won [amount]`; still missing: value" in glance(world)
    post(world, "/value 9000")
    assert "- **Next stage:** won, `/won [amount]`; nothing is missing" in glance(world)


def test_the_next_stage_is_the_nearest_one_that_a_move_leads_to() -> None:
    base = default_pipeline()
    stages = tuple(replace(each, next=("negotiating", "lost")) if each.name == "lead" else each for each in base.stages)
    world = a_deal("lead", pipeline=replace(base, stages=stages))
    assert any("**Next stage:** negotiating, `/negotiate`" in line for line in glance(world))


def test_a_deal_that_ended_or_is_put_off_has_no_next_stage_and_says_why() -> None:
    world = a_deal("lead")
    post(world, "/revisit 2027-03-01 no budget")
    assert glance(world)[-2:] == ["- **Comes back on:** Mon 1 Mar 2027", "- **Reason:** no budget"]
    post(world, "/lost price")
    assert glance(world)[-1] == "- **Reason:** price"
    assert "Owner" not in "".join(glance(world)), "a closed deal needs no owner"


def test_warnings_are_in_one_place_below_the_facts() -> None:
    world = a_deal("lead", body="### Value\n\nlots\n\n### Probability\n\nhigh\n", author=NORA)
    kinds = ["⚠️" in line for line in glance(world)[1:]]
    assert kinds == sorted(kinds)
    assert sum(kinds) == 2


def test_all_moves_checklists_and_history_are_folded() -> None:
    world = a_deal("qualified")
    folded = world.last("card").partition("<details>")[2]
    for what in ("| Move to | Comment | Still missing |", "| Stage | Since | By | How |"):
        assert what in folded


def test_a_refusal_takes_at_most_nine_short_lines_and_folds_the_rest() -> None:
    for text in ("/won 24k", "/qualify", "/lost", "/wonn", "/value lots", "/value 9000\n/qualify"):
        world = a_deal("lead")
        post(world, text)
        shown = [line for line in world.last("reply").partition("<details>")[0].split("\n") if line]
        assert shown[0].startswith(("**Not moved", "**Not done"))
        assert len(shown) <= 9, text
        assert max(map(len, shown)) <= 200, shown


def test_a_refused_label_says_at_once_where_the_deal_is() -> None:
    world = a_deal("lead")
    world.label("stage:won", ANN)
    world.run()
    assert world.last("refusal").split("\n")[0] == "**Not moved to won.** @ann The deal is back in **lead**."


def test_many_reasons_to_tick_are_folded() -> None:
    many = replace(default_pipeline(), lost_reasons=tuple(f"reason {number}" for number in range(12)))
    world = a_deal("lead", pipeline=many)
    world.comment("/lost", KIM)
    world.run()
    before, _, folded = world.last("reply").partition("<details><summary>12 reasons</summary>")
    assert "- [ ]" not in before
    assert folded.count("- [ ] lost: reason") == 12
