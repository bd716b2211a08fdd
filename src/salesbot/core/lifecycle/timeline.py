"""The timeline: label events -> stage events and stage history.

Knows how labels come and go on GitHub. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salesbot.core.model.deal import StageVisit
from salesbot.core.model.facts import Event, Issue, Label
from salesbot.core.model.journal import Cursor
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.label_names import has_prefix

StageEvents = Sequence[tuple[Event, Stage]]
"""Label events with the stage each is about, in GitHub's order."""


def stage_of(event: Event, pipeline: Pipeline, labels: Iterable[Label]) -> Stage | None:
    """Find the stage a label event is about: by the label's id, then its name then, then an earlier name."""
    for label in labels:
        if label.id == event.label_id:
            return pipeline.stage_of_label(label.name)
    return pipeline.stage_of_label(event.label) if event.label else None


def stage_events(issue: Issue, pipeline: Pipeline, labels: Iterable[Label]) -> list[tuple[Event, Stage]]:
    """List the label events that concern stages, in GitHub's order. `labels` are those of the repository."""
    return [
        (event, stage)
        for event in issue.events
        if event.kind in ("labeled", "unlabeled") and (stage := stage_of(event, pipeline, labels)) is not None
    ]


def events_of_others(issue: Issue, staged: StageEvents) -> list[Event]:
    """List the events of others that a decision must take note of: stage labels, closing, reopening."""
    stages = {event.id for event, _ in staged}
    return [
        event
        for event in issue.events
        if not event.own and (event.id in stages or event.kind in ("closed", "reopened"))
    ]


def after(events: Sequence[Event], cursor: Cursor) -> list[Event]:
    """Drop the events up to the cursor. Many can share one second: then GitHub's order decides, not the time.

    `events` are all of the issue, in that order. Where the cursor names none of them, nothing of its second was read.
    """
    place = next((index for index, event in enumerate(events) if event.id == cursor.id), -1)
    return [event for event in events[place + 1 :] if event.at >= cursor.at]


def reaches(events: Sequence[Event], cursor: Cursor) -> bool:
    """Say whether a list of events goes back far enough to know all that came after the cursor."""
    return any(event.id == cursor.id or event.at < cursor.at for event in events)


def current_stages(issue: Issue, pipeline: Pipeline) -> list[tuple[Stage, Label]]:
    """List the stages whose labels are on the issue, the oldest labeling first."""
    when = {event.label_id: index for index, event in enumerate(issue.events) if event.kind == "labeled"}
    on = [(stage, label) for label in issue.labels if (stage := pipeline.stage_of_label(label.name)) is not None]
    return sorted(on, key=lambda pair: when.get(pair[1].id, -1))


def unknown_stage_labels(issue: Issue, pipeline: Pipeline) -> list[str]:
    """List labels that look like stages and are none in this pipeline: they carry the prefix."""
    return [
        label.name
        for label in issue.labels
        if has_prefix(label.name, pipeline.label_prefix) and pipeline.stage_of_label(label.name) is None
    ]


def last_removed(staged: StageEvents) -> tuple[Event, Stage] | None:
    """Find the stage label that was taken off last."""
    removed = [(event, stage) for event, stage in staged if event.kind == "unlabeled"]
    return removed[-1] if removed else None


def last_labeled(stage: Stage, staged: StageEvents) -> Event | None:
    """Find the last time a stage's label was put on."""
    events = [event for event, other in staged if other.name == stage.name and event.kind == "labeled"]
    return events[-1] if events else None


def stage_before(event_id: str, staged: StageEvents) -> Stage | None:
    """Find the stage an issue was in before a labeling: the stage label that it had, or that was taken off, before."""
    on: list[Stage] = []
    last: Stage | None = None
    for event, stage in staged:
        if event.id == event_id:
            break
        if event.kind == "labeled":
            on.append(stage)
        elif stage in on:
            on.remove(stage)
            last = stage
    return on[-1] if on else last


def history(staged: StageEvents) -> tuple[StageVisit, ...]:
    """Rebuild the stage visits from the labels alone, for a deal whose card was lost.

    A labeling that the bot took back while the older label was there was refused, and is left out.
    """
    visits: list[StageVisit] = []
    for index, (event, stage) in enumerate(staged):
        previous = visits[-1].stage if visits else None
        if event.kind != "labeled" or stage.name == previous or _was_refused(index, staged, previous):
            continue
        by = event.by.login if event.by is not None and not event.own else None
        visits.append(StageVisit(stage.name, event.at, by))
    return tuple(visits)


def _was_refused(index: int, staged: StageEvents, previous: str | None) -> bool:
    """Read from what the bot did next: it took the label off again, or first put the previous one back."""
    event, stage = staged[index]
    if event.own:
        return False
    for later, other in staged[index + 1 :]:
        if other.name == stage.name:
            return later.own and later.kind == "unlabeled"
        if later.own:
            return later.kind == "labeled" and other.name == previous
    return False


def acted_after(issue: Issue, event: Event) -> bool:
    """Say whether the own identity did anything on the issue after an event."""
    if any(later.own for later in after(issue.events, Cursor(event.at, event.id))):
        return True
    return any(comment.changed_at > event.at for comment in issue.comments if comment.own)
