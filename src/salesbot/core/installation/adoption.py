"""Adoption: an issue that was a deal before salesbot came is taken over as it is (docs/start.md).

Evaluates nothing, moves nothing, posts no checklist: one card, and the stage's own label in place of an earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from salesbot.core.lifecycle import restore
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.model.effects import Effect
from salesbot.core.model.facts import Issue, Label
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.reconcile import card_comment
from salesbot.core.reconcile.reconcile import stage_labels
from salesbot.core.text.labels import label_key
from salesbot.core.text.render import Renderer


@dataclass(frozen=True)
class Candidate:
    """An open issue that carries a stage: taken over in `stage`, or left alone for the reason in `why_not`."""

    number: int
    title: str
    stage: str
    other_issues: tuple[str, ...] = ()
    why_not: str = ""


def with_earlier(pipeline: Pipeline, map_: Mapping[str, str]) -> Pipeline:
    """Have labels that a team used until now mean stages, as `was:` in the configuration does."""
    stages = [replace(stage, was=(*stage.was, *_new_names(stage, map_))) for stage in pipeline.stages]
    return replace(pipeline, stages=tuple(stages))


def _new_names(stage: Stage, map_: Mapping[str, str]) -> list[str]:
    known = {label_key(name) for name in (*stage.was, stage.label)}
    return [label for label, name in map_.items() if name == stage.name and label_key(label) not in known]


def renames(labels: Mapping[str, Label], pipeline: Pipeline, map_: Mapping[str, str]) -> list[tuple[Label, Stage]]:
    """Say which labels are renamed: the first of each stage, where the stage's own name is free.

    Further labels of the same stage keep their names, and the deals that carry them change labels. `labels` are those
    of the repository, by `label_key`.
    """
    taken = {stage.name for stage in pipeline.stages if label_key(stage.label) in labels}
    found_ = []
    for name, to in map_.items():
        stage = pipeline.stage(to)
        assert stage is not None, to
        if stage.name not in taken:
            taken.add(stage.name)
            found_.append((labels[label_key(name)], stage))
    return found_


def candidate(observed: Observed) -> Candidate | None:
    """Say whether an issue is to be taken over; None if it carries no stage, or is a deal already."""
    issue = observed.issue
    stages = [stage for stage, _ in observed.parsed.current_stages]
    if not issue.open or observed.journal is not None or not stages or restore.is_excluded(issue, None):
        return None
    # People put the new label on and forget the old one: the last one put on is where the deal is.
    *others, stage = stages
    names = tuple(dict.fromkeys(other.name for other in others if other.name != stage.name))
    return Candidate(issue.number, issue.title, stage.name, names, _why_not(issue, stage))


def _why_not(issue: Issue, stage: Stage) -> str:
    if issue.locked:
        return "it is locked; unlock it"
    if stage.outcome is not None:
        return f"it is open and in {stage.name}; close it, or put an open stage on it"
    return ""


def take_over(observed: Observed, render: Renderer) -> list[Effect]:
    """List what it takes to take a deal over. Nothing if it is a deal already, or none."""
    wanted = candidate(observed)
    stage = observed.pipeline.stage(wanted.stage) if wanted is not None and not wanted.why_not else None
    if stage is None:
        return []
    state = restore.adopted(observed, stage)
    return [*card_comment.card_effects(state, observed, render), *stage_labels(stage, observed)]
