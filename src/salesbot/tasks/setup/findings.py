"""What `salesbot doctor` finds, from what was read. Reads nothing itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from salesbot.adapters.github import Rate, Runs, Workflow
from salesbot.core.config.problems import shown
from salesbot.core.installation import label_list, problem_issue, workflow_file
from salesbot.core.installation.platform_assumptions import Trial
from salesbot.core.installation.workflow_file import SalesWorkflow
from salesbot.core.lifecycle import timeline
from salesbot.core.model.deal import Role
from salesbot.core.model.facts import DealFacts, RepositoryFacts
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.label_names import label_key
from salesbot.core.text.plural import counted

Level = Literal["ok", "fix", "note", "unknown"]
OFF = {
    "disabled_manually": "a person switched it off",
    "disabled_inactivity": "GitHub switched it off after sixty days without a push to this public repository",
    "disabled_fork": "GitHub switches workflows off in forks",
}
LOOK_ALIKE_HINT = "Put one of them on all issues of the other, then delete the other"
POLICIES = (
    "Open the newest run under Actions. If there is none, or it says that something is not allowed: Settings, Actions, "
    "General has the list of allowed actions, which must name your copy of salesbot. Settings, Actions, Policies (of "
    "the repository, organisation and enterprise) has the events and the people that may start runs"
)
"""Where to look if a workflow does not run."""
MOST = 5
"""Things to do that a verdict lists."""
SCARCE = 10
"""Percent of an hour's requests."""


@dataclass(frozen=True)
class Finding:
    """One thing found: fine, to be repaired, worth knowing, or not to be found out with this token."""

    level: Level
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.level}: {self.sentence}"

    @property
    def sentence(self) -> str:
        """What was found, and what to do about it."""
        return f"{self.what}{f' {self.hint}.' if self.hint else ''}"


@dataclass(frozen=True)
class ScratchTrial:
    """What was tried on a scratch issue: its number, each assumption, and what was refused on the board."""

    number: int = 0
    trials: tuple[Trial, ...] = ()
    refused: tuple[Finding, ...] = ()


def verdict(found: Sequence[Finding]) -> Iterator[str]:
    """Sum up in a sentence, and list what to do: what does not work first, each in the order it was found.

    What has one remedy is one thing to do.
    """
    broken, advice = _grouped(found, "fix"), _grouped([each for each in found if each.hint], "note")
    tasks = [*broken, *advice]
    unseen = sum(each.level == "unknown" for each in found)
    if broken:
        yield f"Verdict: {counted(len(broken), 'thing')} to repair."
    elif unseen:
        yield f"Verdict: nothing to repair, as far as this token may see ({unseen} unknown)."
    else:
        yield "Verdict: nothing to repair."
    if tasks:
        yield "What to do, most important first:"
    yield from (f"{number}. {task}" for number, task in enumerate(tasks[:MOST], 1))
    if len(tasks) > MOST:
        yield f"{len(tasks) - MOST} more above."


def _grouped(found: Sequence[Finding], level: Level) -> list[str]:
    groups: dict[str, list[Finding]] = {}
    for each in found:
        if each.level == level:
            groups.setdefault(each.hint or each.what, []).append(each)
    return [f"{each.sentence}{f' ({len(more)} more like it)' if more else ''}" for each, *more in groups.values()]


def of_workflows(
    found: Sequence[Workflow], secrets: Sequence[str] | None, unused: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """Check the workflows that run salesbot. Secrets that begin with something unused may be missing."""
    ours = [(each, sales) for each in found if (sales := workflow_file.read(each.text)) is not None]
    if all(sales.task == "report" for _, sales in ours):
        yield Finding("fix", "No workflow on the default branch runs salesbot.", "`salesbot init` writes one")
    for each, sales in ours:
        wrong = [*_switched(each), *_file(each.path, sales), *_secrets(each.path, sales, secrets, unused)]
        yield from wrong
        if not any(finding.level == "fix" for finding in wrong):
            yield Finding("ok", f"{each.path} {'writes the report' if sales.task == 'report' else 'runs salesbot'}.")


def of_time_zones(found: Sequence[Workflow], pipeline: Pipeline) -> Iterator[Finding]:
    """Name the schedules that follow another time zone than the days of the configuration."""
    configured = str(pipeline.timezone)
    for each in found:
        sales = workflow_file.read(each.text)
        if sales is not None and (others := sorted(sales.time_zones - {configured})):
            named = " and ".join(shown(zone) for zone in others)
            what = f"{each.path} starts by the clock of {named}; the configuration has {configured}."
            yield Finding("note", what, f'Write `timezone: "{configured}"` under each `- cron:`')


def _file(path: str, sales: SalesWorkflow) -> Iterator[Finding]:
    if sales.copy.startswith("OWNER/"):
        yield Finding("fix", f"{path} does not say who hosts salesbot.", "Put your organisation in place of OWNER")
    elif not sales.pinned:
        yield _unpinned(path, sales)
    for permission in sales.lacking():
        yield Finding("fix", f"{path} lacks the permission `{permission}`.", "Add it under `permissions:` of the job")
    for event, means in sales.needed.items():
        if event not in sales.events:
            yield Finding("fix", f"{path} does not start on `{event}`: {means}.", f"Add `{event}` under `on:`")
    if sales.permissions is None:
        yield Finding(
            "note",
            f"{path} names no permissions, so the repository's setting decides.",
            "Add `contents: read` and `issues: write` under `permissions:` of the job",
        )


def _unpinned(path: str, sales: SalesWorkflow) -> Finding:
    if sales.image:
        what = f"{path} runs whatever the image {sales.image.text} is that day."
        return Finding("note", what, "Use the tag of a version, or a digest")
    what = f"{path} runs whatever is at {sales.copy}@{sales.ref} that day."
    return Finding("note", what, "Put a commit or a release after the @")


def _switched(each: Workflow) -> Iterator[Finding]:
    if each.state is None:
        yield Finding("unknown", f"Whether {each.path} is switched on: this needs `actions: read`.")
    elif each.state in OFF:
        yield Finding("fix", f"{each.path} does not run: {OFF[each.state]}.", "Actions, its name, Enable workflow")


def _secrets(
    path: str, sales: SalesWorkflow, secrets: Sequence[str] | None, unused: tuple[str, ...]
) -> Iterator[Finding]:
    for name in sales.secrets:
        if unused and name.startswith(unused):
            continue
        if secrets is None:
            yield Finding("unknown", f"Whether the secret {name} of {path} exists: this needs the role write.")
        elif name not in secrets:
            yield Finding("fix", f"The secret {name} of {path} is not set.", "Settings, Secrets and variables, Actions")


def of_identity(found: Sequence[Workflow]) -> Iterator[Finding]:
    """Name other workflows whose comments are by the same identity: GitHub does not say which of them wrote a card."""
    ours = {each.path: sales for each in found if (sales := workflow_file.read(each.text)) is not None}
    if not any(sales.is_by_jobs_token for sales in ours.values()):
        return
    for each in found:
        if each.path not in ours and workflow_file.may_comment(each.text):
            yield Finding(
                "note",
                f"{each.path} may comment as github-actions, as salesbot does: a card that it posts is believed.",
                "If it repeats what strangers write, run salesbot as a GitHub App, see docs/server.md",
            )


def of_labels(context: RepositoryFacts, pipeline: Pipeline) -> Iterator[Finding]:
    """Check the list of labels. Without any, salesbot has not run yet."""
    changes = label_list.changes(context.repository, pipeline, label_list.recorded_labels(context.repository))
    if len(changes) == len(pipeline.stages) and all(change.before is None for change in changes):
        yield Finding("ok", "No stage has a label yet; the first deal creates them all.")
    elif changes:
        yield from (Finding("fix", f"To do: {change}.", "`salesbot labels --yes` does it") for change in changes)
    else:
        yield Finding("ok", "Every stage has its label.")
    for pair in label_list.look_alikes(context.repository):
        yield Finding("fix", pair, LOOK_ALIKE_HINT)


def of_since(pipeline: Pipeline, file: str) -> Finding:
    """Report the start date."""
    if pipeline.since is not None:
        return Finding("ok", f"The start date is {pipeline.since}: what happened before is history.")
    return Finding("note", f"{file} has no start date.", "Add `since:` with a date")


def of_people(pipeline: Pipeline, context: RepositoryFacts, roles: Mapping[str, Role]) -> Iterator[Finding]:
    """Check that configured owners, and people with a goal, are in the repository.

    `roles` are those of whom the list of people does not name.
    """
    hint = "Correct the name, give them access to this repository, or take them out"

    def is_absent(login: str) -> bool:
        known = login.casefold() in context.repository.people
        return not known and (context.repository.people_complete or roles[login] == Role.NONE)

    for login in filter(is_absent, pipeline.owners.people):
        yield Finding("fix", problem_issue.unassignable(login), hint)
    for login in filter(is_absent, pipeline.report.people_goals):
        yield Finding("fix", f"{login}, named in report.goal.people, is not in this repository.", hint)


def of_deals(deals: Sequence[DealFacts], pipeline: Pipeline, roles: Mapping[str, Role]) -> Iterator[Finding]:
    """Check the open deals: unknown stages, and owners who cannot tick checklists."""
    uncountable: Counter[str] = Counter()
    cannot: Counter[str] = Counter()
    for facts in deals:
        if any(label_key(label.name) == problem_issue.LABEL for label in facts.issue.labels):
            yield Finding("fix", f"Issue #{facts.issue.number} reports a problem.", "Open it to see what to do")
        uncountable.update(timeline.unknown_stage_labels(facts.issue, pipeline))
        if timeline.current_stages(facts.issue, pipeline):
            cannot.update(
                a.login for a in facts.issue.assignees if roles.get(a.login.casefold(), Role.NONE) < Role.WRITE
            )
    for label, count in uncountable.items():
        yield Finding(
            "fix",
            f"{counted(count, 'open issue')} in {label}, a stage that is not configured.",
            "Add the stage, or `was:` to the one that takes its place",
        )
    for login, count in sorted(cannot.items()):
        yield Finding(
            "note",
            f"{login} is assigned to {counted(count, 'open deal')} and cannot tick checklists.",
            "GitHub lets only the role write edit another's comment",
        )


def of_readers(context: RepositoryFacts, outsiders: Mapping[str, Role] | None) -> Iterator[Finding]:
    """Report who can read the values."""
    if not context.repository.private:
        yield Finding(
            "note", "The repository is public: everybody can read values and reasons.", "Settings, General, Visibility"
        )
    if context.repository.internal:
        yield Finding(
            "note",
            "The repository is internal: everybody in the enterprise can read values and reasons.",
            "Settings, General, Visibility",
        )
    if outsiders is None:
        yield Finding("unknown", "Whether people from outside the organisation have access: this needs the role write.")
    for login, role in sorted((outsiders or {}).items()):
        yield Finding("note", f"{login} is not a member of the organisation and can read values ({role.name.lower()}).")
    if context.repository.private and not context.repository.internal and outsiders == {}:
        yield Finding("ok", "Only members of the organisation can read values.")


def of_silence(path: str, runs: Runs, days: int) -> Finding:
    """Report a workflow of which no run succeeds although issues change: a policy may be why."""
    what = f"None of the {counted(runs.started, 'run')}" if runs.started else "No run"
    return Finding("fix", f"{what} of {path} succeeded in {days} days, although issues changed.", POLICIES)


def of_minutes(path: str, runs: int | None, days: int, *, private: bool) -> Finding:
    """Estimate what Actions bills: a started minute for each run that was not skipped, more for longer ones."""
    if runs is None:
        return Finding("unknown", f"How many Actions minutes {path} takes: this needs `actions: read`.")
    month = round(runs * 30 / days)
    billed = "at least, of the private repository's allowance" if private else "and free, in a public repository"
    return Finding("ok", f"{path}: about {month:,} Actions minutes a month {billed}: {runs:,} runs in {days} days.")


def of_rates(rates: Mapping[str, Rate] | None) -> Iterator[Finding]:
    """Report what is left of this hour's requests."""
    if rates is None:
        yield Finding("ok", "This server counts no requests.")
    names = {"core": "REST requests", "graphql": "GraphQL points"}
    for name, rate in (rates or {}).items():
        level: Level = "note" if rate.remaining * 100 < rate.limit * SCARCE else "ok"
        yield Finding(level, f"{rate.remaining:,} of {rate.limit:,} {names.get(name, name)} are left this hour.")


def of_trials(tried: ScratchTrial, *, by_person: bool) -> Iterator[Finding]:
    """Report what was found on the scratch issue."""
    for trial in tried.trials:
        if trial.holds is None:
            yield Finding("unknown", f"Could not be tried here: {trial.what}.")
        elif trial.holds:
            yield Finding("ok", f"Confirmed: {trial.what}.")
        else:
            yield Finding("note", f"Not confirmed: {trial.what}.", f"So {trial.otherwise}")
    yield from tried.refused
    if by_person:
        yield Finding(
            "note",
            "This was tried with a person's token; the workflow's may do less.",
            "To try that one, run `doctor --scratch` as a job, see docs/start.md",
        )
    yield Finding("ok", f"Issue #{tried.number} was the scratch issue, and is closed.")


def to_paste(trials: Sequence[Trial], versions: str, server: str | None, *, by_person: bool) -> Iterator[str]:
    """Write what was found for an issue on salesbot, without anything of the repository or its people."""
    yield "Please paste what follows into an issue on salesbot. It names neither your repository nor anybody in it."
    yield ""
    yield "### What `salesbot doctor --scratch` found"
    yield ""
    where = f"GitHub Enterprise Server {server}" if server else "github.com"
    yield f"{versions}; {where}; the token of {'a person' if by_person else 'a job or an App'}."
    yield ""
    words = {True: "confirmed", False: "**not confirmed**", None: "could not be tried"}
    yield from (f"- {words[trial.holds]}: {trial.what}" for trial in trials)
