"""`salesbot doctor`: whether everything is there that salesbot needs, and what its people should know (docs/start.md).

Only reads, unless it is to try things on a scratch issue. What a token may not see is reported, not guessed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import timedelta

from salesbot.adapters.github import GitHub, Workflow
from salesbot.adapters.github.board_scratch import BoardScratch
from salesbot.adapters.github.project_setup import ProjectSetup
from salesbot.adapters.github.projects import Projects
from salesbot.adapters.typeform import Typeform
from salesbot.core.errors import ServiceError
from salesbot.core.installation import board_assumptions, platform_assumptions, workflow_file
from salesbot.core.lifecycle.restore import NOT_A_DEAL, NOT_A_DEAL_ABOUT
from salesbot.core.model.deal import Role
from salesbot.core.model.effects import CreateLabel
from salesbot.core.model.facts import Label, RepositoryFacts
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.label_names import label_key
from salesbot.tasks import form_check, template_check
from salesbot.tasks.board_connection import BoardConnection
from salesbot.tasks.load_pipeline import ConfigurationFiles, load
from salesbot.tasks.many_deals import OPEN, pass_over
from salesbot.tasks.outcome import Log
from salesbot.tasks.pace import pause_after_write
from salesbot.tasks.setup import board, findings
from salesbot.tasks.setup.findings import Finding, ScratchTrial

PROJECT_RIGHTS = "The project token needs Projects: write and Issues: read"
DAYS = 30
"""Over which runs are counted."""


def examine(
    github: GitHub,
    context: RepositoryFacts,
    log: Log,
    typeform: Typeform | None = None,
    projects: Projects | None = None,
) -> Iterator[Finding]:
    """Examine everything. Raises ServiceError where GitHub fails."""
    yield Finding("ok", f"{context.repository.name} can be read, as {context.viewer.login}.")
    server = github.server_version()
    if server is not None:
        yield Finding("ok", f"The server is GitHub Enterprise Server {server}.")
    pipeline = yield from _configured(github, context)
    found = github.workflows()
    yield from findings.of_workflows(found, github.secrets(), _unused(pipeline))
    yield from findings.of_identity(found)
    if pipeline is not None:
        yield findings.of_since(pipeline, github.place.config)
        if server is None:  # a server of one's own refuses the key `timezone`
            yield from findings.of_time_zones(found, pipeline)
        yield from _form(ConfigurationFiles.of_repository(context.repository, github.place), pipeline, typeform)
        yield from findings.of_labels(context, pipeline)
        yield from findings.of_people(pipeline, context, _roles_of_people(github, context, pipeline))
        yield from _deals(github, context, pipeline, log)
        if pipeline.board is not None and projects is not None:
            yield from board.check(ProjectSetup(projects.client, projects.owner), projects, pipeline)
    yield from findings.of_readers(context, github.outsiders())
    for each in found:
        yield from _runs(github, context, each)
    yield from findings.of_rates(github.rates())


def _runs(github: GitHub, context: RepositoryFacts, workflow: Workflow) -> Iterator[Finding]:
    """Report how often a workflow ran, and whether it should have run and did not."""
    sales = workflow_file.read(workflow.text)
    if sales is None:
        return
    since = context.read_at - timedelta(days=DAYS)
    runs = github.runs_since(workflow.path, since.date())
    yield findings.of_minutes(
        workflow.path, None if runs is None else runs.started, DAYS, private=context.repository.private
    )
    if runs is None or not runs.silent or workflow.state in findings.OFF or "issues" not in sales.events:
        return
    if github.issues_changed(max(since, workflow.since or since)):
        yield findings.of_silence(workflow.path, runs, DAYS)


def _unused(pipeline: Pipeline | None) -> tuple[str, ...]:
    """Give the prefixes of the secrets of services that the configuration does not name."""
    services = {
        "TYPEFORM_": pipeline and pipeline.typeform,
        "STREAK_": pipeline and pipeline.streak,
        "PROJECT_": pipeline and pipeline.board,
        "PIPELINE_CHAT": pipeline and pipeline.chat.announced,
    }
    return tuple(name for name, configured in services.items() if not configured)


def _configured(github: GitHub, context: RepositoryFacts) -> Generator[Finding, None, Pipeline | None]:
    """Report what is wrong with the configuration; a generator that returns the pipeline, if there is one."""
    repository, file = context.repository, github.place.config
    files = ConfigurationFiles.of_repository(repository, github.place)
    configuration = load(files)
    problems = [*configuration.problems, *template_check.problems(files, configuration)]
    yield from (Finding("fix", str(problem)) for problem in problems)
    if not problems:
        what = f"{file} is valid." if repository.config is not None else "The default pipeline is used."
        yield Finding("ok", what)
    return configuration.pipeline


def _form(files: ConfigurationFiles, pipeline: Pipeline, typeform: Typeform | None) -> Iterator[Finding]:
    """Report what the map of a form names and the form lacks."""
    if pipeline.typeform is None or not pipeline.typeform.map:
        return
    if typeform is None:
        yield Finding("unknown", f"{form_check.UNKNOWN}: this needs TYPEFORM_TOKEN.")
        return
    try:
        problems = form_check.problems(files, pipeline.typeform, typeform)
    except ServiceError as error:
        yield Finding("unknown", f"{form_check.UNKNOWN}: {error}.")
        return
    yield from (Finding("fix", str(problem)) for problem in problems)
    if not problems:
        yield Finding("ok", "typeform.map matches the form.")


def _roles_of_people(github: GitHub, context: RepositoryFacts, pipeline: Pipeline) -> dict[str, Role]:
    """Ask for the roles of configured people who may be beyond the end of the list of people."""
    if context.repository.people_complete:
        return {}
    listed = context.repository.people
    named = {*pipeline.owners.people, *pipeline.report.people_goals}
    return {login: github.role(login) for login in sorted(named) if login.casefold() not in listed}


def _deals(github: GitHub, context: RepositoryFacts, pipeline: Pipeline, log: Log) -> Iterator[Finding]:
    deals = list(pass_over(github, context, OPEN, context.trigger, log))
    roles = github.team(context)
    for login in {actor.login for deal in deals if deal.issue for actor in deal.issue.assignees}:
        if login.casefold() not in roles:
            roles[login.casefold()] = github.role(login)
    yield from findings.of_deals(deals, pipeline, roles)


def try_out(github: GitHub, context: RepositoryFacts, board: BoardConnection | None = None) -> ScratchTrial:
    """Try on a scratch issue what is documented nowhere, and close it. Raises ServiceError where GitHub fails.

    Where a board is configured, its project is tried with a card of that issue.
    """
    for left in context.repository.labels:
        if left.name in (platform_assumptions.BEFORE, platform_assumptions.RENAMED):  # of a trial that was interrupted
            github.delete_label(left)
    pipeline = load(ConfigurationFiles.of_repository(context.repository, github.place)).pipeline
    scratch = github.scratch(context, _excluded(github, context))
    with scratch.opened():
        pause_after_write(github.client)
        on_board = _try_board(scratch.issue, board, pipeline)
        observed = scratch.see(platform_assumptions.mention(context.viewer.login))
    trials = (*platform_assumptions.trials(observed), *on_board.trials)
    return ScratchTrial(scratch.number, trials, on_board.refused)


def _try_board(issue: str, board: BoardConnection | None, pipeline: Pipeline | None) -> ScratchTrial:
    """Try the project with a card of the scratch issue. What fails there is reported, and the other trials go on."""
    if board is None or pipeline is None or pipeline.board is None:
        return ScratchTrial()
    scratch = BoardScratch(board.projects, pipeline, issue)
    trials = tuple(board_assumptions.trials(scratch.see()))
    refused = [Finding("note", f"On the board: {sentence}", PROJECT_RIGHTS) for sentence in scratch.refused]
    if scratch.failure is not None:
        problem = board.explained(scratch.failure)
        refused.append(Finding("note", f"The board could not be tried: {problem.what.rstrip('.')}.", problem.hint))
    if scratch.left_behind:
        refused.append(Finding("note", "The scratch card may still be on the project.", "Remove it by hand"))
    return ScratchTrial(trials=trials, refused=tuple(refused))


def _excluded(github: GitHub, context: RepositoryFacts) -> Label:
    """Find the label that keeps the scratch issue from becoming a deal, or make it."""
    known = [label for label in context.repository.labels if label_key(label.name) == NOT_A_DEAL]
    label = CreateLabel(NOT_A_DEAL, *NOT_A_DEAL_ABOUT)
    return known[0] if known else github.create_labels(context, [label])[0]
