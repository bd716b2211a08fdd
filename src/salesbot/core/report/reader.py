"""Turns issues, as they were read, into deals, as the report counts them at its moment.

Labels, closings and reopenings are taken as of that moment. Fields have no history in what is read, so they are taken
as they are now; only the values set by commands have one, which the journal keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from salesbot.core.leads import duplicates
from salesbot.core.lifecycle import identity, people
from salesbot.core.lifecycle.activity import is_outsider, last_contact
from salesbot.core.lifecycle.field_trust import Description, has_role, people_to_ask, trusted_fields
from salesbot.core.lifecycle.observed import observe
from salesbot.core.lifecycle.restore import NOT_A_DEAL, OWN_LABELS, is_task
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments, headings
from salesbot.core.model.cards import find_cards
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import Actor, Deal, Role, StageVisit
from salesbot.core.model.facts import DealFacts, Edit, Event, Issue, RepositoryFacts
from salesbot.core.model.journal import Cursor, Journal
from salesbot.core.model.logged_activity import LoggedActivity, without_texts
from salesbot.core.policies import attention
from salesbot.core.report import field_values
from salesbot.core.report.counted_deal import CountedDeal, UncountableDeal
from salesbot.core.report.kept_numbers import KeptNumbers, is_settled
from salesbot.core.report.response_time import response_hours
from salesbot.core.report.scope import Scope
from salesbot.core.report.stage_intervals import Change, StageInterval, stage_intervals
from salesbot.core.text import days, fields, next_step
from salesbot.core.text.fields import Body
from salesbot.core.text.label_names import has_prefix, label_key
from salesbot.core.text.money import Amount
from salesbot.core.views import card


@dataclass(frozen=True)
class RawIssue:
    """An issue as the report reads it: with its first comments only, and with the newest ones if it is open."""

    issue: Issue
    closed_at: datetime | None = None


@dataclass(frozen=True)
class DealHistory:
    """A deal as of the moment: the issue without what came later, its journal, its stage intervals, their problems."""

    issue: Issue
    journal: Journal | None
    stage_intervals: tuple[StageInterval, ...]
    problems: tuple[str, ...] = ()


@dataclass
class Reader:
    """Reads issue after issue. The context holds the repository's labels, the viewer, and the roles known so far."""

    context: RepositoryFacts
    scope: Scope
    _stages: dict[tuple[str | None, str | None], str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pipeline = self.scope.pipeline
        self._names = {label.id: label.name for label in self.context.repository.labels}
        self._groups = group_headings(self.scope)
        self._options = {each.label: each.options for each in pipeline.fields} | {headings.SOURCE: pipeline.sources}
        expected = (name for stage in pipeline.stages for name in stage.expects)
        self._has_checklists = any(name.startswith(("checklist", "estimate")) for name in expected)

    def count(self, raw: RawIssue) -> CountedDeal | UncountableDeal | None:
        """Read an issue as a deal; None if it is none, or was none yet at the moment."""
        raw = replace(raw, issue=self._as_workflow(raw.issue))
        issue = raw.issue
        if issue.created_at > self.scope.at:
            return None
        journal = find_cards(issue, self.context.repository).journal
        journal = journal and people.present(journal, issue)
        if _is_excluded(issue, journal) or self._was_closed_as_duplicate(issue):
            return None
        as_of = _as_of(raw, self.scope.at)
        found = self._history_now(raw, as_of, journal) if as_of is issue else self._history_then(as_of, journal)
        if not isinstance(found, DealHistory):
            return found
        is_over = found.stage_intervals[-1].stage in self.scope.outcomes
        if not is_over and not as_of.open and (as_of.locked or as_of.became_discussion):
            return UncountableDeal(issue.number, issue.title, locked=True)
        return self._counted(found)

    def _as_workflow(self, issue: Issue) -> Issue:
        """Read an issue as the workflow does, whoever makes the report."""
        return identity.seen_by_workflow(self.context.with_issue(issue)).issue.since_transfer

    def _was_closed_as_duplicate(self, issue: Issue) -> bool:
        """Whether somebody on the team closed it so; an outside author takes no deal out of the numbers."""
        closer = next((event.by for event in reversed(issue.events) if event.kind == "closed"), None)
        return _is_duplicate(issue) and not is_outsider(closer, self._facts(issue))

    def _history_then(self, issue: Issue, journal: Journal | None) -> DealHistory | None:
        found = stage_intervals(self._changes(issue), journal)
        return DealHistory(issue, journal, found) if found else None

    def _history_now(
        self, raw: RawIssue, issue: Issue, journal: Journal | None
    ) -> DealHistory | UncountableDeal | None:
        """Read the stage intervals up to now. The labels on the issue decide which stage it is in."""
        found = stage_intervals(self._changes(issue), journal)
        current = [name for label in issue.labels if (name := self._stage(label.id, label.name)) is not None]
        unknown_label = _unknown_stage_label(issue, self.scope.pipeline.label_prefix)
        if not current and unknown_label is not None:
            return UncountableDeal(issue.number, issue.title, unknown_label)
        problems = ("it has two stage labels",) if len(set(current)) > 1 else ()
        if current and (not found or found[-1].stage not in current):
            found = (*found, StageInterval(current[-1], self._entered(raw, found, current[-1])))
            if not issue.transferred:
                problems = (*problems, "no label event shows when it entered its stage")
        return DealHistory(issue, journal, found, problems) if found else None

    def _entered(self, raw: RawIssue, found: Sequence[StageInterval], stage: str) -> datetime:
        """Guess when a stage without an event was entered: at the closing, else with the last known stage."""
        if not found and stage in self.scope.outcomes and raw.closed_at is not None:
            return raw.closed_at
        return found[-1].entered if found else raw.issue.created_at

    def _changes(self, issue: Issue) -> list[Change]:
        return [Change(event, name) for event in issue.events if (name := self._stage_of(event)) is not None]

    def _stage_of(self, event: Event) -> str | None:
        labels = event.kind in ("labeled", "unlabeled")
        return self._stage(event.label_id, event.label) if labels else None

    def _stage(self, id_: str | None, name: str | None) -> str | None:
        """Find the stage of a label: by the current name of its id, else by its name at that time or an earlier one."""
        key = (id_, name)
        if key not in self._stages:
            stage = self.scope.pipeline.stage_of_label(self._names.get(id_ or "", name) or "")
            self._stages[key] = stage.name if stage is not None else None
        return self._stages[key]

    def _counted(self, history: DealHistory) -> CountedDeal:
        issue, scope = history.issue, self.scope
        pipeline, (stage_name, entered) = scope.pipeline, history.stage_intervals[-1]
        stage = pipeline.stage(stage_name)
        assert stage is not None, stage_name
        body = fields.parse(issue.body, pipeline.headings, pipeline.one_line)
        owned = people.owners(issue, history.journal)
        amount = Amount(body.fields.get(headings.VALUE, ""), pipeline.currency)
        deal = Deal(issue.number, issue.title, body, amount, stage.name, issue.open, owned.owner, owned.helpers)
        trust = trusted_fields(self._description(issue, history.journal, body), has_role(self.context.roles))
        deal = deal.with_body(body, trust)
        values = deal.fields
        closed = entered if stage.outcome is not None else None
        day = days.local_day(closed, scope.zone) if closed is not None else scope.today
        value = field_values.deal_value(values, day, scope)
        counted = CountedDeal(
            number=issue.number,
            title=issue.title,
            client=deal.client,
            created=issue.created_at,
            stage=stage.name,
            stage_intervals=history.stage_intervals,
            closed=closed,
            owner=owned.owner,
            value=value.value,
            given=value.given,
            estimate=field_values.estimated(history.journal, scope),
            rounds=tuple(field_values.value_rounds(history.journal, day, scope)),
            probability=card.probability(deal, stage),
            expected=day_in(values, headings.EXPECTED_CLOSE),
            next_step=next_step.parse(values.get(headings.NEXT_STEP, "")),
            source=field_values.as_configured(values.get(headings.SOURCE, ""), pipeline.sources),
            service=" ".join(values.get(headings.SERVICE, "").split()),
            reason="" if stage.is_open else field_values.reason(values.get(headings.REASON, ""), scope, stage.name),
            revisit_on=day_in(values, headings.REVISIT_ON) if stage.paused else None,
            choices=tuple(
                field_values.as_configured(values.get(heading, ""), self._options.get(heading, ()))
                for heading in self._groups
            ),
            response_hours=self._response_hours(issue),
            forced_moves=tuple(field_values.forced_moves(history.journal, scope)),
            tasks=history.journal.tasks if history.journal is not None else (),
            task_counts=history.journal.task_counts if history.journal is not None else None,
            activities=_activities(history.journal, scope),
            last_contact=last_contact(history.journal, scope.at),
            traits=duplicates.traits(values),
        )
        if stage.outcome is None and issue.open:
            counted = self._with_attention(counted, history, deal)
        problems = (*history.problems, *_problems(counted, value.problem, deal, open_=issue.open, scope=scope))
        return replace(counted, problems=problems) if problems else counted

    def people_to_look_up(self, raw: RawIssue) -> list[str]:
        """List the people whose role matters: for attention, for the response time, and for fields that count."""
        issue = self._as_workflow(raw.issue)
        if issue.own:
            return []
        if issue.open or _is_duplicate(issue) or issue.created_at >= self.scope.window_start:
            found = (actor for actor in _people(issue) if actor is not None and not actor.is_bot)
            return list(dict.fromkeys(actor.login for actor in found))
        body = fields.parse(issue.body, self.scope.pipeline.headings, self.scope.pipeline.one_line)
        return people_to_ask(self._description(issue, find_cards(issue, self.context.repository).journal, body))

    def to_keep(self, raw: RawIssue, counted: CountedDeal | UncountableDeal | None) -> KeptNumbers | None:
        """Give what a cache may keep of an issue as it was counted; None where a later moment may change that."""
        if isinstance(counted, UncountableDeal):
            return None
        issue = self._as_workflow(raw.issue)
        if not is_settled(issue, find_cards(issue, self.context.repository).journal, self.scope.at):
            return None
        people = (actor.login.casefold() for actor in _people(issue) if actor is not None)
        roles = {login: self.context.roles.get(login, Role.NONE) for login in people}
        in_window = issue.created_at >= self.scope.window_start
        asked = tuple(self.people_to_look_up(raw))
        return KeptNumbers(self.scope.at, issue.created_at, in_window, asked, roles, counted)

    def _description(self, issue: Issue, journal: Journal | None, body: Body) -> Description:
        written = find_cards(issue, self.context.repository).kept if journal is not None else None
        at = written.changed_at if written is not None else None
        ours = next((each.author.id for each in issue.comments if each.own and each.author), self.context.viewer.id)
        return Description(_with_first_text(issue), body, journal, at, ours)

    def _response_hours(self, issue: Issue) -> float | None:
        if issue.created_at < self.scope.window_start:
            return None
        return response_hours(self._facts(issue), self.scope.pipeline)

    def _with_attention(self, counted: CountedDeal, history: DealHistory, deal: Deal) -> CountedDeal:
        """Add the reasons for attention by the rules of the sweep, so that the report and the labels agree."""
        issue, interval = history.issue, history.stage_intervals[-1]
        checklists = comments.checklists_of(issue) if self._has_checklists else {}
        journal = history.journal or Journal(
            self.context.repository.id, issue.number, interval.stage, Cursor(issue.created_at), issue.created_at
        )
        deal = replace(deal, checklists=checklists, history=(StageVisit(interval.stage, interval.entered),))
        # The sub-issues are not read again: they are as the card has them.
        issue = replace(issue, sub_issues=journal.sub_issues)
        observed = observe(self._facts(issue), self.scope.pipeline, self.scope.at)
        state = DealState(deal, journal)
        idle_since = attention.idle_since(state, observed)
        return replace(counted, attention=attention.begins(state, observed), idle_since=idle_since)

    def _facts(self, issue: Issue) -> DealFacts:
        """Add the repository to an issue. People without a known role count as outsiders."""
        outsiders = {actor.login.casefold(): Role.NONE for actor in _people(issue) if actor is not None}
        return replace(self.context.with_issue(issue), roles={**outsiders, **self.context.roles})


def _activities(journal: Journal | None, scope: Scope) -> tuple[LoggedActivity, ...]:
    logged = journal.activities if journal is not None else ()
    return without_texts(each for each in logged if each.at <= scope.at)


def group_headings(scope: Scope) -> tuple[str, ...]:
    """List the headings of the fields by which wins and losses are grouped: the configured ones, then all choices."""
    named = [heading for key in scope.pipeline.report.by if (heading := scope.pipeline.heading(key))]
    choices = [each.label for each in scope.pipeline.fields if each.type == "choice"]
    return tuple(dict.fromkeys((*named, *choices)))


def labels_without_outcome(context: RepositoryFacts, scope: Scope) -> list[str]:
    """List the labels of open and paused stages: an issue that has one counts in the headline, even if it is closed."""
    stage_of = scope.pipeline.stage_of_label
    names = [label.name for label in context.repository.labels]
    return [name for name in names if (stage := stage_of(name)) is not None and stage.outcome is None]


def _with_first_text(issue: Issue) -> Issue:
    """Add the text as it was opened, which nobody read: what no run has seen may be of it, or of the last edit.

    GitHub lets the author edit a description, and people with the role write; so nobody else can have written it.
    """
    first = Edit("", issue.author, issue.created_at)
    return replace(issue, body_edits=(*issue.body_edits, first)) if issue.body_edits else issue


def _is_excluded(issue: Issue, journal: Journal | None) -> bool:
    """Whether an issue counts nowhere: marked as no deal, left by command, or written by salesbot."""
    names = {label_key(label.name) for label in issue.labels}
    if NOT_A_DEAL in names or (issue.own and names & OWN_LABELS) or is_task(issue):
        return True
    return bool(journal is not None and journal.left)


def _is_duplicate(issue: Issue) -> bool:
    return not issue.open and issue.state_reason == "DUPLICATE"


def _as_of(raw: RawIssue, at: datetime) -> Issue:
    """Leave out what happened after a moment; gives the same object if nothing did."""
    issue = raw.issue
    if all(event.at <= at for event in issue.events) and all(comment.created_at <= at for comment in issue.comments):
        return issue
    return replace(
        issue,
        events=tuple(event for event in issue.events if event.at <= at),
        comments=tuple(comment for comment in issue.comments if comment.created_at <= at),
        open=_was_open(raw, at),
    )


def _was_open(raw: RawIssue, at: datetime) -> bool:
    states = [event for event in raw.issue.events if event.kind in ("closed", "reopened")]
    before = [event for event in states if event.at <= at]
    if before:
        return before[-1].kind == "reopened"
    if states:
        return states[0].kind == "closed"
    return raw.issue.open or (raw.closed_at is not None and raw.closed_at > at)


def _unknown_stage_label(issue: Issue, prefix: str) -> str | None:
    """Find a label with the prefix of stage labels. Only called where no label is one of a stage."""
    return next((label.name for label in issue.labels if has_prefix(label.name, prefix)), None)


def _people(issue: Issue) -> Iterator[Actor | None]:
    yield issue.author
    for comment in issue.comments:
        yield from (comment.author, comment.editor)
    yield from (edit.by for edit in issue.body_edits)
    yield from (event.by for event in issue.events if event.kind in ("closed", "reopened"))


def _problems(counted: CountedDeal, value_problem: str, deal: Deal, *, open_: bool, scope: Scope) -> Iterator[str]:
    """Name in a few words each what makes the numbers of a deal doubtful."""
    if value_problem:
        yield value_problem
    elif not deal.fields.get(headings.VALUE) and _needs_value(counted, scope):
        yield "it has no value"
    if scope.in_headline(counted.stage) and counted.owner is None:
        yield "it has no owner"
    if deal.fields.get(headings.EXPECTED_CLOSE) and counted.expected is None:
        yield "its expected close cannot be read"
    if not open_ and counted.closed is None:
        yield "its issue is closed without an outcome, so it counts as open"
    if counted.stage_intervals[0].entered < counted.created:
        yield "a label event is older than the issue"
    for each in deal.doubts:
        if each.doubt is not None:
            who = each.doubt.by or "someone"
            yield f"its {each.heading.lower()} was written by {who}, without the role write, and does not count"


def _needs_value(deal: CountedDeal, scope: Scope) -> bool:
    return scope.pipeline.stage(deal.stage) in scope.pipeline.step_stages or scope.outcomes.get(deal.stage) == "won"
