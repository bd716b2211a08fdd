"""Stories of a deal: what people do, what `salesbot run` makes of it, what they then see on the issue."""

from __future__ import annotations

import json

import pytest

from github_sandbox import Run
from tests.e2e.play import BOT, Play, kinds, name_of


def test_a_new_issue_becomes_a_lead_with_a_card_and_its_checklist(play: Play) -> None:
    deal = play.sales.open_issue("eve", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
    (run,) = play.reconcile()
    assert play.stages(deal) == ["lead"]
    assert play.said(deal) == ["card", "checklist:qualification"]
    assert run.outputs == {
        "stage": "lead", "previous-stage": "lead", "moved": "false", "refused": "false",
        "changes": run.outputs["changes"],
    }  # fmt: skip
    assert "write the card" in json.loads(run.outputs["changes"])
    assert set(play.sales.labels()) >= {"stage:prospect", "stage:lead", "stage:won", "stage:revisit"}
    play.assert_at_rest(deal)


def test_a_label_moves_a_deal(play: Play) -> None:
    deal = play.deal()
    play.tick_all(deal, "qualification")
    play.reconcile()
    play.sales.label("ann", deal, "stage:qualified")
    (run,) = play.reconcile()
    assert play.stages(deal) == ["qualified"]
    assert play.said(deal) == ["card", "checklist:qualification", "checklist:estimate"]
    assert (run.outputs["stage"], run.outputs["previous-stage"], run.outputs["moved"]) == ("qualified", "lead", "true")
    assert "**qualified** since 23 Nov 2026" in play.text(deal, "card")
    assert "**Moved** from lead to qualified by ann (label)" in run.summary
    play.assert_at_rest(deal)


def test_a_label_swapped_for_another_in_the_menu_is_a_move(play: Play) -> None:
    deal = play.deal()
    play.sales.swap("ann", deal, "stage:lead", "stage:prospect")
    play.reconcile()
    assert play.stages(deal) == ["prospect"]
    assert play.said(deal) == ["card", "checklist:qualification"]
    play.assert_at_rest(deal)


def test_a_refused_label_goes_back_and_one_comment_says_what_is_missing(play: Play) -> None:
    deal = play.deal()
    play.sales.label("ann", deal, "stage:qualified")
    (run,) = play.reconcile()
    assert play.stages(deal) == ["lead"]
    assert play.said(deal) == ["card", "checklist:qualification", "refusal"]
    refusal = play.text(deal, "refusal")
    assert refusal.startswith("**Not moved to qualified.** @ann The deal is back in **lead**.\n")
    assert "comment `/qualify`" in refusal
    assert (run.exit_code, run.outputs["moved"], run.outputs["refused"]) == (0, "false", "true")
    play.assert_at_rest(deal)


def test_refused_again_within_a_day_edits_the_comment_and_the_later_move_hides_it(play: Play) -> None:
    deal = play.deal()
    for _ in range(2):
        play.sales.label("ann", deal, "stage:qualified")
        play.reconcile()
    assert play.said(deal).count("refusal") == 1
    play.tick_all(deal, "qualification")
    play.sales.label("ann", deal, "stage:qualified")
    play.reconcile()
    assert play.stages(deal) == ["qualified"]
    assert "refusal" not in play.said(deal)
    hidden = [c.minimized for c in play.sales.issue(deal).comments if c.author == BOT and name_of(c) == "refusal"]
    assert hidden == ["RESOLVED"]
    play.assert_at_rest(deal)


def test_two_labels_one_after_the_other_are_judged_in_that_order(play: Play) -> None:
    deal = play.deal()
    play.sales.label("ann", deal, "stage:prospect", "stage:won")
    play.reconcile()
    assert play.stages(deal) == ["prospect"]
    assert "**Not moved to won.**" in play.text(deal, "refusal")
    play.assert_at_rest(deal)


def test_a_stage_label_taken_off_alone_comes_back_with_a_word_why(play: Play) -> None:
    deal = play.deal()
    play.sales.unlabel("ann", deal, "stage:lead")
    play.reconcile()
    assert play.stages(deal) == ["lead"]
    assert play.text(deal, "refusal").startswith("**Put back to lead.** @ann")
    play.assert_at_rest(deal)


def test_a_command_moves_a_deal_and_gets_its_receipt(play: Play) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, "/prospect")
    (run,) = play.reconcile()
    assert play.stages(deal) == ["prospect"]
    assert play.receipts(deal, said) == ["ROCKET"]
    assert "**Moved** from lead to prospect by ann (command)" in run.summary
    play.assert_at_rest(deal)


def test_won_closes_the_issue_and_brings_the_handover_list(play: Play) -> None:
    deal = play.deal("negotiating")
    play.sales.comment("nora", deal, "/won 24k EUR")
    play.reconcile()
    issue = play.sales.issue(deal)
    assert (play.stages(deal), issue.state, issue.state_reason) == (["won"], "CLOSED", "COMPLETED")
    assert "### Value\n\n24000 EUR" in issue.body
    assert "checklist:handover" in play.said(deal)
    play.assert_at_rest(deal)


def test_an_end_label_on_an_open_issue_closes_it(play: Play) -> None:
    deal = play.deal("negotiating", body="### Reason\n\nprice\n")
    play.sales.label("ann", deal, "stage:lost")
    play.reconcile()
    issue = play.sales.issue(deal)
    assert (play.stages(deal), issue.state, issue.state_reason) == (["lost"], "CLOSED", "NOT_PLANNED")
    play.assert_at_rest(deal)


@pytest.mark.parametrize(
    "mail",
    [
        pytest.param("/lost “too expensive”\r\n\r\n-- \r\nAnn\r\n/won", id="what follows the signature is not read"),
        pytest.param(
            "/lost\u00a0too expensive\r\n\r\nOn Mon, 23 Nov 2026 Nora <n@acme.example> wrote:\r\n\r\n> /won 5 EUR",
            id="what the mail quotes is not read",
        ),
        pytest.param("/lost too expensive\n\nSent from my iPhone", id="sent from a telephone"),
    ],
)
def test_a_mail_reply_is_a_command(play: Play, mail: str) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, mail)
    play.reconcile()
    issue = play.sales.issue(deal)
    assert (play.stages(deal), issue.state) == (["lost"], "CLOSED")
    assert "### Reason\n\ntoo expensive" in issue.body
    assert play.receipts(deal, said) == ["ROCKET"]
    play.assert_at_rest(deal)


def test_a_plan_is_done_wholly(play: Play) -> None:
    deal = play.deal("negotiating")
    said = play.sales.comment("nora", deal, "The call went well.\n\n/value 9000\n/won\n")
    play.reconcile()
    assert play.stages(deal) == ["won"]
    assert "### Value\n\n9000 EUR" in play.sales.issue(deal).body
    assert play.receipts(deal, said) == ["ROCKET"]
    play.assert_at_rest(deal)


def test_a_plan_of_which_one_line_cannot_be_done_does_nothing(play: Play) -> None:
    deal = play.deal("qualified", body="Hello\r\n")
    said = play.sales.comment("nora", deal, "/value 9000\n/negotiate\n")
    play.reconcile()
    assert play.stages(deal) == ["qualified"]
    assert play.sales.issue(deal).body == "Hello\r\n"
    assert play.receipts(deal, said) == ["CONFUSED"]
    reply = play.text(deal, "reply")
    assert "because line 2, `/negotiate`, failed" in reply
    assert "Nothing in your comment was carried out" in reply
    play.assert_at_rest(deal)


def test_undo_takes_the_last_move_back_and_the_value_stays(play: Play) -> None:
    deal = play.deal("negotiating")
    play.sales.comment("nora", deal, "/won 9000")
    play.reconcile()
    play.sales.comment("ann", deal, "/undo")
    play.reconcile()
    issue = play.sales.issue(deal)
    assert (play.stages(deal), issue.state) == (["negotiating"], "OPEN")
    assert "9000 EUR" in issue.body
    play.assert_at_rest(deal)


def test_closing_by_hand_asks_how_it_ended_and_a_tick_answers(play: Play) -> None:
    deal = play.deal()
    play.sales.close("ann", deal)
    play.reconcile()
    assert play.stages(deal) == ["lead"]
    assert play.text(deal, "ask").startswith("**How did it end?** @ann")
    assert "Closed without an outcome" in play.text(deal, "card")
    play.assert_at_rest(deal)
    play.sales.tick("nora", play.one(deal, "ask").id, "lost: price")
    play.reconcile()
    issue = play.sales.issue(deal)
    assert (play.stages(deal), issue.state) == (["lost"], "CLOSED")
    assert "### Reason\n\nprice" in issue.body
    assert "| nora | tick |" in play.text(deal, "card")
    assert "ask" not in play.said(deal)
    play.assert_at_rest(deal)


def test_ticking_not_over_opens_the_deal_again(play: Play) -> None:
    deal = play.deal()
    play.sales.close("ann", deal)
    play.reconcile()
    play.sales.tick("nora", play.one(deal, "ask").id, "not over")
    play.reconcile()
    assert (play.stages(deal), play.sales.issue(deal).state) == (["lead"], "OPEN")
    assert "ask" not in play.said(deal)
    play.assert_at_rest(deal)


@pytest.mark.parametrize("way", ["button", "command"])
def test_reopened_comes_back_to_the_stage_it_closed_from(play: Play, way: str) -> None:
    deal = play.deal("negotiating")
    play.sales.comment("nora", deal, "/lost price")
    play.reconcile()
    if way == "button":
        play.sales.reopen("ann", deal)
    else:
        play.sales.comment("ann", deal, "/reopen")
    play.reconcile()
    assert (play.stages(deal), play.sales.issue(deal).state) == (["negotiating"], "OPEN")
    play.assert_at_rest(deal)


def test_an_outsider_cannot_make_the_bot_talk(play: Play) -> None:
    deal = play.deal()
    before = play.said(deal), play.sales.issue(deal).body
    said = play.sales.comment("eve", deal, "/won 1 EUR\n/valeu 3")
    play.reconcile()
    assert (play.stages(deal), (play.said(deal), play.sales.issue(deal).body)) == (["lead"], before)
    assert play.receipts(deal, said) == ["CONFUSED"]
    play.assert_at_rest(deal)


def test_a_typo_gets_one_reply_with_the_nearest_command(play: Play) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, "/qualifi")
    play.reconcile()
    assert "/qualify" in play.text(deal, "reply")
    assert play.receipts(deal, said) == ["CONFUSED"]
    play.assert_at_rest(deal)


def test_a_comment_corrected_by_its_author_before_the_run_counts_as_it_stands(play: Play) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, "/won")
    play.sales.edit_comment("ann", said, "/prospect")
    play.reconcile()
    assert play.stages(deal) == ["prospect"]
    assert play.receipts(deal, said) == ["ROCKET"]
    play.assert_at_rest(deal)


def test_a_comment_that_somebody_else_edited_does_nothing(play: Play) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, "/prospect")
    play.sales.edit_comment("kim", said, '/lost "not worth it"')
    play.reconcile()
    assert play.stages(deal) == ["lead"]
    assert "Somebody else edited this comment" in play.text(deal, "reply")
    assert play.receipts(deal, said) == ["CONFUSED"]
    play.assert_at_rest(deal)


def test_a_card_and_a_checklist_that_were_deleted_come_back_with_their_ticks(play: Play) -> None:
    deal = play.deal()
    play.tick_all(deal, "qualification")
    play.reconcile()
    for name in ("card", "checklist:qualification"):
        play.sales.delete_comment("kim", play.one(deal, name).id)
    play.reconcile()
    assert sorted(play.said(deal)) == ["card", "checklist:qualification"]
    assert play.stages(deal) == ["lead"]
    play.assert_at_rest(deal)


def test_a_deleted_checklist_comes_back_with_its_ticks(play: Play) -> None:
    deal = play.deal()
    play.tick_all(deal, "qualification")
    play.reconcile()
    play.sales.delete_comment("kim", play.one(deal, "checklist:qualification").id)
    play.reconcile()
    needed = play.text(deal, "checklist:qualification").partition("**As it applies**")[0]
    assert needed.count("- [x]") == 4
    play.assert_at_rest(deal)


def test_the_bots_own_changes_start_no_run(play: Play) -> None:
    play.deal("negotiating")
    assert play.github.outbox == ()


def test_an_event_delivered_three_times_is_done_once(play: Play) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, "/prospect\n/history")
    delivery = play.github.outbox[0]
    runs: list[Run] = [play.run(delivery) for _ in range(3)]
    assert [kinds(run)[-1] for run in runs] == ["mutation", "query", "query"]
    assert play.stages(deal) == ["prospect"]
    assert play.said(deal).count("answer") == 1
    assert play.receipts(deal, said) == ["ROCKET"]


def test_events_that_come_in_the_wrong_order_end_as_they_were_meant(play: Play) -> None:
    deal = play.deal()
    play.sales.label("ann", deal, "stage:prospect")
    play.sales.comment("ann", deal, "/lead")
    play.sales.comment("nora", deal, "/value 9k")
    for delivery in reversed(play.github.outbox):
        play.run(delivery)
    assert play.stages(deal) == ["lead"]
    assert "9000 EUR" in play.sales.issue(deal).body
    play.assert_at_rest(deal)


def test_a_lost_event_is_made_up_for_by_the_next_one(play: Play) -> None:
    deal = play.deal()
    said = play.sales.comment("ann", deal, "/prospect")
    play.drop()
    play.sales.assign("ann", deal, "nora")
    play.reconcile()
    assert play.stages(deal) == ["prospect"]
    assert play.receipts(deal, said) == ["ROCKET"]
    play.assert_at_rest(deal)


def test_help_and_history_are_answered_once_each(play: Play) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/help")
    play.reconcile()
    assert "`/qualify`" in play.text(deal, "answer")
    play.sales.comment("ann", deal, "/history")
    play.reconcile()
    assert "**History**" in play.text(deal, "answer")
    assert play.said(deal).count("answer") == 1
    play.assert_at_rest(deal)
