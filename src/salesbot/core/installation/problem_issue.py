"""The problem issue: one issue with the reasons for which salesbot cannot go on; it closes once they are solved.

There are two kinds of problem: a wrong configuration, and a stage label that was renamed or deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from salesbot.core.lifecycle.observed import Observed
from salesbot.core.model.effects import CloseProblem, EditProblem, Effect, OpenProblem
from salesbot.core.model.facts import Repository
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import markdown
from salesbot.core.text.labels import label_key
from salesbot.core.text.render import Renderer

TITLE = "salesbot needs attention"
LABEL = "salesbot-problem"
MARKER = "problem"


@dataclass(frozen=True)
class LabelProblem:
    """A stage whose label was deleted, or renamed to a name that is not configured."""

    stage: str
    label: str
    id: str = ""
    now: str | None = None

    @property
    def line(self) -> str:
        """The line for the configuration, if the new name was meant."""
        return f"new-name: {{was: {self.stage}, label: {json.dumps(self.now, ensure_ascii=False)}}}"


def label_problem(observed: Observed) -> LabelProblem | None:
    """Say whether the label in the deal's journal was deleted or renamed to an unknown name (docs/design.md).

    A label that was deleted and created again with its name is no longer a problem.
    """
    journal, pipeline = observed.journal, observed.pipeline
    if journal is None or not journal.label or journal.left:
        return None
    stage = pipeline.stage(journal.stage)
    if stage is None:
        return None
    return _missing(LabelProblem(stage.name, stage.label, journal.label), observed.repository, pipeline)


def label_event_problem(pipeline: Pipeline, repository: Repository, old: str, label_id: str) -> LabelProblem | None:
    """Say whether a change in the list of labels took the label of a stage away."""
    stage = pipeline.stage_of_label(old)
    if stage is None:
        return None
    return _missing(LabelProblem(stage.name, stage.label, label_id), repository, pipeline)


def _missing(problem: LabelProblem, repository: Repository, pipeline: Pipeline) -> LabelProblem | None:
    by_id = {label.id: label for label in repository.labels}
    names = {label_key(label.name) for label in repository.labels}
    found = by_id.get(problem.id)
    if found is not None and pipeline.stage_of_label(found.name) is not None:
        return None
    if found is None and label_key(problem.label) in names:
        return None
    return LabelProblem(problem.stage, problem.label, problem.id, found.name if found else None)


@dataclass(frozen=True)
class ProblemNotice:
    """What to do about the problem issue, and whether this run is the one that opens it."""

    effects: tuple[Effect, ...]
    opened: bool = False


def report_problems(
    repository: Repository,
    render: Renderer,
    *,
    file: str,
    config: Sequence[str] = (),
    labels: Iterable[LabelProblem] = (),
    by: str | None = None,
) -> ProblemNotice:
    """Open the problem issue, or bring the open one up to date."""
    listed = sorted(labels, key=lambda problem: problem.stage)  # or each deal would edit the issue
    values: dict[str, Any] = {
        "file": file,
        "config_problems": list(config),
        "label_problems": listed,
        "changed_by": by,
        "mend": f"salesbot labels --repo {repository.name} --yes",
    }
    payload = {"config": bool(config), "by": by, "labels": [[p.stage, p.label, p.id] for p in listed]}
    body = markdown.fit(f"{markdown.marker(MARKER, payload)}\n{render('problem.md.j2', values)}")
    if repository.problem is None:
        return ProblemNotice((OpenProblem(TITLE, body),), opened=True)
    return ProblemNotice(() if repository.problem.body.strip() == body.strip() else (EditProblem(body),))


def changed_by(repository: Repository) -> str | None:
    """Give the person who had changed the file last when the open problem issue was written."""
    marker = markdown.read_marker(repository.problem.body) if repository.problem else None
    by = marker.payload.get("by") if marker and marker.kind == MARKER else None
    return by if isinstance(by, str) else None


def remaining_problems(repository: Repository, pipeline: Pipeline) -> tuple[LabelProblem, ...]:
    """List the label problems in the open problem issue that are not solved yet."""
    marker = markdown.read_marker(repository.problem.body) if repository.problem else None
    if marker is None or marker[0] != MARKER:
        return ()
    remaining = []
    for entry in marker[1].get("labels", ()):
        stage = pipeline.stage(str(entry[0]))
        if stage is not None:
            still = _missing(LabelProblem(stage.name, stage.label, str(entry[2])), repository, pipeline)
            remaining += [still] if still else []
    return tuple(remaining)


def solved(repository: Repository, render: Renderer) -> tuple[Effect, ...]:
    """Close the problem issue; nothing if none is open."""
    if repository.problem is None:
        return ()
    return (CloseProblem(render("problem_solved.md.j2", {})),)
