"""What people read back: every command it names works there, and nothing they said is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from salesbot.core.commands.catalog import find
from salesbot.core.installation.problem_issue import LabelProblem
from salesbot.core.model import comments
from salesbot.core.model.cards import find_cards
from salesbot.core.model.deal import Actor
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import Pipeline
from tests.world import ANN, KIM, NORA, START, WORDS, World, a_deal

NAMED = re.compile(r"`(/[a-z][^`]*)`")


def post(world: World, text: str, by: Actor = NORA) -> int:
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
        post(world, f'/stage {stage} --force "to begin with"', KIM)
    post(world, text)
    for comment in world.own():
        for said in NAMED.findall(comments.text_of(comment.body).replace(f"`{text}`", "")):
            word = said[1:].split()[0]
            assert find(word, pipeline) or word in text, said
            assert word != "stage" or said.split()[1] in {"<name>", *(each.name for each in pipeline.stages)}, said


def test_the_ways_of_a_refusal_say_what_they_take_along() -> None:
    world = a_deal("lead")
    post(world, "/won 24k")
    assert "`/revisit <date> [why]`, `/reject <reason>`, `/lost <reason>`" in world.last("reply")


@pytest.mark.parametrize(
    ("stage", "text", "way"),
    [
        pytest.param("lead", "/won 24k", "`lead -> qualified -> won`. Start with `/qualify`", id="from lead"),
        pytest.param("lead", "/won", "won needs value", id="what the end needs"),
        pytest.param(
            "prospect", "/won", "`prospect -> qualified -> won`. Start with `/qualify`", id="by the shorter of two ways"
        ),
        pytest.param("prospect", "/negotiating", "`prospect -> lead -> negotiating`", id="to an open stage"),
    ],
)
def test_a_refused_move_names_the_shortest_way_there(stage: str, text: str, way: str) -> None:
    world = a_deal(stage)
    post(world, text)
    assert way in world.last("reply")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        pytest.param("/qualify", "Once that is done, comment `/qualify` again.", id="a guard to settle first"),
        pytest.param(
            "/wone",
            "Post the corrected command as a new comment; edits are not read.",
            id="a typo",
        ),
        pytest.param(
            "/value 9000\n/wone",
            "Correct it, then post all of them as a new comment; edits are not read.",
            id="a typo in a plan",
        ),
        pytest.param(
            "/value 9000\n/qualify",
            "Once that is done, post all of them again in a new comment.",
            id="a guard to settle before a plan",
        ),
        pytest.param("/undo", "Comment `/history` to see its history.", id="nothing to take back"),
        pytest.param("/lost", "- [ ] lost: no answer", id="a reason that is missing: boxes, and nothing to repeat"),
    ],
)
def test_a_reply_ends_with_what_to_do_next(text: str, ends: str) -> None:
    world = a_deal("lead")
    post(world, text)
    assert world.last("reply").endswith(ends)


def test_a_role_that_is_missing_is_nothing_to_say_again() -> None:
    world = a_deal("lead")
    post(world, "/value 9000", ANN)
    assert world.last("reply").endswith("`/value` needs the role write. Ask someone who has it.")


def test_no_sentence_ends_twice() -> None:
    for text in ("/wone", "/stage qualifed", "/assign @kin", "/checklist estimat", "/probability", '/value 24k "x'):
        world = a_deal("lead")
        post(world, text)
        assert not re.search(r"[.?!]`?\.(\s|$)|- {2}", world.last("reply")), world.last("reply")


def test_close_is_answered_with_the_four_ways_to_end_a_deal_and_expect() -> None:
    world = a_deal("lead")
    post(world, "/close")
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


def test_a_deal_closed_before_our_time_is_not_sent_to_a_question_that_nobody_asked() -> None:
    world = World()
    world.created_at = START - timedelta(days=90)
    world.label("stage:qualified")
    world.open, world.state_reason = False, "COMPLETED"
    world.run()
    assert "question below" not in world.last("card")
    assert "Comment how it ended: one of the moves below, or `/reopen`." in world.last("card")
    world = a_deal("lead")
    world.close()
    world.run()
    assert "see the question below" in world.last("card")


def test_the_label_of_an_end_taken_off_alone_says_how_the_deal_comes_back() -> None:
    world = a_deal("lead")
    post(world, "/lost price")
    world.unlabel("stage:lost")
    world.run()
    assert (world.stages(), world.open) == (["lost"], False)
    assert world.last("refusal").endswith("`/reopen` brings this one back, `/undo` takes its last move back.")


def test_the_lists_name_the_commands_of_this_pipeline() -> None:
    world = a_deal("lead", pipeline=renamed(qualified="fits", rejected=None))
    text = world.by_key("checklist:qualification").body
    assert "comment `/fits`; if it does not fit: `/stage rejected <reason>`" in text


def test_a_command_on_an_issue_marked_as_no_deal_is_told_of_the_label() -> None:
    world = a_deal("lead")
    world.label("not-a-deal")
    world.run()
    post(world, "/lead")
    assert "the label `not-a-deal`" in world.last("reply")


# Fields that cannot be read


@pytest.mark.parametrize(
    ("section", "says"),
    [
        pytest.param(
            "### Value\n\nlots",
            "**Value**: `lots` cannot be read as an amount. For example `/value 12000 EUR`",
            id="a value",
        ),
        pytest.param("### Probability\n\nhigh", "**Probability**: it should be 0 to 100 %", id="a probability"),
        pytest.param("### Expected close\n\nsoon", "**Expected close**: it should be a date", id="an expected close"),
        pytest.param("### Revisit on\n\nin spring", "**Revisit on**: it should be a date", id="a date to come back"),
        pytest.param(
            "### Next step\n\ncall them", "**Next step**: it should begin with a date", id="a next step without a date"
        ),
    ],
)
def test_a_field_that_cannot_be_read_is_named_on_the_card_at_once(section: str, says: str) -> None:
    world = a_deal("lead", body=f"{section}\n", author=NORA)
    assert says in world.last("card")


def test_a_deal_put_off_without_a_date_says_that_it_does_not_come_back() -> None:
    world = a_deal("lead")
    post(world, "/revisit 2027-03-01\n/unset revisit-on")
    assert "**Revisit on**: without a date it does not come back" in world.last("card")


# Nothing is lost


def test_more_than_twenty_commands_in_a_comment_are_answered_and_none_is_run() -> None:
    world = a_deal("lead")
    said = post(world, "\n".join(f"/value {n}000" for n in range(1, 22)))
    assert world.receipts(said) == ["CONFUSED"]
    assert "20 commands at most" in world.last("reply")
    assert "Value" not in world.body
    assert world.receipts(post(world, "\n".join(f"/value {n}000" for n in range(1, 21)))) == ["ROCKET"]


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
    assert world.receipts(post(world, text)) == ["CONFUSED"]
    assert says in world.last("reply")
    assert (world.body, world.stages()) == ("", ["lead"])


@pytest.mark.parametrize("text", ["/stage won --force", '/stage won --force ""', "/won 9k --force"])
def test_force_needs_a_why(text: str) -> None:
    world = a_deal("lead")
    assert world.receipts(post(world, text, KIM)) == ["CONFUSED"]
    assert "`--force` needs a reason" in world.last("reply")
    assert world.stages() == ["lead"]


def test_help_and_history_in_one_comment_are_one_answer_that_stays() -> None:
    world = a_deal("lead")
    post(world, "/help\n/history")
    world.run()
    answers = [comment for comment in world.own() if comments.kind_of(comment) == "answer"]
    assert len(answers) == 1
    assert "**Commands in lead**" in answers[0].body
    assert "**History**" in answers[0].body
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
    assert world.receipts(post(world, f"/stage {name}")) == ["CONFUSED"]
    assert "There is no stage" in world.last("reply")
    assert len(world.last("reply")) < 2000
    assert world.decide().effects == ()


def test_a_reason_too_long_for_a_field_is_refused() -> None:
    world = a_deal("lead")
    assert world.receipts(post(world, f"/lost {'x' * 3000}")) == ["CONFUSED"]
    assert world.body == ""


def test_a_deal_forced_fifty_times_in_cyrillic_still_moves_and_remembers() -> None:
    """The card's memory has a limit; without leaving something out the deal could not be written any more."""
    world = a_deal("lead")
    for count in range(50):
        said = post(world, f'/stage {("prospect", "lead")[count % 2]} --force "{"ж" * 250}"', KIM)
    assert world.receipts(said) == ["ROCKET"]
    assert world.stages() == ["lead"]
    facts = world.facts()
    journal = find_cards(facts.issue, facts.repository).journal
    assert journal is not None
    assert journal.has_answered(said)
    assert world.decide().effects == ()


@pytest.mark.parametrize(
    ("text", "section"),
    [
        pytest.param("/lost Price", "### Reason\n\nprice", id="a reason of the client"),
        pytest.param("/lost - price", "### Reason\n\nprice", id="a reason behind a dash"),
        pytest.param("/reject Too  Small", "### Reason\n\ntoo small", id="a reason of ours"),
        pytest.param("/lost they chose Initech", "### Reason\n\nthey chose Initech", id="a reason of its own"),
        pytest.param("/set reason Timing", "### Reason\n\ntiming", id="a reason by /set"),
        pytest.param("/set source Existing Client", "### Source\n\nexisting client", id="a source"),
        pytest.param("/set source a fair", "### Source\n\na fair", id="a source of its own"),
    ],
)
def test_reasons_and_sources_are_written_as_configured(text: str, section: str) -> None:
    world = a_deal("lead")
    post(world, text)
    assert world.body == section


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("/assign @kim @nora", "`/assign` takes one name", id="two owners"),
        pytest.param("/unassign @kim @nora", "`/unassign` takes one name", id="two to take off"),
        pytest.param("/unset company now", "`/unset company` takes no `now`", id="words behind a field"),
    ],
)
def test_words_a_command_would_drop_are_answered_and_nothing_is_done(text: str, says: str) -> None:
    world = a_deal("lead", body="### Company\n\nAcme\n")
    assert world.receipts(post(world, text)) == ["CONFUSED"]
    assert says in world.last("reply")
    assert (world.assignees, world.body) == ([], "### Company\n\nAcme\n")


@pytest.mark.parametrize("host", ["github.com", "ghe.acme.example"])
def test_a_duplicate_may_be_named_by_its_address_on_any_host(host: str) -> None:
    world = a_deal("lead")
    assert world.receipts(post(world, f"/duplicate-of https://{host}/acme/sales/issues/12")) == ["ROCKET"]
    assert "duplicate of #12" in world.last("card")


# Stages of several words


@pytest.mark.parametrize("text", ["/stage proposal sent", '/stage "proposal sent"', "/stage Proposal Sent"])
def test_a_stage_of_two_words_needs_no_quotes(text: str) -> None:
    base = default_pipeline()
    stages = [replace(s, next=(*s.next, "proposal sent")) if s.is_open else s for s in base.stages]
    sent = replace(base.stages[1], name="proposal sent", label="stage:proposal sent", command=None, checklist=None)
    world = a_deal("lead", pipeline=replace(base, stages=(*stages, sent)))
    assert world.receipts(post(world, text)) == ["ROCKET"]
    assert world.stages() == ["proposal sent"]


# Coming back


def test_a_deal_lost_from_revisit_reopens_in_the_open_stage_before() -> None:
    world = a_deal("qualified")
    post(world, "/revisit 2027-03-01")
    post(world, "/lost price")
    post(world, "/reopen")
    assert world.stages() == ["qualified"]


def test_an_estimate_put_off_in_negotiating_is_due_again_when_the_deal_comes_back() -> None:
    world = a_deal("qualified", body="### Value\n\n24000 EUR\n", author=NORA)
    world.tick_all("estimate")
    post(world, "/negotiate")
    post(world, "/revisit 2026-12-01 budget frozen")
    world.now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    world.sweep()
    assert world.stages() == ["qualified"]
    assert "- [ ] **Price**" in world.by_key("checklist:estimate").body
    post(world, "/negotiate")
    assert world.stages() == ["qualified"], "an old estimate is no estimate"


# Words


def test_days_are_written_as_people_write_them() -> None:
    world = a_deal("lead")
    post(world, "/snooze 2 weeks\n/revisit 2026-12-01\n/expect 2026-11-27")
    assert "**No reminders until:** Mon 7 Dec 2026" in world.last("card")
    assert "**Comes back on:** Tue 1 Dec 2026" in world.last("card")
    world.now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    world.sweep()
    assert "Its expected close, Fri 27 Nov 2026, was past" in world.last("back")


@pytest.mark.parametrize(
    ("team", "shown"),
    [
        pytest.param("@acme/sales", "@acme/sales", id="a team"),
        pytest.param("@acme/sales @kim", "@acme/sales @kim", id="a team and a person"),
        pytest.param("@acme/s.ales_2", "@acme/s.ales_2", id="a team with other signs"),
        pytest.param("no mention @kim", "no mention @<!-- -->kim", id="anything else mentions nobody"),
    ],
)
def test_whom_the_configuration_names_is_mentioned(team: str, shown: str) -> None:
    text = WORDS("new.md.j2", {"team": team, "owner": None, "stage": "lead"})
    assert text.split("\n")[0] == f"**A new deal came in automatically.** {shown}"


def test_the_line_for_the_configuration_is_yaml_whatever_the_label_is_called() -> None:
    problem = LabelProblem("qualified", "stage:qualified", "LA_1", now='Fit: "yes"\\no')
    read = yaml.safe_load(problem.line)
    assert read == {"new-name": {"was": "qualified", "label": 'Fit: "yes"\\no'}}
