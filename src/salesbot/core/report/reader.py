"""Issues, as they were read -> deals, as the report counts them, at the report's moment.

What labels and openings say is taken as of that moment. Fields have no history in what is read: they are taken as they
are now, but for values that commands named, whose rounds the journal keeps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from salesbot.core.lifecycle.observed import observe
from salesbot.core.lifecycle.restore import NOT_A_DEAL, OWN_LABELS, owners
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments, headings
from salesbot.core.model.cards import find_cards
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import Actor, Deal, Role, StageVisit
from salesbot.core.model.facts import DealFacts, Event, Issue, RepositoryFacts
from salesbot.core.model.journal import Cursor, Journal
from salesbot.core.policies import attention
from salesbot.core.report import field_values
from salesbot.core.report.deals import CountedDeal, UncountableDeal
from salesbot.core.report.response_time import first_answer
from salesbot.core.report.scope import Scope
from salesbot.core.report.stage_intervals import Change, StageInterval, stage_intervals
from salesbot.core.text import days, fields, next_step
from salesbot.core.text.labels import has_prefix, label_key
from salesbot.core.text.money import Amount
from salesbot.core.views import card


@dataclass(frozen=True)
class Raw:
    """An issue as the report reads it, unjudged: of comments only the first, and of open issues the newest."""

    issue: Issue
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Found:
    """A deal at the moment: the issue without what came later, its journal, its stays, what is odd about them."""

    issue: Issue
    journal: Journal | None
    stage_intervals: tuple[StageInterval, ...]
    problems: tuple[str, ...] = ()


@dataclass
class Reader:
    """Reads issue after issue. `around` is the repository, its labels, who we are, and the roles that are known."""

    context: RepositoryFacts
    scope: Scope
    _stages: dict[tuple[str | None, str | None], str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pipeline = self.scope.pipeline
        self._names = {label.id: label.name for label in self.context.repository.labels}
        self._groups = groups(self.scope)
        self._asks_lists = any(name.startswith("checklist") for stage in pipeline.stages for name in stage.expects)

    def count(self, raw: Raw) -> CountedDeal | UncountableDeal | None:
        """Count an issue; None if it is no deal, or was none yet."""
        issue = raw.issue
        if issue.created_at > self.scope.at:
            return None
        journal = find_cards(issue, self.context.repository).journal
        if _left(issue, journal):
            return None
        then = _then(raw, self.scope.at)
        found = self._stays(raw, then, journal) if then is issue else self._past(then, journal)
        return self._counted(found) if isinstance(found, Found) else found

    def _past(self, issue: Issue, journal: Journal | None) -> Found | None:
        found = stage_intervals(self._changes(issue), journal)
        return Found(issue, journal, found) if found else None

    def _stays(self, raw: Raw, issue: Issue, journal: Journal | None) -> Found | UncountableDeal | None:
        """Read the stays up to now. The labels on the issue have the last word on where it is."""
        found = stage_intervals(self._changes(issue), journal)
        standing = [name for label in issue.labels if (name := self._stage(label.id, label.name)) is not None]
        uncountable = _strange(issue, self.scope.pipeline.label_prefix)
        if not standing and uncountable is not None:
            return UncountableDeal(issue.number, issue.title, uncountable)
        odd = ("two stage labels stand on it",) if len(set(standing)) > 1 else ()
        if standing and (not found or found[-1].stage not in standing):
            found = (*found, StageInterval(standing[-1], self._entered(raw, found, standing[-1])))
            odd = (*odd, "no label event tells since when it is in its stage")
        return Found(issue, journal, found, odd) if found else None

    def _entered(self, raw: Raw, found: Sequence[StageInterval], stage: str) -> datetime:
        """Guess when a stage was entered that no event tells of: at the closing, else with the last that is known."""
        if not found and stage in self.scope.outcomes and raw.closed_at is not None:
            return raw.closed_at
        return found[-1].entered if found else raw.issue.created_at

    def _changes(self, issue: Issue) -> list[Change]:
        return [Change(event, name) for event in issue.events if (name := self._stage_of(event)) is not None]

    def _stage_of(self, event: Event) -> str | None:
        labels = event.kind in ("labeled", "unlabeled")
        return self._stage(event.label_id, event.label) if labels else None

    def _stage(self, id_: str | None, name: str | None) -> str | None:
        """Find the stage of a label: by what its id is called today, then its name then, then an earlier name."""
        key = (id_, name)
        if key not in self._stages:
            stage = self.scope.pipeline.stage_of_label(self._names.get(id_ or "", name) or "")
            self._stages[key] = stage.name if stage is not None else None
        return self._stages[key]

    def _counted(self, found: Found) -> CountedDeal:
        issue, scope = found.issue, self.scope
        pipeline, (stage_name, entered) = scope.pipeline, found.stage_intervals[-1]
        stage = pipeline.stage(stage_name)
        assert stage is not None, stage_name
        body = fields.parse(issue.body, pipeline.headings, pipeline.one_line)
        text = body.fields
        owner, helpers = owners(issue, found.journal.assigned if found.journal is not None else ())
        value = Amount(text.get(headings.VALUE, ""), pipeline.currency)
        deal = Deal(issue.number, issue.title, body, value, stage.name, issue.open, owner, helpers)
        closed = entered if stage.outcome is not None else None
        day = days.local_day(closed, scope.zone) if closed is not None else scope.today
        worth = field_values.worth(text, day, scope)
        counted = CountedDeal(
            number=issue.number,
            title=issue.title,
            client=text.get(headings.COMPANY, "").partition("\n")[0] or issue.title.partition(":")[0],
            created=issue.created_at,
            stage=stage.name,
            stage_intervals=found.stage_intervals,
            closed=closed,
            owner=owner,
            value=worth.value,
            foreign=worth.foreign,
            rounds=tuple(field_values.rounds(found.journal, day, scope)),
            probability=card.probability(deal, stage),
            expected=day_in(text, headings.EXPECTED_CLOSE),
            next_step=next_step.parse(text.get(headings.NEXT_STEP, "")),
            source=field_values.one_of(text.get(headings.SOURCE, ""), pipeline.sources),
            reason="" if stage.is_open else field_values.reason(text.get(headings.REASON, ""), scope, stage.name),
            revisit_on=day_in(text, headings.REVISIT_ON) if stage.paused else None,
            choices=tuple(text.get(heading, "") for heading in self._groups),
            answered=self._answered(issue),
            forced=tuple(field_values.forced(found.journal, scope)),
            attention=self._attention(found, deal) if stage.outcome is None and issue.open else (),
        )
        problems = (*found.problems, *_problems(counted, worth.trouble, text, open_=issue.open, scope=scope))
        return replace(counted, problems=problems) if problems else counted

    def _answered(self, issue: Issue) -> float | None:
        if issue.created_at < self.scope.window:
            return None
        return first_answer(self._facts(issue), self.scope.pipeline)

    def _attention(self, found: Found, deal: Deal) -> tuple[str, ...]:
        """Ask what the sweep asks, so that the report and the labels agree."""
        issue, stay = found.issue, found.stage_intervals[-1]
        lists = comments.checklists_of(issue) if self._asks_lists else {}
        memory = found.journal or Journal(
            self.context.repository.id, issue.number, stay.stage, Cursor(issue.created_at), issue.created_at
        )
        there = replace(deal, checklists=lists, history=(StageVisit(stay.stage, stay.entered),))
        observed = observe(self._facts(issue), self.scope.pipeline, self.scope.at)
        return attention.needed(DealState(there, memory), observed)

    def _facts(self, issue: Issue) -> DealFacts:
        """Put the repository around an issue. Who is not known to belong to us does not."""
        strangers = {actor.login.casefold(): Role.NONE for actor in _people(issue) if actor is not None}
        return replace(self.context.with_issue(issue), roles={**strangers, **self.context.roles})


def groups(scope: Scope) -> tuple[str, ...]:
    """List the headings the report counts wins and losses by: the configured ones, then every choice field."""
    named = [heading for key in scope.pipeline.report.by if (heading := scope.pipeline.heading(key))]
    choices = [each.label for each in scope.pipeline.fields if each.type == "choice"]
    return tuple(dict.fromkeys((*named, *choices)))


def people(raw: Raw, scope: Scope) -> list[str]:
    """Name those whose role matters for a deal: for what needs a person, and for the first answer."""
    issue = raw.issue
    if issue.own or not (issue.open or issue.created_at >= scope.window):
        return []
    return list(dict.fromkeys(actor.login for actor in _people(issue) if actor is not None and not actor.is_bot))


def _left(issue: Issue, journal: Journal | None) -> bool:
    """Whether an issue counts nowhere: said to be no deal, closed as a duplicate, or written by ourselves."""
    names = {label_key(label.name) for label in issue.labels}
    if NOT_A_DEAL in names or (issue.own and names & OWN_LABELS):
        return True
    return (not issue.open and issue.state_reason == "DUPLICATE") or bool(journal is not None and journal.left)


def _then(raw: Raw, at: datetime) -> Issue:
    """Leave out what happened after a moment; the very same issue if nothing did."""
    issue = raw.issue
    if all(event.at <= at for event in issue.events) and all(said_.created_at <= at for said_ in issue.comments):
        return issue
    return replace(
        issue,
        events=tuple(event for event in issue.events if event.at <= at),
        comments=tuple(said_ for said_ in issue.comments if said_.created_at <= at),
        open=_was_open(raw, at),
    )


def _was_open(raw: Raw, at: datetime) -> bool:
    states = [event for event in raw.issue.events if event.kind in ("closed", "reopened")]
    before = [event for event in states if event.at <= at]
    if before:
        return before[-1].kind == "reopened"
    if states:
        return states[0].kind == "closed"
    return raw.issue.open or (raw.closed_at is not None and raw.closed_at > at)


def _strange(issue: Issue, prefix: str) -> str | None:
    """Find a label that looks like a stage's. Only asked where none of the labels is one."""
    return next((label.name for label in issue.labels if has_prefix(label.name, prefix)), None)


def _people(issue: Issue) -> Iterator[Actor | None]:
    yield issue.author
    for comment in issue.comments:
        yield from (comment.author, comment.editor)
    yield from (edit.by for edit in issue.body_edits)
    yield from (event.by for event in issue.events if event.kind in ("closed", "reopened"))


def _problems(
    deal: CountedDeal, trouble: str, text: field_values.Fields, *, open_: bool, scope: Scope
) -> Iterator[str]:
    """Name what makes the numbers of a deal doubtful, a few words each."""
    if trouble:
        yield trouble
    elif not text.get(headings.VALUE) and _needs_value(deal, scope):
        yield "it has no value"
    if deal.stage in scope.open and deal.stage not in scope.prospects and deal.owner is None:
        yield "nobody owns it"
    if text.get(headings.EXPECTED_CLOSE) and deal.expected is None:
        yield "its expected close cannot be read"
    if not open_ and deal.closed is None:
        yield "its issue is closed without an outcome, so it counts as open"
    if deal.stage_intervals[0].entered < deal.created:
        yield "a label event is older than the issue"


def _needs_value(deal: CountedDeal, scope: Scope) -> bool:
    return scope.pipeline.stage(deal.stage) in scope.pipeline.step_stages or scope.outcomes.get(deal.stage) == "won"
