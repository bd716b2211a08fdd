"""The repository's labels compared with the stages: which are missing, renamed, or of another colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from salesbot.core.installation.problem_issue import MARKER
from salesbot.core.model.facts import Label, Repository
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text import label_names, markdown
from salesbot.core.text.label_names import label_key


@dataclass(frozen=True)
class LabelChange:
    """A change to a stage's label; `before` is None if it must be created."""

    stage: Stage
    before: Label | None

    @property
    def after(self) -> Label:
        """The label as it should be."""
        stage = self.stage
        return replace(self.before or Label("", ""), name=stage.label, color=stage.color, description=stage.description)

    def __str__(self) -> str:
        if self.before is None:
            return f"create the label {self.stage.label}"
        new_name = self.before.name.casefold() != self.stage.label.casefold()
        renamed = [f"rename the label {self.before.name} to {self.stage.label}"] if new_name else []
        colour = self.before.color.casefold() != self.stage.color.casefold()
        painted = [f"colour {self.stage.label} {self.stage.color}"] if colour else []
        described = [f"describe {self.stage.label}"] if self.before.description != self.stage.description else []
        return ", ".join([*renamed, *painted, *described])


def recorded_labels(repository: Repository) -> dict[str, str]:
    """Read from the problem issue which label, by id, belonged to which stage before it was renamed."""
    marker = markdown.read_marker(repository.problem.body) if repository.problem else None
    entries = marker.payload.get("labels", ()) if marker is not None and marker.kind == MARKER else ()
    return {str(entry[2]): str(entry[0]) for entry in entries}


def changes(repository: Repository, pipeline: Pipeline, known: Mapping[str, str]) -> list[LabelChange]:
    """List the changes that the labels need. `known` says which label, by id, was the label of which stage.

    A label that is another stage's, now or by an earlier name, is never renamed.
    """
    by_name = _by_name(repository)
    found = []
    for stage in pipeline.stages:
        label = (
            by_name.get(stage.label)
            or by_name.get(label_key(stage.label))
            or _renamed(stage, repository, pipeline, known)
        )
        if label is None or (label_key(label.name), label.color.casefold(), label.description) != (
            label_key(stage.label),
            stage.color.casefold(),
            stage.description,
        ):
            found.append(LabelChange(stage, label))
    return found


def _by_name(repository: Repository) -> dict[str, Label]:
    """The labels by what they look like and, first of all, by their very name: of two that look alike it decides."""
    return {label_key(label.name): label for label in reversed(repository.labels)} | {
        label.name: label for label in repository.labels
    }


def look_alikes(repository: Repository) -> list[str]:
    """Name the labels that people cannot tell apart, in a sentence for each group."""
    groups = label_names.look_alikes(sorted(label.name for label in repository.labels))
    return [f"The labels {' and '.join(map(_spelled, group))} look alike, so they count as one." for group in groups]


def _spelled(name: str) -> str:
    """Show a label, and where it is not plain ASCII also how it is written: two that look alike would look alike."""
    return f'"{name}"' if name.isascii() else f'"{name}" ({name!a})'


def _renamed(stage: Stage, repository: Repository, pipeline: Pipeline, known: Mapping[str, str]) -> Label | None:
    """Find the label that was this stage's: by an earlier name of the stage, or by its id if its name means nothing."""
    for label in repository.labels:
        means = pipeline.stage_of_label(label.name)
        if means is not None and means.name == stage.name:
            return label
        before = pipeline.stage(known.get(label.id))
        if means is None and before is not None and before.name == stage.name:
            return label
    return None
