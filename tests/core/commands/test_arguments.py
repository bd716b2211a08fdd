"""Days that people type into the description themselves are read like those of commands, or named on the card."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from salesbot.core.text.next_step import NextStep, parse
from tests.world import KIM, NORA, World, a_deal

MARCH = date(2027, 3, 1)


def typed(heading: str, text: str, stage: str = "lead") -> World:
    """A deal in whose description somebody wrote a section by hand."""
    world = a_deal(stage)
    world.write(f"### {heading}\n\n{text}\n", KIM)
    world.run()
    return world


@pytest.mark.parametrize("text", ["01.03.2027", "1 March 2027", "2027-03-01"])
def test_an_expected_close_typed_by_hand_is_shown_and_stays_as_it_was_typed(text: str) -> None:
    world = typed("Expected close", text)
    assert "**Expected close:** Mon 1 Mar 2027" in world.last("card")
    assert "⚠️" not in world.last("card")
    assert world.body == f"### Expected close\n\n{text}\n"


@pytest.mark.parametrize("text", ["march", "3/1/2027", "20270301", "soon"])
def test_one_that_several_people_would_read_differently_is_named_with_what_to_say(text: str) -> None:
    card = typed("Expected close", text).last("card")
    assert "**Expected close**: it should be a date with its year, such as 2027-03-01: `/expect <date>`" in card


@pytest.mark.parametrize(
    ("heading", "stage", "line"),
    [
        pytest.param("Expected close", "lead", "**Expected close:** Wed 31 Mar 2027", id="due by: the last day"),
        pytest.param("Revisit on", "revisit", "**Comes back on:** Mon 1 Mar 2027", id="not before: the first day"),
    ],
)
@pytest.mark.parametrize("text", ["2027-03", "March 2027", "03/2027"])
def test_a_month_typed_by_hand_means_what_the_field_means(heading: str, stage: str, line: str, text: str) -> None:
    assert line in typed(heading, text, stage).last("card")


def test_an_expected_close_moved_from_a_day_typed_by_hand_counts_as_moved() -> None:
    world = typed("Expected close", "01.03.2027")
    world.comment("/expect 2027-04-01", NORA)
    world.run()
    assert "### Earlier expected closes\n\n2027-03-01" in world.body


@pytest.mark.parametrize(
    ("text", "step"),
    [
        pytest.param("2027-03-01: call them (kim)", NextStep(MARCH, "call them", "kim"), id="as salesbot writes it"),
        pytest.param("2027-03-01 call them", NextStep(MARCH, "call them"), id="without a colon"),
        pytest.param("01.03.2027: call them (@kim)", NextStep(MARCH, "call them", "kim"), id="German, with an @"),
        pytest.param("1st of March 2027:\ncall them", NextStep(MARCH, "call them"), id="in words, over two lines"),
        pytest.param("call them", None, id="no day"),
        pytest.param("friday: call them", None, id="a day of every week"),
        pytest.param("2027-03-01", None, id="nothing to do"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_next_step_typed_by_hand(text: str, step: NextStep | None) -> None:
    assert parse(text) == step


def test_a_next_step_typed_by_hand_is_reminded_of_when_it_is_overdue() -> None:
    world = typed("Next step", "27.11.2026 send the estimate (kim)", "qualified")
    assert "**Next step:** Fri 27 Nov 2026: send the estimate (kim)" in world.last("card")
    world.now = datetime(2026, 11, 30, 9, tzinfo=UTC)
    world.sweep()
    assert "attention:overdue" in world.labels
    assert "@kim" in world.last("reminder")


def test_a_next_step_without_a_day_is_named_with_what_to_say() -> None:
    card = typed("Next step", "call them").last("card")
    assert "**Next step**: it should begin with a date such as 2027-03-01: `/next <date> <what>`" in card


@pytest.mark.parametrize(
    ("text", "back"), [("01.03.2027", True), ("20270301", False)], ids=["read", "not read, and not taken for a date"]
)
def test_a_deal_put_off_to_a_day_typed_by_hand_comes_back_or_its_label_is_refused(text: str, back: bool) -> None:
    world = typed("Revisit on", text)
    world.label("stage:revisit")
    world.run()
    assert world.stages() == ["revisit" if back else "lead"]
    world.now = datetime(2027, 3, 1, 9, tzinfo=UTC)
    world.sweep()
    assert (world.stages(), "back" in str(world.written())) == (["lead"], back)
