"""The issue as observed: the facts and what they say under this pipeline, parsed once.

Built once for each read and handed to everything that decides. What depends on the issue alone is shared with the next
`Observed` when a further read brings only people, labels or the like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from salesbot.core.commands import recognition
from salesbot.core.leads import lead
from salesbot.core.lifecycle import activity, fights, people, timeline
from salesbot.core.lifecycle.activity import Activity
from salesbot.core.lifecycle.fights import Fight
from salesbot.core.lifecycle.people import Directory
from salesbot.core.model import cards, comments
from salesbot.core.model.cards import Cards
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.facts import Comment, DealFacts, Event, Issue, IssueSummary, Label, Repository
from salesbot.core.model.journal import Cursor, Journal
from salesbot.core.model.keys import Key
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text import fields
from salesbot.core.text.checklists import Checklist
from salesbot.core.text.command_syntax import CommandLine
from salesbot.core.text.days import local_day
from salesbot.core.text.fields import Body
from salesbot.core.text.label_names import label_key

INSTALL_SLACK = timedelta(hours=1)
"""The first issue may be opened a little before the first run creates the labels that date the installation."""


@dataclass(frozen=True)
class ParsedIssue:
    """What an issue says by itself. Each part is parsed at first use and kept."""

    issue: Issue
    repository: Repository
    pipeline: Pipeline

    @cached_property
    def cards(self) -> Cards:
        """The card, the extra ones, and the journal to believe."""
        return cards.find_cards(self.issue, self.repository)

    @cached_property
    def own(self) -> dict[Key, list[Comment]]:
        """The own comments by key, hidden ones included."""
        return comments.own_by_key(self.issue.comments)

    @cached_property
    def checklists(self) -> dict[str, Checklist]:
        """The posted checklists, by name."""
        return comments.posted_checklists(self.own)

    @cached_property
    def body(self) -> Body:
        """The description and its fields."""
        return fields.parse(self.issue.body, self.pipeline.headings, self.pipeline.one_line)

    @cached_property
    def _meant(self) -> dict[int, tuple[CommandLine, ...]]:
        return {}

    def meant(self, comment: Comment) -> tuple[CommandLine, ...]:
        """Find the lines of a comment that are meant as commands here; found at first use and kept."""
        if comment.id not in self._meant:
            self._meant[comment.id] = recognition.meant(comment.commands, self.pipeline)
        return self._meant[comment.id]

    @cached_property
    def lead_mark(self) -> lead.Mark | None:
        """What the description says of the lead it came from, if it is to be believed."""
        return lead.mark_of(self.issue)

    @cached_property
    def current_stages(self) -> Sequence[tuple[Stage, Label]]:
        """The stages whose labels are on the issue, the oldest labeling first."""
        return timeline.current_stages(self.issue, self.pipeline)

    @cached_property
    def unknown_stage_labels(self) -> Sequence[str]:
        """Labels that look like stages and are none in this pipeline."""
        return timeline.unknown_stage_labels(self.issue, self.pipeline)


@dataclass(frozen=True)
class Observed:
    """An issue at a moment: the facts, the pipeline they are read by, and what they say."""

    facts: DealFacts
    pipeline: Pipeline
    now: datetime
    parsed: ParsedIssue = field(repr=False, compare=False)

    def with_facts(self, facts: DealFacts) -> Observed:
        """Observe other facts of the same issue; what was parsed is kept as far as it still holds."""
        facts = _as_of_arrival(facts)
        same = facts.issue is self.issue and facts.repository.id == self.repository.id
        parsed = self.parsed if same else ParsedIssue(facts.issue, facts.repository, self.pipeline)
        return Observed(facts, self.pipeline, self.now, parsed)

    @property
    def issue(self) -> Issue:
        """The issue as read."""
        return self.facts.issue

    @property
    def repository(self) -> Repository:
        """The repository around it."""
        return self.facts.repository

    @property
    def journal(self) -> Journal | None:
        """The journal to believe; None if there is none."""
        return self.parsed.cards.journal

    @property
    def card(self) -> Comment | None:
        """The card to keep; None if there is none."""
        return self.parsed.cards.kept

    @property
    def today(self) -> date:
        """The day in the pipeline's zone."""
        return local_day(self.now, self.pipeline.timezone)

    @cached_property
    def newest_comment(self) -> Comment | None:
        """The last comment on the issue, whoever wrote it."""
        return max(self.issue.comments, key=lambda comment: comment.id, default=None)

    @cached_property
    def own_comments(self) -> Sequence[Comment]:
        """Our comments since the issue came here."""
        return [
            comment for comment in self.issue.comments if comment.own and comment.changed_at >= self.issue.created_at
        ]

    @cached_property
    def stage_events(self) -> timeline.StageEvents:
        """The label events that concern stages. They depend on the repository's labels, which may be read later."""
        return timeline.stage_events(self.issue, self.pipeline, self.repository.labels)

    @cached_property
    def events_of_others(self) -> Sequence[Event]:
        """The events of others that a decision must take note of."""
        return timeline.events_of_others(self.issue, self.stage_events)

    def unread(self, cursor: Cursor) -> set[str]:
        """Name the events after the cursor."""
        return {event.id for event in timeline.after(self.issue.events, cursor)}

    @cached_property
    def fights(self) -> Sequence[Fight]:
        """The labels that another bot and we change in turns."""
        return fights.find(self.issue.events, self.now)

    @cached_property
    def directory(self) -> Directory:
        """Everybody who was read, as GitHub calls them now."""
        return people.directory(self.issue, self.repository.people.values())

    @cached_property
    def activity(self) -> Sequence[Activity]:
        """What everybody but ourselves did, oldest first, contacts with the client too."""
        return activity.with_contacts(activity.activities(self.facts), self.journal, self.now)

    @cached_property
    def installed(self) -> datetime | None:
        """Since when salesbot works here."""
        return installed(self.repository, self.pipeline)

    def role(self, actor: Actor | None) -> Role:
        """Say what somebody may do; of a deleted account nobody knows."""
        return self.facts.roles.get(actor.login.casefold(), Role.NONE) if actor else Role.NONE


def installed(repository: Repository, pipeline: Pipeline) -> datetime | None:
    """Say since when salesbot works here: as configured, else since the initial stage's label was created."""
    if pipeline.since is not None:
        return datetime.combine(pipeline.since, time.min, pipeline.timezone)
    start = pipeline.stage(pipeline.initial)
    for label in repository.labels:
        if start is not None and label_key(label.name) == label_key(start.label) and label.created_at is not None:
            return label.created_at - INSTALL_SLACK
    return None


def observe(facts: DealFacts, pipeline: Pipeline, now: datetime) -> Observed:
    """Observe an issue at a moment."""
    facts = _as_of_arrival(facts)
    return Observed(facts, pipeline, now, ParsedIssue(facts.issue, facts.repository, pipeline))


def _as_of_arrival(facts: DealFacts) -> DealFacts:
    """Let an issue that was transferred in begin with its arrival, for everything that is decided about it."""
    issue = facts.issue.since_transfer
    return facts if issue is facts.issue else replace(facts, issue=issue)


def summary_of(observed: Observed) -> IssueSummary:
    """Show an issue as other deals see it."""
    issue, card = observed.issue, observed.card
    return IssueSummary(
        number=issue.number,
        title=issue.title,
        body=issue.body,
        labels=frozenset(label_key(label.name) for label in issue.labels),
        duplicate=issue.state_reason == "DUPLICATE" and not issue.open,
        open=issue.open,
        own=issue.own,
        created_at=issue.created_at,
        card=card.body if card is not None else "",
        author=issue.author,
    )
