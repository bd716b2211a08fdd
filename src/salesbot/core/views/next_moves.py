"""Where a deal can go next, and what it still lacks for each stage: part of the card, and of `/help`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from salesbot.core.commands.registry import usage
from salesbot.core.lifecycle import guards
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model.deal import Deal, Move, Refusal
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.render import Markdown


def to(stage: Stage) -> Move:
    """Make a move for asking guards. Nothing on a card depends on the time, so neither may what it asks."""
    return Move(stage.name, datetime(1970, 1, 1, tzinfo=UTC))


def ways(deal: Deal, stage: Stage, pipeline: Pipeline) -> Iterator[dict[str, Any]]:
    """List each possible next stage with its command and what it still needs."""
    if stage.outcome is not None:
        return
    for name in stage.next:
        target = pipeline.stage(name)
        if target is not None:
            yield {"stage": target.name, "command": usage(target), "needs": needs(deal, target, pipeline)}


def next_stage(state: DealState, stage: Stage, pipeline: Pipeline) -> dict[str, Any] | None:
    """Describe the one stage that a deal reaches next if all goes well; None if it has left the pipeline or is put off.

    A checklist that was posted is shown with its progress, everything else it needs by name.
    """
    target = _following(stage, pipeline)
    if target is None or state.journal.left or state.journal.asked:
        return None
    refusals = _missing(state.deal, target, pipeline)
    lists = {name for no in refusals if (name := guards.checklist_of(no)) in state.deal.checklists and name}
    return {
        "stage": target.name,
        "command": usage(target),
        "needs": [guards.short_name(no) for no in refusals if guards.checklist_of(no) not in lists],
        "checklists": [progress(name, state.deal) for name in sorted(lists)],
    }


def _following(stage: Stage, pipeline: Pipeline) -> Stage | None:
    """The nearest stage after this one, in the pipeline's order, that a move leads to; won is the last."""
    order = [each for each in pipeline.stages if each.is_open or each.outcome == "won"]
    if not stage.is_open:
        return None
    return next((each for each in order[order.index(stage) + 1 :] if each.name in stage.next), None)


def needs(deal: Deal, target: Stage, pipeline: Pipeline) -> list[str]:
    """Name briefly what a deal still lacks to enter a stage."""
    return [guards.short_name(refusal) for refusal in _missing(deal, target, pipeline)]


def _missing(deal: Deal, target: Stage, pipeline: Pipeline) -> tuple[Refusal, ...]:
    return guards.missing(deal, to(target), target.requires, pipeline)


def progress(name: str, deal: Deal) -> dict[str, Any]:
    """Count the settled items of a checklist that was posted, and those it needs."""
    checklist = deal.checklists[name]
    needed = [item for item in checklist.items if item.needed]
    return {
        "name": name,
        "url": Markdown(checklist.url) if checklist.url else None,
        "done": sum(item.settled for item in needed),
        "total": max(len(needed), checklist.asked),
    }
