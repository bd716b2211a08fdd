"""Long deals: pages are read only where something is missing, and absence is never concluded from a part."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.play import CONFIG, Play, kinds

OLD = "2026-11-10T09:00:00Z"
TODAY = "2026-11-23T08:59:00Z"


def talk(count: int, at: str = TODAY, by: str = "ann") -> list[dict[str, Any]]:
    return [{"by": by, "body": f"We spoke, part {i}.", "at": at} for i in range(count)]


def pages(play: Play, deal: int) -> list[str]:
    """The kinds of requests of a move by label."""
    play.sales.label("ann", deal, "stage:prospect")
    run = play.run()
    assert play.stages(deal) == ["prospect"]
    assert play.said(deal).count("card") == 1
    return kinds(run)


def a_talked_about_deal(play: Play, before: int, after: int, at: str = TODAY) -> int:
    """A deal with so many comments before its card and after it."""
    play.deal()
    play.sales.push("kim", CONFIG, "version: 1\nsince: 2026-01-01\n")
    event = {"kind": "labeled", "by": "ann", "at": OLD, "label": "stage:lead"}
    deal = play.sales.row["next_number"]
    issue = {"title": "Long", "author": "ann", "created_at": OLD, "labels": ["stage:lead"], "events": [event]}
    play.sales.seed([{**issue, "comments": talk(before, at)}])
    play.by_hand(deal)
    for comment in talk(after, at):
        play.sales.comment("ann", deal, comment["body"])
    play.drop()
    assert play.said(deal)[0] == "card"
    return int(deal)


@pytest.mark.parametrize("count", [5, 58, 75, 98])
def test_up_to_a_hundred_comments_are_read_at_once(play: Play, count: int) -> None:
    deal = play.deal()
    for comment in talk(count):
        play.sales.comment("ann", deal, comment["body"])
    play.drop()
    assert pages(play, deal) == ["query", "mutation"]


@pytest.mark.parametrize(
    ("count", "reads"), [pytest.param(120, 2, id="120 comments"), pytest.param(230, 3, id="230 comments")]
)
def test_a_card_between_the_oldest_and_the_newest_comments_is_looked_for(play: Play, count: int, reads: int) -> None:
    deal = a_talked_about_deal(play, 30, count - 32)
    assert pages(play, deal) == ["query"] * reads + ["mutation"]


def test_old_comments_are_not_read_where_nothing_is_missing(play: Play) -> None:
    deal = a_talked_about_deal(play, 150, 0, at=OLD)
    assert pages(play, deal) == ["query", "mutation"]


def test_a_command_between_the_oldest_and_the_newest_comments_is_found(play: Play) -> None:
    deal = play.deal()
    for comment in talk(30):
        play.sales.comment("ann", deal, comment["body"])
    said = play.sales.comment("ann", deal, "/prospect")
    for comment in talk(100):
        play.sales.comment("ann", deal, comment["body"])
    play.by_hand(deal)
    assert play.stages(deal) == ["prospect"]
    assert play.receipts(deal, said) == ["ROCKET"]


def swaps(play: Play, deal: int, count: int) -> None:
    for _ in range(count // 2):
        play.sales.swap("ann", deal, "stage:lead", "stage:prospect")
        play.sales.swap("ann", deal, "stage:prospect", "stage:lead")
    play.drop()


def test_up_to_a_hundred_label_events_are_read_at_once(play: Play) -> None:
    deal = play.deal()
    swaps(play, deal, 40)
    assert pages(play, deal) == ["query", "mutation"]


def test_label_events_are_read_back_to_the_last_one_known(play: Play) -> None:
    deal = play.deal()
    swaps(play, deal, 60)
    assert pages(play, deal) == ["query", "query", "mutation"]
    play.assert_at_rest(deal)
    play.sales.label("ann", deal, "stage:lead")
    assert kinds(play.run()) == ["query", "mutation"], "the second time they are known"


@pytest.fixture
def many_labels(play: Play) -> None:
    for i in range(150):
        play.sales.create_label("kim", f"topic-{i}")
    play.drop()


@pytest.mark.usefixtures("many_labels")
def test_labels_younger_than_a_hundred_others_are_read_at_once(play: Play) -> None:
    deal = play.deal()
    assert pages(play, deal) == ["query", "mutation"]
    play.assert_at_rest(deal)


def test_labels_older_than_a_hundred_others_are_looked_for_before_they_are_called_missing(
    play: Play, request: pytest.FixtureRequest
) -> None:
    deal = play.deal()
    request.getfixturevalue("many_labels")
    assert pages(play, deal) == ["query", "query", "mutation"]
    play.sales.rename_label("kim", "stage:lead", "fresh")
    play.reconcile()
    assert play.problem() is not None


def test_an_issue_with_ninety_nine_labels_still_moves(play: Play) -> None:
    deal = play.deal()
    for i in range(98):
        play.sales.create_label("kim", f"topic-{i}")
    play.sales.label("ann", deal, *(f"topic-{i}" for i in range(98)))
    play.drop()
    play.sales.comment("ann", deal, "/prospect")
    play.reconcile()
    assert play.stages(deal) == ["prospect"]
    assert len(play.sales.issue(deal).labels) == 99
    play.sales.create_label("kim", "topic-99")
    play.sales.label("ann", deal, "topic-99")
    play.drop()
    play.sales.comment("ann", deal, "/lead")
    play.reconcile()
    assert play.stages(deal) == ["lead"]
    assert len(play.sales.issue(deal).labels) == 100
