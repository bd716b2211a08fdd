"""Coming back from revisit: the date has come, and the deal returns by itself.

Never refused, since nobody is there to read a refusal. Never later than `qualified`: the old estimate has to be redone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from salesbot.core.lifecycle import description
from salesbot.core.lifecycle.intents import ReturnIntent
from salesbot.core.lifecycle.transitions import DealState, enter
from salesbot.core.model import headings
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import How, Move, StageVisit
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.messages import message
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text import next_step
from salesbot.core.text.days import local_day
from salesbot.core.views import card

CAP = "qualified"


def evaluate(state: DealState, intent: ReturnIntent, pipeline: Pipeline) -> DealState:
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
    if values["past_close"]:
        back = replace(back, deal=description.with_fields(back.deal, [(headings.EXPECTED_CLOSE, None)]))
    return back.with_pending(Key(Kind.BACK, today.isoformat()), message("back.md.j2", values))


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
