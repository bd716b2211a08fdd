"""Timelines with events of labels that were deleted, on a GitHub that no longer shows these labels."""

from __future__ import annotations

import pytest

from tests.e2e.play import Play
from tests.tasks.test_report import scheduled, the_report

VALUE = "### Company\n\nAcme GmbH\n\n### Value\n\n12000 EUR\n"


@pytest.fixture
def deal(play: Play) -> int:
    """A deal that had two labels which are gone: one of a stage that is no more, one of no stage."""
    deal = play.deal(body=VALUE)
    for label in ("hot", "stage:verbal"):
        play.sales.create_label("kim", label)
        play.sales.label("ann", deal, label)
        play.reconcile()
        play.sales.delete_label("kim", label)
        play.reconcile()
    play.github.hub.deleted_labels = "gone"
    return deal


def test_moves_go_on(play: Play, deal: int) -> None:
    play.sales.label("ann", deal, "stage:prospect")
    (run,) = play.reconcile()
    assert (run.exit_code, play.stages(deal)) == (0, ["prospect"])
    play.sales.comment("nora", deal, "/lost price")
    (run,) = play.reconcile()
    assert (run.exit_code, play.stages(deal)) == (0, ["lost"])
    play.assert_at_rest(deal)


def test_sweep_and_report_go_on(play: Play, deal: int) -> None:
    assert play.sweep().exit_code == 0
    assert scheduled(play).exit_code == 0
    assert "**12,000 EUR** open in 1 deal," in the_report(play).body
    play.assert_at_rest(deal)
