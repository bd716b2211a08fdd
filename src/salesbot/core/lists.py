"""The checklists on a deal: which are to stand there, when they are written anew, and with what.

A tick never makes the bot rewrite a list: comments know no compare-and-swap. Lists are written on first entry, for a
new round, and on `/checklist`; then ticks and people's lines are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from salesbot.core import checklists, comments, markdown, merging, speak
from salesbot.core.command_table import usage
from salesbot.core.deal import StageVisit
from salesbot.core.effects import PutComment
from salesbot.core.facts import Comment
from salesbot.core.found import ADOPTED
from salesbot.core.judge import Course
from salesbot.core.pipeline import Pipeline, Stage, checklist_file
from salesbot.core.stand import Stand


def list_effects(course: Course, stand: Stand) -> list[PutComment]:
    """Post the lists that are missing, and rewrite those that are due for it."""
    effects = []
    for name in _wanted(course, stand):
        posted = stand.own.get(comments.key(comments.CHECKLIST, name), [])
        if not posted:
            effects.append(_put(name, _render(name, course, stand), course, stand))
        elif _is_due(name, posted[0], course, stand):
            effects.append(_put(name, _renewed(name, posted[0], course, stand), course, stand, posted[0]))
    return effects


def _wanted(course: Course, stand: Stand) -> list[str]:
    """The list of the stage the deal is in, those a refusal misses, those somebody asked for.

    Where a deal was taken over, its stage's list comes when somebody asks: else adoption would mail everybody.
    """
    stage = stand.pipeline.stage(course.deal.stage)
    unasked = bool(course.journal.left) or any(visit.how == ADOPTED for visit in course.deal.history[-1:])
    names = [stage.checklist] if stage is not None and stage.checklist and not unasked else []
    owed = [entry.key.partition(":")[2] for entry in speak.owed(course, stand) if speak.is_list(entry.key)]
    return list(dict.fromkeys([*names, *owed, *course.journal.refresh]))


def _is_due(name: str, posted: Comment, course: Course, stand: Stand) -> bool:
    written = _written(posted)
    return written != (_round(name, course, stand.pipeline), _asked(name, course)) and (
        written[0] < _round(name, course, stand.pipeline) or written[1] < _asked(name, course)
    )


def _written(posted: Comment) -> tuple[int, int]:
    """For which round and which comment a posted list was written, as its marker says."""
    marker = markdown.read_marker(posted.body)
    payload = marker.payload if marker else {}
    round_, asked = payload.get("round", 1), payload.get("asked", 0)
    return (round_ if isinstance(round_, int) else 1, asked if isinstance(asked, int) else 0)


def _asked(name: str, course: Course) -> int:
    return course.journal.refresh.get(name, 0)


def _round(name: str, course: Course, pipeline: Pipeline) -> int:
    """How many times the deal came to the list's stage, counting only returns from further on, and none taken back.

    Being put off or closed in between makes no difference: an old estimate is no estimate.
    """
    stage = _stage_of(name, pipeline)
    order = [each.name for each in pipeline.open_stages]
    if stage is None or stage.name not in order:
        return 1
    visits = [visit for visit in course.deal.history if visit.stage in order]
    returns = [
        visit
        for before, visit in pairwise(visits)
        if visit.stage == stage.name and visit.how != "undo" and _is_beyond(before, stage, order)
    ]
    return 1 + len(returns)


def _is_beyond(visit: StageVisit, stage: Stage, order: Sequence[str]) -> bool:
    return visit.stage in order and order.index(visit.stage) > order.index(stage.name)


def _stage_of(name: str, pipeline: Pipeline) -> Stage | None:
    return next((stage for stage in pipeline.stages if stage.checklist == name), None)


def _render(name: str, course: Course, stand: Stand) -> str:
    """Fill a list with the deal's fields; one that was deleted comes back with the ticks last seen."""
    memory = course.journal
    text = _filled(name, course, stand)
    stage = _stage_of(name, stand.pipeline)
    if stage is not None and stage.notify and _is_first(name, course, stand):
        text = f"{text}\n\n{stage.notify}"
    return checklists.restore(text, memory.ticks.get(name, ()))


def _is_first(name: str, course: Course, stand: Stand) -> bool:
    """Whether the list was never on the issue: not seen there, nor posted and then deleted by somebody."""
    return not course.journal.lists.get(name) and not (name in course.journal.lists and speak.taken_away(stand))


def _filled(name: str, course: Course, stand: Stand) -> str:
    deal = course.deal
    values = {
        "deal": {"number": deal.number, "title": deal.title, "owner": deal.owner, "stage": deal.stage},
        "fields": dict(deal.fields),
        "next_step": deal.fields.get("Next step"),
        "round": _round(name, course, stand.pipeline),
        "forward": _forward(name, stand.pipeline),
        "reject": next((usage(stage) for stage in stand.pipeline.stages if stage.outcome == "rejected"), None),
    }
    return stand.say(checklist_file(name), values)


def _forward(name: str, pipeline: Pipeline) -> str | None:
    """What to type once the list is settled: the move to the first stage that asks for it."""
    wanted = comments.key(comments.CHECKLIST, name)
    return next((usage(stage) for stage in pipeline.stages if wanted in stage.requires), None)


def _renewed(name: str, posted: Comment, course: Course, stand: Stand) -> str:
    """The template's text with the ticks, strikes and lines of people; in a new round some ticks are due again."""
    old = posted.body
    if _written(posted)[0] < _round(name, course, stand.pipeline):
        old = checklists.new_round(old)
    return merging.merge(old, _filled(name, course, stand))


def _put(name: str, text: str, course: Course, stand: Stand, posted: Comment | None = None) -> PutComment:
    key = comments.key(comments.CHECKLIST, name)
    round_, asked = _round(name, course, stand.pipeline), _asked(name, course)
    # The marker also names the lines as the bot wrote them, so that a later merge tells them from people's.
    payload: dict[str, Any] = {**merging.written(_filled(name, course, stand))}
    payload |= ({"round": round_} if round_ > 1 else {}) | ({"asked": asked} if asked else {})
    return PutComment(key, comments.write(key, text, payload), posted.id if posted else None)


def with_lists(course: Course, effects: Sequence[PutComment]) -> Course:
    """Count the lists about to be written as they will be, so that the card need not change once they are."""
    urls = {name: posted.url for name, posted in course.deal.checklists.items()}
    read = {name: checklists.read(name, effect.body, urls.get(name, "")) for name, effect in _by_name(effects)}
    return replace(course, deal=replace(course.deal, checklists={**course.deal.checklists, **read}))


def _by_name(effects: Sequence[PutComment]) -> list[tuple[str, PutComment]]:
    return [(effect.key.partition(":")[2], effect) for effect in effects]
