"""Uninstalling: what remains of a deal (docs/start.md): a dated card, and a row with everything that was known.

Changes no stage. Labels and descriptions belong to the team, and are left as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from salesbot.core.lifecycle import people, restore, timeline
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.model import comments, keys
from salesbot.core.model.effects import PutComment
from salesbot.core.model.facts import Label
from salesbot.core.model.pipeline import DEFAULT_STAGES, Pipeline, Stage
from salesbot.core.text import markdown
from salesbot.core.text.label_names import label_key
from salesbot.core.text.render import Renderer
from salesbot.core.views import contacts

LEFT = "left"
"""The kind of marker that a dated card carries, in its second line."""


@dataclass(frozen=True)
class Row:
    """A deal as it is handed over. Values are as people wrote them; times are UTC."""

    number: int
    title: str
    url: str
    stage: str
    open: bool
    created: datetime
    owner: str
    fields: Mapping[str, str]
    history: tuple[tuple[str, datetime, str], ...] = ()
    """Stage, since when, by whom."""


def row(observed: Observed) -> Row | None:
    """Export a deal; None where an issue is none."""
    issue, journal = observed.issue, observed.journal
    labelled = [stage.name for stage, _ in observed.parsed.current_stages]
    if restore.is_excluded(issue, journal) or (journal is not None and journal.left) or not (journal or labelled):
        return None
    stage = labelled[-1] if journal is None else journal.stage
    return Row(
        number=issue.number,
        title=issue.title,
        url=issue.url,
        stage=stage,
        open=issue.open,
        created=issue.created_at,
        owner=people.owners(issue, journal).owner or "",
        fields=observed.parsed.body.fields,
        history=_history(observed),
    )


def _history(observed: Observed) -> tuple[tuple[str, datetime, str], ...]:
    journal = observed.journal
    visits = (
        people.present(journal, observed.issue).history
        if journal is not None
        else timeline.history(observed.stage_events)
    )
    return tuple((visit.stage, visit.entered, visit.by or "") for visit in visits)


def dated_card(observed: Observed, render: Renderer) -> PutComment | None:
    """Date the card of an open deal; None where there is no card, or it is dated already."""
    kept = observed.card
    if kept is None or kept.marker is None or not observed.issue.open or is_dated(kept.body):
        return None
    line = render("left.md.j2", {"day": contacts.day(observed.now, observed.pipeline)})
    text = f"{markdown.marker(LEFT, {})}\n{line}\n\n{comments.text_of(kept.body)}"
    return PutComment(keys.CARD, comments.write(keys.CARD, text, kept.marker.payload), kept.id)


def is_dated(body: str) -> bool:
    """Say whether a card says already that salesbot has left."""
    second = markdown.read_marker(comments.text_of(body))
    return second is not None and second.kind == LEFT


def labels_back(labels: tuple[Label, ...], pipeline: Pipeline) -> list[tuple[Label, Stage, str]]:
    """Say which stage labels get an earlier name back: the first label in full that `was:` names, if it is free."""
    by_name = {label_key(label.name): label for label in labels}
    back = []
    for stage in pipeline.stages:
        label = by_name.get(label_key(stage.label))
        earlier = [was for was in stage.was if was not in DEFAULT_STAGES and label_key(was) not in by_name]
        if label is not None and earlier:
            back.append((label, stage, earlier[0]))
    return back
