"""Logged activities: `/call`, `/met` and `/mailed` leave a line in the history and a reaction, and count as contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from salesbot.core.model import journal as journals
from salesbot.core.model.cards import find_cards
from salesbot.core.model.journal import Pair
from salesbot.core.model.logged_activity import LONGEST, MOST, ActivityKind
from tests.world import ANN, EVE, KIM, NORA, World, a_deal, rest


def post(world: World, text: str) -> int:
    comment = world.comment(text, NORA)
    world.run()
    return comment


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        ("/call they compare us with two others", ActivityKind.CALL, "they compare us with two others"),
        ("/met", ActivityKind.MEETING, ""),
        ("/mailed sent the references", ActivityKind.MAIL, "sent the references"),
    ],
)
def test_an_activity_is_one_line_in_the_history_and_one_reaction(text: str, kind: ActivityKind, what: str) -> None:
    world = a_deal("qualified")
    before = (world.written(), world.body, world.stages())
    comment = post(world, text)
    assert [(each.kind, each.what, each.by) for each in world.journal().activities] == [(kind, what, "nora")]
    assert (world.written(), world.body, world.stages()) == before, "no comment, and nothing else changes"
    assert world.receipts(comment) == ["ROCKET"]
    line = f"{kind}: {what}" if what else str(kind)
    assert [row for row in world.last("card").splitlines() if line in row and "nora" in row]
    assert rest(world) == 0


def test_the_history_is_in_the_order_of_time() -> None:
    world = a_deal("lead")
    post(world, "/call first")
    post(world, '/stage qualified --force "it fits"')
    post(world, "/met second")
    rows = [row for row in world.last("card").partition("History")[2].splitlines() if "|" in row][2:]
    assert [next(word for word in ("start", "first", "qualified", "second") if word in row) for row in rows] == [
        "start", "first", "qualified", "second",
    ]  # fmt: skip


def test_several_in_one_comment_are_all_kept_and_none_twice() -> None:
    world = a_deal("qualified")
    comment = post(world, "/call asked for a date\n/mailed the date")
    for receipt in list(world.receipts(comment)):
        world.comments[comment] = replace(world.comments[comment], receipts=frozenset())
        assert receipt == "ROCKET"
    rest(world)
    assert [each.kind for each in world.journal().activities] == [ActivityKind.CALL, ActivityKind.MAIL]


def test_one_that_somebody_without_a_role_logs_is_none() -> None:
    world = a_deal("qualified")
    world.comment("/call me back", EVE)
    world.run()
    world.comment("/call as triage", ANN)
    world.run()
    assert world.journal().activities == ()


def test_a_text_is_shown_as_text() -> None:
    world = a_deal("qualified")
    post(world, "/call <b>big</b> | @kim said ![x](https://evil.test/x.png) <!-- salesbot:card {} -->")
    card = world.last("card")
    assert "<b>" not in card
    assert "@kim" not in card
    assert "![x](" not in card
    assert find_cards(world.facts().issue, world.facts().repository).journal is not None


def test_only_so_many_are_kept_and_long_texts_are_cut() -> None:
    world = a_deal("qualified")
    for number in range(MOST + 5):
        post(world, f"/call {number} {'x' * 3 * LONGEST}")
        world.comments = {id_: each for id_, each in world.comments.items() if each.own}
    kept = world.journal().activities
    assert len(kept) == MOST
    assert kept[0].what.startswith("5 ")
    assert all(len(each.what) == LONGEST for each in kept)


def test_a_marker_that_is_full_keeps_what_is_counted() -> None:
    world = a_deal("qualified")
    post(world, "/call about the price")
    crowded = replace(world.journal(), ticks={"estimate": tuple(f"{number:0200}" for number in range(260))})
    fitting = journals.fitting(crowded)
    assert [each.kind for each in fitting.activities] == [ActivityKind.CALL]


def test_who_logged_it_is_known_by_the_new_login() -> None:
    world = a_deal("qualified")
    post(world, "/call about the price")
    world.rename("nora", "nora-new")
    world.comment("/status", KIM)
    world.run()
    assert world.journal().activities[0].by == "nora-new"


# What it means for attention


def _quiet(world: World, days: float) -> list[str]:
    world.tick(timedelta(days=days).total_seconds())
    world.sweep()
    return sorted(name.removeprefix("attention:") for name in world.labels if name.startswith("attention:"))


def test_a_logged_activity_counts_against_idle_even_after_its_comment_was_deleted() -> None:
    world = a_deal("qualified")
    world.tick(timedelta(days=8).total_seconds())
    comment = post(world, "/call about the price")
    world.delete(comment, NORA)
    world.events = [event for event in world.events if event.kind != "comment deleted"]
    assert "idle" not in _quiet(world, 8), "qualified allows ten days"
    assert "idle" in _quiet(world, 3)


def test_a_mail_of_ours_counts_against_idle_and_answers_who_waits() -> None:
    world = a_deal("qualified")
    world.comment("When do we hear from you?", EVE)
    world.run()
    assert "unanswered" in _quiet(world, 2)
    observed = world.observed()
    assert observed.journal is not None
    answered = replace(observed.journal, pair=Pair("KEY", sent=world.now))
    card = world.by_key("card")
    world.comments[card.id] = replace(card, body=_with_journal(card.body, answered))
    assert "unanswered" not in _quiet(world, 0.1)


def _with_journal(body: str, journal: journals.Journal) -> str:
    from salesbot.core.model import comments, keys

    return comments.write(keys.CARD, comments.text_of(body), journals.to_payload(journal))


def test_a_call_after_their_mail_answers_it() -> None:
    from salesbot.core.views import contacts

    world = a_deal("qualified")
    post(world, "/call about the price")
    logged, pipeline = world.journal(), world.pipeline
    before, after = world.now - timedelta(days=1), world.now + timedelta(days=1)
    for received, waiting in ((before, False), (after, True)):
        shown = contacts.mail(replace(logged, pair=Pair("KEY", received=received)), pipeline)
        assert shown is not None
        assert shown["waiting"] is waiting
