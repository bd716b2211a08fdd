"""Gaps: what a decision needs and the first read did not bring.

Absence may only be concluded from a complete list (protocol 4): if something is missing and pages remain, they are
read.
"""

from __future__ import annotations

from dataclasses import dataclass

from salesbot.core import comments, fields, found, timeline, wishes
from salesbot.core.deal import Role
from salesbot.core.facts import Facts
from salesbot.core.journal import Journal, find_cards
from salesbot.core.pipeline import HORIZON, Pipeline


@dataclass(frozen=True)
class Gaps:
    """What to read before deciding."""

    comments: bool = False
    events: bool = False
    labels: bool = False
    people: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.comments or self.events or self.labels or bool(self.people)


def gaps(facts: Facts, pipeline: Pipeline) -> Gaps:
    """Say what is missing for a decision."""
    issue = facts.issue
    if issue is None or found.is_excluded(issue):
        return Gaps()
    cards = find_cards(issue, facts.repository)
    journal = cards.journal
    return Gaps(
        comments=not issue.comments_complete and _needs_comments(facts, pipeline, journal),
        events=not issue.events_complete and (journal is None or not timeline.reaches(issue.events, journal.cursor)),
        labels=not facts.repository.labels_complete and _needs_labels(facts, pipeline, journal),
        people=tuple(dict.fromkeys(_unknown_people(facts, pipeline, journal))),
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
    names = {label.name.casefold() for label in facts.repository.labels}
    if any(stage.label.casefold() not in names for stage in pipeline.stages):
        return True
    return (
        journal is not None
        and bool(journal.label)
        and all(label.id != journal.label for label in facts.repository.labels)
    )


def _unknown_people(facts: Facts, pipeline: Pipeline, journal: Journal | None) -> list[str]:
    """Those whose role matters and was not asked: authors of open commands, tickers, who wrote the value by hand."""
    issue = facts.issue
    assert issue is not None
    people = [wish.by for wish in wishes.commands(facts, pipeline, journal)]
    people += [tick.by for tick in wishes.ticks(facts)]
    if journal is not None and pipeline.permissions.moves > Role.TRIAGE:
        people += [wish.by for wish in timeline.label_wishes(facts, pipeline, journal.cursor)]
    names = [person.login for person in people if person is not None and not person.is_bot]
    value = fields.read(issue.body, pipeline.headings).get("Value", "")
    if found.value_needs_trust(facts, journal, value):
        names += [name for name in [found.last_body_editor(facts)] if name is not None]
    return [name for name in names if name.casefold() not in facts.roles]
