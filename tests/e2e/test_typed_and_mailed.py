"""What people type, paste, edit and mail, through the whole program: read at once, and nobody waits for an answer."""

from __future__ import annotations

import pytest

from tests.e2e.play import Play

DAY = 86_400


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\ufeff", "\u2060", "\u00ad", "\u200e", "\ufe0f", "\u3164", "\u00a0", "\u3000", "\U000e0041"]
)
def test_a_command_with_something_unseen_before_it_is_done_at_once(play: Play, unseen: str) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, f"{unseen}/lost{unseen} price{unseen}")
    play.reconcile()
    assert play.stages(deal) == ["lost"]
    assert play.receipts(deal, said) == ["ROCKET"]


@pytest.mark.parametrize("days", [5, 10, 11, 60])
def test_a_command_edited_into_an_older_comment_is_done(play: Play, days: int) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, "They will not take it.")
    play.reconcile()
    play.github.advance(days * DAY)
    play.sales.edit_comment("ann", said, "They will not take it.\n\n/lost price")
    play.reconcile()
    assert play.stages(deal) == ["lost"]
    assert play.receipts(deal, said) == ["ROCKET"]
    play.assert_at_rest(deal)


def test_a_reply_from_zoho_does_not_run_what_it_quotes(play: Play) -> None:
    deal = play.deal()
    line = "---- On Mon, 23 Nov 2026 10:00:00 +0100 Ann <notifications@github.com> wrote ----"
    said = play.sales.comment("ann", deal, f"Not yet.\n{line}\n/lost price")
    play.reconcile()
    assert (play.stages(deal), play.receipts(deal, said)) == (["lead"], [])


def test_an_answer_below_the_quotation_is_read(play: Play) -> None:
    deal = play.deal()
    said = play.sales.comment("nora", deal, "On 23.11.26 10:00, Ann wrote:\n> shall we?\n\n/value 31k")
    play.reconcile()
    assert "### Value\n\n31000 EUR" in play.sales.issue(deal).body
    assert play.receipts(deal, said) == ["ROCKET"]


def test_a_line_that_a_mail_program_broke_is_one(play: Play) -> None:
    deal = play.deal()
    text = "/next friday send the estimate for the shop, the blog and the\nintranet @kim"
    play.sales.comment("nora", deal, text)
    play.reconcile()
    assert "send the estimate for the shop, the blog and the intranet (kim)" in play.sales.issue(deal).body


def test_a_word_that_is_no_command_is_answered_if_it_is_all_there_is(play: Play) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, "/spend 2h")
    talk = play.sales.comment("ann", deal, "/cc @kim")
    play.reconcile()
    assert play.receipts(deal, said) == ["CONFUSED"]
    assert "`/help`" in play.text(deal, "reply")
    assert play.receipts(deal, talk) == []
    play.assert_at_rest(deal)


def test_the_name_of_a_stage_is_a_command(play: Play) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/Rejected too small")
    play.reconcile()
    issue = play.sales.issue(deal)
    assert (play.stages(deal), issue.state_reason) == (["rejected"], "NOT_PLANNED")
    assert "too small" in issue.body
