"""Clients: the other deals of a deal's client, as its card names them.

What makes two deals those of one client is `duplicates.joined`. Of other deals, knows description, labels and card.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from salesbot.core.leads import duplicates
from salesbot.core.leads.duplicates import Traits
from salesbot.core.model import headings, journal
from salesbot.core.model.client_deal import ClientDeal
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.journal import Journal
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text import fields, markdown
from salesbot.core.text.money import Amount

MOST = 8
"""Deals that a card names, the newest; the report and `salesbot clients` have all."""
MOST_COMPARED = 50
"""Of all deals with the same domain, mail address or company, so many are compared, the newest."""
LONGEST_REASON = 40


def find(number: int, mine: Traits, others: Iterable[IssueSummary], pipeline: Pipeline) -> tuple[ClientDeal, ...]:
    """Find the other deals of the client among issues."""
    return _newest(each for other in others if other.number != number for each in _found(mine, other, pipeline))


def _found(mine: Traits, other: IssueSummary, pipeline: Pipeline) -> Iterator[ClientDeal]:
    if not mine or not duplicates.may_share(mine, other):
        return
    deal = duplicates.read_other(partial(_joined, mine, other, pipeline))
    if deal is not None:
        yield deal


def _joined(mine: Traits, other: IssueSummary, pipeline: Pipeline) -> ClientDeal | None:
    what = duplicates.joined(mine, duplicates.traits_of(other, pipeline))
    deal = as_client_deal(other, pipeline) if what else None
    return replace(deal, joined=what) if deal is not None else None


def still(known: Sequence[ClientDeal], mine: Traits) -> tuple[ClientDeal, ...]:
    """Keep those that a deal still has something in common with: its own fields may have changed."""
    return tuple(each for each in known if duplicates.still_joins(mine, each.joined))


def as_client_deal(other: IssueSummary, pipeline: Pipeline) -> ClientDeal | None:
    """Say of another issue what a card names; None if it is in no stage. A value counts only as its card knows it."""
    stage = next(filter(None, map(pipeline.stage_of_label, sorted(other.labels))), None)
    if stage is None:
        return None
    kept = journal_of(other)
    return ClientDeal(
        other.number,
        stage.name,
        _value(kept, pipeline),
        kept.history[-1].entered if stage.outcome and kept is not None and kept.history else None,
        _reason(other, stage, pipeline),
    )


def journal_of(other: IssueSummary) -> Journal | None:
    """Read what the card of another issue keeps; None if it has none of its own."""
    marker = markdown.read_marker(other.card)
    kept = journal.from_payload(marker.payload) if marker is not None else None
    return kept if kept is not None and kept.issue == other.number else None


def _value(kept: Journal | None, pipeline: Pipeline) -> str:
    if kept is None:
        return ""
    trusted = next((each.text for each in kept.trusted if each.heading == headings.VALUE), "")
    money = Amount(trusted or (kept.rounds[-1][1] if kept.rounds else ""), pipeline.currency).money
    return str(money) if money is not None else ""


def _reason(other: IssueSummary, stage: Stage, pipeline: Pipeline) -> str:
    if stage.outcome not in ("lost", "rejected"):
        return ""
    found = fields.read(other.body, pipeline.headings, pipeline.one_line).get(headings.REASON, "")
    return markdown.one_line(found)[:LONGEST_REASON]


def _newest(found: Iterable[ClientDeal]) -> tuple[ClientDeal, ...]:
    return tuple(sorted(found, key=lambda each: -each.number)[:MOST])


@dataclass
class ClientIndex:
    """All deals of a pass over the repository by what they can be recognised by."""

    pipeline: Pipeline
    _traits: dict[int, Traits] = field(default_factory=dict)
    _deals: dict[int, ClientDeal] = field(default_factory=dict)
    _known: dict[int, tuple[ClientDeal, ...]] = field(default_factory=dict)
    _by_trait: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(self, deal: IssueSummary, known: tuple[ClientDeal, ...] | None) -> None:
        """Add a deal. `known` is what its card names, None for one whose card is not to be kept up to date."""
        found, traits = as_client_deal(deal, self.pipeline), duplicates.traits_of(deal, self.pipeline)
        if found is None:
            return
        self._traits[deal.number], self._deals[deal.number] = traits, found
        if known is not None:
            self._known[deal.number] = known
        for why, value in _pairs(traits):
            self._by_trait.setdefault((why, value), []).append(deal.number)

    def changed(self) -> Mapping[int, tuple[ClientDeal, ...]]:
        """Say of each deal whose card names other deals than it should, which ones those are."""
        newest = {pair: sorted(numbers)[-MOST_COMPARED:] for pair, numbers in self._by_trait.items()}
        found = ((number, self._of(number, newest), known) for number, known in self._known.items())
        return {number: now for number, now, known in found if now != known}

    def _of(self, number: int, newest: Mapping[tuple[str, str], Sequence[int]]) -> tuple[ClientDeal, ...]:
        """Name what was seen now; a deal that ended long ago was not, and stays as the card has it."""
        mine = self._traits[number]
        near = {other for pair in _pairs(mine) for other in newest[pair] if other != number}
        seen = (replace(self._deals[other], joined=what) for other in near
                if (what := duplicates.joined(mine, self._traits[other])))  # fmt: skip
        past = (each for each in still(self._known[number], mine) if each.ended and each.number not in self._deals)
        return _newest([*seen, *past])


def _pairs(traits: Traits) -> Iterator[tuple[str, str]]:
    return ((why, value) for why, values in traits.items() if why != duplicates.SAME_NAME for value in values)
