"""Visit fields: why a deal ended or was put off, and until when, is true of that visit and of no later one.

Knows what becomes of the sections Reason and Revisit on when a deal moves on. *Without it a deal lost over the price
that came back, and is lost again by a label, counts as lost over the price twice, and nobody is asked.*
"""

from __future__ import annotations

from dataclasses import replace

from salesbot.core.lifecycle import description
from salesbot.core.model.deal import Deal, How, Move, StageVisit
from salesbot.core.model.headings import REASON, REVISIT_ON
from salesbot.core.model.journal import WHY, Journal
from salesbot.core.model.pipeline import Pipeline, Stage

_GUARDS = {REASON: "reason", REVISIT_ON: "date"}
"""The fields of a visit, and the guards that ask for them."""


def on_moving(deal: Deal, journal: Journal, target: Stage, move: Move, pipeline: Pipeline) -> tuple[Deal, Journal]:
    """Take the fields of the visit that ends from the description into the history; `/undo` puts earlier ones back."""
    stays = without_past(deal, target, move, pipeline)
    for heading in _GUARDS:
        if stays.fields.get(heading) != deal.fields.get(heading):
            *before, last = journal.history
            journal = replace(journal, history=(*before, _with(last, heading, deal)))
    return (_put_back(stays, target) if move.how == How.UNDO else stays), journal


def without_past(deal: Deal, target: Stage, move: Move, pipeline: Pipeline) -> Deal:
    """Take out of the description what was given for the visit that a move ends, if the description lets it."""
    past = [heading for heading in _GUARDS if _is_past(heading, deal, target, move, pipeline)]
    return description.with_fields(deal, [(heading, None) for heading in past])


def _is_past(heading: str, deal: Deal, target: Stage, move: Move, pipeline: Pipeline) -> bool:
    """Whether a field belongs to the visit that ends.

    From an end or a pause to another one, a text that no command gave there may have been written for what comes.
    """
    stage = pipeline.stage(deal.stage)
    is_of_visit = stage is not None and stage.name != target.name and _has(heading, stage) and bool(deal.history)
    if not is_of_visit or heading in move.given or not deal.fields.get(heading):
        return False
    if move.how == How.UNDO or not (_has(heading, target) or _asks_for(heading, target)):
        return True
    return not target.is_open and in_short(heading, deal) == _of(deal.history[-1], heading)


def _has(heading: str, stage: Stage) -> bool:
    """Whether visits of a stage have the field: a pause has a date, and an end or a pause a reason."""
    return stage.paused if heading == REVISIT_ON else not stage.is_open


def _asks_for(heading: str, stage: Stage) -> bool:
    return _GUARDS[heading] in (*stage.requires, *stage.expects)


def entered(visit: StageVisit, deal: Deal, target: Stage, move: Move) -> StageVisit:
    """Keep with a visit what was given with the move to it, or was put back, so that it is known to be of this one."""
    for heading in _GUARDS:
        if _has(heading, target) and (heading in move.given or move.how == How.UNDO):
            visit = _with(visit, heading, deal)
    return visit


def in_short(heading: str, deal: Deal) -> str | None:
    """Write a field in one line, as the history keeps it."""
    return " ".join(deal.fields.get(heading, "").split())[:WHY] or None


def back_in_pipeline(deal: Deal, pipeline: Pipeline) -> Deal:
    """Drop why a deal had left the pipeline; why it had ended before that comes back."""
    stage, before = pipeline.stage(deal.stage), deal.history[-1].why if deal.history else None
    if not deal.fields.get(REASON) or (before is None and stage is not None and _has(REASON, stage)):
        return deal
    return description.with_fields(deal, [(REASON, before)])


def _of(visit: StageVisit, heading: str) -> str | None:
    return visit.until if heading == REVISIT_ON else visit.why


def _with(visit: StageVisit, heading: str, deal: Deal) -> StageVisit:
    text = in_short(heading, deal)
    return replace(visit, until=text) if heading == REVISIT_ON else replace(visit, why=text)


def _put_back(deal: Deal, target: Stage) -> Deal:
    last = next((visit for visit in reversed(deal.history) if visit.stage == target.name), None)
    kept = [(heading, _of(last, heading)) for heading in _GUARDS if last is not None and _has(heading, target)]
    return description.with_fields(deal, [(heading, text) for heading, text in kept if text])
