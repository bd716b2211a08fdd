"""What a cache keeps of a deal is read back as it was, or not kept."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from salesbot.core.report import as_json, kept_numbers
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.kept_numbers import KeptNumbers
from tests.core.report.made import SCOPE, a_report

DEALS = a_report(Random(11), 200).deals
HALF = "half a character \ud800"


def kept(deal: CountedDeal) -> KeptNumbers:
    return KeptNumbers(SCOPE.at, deal.created, True, ("ann",), {}, deal)


def test_every_deal_is_read_back_as_it_was() -> None:
    for deal in DEALS:
        again = kept_numbers.read(kept_numbers.text(kept(deal)), deal.number)
        assert again == kept(deal)
        assert again is not None
        assert again.deal is not None
        assert again.deal.traits == deal.traits


@pytest.mark.parametrize("field", ["title", "client", "source", "reason"])
def test_a_deal_with_half_a_character_is_not_kept_and_written_all_the_same(field: str) -> None:
    changed: dict[str, Any] = {field: HALF}
    deal = replace(DEALS[0], **changed)
    assert kept_numbers.text(kept(deal)) == ""
    (found,) = json.loads(as_json.text_of_deals([deal], SCOPE))["deals"]
    assert HALF in found.values()


def test_a_deal_whose_numbers_are_too_long_is_not_kept() -> None:
    assert kept_numbers.text(kept(replace(DEALS[0], title="x" * kept_numbers.LONGEST))) == ""
