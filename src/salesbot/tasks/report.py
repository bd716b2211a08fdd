"""The weekly report: read all deals -> numbers -> the week's issue, and files.

One issue for each week, however often this runs, is killed, or runs twice at once: what there is to do follows from the
issues there are (`core.report.weekly_issue`); it is written, and looked up again until nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from salesbot.adapters.collector import without_collector
from salesbot.adapters.github import GitHub, advice_on
from salesbot.adapters.github.history import Deals
from salesbot.adapters.github.snapshot import UnfilledError
from salesbot.adapters.program_files import program_digest
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.errors import BUG, ServiceError
from salesbot.core.model.deal import Role
from salesbot.core.model.effects import CreateLabel, EditBody, Effect, OpenReport, PinIssue, React, UnpinIssue
from salesbot.core.model.facts import Comment, DealFacts, Issue, LinkedIssue, Repository, RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.report import weekly_issue
from salesbot.core.report.bridge import figures_of
from salesbot.core.report.clients import Client
from salesbot.core.report.clients import clients as compute_clients
from salesbot.core.report.compute import Report, compute_board, compute_report
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.deal_list import Asked, matching, read_filters
from salesbot.core.report.figures import Figures
from salesbot.core.report.reader import labels_without_outcome
from salesbot.core.report.scope import Scope, choose_scope
from salesbot.core.report.view_board import board_values
from salesbot.core.report.view_report import report_values
from salesbot.core.report.weekly_issue import DesiredReport, Plan, ReportState
from salesbot.core.text import days
from salesbot.core.text.label_names import label_key
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.deal_counter import DealCounter, ReadDeals
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.retry import until_clear

TRIGGER = Trigger("report")
ROUNDS = 5
"""Rounds of reading and writing, until nothing is left to do."""
NO_PIN = "The report could not be pinned; a repository has three pins. Unpin another issue, or pin it by hand."

TEMPLATES = ("board.md.j2", "report.md.j2")

Notify = Callable[[Report, str], str]
"""Posts a report and its address to a chat. Gives what went wrong, or nothing."""
Save = Callable[[Report, bool], Sequence[str]]
"""Writes files, given whether the repository is private. Gives a line for each."""


class ReportContext(NamedTuple):
    """The repository, its pipeline and its templates, and who has a goal and is not in the repository."""

    facts: RepositoryFacts
    pipeline: Pipeline
    renderer: TemplateRenderer
    absent: frozenset[str] = frozenset()


class MatchingDeals(NamedTuple):
    """The deals that match, and the moment and place they are of; `scope` is None where nothing could be read."""

    deals: Sequence[CountedDeal]
    scope: Scope | None
    outcome: Outcome


class ClientsFound(NamedTuple):
    """All clients, and the moment and place they are of; `scope` is None where nothing could be read."""

    clients: Sequence[Client]
    scope: Scope | None
    outcome: Outcome


@dataclass
class Reporter:
    """One report. `save` gets the numbers and writes the files that were asked for."""

    processor: DealProcessor
    save: Save = field(default=lambda report, private: ())
    notify: Notify = field(default=lambda report, address: "")
    cache: Path | None = None
    """A file that keeps what was read, for the next time."""
    part: Callable[[Report, Repository], Sequence[str]] = lambda report, repository: ()

    @property
    def github(self) -> GitHub:
        """The repository."""
        return self.processor.github

    def weekly(self, *, again: bool) -> Outcome:
        """Bring the week's issue up to date. Unless `again`, a week whose report is there and whole is left alone."""
        context, outcome = self._read_context()
        if context is None:
            return outcome
        reports = self.github.reports(context.facts)
        scope = choose_scope(context.facts.repository.name, context.pipeline, context.facts.read_at)
        if not again and weekly_issue.is_done(reports, context.facts.repository.id, scope.week):
            return Outcome(notes=(f"The report of {scope.week} exists already.",))
        try:
            return self._post(context, reports, scope.week)
        except UnfilledError as error:
            return Outcome(notices=(str(error),))

    def answer(self, facts: DealFacts) -> Outcome:
        """Answer `/report` on a report: refresh it for people with the role triage and above."""
        requests = weekly_issue.refresh_requests(facts.issue, facts.read_at)
        allowed = {comment.id for comment in requests if self._may(comment)}
        outcome = self._refresh(facts.issue) if allowed else Outcome()
        if outcome.exit_code not in (0, BUG):  # a deal that could not be read is named; the report is there
            return outcome
        # Receipts last: if we die before, the next run refreshes again, which changes nothing but the time.
        receipts = [React(comment.id, "ROCKET" if comment.id in allowed else "CONFUSED") for comment in requests]
        failed = () if self.processor.dry_run else self.github.write(facts, receipts).failed
        refused = [effect for effect, _ in failed]
        return outcome.then(Outcome(effects=tuple(receipt for receipt in receipts if receipt not in refused)))

    def refresh_board(self) -> Outcome:
        """Bring sections 1 to 4 of the newest open report up to date, once a day."""
        context, outcome = self._read_context()
        if context is None:
            return outcome
        facts, pipeline = context.facts, context.pipeline
        found = [(issue, memory) for issue in self.github.reports(facts) if issue.open
                 and (memory := weekly_issue.read_state(issue, facts.repository.id)) is not None]  # fmt: skip
        today = days.local_day(facts.read_at, pipeline.timezone)
        issue, memory = max(found, key=lambda pair: pair[1].week, default=(None, None))
        if issue is None or memory is None or days.local_day(memory.board, pipeline.timezone) >= today:
            return Outcome()
        scope = replace(_scope(context, facts.read_at, None, memory.since), week=memory.week)
        labels = labels_without_outcome(facts, scope)
        read = self._read(context, scope, self.github.open_deals(facts, scope.calendar_spans["year"], labels))
        counted = [deal for deal in read.deals if isinstance(deal, CountedDeal)]
        text = context.renderer("board.md.j2", board_values(compute_board(counted, scope), scope))
        body = weekly_issue.with_board(issue, text, replace(memory, board=scope.at), facts.repository.id)
        if body is None:
            return Outcome(notes=("The report's text was changed by hand; comment `/report` on it to rewrite it.",))
        return read.outcome.then(self._apply(facts, [], [(issue, [EditBody(body)])]))

    def past_report(self, *, week: str | None, at: datetime | None) -> Outcome:
        """Make a report without posting it. Raises InputError for a week to come."""
        context, outcome = self._read_context()
        if context is None:
            return outcome
        reports = self.github.reports(context.facts)
        scope = self._scope_of(context, reports, at or context.facts.read_at, week)
        read = self._read(context, scope)
        repository = context.facts.repository
        with without_collector():
            made = compute_report(read.deals, scope)
            values = report_values(made)
            page = "\n\n".join(context.renderer(name, values) for name in TEMPLATES)
            saved = (*self.save(made, repository.private), *self.part(made, repository))
        return read.outcome.then(Outcome(notes=tuple(saved), page=page))

    def matching(self, asked: Asked) -> MatchingDeals:
        """List the deals that match what a person asks for. Raises InputError for what is wrong with that."""
        context, outcome = self._read_context()
        if context is None:
            return MatchingDeals((), None, outcome)
        facts, scope = context.facts, _scope(context, context.facts.read_at, None, None)
        filters = read_filters(asked, context.pipeline)
        if filters.only_current(context.pipeline):
            pages = self.github.open_deals(facts, facts.read_at, labels_without_outcome(facts, scope))
            read = self._read(context, scope, pages)
        else:
            read = self._read(context, scope)
        counted = (deal for deal in read.deals if isinstance(deal, CountedDeal))
        return MatchingDeals(matching(counted, filters, scope), scope, outcome.then(read.outcome))

    def clients(self) -> ClientsFound:
        """List all clients."""
        context, outcome = self._read_context()
        if context is None:
            return ClientsFound((), None, outcome)
        scope = _scope(context, context.facts.read_at, None, None)
        read = self._read(context, scope)
        counted = [deal for deal in read.deals if isinstance(deal, CountedDeal)]
        return ClientsFound(compute_clients(counted, scope), scope, outcome.then(read.outcome))

    def _may(self, comment: Comment) -> bool:
        return comment.author is not None and self.processor.roles.of(comment.author.login) >= Role.TRIAGE

    def _refresh(self, issue: Issue) -> Outcome:
        context, outcome = self._read_context()
        if context is None:
            return outcome
        memory = weekly_issue.read_state(issue, context.facts.repository.id)
        if memory is None:
            return Outcome(notes=("This issue is no longer a report.",))
        return self._post(context, self.github.reports(context.facts), memory.week)

    def _read_context(self) -> tuple[ReportContext | None, Outcome]:
        facts = self.github.read_repository(TRIGGER)
        outcome, pipeline = self.processor.configured(facts)
        if pipeline is None:
            return None, outcome
        self.processor.roles.read_team(facts)
        absent = frozenset(filter(self._is_absent(facts), pipeline.report.people_goals))
        return ReportContext(facts, pipeline, TemplateRenderer(facts.repository.templates), absent), outcome

    def _is_absent(self, facts: RepositoryFacts) -> Callable[[str], bool]:
        """Say who is not in the repository; GitHub is asked only for those beyond the end of the list of people."""
        people, roles = facts.repository, self.processor.roles
        return lambda login: (
            login not in people.people and (people.people_complete or roles.of_member(login) == Role.NONE)
        )

    def _post(self, context: ReportContext, reports: Sequence[Issue], week: str) -> Outcome:
        """Make the report of a week, and bring its issue up to date."""
        facts = context.facts
        scope = self._scope_of(context, reports, facts.read_at, week)
        read = self._read(context, scope)
        with without_collector():
            made = compute_report(read.deals, scope)
            kept = figures_of(made.deals, scope)
            memory = ReportState(week, scope.since, scope.at, scope.at, figures=kept)
            values = report_values(made)
            top, rest = (context.renderer(name, values) for name in TEMPLATES)
        outcome = self._publish(facts, weekly_issue.compose(top, rest, memory, facts.repository.id))
        outcome = outcome.then(self._notify(made, facts, outcome))
        saved = self.save(made, facts.repository.private)
        return read.outcome.then(outcome).then(Outcome(notes=tuple(saved), page=f"{top}\n\n{rest}"))

    def _scope_of(self, context: ReportContext, reports: Sequence[Issue], now: datetime, week: str | None) -> Scope:
        """Begin where the report before it ends, and with its figures, else where the week's first run began."""
        scope = _scope(context, now, week, None)
        id_ = context.facts.repository.id
        earlier = weekly_issue.previous_report(reports, id_, scope.week)
        if earlier is not None and earlier.at < scope.at:
            return replace(scope, since=earlier.at, before=_comparable(earlier.figures, context.pipeline))
        there = weekly_issue.of_week(reports, id_, scope.week)
        return replace(scope, since=there[0][1].since) if there and there[0][1].since < scope.at else scope

    def _notify(self, made: Report, facts: RepositoryFacts, outcome: Outcome) -> Outcome:
        """Notify the chat once, when the report is opened. If that fails, it is a notice and no failure."""
        if self.processor.dry_run or not any(isinstance(effect, OpenReport) for effect in outcome.effects):
            return Outcome()
        opened = weekly_issue.of_week(self.github.reports(facts), facts.repository.id, made.scope.week)
        failure = self.notify(made, opened[0][0].url if opened else "")
        return Outcome(notices=(f"The chat was not notified of the report: {failure}.",) if failure else ())

    def _read(self, context: ReportContext, scope: Scope, pages: Iterator[Deals] | None = None) -> ReadDeals:
        """Count the deals of some pages, else all deals, from the cache where there is one."""
        count = DealCounter(context.facts, scope, self.processor.roles, self.processor.log)
        if pages is not None:
            return count.all_of(pages)
        if self.cache is None:
            return count.all_of(self.github.every_deal(context.facts))
        numbers = count.numbers(program_digest())
        return count.all_of(self.github.every_deal_kept(context.facts, self.cache, self.processor.log, numbers))

    def _publish(self, facts: RepositoryFacts, desired: DesiredReport) -> Outcome:
        """Read, write, and read again until nothing is left to do. Raises ServiceError where GitHub refuses."""
        client, log = self.github.client, self.processor.log
        facts = until_clear(client, lambda is_retry: self._with_label(facts, is_retry=is_retry), log=log)
        outcome, pin = Outcome(), True
        for _ in range(ROUNDS):
            once = until_clear(client, partial(self._publish_once, facts, desired, pin), log=log)
            if once is None:
                return outcome
            outcome, pin = outcome.then(once), pin and NO_PIN not in once.notices
            if self.processor.dry_run:
                return outcome
        raise ServiceError("The report keeps changing: other runs are writing it.", "Run it again")

    def _publish_once(
        self, facts: RepositoryFacts, desired: DesiredReport, pin: bool, is_retry: bool
    ) -> Outcome | None:
        """Read the reports there are, and write what is to be done; None if nothing is."""
        reports = self.github.reports(facts)
        todo = weekly_issue.plan(reports, facts.repository.id, desired, pin=pin)
        return self._apply(facts, reports, todo) if todo else None

    def _with_label(self, facts: RepositoryFacts, *, is_retry: bool) -> RepositoryFacts:
        """Create the label of reports. A retry reads again: another run may have created it at the same moment."""
        facts = self.github.read_repository(TRIGGER) if is_retry else facts
        known = {label_key(label.name) for label in facts.repository.labels}
        if weekly_issue.LABEL in known or self.processor.dry_run:
            return facts
        label = CreateLabel(weekly_issue.LABEL, weekly_issue.COLOR, weekly_issue.DESCRIPTION)
        return facts.with_labels(self.github.create_labels(facts, [label]))

    def _apply(self, facts: RepositoryFacts, reports: Sequence[Issue], todo: Plan) -> Outcome:
        """Write, issue by issue; a pin that is refused is a hint, any other refusal an error."""
        notices: list[str] = []
        done: list[Effect] = []
        linked = {issue.number: LinkedIssue(issue.id, issue.number, issue.title) for issue in reports}
        for issue, effects in todo:
            failed = () if self.processor.dry_run else self._write(facts, issue, linked, effects)
            done += [effect for effect in effects if effect not in failed]
            notices += [NO_PIN for _ in failed]
        return Outcome(effects=tuple(done), notices=tuple(dict.fromkeys(notices)))

    def _write(
        self, facts: RepositoryFacts, issue: Issue | None, linked: Mapping[int, LinkedIssue], effects: Sequence[Effect]
    ) -> Sequence[Effect]:
        """Write one issue; give the pins that were refused. Raises ServiceError for any other refusal."""
        about = replace(facts.with_issue(issue), linked=linked) if issue is not None else facts
        written = self.github.write(about, effects)
        for effect, why in written.failed:
            if not isinstance(effect, (PinIssue, UnpinIssue)):
                raise ServiceError(f"GitHub refused a part of the report: {why}.", advice_on(why))
        return [effect for effect, _ in written.failed]


def _comparable(figures: Figures | None, pipeline: Pipeline) -> Figures | None:
    """Give figures only if they are in the pipeline's currency."""
    return figures if figures is not None and figures.currency == pipeline.currency else None


def _scope(context: ReportContext, now: datetime, week: str | None, since: datetime | None) -> Scope:
    repository = context.facts.repository
    scope = choose_scope(repository.name, context.pipeline, now, week=week, since=since, url=repository.url)
    return replace(scope, absent=context.absent)
