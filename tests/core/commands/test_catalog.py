"""Commands (docs/commands.md): what they do, who may, and what is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from salesbot.core.model.deal import Actor, Role
from tests.world import ANN, BOT, EVE, KIM, NORA, World, a_deal


def render(world: World, text: str, by: Actor = NORA) -> int:
    """Comment, run, and give back the comment's id."""
    id_ = world.comment(text, by)
    world.run()
    return id_


@pytest.mark.parametrize(
    ("start", "text", "stage"),
    [
        pytest.param("lead", "/prospect", "prospect", id="/prospect"),
        pytest.param("prospect", "/lead", "lead", id="/lead"),
        pytest.param("qualified", "/won 24k EUR", "won", id="/won with an amount"),
        pytest.param("lead", "/lost price", "lost", id="/lost with a reason"),
        pytest.param("lead", "/reject too small for us", "rejected", id="/reject with a reason"),
        pytest.param("lead", "/revisit march they move house", "revisit", id="/revisit with a date and why"),
        pytest.param("lead", "/stage prospect", "prospect", id="/stage by name"),
        pytest.param("lead", "/stage stage:prospect", "prospect", id="/stage by label"),
        pytest.param(
            "lead", '/stage won --force "signed on a napkin"', "won", id="/stage --force passes graph and guards"
        ),
        pytest.param("lead", "/stage won —force “signed”", "won", id="a mail's dash and quotes are read as meant"),
        pytest.param("lead", "Good talk.\n\n/prospect\n\nMore soon.", "prospect", id="in the middle of a comment"),
        pytest.param("lead", "/PROSPECT", "prospect", id="without regard to case"),
    ],
)
def test_moves(start: str, text: str, stage: str) -> None:
    world = a_deal(start)
    said = render(world, text)
    assert world.stages() == [stage]
    assert world.receipts(said) == ["ROCKET"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("```\n/prospect\n```", id="a code fence"),
        pytest.param("> /prospect", id="a quote"),
        pytest.param("    /prospect", id="indented code"),
        pytest.param("so I typed `/prospect`", id="inline code"),
        pytest.param("<!--\n/prospect\n-->", id="an HTML comment"),
        pytest.param("please /prospect", id="not at the start of the line"),
        pytest.param("/wonderful", id="a longer word"),
        pytest.param("/wonderful!", id="a longer word and a cry"),
        pytest.param("/etc.", id="another word and a full stop"),
        pytest.param("/cc @lee", id="another bot's command"),
        pytest.param("thanks\n\n-- \n/prospect", id="below a signature"),
        pytest.param("ok\n\nOn Mon, 23 Nov 2026, Ann wrote:\n/prospect", id="below the quoted mail"),
    ],
)
def test_talk_gets_no_reply_and_no_reaction(text: str) -> None:
    world = a_deal("lead")
    said = world.comment(text, NORA)
    assert world.decide().effects == ()
    assert world.receipts(said) == []


def test_several_commands_are_one_plan_in_order() -> None:
    world = a_deal("qualified")
    render(world, "/value 9000\n/won")
    assert world.stages() == ["won"]
    assert "9000 EUR" in world.body


def test_if_one_cannot_be_done_none_is_and_the_reply_says_which() -> None:
    world = a_deal("lead")
    said = render(world, "/value 9000\n/won")
    assert world.stages() == ["lead"]
    assert "9000" not in world.body
    assert world.receipts(said) == ["CONFUSED"]
    reply = world.last("reply")
    assert "In line 2, `/won`" in reply
    assert "none was" in reply


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param("/wone", "Did you mean `/won`?", id="one letter off"),
        pytest.param("/won.", "Did you mean `/won`?", id="a full stop behind it"),
        pytest.param("/negotaite!", "Did you mean `/negotiate`?", id="a slip and a cry"),
        pytest.param("/close.", "`/won [amount]`", id="/close with a full stop"),
        pytest.param("/negotaite", "Did you mean `/negotiate`?", id="two letters exchanged"),
        pytest.param("/prospect\n/frobnicate", "There is no command `/frobnicate`", id="beside a known command"),
        pytest.param("/close", "`/won [amount]`", id="/close is answered with the ways to end a deal"),
        pytest.param("/value lots", "`/value ", id="an amount that is none"),
        pytest.param("/value", "`/value 12000 EUR`", id="no amount"),
        pytest.param("/revisit 2027-02-30", "2027-02-28", id="a day that does not exist"),
        pytest.param("/revisit 3/1/2027", "`/revisit 2027-01-03` or `/revisit 2027-03-01`", id="an ambiguous date"),
        pytest.param("/stage qualifeid", "Did you mean `/stage qualified`?", id="a stage misspelled"),
        pytest.param("/lost", "`/lost price`", id="lost without a reason"),
        pytest.param('/stage won --force "why', "not closed", id="a quote that is not closed"),
    ],
)
def test_typos_get_one_reply_with_the_nearest_right_command(text: str, hint: str) -> None:
    world = a_deal("lead")
    said = render(world, text)
    assert world.receipts(said) == ["CONFUSED"]
    assert hint in world.last("reply")
    assert world.stages() == ["lead"]
    assert world.decide().effects == ()


def test_a_command_is_answered_once() -> None:
    world = a_deal("lead")
    render(world, "/prospect")
    render(world, "/lead")
    assert world.stages() == ["lead"]
    assert world.decide().effects == ()


def test_a_goal_already_reached_is_done() -> None:
    world = a_deal("prospect")
    assert world.receipts(render(world, "/prospect")) == ["ROCKET"]


def test_below_triage_there_is_a_receipt_and_nothing_else() -> None:
    world = a_deal("lead")
    before = dict(world.comments)
    said = render(world, "/won 24k", EVE)
    assert world.receipts(said) == ["CONFUSED"]
    assert [c for c in world.comments.values() if c.own] == [c for c in before.values() if c.own]
    assert world.decide().effects == ()


def test_triage_without_the_role_gets_one_sentence_that_names_it() -> None:
    world = a_deal("lead")
    render(world, "/value 24k", ANN)
    assert "`/value` needs the role write." in world.last("reply")


def test_force_needs_its_own_role() -> None:
    world = a_deal("lead")
    render(world, '/stage won --force "please"', ANN)
    assert world.stages() == ["lead"]
    assert "needs the role write" in world.last("reply")


def test_a_forced_move_names_who_and_why_on_the_card() -> None:
    world = a_deal("lead")
    render(world, '/stage won --force "signed on a napkin"', KIM)
    card = world.by_key("card").body
    assert "Forced to won | kim: signed on a napkin" in card


def test_a_comment_edited_by_somebody_else_runs_nothing_and_is_told_so() -> None:
    world = a_deal("lead")
    said = world.comment("hello", ANN)
    world.edit(said, "/prospect", NORA)
    world.run()
    assert world.stages() == ["lead"]
    assert "Say it in a new comment" in world.last("reply")


def test_a_comment_edited_by_its_author_before_it_was_answered_runs_as_it_stands() -> None:
    world = a_deal("lead")
    said = world.comment("/won", ANN)
    world.edit(said, "/prospect", ANN)
    world.run()
    assert world.stages() == ["prospect"]


def test_an_edit_after_the_answer_runs_nothing() -> None:
    world = a_deal("lead")
    said = render(world, "/prospect", ANN)
    world.edit(said, "/lead", ANN)
    world.run()
    assert world.stages() == ["prospect"]


def test_a_strangers_rocket_is_no_receipt_but_ours_without_a_journal_is() -> None:
    world = a_deal("lead")
    said = world.comment("/prospect")
    from dataclasses import replace

    world.comments[said] = replace(world.comments[said], receipts=frozenset({"ROCKET"}))
    world.run()
    assert world.stages() == ["prospect"], "another workflow reacted with our token; the journal does not know of it"


def test_a_command_older_than_seven_days_is_not_run_and_not_answered() -> None:
    world = a_deal("lead")
    world.comment("/prospect")
    world.tick(timedelta(days=8).total_seconds())
    assert world.decide().effects == ()


def test_a_command_older_than_a_younger_answer_is_told_to_say_it_again() -> None:
    world = a_deal("lead")
    late = world.comment("no command yet", ANN)
    render(world, "/prospect")
    from dataclasses import replace

    world.comments[late] = replace(world.comments[late], body="/lead")
    world.run()
    assert world.stages() == ["prospect"]
    assert "not done in time" in world.last("reply")


def test_undo_takes_the_last_move_back_without_guards_and_opens_the_issue() -> None:
    world = a_deal("negotiating")
    render(world, "/lost price")
    render(world, "/undo")
    assert (world.stages(), world.open) == (["negotiating"], True)
    assert "price" in world.body, "fields stay"


def test_undo_twice_takes_two_moves_back_and_then_says_there_is_none() -> None:
    world = a_deal("lead")
    render(world, "/prospect")
    render(world, "/lead")
    render(world, "/undo")
    assert world.stages() == ["prospect"]
    render(world, "/undo")
    assert world.stages() == ["lead"]
    render(world, "/undo")
    assert "no move to take back" in world.last("reply")


def test_reopen_brings_a_closed_deal_back() -> None:
    world = a_deal("negotiating")
    render(world, "/lost price")
    render(world, "/reopen")
    assert (world.stages(), world.open) == (["negotiating"], True)


def test_the_no_on_a_comment_that_later_comes_true_is_taken_off() -> None:
    world = a_deal("qualified")
    said = render(world, "/won")
    assert world.receipts(said) == ["CONFUSED"]
    render(world, "/won 24k")
    assert world.receipts(said) == []
    assert world.decide().effects == ()


def test_help_lists_what_this_person_may_do_from_here() -> None:
    world = a_deal("lead")
    render(world, "/help", ANN)
    text = world.last("answer")
    assert "/qualify" in text
    assert "/won" not in text, "lead does not lead to won"
    assert "/value" not in text, "ann has not the role"
    render(world, "/help", NORA)
    assert "/value" in world.last("answer")
    assert len([key for key in world.written() if key.startswith("answer")]) == 1, "the older answer is hidden"


def test_history_shows_the_way_so_far() -> None:
    world = a_deal("lead")
    render(world, "/prospect")
    render(world, "/history")
    assert "prospect" in world.last("answer")


def test_a_command_on_an_issue_that_is_no_deal_is_told_so() -> None:
    world = World()
    world.created_at = world.created_at - timedelta(days=40)
    render(world, "/value 24k")
    assert "not a deal" in world.last("reply")


def test_no_line_the_bot_writes_begins_with_a_slash() -> None:
    world = a_deal("lead")
    for text in ("/help", "/history", "/wone", "/won", "/close"):
        render(world, text)
    lines = [line for comment in world.comments.values() if comment.own for line in comment.body.splitlines()]
    assert not [line for line in lines if line.lstrip(" >").startswith("/")]


@pytest.mark.parametrize("bot", [BOT, Actor("helper[bot]", 77, is_bot=True)], ids=["ourselves", "another with a role"])
def test_bots_give_no_commands(bot: Actor) -> None:
    world = a_deal("lead")
    world.roles[bot.login] = Role.WRITE
    world.comment("/prospect", bot)
    assert world.decide().effects == ()
