"""The team estimates on the issue: the card adds up, a guard asks, rounds keep their sums, people are reminded."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from salesbot.core.decide.due import due
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.money import Money
from tests.world import KIM, NORA, World, a_deal, rest

DAY = 86_400
RATES = {"default": Money(Decimal(900), "EUR"), "senior": Money(Decimal(1200), "EUR")}
LINES = ("Design: 8 d @nora", "Shop theme: 20-24 d @kim", "Review: 20 h senior", "Hosting: 1,200 EUR")


def pipeline(**settings: Any) -> Pipeline:
    return replace(default_pipeline(), **{"rates": RATES, **settings})


def asks_for_amounts() -> Pipeline:
    base = pipeline()
    stages = (replace(stage, requires=("estimate",)) if stage.name == "negotiating" else stage for stage in base.stages)
    return replace(base, stages=tuple(stages))


def estimated(*lines: str, by: Pipeline | None = None, **settings: Any) -> World:
    world = a_deal("qualified", pipeline=by or pipeline(**settings))
    add(world, *lines)
    return world


def add(world: World, *lines: str) -> None:
    found = world.by_key("checklist:estimate")
    title = next(line for line in found.body.split("\n") if line.startswith("**Packages**"))
    items = "".join(f"\n- [ ] {line}" for line in lines)
    world.edit(found.id, found.body.replace(title, f"{title}\n{items}" if items else title), NORA)
    world.run()


def change(world: World, before: str, after: str) -> None:
    found = world.by_key("checklist:estimate")
    assert before in found.body
    world.edit(found.id, found.body.replace(before, after), NORA)
    world.run()


def post(world: World, text: str) -> int:
    id_ = world.comment(text, NORA)
    world.run()
    return id_


def on_card(world: World, fact: str) -> str:
    return next((line for line in world.last("card").split("\n") if line.startswith(f"- **{fact}:**")), "")


def test_the_card_sums_the_lines_and_sets_the_value_beside_them() -> None:
    world = estimated(*LINES)
    post(world, "/value 25,000")
    assert "29,400 to 33,000 EUR" in on_card(world, "Estimated")
    assert on_card(world, "Estimated").endswith("; offered 25,000 EUR (\N{MINUS SIGN}15 %)")
    assert on_card(world, "Estimated by").endswith("nora 7,200 EUR; kim 18,000 to 21,600 EUR; nobody 4,200 EUR")
    assert rest(world) == 0


@pytest.mark.parametrize(
    ("value", "shown"), [("31000", "31,000 EUR"), ("40k", "40,000 EUR (+21 %)"), ("31000 CHF", "31,000 CHF")]
)
def test_the_difference_is_from_the_nearer_end(value: str, shown: str) -> None:
    world = estimated(*LINES)
    post(world, f"/value {value}")
    assert on_card(world, "Estimated").replace("\\", "").endswith(f"; offered {shown}")


def test_an_edit_a_strike_and_a_deleted_line_count_at_once() -> None:
    world = estimated(*LINES)
    change(world, "- [ ] Review: 20 h senior", "- [ ] ~~Review: 20 h senior~~ not now")
    change(world, "20-24 d", "20 d")
    change(world, "- [ ] Hosting: 1,200 EUR\n", "")
    assert "[25,200 EUR]" in on_card(world, "Estimated")


def test_who_still_owes_a_line_is_named_and_nobody_is_mentioned() -> None:
    world = estimated("Design: 8 d @nora", "Tests @kim", "Go live")
    assert on_card(world, "Still to estimate") == "- **Still to estimate:** Tests (kim), Go live"
    assert "@" not in world.last("card").partition("<details>")[0]


def test_what_cannot_be_read_is_named_by_its_line() -> None:
    world = estimated("Design: 8 dayz", "Tests: 3 d")
    assert "⚠️ **Estimate**: `Design: 8 dayz`:" in world.last("card")
    assert "[2,700 EUR]" in on_card(world, "Estimated")


@pytest.mark.parametrize("settings", [{}, {"rates": {}}])
def test_a_deal_without_an_amount_shows_nothing_of_it(settings: dict[str, Any]) -> None:
    world = a_deal("qualified", pipeline=pipeline(**settings))
    change(world, "- [ ] Users, volumes", "- [ ] @kim asks: users, volumes")
    assert "stimate" not in world.last("card").replace("estimate checklist", "").replace("Checklist estimate", "")
    assert world.journal().estimates == ()


def test_without_rates_days_are_shown_as_days() -> None:
    world = estimated(*LINES[:2], LINES[3], rates={})
    post(world, "/value 25,000")
    assert "[1,200 EUR + 28 to 32 d]" in on_card(world, "Estimated")
    assert on_card(world, "Estimated").endswith("; offered 25,000 EUR")


def test_a_hostile_line_stays_text() -> None:
    world = estimated("[x](https://evil.example) <img src=x> $a$ @team/x | a: 3 d", "## b: 4 dayz @kim")
    card = world.last("card")
    assert " <img" not in card
    assert "](https://evil" not in card
    post(world, "/estimate")
    assert " <img" not in world.last("estimate")
    assert "@kim" not in world.last("estimate")


def test_the_guard_asks_for_the_amount_of_every_line() -> None:
    world = estimated(by=asks_for_amounts())
    post(world, "/negotiate")
    assert world.refused == [("negotiating", ["estimate"])]
    add(world, "Design: 8 d @nora", "Tests @kim", "Hosting: lots of EUR", "Search: 3 dayz", "~~Import~~ later")
    post(world, "/negotiate")
    assert world.stages() == ["qualified"]
    for name in ("Tests", "Hosting", "Search"):
        assert name in world.last("reply")
    change(world, "Tests @kim", "Tests: 2 d @kim")
    change(world, "lots of EUR", "300 EUR")
    change(world, "3 dayz", "3 d")
    post(world, "/negotiate")
    assert world.stages() == ["negotiating"]


def test_the_guard_posts_the_list_it_asks_for() -> None:
    base = asks_for_amounts()
    stages = tuple(replace(stage, checklist=None) if stage.name == "qualified" else stage for stage in base.stages)
    world = a_deal("qualified", pipeline=replace(base, stages=stages))
    post(world, "/negotiate")
    assert "checklist:estimate" in world.written()


def test_a_list_without_the_part_packages_is_asked_for_what_it_needs() -> None:
    world = a_deal("qualified", pipeline=asks_for_amounts())
    found = world.by_key("checklist:estimate")
    marker = found.body.partition("\n")[0]
    world.edit(found.id, f"{marker}\n**Needed**\n\n- [x] Design: 8 d\n- [x] Tests\n\n**Offer**\n\n- [ ] Terms", NORA)
    world.run()
    post(world, "/negotiate")
    assert world.stages() == ["qualified"]
    change(world, "Tests", "Tests: 4 h")
    post(world, "/negotiate")
    assert world.stages() == ["negotiating"]


def test_rounds_keep_their_sums() -> None:
    world = estimated(*LINES)
    post(world, '/negotiate --force "test"')
    post(world, '/qualify --force "another round"')
    change(world, "20-24 d", "30 d")
    assert [(each.number, each.low, each.high) for each in world.journal().estimates] == [
        (1, "29400 EUR", "33000 EUR"), (2, "38400 EUR", "38400 EUR"),
    ]  # fmt: skip
    assert on_card(world, "Earlier estimates") == "- **Earlier estimates:** round 1: 29,400 to 33,000 EUR"
    world.delete(world.by_key("checklist:estimate").id, KIM)
    world.run()
    assert world.journal().estimates[0].low == "29400 EUR", "a deleted list takes no round away"


def test_the_table_is_one_comment_written_anew() -> None:
    world = estimated(*LINES, "Tests @kim")
    post(world, "/value 25k")
    first = post(world, "/estimate")
    table = world.last("estimate")
    assert "| Shop theme | 20 to 24 d | 18,000 to 21,600 EUR |" in table
    assert "| Hosting |  | 1,200 EUR |" in table
    assert "| **Total** | 30.5 to 34.5 d | **29,400 to 33,000 EUR** |" in table
    change(world, "Hosting: 1,200 EUR", "Hosting: 2,200 EUR")
    second = post(world, "/estimate")
    assert "| Hosting |  | 2,200 EUR |" in world.last("estimate")
    assert len(world.of_kind("estimate")) == 1
    assert world.receipts(first) == world.receipts(second) == ["ROCKET"]
    assert rest(world) == 0


def test_the_table_comes_also_from_a_run_that_was_cut_off() -> None:
    for until in range(1, 5):
        world = estimated(*LINES)
        post(world, "/estimate")
        change(world, "Hosting: 1,200 EUR", "Hosting: 2,200 EUR")
        world.comment("/estimate", NORA)
        world.run(until)
        rest(world)
        assert "| Hosting |  | 2,200 EUR |" in world.last("estimate")
        assert len(world.of_kind("estimate")) == 1


def test_without_amounts_there_is_no_table() -> None:
    world = estimated()
    post(world, "/estimate")
    assert world.of_kind("estimate") == []
    assert "amount" in world.last("reply")


def test_a_stage_called_estimate_keeps_its_command() -> None:
    base = pipeline()
    stages = tuple(replace(each, command="estimate") if each.name == "qualified" else each for each in base.stages)
    world = a_deal("lead", pipeline=replace(base, stages=stages))
    world.tick_all("qualification")
    post(world, "/estimate")
    assert world.stages() == ["qualified"]


def reminded(world: World) -> list[str]:
    return [key for key in world.written() if key.startswith("reminder:estimate")]


def test_who_owes_a_line_is_reminded_once_on_the_day_before_the_next_step() -> None:
    world = estimated("Design: 8 d @nora", "Tests @kim", "Go live @kim @ann", "Sketch @eve")
    post(world, "/next friday send the estimate @nora")
    world.sweep()
    assert reminded(world) == [], "it is Monday"
    world.tick(3 * DAY)
    assert due(world.observed()) is not None
    for _ in range(3):
        world.sweep()
        world.tick(600)
    assert reminded(world) == ["reminder:estimate-2026-11-27"]
    text = world.last("reminder")
    assert "@kim" in text
    assert "@ann" in text
    assert "@nora" not in text, "she has written hers"
    assert "@eve" not in text, "she does not work here"
    change(world, "Tests @kim", "Tests: 1 d @kim")
    change(world, "Go live @kim @ann", "Go live: 1 d")
    change(world, "Sketch @eve", "~~Sketch @eve~~")
    world.sweep()
    assert reminded(world) == [], "nothing is owed any more"


def test_before_a_monday_the_reminder_comes_on_friday() -> None:
    world = estimated("Design: 8 d @nora", "Tests @kim")
    post(world, "/next 2026-11-30 send the estimate")
    world.tick(3 * DAY)
    world.sweep()
    assert reminded(world) == [], "it is Thursday"
    world.tick(DAY)
    world.sweep()
    assert len(reminded(world)) == 1


@pytest.mark.parametrize("command", ["/snooze 2 weeks", "/lost price", "/done"])
def test_nobody_is_reminded_of_an_estimate_that_can_wait(command: str) -> None:
    world = estimated("Design: 8 d @nora", "Tests @kim")
    post(world, "/next friday send the estimate")
    post(world, command)
    world.tick(3 * DAY)
    world.sweep()
    assert reminded(world) == []
