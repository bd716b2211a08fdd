"""The shell for tables: deals out to a CSV file and in from one. What a table asks for, `core.table` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from salesbot.adapters.github import UnclearError
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.leads import csv_rows
from salesbot.core.leads.csv_rows import Changed
from salesbot.core.leads.lead import BRIEF
from salesbot.core.lifecycle import restore, timeline
from salesbot.core.model.cards import find_cards
from salesbot.core.model.effects import EditBody
from salesbot.core.model.facts import DealFacts, RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import fields
from salesbot.core.text import markdown as md
from salesbot.core.text.days import local_day
from salesbot.tasks.deal import GITHUB_GIVES_UP, ROUNDS, App, Outcome
from salesbot.tasks.open_leads import LeadOpener, counted
from salesbot.tasks.sweep import PER_WRITE

STATES: tuple[Literal["OPEN", "CLOSED"], ...] = ("OPEN", "CLOSED")
EDITED = "issues.edited"


@dataclass
class Tables:
    """One run."""

    app: App
    opener: LeadOpener

    def take_in(self, text: str, mapped: Mapping[str, str], key: str) -> Outcome:
        """Open and change deals as a table says. Raises InputError with all that is wrong; then nothing is done."""
        told, pipeline = self.opener.begin()
        if pipeline is None:
            return told
        rows = csv_rows.read(text, mapped, key, pipeline)
        self.opener.read_all()
        now = self.opener.context.read_at
        plan = csv_rows.plan(rows, self.opener.other_issues, pipeline, now, local_day(now, pipeline.timezone))
        if plan.problems:
            raise InputError("\n".join(plan.problems), f"{counted(len(plan.problems), 'problem')}: nothing was done")
        outcome = self.opener.open_all(plan.new)
        for each in plan.changed:
            outcome = outcome.then(self._change(each, pipeline))
        said = f"{len(plan.new):,} to open, {len(plan.changed):,} to change, {plan.same:,} as they are."
        return told.then(Outcome(notes=(*plan.notes, said))).then(outcome)

    def _change(self, change: Changed, pipeline: Pipeline) -> Outcome:
        for _ in range(ROUNDS):
            facts = self.app.github.read(change.number, Trigger(EDITED))
            effect = _edit(facts, change, pipeline)
            if effect is None:
                return Outcome()
            if self.app.dry_run:
                return Outcome((effect,), notes=(f"line {change.line}: #{change.number} {', '.join(change.said)}",))
            try:
                self.app.github.write(facts, [effect])
            except UnclearError as error:
                self.app.github.client.wait(GITHUB_GIVES_UP, error.what)
                continue
            self.app.github.client.pause(PER_WRITE)
            return Outcome((effect,)).then(self.opener.reconcile(change.number, EDITED))
        raise ServiceError(f"GitHub did not say whether it changed #{change.number}.", "Import the table again")

    def export(self, separator: str = ",", decimal: str = ".") -> Iterator[str]:
        """Write all deals as lines of a CSV file, open ones first. Raises InputError if the configuration is wrong."""
        context = self.app.github.read_repository(Trigger("export"))
        told, pipeline = self.app.configured(context)
        if pipeline is None:
            raise InputError("\n".join(told.told), "Repair the configuration first")
        yield from csv_rows.write(self._rows(context, pipeline), pipeline, separator, decimal)

    def _rows(self, context: RepositoryFacts, pipeline: Pipeline) -> Iterator[dict[str, str]]:
        for state in STATES:
            for page in self.app.github.glance(context, state):
                rows = (_row(replace(deal, repository=context.repository), pipeline) for deal in page.deals)
                yield from (row for row in rows if row is not None)


def _edit(facts: DealFacts, change: Changed, pipeline: Pipeline) -> EditBody | None:
    """Write the fields into the description; None if it says so already. Raises InputError if they do not go in."""
    body = fields.parse(facts.issue.body, pipeline.headings, pipeline.one_line)
    for heading, text in change.said.items():
        value = md.block(text) if heading == BRIEF else text
        try:
            body = body.with_field(heading, value)
        except fields.FieldError as error:
            raise InputError(
                f"line {change.line}: #{change.number}: {error}", "The lines before it are done"
            ) from error
    return EditBody(body.text) if body.text != facts.issue.body else None


def _row(facts: DealFacts, pipeline: Pipeline) -> dict[str, str] | None:
    """Show a deal as a row; None if the issue is no deal."""
    issue = facts.issue
    memory = find_cards(issue, facts.repository).journal
    stages = [stage.name for stage, _ in timeline.current_stages(issue, pipeline)]
    if restore.is_excluded(issue, memory) or (not stages and memory is None):
        return None
    owner, _ = restore.owners(issue, memory.assigned if memory is not None else ())
    return {
        "number": str(issue.number),
        "title": issue.title,
        "stage": stages[0] if stages else memory.stage if memory is not None else "",
        "state": "open" if issue.open else "closed",
        "owner": owner or "",
        "opened": local_day(issue.created_at, pipeline.timezone).isoformat(),
        "url": issue.url,
        **csv_rows.shown(issue.body, pipeline),
    }
