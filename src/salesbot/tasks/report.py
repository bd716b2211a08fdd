"""The shell for the weekly report: read all deals -> numbers -> the week's issue, and files.

One issue for each week, however often this runs, is cut off, or runs twice at once: what is to do is asked of what is
there (`core/weekly`), written, and asked again until nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from salesbot.adapters.github import GitHub, UnclearError
from salesbot.adapters.github.history import Deals
from salesbot.adapters.github.snapshot import UnfilledError
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.errors import ServiceError
from salesbot.core.model.deal import Role
from salesbot.core.model.effects import CreateLabel, EditBody, Effect, OpenReport, PinIssue, React, UnpinIssue
from salesbot.core.model.facts import Comment, Facts, Issue, LinkedIssue, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.report import weekly_issue
from salesbot.core.report.compute import Report, compute_board, compute_report
from salesbot.core.report.counted_deal import CountedDeal, UncountableDeal
from salesbot.core.report.reader import Reader, people_to_look_up
from salesbot.core.report.scope import Scope, choose_scope
from salesbot.core.report.view_board import board_values
from salesbot.core.report.view_report import report_values
from salesbot.core.report.weekly_issue import DesiredReport, Plan, ReportState
from salesbot.core.text import days
from salesbot.core.text.labels import label_key
from salesbot.tasks.deal import GITHUB_GIVES_UP, App, Log, Outcome

WAKING = Trigger("report")
MOST_LISTED = 100
"""People of a team that are listed with one request."""
SETTLE = 5
"""Rounds of looking and writing, until nothing is left to do."""
NO_PIN = "The report could not be pinned; a repository has three pins. Pin it by hand, or take one off."

TEMPLATES = ("board.md.j2", "report.md.j2")

Tell = Callable[[Report, str], str]
"""Tells a chat of a report and its address, and says what went wrong."""
Save = Callable[[Report, bool], Sequence[str]]
"""Writes files, told whether the repository is private, and says which."""


class ReportContext(NamedTuple):
    """The repository, its pipeline and its words."""

    facts: Facts
    pipeline: Pipeline
    renderer: TemplateRenderer


@dataclass
class Reporter:
    """One report. `save` is handed the numbers, and writes the files that are wanted."""

    app: App
    log: Log = field(default=lambda text: None)
    save: Save = field(default=lambda report, private: ())
    tell: Tell = field(default=lambda report, address: "")
    cache: Path | None = None
    """A file that keeps what was read, for the next time."""
    team: Mapping[str, Role] = field(default_factory=dict)
    """Everybody's role, where the token may list people; else each is asked for."""

    @property
    def github(self) -> GitHub:
        """The repository."""
        return self.app.github

    def weekly(self, *, again: bool) -> Outcome:
        """Bring the week's issue up to date. Unless `again`, a week whose report is there and whole is left alone."""
        context, told = self._around()
        if context is None:
            return told
        reports = self.github.reports(context.facts)
        scope = choose_scope(context.facts.repository.name, context.pipeline, context.facts.read_at)
        if not again and weekly_issue.is_done(reports, context.facts.repository.id, scope.week):
            return Outcome(notes=(f"The report of {scope.week} is there already.",))
        try:
            return self._post(context, reports, scope.week)
        except UnfilledError as error:
            return Outcome(notices=(str(error),))

    def asked(self, facts: Facts) -> Outcome:
        """Answer `/report` on a report: refresh it for those of triage and above."""
        assert facts.issue is not None
        asked = weekly_issue.refresh_requests(facts.issue, facts.read_at)
        allowed = {comment.id for comment in asked if self._may(comment)}
        outcome = self._refresh(facts.issue) if allowed else Outcome()
        if outcome.exit_code:
            return outcome
        # Receipts last: if we die before, the next run refreshes again, which changes nothing but the time.
        answers = tuple(React(comment.id, "ROCKET" if comment.id in allowed else "CONFUSED") for comment in asked)
        if not self.app.dry_run:
            self.github.write(facts, answers)
        return outcome.then(Outcome(answers))

    def refresh_board(self) -> Outcome:
        """Bring sections 1 to 4 of the newest open report up to date, once a day."""
        context, told = self._around()
        if context is None:
            return told
        facts, pipeline = context.facts, context.pipeline
        found = [(issue, memory) for issue in self.github.reports(facts) if issue.open
                 and (memory := weekly_issue.read_state(issue, facts.repository.id)) is not None]  # fmt: skip
        today = days.local_day(facts.read_at, pipeline.timezone)
        issue, memory = max(found, key=lambda pair: pair[1].week, default=(None, None))
        if issue is None or memory is None or days.local_day(memory.board, pipeline.timezone) >= today:
            return Outcome()
        scope = replace(_scope(context, facts.read_at, None, memory.since), week=memory.week)
        deals = self._read(context, scope, self.github.open_deals(facts, scope.calendar_spans["year"]))
        counted = [deal for deal in deals if isinstance(deal, CountedDeal)]
        text = context.renderer("board.md.j2", board_values(compute_board(counted, scope), scope))
        body = weekly_issue.with_board(issue, text, replace(memory, board=scope.at), facts.repository.id)
        if body is None:
            return Outcome(notes=("The report's text was changed by hand; `/report` on it writes it anew.",))
        return self._apply(facts, [], [(issue, [EditBody(body)])])

    def past_report(self, *, week: str | None, at: datetime | None) -> Outcome:
        """Make a report without posting it. Raises InputError for a week to come."""
        context, told = self._around()
        if context is None:
            return told
        reports = self.github.reports(context.facts)
        scope = self._scope_of(context, reports, at or context.facts.read_at, week)
        made = compute_report(self._read(context, scope, self._every_deal(context.facts)), scope)
        values = report_values(made)
        page = "\n\n".join(context.renderer(name, values) for name in TEMPLATES)
        return Outcome(notes=tuple(self.save(made, context.facts.repository.private)), page=page)

    def _may(self, comment: Comment) -> bool:
        return comment.author is not None and self.github.role(comment.author.login) >= Role.TRIAGE

    def _refresh(self, issue: Issue) -> Outcome:
        context, told = self._around()
        if context is None:
            return told
        memory = weekly_issue.read_state(issue, context.facts.repository.id)
        if memory is None:
            return Outcome(notes=("This issue is no report of mine any more.",))
        return self._post(context, self.github.reports(context.facts), memory.week)

    def _around(self) -> tuple[ReportContext | None, Outcome]:
        facts = self.github.read_repository(WAKING)
        told, pipeline = self.app.configured(facts)
        if pipeline is None:
            return None, told
        self.team = self.github.team(facts)
        self.app.roles |= self.team
        return ReportContext(facts, pipeline, TemplateRenderer(facts.repository.templates)), told

    def _post(self, context: ReportContext, reports: Sequence[Issue], week: str) -> Outcome:
        """Make the report of a week, and bring its issue up to date."""
        facts = context.facts
        scope = self._scope_of(context, reports, facts.read_at, week)
        there = weekly_issue.of_week(reports, facts.repository.id, week)
        made = compute_report(self._read(context, scope, self._every_deal(facts)), scope)
        first = there[0][1].first if there else scope.at
        memory = ReportState(week, scope.since, first, scope.at, scope.at)
        values = report_values(made)
        top, rest = (context.renderer(name, values) for name in TEMPLATES)
        outcome = self._publish(facts, weekly_issue.compose(top, rest, memory, facts.repository.id))
        outcome = outcome.then(self._tell(made, facts, outcome))
        saved = self.save(made, facts.repository.private)
        return outcome.then(Outcome(notes=tuple(saved), page=f"{top}\n\n{rest}"))

    def _scope_of(self, context: ReportContext, reports: Sequence[Issue], now: datetime, week: str | None) -> Scope:
        """Movement begins where the week's first run said, else where the report before it was made."""
        scope = _scope(context, now, week, None)
        id_ = context.facts.repository.id
        there, earlier = (
            weekly_issue.of_week(reports, id_, scope.week),
            weekly_issue.previous_report(reports, id_, scope.week),
        )
        since = there[0][1].since if there else earlier.first if earlier is not None else None
        return _scope(context, now, week, since) if since is not None and since < scope.at else scope

    def _tell(self, made: Report, facts: Facts, outcome: Outcome) -> Outcome:
        """Tell of a report once, when it is opened. That this fails is a notice and no failure."""
        if self.app.dry_run or not any(isinstance(effect, OpenReport) for effect in outcome.effects):
            return Outcome()
        opened = weekly_issue.of_week(self.github.reports(facts), facts.repository.id, made.scope.week)
        wrong = self.tell(made, opened[0][0].url if opened else "")
        return Outcome(notices=(f"The chat was not told of the report: {wrong}.",) if wrong else ())

    def _every_deal(self, facts: Facts) -> Iterator[Deals]:
        if self.cache is None:
            return self.github.every_deal(facts)
        return self.github.every_deal_kept(facts, self.cache, self.log)

    def _read(
        self, context: ReportContext, scope: Scope, pages: Iterator[Deals]
    ) -> list[CountedDeal | UncountableDeal]:
        """Count page by page, so that memory holds what is counted and no text; say how far it is."""
        reader = Reader(replace(context.facts, roles=self.app.roles), scope)  # roles grow as people are asked for
        found: dict[int, CountedDeal | UncountableDeal | None] = {}
        told = 0
        for page in pages:
            for raw in page.raws:
                self._ask_roles(people_to_look_up(raw, scope))
                found[raw.issue.number] = reader.count(raw)
            if page.read >= told + 1000:
                told = page.read
                self.log(f"  {page.read:,} of {page.total:,} issues read ...")
        return [deal for deal in found.values() if deal is not None]

    def _ask_roles(self, persons: Sequence[str]) -> None:
        """Ask for each person once; who is not in a whole list of the team is a stranger."""
        for person in persons:
            if person.casefold() not in self.app.roles:
                whole = 0 < len(self.team) < MOST_LISTED
                self.app.roles[person.casefold()] = Role.NONE if whole else self.github.role(person)

    def _publish(self, facts: Facts, wanted: DesiredReport) -> Outcome:
        """Look, write, and look again until nothing is left to do. Raises ServiceError where GitHub refuses."""
        outcome, pin = Outcome(), True
        for _ in range(SETTLE):
            reports = self.github.reports(facts)
            todo = weekly_issue.plan(reports, facts.repository.id, wanted, pin=pin)
            if not todo:
                break
            try:
                facts = self._with_label(facts)
                once = self._apply(facts, reports, todo)
            except UnclearError as error:
                self.log(f"{error.what} Looking again in {GITHUB_GIVES_UP:.0f} s.")
                self.github.client.wait(GITHUB_GIVES_UP, error.what)
                facts = self.github.read_repository(WAKING)
                continue
            outcome, pin = outcome.then(once), pin and NO_PIN not in once.notices
            if self.app.dry_run:
                break
        else:
            raise ServiceError("The report did not come to rest: others write it at the same time.", "Run it again")
        return outcome

    def _with_label(self, facts: Facts) -> Facts:
        known = {label_key(label.name) for label in facts.repository.labels}
        if weekly_issue.LABEL in known or self.app.dry_run:
            return facts
        made = self.github.create_labels(
            facts, [CreateLabel(weekly_issue.LABEL, weekly_issue.COLOR, weekly_issue.DESCRIPTION)]
        )
        return replace(facts, repository=replace(facts.repository, labels=(*facts.repository.labels, *made)))

    def _apply(self, facts: Facts, reports: Sequence[Issue], todo: Plan) -> Outcome:
        """Write, issue by issue; a pin that is refused is a hint, any other refusal an error."""
        notices: list[str] = []
        done: list[Effect] = []
        linked = {issue.number: LinkedIssue(issue.id, issue.number, issue.title) for issue in reports}
        for issue, effects in todo:
            done += effects
            if self.app.dry_run:
                continue
            written = self.github.write(replace(facts, issue=issue, linked=linked), effects)
            for effect, why in written.failed:
                if not isinstance(effect, (PinIssue, UnpinIssue)):
                    raise ServiceError(f"GitHub refused a part of the report: {why}.", "The next run tries again")
                notices.append(NO_PIN)
        return Outcome(tuple(done), notices=tuple(dict.fromkeys(notices)))


def _scope(context: ReportContext, now: datetime, week: str | None, since: datetime | None) -> Scope:
    repository = context.facts.repository
    return choose_scope(repository.name, context.pipeline, now, week=week, since=since, url=repository.url)
