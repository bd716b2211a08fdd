"""`salesbot doctor`: is everything there that salesbot needs, and what should its people know (docs/start.md).

Only reads, unless it is to try things on a scratch issue. What a token may not see is said, not guessed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import timedelta

from salesbot.adapters.github import GitHub
from salesbot.adapters.templates import TemplateRenderer
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core.config import parse
from salesbot.core.config.problems import ConfigError
from salesbot.core.installation import platform_assumptions, workflow_file
from salesbot.core.lifecycle.restore import NOT_A_DEAL, NOT_A_DEAL_ABOUT
from salesbot.core.model.effects import CreateLabel
from salesbot.core.model.facts import Facts, Label
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.labels import label_key
from salesbot.tasks.setup import findings
from salesbot.tasks.setup.findings import Finding
from salesbot.tasks.setup.pace import PER_CHANGE

DAYS = 30
"""Over which runs are counted."""


def examine(github: GitHub, context: Facts) -> Iterator[Finding]:
    """Look at everything. Raises ServiceError where GitHub fails us."""
    yield Finding("ok", f"{context.repository.name} can be read, as {context.viewer.login}.")
    pipeline = yield from _configured(github, context)
    found = github.workflows()
    yield from findings.of_workflows(found, github.secrets(), _unused(pipeline))
    if pipeline is not None:
        yield findings.of_since(pipeline, github.place.config)
        yield from findings.of_labels(context, pipeline)
        yield from _deals(github, context, pipeline)
    yield from findings.of_readers(context, github.outsiders())
    since = (context.read_at - timedelta(days=DAYS)).date()
    for each in found:
        if workflow_file.read(each.text) is not None:
            runs = github.runs_since(each.path, since)
            yield findings.of_minutes(each.path, runs, DAYS, private=context.repository.private)
    yield from findings.of_rates(github.rates())


def _unused(pipeline: Pipeline | None) -> tuple[str, ...]:
    """Say how the secrets begin of services that the configuration does not name."""
    services = {"TYPEFORM_": pipeline and pipeline.typeform, "STREAK_": pipeline and pipeline.streak}
    return tuple(name for name, configured in services.items() if not configured)


def _configured(github: GitHub, context: Facts) -> Generator[Finding, None, Pipeline | None]:
    """Say what is wrong with the configuration; a generator that gives the pipeline, if there is one."""
    repository, place = context.repository, github.place
    renderer = TemplateRenderer(repository.templates)
    wrong = [f"{file}: {what}" for file, what in repository.unreadable.items()]
    wrong += [str(problem) for problem in renderer.problems(place.templates)]
    pipeline: Pipeline | None = None
    try:
        pipeline = parse(repository.config, place.config, templates=renderer.names(), zones=SystemTimeZones())
    except ConfigError as error:
        wrong = [*(str(problem) for problem in error.problems), *wrong]
    yield from (Finding("fix", problem) for problem in wrong)
    if not wrong:
        what = f"{place.config} is right." if repository.config is not None else "The default pipeline is used."
        yield Finding("ok", what)
    return pipeline


def _deals(github: GitHub, context: Facts, pipeline: Pipeline) -> Iterator[Finding]:
    deals = [deal for page in github.glance(context, "OPEN") for deal in page.deals]
    roles = github.team(context)
    for login in {actor.login for deal in deals if deal.issue for actor in deal.issue.assignees}:
        if login.casefold() not in roles:
            roles[login.casefold()] = github.role(login)
    yield from findings.of_deals(deals, pipeline, roles)


def try_out(github: GitHub, context: Facts) -> Iterator[Finding]:
    """Try on a scratch issue what nobody could look up, and close it. Raises ServiceError where GitHub fails us."""
    for left in context.repository.labels:
        if left.name in (platform_assumptions.BEFORE, platform_assumptions.RENAMED):  # of a trial that was interrupted
            github.delete_label(left)
    scratch = github.scratch(context, _excluded(github, context))
    with scratch.opened():
        github.client.pause(PER_CHANGE)
        seen = scratch.see(platform_assumptions.mention(context.viewer.login))
    yield from findings.of_trials([*platform_assumptions.trials(seen)])
    yield Finding("ok", f"Issue #{scratch.number} was the scratch issue, and is closed.")


def _excluded(github: GitHub, context: Facts) -> Label:
    """Find the label that keeps the scratch issue from becoming a deal, or make it."""
    known = [label for label in context.repository.labels if label_key(label.name) == NOT_A_DEAL]
    wanted = CreateLabel(NOT_A_DEAL, *NOT_A_DEAL_ABOUT)
    return known[0] if known else github.create_labels(context, [wanted])[0]
