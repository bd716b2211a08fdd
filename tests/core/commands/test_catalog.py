"""Commands (docs/commands.md): what they do, who may, and what is answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from salesbot.core.commands.catalog import COMMANDS, find
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import Stage
from tests.world import ANN, BOT, EVE, KIM, NORA, World, a_deal


def post(world: World, text: str, by: Actor = NORA) -> int:
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
    said = post(world, text)
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
        pytest.param("They like it.\n/wonderful", id="a longer word in a text"),
        pytest.param("/wonderful!\nThey like it.", id="a longer word and a cry, in a text"),
        pytest.param("/etc.", id="a directory and a full stop"),
        pytest.param("/usr/bin", id="a path"),
        pytest.param("/api/v2 is slow", id="a path of an interface"),
        pytest.param("/cc @lee", id="another bot's command"),
        pytest.param("/lgtm", id="a command of Prow's"),
        pytest.param("/hold\n/remove-lifecycle stale", id="two of them"),
        pytest.param("/shrug", id="a gesture"),
        pytest.param("/s", id="irony"),
        pytest.param("thanks\n\n-- \n/prospect", id="below a signature"),
        pytest.param("ok\n\nOn Mon, 23 Nov 2026, Ann wrote:\n/prospect", id="below the quoted mail"),
    ],
)
def test_talk_gets_no_reply_and_no_reaction(text: str) -> None:
    world = a_deal("lead")
    said = world.comment(text, NORA)
    assert world.decide().effects == ()
    assert world.receipts(said) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("/wonderful", [], id="a longer word"),
        pytest.param("/spend 2h", [], id="a command of another product"),
        pytest.param("/deal 24k", [], id="a word that sounds like one"),
        pytest.param("/qualifyed", ["qualify", "qualified"], id="a near miss"),
        pytest.param("/negotiatin", ["negotiate", "negotiating"], id="near the name of a stage"),
        pytest.param("/foo\n\n-- \nNora", [], id="above a signature"),
        pytest.param("> Shall we?\n\n/foo", [], id="below a quotation"),
        pytest.param("/überprüfen", [], id="a word of another language"),
    ],
)
def test_a_comment_that_is_only_an_unknown_command_is_answered_in_one_sentence(text: str, named: list[str]) -> None:
    world = a_deal("lead")
    said = post(world, text)
    reply = world.last("reply")
    assert world.receipts(said) == ["CONFUSED"]
    assert "`/help`" in reply
    assert "There is no command" in reply
    assert ("Did you mean" in reply) == bool(named)
    assert not named or any(f"`/{name}`" in reply for name in named)


@pytest.mark.parametrize("by", [EVE, Actor("stranger", 9)])
def test_somebody_without_a_role_gets_no_answer_to_a_word_that_is_no_command(by: Actor) -> None:
    world = a_deal("lead")
    said = world.comment("/foo bar", by)
    assert world.decide().effects == ()
    assert world.receipts(said) == []


def test_talk_beside_a_command_keeps_nothing_from_being_done() -> None:
    world = a_deal("lead")
    said = post(world, "/prospect\n/cc @lee")
    assert world.stages() == ["prospect"]
    assert world.receipts(said) == ["ROCKET"]


@pytest.mark.parametrize(
    ("start", "text", "stage"),
    [
        pytest.param("lead", "/qualified", "lead", id="a guard holds as for its command"),
        pytest.param("lead", '/qualified --force "by phone"', "qualified", id="with the options of its command"),
        pytest.param("qualified", "/Negotiating --force “no time”", "negotiating", id="in capitals"),
        pytest.param("lead", "/rejected too small", "rejected", id="with a reason"),
        pytest.param("qualified", "/WON 24k", "won", id="the same word as the command"),
    ],
)
def test_a_stages_own_name_is_a_command(start: str, text: str, stage: str) -> None:
    world = a_deal(start)
    post(world, text, KIM)
    assert world.stages() == [stage]
    assert stage != "rejected" or "too small" in world.body


@pytest.mark.parametrize("text", ["/in talks", "/In-Talks", "/in_talks", "/IN TALKS"])
def test_a_name_of_several_words_is_one_too(text: str) -> None:
    base = default_pipeline()
    names = {"qualified": Stage("in talks", "stage:in talks", next=("won", "lost"))}
    stages = tuple(
        replace(names.get(stage.name, stage), next=tuple("in talks" if to == "qualified" else to for to in stage.next))
        if stage.name == "lead"
        else names.get(stage.name, stage)
        for stage in base.stages
    )
    world = a_deal("lead", pipeline=replace(base, stages=stages))
    post(world, text)
    assert world.stages() == ["in talks"]


def test_a_command_of_the_table_wins_over_a_stage_of_its_name() -> None:
    base = default_pipeline()
    stages = (*base.stages, Stage("done", "stage:done"))
    assert find("done", replace(base, stages=stages)) is COMMANDS["done"]


def test_several_commands_are_one_plan_in_order() -> None:
    world = a_deal("qualified")
    post(world, "/value 9000\n/won")
    assert world.stages() == ["won"]
    assert "9000 EUR" in world.body


def test_if_one_cannot_be_done_none_is_and_the_reply_says_which() -> None:
    world = a_deal("lead")
    said = post(world, "/value 9000\n/won")
    assert world.stages() == ["lead"]
    assert "9000" not in world.body
    assert world.receipts(said) == ["CONFUSED"]
    reply = world.last("reply")
    assert "because line 2, `/won`" in reply
    assert "Nothing in your comment was carried out" in reply


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
        pytest.param("/stage qualification", "Did you mean `/stage qualified`?", id="another form of a stage's name"),
        pytest.param("/lost", "`/lost price`", id="lost without a reason"),
        pytest.param('/stage won --force "why', "not closed", id="a quote that is not closed"),
    ],
)
def test_typos_get_one_reply_with_the_nearest_right_command(text: str, hint: str) -> None:
    world = a_deal("lead")
    said = post(world, text)
    assert world.receipts(said) == ["CONFUSED"]
    assert hint in world.last("reply")
    assert world.stages() == ["lead"]
    assert world.decide().effects == ()


def test_a_command_is_answered_once() -> None:
    world = a_deal("lead")
    post(world, "/prospect")
    post(world, "/lead")
    assert world.stages() == ["lead"]
    assert world.decide().effects == ()


def test_a_goal_already_reached_is_done() -> None:
    world = a_deal("prospect")
    assert world.receipts(post(world, "/prospect")) == ["ROCKET"]


def test_below_triage_there_is_a_receipt_and_nothing_else() -> None:
    world = a_deal("lead")
    before = dict(world.comments)
    said = post(world, "/won 24k", EVE)
    assert world.receipts(said) == ["CONFUSED"]
    assert [c for c in world.comments.values() if c.own] == [c for c in before.values() if c.own]
    assert world.decide().effects == ()


def test_triage_without_the_role_gets_one_sentence_that_names_it() -> None:
    world = a_deal("lead")
    post(world, "/value 24k", ANN)
    assert "`/value` needs the role write." in world.last("reply")


def test_force_needs_its_own_role() -> None:
    world = a_deal("lead")
    forced = post(world, '/stage won --force "please"', ANN)
    assert (world.stages(), world.receipts(forced)) == (["lead"], ["CONFUSED"])
    assert [to for to, _ in world.refused] == ["won"]


def test_a_forced_move_names_who_and_why_on_the_card() -> None:
    world = a_deal("lead")
    post(world, '/stage won --force "signed on a napkin"', KIM)
    card = world.by_key("card").body
    assert "**Forced to won:** kim: signed on a napkin" in card


def test_a_comment_edited_by_somebody_else_runs_nothing_and_is_told_so() -> None:
    world = a_deal("lead")
    said = world.comment("hello", ANN)
    world.edit(said, "/prospect", NORA)
    world.run()
    assert world.stages() == ["lead"]
    assert "Post it in a new comment" in world.last("reply")


def test_a_comment_edited_by_its_author_before_it_was_answered_runs_as_it_stands() -> None:
    world = a_deal("lead")
    said = world.comment("/won", ANN)
    world.edit(said, "/prospect", ANN)
    world.run()
    assert world.stages() == ["prospect"]


def test_an_edit_after_the_answer_runs_nothing() -> None:
    world = a_deal("lead")
    said = post(world, "/prospect", ANN)
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
    post(world, "/prospect")
    from dataclasses import replace

    world.comments[late] = replace(world.comments[late], body="/lead")
    world.run()
    assert (world.stages(), world.receipts(late)) == (["prospect"], ["CONFUSED"])
    assert len(world.of_kind("reply")) == 1


def test_undo_takes_the_last_move_back_without_guards_and_opens_the_issue() -> None:
    world = a_deal("negotiating")
    post(world, "/value 24k")
    post(world, "/lost price")
    post(world, "/undo")
    assert (world.stages(), world.open) == (["negotiating"], True)
    assert "24000 EUR" in world.body, "fields stay, apart from the reason of the move that is taken back"
    assert "price" not in world.body


def test_undo_twice_takes_two_moves_back_and_then_says_there_is_none() -> None:
    world = a_deal("lead")
    post(world, "/prospect")
    post(world, "/lead")
    post(world, "/undo")
    assert world.stages() == ["prospect"]
    post(world, "/undo")
    assert world.stages() == ["lead"]
    third = post(world, "/undo")
    assert (world.stages(), world.receipts(third)) == (["lead"], ["CONFUSED"])
    assert len(world.of_kind("reply")) == 1


def test_reopen_brings_a_closed_deal_back() -> None:
    world = a_deal("negotiating")
    post(world, "/lost price")
    post(world, "/reopen")
    assert (world.stages(), world.open) == (["negotiating"], True)


def test_the_no_on_a_comment_that_later_comes_true_is_taken_off() -> None:
    world = a_deal("qualified")
    said = post(world, "/won")
    assert world.receipts(said) == ["CONFUSED"]
    post(world, "/won 24k")
    assert world.receipts(said) == []
    assert world.decide().effects == ()


def test_help_lists_what_this_person_may_do_from_here() -> None:
    world = a_deal("lead")
    post(world, "/help", ANN)
    text = world.last("answer")
    assert "/qualify" in text
    assert "/won" not in text, "lead does not lead to won"
    assert "/value" not in text, "ann has not the role"
    post(world, "/help", NORA)
    assert "/value" in world.last("answer")
    assert len([key for key in world.written() if key.startswith("answer")]) == 1, "the older answer is hidden"


def test_history_shows_the_way_so_far() -> None:
    world = a_deal("lead")
    post(world, "/prospect")
    post(world, "/history")
    assert "prospect" in world.last("answer")


def test_a_command_on_an_issue_that_is_no_deal_is_told_so() -> None:
    world = World()
    world.created_at = world.created_at - timedelta(days=40)
    post(world, "/value 24k")
    assert "not a deal" in world.last("reply")


def test_no_line_the_bot_writes_begins_with_a_slash() -> None:
    world = a_deal("lead")
    for text in ("/help", "/history", "/wone", "/won", "/close"):
        post(world, text)
    lines = [line for comment in world.comments.values() if comment.own for line in comment.body.splitlines()]
    assert not [line for line in lines if line.lstrip(" >").startswith("/")]


@pytest.mark.parametrize("bot", [BOT, Actor("helper[bot]", 77, is_bot=True)], ids=["ourselves", "another with a role"])
def test_bots_give_no_commands(bot: Actor) -> None:
    world = a_deal("lead")
    world.roles[bot.login] = Role.WRITE
    world.comment("/prospect", bot)
    assert world.decide().effects == ()
