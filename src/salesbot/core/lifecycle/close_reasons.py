"""Reasons: why a deal ended or was put off is true of that visit, and of no later one.

Knows what becomes of the section Reason when a deal goes on. *Without it a deal lost over the price that came back, and
is lost again by a label, counts as lost over the price twice, and nobody is asked.*
"""

from __future__ import annotations

from dataclasses import replace

from salesbot.core.lifecycle import description
from salesbot.core.model.deal import Deal, How, Move
from salesbot.core.model.headings import REASON
from salesbot.core.model.journal import WHY, Journal
from salesbot.core.model.pipeline import Pipeline, Stage


def on_moving(deal: Deal, journal: Journal, target: Stage, move: Move, pipeline: Pipeline) -> tuple[Deal, Journal]:
    """Take the reason of the visit that ends from the description into the history; `/undo` puts it back.

    What `/undo` takes back leaves the fields as they are; its reason goes with the next move on.
    """
    if move.how == How.UNDO:
        return _put_back(deal, target), journal
    needed = any(name == "reason" for name in (*target.requires, *target.expects))
    if not target.is_open or needed or not (journal.left or _is_over(deal, pipeline)):
        return deal, journal
    return without(deal), _noted(journal, deal, pipeline)


def in_short(deal: Deal) -> str:
    """Write the reason in one line, as the history keeps it."""
    return " ".join(deal.fields.get(REASON, "").split())[:WHY]


def without(deal: Deal) -> Deal:
    """Empty the reason, if the description lets it."""
    return _with(deal, None) if deal.fields.get(REASON) else deal


def _is_over(deal: Deal, pipeline: Pipeline) -> bool:
    """Whether the deal leaves an end or a pause, or was brought out of one by the `/undo` before."""
    been = [deal.stage, *(visit.stage for visit in deal.history[-2:-1] if deal.history[-1].how == How.UNDO)]
    return any(not stage.is_open for name in been if (stage := pipeline.stage(name)) is not None)


def _noted(journal: Journal, deal: Deal, pipeline: Pipeline) -> Journal:
    stage, why = pipeline.stage(deal.stage), in_short(deal)
    if stage is None or stage.is_open or not why or not journal.history:
        return journal
    *before, last = journal.history
    return replace(journal, history=(*before, replace(last, why=why)))


def _put_back(deal: Deal, target: Stage) -> Deal:
    why = next((visit.why for visit in reversed(deal.history) if visit.stage == target.name), None)
    return _with(deal, why) if why and not deal.fields.get(REASON) else deal


def _with(deal: Deal, why: str | None) -> Deal:
    return description.with_fields(deal, [(REASON, why)])
