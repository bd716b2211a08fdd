"""Adoption: an issue that was a deal before salesbot was installed becomes one as it is (docs/start.md).

Checks no guard, moves nothing and posts no checklist: adds a card, and replaces an earlier label by that of the stage.
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
from salesbot.core.text.label_names import label_key
from salesbot.core.text.render import Renderer


@dataclass(frozen=True)
class Candidate:
    """An open issue with a stage label: adopted in its stage, or not, for the reason in `why_not`."""

    number: int
    title: str
    stage: str
    other_stages: tuple[str, ...] = ()
    why_not: str = ""


def with_earlier_labels(pipeline: Pipeline, stage_by_label: Mapping[str, str]) -> Pipeline:
    """Map labels that a team used before to stages, like `was:` in the configuration."""
    stages = [replace(stage, was=(*stage.was, *_new_names(stage, stage_by_label))) for stage in pipeline.stages]
    return replace(pipeline, stages=tuple(stages))


def _new_names(stage: Stage, stage_by_label: Mapping[str, str]) -> list[str]:
    known = {label_key(name) for name in (*stage.was, stage.label)}
    return [label for label, name in stage_by_label.items() if name == stage.name and label_key(label) not in known]


def renames(
    labels: Mapping[str, Label], pipeline: Pipeline, stage_by_label: Mapping[str, str]
) -> list[tuple[Label, Stage]]:
    """List the labels to rename: the first of each stage whose own label does not exist yet.

    Further labels of the same stage keep their names, and the deals that carry them change labels. `labels` are those
    of the repository, by `label_key`.
    """
    taken = {stage.name for stage in pipeline.stages if label_key(stage.label) in labels}
    renamed = []
    for name, to in stage_by_label.items():
        stage = pipeline.stage(to)
        assert stage is not None, to
        if stage.name not in taken:
            taken.add(stage.name)
            renamed.append((labels[label_key(name)], stage))
    return renamed


def candidate(observed: Observed) -> Candidate | None:
    """Describe an issue that may be adopted; None if it has no stage label, or is a deal already."""
    issue = observed.issue
    stages = [stage for stage, _ in observed.parsed.current_stages]
    if not issue.open or observed.journal is not None or not stages or restore.is_excluded(issue, None):
        return None
    # People add a new label and forget the old one: the last one added is the stage of the deal.
    *other_stages, stage = stages
    names = tuple(dict.fromkeys(other.name for other in other_stages if other.name != stage.name))
    return Candidate(issue.number, issue.title, stage.name, names, _why_not(issue, stage))


def _why_not(issue: Issue, stage: Stage) -> str:
    if issue.locked:
        return "it is locked; unlock it"
    if stage.outcome is not None:
        return f"it is open and in {stage.name}; close it, or put an open stage on it"
    return ""


def adopt(observed: Observed, render: Renderer) -> list[Effect]:
    """List the effects that adopt an issue. None if it is a deal already, or has no stage."""
    found = candidate(observed)
    stage = observed.pipeline.stage(found.stage) if found is not None and not found.why_not else None
    if stage is None:
        return []
    state = restore.adopted(observed, stage)
    return [*card_comment.card_effects(state, observed, render), *stage_labels(stage, observed)]
