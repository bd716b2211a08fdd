"""What a run wrote into the description, and what the next one does if it died before that."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from salesbot.core.decide.due import REPAIR, due
from salesbot.core.lifecycle import description
from salesbot.core.model import journal
from salesbot.core.model.deal import Deal
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.effects import EditBody, PutComment
from salesbot.core.model.facts import Trigger
from salesbot.core.text import fields
from salesbot.core.text.money import Amount
from tests.world import KIM, NORA, World, a_deal, picture, rest

LONG = "ä" * description.ROOM


def commented(*texts: str) -> Callable[[World], None]:
    """Several commands before the next run."""

    def act(world: World) -> None:
        for text in texts:
            world.comment(text, NORA)

    return act


def a_refused_label_and_then_its_reason(world: World) -> None:
    world.label("stage:lost", NORA)
    world.comment("/prospect\n/set reason no budget", NORA)


@pytest.mark.parametrize(
    ("stage", "acts"),
    [
        pytest.param("lead", commented("/lost", "/prospect", "/lost price"), id="lost twice, first without a reason"),
        pytest.param("negotiating", commented("/won", "/value 12k"), id="won without a value, then the value"),
        pytest.param("lead", commented("/reject", "/qualify", "/set reason too small"), id="a reason of its own"),
        pytest.param("lead", commented("/revisit", "/prospect", "/revisit march"), id="a date that came later"),
        pytest.param("lead", commented("/lost price", "/reopen", "/lost budget"), id="a reason taken out between"),
        pytest.param("lead", a_refused_label_and_then_its_reason, id="a label without a reason, then the reason"),
    ],
)
def test_a_run_that_died_anywhere_is_finished_as_it_was_decided(stage: str, acts: Callable[[World], None]) -> None:
    start = a_deal(stage)
    acts(start)
    whole = copy.deepcopy(start)
    count = len(whole.run().effects)
    rest(whole)
    for until in range(count):
        cut = copy.deepcopy(start)
        cut.run(until=until)
        rest(cut)
        assert picture(cut) == picture(whole), until


def died_before_the_description(*texts: str) -> World:
    world = a_deal("negotiating")
    commented(*texts)(world)
    place = next(number for number, effect in enumerate(world.decide().effects) if isinstance(effect, EditBody))
    world.run(until=place)
    return world


def test_a_sweep_sees_that_the_description_is_behind() -> None:
    world = died_before_the_description("/value 12k")
    world.trigger = Trigger("sweep")
    found = due(world.observed())
    assert found is not None
    assert found.urgency == REPAIR
    world.sweep()
    assert "12000" in world.body
    assert due(world.observed()) is None


def test_a_value_that_the_description_lacks_is_trusted_like_one_it_has() -> None:
    world = died_before_the_description("/value 12k")
    world.comment("/won", NORA)
    world.run()
    assert world.stages() == ["won"]


def test_what_a_person_wrote_after_the_card_stays() -> None:
    world = died_before_the_description("/value 12k")
    world.write("### Value\n\n15000 EUR\n", KIM)
    rest(world)
    assert "15000 EUR" in world.body
    assert "12000" not in world.body


def test_a_field_that_is_too_long_for_the_card_is_written_before_it() -> None:
    world = a_deal("lead")
    world.comment(f"/set reason {LONG}", NORA)
    kinds = [type(effect) for effect in world.decide().effects]
    assert kinds.index(EditBody) < kinds.index(PutComment)
    rest(world)
    assert LONG in world.body


def test_the_longest_fields_that_the_card_keeps_fit_into_it() -> None:
    world = a_deal("lead")
    world.comment(f"/set reason {'😀' * (description.ROOM - len('Reason'))}", NORA)
    world.run(until=1)
    assert "😀" not in world.body
    rest(world)
    assert "😀" in world.body


def described(text: str) -> Deal:
    pipeline = default_pipeline()
    body = fields.parse(text, pipeline.headings, pipeline.one_line)
    return Deal(7, "Acme", body, Amount(body.fields.get("Value", ""), "EUR"), "lead")


def test_a_field_written_as_it_was_is_not_written() -> None:
    deal = described("### Value\n\n9000 EUR\n")
    same = description.with_field(deal, "Value", "9000 EUR")
    assert same.written == ()
    changed = description.with_field(deal, "Value", None)
    assert (changed.written, "Value" in changed.body.text) == ((("Value", None),), False)


def test_a_description_that_lets_nothing_be_written_stays() -> None:
    deal = described("<!-- open")
    assert description.with_fields(deal, [("Brief", "a --> b")]) == deal


def test_the_journal_keeps_the_fields() -> None:
    world = died_before_the_description("/value 12k", "/set reason price")
    kept = world.journal()
    assert dict(kept.fields).keys() == {"Value", "Reason"}
    assert journal.from_payload(journal.to_payload(kept)) == kept
