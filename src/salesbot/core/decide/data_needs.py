"""Gaps: what a decision needs and the first read did not bring.

Absence may only be concluded from a complete list (docs/design.md): if something is missing and pages remain, they are
read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from salesbot.core.leads import duplicates, lead
from salesbot.core.lifecycle import activity, intents, restore, timeline
from salesbot.core.lifecycle.intents import CommandIntent
from salesbot.core.model import comments
from salesbot.core.model.deal import Role
from salesbot.core.model.facts import Facts
from salesbot.core.model.journal import Journal, find_cards
from salesbot.core.model.pipeline import HORIZON, Pipeline
from salesbot.core.policies import attention, new_deals
from salesbot.core.text import fields
from salesbot.core.text.labels import label_key

ACTIVITY_WINDOW = timedelta(days=35)
"""How far back the sweep asks who somebody is: beyond every idle limit of the default pipeline."""


@dataclass(frozen=True)
class DataNeeds:
    """What to read before deciding: pages of lists, roles of people, names to look up, issues named, loads, others."""

    comments: bool = False
    events: bool = False
    labels: bool = False
    roles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    issues: tuple[int, ...] = ()
    loads: bool = False
    other_issues: bool = False
    versions: tuple[str, ...] = ()
    """Comments, by node id, whose earlier texts matter."""

    def __bool__(self) -> bool:
        lists = (self.comments, self.events, self.labels, self.loads, self.other_issues)
        return any((*lists, self.roles, self.names, self.issues, self.versions))


def data_needs(facts: Facts, pipeline: Pipeline) -> DataNeeds:
    """Say what is missing for a decision."""
    issue = facts.issue
    if issue is None:
        return DataNeeds()
    journal = find_cards(issue, facts.repository).journal
    if restore.is_excluded(facts, journal):
        return DataNeeds()
    commands = list(intents.commands(facts, pipeline, journal))
    return DataNeeds(
        comments=not issue.comments_complete and _needs_comments(facts, pipeline, journal),
        events=not issue.events_complete and (journal is None or not timeline.reaches(issue.events, journal.cursor)),
        labels=not facts.repository.labels_complete and _needs_labels(facts, pipeline, journal),
        roles=tuple(dict.fromkeys(_unknown_roles(facts, pipeline, journal, commands))),
        names=tuple(dict.fromkeys(_unknown_names(facts, pipeline, commands))),
        issues=tuple(_unknown_issues(facts, journal, commands)),
        loads=facts.loads is None and journal is None and _is_to_be_given(facts, pipeline),
        other_issues=facts.other_issues is None and _may_have_twins(facts, pipeline, journal),
        versions=tuple(intents.unread_versions(facts, pipeline, journal)),
    )


def _needs_comments(facts: Facts, pipeline: Pipeline, journal: Journal | None) -> bool:
    """No card, no list where one should stand, or commands that may lie between the oldest and the newest read."""
    issue = facts.issue
    assert issue is not None
    if journal is None:
        return True
    stage = pipeline.stage(journal.stage)
    if stage is not None and stage.checklist is not None:
        key = comments.key(comments.CHECKLIST, stage.checklist)
        if key not in comments.own_by_key(issue):
            return True
    return issue.unread_until is None or issue.unread_until > facts.read_at - HORIZON


def _needs_labels(facts: Facts, pipeline: Pipeline, journal: Journal | None) -> bool:
    names = {label_key(label.name) for label in facts.repository.labels}
    if any(label_key(stage.label) not in names for stage in pipeline.stages):
        return True
    return (
        journal is not None
        and bool(journal.label)
        and all(label.id != journal.label for label in facts.repository.labels)
    )


def _unknown_roles(
    facts: Facts, pipeline: Pipeline, journal: Journal | None, commands: list[CommandIntent]
) -> list[str]:
    """Those whose role matters and was not asked: authors of open commands, tickers, who wrote the value by hand."""
    issue = facts.issue
    assert issue is not None
    people = [intent.by for intent in commands] + [tick.by for tick in intents.ticks(facts, journal)]
    if journal is not None and pipeline.permissions.moves > Role.TRIAGE:
        people += [intent.by for intent in timeline.label_intents(facts, pipeline, journal.cursor)]
    names = [person.login for person in people if person is not None and not person.is_bot]
    value = fields.read(issue.body, pipeline.headings, pipeline.one_line).get("Value", "")
    if restore.value_needs_trust(facts, journal, value):
        names += [name for name in [restore.last_body_editor(facts)] if name is not None]
    if facts.trigger.event == attention.SWEEP:
        names += activity.unknown_people(facts, facts.read_at - ACTIVITY_WINDOW)
    return [name for name in names if name.casefold() not in facts.roles]


def _unknown_names(facts: Facts, pipeline: Pipeline, commands: list[CommandIntent]) -> list[str]:
    """Names that commands would put on the deal and the read did not bring."""
    names = [name for intent in commands for name in intents.named_people(intent)]
    if _is_to_be_given(facts, pipeline):
        names += pipeline.owners.people
    people = facts.repository
    if people.people_complete:
        return []
    return [name for name in names if name.casefold() not in {*people.people, *facts.asked_names}]


def _unknown_issues(facts: Facts, journal: Journal | None, commands: list[CommandIntent]) -> list[int]:
    numbers = [number for intent in commands for number in intents.named_issues(intent)]
    numbers += [number for number in [new_deals.elder(facts, journal)] if number is not None]
    return [number for number in dict.fromkeys(numbers) if number not in facts.linked]


def _may_have_twins(facts: Facts, pipeline: Pipeline, journal: Journal | None) -> bool:
    """Whether this may be a new deal of which enough is known to look for another one like it."""
    issue = facts.issue
    assert issue is not None
    if facts.trigger.event == new_deals.DOUBLE:
        return True
    if journal is not None or not issue.open or any(comment.own for comment in issue.comments):
        return False
    return lead.mark_of(issue) is not None or bool(duplicates.traits(issue.body, pipeline))


def _is_to_be_given(facts: Facts, pipeline: Pipeline) -> bool:
    """Whether this may be a new deal that the configured rule gives to somebody."""
    issue = facts.issue
    assert issue is not None
    return (
        bool(pipeline.owners.people) and issue.open and not issue.assignees and not any(c.own for c in issue.comments)
    )
