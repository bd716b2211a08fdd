"""The problem issue: one issue with what needs attention; it closes once that is solved.

Problems stop salesbot: a wrong configuration, and a stage label that was renamed or deleted. Warnings do not, and stand
in the same issue: somebody configured who cannot be assigned, another bot that changes labels back, and a board that
no token reaches.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from salesbot.core.lifecycle import people
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.model.effects import CloseProblem, EditProblem, Effect, OpenProblem
from salesbot.core.model.facts import Repository, RepositoryFacts
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import markdown
from salesbot.core.text.label_names import label_key
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


@dataclass(frozen=True, order=True)
class DealFight:
    """A deal on which another bot and salesbot change a label in turns, until it was quiet for an hour."""

    issue: int
    by: str
    label: str
    until: int
    """In seconds, as in the marker."""

    def __str__(self) -> str:
        return f"#{self.issue}: {self.by} and salesbot change the label {self.label} in turns."


def unassignable(login: str) -> str:
    """Say that a configured owner cannot be assigned."""
    return f"{login}, named in owners.people, cannot be assigned here."


@dataclass(frozen=True)
class Warnings:
    """What salesbot goes on with, and a person should know: configured owners who cannot be assigned, fights, why the
    board does not follow, and what the map of a form names and the form lacks."""

    people: tuple[str, ...] = ()
    fights: tuple[DealFight, ...] = ()
    board: str = ""
    form: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.people or self.fights or self.board or self.form)

    @property
    def lines(self) -> tuple[str, ...]:
        """The warnings as notices of a run."""
        return (*map(unassignable, self.people), *map(str, self.fights), *self.form)


def warnings(observed: Observed) -> Warnings:
    """List what this deal shows and what lasts of what the open problem issue says."""
    facts, number = observed.facts, observed.issue.number
    known = remaining_warnings(facts, observed.pipeline)
    cannot = [name for name in observed.pipeline.owners.people if people.can_be_assigned(facts)(name) is False]
    elsewhere = [fight for fight in known.fights if fight.issue != number]
    here = [DealFight(number, each.by, each.label, int(each.until.timestamp())) for each in observed.fights]
    board = "" if facts.board is not None else known.board
    named = tuple(dict.fromkeys([*known.people, *cannot]))
    return Warnings(named, tuple(sorted([*elsewhere, *here])), board, known.form)


def remaining_warnings(facts: RepositoryFacts, pipeline: Pipeline) -> Warnings:
    """List what lasts of the warnings in the open problem issue."""
    payload = _payload(facts.repository)
    fights = [fight for entry in payload.get("fights", ()) for fight in _fight(entry)]
    named = {name.casefold() for name in pipeline.owners.people} - set(facts.repository.people)
    return Warnings(
        tuple(name for name in payload.get("people", ()) if str(name).casefold() in named),
        tuple(fight for fight in fights if fight.until > facts.read_at.timestamp()),
        str(payload.get("board", "")) if pipeline.board is not None else "",
        tuple(map(str, payload.get("form", ()))) if pipeline.typeform is not None and pipeline.typeform.map else (),
    )


def _fight(entry: object) -> Iterator[DealFight]:
    """Read a fight from the marker; what somebody made of it by hand is none."""
    match entry:
        case [int(issue), str(by), str(label), int(until)]:
            yield DealFight(issue, by, label, until)


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
    warnings: Warnings = Warnings(),
) -> ProblemNotice:
    """Open the problem issue, or bring the open one up to date."""
    listed = sorted(labels, key=lambda problem: problem.stage)  # or each deal would edit the issue
    values: dict[str, Any] = {
        "file": file,
        "config_problems": list(config),
        "label_problems": listed,
        "people": list(warnings.people),
        "fights": list(warnings.fights),
        "board_problem": warnings.board,
        "form_problems": list(warnings.form),
        "changed_by": by,
        "mend": f"salesbot labels --repo {repository.name} --yes",
    }
    payload: dict[str, Any] = {"config": bool(config), "by": by, "labels": [[p.stage, p.label, p.id] for p in listed]}
    payload |= {"people": list(warnings.people)} if warnings.people else {}
    payload |= {"fights": [astuple(fight) for fight in warnings.fights]} if warnings.fights else {}
    payload |= {"board": warnings.board} if warnings.board else {}
    payload |= {"form": list(warnings.form)} if warnings.form else {}
    body = markdown.fit(f"{markdown.marker(MARKER, payload)}\n{render('problem.md.j2', values)}")
    if repository.problem is None:
        return ProblemNotice((OpenProblem(TITLE, body),), opened=True)
    return ProblemNotice(() if repository.problem.body.strip() == body.strip() else (EditProblem(body),))


def changed_by(repository: Repository) -> str | None:
    """Give the person who had changed the file last when the open problem issue was written."""
    by = _payload(repository).get("by")
    return by if isinstance(by, str) else None


def _payload(repository: Repository) -> Mapping[str, Any]:
    """What the marker of the open problem issue keeps. The issue is ours, and only people who may write edit it."""
    marker = markdown.read_marker(repository.problem.body) if repository.problem else None
    return marker.payload if marker is not None and marker.kind == MARKER else {}


def remaining_problems(repository: Repository, pipeline: Pipeline) -> tuple[LabelProblem, ...]:
    """List the label problems in the open problem issue that are not solved yet."""
    remaining = []
    for entry in _payload(repository).get("labels", ()):
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
