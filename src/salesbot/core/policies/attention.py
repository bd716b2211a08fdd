"""Attention: what needs attention, as labels that come and go by themselves, and as a few reminders.

The sweep puts labels on and reminds; every run takes off what is no longer so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from salesbot.core.lifecycle import activity, deal_tasks, guards, people
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import headings
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import How, Move
from salesbot.core.model.effects import AddLabel, CreateLabel, Effect, RemoveLabel
from salesbot.core.model.estimate import estimate
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.messages import Message, message
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text import logins, next_step
from salesbot.core.text.days import add_working_days, local_day, midnight
from salesbot.core.text.label_names import has_prefix, label_key
from salesbot.core.text.next_step import NextStep

PREFIX = "attention:"
COLOR = "fbca04"


class AttentionKind(StrEnum):
    """Why a deal needs attention, the most urgent first. The names of the labels end in these."""

    OVERDUE = "overdue"
    NO_NEXT_STEP = "no-next-step"
    IDLE = "idle"
    UNANSWERED = "unanswered"
    INCOMPLETE = "incomplete"


KINDS: Mapping[AttentionKind, str] = MappingProxyType(
    {
        AttentionKind.OVERDUE: "The next step or a task is past its date",
        AttentionKind.NO_NEXT_STEP: "It has no next step",
        AttentionKind.IDLE: "Idle for longer than this stage allows",
        AttentionKind.UNANSWERED: "Somebody outside waits for an answer",
        AttentionKind.INCOMPLETE: "Something this stage expects is missing",
    }
)
SWEEP = "sweep"
"""The trigger of a sweep: only then labels are put on and people reminded."""
QUIET_AFTER_ADOPTION = timedelta(days=7)
NO_NEXT_STEP_FROM = 3
"""Working days."""
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
Beginnings = tuple[tuple[AttentionKind, datetime], ...]
"""What a deal needs attention for, the most urgent first, and since or from when."""


def needed(state: DealState, observed: Observed) -> tuple[AttentionKind, ...]:
    """List what about a deal needs attention now. Asks nothing of ended deals, nor in the days after adoption."""
    return tuple(kind for kind, moment in begins(state, observed) if moment <= observed.now)


def begins(state: DealState, observed: Observed) -> Beginnings:
    """List what a deal needs attention for, now or later if nothing happens to it, and since or from when."""
    if _has_ended(state, observed):
        return ()
    earliest = state.journal.born + QUIET_AFTER_ADOPTION if _is_adopted(state, observed) else ALWAYS
    found = ((kind, _CHECKS[kind](state, observed)) for kind in KINDS)
    return tuple((kind, max(moment, earliest)) for kind, moment in found if moment is not None)


def is_left_in_peace(state: DealState, observed: Observed) -> bool:
    """Say whether nothing is asked of a deal: it has ended, or was adopted some days ago."""
    is_new_here = observed.now < state.journal.born + QUIET_AFTER_ADOPTION
    return _has_ended(state, observed) or (_is_adopted(state, observed) and is_new_here)


def _has_ended(state: DealState, observed: Observed) -> bool:
    return bool(_stage(state, observed).outcome or state.journal.left or not state.deal.open)


def _is_adopted(state: DealState, observed: Observed) -> bool:
    return state.journal.born > observed.issue.created_at


def _stage(state: DealState, observed: Observed) -> Stage:
    stage = observed.pipeline.stage(state.deal.stage)
    assert stage is not None, state.deal.stage
    return stage


def _next_step(state: DealState) -> NextStep | None:
    return next_step.parse(state.deal.fields.get(headings.NEXT_STEP, ""))


def _overdue(state: DealState, observed: Observed) -> datetime | None:
    step, task = _next_step(state), deal_tasks.earliest_day(observed.issue, state.journal)
    days = [day for day in (step.day if step is not None else None, task) if day is not None]
    return _morning(min(days), observed, after=1) if days else None


def _step_is_late(state: DealState, observed: Observed) -> bool:
    step = _next_step(state)
    return step is not None and step.day < observed.today


def _no_next_step(state: DealState, observed: Observed) -> datetime | None:
    deal, pipeline, issue = state.deal, observed.pipeline, observed.issue
    due = _stage(state, observed) in pipeline.step_stages
    if not due or deal.fields.get(headings.NEXT_STEP) or deal_tasks.counts(issue, state.journal).open:
        return None
    times = [visit.entered for visit in deal.history[-1:]] + [edit.at for edit in issue.body_edits[:1]]
    start = local_day(max(times, default=issue.created_at), pipeline.timezone)
    day = add_working_days(start, NO_NEXT_STEP_FROM, pipeline.quiet)
    return _unless_snoozed(_morning(day, observed), state, observed)


def _idle(state: DealState, observed: Observed) -> datetime | None:
    """A deal with a next step in the future is not idle, and one that came back on its day begins again."""
    limit, step = _stage(state, observed).idle_days, _next_step(state)
    if limit is None:
        return None
    begin = _morning(idle_since(state, observed), observed, after=limit)
    planned = _morning(step.day, observed, after=1) if step is not None else begin
    return _unless_snoozed(max(begin, planned), state, observed)


def idle_since(state: DealState, observed: Observed) -> date:
    """Say on which day somebody of us did something last, or the deal came back on its day."""
    last = activity.last_of_ours(observed.activity) or observed.issue.created_at
    last = max([last, *(visit.entered for visit in state.deal.history[-1:] if visit.how == How.SCHEDULE)])
    return local_day(last, observed.pipeline.timezone)


def _unanswered(_: DealState, observed: Observed) -> datetime | None:
    since = activity.waiting_since(observed.activity)
    return _a_working_day_after(since, observed.pipeline) if since is not None else None


def _a_working_day_after(moment: datetime, pipeline: Pipeline) -> datetime:
    """The same time on the next working day; what came on a day off counts from the next working day's morning."""
    local = moment.astimezone(pipeline.timezone)
    first = add_working_days(local.date(), 0, pipeline.quiet)
    clock = local.timetz() if first == local.date() else local.timetz().replace(hour=0, minute=0, second=0)
    return datetime.combine(min(add_working_days(first, 1, pipeline.quiet), LAST_DAY), clock)


def _incomplete(state: DealState, observed: Observed) -> datetime | None:
    """Days make no difference to what is missing, but for a day to come back on, which is missing once it has come."""
    stage = _stage(state, observed)
    if guards.missing(state.deal, Move(stage.name, observed.now), stage.expects, observed.pipeline):
        return ALWAYS
    day = day_in(state.deal.fields, headings.REVISIT_ON) if guards.DATE in stage.expects else None
    return _morning(day, observed) if day is not None else None


def _morning(day: date, observed: Observed, *, after: int = 0) -> datetime:
    """Give the moment at which a day begins for the team, or one some days after it. People may name any year."""
    day = min(max(day, FIRST_DAY), LAST_DAY)
    return midnight(day + timedelta(days=after), observed.pipeline.timezone)


def _unless_snoozed(moment: datetime, state: DealState, observed: Observed) -> datetime:
    until = day_in(state.deal.fields, headings.SNOOZED_UNTIL)
    return max(moment, _morning(until, observed)) if until is not None else moment


def is_snoozed(state: DealState, observed: Observed) -> bool:
    """Say whether a deal is to be left quiet for a while."""
    until = day_in(state.deal.fields, headings.SNOOZED_UNTIL)
    return until is not None and until > observed.today


_CHECKS = {
    AttentionKind.OVERDUE: _overdue,
    AttentionKind.NO_NEXT_STEP: _no_next_step,
    AttentionKind.IDLE: _idle,
    AttentionKind.UNANSWERED: _unanswered,
    AttentionKind.INCOMPLETE: _incomplete,
}


def label_effects(state: DealState, observed: Observed) -> list[Effect]:
    """Put the labels in sync with what is needed; only the sweep puts new ones on."""
    wanted = {f"{PREFIX}{kind}" for kind in needed(state, observed)}
    on = {label_key(label.name): label.name for label in observed.issue.labels if has_prefix(label.name, PREFIX)}
    known = {f"{PREFIX}{kind}" for kind in KINDS}
    sweeping = observed.facts.trigger.event == SWEEP
    add: list[Effect] = [AddLabel(name) for name in sorted(wanted - set(on))] if sweeping else []
    return [*(RemoveLabel(on[name]) for name in sorted((set(on) & known) - wanted)), *add]


def missing_labels(effects: Sequence[Effect], observed: Observed) -> Iterator[Effect]:
    """Create the attention labels that are about to be used for the first time."""
    known = {label_key(label.name) for label in observed.facts.repository.labels}
    for effect in effects:
        if isinstance(effect, AddLabel) and effect.name not in known:
            yield CreateLabel(effect.name, COLOR, KINDS[AttentionKind(effect.name.removeprefix(PREFIX))])


ESTIMATE = "estimate"
"""What else somebody is reminded of, without a label: lines of the estimate, on the day before the next step."""


def remind(state: DealState, observed: Observed) -> DealState:
    """Add the reminders that are due, once per occasion, on working days.

    Of a next step that is overdue, of a message without an answer, of lines of an estimate.
    """
    if observed.facts.trigger.event != SWEEP or observed.pipeline.is_quiet(observed.today):
        return state
    for kind, occasion in _occasions(state, observed):
        texts = _reminders(kind, state, observed)
        if occasion in state.journal.reminded or not texts or is_snoozed(state, observed):
            continue
        journal = replace(state.journal, reminded=(*state.journal.reminded, occasion)[-10:])
        state = replace(state, journal=journal).with_pending(Key(Kind.REMINDER, occasion), *texts)
    return state


def _reminders(kind: str, state: DealState, observed: Observed) -> list[Message]:
    """Write what one comment says: a part for each person who is to read it."""
    step = state.deal.fields.get(headings.NEXT_STEP)
    if kind == ESTIMATE:
        lines = {name: owed for name, owed in _owed_lines(state, observed).items() if _can_do_it(name, observed)}
        values: list[dict[str, Any]] = [{"person": name, "lines": owed} for name, owed in lines.items()]
    else:
        person, team = _whom(state, observed)
        values = [{"person": person, "team": team}] if person or team else []
    return [message("reminder.md.j2", {"kind": kind, "next_step": step, **each}) for each in values]


def _occasions(state: DealState, observed: Observed) -> Iterator[tuple[str, str]]:
    """Name the occasions of reminders: which step is overdue, which message waits, for which step an estimate lacks."""
    kinds, step = needed(state, observed), _next_step(state)
    if step is not None and AttentionKind.OVERDUE in kinds and _step_is_late(state, observed):
        yield AttentionKind.OVERDUE, f"overdue-{step.day.isoformat()}"
    since = activity.waiting_since(observed.activity)
    if since is not None and AttentionKind.UNANSWERED in kinds:
        yield AttentionKind.UNANSWERED, f"unanswered-{int(since.timestamp())}"
    if step is not None and _owed_lines(state, observed):
        yield ESTIMATE, f"estimate-{step.day.isoformat()}"


def current_occasions(state: DealState, observed: Observed) -> set[str]:
    """Name the occasions that last: their reminders are still news."""
    return {occasion for _, occasion in _occasions(state, observed)}


def estimate_is_due(state: DealState, observed: Observed) -> bool:
    """Say whether the next step is the next working day, or today if the day before brought no sweep."""
    step, today = _next_step(state), observed.today
    if step is None or step.day < today or is_left_in_peace(state, observed):
        return False
    return add_working_days(today, 1, observed.pipeline.quiet) >= step.day


def _owed_lines(state: DealState, observed: Observed) -> dict[str, list[str]]:
    """List the lines of the estimate that each person still owes, if the next step is near."""
    if not estimate_is_due(state, observed):
        return {}
    found = estimate(state.deal.checklists, observed.pipeline, observed.today)
    return {name: [guards.title(line.item, line.said.what) for line in lines] for name, lines in found.owing.items()}


def owing_people(observed: Observed) -> list[str]:
    """Name the people who still owe a line of the estimate: may they be mentioned?"""
    return list(estimate(observed.parsed.checklists, observed.pipeline, observed.today).owing)


def _can_do_it(name: str, observed: Observed) -> bool:
    return people.is_here(name, observed.facts) and not observed.pipeline.is_away(name, observed.today)


def _whom(state: DealState, observed: Observed) -> tuple[str | None, str | None]:
    """The person named in the next step, else the owner; for who is away or left, the team is reminded instead."""
    step = _next_step(state)
    named = step.who if step is not None and _step_is_late(state, observed) else None
    person = named if named and _is_somebody(named, state, observed) else state.deal.owner
    if person is None or not _can_do_it(person, observed):
        return None, observed.pipeline.notify_new
    return person, None


def _is_somebody(name: str, state: DealState, observed: Observed) -> bool:
    """Whether a word in brackets behind a next step names somebody, now or once: `call them (mobile)` does not."""
    return name.casefold() in {*state.journal.people, logins.GHOST} or people.is_here(name, observed.facts)
