"""People who are renamed, leave or are deleted, seen by the real program."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.play import Play


def owned_by_nora(play: Play) -> int:
    deal = play.deal("qualified")
    play.sales.comment("nora", deal, "/assign")
    play.reconcile()
    assert play.sales.issue(deal).assignees == ("nora",)
    return deal


def act(play: Play, deal: int, text: str, by: str = "kim") -> list[str]:
    said = play.sales.comment(by, deal, text)
    assert [run.exit_code for run in play.reconcile()] == [0]
    return play.receipts(deal, said)


@pytest.mark.parametrize(
    ("text", "assigned"),
    [("/lead", ("norah",)), ("/assign @kim", ("norah", "kim")), ("/assign @norah", ("norah",)), ("/unassign", ())],
)
def test_the_owner_was_renamed(play: Play, text: str, assigned: tuple[str, ...]) -> None:
    deal = owned_by_nora(play)
    play.github.rename_account("nora", "norah")
    assert act(play, deal, text) == ["ROCKET"]
    assert play.sales.issue(deal).assignees == assigned
    play.assert_at_rest(deal)


def test_a_renamed_owner_is_assigned_and_unassigned_by_hand(play: Play) -> None:
    deal = owned_by_nora(play)
    play.github.rename_account("nora", "norah")
    play.sales.assign("kim", deal, "kim")
    assert [run.exit_code for run in play.reconcile()] == [0]
    play.sales.unassign("kim", deal, "norah")
    assert [run.exit_code for run in play.reconcile()] == [0]
    assert "**Owner:** kim" in play.text(deal, "card")
    assert play.sweep().exit_code == 0


@pytest.mark.parametrize(
    "goes",
    [
        pytest.param(lambda play, deal: play.github.delete_account("nora"), id="deleted"),
        pytest.param(
            lambda play, deal: (play.sales.unassign("kim", deal, "nora"), play.sales.set_role("nora", "none")),
            id="access taken away",
        ),
    ],
)
@pytest.mark.parametrize("text", ["/lead", "/lost price", "/assign @kim"])
def test_the_owner_is_gone(play: Play, goes: Callable[[Play, int], object], text: str) -> None:
    deal = owned_by_nora(play)
    goes(play, deal)
    play.drop()
    assert act(play, deal, text) == ["ROCKET"]
    assert play.sales.issue(deal).assignees == (("kim",) if text == "/assign @kim" else ())
    assert play.sweep().exit_code == 0
    play.assert_at_rest(deal)


def test_who_was_deleted_is_named_on_the_card_once(play: Play) -> None:
    deal = owned_by_nora(play)
    play.github.delete_account("nora")
    assert play.sweep().exit_code == 0
    assert act(play, deal, "/next tomorrow call them") == ["ROCKET"]
    assert play.text(deal, "card").count("nora cannot be assigned here any more.") == 1
    assert play.sweep().exit_code == 0
    play.assert_at_rest(deal)
