"""The timeline: label events -> stage history, and the wishes nobody has judged yet.

Knows how labels come and go on GitHub. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from salesbot.core.model.deal import Actor, StageVisit
from salesbot.core.model.facts import Event, Facts, Issue, Label
from salesbot.core.model.journal import Cursor
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.labels import has_prefix


@dataclass(frozen=True)
class LabelIntent:
    """A stage label somebody put on and nobody judged. `by` is None where another workflow used our identity."""

    event: str
    at: datetime
    stage: str
    by: Actor | None


@dataclass(frozen=True)
class StateIntent:
    """The newest closing or reopening by a person that nobody answered."""

    event: str
    at: datetime
    open: bool
    reason: str | None
    by: Actor | None


def stage_of(event: Event, pipeline: Pipeline, labels: Iterable[Label]) -> Stage | None:
    """Find the stage a label event is about: by the label's id, then its name then, then an earlier name."""
    for label in labels:
        if label.id == event.label_id:
            return pipeline.stage_of_label(label.name)
    return pipeline.stage_of_label(event.label) if event.label else None


def stage_events(facts: Facts, pipeline: Pipeline) -> list[tuple[Event, Stage]]:
    """List the label events that concern stages, in GitHub's order."""
    assert facts.issue is not None
    found = []
    for event in facts.issue.events:
        if event.kind in ("labeled", "unlabeled"):
            stage = stage_of(event, pipeline, facts.repository.labels)
            if stage is not None:
                found.append((event, stage))
    return found


def foreign_events(facts: Facts, pipeline: Pipeline) -> list[Event]:
    """List the events of others that a decision must take note of: stage labels, closing, reopening."""
    assert facts.issue is not None
    stages = {event.id for event, _ in stage_events(facts, pipeline)}
    return [
        event
        for event in facts.issue.events
        if not event.own and (event.id in stages or event.kind in ("closed", "reopened"))
    ]


def after(events: Sequence[Event], cursor: Cursor) -> list[Event]:
    """Drop the events up to the cursor. Many can share one second: then GitHub's order decides, not the time."""
    for index, event in enumerate(events):
        if event.id == cursor.id:
            return [later for later in events[index + 1 :] if later.at >= cursor.at]
    return [event for event in events if event.at > cursor.at]


def reaches(events: Sequence[Event], cursor: Cursor) -> bool:
    """Say whether a list of events goes back far enough to know all that came after the cursor."""
    return any(event.id == cursor.id or event.at < cursor.at for event in events)


def label_intents(facts: Facts, pipeline: Pipeline, cursor: Cursor) -> list[LabelIntent]:
    """List the wishes: foreign labelings after the cursor whose label still stands and has no younger event."""
    assert facts.issue is not None
    events = stage_events(facts, pipeline)
    youngest = {stage.name: event for event, stage in events}
    standing = {stage.name for stage, _ in current_stages(facts.issue, pipeline)}
    fresh = {event.id for event in after([event for event, _ in events], cursor)}
    return [
        LabelIntent(event.id, event.at, stage.name, event.by)
        for event, stage in events
        if not event.own
        and event.kind == "labeled"
        and event.id in fresh
        and stage.name in standing
        and youngest[stage.name].id == event.id
    ]


def workflow_intents(facts: Facts, pipeline: Pipeline, stage: str, carded: datetime) -> list[LabelIntent]:
    """List the stage labels that another workflow set with our own identity: wishes by nobody.

    Ours are written after the card that names them, and only the card's stage. So an own labeling of another stage,
    younger than the card's last edit, was not ours.
    """
    assert facts.issue is not None
    events = stage_events(facts, pipeline)
    youngest = {found.name: event for event, found in events}
    standing = {found.name for found, _ in current_stages(facts.issue, pipeline)}
    return [
        LabelIntent(event.id, event.at, found.name, None)
        for event, found in events
        if event.own
        and event.kind == "labeled"
        and event.at > carded
        and found.name != stage
        and found.name in standing
        and youngest[found.name].id == event.id
    ]


def state_intent(facts: Facts, pipeline: Pipeline, cursor: Cursor) -> StateIntent | None:
    """Find the newest closing or reopening by a person after the cursor, if the issue is still so."""
    assert facts.issue is not None
    states = [event for event in facts.issue.events if event.kind in ("closed", "reopened")]
    if not states:
        return None
    newest = states[-1]
    is_open = newest.kind == "reopened"
    fresh = {event.id for event in after(foreign_events(facts, pipeline), cursor)}
    if newest.own or newest.id not in fresh or is_open != facts.issue.open:
        return None
    return StateIntent(newest.id, newest.at, is_open, newest.reason, newest.by)


def workflow_closing(facts: Facts, carded: datetime) -> StateIntent | None:
    """Find a closing that another workflow did with our own identity: a wish by nobody.

    We close only after a card that says so; what closes stale issues knows no card.
    """
    assert facts.issue is not None
    states = [event for event in facts.issue.events if event.kind in ("closed", "reopened")]
    if facts.issue.open or not states or not states[-1].own or states[-1].kind != "closed" or states[-1].at <= carded:
        return None
    return StateIntent(states[-1].id, states[-1].at, False, states[-1].reason, None)


def current_stages(issue: Issue, pipeline: Pipeline) -> list[tuple[Stage, Label]]:
    """List the stages whose labels are on the issue, the oldest labeling first."""
    when = {event.label_id: index for index, event in enumerate(issue.events) if event.kind == "labeled"}
    found = []
    for label in issue.labels:
        stage = pipeline.stage_of_label(label.name)
        if stage is not None:
            found.append((stage, label))
    return sorted(found, key=lambda pair: when.get(pair[1].id, -1))


def foreign_labels(issue: Issue, pipeline: Pipeline) -> list[str]:
    """List labels that look like stages and are none in this pipeline: they carry the prefix."""
    return [
        label.name
        for label in issue.labels
        if has_prefix(label.name, pipeline.label_prefix) and pipeline.stage_of_label(label.name) is None
    ]


def last_removed(facts: Facts, pipeline: Pipeline) -> tuple[Event, Stage] | None:
    """Find the stage label that was taken off last."""
    removed = [(event, stage) for event, stage in stage_events(facts, pipeline) if event.kind == "unlabeled"]
    return removed[-1] if removed else None


def before(event_id: str, facts: Facts, pipeline: Pipeline) -> Stage | None:
    """Find the stage an issue was in before a labeling: the stage label that stood, or was taken off, before it."""
    on: list[Stage] = []
    last: Stage | None = None
    for event, stage in stage_events(facts, pipeline):
        if event.id == event_id:
            break
        if event.kind == "labeled":
            on.append(stage)
        elif stage in on:
            on.remove(stage)
            last = stage
    return on[-1] if on else last


def history(facts: Facts, pipeline: Pipeline) -> tuple[StageVisit, ...]:
    """Rebuild the stage visits from the labels alone, for a deal whose card was lost.

    A labeling that its bot took back while the older label stood was refused, and is left out.
    """
    assert facts.issue is not None
    events = stage_events(facts, pipeline)
    visits: list[StageVisit] = []
    for index, (event, stage) in enumerate(events):
        previous = visits[-1].stage if visits else None
        if event.kind != "labeled" or stage.name == previous or _was_refused(index, events, previous):
            continue
        by = event.by.login if event.by is not None and not event.own else None
        visits.append(StageVisit(stage.name, event.at, by))
    return tuple(visits)


def _was_refused(index: int, events: Sequence[tuple[Event, Stage]], previous: str | None) -> bool:
    """Read from what the bot did next: it took the label off again, or first put the previous one back."""
    event, stage = events[index]
    if event.own:
        return False
    for later, other in events[index + 1 :]:
        if other.name == stage.name:
            return later.own and later.kind == "unlabeled"
        if later.own:
            return later.kind == "labeled" and other.name == previous
    return False


def acted_after(facts: Facts, moment: datetime) -> bool:
    """Say whether the own identity did anything on the issue after a moment."""
    assert facts.issue is not None
    if any(event.own and event.at > moment for event in facts.issue.events):
        return True
    own = [comment for comment in facts.issue.comments if comment.own]
    return any((comment.edited_at or comment.created_at) > moment for comment in own)
