"""Fields that count or act are believed from people with the role write, section by section."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from salesbot.core.decide import data_needs
from salesbot.core.leads import lead
from salesbot.core.lifecycle.restore import restore
from salesbot.core.model.deal import Deal
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import Edit
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.reader import RawIssue, Reader
from salesbot.core.report.scope import choose_scope
from salesbot.core.text import markdown
from tests.world import ANN, BOT, EVE, KIM, NORA, World

DAY = timedelta(days=1).total_seconds()


def opened_by_eve(**fields: str) -> World:
    """A deal that a client opened, in which Nora gave the fields by commands."""
    world = World(body="### Company\n\nAcme\n", author=EVE)
    world.label("stage:lead", KIM)
    world.run()
    for name, text in fields.items():
        world.comment(f"/{name} {text}", NORA)
        world.run()
    return world


def deal(world: World) -> Deal:
    found = restore(world.observed(), [])
    assert found is not None
    return found.state.deal


def with_section(world: World, heading: str, text: str) -> str:
    return deal(world).body.with_field(heading, text).text


def counted(world: World) -> CountedDeal:
    """The deal as the report counts it, which reads no texts of edits."""
    facts = world.facts()
    last = tuple(Edit("", edit.by, edit.at) for edit in facts.issue.body_edits[:1])
    issue = replace(facts.issue, body_edits=last)
    scope = choose_scope("acme/sales", default_pipeline(), world.now)
    found = Reader(facts.without_issue, scope).count(RawIssue(issue))
    assert isinstance(found, CountedDeal)
    return found


def test_what_a_client_said_in_a_form_does_not_count_until_it_is_confirmed() -> None:
    world = World(body="### Value\n\n99k\n\n### Expected close\n\n2027-03-01\n", author=EVE)
    world.label("stage:lead", KIM)
    world.run()
    card = world.last("card")
    assert "changed by someone who may not set it: eve" in card
    assert "99,000 EUR" not in card
    assert (counted(world).value, counted(world).expected) == (None, None)
    assert [each for each in counted(world).problems if "eve" in each] == [
        "its value was written by eve, without the role write, and does not count",
        "its expected close was written by eve, without the role write, and does not count",
    ]
    world.comment("/confirm", ANN)
    world.run()
    assert counted(world).value is None, "it takes the role write"
    world.comment("/confirm", NORA)
    world.run()
    assert (counted(world).value, str(counted(world).expected)) == (Decimal(99_000), "2027-03-01")
    assert "may not set it" not in world.last("card")
    assert world.decide().effects == ()


def test_an_edit_of_ones_own_issue_changes_no_won_revenue() -> None:
    world = opened_by_eve(value="12k")
    world.comment('/won --force "a test"', KIM)
    world.run()
    world.write(world.body.replace("12000 EUR", "990000 EUR"), EVE)
    assert counted(world).value == 12_000, "before any run has seen the edit"
    world.run()
    world.tick(DAY)
    world.write(world.body.replace("Acme", "Acme GmbH"), NORA)
    world.run()
    assert counted(world).value == 12_000
    assert any("written by eve" in each for each in counted(world).problems)
    assert "`12000 EUR` does" in world.last("card")


@pytest.mark.parametrize("runs", [True, False], ids=["each edit is seen", "no edit is seen before the last"])
def test_a_typo_fixed_elsewhere_in_the_description_confirms_nothing(runs: bool) -> None:
    world = opened_by_eve(value="12k")
    world.write(with_section(world, "Value", "99000 EUR"), EVE)
    for number in range(8 if runs else 3):
        if runs:
            world.run()
        world.write(world.body.replace("Acme", f"Acme {number}"), NORA)
    world.run()
    assert deal(world).value.text == "12000 EUR"
    world.write(with_section(world, "Value", "15000 EUR"), NORA)
    world.run()
    assert deal(world).value.text == "15000 EUR"
    assert "may not set it" not in world.last("card")


@pytest.mark.parametrize("edits", [1, 3, 7], ids="{} by a colleague".format)
def test_what_no_run_has_seen_is_not_the_last_editors_in_the_report_either(edits: int) -> None:
    world = opened_by_eve(value="12k")
    world.write(with_section(world, "Value", "99000 EUR"), EVE)
    for number in range(edits):
        world.write(world.body.replace("Acme", f"Acme {number}"), NORA)
    assert deal(world).value.text == "12000 EUR"
    assert counted(world).value == 12_000
    assert [each for each in counted(world).problems if "its value was written by" in each]
    world.run()
    assert counted(world).value == 12_000


@pytest.mark.parametrize("source", [lead.FROM_FORM, lead.FROM_TABLE])
def test_a_colleagues_edit_that_no_run_has_seen_counts_where_nobody_else_can_have_written_it(source: str) -> None:
    mark = markdown.marker(lead.MARKER, {"key": f"{source}:x:1"})
    for world, ours in ((World(author=KIM), True), (World(body=f"{mark}\n", author=BOT), source == lead.FROM_TABLE)):
        if world.author == BOT:
            world.make_own("inbound")
        world.run()
        world.write(with_section(world, "Value", "15000 EUR"), NORA)
        assert (counted(world).value == 15_000) is ours
        world.run()
        assert counted(world).value == 15_000


def test_where_the_edits_read_do_not_reach_back_the_journals_value_counts() -> None:
    world = opened_by_eve(value="12k")
    world.write(with_section(world, "Value", "99000 EUR"), EVE)
    for number in range(6):
        world.write(world.body.replace("Acme", f"Acme {number}"), NORA)
    assert len(world.facts().issue.body_edits) == 5
    world.run()
    assert deal(world).value.text == "12000 EUR"


def test_a_section_that_a_client_edited_spoils_no_other() -> None:
    world = opened_by_eve(value="12k", probability="40")
    world.write(with_section(world, "Probability", "90 %"), EVE)
    world.write(with_section(world, "Value", "15000 EUR"), NORA)
    world.run()
    assert (deal(world).fields["Value"], deal(world).fields["Probability"]) == ("15000 EUR", "40 %")


def test_an_old_text_written_again_is_in_doubt_no_more() -> None:
    world = opened_by_eve(value="12k")
    before = world.body
    world.write(with_section(world, "Value", "99000 EUR"), EVE)
    world.run()
    world.write(before, EVE)
    world.run()
    assert (deal(world).value.text, deal(world).doubts) == ("12000 EUR", ())


def test_a_value_that_a_client_took_out_still_counts() -> None:
    world = opened_by_eve(value="12k")
    world.write("### Company\n\nAcme\n", EVE)
    world.run()
    assert counted(world).value == 12_000
    assert "emptied by someone who may not set it: eve" in world.last("card")


def test_a_date_of_a_clients_brings_no_deal_back() -> None:
    world = opened_by_eve()
    world.comment("/revisit in 3 months no budget", NORA)
    world.run()
    world.write(with_section(world, "Revisit on", "2026-11-24"), EVE)
    world.run()
    world.tick(7 * DAY)
    world.sweep()
    assert world.stages() == ["revisit"]


def test_a_next_step_of_a_clients_reminds_and_mentions_nobody() -> None:
    world = opened_by_eve()
    world.assign(NORA, KIM)
    world.write(with_section(world, "Next step", "2026-11-24: read this (kim)"), EVE)
    world.run()
    world.tick(2 * DAY)
    world.sweep()
    assert not [comment for comment in world.of_kind("reminder") if "is overdue" in comment.body]
    assert not [comment for comment in world.own() if "@kim" in comment.body]


def test_a_client_snoozes_nothing() -> None:
    world = opened_by_eve(next="tomorrow call them")
    world.assign(NORA, KIM)
    world.write(with_section(world, "Snoozed until", "2028-01-01"), EVE)
    world.run()
    world.tick(3 * DAY)
    world.sweep()
    assert "is overdue" in world.last("reminder")


def test_what_was_edited_after_the_confirmation_is_not_confirmed() -> None:
    world = opened_by_eve()
    world.write(with_section(world, "Value", "12000 EUR"), EVE)
    world.run()
    id_ = world.comment("/confirm", NORA)
    world.write(with_section(world, "Value", "99000 EUR"), EVE)
    world.run()
    assert world.receipts(id_) == ["CONFUSED"]
    assert "Value was edited after your comment." in world.last("reply")
    assert deal(world).value.text == ""


def test_a_text_that_we_put_back_after_an_edit_at_the_same_moment_is_the_persons_word() -> None:
    world = opened_by_eve()
    forged = with_section(world, "Value", "99000 EUR")
    world.write(forged, EVE)
    world.write(f"{forged}\n### Source\n\nreferral\n", BOT)
    world.run()
    assert deal(world).value.text == ""


def test_what_a_client_answered_in_a_web_form_is_theirs_and_a_table_is_ours() -> None:
    for source, value in ((lead.FROM_FORM, ""), (lead.FROM_TABLE, "12000 EUR")):
        mark = markdown.marker(lead.MARKER, {"key": f"{source}:x:1"})
        world = World(body=f"{mark}\n### Value\n\n12000 EUR\n", author=BOT)
        world.make_own("inbound")
        world.run()
        assert deal(world).value.text == value


def test_a_role_is_asked_for_once_and_only_of_those_who_wrote_what_the_journal_does_not_know() -> None:
    world = World(body="### Value\n\n12000 EUR\n", author=EVE)
    world.label("stage:lead", KIM)
    known = world.roles
    world.roles = {}
    assert data_needs.data_needs(world.observed()).roles == ("eve",)
    world.roles = known
    world.run()
    world.roles = {}
    assert data_needs.data_needs(world.observed()).roles == ()


def test_what_a_command_emptied_is_empty() -> None:
    world = opened_by_eve(value="12k")
    world.comment("/unset value", NORA)
    world.run()
    assert (deal(world).value.text, deal(world).doubts, counted(world).value) == ("", (), None)
    assert world.decide().effects == ()
