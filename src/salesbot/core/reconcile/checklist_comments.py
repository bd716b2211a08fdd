"""The checklists on a deal: which are to be posted, when they are written again, and with what.

A tick never makes the bot rewrite a list: comments know no compare-and-swap. Lists are written on first entry, for a
new round, and on `/checklist`; then ticks and people's lines are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from salesbot.core.commands.registry import usage
from salesbot.core.lifecycle import guards
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments, headings, keys
from salesbot.core.model.deal import Deal, How, StageVisit
from salesbot.core.model.effects import PutComment
from salesbot.core.model.facts import Comment
from salesbot.core.model.keys import Kind
from salesbot.core.model.pipeline import Pipeline, Stage, checklist_file, checklist_names
from salesbot.core.reconcile import other_comments
from salesbot.core.text import checklist_merge, checklists
from salesbot.core.text.render import Renderer


def list_effects(state: DealState, observed: Observed, render: Renderer) -> list[PutComment]:
    """Post the lists that are missing, and rewrite those that are due for it."""
    effects = []
    there = checklist_names(render.names())
    for name in (name for name in _wanted(state, observed) if name in there):
        posted = observed.parsed.own.get(keys.checklist(name), [])
        if posted and not _is_due(name, posted[0], state, observed):
            continue
        filled = _filled(name, state, observed, render)
        if not posted:
            effects.append(_put(name, _first_text(name, filled, state, observed), filled, state, observed))
        else:
            text = _renewed(name, posted[0], filled, state, observed)
            effects.append(_put(name, text, filled, state, observed, posted[0]))
    return effects


def _wanted(state: DealState, observed: Observed) -> list[str]:
    """The list of the stage the deal is in, those a refusal misses, those somebody asked for.

    Where a deal was taken over, its stage's list comes when somebody asks: else adoption would mail everybody.
    """
    stage = observed.pipeline.stage(state.deal.stage)
    unasked = bool(state.journal.left) or any(visit.how == How.ADOPTED for visit in state.deal.history[-1:])
    names = [stage.checklist] if stage is not None and stage.checklist and not unasked else []
    pending = [entry.key.of for entry in other_comments.pending(state, observed) if entry.key.kind == Kind.CHECKLIST]
    return list(dict.fromkeys([*names, *pending, *state.journal.refresh]))


def _is_due(name: str, posted: Comment, state: DealState, observed: Observed) -> bool:
    written = _written(posted)
    return written != (round_of(name, state, observed.pipeline), _asked(name, state)) and (
        written[0] < round_of(name, state, observed.pipeline) or written[1] < _asked(name, state)
    )


def _written(posted: Comment) -> tuple[int, int]:
    """For which round and which comment a posted list was written, as its marker says."""
    payload = posted.marker.payload if posted.marker else {}
    round_, asked = payload.get("round", 1), payload.get("asked", 0)
    return (round_ if isinstance(round_, int) else 1, asked if isinstance(asked, int) else 0)


def _asked(name: str, state: DealState) -> int:
    return state.journal.refresh.get(name, 0)


def round_of(name: str, state: DealState, pipeline: Pipeline) -> int:
    """How many times the deal came to the list's stage, counting only returns from further on, and none taken back.

    Being put off or closed in between makes no difference: the old estimate has to be redone.
    """
    stage = _stage_of(name, pipeline)
    order = [each.name for each in pipeline.open_stages]
    if stage is None or stage.name not in order:
        return 1
    visits = [visit for visit in state.deal.history if visit.stage in order]
    returns = [
        visit
        for before, visit in pairwise(visits)
        if visit.stage == stage.name and visit.how != How.UNDO and _is_beyond(before, stage, order)
    ]
    return 1 + len(returns)


def _is_beyond(visit: StageVisit, stage: Stage, order: Sequence[str]) -> bool:
    return visit.stage in order and order.index(visit.stage) > order.index(stage.name)


def _stage_of(name: str, pipeline: Pipeline) -> Stage | None:
    return next((stage for stage in pipeline.stages if stage.checklist == name), None)


def _first_text(name: str, text: str, state: DealState, observed: Observed) -> str:
    """The list as it is posted; one that was deleted comes back with the ticks last read."""
    stage = _stage_of(name, observed.pipeline)
    if stage is not None and stage.notify and _is_first(name, state, observed):
        text = f"{text}\n\n{stage.notify}"
    return checklists.restore(text, state.journal.ticks.get(name, ()))


def _is_first(name: str, state: DealState, observed: Observed) -> bool:
    """Whether the list was never on the issue: not seen there, nor posted and then deleted by somebody."""
    return not state.journal.lists.get(name) and not (
        name in state.journal.lists and other_comments.was_deleted(observed)
    )


def _filled(name: str, state: DealState, observed: Observed, render: Renderer) -> str:
    """The template with the deal's fields."""
    pipeline = observed.pipeline
    return render(checklist_file(name), values(name, state.deal, pipeline, round_=round_of(name, state, pipeline)))


def values(name: str, deal: Deal, pipeline: Pipeline, *, round_: int) -> dict[str, Any]:
    """Gather what a checklist shows."""
    return {
        "deal": {"number": deal.number, "title": deal.title, "owner": deal.owner, "stage": deal.stage},
        "fields": dict(deal.fields),
        "next_step": deal.fields.get(headings.NEXT_STEP),
        "round": round_,
        "forward": _forward(name, pipeline),
        "reject": next((usage(stage) for stage in pipeline.stages if stage.outcome == "rejected"), None),
    }


def _forward(name: str, pipeline: Pipeline) -> str | None:
    """What to type once the list is done: the move to the first stage that asks for it."""
    wanted = guards.full_name(name)
    return next((usage(stage) for stage in pipeline.stages if wanted in stage.requires), None)


def _renewed(name: str, posted: Comment, filled: str, state: DealState, observed: Observed) -> str:
    """The template's text with the ticks, strikes and lines of people; in a new round some ticks are due again."""
    old = posted.body
    if _written(posted)[0] < round_of(name, state, observed.pipeline):
        old = checklists.new_round(old)
    return checklist_merge.merge(old, filled)


def _put(
    name: str, text: str, filled: str, state: DealState, observed: Observed, posted: Comment | None = None
) -> PutComment:
    key = keys.checklist(name)
    round_, asked = round_of(name, state, observed.pipeline), _asked(name, state)
    # The marker also names the lines as the bot wrote them, so that a later merge tells them from people's.
    payload: dict[str, Any] = {**checklist_merge.written(filled)}
    payload |= ({"round": round_} if round_ > 1 else {}) | ({"asked": asked} if asked else {})
    return PutComment(key, comments.write(key, text, payload), posted.id if posted else None)


def with_lists(state: DealState, effects: Sequence[PutComment]) -> DealState:
    """Count the lists about to be written as they will be, so that the card need not change once they are."""
    urls = {name: posted.url for name, posted in state.deal.checklists.items()}
    read = {name: checklists.read(name, effect.body, urls.get(name, "")) for name, effect in _by_name(effects)}
    return replace(state, deal=replace(state.deal, checklists={**state.deal.checklists, **read}))


def _by_name(effects: Sequence[PutComment]) -> list[tuple[str, PutComment]]:
    return [(effect.key.of, effect) for effect in effects]
