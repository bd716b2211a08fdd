"""Attention: what needs a person, as labels that come and go by themselves, and as a few reminders.

The sweep puts labels on and reminds; every run takes off what is no longer so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from salesbot.core.lifecycle import activity, guards
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import Move
from salesbot.core.model.effects import AddLabel, CreateLabel, Effect, RemoveLabel
from salesbot.core.model.facts import Facts
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text import next_step
from salesbot.core.text.days import add_working_days, local_day, working_days_between
from salesbot.core.text.labels import has_prefix, label_key
from salesbot.core.text.render import Renderer

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
        AttentionKind.OVERDUE: "The next step is past its date",
        AttentionKind.NO_NEXT_STEP: "Nobody said what happens next",
        AttentionKind.IDLE: "Nobody did anything for longer than this stage allows",
        AttentionKind.UNANSWERED: "Somebody outside waits for an answer",
        AttentionKind.INCOMPLETE: "Something this stage expects is missing",
    }
)
SWEEP = "sweep"
"""The waking of a sweep: only then labels are put on and people reminded."""
ADOPTED_IN_PEACE = timedelta(days=7)
NO_NEXT_STEP_FROM = 3
"""Working days."""


@dataclass(frozen=True)
class Scene:
    """A deal at a moment, as attention looks at it."""

    state: DealState
    facts: Facts
    pipeline: Pipeline
    now: datetime

    @property
    def today(self) -> date:
        """The day in the pipeline's zone."""
        return local_day(self.now, self.pipeline.timezone)

    @property
    def stage(self) -> Stage:
        """The stage of the deal."""
        stage = self.pipeline.stage(self.state.deal.stage)
        assert stage is not None, self.state.deal.stage
        return stage


def needed(state: DealState, facts: Facts, pipeline: Pipeline, now: datetime) -> tuple[AttentionKind, ...]:
    """Say what about a deal needs a person now. Asks nothing of ended deals, nor in the days after adoption."""
    scene = Scene(state, facts, pipeline, now)
    issue = facts.issue
    assert issue is not None
    adopted = state.journal.born > issue.created_at
    if scene.stage.outcome or state.journal.left or not state.deal.open:
        return ()
    if adopted and now - state.journal.born < ADOPTED_IN_PEACE:
        return ()
    return tuple(kind for kind in KINDS if _CHECKS[kind](scene))


def _overdue(scene: Scene) -> bool:
    step = next_step.parse(scene.state.deal.fields.get("Next step", ""))
    return step is not None and step.day < scene.today


def _no_next_step(scene: Scene) -> bool:
    deal = scene.state.deal
    if scene.stage not in scene.pipeline.step_stages or deal.fields.get("Next step") or _is_snoozed(scene):
        return False
    assert scene.facts.issue is not None
    times = [visit.entered for visit in deal.history[-1:]] + [edit.at for edit in scene.facts.issue.body_edits[:1]]
    start = local_day(max(times, default=scene.facts.issue.created_at), scene.pipeline.timezone)
    return working_days_between(start, scene.today, scene.pipeline.quiet) >= NO_NEXT_STEP_FROM


def _idle(scene: Scene) -> bool:
    """A deal with a next step in the future is not idle, and one that came back on its day begins anew."""
    limit = scene.stage.idle_days
    step = next_step.parse(scene.state.deal.fields.get("Next step", ""))
    if limit is None or _is_snoozed(scene) or (step is not None and step.day >= scene.today):
        return False
    assert scene.facts.issue is not None
    last = activity.last_of_ours(scene.facts) or scene.facts.issue.created_at
    last = max([last, *(visit.entered for visit in scene.state.deal.history[-1:] if visit.how == "schedule")])
    return (scene.today - local_day(last, scene.pipeline.timezone)).days >= limit


def _unanswered(scene: Scene) -> bool:
    since = activity.waiting_since(scene.facts)
    return since is not None and scene.now >= _a_working_day_after(since, scene.pipeline)


def _a_working_day_after(moment: datetime, pipeline: Pipeline) -> datetime:
    """The same time on the next working day; what came on a day off counts from the next working day's morning."""
    local = moment.astimezone(pipeline.timezone)
    first = add_working_days(local.date(), 0, pipeline.quiet)
    clock = local.timetz() if first == local.date() else local.timetz().replace(hour=0, minute=0, second=0)
    return datetime.combine(add_working_days(first, 1, pipeline.quiet), clock)


def _incomplete(scene: Scene) -> bool:
    move = Move(scene.stage.name, scene.now)
    return bool(guards.missing(scene.state.deal, move, scene.stage.expects, scene.pipeline))


def _is_snoozed(scene: Scene) -> bool:
    until = day_in(scene.state.deal.fields, "Snoozed until")
    return until is not None and until > scene.today


_CHECKS = {
    AttentionKind.OVERDUE: _overdue,
    AttentionKind.NO_NEXT_STEP: _no_next_step,
    AttentionKind.IDLE: _idle,
    AttentionKind.UNANSWERED: _unanswered,
    AttentionKind.INCOMPLETE: _incomplete,
}


def label_effects(state: DealState, observed: Observed) -> list[Effect]:
    """Put the labels in step with what is needed; only the sweep puts new ones on."""
    wanted = {f"{PREFIX}{kind}" for kind in needed(state, observed.facts, observed.pipeline, observed.now)}
    on = {label_key(label.name): label.name for label in observed.issue.labels if has_prefix(label.name, PREFIX)}
    known = {f"{PREFIX}{kind}" for kind in KINDS}
    sweeping = observed.facts.trigger.event == SWEEP
    add: list[Effect] = [AddLabel(name) for name in sorted(wanted - set(on))] if sweeping else []
    return [*add, *(RemoveLabel(on[name]) for name in sorted((set(on) & known) - wanted))]


def missing_labels(effects: Sequence[Effect], observed: Observed) -> Iterator[Effect]:
    """Create the attention labels that are about to be used for the first time."""
    known = {label_key(label.name) for label in observed.facts.repository.labels}
    for effect in effects:
        if isinstance(effect, AddLabel) and effect.name not in known:
            yield CreateLabel(effect.name, COLOR, KINDS[AttentionKind(effect.name.removeprefix(PREFIX))])


def remind(state: DealState, facts: Facts, pipeline: Pipeline, now: datetime, render: Renderer) -> DealState:
    """Owe the reminders that are due: an overdue next step, an unanswered word; once per occasion, on working days."""
    if facts.trigger.event != SWEEP or pipeline.is_quiet(local_day(now, pipeline.timezone)):
        return state
    scene = Scene(state, facts, pipeline, now)
    kinds = needed(state, facts, pipeline, now)
    for kind, occasion in _occasions(scene):
        if kind not in kinds or occasion in state.journal.reminded or _is_snoozed(scene):
            continue
        person, team = _whom(scene)
        if person is None and team is None:
            continue
        values = {"kind": kind, "person": person, "team": team, "next_step": state.deal.fields.get("Next step")}
        memory = replace(state.journal, reminded=(*state.journal.reminded, occasion)[-10:])
        key = comments.key(comments.REMINDER, occasion)
        state = replace(state, journal=memory).with_pending(key, render("reminder.md.j2", values))
    return state


def _occasions(scene: Scene) -> Iterator[tuple[AttentionKind, str]]:
    """Name the occasions of reminders: which step is overdue, which word waits."""
    step = next_step.parse(scene.state.deal.fields.get("Next step", ""))
    if step is not None:
        yield AttentionKind.OVERDUE, f"overdue-{step.day.isoformat()}"
    since = activity.waiting_since(scene.facts)
    if since is not None:
        yield AttentionKind.UNANSWERED, f"unanswered-{int(since.timestamp())}"


def current_occasions(state: DealState, facts: Facts, pipeline: Pipeline, now: datetime) -> set[str]:
    """Name the occasions that last: their reminders are still news."""
    kinds = needed(state, facts, pipeline, now)
    return {occasion for kind, occasion in _occasions(Scene(state, facts, pipeline, now)) if kind in kinds}


def _whom(scene: Scene) -> tuple[str | None, str | None]:
    """The person named in the next step, else the owner; who is away is not disturbed, and the team hears of it."""
    step = next_step.parse(scene.state.deal.fields.get("Next step", ""))
    person = (step.who if step is not None and _overdue(scene) else None) or scene.state.deal.owner
    if person is not None and not scene.pipeline.is_away(person, scene.today):
        return person, None
    return None, scene.pipeline.notify_new
