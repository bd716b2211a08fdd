"""What people read back (behaviour 3, 5 and 6): every command it names works there, and nothing they said is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from salesbot.core import comments
from salesbot.core.commands import find
from salesbot.core.deal import Actor
from salesbot.core.journal import find_cards
from salesbot.core.pipeline import Pipeline, default_pipeline
from tests.world import ANN, KIM, NORA, World, a_deal

NAMED = re.compile(r"`(/[a-z][^`]*)`")


def say(world: World, text: str, by: Actor = NORA) -> int:
    """Comment, run, and give back the comment's id."""
    id_ = world.comment(text, by)
    world.run()
    return id_


def tick(world: World, kind: str, box: str, by: Actor = NORA) -> None:
    """Tick the box of a question whose line contains these words, and run."""
    asked = next(comment for comment in world.own() if comments.kind_of(comment) == kind)
    lines = [line.replace("[ ]", "[x]") if box in line else line for line in asked.body.split("\n")]
    world.edit(asked.id, "\n".join(lines), by)
    world.run()


def renamed(**commands: str | None) -> Pipeline:
    """The default pipeline with other command words for some stages."""
    base = default_pipeline()
    stages = (replace(stage, command=commands.get(stage.name, stage.command)) for stage in base.stages)
    return replace(base, stages=tuple(stages))


# Texts name what works


@pytest.mark.parametrize("stage", ["prospect", "lead", "qualified", "negotiating", "revisit"])
@pytest.mark.parametrize(
    "text",
    ["/stage won", "/lost", "/revisit", "/close", "/value", "/won lots", "/help", "/wonn", "/stage foo", "/snooze"],
)
def test_every_command_an_answer_names_is_one(stage: str, text: str) -> None:
    pipeline = renamed(negotiating="propose", lost=None, revisit="later")
    world = a_deal("lead", pipeline=pipeline)
    if stage != "lead":
        say(world, f'/stage {stage} --force "to begin with"', KIM)
    say(world, text)
    for comment in world.own():
        for said in NAMED.findall(comments.text_of(comment.body).replace(f"`{text}`", "")):
            word = said[1:].split()[0]
            assert find(word, pipeline) or word in text, said
            assert word != "stage" or said.split()[1] in {"<name>", *(each.name for each in pipeline.stages)}, said


def test_the_ways_of_a_refusal_say_what_they_take_along() -> None:
    world = a_deal("lead")
    say(world, "/won 24k")
    assert "`/revisit <date> [why]`, `/reject <reason>`, `/lost <reason>`" in world.last("reply")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        pytest.param("/qualify", "When that is settled, say it again in a new comment.", id="a guard to settle first"),
        pytest.param("/wone", "Say it in a new comment: this one is not read again.", id="a typo"),
        pytest.param(
            "/value 9000\n/wone", "Say them all in a new comment: this one is not read again.", id="a typo in a plan"
        ),
        pytest.param(
            "/value 9000\n/qualify",
            "When that is settled, say them all again in a new comment.",
            id="a guard to settle before a plan",
        ),
        pytest.param("/undo", "Comment `/history` to see the way so far.", id="nothing to take back"),
        pytest.param("/lost", "- [ ] lost: no answer", id="a reason that is missing: boxes, and nothing to repeat"),
    ],
)
def test_a_reply_ends_with_what_to_do_next(text: str, ends: str) -> None:
    world = a_deal("lead")
    say(world, text)
    assert world.last("reply").endswith(ends)


def test_a_role_that_is_missing_is_nothing_to_say_again() -> None:
    world = a_deal("lead")
    say(world, "/value 9000", ANN)
    assert world.last("reply").endswith("`/value` needs the role write. Ask someone who has it.")


def test_no_sentence_ends_twice() -> None:
    for text in ("/wone", "/stage qualifed", "/assign @kin", "/checklist estimat", "/probability", '/value 24k "x'):
        world = a_deal("lead")
        say(world, text)
        assert not re.search(r"[.?!]`?\.(\s|$)|- {2}", world.last("reply")), world.last("reply")


def test_close_is_answered_with_the_four_ways_to_end_a_deal_and_expect() -> None:
    world = a_deal("lead")
    say(world, "/close")
    ways = "`/won [amount]`, `/lost <reason>`, `/reject <reason>` or `/revisit <date> [why]`; `/expect <date>`"
    assert ways in world.last("reply")


def test_the_question_how_it_ended_offers_only_ways_that_lead_there() -> None:
    world = a_deal("lead")
    world.close()
    world.run()
    assert "- [ ] won" not in world.last("ask"), "a lead cannot be won at once"
    assert "`/revisit <date> [why]`, `/reject <reason>`, `/lost <reason>`, `/reopen`" in world.last("ask")
    world = a_deal("qualified")
    world.close()
    world.run()
    assert "- [ ] won" in world.last("ask")


def test_the_lists_name_the_commands_of_this_pipeline() -> None:
    world = a_deal("lead", pipeline=renamed(qualified="fits", rejected=None))
    text = world.by_key("checklist:qualification").body
    assert "comment `/fits`; if it does not fit: `/stage rejected <reason>`" in text


def test_a_command_on_an_issue_marked_as_no_deal_is_told_of_the_label() -> None:
    world = a_deal("lead")
    world.label("not-a-deal")
    world.run()
    say(world, "/lead")
    assert "the label `not-a-deal`" in world.last("reply")


# Fields that cannot be read


@pytest.mark.parametrize(
    ("section", "says"),
    [
        pytest.param("### Value\n\nlots", "**Value**: `lots` is no amount", id="a value"),
        pytest.param("### Probability\n\nhigh", "**Probability**: it should be 0 to 100 %", id="a probability"),
        pytest.param("### Expected close\n\nsoon", "**Expected close**: it should be a day", id="an expected close"),
        pytest.param("### Revisit on\n\n2027-03", "**Revisit on**: it should be a day", id="a date to come back"),
        pytest.param("### Next step\n\ncall them", "**Next step**: it has no date", id="a next step without a date"),
    ],
)
def test_a_field_that_cannot_be_read_is_named_on_the_card_at_once(section: str, says: str) -> None:
    world = a_deal("lead", body=f"{section}\n", author=NORA)
    assert says in world.last("card")


def test_a_deal_put_off_without_a_date_says_that_it_does_not_come_back() -> None:
    world = a_deal("lead")
    say(world, "/revisit 2027-03-01\n/unset revisit-on")
    assert "**Revisit on**: without a day it does not come back" in world.last("card")


# Nothing is lost


def test_more_than_twenty_commands_in_a_comment_are_answered_and_none_is_run() -> None:
    world = a_deal("lead")
    said = say(world, "\n".join(f"/value {n}000" for n in range(1, 22)))
    assert world.receipts(said) == ["CONFUSED"]
    assert "20 commands at most" in world.last("reply")
    assert "Value" not in world.body
    assert world.receipts(say(world, "\n".join(f"/value {n}000" for n in range(1, 21)))) == ["ROCKET"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("/next friday send --draft mail", "`/next` takes no `--draft`", id="text that looks like one"),
        pytest.param('/lost price --forse "x"', "`/lost` takes no `--forse`", id="a typo"),
        pytest.param("/value 9000 --force", "`/value` takes no `--force`", id="force where nothing is to be forced"),
    ],
)
def test_an_option_a_command_does_not_know_is_answered_and_nothing_is_done(text: str, says: str) -> None:
    world = a_deal("lead")
    assert world.receipts(say(world, text)) == ["CONFUSED"]
    assert says in world.last("reply")
    assert (world.body, world.stages()) == ("", ["lead"])


@pytest.mark.parametrize("text", ["/stage won --force", '/stage won --force ""', "/won 9k --force"])
def test_force_needs_a_why(text: str) -> None:
    world = a_deal("lead")
    assert world.receipts(say(world, text, KIM)) == ["CONFUSED"]
    assert "`--force` needs a reason" in world.last("reply")
    assert world.stages() == ["lead"]


def test_help_and_history_in_one_comment_are_one_answer_that_stays() -> None:
    world = a_deal("lead")
    say(world, "/help\n/history")
    world.run()
    answers = [comment for comment in world.own() if comments.kind_of(comment) == "answer"]
    assert len(answers) == 1
    assert "**From lead you can say**" in answers[0].body
    assert "**The way so far**" in answers[0].body
    assert world.decide().effects == ()


@pytest.mark.parametrize("reason", ["too_small", "R&D *cost*", "price: too high", "a | b", "#1 rival", "C++"])
def test_a_ticked_reason_is_written_as_it_is_configured(reason: str) -> None:
    world = a_deal("lead", pipeline=replace(default_pipeline(), lost_reasons=("C", reason)))
    world.label("stage:lost")
    world.run()
    boxes = [line for line in world.last("refusal").split("\n") if line.startswith("- [ ]")]
    tick(world, "refusal", boxes[1])
    assert (world.stages(), world.body) == (["lost"], f"### Reason\n\n{reason}")


def test_a_box_of_a_stage_with_an_underscore_is_the_command_for_that_stage() -> None:
    base = default_pipeline()
    stages = tuple(replace(s, name="turned_down") if s.name == "rejected" else s for s in base.stages)
    stages = tuple(replace(s, next=(*s.next, "turned_down")) if s.is_open else s for s in stages)
    world = a_deal("lead", pipeline=replace(base, stages=stages))
    world.close()
    world.run()
    tick(world, "ask", "too small")
    assert world.stages() == ["turned_down"]
    assert not world.open


@pytest.mark.parametrize(
    "name", [pytest.param("<" * 11_000, id="signs"), pytest.param("a" * 30_000, id="letters"), pytest.param("ж" * 9000)]
)
def test_an_endless_line_is_answered_with_its_beginning(name: str) -> None:
    world = a_deal("lead")
    assert world.receipts(say(world, f"/stage {name}")) == ["CONFUSED"]
    assert "There is no stage" in world.last("reply")
    assert len(world.last("reply")) < 2000
    assert world.decide().effects == ()


def test_a_reason_too_long_for_a_field_is_refused() -> None:
    world = a_deal("lead")
    assert world.receipts(say(world, f"/lost {'x' * 3000}")) == ["CONFUSED"]
    assert world.body == ""


def test_a_deal_forced_fifty_times_in_cyrillic_still_moves_and_remembers() -> None:
    """The card's memory has a limit; without leaving something out the deal could not be written any more."""
    world = a_deal("lead")
    for count in range(50):
        said = say(world, f'/stage {("prospect", "lead")[count % 2]} --force "{"ж" * 250}"', KIM)
    assert world.receipts(said) == ["ROCKET"]
    assert world.stages() == ["lead"]
    facts = world.facts()
    assert facts.issue is not None
    journal = find_cards(facts.issue, facts.repository).journal
    assert journal is not None
    assert journal.has_answered(said)
    assert world.decide().effects == ()


# Stages of several words


@pytest.mark.parametrize("text", ["/stage proposal sent", '/stage "proposal sent"', "/stage Proposal Sent"])
def test_a_stage_of_two_words_needs_no_quotes(text: str) -> None:
    base = default_pipeline()
    stages = [replace(s, next=(*s.next, "proposal sent")) if s.is_open else s for s in base.stages]
    sent = replace(base.stages[1], name="proposal sent", label="stage:proposal sent", command=None, checklist=None)
    world = a_deal("lead", pipeline=replace(base, stages=(*stages, sent)))
    assert world.receipts(say(world, text)) == ["ROCKET"]
    assert world.stages() == ["proposal sent"]


# Coming back


def test_a_deal_lost_from_revisit_reopens_in_the_open_stage_before() -> None:
    world = a_deal("qualified")
    say(world, "/revisit 2027-03-01")
    say(world, "/lost price")
    say(world, "/reopen")
    assert world.stages() == ["qualified"]


def test_an_estimate_put_off_in_negotiating_is_due_again_when_the_deal_comes_back() -> None:
    world = a_deal("qualified", body="### Value\n\n24000 EUR\n", author=NORA)
    world.tick_all("estimate")
    say(world, "/negotiate")
    say(world, "/revisit 2026-12-01 budget frozen")
    world.now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    world.sweep()
    assert world.stages() == ["qualified"]
    assert "- [ ] **Price**" in world.by_key("checklist:estimate").body
    say(world, "/negotiate")
    assert world.stages() == ["qualified"], "an old estimate is no estimate"
