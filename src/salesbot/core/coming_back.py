"""Coming back from revisit: the date has come, and the deal returns by itself.

Never refused, since nobody is there to hear a no. At most to `qualified`: an old estimate is no estimate.
"""

from __future__ import annotations

from datetime import date

from salesbot.core import card, comments, next_step, reasons
from salesbot.core.acts import SetField
from salesbot.core.dates import fixed_date
from salesbot.core.days import local_day
from salesbot.core.deal import Move, Role, StageVisit
from salesbot.core.judge import Bench, Course, enter, perform
from salesbot.core.pipeline import Pipeline, Stage
from salesbot.core.voice import Say
from salesbot.core.wishes import BackWish

CAP = "qualified"
HOW = "schedule"


def judge(course: Course, wish: BackWish, pipeline: Pipeline, say: Say) -> Course:
    """Bring the deal back, tell its owner why it was put off, and drop what is no longer true."""
    stage = pipeline.stage(course.deal.stage)
    if stage is None or not stage.paused:
        return course
    target = stage_to_return_to(course.deal.history, pipeline)
    today = local_day(wish.at, pipeline.timezone)
    values = {
        "person": course.deal.owner or None,
        "team": None if course.deal.owner else pipeline.notify_new,
        "stage": target.name,
        "why": course.deal.fields.get("Reason"),
        "value": _value(course, pipeline),
        "past_close": card.in_words(_past_close(course, today)),
        "next_step": bool(next_step.parse(course.deal.fields.get("Next step", ""))),
        "say": f"/{stage.command}" if stage.command else None,
    }
    back = enter(course, target, Move(target.name, wish.at, None, HOW), pipeline)
    return back.owing(comments.key(comments.BACK, today.isoformat()), say("back.md.j2", values))


def clean_up(course: Course, pipeline: Pipeline) -> Course:
    """Empty what is no longer true once a deal came back: its date and reason, and an expected close that is past.

    Derived from the last visit, so that the run after one that died does it too.
    """
    visit = course.deal.history[-1] if course.deal.history else None
    if visit is None or visit.how != HOW:
        return course
    day = local_day(visit.entered, pipeline.timezone)
    acts = [SetField("Expected close", None)] if _past_close(course, day) else []
    if _is_past(course.deal.fields.get("Revisit on", ""), day):
        acts.append(SetField("Revisit on", None))
        acts += [SetField(reasons.HEADING, None)] if _says_why_it_was_put_off(course) else []
    if not acts:
        return course
    outcome = perform(course, acts, Bench(pipeline, Role.ADMIN, visit.entered, None))
    return outcome if isinstance(outcome, Course) else course


def _says_why_it_was_put_off(course: Course) -> bool:
    """Whether a run that died has left the reason behind, which the history has by now."""
    before = course.deal.history[-2:-1]
    return any(visit.why == reasons.in_short(course.deal) for visit in before)


def _is_past(text: str, day: date) -> bool:
    read = fixed_date(text)
    return read is not None and read <= day


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


def _value(course: Course, pipeline: Pipeline) -> str | None:
    money = card.value_of(course.deal, pipeline)
    return str(money) if money else None


def _past_close(course: Course, today: date) -> str | None:
    """The expected close, if it lies in the past by now."""
    text = course.deal.fields.get("Expected close", "")
    day = fixed_date(text)
    return text if day is not None and day < today else None
