"""What a deal remembers: money, dates, next step, owner, fields, checklists, leaving."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from salesbot.core.model import comments
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import Load
from salesbot.core.model.pipeline import Field, Owners, Pipeline
from tests.world import ANN, KIM, NORA, World, a_deal


def post(world: World, text: str, by: Actor = NORA) -> int:
    """Comment, run, and give back the comment's id."""
    id_ = world.comment(text, by)
    world.run()
    return id_


def card(world: World) -> str:
    """The text of the card."""
    return comments.text_of(world.by_key("card").body)


@pytest.mark.parametrize(
    ("text", "section", "shown"),
    [
        pytest.param("/value 24k", "### Value\n\n24000 EUR", "24,000 EUR", id="/value"),
        pytest.param("/probability 40", "### Probability\n\n40 %", "**Owner:**", id="/probability"),
        pytest.param("/expect 2027-03-01", "### Expected close\n\n2027-03-01", "Mon 1 Mar 2027", id="/expect"),
        pytest.param(
            "/next friday send the estimate @kim",
            "### Next step\n\n2026-11-27: send the estimate (kim)",
            "Fri 27 Nov 2026: send the estimate (kim)",
            id="/next with who",
        ),
        pytest.param("/next tomorrow call", "### Next step\n\n2026-11-24: call", "Tue 24 Nov 2026: call", id="/next"),
        pytest.param("/set company Acme GmbH", "### Company\n\nAcme GmbH", "**Owner:**", id="/set by key"),
        pytest.param(
            "/set Expected close 2027-03-01", "### Expected close\n\n2027-03-01", "1 Mar", id="/set by heading"
        ),
        pytest.param("/expect november", "### Expected close\n\n2026-11-30", "Mon 30 Nov 2026", id="the running month"),
        pytest.param("/expect KW 5", "### Expected close\n\n2027-02-07", "Sun 7 Feb 2027", id="a week"),
        pytest.param("/expect end of q1", "### Expected close\n\n2027-03-31", "Wed 31 Mar 2027", id="end of a quarter"),
        pytest.param(
            "/set expected-close Q1 2028", "### Expected close\n\n2028-03-31", "31 Mar 2028", id="/set means the same"
        ),
        pytest.param(
            "/next 12.4. 15 Uhr anrufen",
            "### Next step\n\n2027-04-12: 15 Uhr anrufen",
            "Mon 12 Apr 2027: 15 Uhr anrufen",
            id="an hour behind a date",
        ),
        pytest.param("/value 1,2 Mio", "### Value\n\n1200000 EUR", "1,200,000 EUR", id="millions"),
        pytest.param("/probability 40 percent", "### Probability\n\n40 %", "**Owner:**", id="a percentage in words"),
        pytest.param("/snooze friday", "### Snoozed until\n\n2026-11-27", "Fri 27 Nov 2026", id="/snooze a day"),
        pytest.param("/snooze until 1 march", "### Snoozed until\n\n2027-03-01", "Mon 1 Mar 2027", id="/snooze until"),
        pytest.param("/snooze 2 weeks", "### Snoozed until\n\n2026-12-07", "No reminders until", id="/snooze"),
    ],
)
def test_a_command_writes_its_section_and_the_card_shows_it(text: str, section: str, shown: str) -> None:
    world = a_deal("qualified", body="Hello\r\n\r\n### Brief\r\n\r\nA shop.\r\n")
    said = post(world, text)
    assert world.receipts(said) == ["ROCKET"]
    assert section in world.body.replace("\r\n", "\n")
    assert world.body.startswith("Hello\r\n\r\n### Brief\r\n\r\nA shop.\r\n")
    assert shown in card(world)


def a_team(*names: str) -> World:
    """A deal where more people can be assigned."""
    world = a_deal("qualified")
    world.roles |= dict.fromkeys(names, Role.WRITE)
    return world


@pytest.mark.parametrize(
    ("text", "step"),
    [
        pytest.param("/next friday call them @kim_acme", "call them (kim_acme)", id="a managed user"),
        pytest.param("/next friday call them @Bob.", "call them (bob)", id="a full stop"),
        pytest.param("/next friday call them, @bob,", "call them, (bob)", id="a comma"),
        pytest.param("/next friday call bob and max @bob", "call bob and max (bob)", id="names without a sign"),
        pytest.param("/next friday mail ann@acme.com", "mail ann@acme.com", id="a mail address"),
        pytest.param("/next friday ask @client about it", "ask @client about it", id="somebody who is none of us"),
    ],
)
def test_who_does_the_next_step_is_read(text: str, step: str) -> None:
    world = a_team("bob", "max", "kim_acme")
    said = post(world, text)
    assert world.receipts(said) == ["ROCKET"]
    assert world.body.strip().endswith(f"2026-11-27: {step}")


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        pytest.param(
            "/next friday call with @bob and @max.",
            ["`/next friday call with bob and max. @bob`", "`/next friday call with bob and max. @max`"],
            id="two people",
        ),
        pytest.param(
            "/next friday ask @bob about it", ["`/next friday ask bob about it @bob`"], id="one in the middle"
        ),
        pytest.param(
            "/next friday @kim_acme calls @client",
            ["`/next friday kim_acme calls client @kim_acme`"],
            id="one of us, and somebody else at the end",
        ),
    ],
)
def test_where_several_may_be_meant_the_one_who_does_it_is_asked_for(text: str, offered: list[str]) -> None:
    world = a_team("bob", "max", "kim_acme")
    said = post(world, text)
    assert world.receipts(said) == ["CONFUSED"]
    assert "Next step" not in world.body
    assert all(each in world.last("reply") for each in offered)
    done = post(world, offered[0].strip("`"))
    assert world.receipts(done) == ["ROCKET"]


@pytest.mark.parametrize("text", ["/assign @kim_acme", "/assign @kim_acme,", "/assign kim_acme."])
def test_a_managed_user_can_be_assigned(text: str) -> None:
    world = a_team("kim_acme")
    post(world, text)
    assert [actor.login for actor in world.assignees] == ["kim_acme"]


def test_a_managed_user_is_mentioned() -> None:
    world = a_team("kim_acme")
    post(world, "/wonn", Actor("kim_acme", 9))
    assert "@kim_acme" in world.last("reply")


def test_done_and_unset_take_the_section_away() -> None:
    world = a_deal("qualified", body="Hello\n")
    post(world, "/next friday call\n/set company Acme")
    post(world, "/done\n/unset company")
    assert world.body.strip() == "Hello"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param("/value lots", "`/value 12000 EUR`", id="an amount that is none"),
        pytest.param("/expect 2027-02-30", "`/expect 2027-02-28`", id="a day that does not exist"),
        pytest.param("/expect 3/1/2027", "`/expect 2027-03-01`", id="a date with two readings"),
        pytest.param("/expect 2020-01-01", "`/expect ", id="a date in the past"),
        pytest.param("/next", "`/next friday send the estimate`", id="/next alone"),
        pytest.param("/next send it", "`/next friday", id="/next without a date"),
        pytest.param("/next friday", "`/next friday", id="/next without what"),
        pytest.param("/next friday call @nobody", "Name someone who can be assigned", id="/next by nobody we know"),
        pytest.param("/assign @nobody", "Name someone who can be assigned", id="/assign nobody we know"),
        pytest.param("/assign @norra", "Did you mean `@nora`?", id="/assign misspelled"),
        pytest.param("/probability lots", "`/probability 40`", id="a probability that is none"),
        pytest.param("/probability 140", "`/probability 40`", id="a probability over 100"),
        pytest.param("/set nda maybe", "One of `yes`, `no`", id="a choice that is not one"),
        pytest.param("/set ndaa yes", "Did you mean `/set nda <value>`?", id="a field misspelled"),
        pytest.param("/set company", "`/unset company`", id="a field without a value"),
        pytest.param("/set next-step call", "`/next <date> <what>`", id="a field that has a command of its own"),
        pytest.param("/set seats many", "`/set seats 12`", id="a number that is none"),
        pytest.param("/set seats 1.234.5", "`/set seats 12`", id="a number with one separator for two things"),
        pytest.param(f"/set seats {'1' * 41}", "`/set seats 12`", id="a number of 41 digits"),
        pytest.param(f"/set company {'x' * 3000}", "Write it in the description", id="a text too long for a field"),
        pytest.param("/snooze a bit", "For example `/snooze 2 weeks`", id="a duration that is none"),
        pytest.param("/snooze 3", "`/snooze 3 days` or `/snooze 3 weeks`", id="a duration without a unit"),
        pytest.param("/value 24k net", "Try `/value 24000 EUR`", id="an amount with a remark"),
        pytest.param("/value 20-30k", "`/value 20000 EUR` or `/value 30000 EUR`", id="an amount that is a range"),
        pytest.param(f"/value {'9' * 4301}", "cannot be read as an amount", id="an amount of 4,301 digits"),
        pytest.param(f"/probability {'9' * 4301}", "is not a percentage", id="a probability of 4,301 digits"),
        pytest.param("/probability 0.4", "Try `/probability 40`", id="a share"),
        pytest.param("/probability 42.5", "`/probability 42` or `/probability 43`", id="a percentage with a fraction"),
        pytest.param("/expect march if they agree", "Try `/expect 2027-03-31`", id="a date with a remark"),
        pytest.param("/expect end of marhc", "Try `/expect end of march`", id="a slip in a date"),
        pytest.param(
            "/next 12.4.15 call the `board`", "`` /next 2027-04-12 call the `board` ``", id="a step with code in it"
        ),
        pytest.param("/next next friday call @kim", "`/next 2026-11-27 call @kim`", id="a step on one of two days"),
        pytest.param("/next call them on friday", "Try `/next 2026-11-27 call them`", id="a step before its date"),
        pytest.param("/next call them", "For example `/next friday call them`", id="a step without a date"),
        pytest.param(
            "/revisit soon no budget", "For example `/revisit in 3 months soon no budget`", id="no date, a why"
        ),
        pytest.param("/revisit 30 february no budget", "`/revisit 2027-02-28 no budget`", id="no such day, and a why"),
        pytest.param("/revisit this month no budget", "`/revisit 2026-11-30 no budget`", id="a month that is running"),
        pytest.param("/checklist handovr", "Did you mean `/checklist handover`?", id="a checklist misspelled"),
        pytest.param("/duplicate-of", "`/duplicate-of #12`", id="a duplicate of nothing"),
        pytest.param("/duplicate-of #7", "its own duplicate", id="a duplicate of itself"),
        pytest.param(
            "/duplicate-of https://github.com/a/b/issues/12",
            "another repository",
            id="a duplicate from elsewhere",
        ),
        pytest.param("/duplicate-of #999", "There is no issue 999", id="a duplicate of an issue that is not there"),
    ],
)
def test_bad_input_is_answered_with_the_nearest_right_command_and_changes_nothing(text: str, hint: str) -> None:
    fields = (Field("nda", "NDA signed", "choice", ("yes", "no")), Field("seats", "Seats", "number"))
    world = a_deal("qualified", pipeline=replace(default_pipeline(), fields=fields), body="### Company\n\nAcme\n")
    body, labels, people = world.body, list(world.labels), list(world.assignees)
    said = post(world, text)
    assert world.receipts(said) == ["CONFUSED"]
    assert hint in world.last("reply")
    assert (world.body, world.labels, world.assignees, world.open) == (body, labels, people, True)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        pytest.param("12", "12", id="a whole number"),
        pytest.param("1,5", "1.5", id="a German decimal"),
        pytest.param("1.5", "1.5", id="an English decimal"),
        pytest.param("1,500", "1500", id="English thousands"),
        pytest.param("1.500", "1500", id="German thousands"),
        pytest.param("1,234,567.8", "1234567.8", id="thousands and a decimal"),
        pytest.param("1.234.567,8", "1234567.8", id="the same in German"),
        pytest.param("-3", "-3", id="a negative number"),
        pytest.param("007", "7", id="zeros before it"),
        pytest.param("0.250", "0.250", id="a quarter is no thousand"),
    ],
)
def test_a_number_is_read_with_the_separators_of_an_amount(typed: str, written: str) -> None:
    world = a_deal("qualified", pipeline=replace(default_pipeline(), fields=(Field("seats", "Seats", "number"),)))
    post(world, f"/set seats {typed}")
    assert f"### Seats\n\n{written}" in world.body
    assert "⚠️" not in card(world), "what was written reads back"


def test_custom_fields_are_set_by_key_or_heading_and_checked() -> None:
    fields = (Field("nda", "NDA signed", "choice", ("yes", "no")),)
    world = a_deal("qualified", pipeline=replace(default_pipeline(), fields=fields))
    post(world, "/set nda YES")
    assert "### NDA signed\n\nyes" in world.body
    post(world, "/set NDA signed no")
    assert "### NDA signed\n\nno" in world.body
    world.write(world.body.replace("no", "perhaps"), NORA)
    world.run()
    assert "NDA signed**: it should be one of yes, no: `/set nda <value>`" in card(world)


def test_three_fields_and_a_move_are_one_plan_and_one_write() -> None:
    world = a_deal("qualified")
    world.tick_all("estimate")
    world.run()
    world.comment("/value 24k\n/expect march\n/next friday call\n/negotiate", NORA)
    effects = world.run().effects
    assert [type(effect).__name__ for effect in effects].count("EditBody") == 1
    assert world.stages() == ["negotiating"]


def test_values_are_remembered_as_rounds() -> None:
    world = a_deal("qualified")
    for amount in ("45000", "41000", "38000"):
        post(world, f"/value {amount}")
    shown = card(world)
    assert "**Values so far:** 45,000 EUR on 23 Nov 2026; 41,000 EUR; now 38,000 EUR" in shown
    assert "16 %" in shown


def test_the_value_of_the_form_is_the_first_round() -> None:
    world = a_deal("qualified", body="### Value\n\n50k\n", author=NORA)
    post(world, "/value 38k")
    assert "**Values so far:** 50,000 EUR on 23 Nov 2026; now 38,000 EUR" in card(world)


@pytest.mark.parametrize("command", ["/expect", "/set expected-close"])
def test_an_expected_close_moved_later_is_shown_from_the_third_time_on(command: str) -> None:
    world = a_deal("qualified")
    for month in ("2027-01-15", "2027-02-15", "2027-01-20", "2027-03-15"):
        post(world, f"{command} {month}")
    assert "moved later" not in card(world)
    post(world, f"{command} 2027-04-15")
    assert "moved later 3 times (at first Fri 15 Jan 2027)" in card(world)


@pytest.mark.parametrize(
    ("zone", "today"),
    [
        pytest.param("Europe/Berlin", "2026-11-24", id="today in Berlin is already the 24th"),
        pytest.param("UTC", "2026-11-23", id="today in UTC is still the 23rd"),
    ],
)
def test_relative_dates_count_in_the_configured_zone(zone: str, today: str) -> None:
    world = a_deal("qualified", pipeline=replace(default_pipeline(), timezone=ZoneInfo(zone)))
    world.now = datetime(2026, 11, 23, 23, 30, tzinfo=ZoneInfo("UTC"))
    post(world, "/next today call")
    assert f"{today}: call" in world.body


# People


def test_assign_makes_an_owner_and_the_one_before_stays_a_helper() -> None:
    world = a_deal("lead")
    world.assign(ANN)
    world.run()
    post(world, "/assign @kim")
    assert [actor.login for actor in world.assignees] == ["ann", "kim"]
    assert "**Owner:** kim, with ann" in card(world)
    post(world, "/assign")
    assert "**Owner:** nora, with kim, ann" in card(world)


@pytest.mark.parametrize("me", ["/assign", "/assign me", "/assign @Me"])
def test_assign_me_is_who_says_it(me: str) -> None:
    world = a_deal("lead")
    post(world, me)
    assert [actor.login for actor in world.assignees] == ["nora"]
    post(world, "/unassign me")
    assert world.assignees == []


def test_the_owner_is_whoever_was_assigned_first_if_nobody_was_named() -> None:
    world = a_deal("lead")
    world.assign(KIM)
    world.assign(ANN)
    world.run()
    assert "**Owner:** kim, with ann" in card(world)


def test_unassign_takes_the_owner_off() -> None:
    world = a_deal("lead")
    post(world, "/assign @kim")
    post(world, "/unassign")
    assert world.assignees == []
    assert "none yet" in card(world)
    assert world.decide().effects == ()


def test_what_a_person_assigns_by_hand_after_a_command_holds() -> None:
    world = a_deal("lead")
    post(world, "/assign @kim")
    world.unassign(KIM)
    world.run()
    assert world.assignees == []
    assert world.decide().effects == ()


def test_an_assignment_that_died_half_way_is_done_by_the_next_run() -> None:
    world = a_deal("lead")
    world.comment("/assign @kim", NORA)
    world.run(until=1)
    assert world.assignees == []
    world.run()
    assert [actor.login for actor in world.assignees] == ["kim"]


def owned(by: Literal["round-robin", "least-busy"] = "round-robin", **kwargs: Any) -> Pipeline:
    owners = Owners(("ann", "nora", "kim"), by)
    return replace(default_pipeline(), owners=owners, **kwargs)


def opened_by_a_machine(pipeline: Pipeline, loads: dict[str, Load]) -> World:
    world = World(pipeline=pipeline, author=Actor("typeform-relay", 99, is_bot=True), body="### Company\n\nAcme GmbH\n")
    world.loads = loads
    world.run()
    return world


LOADS = {
    "ann": Load(open=2, newest=datetime(2026, 11, 20, tzinfo=ZoneInfo("UTC"))),
    "nora": Load(open=1, newest=datetime(2026, 11, 22, tzinfo=ZoneInfo("UTC"))),
    "kim": Load(open=3, newest=datetime(2026, 11, 19, tzinfo=ZoneInfo("UTC"))),
}


@pytest.mark.parametrize(
    ("pipeline", "owner"),
    [
        pytest.param(owned(), "kim", id="round-robin: whoever got one longest ago"),
        pytest.param(owned("least-busy"), "nora", id="least-busy: whoever has fewest open"),
        pytest.param(
            owned(away={"kim": ((datetime(2026, 11, 1).date(), datetime(2026, 12, 1).date()),)}),  # noqa: DTZ001
            "ann",
            id="whoever is away is passed over",
        ),
    ],
)
def test_a_new_deal_gets_an_owner_by_rule(pipeline: Pipeline, owner: str) -> None:
    world = opened_by_a_machine(pipeline, LOADS)
    assert [actor.login for actor in world.assignees] == [owner]
    assert world.decide().effects == ()


def test_who_opens_a_deal_and_is_one_of_the_owners_keeps_it() -> None:
    world = World(pipeline=owned(), author=NORA)
    world.loads = LOADS
    world.run()
    assert [actor.login for actor in world.assignees] == ["nora"]


def test_a_deal_that_a_machine_opened_is_told_of_once() -> None:
    world = opened_by_a_machine(replace(default_pipeline(), notify_new="@acme/sales"), {})
    assert "@acme/sales" in world.last("new")
    assert world.decide().effects == ()


def test_a_stages_team_is_mentioned_once_when_its_list_is_first_posted() -> None:
    base = default_pipeline()
    stages = tuple(replace(s, notify="@acme/estimators") if s.name == "qualified" else s for s in base.stages)
    world = a_deal("qualified", pipeline=replace(base, stages=stages))
    assert "@acme/estimators" in world.by_key("checklist:estimate").body
    world.delete(world.by_key("checklist:estimate").id, KIM)
    world.run()
    assert "@acme/estimators" not in world.by_key("checklist:estimate").body


# Checklists


def test_coming_back_to_qualified_is_round_two_of_the_estimate() -> None:
    world = a_deal("qualified")
    world.tick_all("qualification")
    world.tick_all("estimate")
    post(world, "/value 24k\n/negotiate")
    post(world, "/qualify")
    text = world.by_key("checklist:estimate").body
    assert "round 2" in text
    assert "- [x] **Scope**" in text
    assert "- [ ] **Price**" in text
    assert "- [ ] **Sent**" in text
    assert world.decide().effects == ()


def test_an_undo_is_no_new_round() -> None:
    world = a_deal("qualified")
    world.tick_all("estimate")
    post(world, "/value 24k\n/negotiate")
    post(world, "/undo")
    assert "round 2" not in world.by_key("checklist:estimate").body


def test_checklist_posts_a_list_and_refreshes_it_keeping_what_people_did() -> None:
    world = a_deal("lead")
    post(world, "/checklist handover")
    posted = world.by_key("checklist:handover")
    edited = posted.body.replace("- [ ] Signed", "- [x] Signed").replace(
        "- [ ] Kick-off", "- [ ] Ask Lee\n- [ ] Kick-off"
    )
    world.edit(posted.id, edited, ANN)
    world.run()
    post(world, "/checklist handover")
    text = world.by_key("checklist:handover").body
    assert "- [x] Signed" in text
    assert "- [ ] Ask Lee" in text
    assert world.written().count("checklist:handover") == 1
    assert world.decide().effects == ()


def test_a_deleted_list_comes_back_with_its_ticks() -> None:
    world = a_deal("lead")
    world.tick_all("qualification")
    world.run()
    world.delete(world.by_key("checklist:qualification").id, KIM)
    world.run()
    assert "- [ ]" not in world.by_key("checklist:qualification").body


# Leaving the pipeline


def test_duplicate_of_closes_and_reopen_brings_it_back() -> None:
    world = a_deal("qualified")
    post(world, "/duplicate-of #12")
    assert (world.open, world.state_reason) == (False, "DUPLICATE")
    assert "duplicate of #12" in card(world)
    assert world.decide().effects == ()
    post(world, "/reopen")
    assert (world.open, world.stages()) == (True, ["qualified"])


@pytest.mark.parametrize("back", ["/reopen", "/undo", "/lead"])
def test_not_a_deal_closes_and_can_be_taken_back(back: str) -> None:
    world = a_deal("lead")
    post(world, "/not-a-deal a job application")
    assert not world.open
    assert "not-a-deal" in world.labels
    assert world.decide().effects == ()
    post(world, back)
    assert (world.open, world.stages()) == (True, ["lead"])
    assert "not-a-deal" not in world.labels
    assert world.decide().effects == ()


def test_taking_the_label_not_a_deal_off_by_hand_makes_it_a_deal_again() -> None:
    world = a_deal("lead")
    post(world, "/not-a-deal")
    world.unlabel("not-a-deal")
    world.run()
    assert "not-a-deal" not in world.labels
    assert "Not a deal" not in card(world)


@pytest.mark.parametrize("until", range(7))
@pytest.mark.parametrize(
    "text", ["/not-a-deal", "/duplicate-of #12", "/assign @kim\n/next friday call", "/checklist handover"]
)
def test_killed_after_any_effect_it_ends_the_same(text: str, until: int) -> None:
    whole, cut = a_deal("lead"), a_deal("lead")
    post(whole, text)
    cut.comment(text, NORA)
    cut.run(until=until)
    cut.run()
    assert cut.decide().effects == ()
    assert (cut.labels, cut.open, cut.body, cut.written()) == (whole.labels, whole.open, whole.body, whole.written())
    assert [actor.login for actor in cut.assignees] == [actor.login for actor in whole.assignees]


def test_a_missing_reason_offers_boxes_and_a_tick_is_the_command() -> None:
    world = a_deal("lead")
    world.label("stage:lost")
    world.run()
    refusal = next(comment for comment in world.own() if comments.kind_of(comment) == "refusal")
    assert "- [ ] lost: price" in refusal.body
    world.edit(refusal.id, refusal.body.replace("- [ ] lost: timing", "- [x] lost: timing"), ANN)
    world.run()
    assert world.stages() == ["lost"]
    assert "### Reason\n\ntiming" in world.body


def test_a_value_written_by_an_outsider_needs_a_command_of_ours() -> None:
    world = World(body="### Value\n\n99000 EUR\n", author=Actor("eve", 4))
    world.run()
    assert "changed by someone who may not set it" in card(world)
    world.comment('/stage qualified --force "test"', KIM)
    world.run()
    world.label("stage:won")
    world.run()
    assert world.stages() == ["qualified"]
    post(world, "/value 99k\n/won")
    assert world.stages() == ["won"]


def test_the_next_step_may_be_set_on_a_closed_deal_too() -> None:
    world = a_deal("negotiating")
    post(world, "/lost price")
    assert world.receipts(post(world, "/next in 3 months ask how it went")) == ["ROCKET"]
    assert "2027-02-23: ask how it went" in world.body


def test_two_value_sections_read_the_first_and_say_so() -> None:
    world = a_deal("qualified", body="### Value\n\n5000 EUR\n\n### Value\n\n9000 EUR\n", author=NORA)
    world.run()
    assert "5,000 EUR" in card(world)
    assert "is in the description twice" in card(world)


def test_a_section_deleted_by_hand_is_simply_empty() -> None:
    world = a_deal("qualified")
    post(world, "/value 24k")
    world.write("", NORA)
    world.run()
    assert "24,000" not in card(world)
    assert world.created_at < world.now - timedelta(seconds=1)
