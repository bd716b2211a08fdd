"""Deals out to a CSV file and in from one. What a table asks for, `core.leads.csv_rows` says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from salesbot.adapters.github import advice_on
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.leads import csv_rows, lead
from salesbot.core.leads.csv_rows import Changed, Plan
from salesbot.core.leads.exports import Source
from salesbot.core.leads.lead import BRIEF
from salesbot.core.lifecycle import people, restore, timeline
from salesbot.core.model.cards import find_cards
from salesbot.core.model.effects import EditBody
from salesbot.core.model.facts import DealFacts, RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import fields
from salesbot.core.text import markdown as md
from salesbot.core.text.days import local_day
from salesbot.core.text.plural import counted
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.isolation import Isolation
from salesbot.tasks.many_deals import ALL, ManyDeals, Tally, pass_over
from salesbot.tasks.open_leads import LeadOpener
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.pace import pause_after_write
from salesbot.tasks.retry import until_clear

EDITED = "issues.edited"
EXPORT = Trigger("export")


@dataclass
class CsvTable:
    """One run."""

    processor: DealProcessor
    opener: LeadOpener

    def import_rows(self, text: str, source: Source) -> Outcome:
        """Open and change deals as a table says. Raises InputError with all that is wrong; then nothing is done."""
        outcome, pipeline = self.opener.read()
        if pipeline is None:
            return outcome
        table = csv_rows.read(text, source, pipeline)
        self.opener.read_all()
        now = self.opener.context.read_at
        plan = csv_rows.plan(table.rows, self.opener.other_issues, pipeline, now, local_day(now, pipeline.timezone))
        if plan.problems:
            nothing = f"Nothing was done: {counted(len(plan.problems), 'problem')}."
            raise InputError("\n".join([*plan.problems, nothing]))
        outcome = outcome.then(Outcome(notes=(*table.notes, *plan.notes, self._counts(plan)))).then(
            self.opener.open_all(plan.new)
        )
        changes = {each.number: each for each in plan.changed}
        many = ManyDeals(self.processor.github, Trigger(EDITED), self.processor.clock, self.processor.log)
        return outcome.then(
            many.work([*changes], lambda number, facts: self._change(facts, changes[number], pipeline), tally=Tally())
        )

    def _counts(self, plan: Plan) -> str:
        """Count what is to be done. Where something is done, that is listed, and only the rest is counted."""
        if self.processor.dry_run or not (plan.new or plan.changed):
            return f"{len(plan.new):,} to open, {len(plan.changed):,} to change, {plan.same:,} unchanged."
        return f"{counted(plan.same, 'row')} unchanged."

    def _change(self, facts: DealFacts, change: Changed, pipeline: Pipeline) -> Outcome:
        """Write a row into the description of its deal, and process the deal."""
        github = self.processor.github

        def attempt(is_retry: bool) -> Outcome:
            current = github.read(change.number, Trigger(EDITED)) if is_retry else facts
            return self._write(current, change, pipeline)

        outcome = until_clear(github.client, attempt, log=self.processor.log)
        if not outcome.effects or self.processor.dry_run:
            return outcome
        pause_after_write(github.client, outcome.effects)
        return outcome.then(self.opener.process(change.number, EDITED))

    def _write(self, facts: DealFacts, change: Changed, pipeline: Pipeline) -> Outcome:
        effect = _edit(facts, change, pipeline)
        if effect is None:
            return Outcome()
        if self.processor.dry_run:
            note = f"line {change.line}: #{change.number} {', '.join(change.said)}"
            return Outcome(effects=(effect,), notes=(note,))
        failed = self.processor.github.write(facts, [effect]).failed
        if failed:
            why = failed[0][1]
            raise ServiceError(f"line {change.line}: {why}.", advice_on(why, "Import the table again"))
        return Outcome(effects=(effect,))

    def export_rows(self, isolation: Isolation, separator: str = ",", decimal: str = ".") -> Iterator[str]:
        """Write all deals as lines of a CSV file, open ones first; `isolation` keeps those that could not be written.

        Raises ConfigError if the configuration is wrong.
        """
        context = self.processor.github.read_repository(EXPORT)
        pipeline = self.processor.load(context).require()
        yield from csv_rows.write(self._rows(context, pipeline, isolation), pipeline, separator, decimal)

    def _rows(self, context: RepositoryFacts, pipeline: Pipeline, isolation: Isolation) -> Iterator[dict[str, str]]:
        for deal in pass_over(self.processor.github, context, ALL, EXPORT, self.processor.log):
            facts = replace(deal, repository=context.repository)
            row = isolation.attempt(f"Deal {deal.issue.number}", partial(_row, facts, pipeline))
            if row is not None:
                yield row


def _edit(facts: DealFacts, change: Changed, pipeline: Pipeline) -> EditBody | None:
    """Write the fields into the description; None if they are there already. Raises InputError if they do not fit."""
    body = fields.parse(facts.issue.body, pipeline.headings, pipeline.one_line)
    for heading, text in change.said.items():
        value = md.block(text) if heading == BRIEF else text
        try:
            body = body.with_field(heading, value)
        except fields.FieldError as error:
            raise InputError(
                f"line {change.line}: #{change.number}: {error}", "The lines before it are done"
            ) from error
    text = lead.with_cells(body.text, change.cells) if change.cells else body.text
    return EditBody(text) if body.text != facts.issue.body else None


def _row(facts: DealFacts, pipeline: Pipeline) -> dict[str, str] | None:
    """Show a deal as a row; None if the issue is not a deal."""
    issue = facts.issue.since_transfer
    memory = find_cards(issue, facts.repository).journal
    stages = [stage.name for stage, _ in timeline.current_stages(issue, pipeline)]
    if restore.is_excluded(issue, memory) or (not stages and memory is None):
        return None
    return {
        "number": str(issue.number),
        "title": issue.title,
        "stage": stages[0] if stages else memory.stage if memory is not None else "",
        "state": "open" if issue.open else "closed",
        "owner": people.owners(issue, memory).owner or "",
        "opened": local_day(issue.created_at, pipeline.timezone).isoformat(),
        "url": issue.url,
        **csv_rows.shown(issue.body, pipeline),
    }
