"""Coming back from revisit: the date has come, and the deal returns by itself.

Never refused, since nobody is there to read a refusal. Never later than `qualified`: the old estimate has to be redone.
"""

from __future__ import annotations

from datetime import date

from salesbot.core.lifecycle import close_reasons
from salesbot.core.lifecycle.intents import ReturnIntent
from salesbot.core.lifecycle.transitions import DealState, Request, apply_changes, enter
from salesbot.core.model import headings
from salesbot.core.model.changes import SetField
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import How, Move, Role, StageVisit
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text import next_step
from salesbot.core.text.days import local_day
from salesbot.core.text.render import Renderer
from salesbot.core.views import card

CAP = "qualified"


def evaluate(state: DealState, intent: ReturnIntent, pipeline: Pipeline, render: Renderer) -> DealState:
    """Bring the deal back, tell its owner why it was put off, and drop what is no longer true."""
    stage = pipeline.stage(state.deal.stage)
    if stage is None or not stage.paused:
        return state
    target = stage_to_return_to(state.deal.history, pipeline)
    today = local_day(intent.at, pipeline.timezone)
    values = {
        "person": state.deal.owner or None,
        "team": None if state.deal.owner else pipeline.notify_new,
        "stage": target.name,
        "why": state.deal.fields.get(headings.REASON),
        "value": _value(state),
        "past_close": card.in_words(state.deal.fields, headings.EXPECTED_CLOSE) if _past_close(state, today) else None,
        "next_step": bool(next_step.parse(state.deal.fields.get(headings.NEXT_STEP, ""))),
        "say": f"/{stage.command}" if stage.command else None,
    }
    back = enter(state, target, Move(target.name, intent.at, None, How.SCHEDULE), pipeline)
    return back.with_pending(Key(Kind.BACK, today.isoformat()), render("back.md.j2", values))


def clean_up(state: DealState, pipeline: Pipeline) -> DealState:
    """Empty what is no longer true once a deal came back: its date and reason, and an expected close that is past.

    Derived from the last visit, so that the run after one that died does it too.
    """
    visit = state.deal.history[-1] if state.deal.history else None
    if visit is None or visit.how != How.SCHEDULE:
        return state
    day = local_day(visit.entered, pipeline.timezone)
    changes = [SetField(headings.EXPECTED_CLOSE, None)] if _past_close(state, day) else []
    revisit_on = day_in(state.deal.fields, headings.REVISIT_ON)
    if revisit_on is not None and revisit_on <= day:
        changes.append(SetField(headings.REVISIT_ON, None))
        changes += [SetField(headings.REASON, None)] if _still_has_the_reason_for_it(state) else []
    if not changes:
        return state
    outcome = apply_changes(state, changes, Request(pipeline, Role.ADMIN, visit.entered, None))
    return outcome if isinstance(outcome, DealState) else state


def _still_has_the_reason_for_it(state: DealState) -> bool:
    """Whether a run that died has left the reason behind, which the history has by now."""
    before = state.deal.history[-2:-1]
    return any(visit.why == close_reasons.in_short(state.deal) for visit in before)


def stage_to_return_to(history: tuple[StageVisit, ...], pipeline: Pipeline) -> Stage:
    """Find the open stage the deal left, but none beyond the cap."""
    order = [stage.name for stage in pipeline.open_stages]
    cap = pipeline.stage(CAP)
    start = pipeline.stage(pipeline.initial)
    assert start is not None, pipeline.initial
    for visit in reversed(history):
        stage = pipeline.stage(visit.stage)
        if stage is None or not stage.is_open:
            continue
        too_far = cap is not None and cap.name in order and order.index(stage.name) > order.index(cap.name)
        return cap if too_far and cap is not None else stage
    return start


def _value(state: DealState) -> str | None:
    money = state.deal.value.money
    return str(money) if money else None


def _past_close(state: DealState, today: date) -> bool:
    """Whether the expected close is in the past by now."""
    day = day_in(state.deal.fields, headings.EXPECTED_CLOSE)
    return day is not None and day < today
