"""The shell for tables: deals out to a CSV file and in from one. What a table asks for, `core.table` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from salesbot.adapters.github import UnclearError
from salesbot.app import GITHUB_GIVES_UP, ROUNDS, App, Outcome
from salesbot.core import fields, found, table, timeline
from salesbot.core import markdown as md
from salesbot.core.days import local_day
from salesbot.core.effects import EditBody
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.facts import Facts, Waking
from salesbot.core.journal import find_cards
from salesbot.core.lead import BRIEF
from salesbot.core.pipeline import Pipeline
from salesbot.core.table import Changed
from salesbot.opening import Opening, counted
from salesbot.sweep import PER_WRITE

STATES: tuple[Literal["OPEN", "CLOSED"], ...] = ("OPEN", "CLOSED")
EDITED = "issues.edited"


@dataclass
class Tables:
    """One run."""

    app: App
    opening: Opening

    def take_in(self, text: str, mapped: Mapping[str, str], key: str) -> Outcome:
        """Open and change deals as a table says. Raises InputError with all that is wrong; then nothing is done."""
        told, pipeline = self.opening.begin()
        if pipeline is None:
            return told
        rows = table.read(text, mapped, key, pipeline)
        self.opening.read_all()
        now = self.opening.around.read_at
        plan = table.plan(rows, self.opening.others, pipeline, now, local_day(now, pipeline.timezone))
        if plan.problems:
            raise InputError("\n".join(plan.problems), f"{counted(len(plan.problems), 'problem')}: nothing was done")
        outcome = self.opening.open_all(plan.new)
        for each in plan.changed:
            outcome = outcome.then(self._change(each, pipeline))
        said = f"{len(plan.new):,} to open, {len(plan.changed):,} to change, {plan.same:,} as they are."
        return told.then(Outcome(notes=(said,))).then(outcome)

    def _change(self, change: Changed, pipeline: Pipeline) -> Outcome:
        for _ in range(ROUNDS):
            facts = self.app.github.read(change.number, Waking(EDITED))
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
            return Outcome((effect,)).then(self.opening.settle(change.number, EDITED))
        raise ServiceError(f"GitHub did not say whether it changed #{change.number}.", "Import the table again")

    def export(self) -> Iterator[str]:
        """Write all deals as lines of a CSV file, open ones first. Raises InputError if the configuration is wrong."""
        around = self.app.github.read_repository(Waking("export"))
        told, pipeline = self.app.configured(around)
        if pipeline is None:
            raise InputError("\n".join(told.told), "Repair the configuration first")
        yield from table.write(self._rows(around, pipeline), pipeline)

    def _rows(self, around: Facts, pipeline: Pipeline) -> Iterator[dict[str, str]]:
        for state in STATES:
            for page in self.app.github.glance(around, state):
                rows = (_row(replace(deal, repository=around.repository), pipeline) for deal in page.deals)
                yield from (row for row in rows if row is not None)


def _edit(facts: Facts, change: Changed, pipeline: Pipeline) -> EditBody | None:
    """Write the fields into the description; None if it says so already. Raises InputError if they do not go in."""
    assert facts.issue is not None
    body = facts.issue.body
    for heading, text in change.said.items():
        value = md.block(text) if heading == BRIEF else text
        try:
            body = fields.write(body, heading, value, pipeline.headings, pipeline.one_line)
        except fields.FieldError as error:
            raise InputError(
                f"line {change.line}: #{change.number}: {error}", "The lines before it are done"
            ) from error
    return EditBody(body) if body != facts.issue.body else None


def _row(facts: Facts, pipeline: Pipeline) -> dict[str, str] | None:
    """Show a deal as a row; None if the issue is no deal."""
    issue = facts.issue
    assert issue is not None
    memory = find_cards(issue, facts.repository).journal
    stages = [stage.name for stage, _ in timeline.standing_stages(issue, pipeline)]
    if found.is_excluded(facts, memory) or (not stages and memory is None):
        return None
    owner, _ = found.owners(issue, memory.assigned if memory is not None else ())
    return {
        "number": str(issue.number),
        "title": issue.title,
        "stage": stages[0] if stages else memory.stage if memory is not None else "",
        "state": "open" if issue.open else "closed",
        "owner": owner or "",
        "opened": local_day(issue.created_at, pipeline.timezone).isoformat(),
        "url": issue.url,
        **table.shown(issue.body, pipeline),
    }
