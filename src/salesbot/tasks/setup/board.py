"""`salesbot board init` and `check`: a project with the columns and fields that the board takes, and what it lacks.

The options of a field are never rewritten where the project has items: whatever they showed would be lost.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from salesbot.adapters.github.project_setup import Column, ProjectSetup, Settings
from salesbot.adapters.github.projects import Projects
from salesbot.core.errors import ServiceError
from salesbot.core.model.board import STAGE, TYPES, AddItem, ShowValue
from salesbot.core.model.facts import RepositoryFacts
from salesbot.core.model.pipeline import Board, Pipeline
from salesbot.core.policies import board_view
from salesbot.core.text.plural import counted
from salesbot.tasks.board_connection import is_passing, refused
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.many_deals import OPEN, pass_over
from salesbot.tasks.setup.findings import Finding, Level

HUES = {"RED": 0.0, "ORANGE": 0.08, "YELLOW": 0.15, "GREEN": 0.36, "BLUE": 0.6, "PURPLE": 0.75, "PINK": 0.9}
"""GitHub's colours for columns, by where they are on the circle of colours."""
CLOSING = ("Item closed", "Item reopened", "Item added to project", "Auto-add to project", "Auto-close issue")
"""GitHub's own workflows that move cards or close deals, and so get in salesbot's way."""


@dataclass(frozen=True)
class Plan:
    """What is to be made: a project of this title if there is none yet, fields, columns."""

    title: str
    board: Board
    fields: tuple[str, ...]
    """What lacks a field, by what it holds."""
    columns: tuple[Column, ...]
    rewrites: bool = False
    """Whether the columns of a project without items are replaced."""
    by_hand: tuple[str, ...] = ()


def columns(pipeline: Pipeline, board: Board) -> tuple[Column, ...]:
    """Give the columns of the stages, in their order and near their colours."""
    return tuple(
        Column(name, near(stage.color), stage.description)
        for stage in pipeline.stages
        if (name := board.column(stage.name)) is not None
    )


def near(color: str) -> str:
    """Find the colour of GitHub's that comes near a label's."""
    red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (0, 2, 4))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < 0.15:
        return "GRAY"
    return min(HUES, key=lambda name: min(abs(HUES[name] - hue), 1 - abs(HUES[name] - hue)))


def plan(setup: ProjectSetup, pipeline: Pipeline, title: str) -> Plan:
    """Say what is to be made. Raises ServiceError where the configured project cannot be read."""
    if title:
        board = replace(pipeline.board or Board(0), project=0)
        return Plan(title, board, tuple(key for key in board.fields if key != STAGE), columns(pipeline, board), True)
    board = pipeline.board or Board(0)
    settings = _settings(setup, board)
    known = board_view.fields_of(settings.view, pipeline)
    lacking = tuple(key for key in board.fields if key not in known)
    empty = settings.items == 0
    problems = tuple(board_view.problems(settings.view, pipeline))
    by_hand = tuple(each for each in problems if not each.startswith("The project has no field"))
    return Plan("", board, lacking, columns(pipeline, board), empty and bool(by_hand), () if empty else by_hand)


def lines(plan: Plan) -> Iterator[str]:
    """Say what would be made."""
    if plan.title:
        yield f"Would make the project {plan.title} and list it in the repository."
    for key in plan.fields:
        yield f"Would add the field {plan.board.fields[key]} ({TYPES[key].lower().replace('_', ' ')})."
    if plan.rewrites:
        yield f"Would make the columns {', '.join(column.name for column in plan.columns)}."
    yield from (f"By hand: {each}" for each in plan.by_hand)
    yield "Would add the open deals that are not on the board. Nothing was changed: --yes does it."


def carry_out(
    plan: Plan, setup: ProjectSetup, deals: DealProcessor, context: RepositoryFacts, pipeline: Pipeline
) -> Iterator[str]:
    """Make it, with a line for each step."""
    number = plan.board.project
    if plan.title:
        number = setup.create(plan.title, context.repository.node_id)
        yield f"Made the project {number}."
    pipeline = replace(pipeline, board=replace(plan.board, project=number))
    settings = setup.settings(number)
    known = {field.name.casefold(): field for field in settings.view.project.fields}
    for key in plan.fields:
        setup.add_field(settings.view.project.id, plan.board.fields[key], TYPES[key], plan.columns)
        yield f"Added the field {plan.board.fields[key]}."
    status = known.get(plan.board.fields[STAGE].casefold())
    if plan.rewrites and status is not None and settings.items == 0:
        setup.set_options(status.id, plan.columns)
        yield "Made the columns."
    yield from _add_deals(Projects(setup.client, setup.owner), deals, context, pipeline)
    yield from (f"By hand: {each}" for each in plan.by_hand)
    yield from (f"By hand: {each.what} {each.hint}." for each in _workflows(setup.settings(number)))
    if plan.title:
        yield f"Now add to {deals.github.place.config}:"
        yield f"  board: {{project: {number}}}"


def _add_deals(projects: Projects, deals: DealProcessor, context: RepositoryFacts, pipeline: Pipeline) -> Iterator[str]:
    """Put the open deals on the board, in the columns of their stages."""
    empty, found = projects.items(pipeline)
    count = 0
    for facts in pass_over(deals.github, context, OPEN, context.trigger, deals.log):
        stage = next(
            (stage.name for label in facts.issue.labels if (stage := pipeline.stage_of_label(label.name))), None
        )
        option = board_view.option_of(stage, empty, pipeline)
        if option and facts.issue.id not in found:
            yield from projects.write(empty, facts.issue.id, [AddItem(), ShowValue(STAGE, option)], pipeline)
            count += 1
    yield f"Added {counted(count, 'open deal')}."


def check(setup: ProjectSetup, projects: Projects, pipeline: Pipeline) -> Iterator[Finding]:
    """Check what the board takes; reads only. Where GitHub is slow, that is unknown."""
    try:
        yield from _check(setup, projects, pipeline)
    except ServiceError as error:
        problem = refused(error)
        level: Level = "unknown" if is_passing(error) else "fix"
        yield Finding(level, f"The board cannot be read. {problem.what.rstrip('.')}.", problem.hint)


def _check(setup: ProjectSetup, projects: Projects, pipeline: Pipeline) -> Iterator[Finding]:
    assert pipeline.board is not None
    settings = setup.settings(pipeline.board.project)
    project = settings.view.project
    yield Finding("ok", f"The project {project.number}, {project.title}, can be read, as {settings.view.viewer.login}.")
    if project.closed:
        yield Finding("fix", f"The project {project.number} is closed.", "Open it again")
    if not settings.may_write:
        yield Finding("fix", "The token may not write to the project.", "Give it Projects: write")
    if project.public:
        yield Finding(
            "note", "The project is public: everybody can read values.", "Change it in its settings, Visibility"
        )
    yield from (Finding("fix", each) for each in board_view.problems(settings.view, pipeline))
    yield from _workflows(settings)
    hidden = projects.hidden(pipeline)
    if hidden:
        what = f"{counted(hidden, 'item')} on the board cannot be seen with this token."
        yield Finding("note", what, "It also needs Issues: read in their repositories")


def _workflows(settings: Settings) -> Iterator[Finding]:
    for name in CLOSING:
        if (settings.workflows or {}).get(name):
            hint = "Switch it off: the project, ..., Workflows"
            yield Finding(
                "note", f"The project's own workflow {name} is on, and changes cards or deals by itself.", hint
            )


def _settings(setup: ProjectSetup, board: Board) -> Settings:
    try:
        return setup.settings(board.project)
    except ServiceError as error:
        raise refused(error) from error
