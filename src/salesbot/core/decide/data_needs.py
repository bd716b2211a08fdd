"""Data needs: what a decision needs and the first read did not bring.

Absence may only be concluded from a complete list (docs/design.md): if something is missing and pages remain, they are
read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from salesbot.core.leads import duplicates
from salesbot.core.lifecycle import activity, field_trust, intents, people, restore, timeline
from salesbot.core.lifecycle.intents import CommandIntent
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.model import headings, keys
from salesbot.core.model.deal import Role
from salesbot.core.model.pipeline import HORIZON
from salesbot.core.policies import attention, board_view, new_deals
from salesbot.core.text import next_step
from salesbot.core.text.label_names import label_key

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


def data_needs(observed: Observed) -> DataNeeds:
    """Say what is missing for a decision."""
    facts, issue, journal = observed.facts, observed.issue, observed.journal
    if restore.is_excluded(issue, journal):
        return DataNeeds()
    commands = list(intents.commands(observed))
    return DataNeeds(
        comments=not issue.comments_complete and _needs_comments(observed),
        events=not issue.events_complete and (journal is None or not timeline.reaches(issue.events, journal.cursor)),
        labels=not facts.repository.labels_complete and _needs_labels(observed),
        roles=tuple(dict.fromkeys(_unknown_roles(observed, commands))),
        names=tuple(dict.fromkeys(_unknown_names(observed, commands))),
        issues=tuple(_unknown_issues(observed, commands)),
        loads=facts.loads is None and journal is None and _needs_an_owner(observed),
        other_issues=facts.other_issues is None and _may_have_duplicates(observed),
        versions=tuple(intents.unread_versions(commands, observed)),
    )


def _needs_comments(observed: Observed) -> bool:
    """No card, no list where one should be, or commands that may lie between the oldest and the newest read."""
    issue, journal = observed.issue, observed.journal
    if journal is None:
        return True
    stage = observed.pipeline.stage(journal.stage)
    if stage is not None and stage.checklist is not None and keys.checklist(stage.checklist) not in observed.parsed.own:
        return True
    return issue.unread_until is None or issue.unread_until > observed.facts.read_at - HORIZON


def _needs_labels(observed: Observed) -> bool:
    labels, journal = observed.repository.labels, observed.journal
    names = {label_key(label.name) for label in labels}
    if any(label_key(stage.label) not in names for stage in observed.pipeline.stages):
        return True
    return journal is not None and bool(journal.label) and all(label.id != journal.label for label in labels)


def _unknown_roles(observed: Observed, commands: list[CommandIntent]) -> list[str]:
    """Those whose role matters and was not asked: authors of open commands, tickers, who wrote fields that count."""
    facts, journal = observed.facts, observed.journal
    asked = [intent.by for intent in commands] + [tick.by for tick in intents.ticks(observed, journal)]
    if journal is not None and observed.pipeline.permissions.moves > Role.TRIAGE:
        asked += [intent.by for intent in intents.labels(observed, journal.cursor)]
    closed = intents.state(observed, journal.cursor) if journal is not None else None
    asked += [closed.by] if closed is not None and closed.by == observed.issue.author else []
    names = [person.login for person in asked if person is not None and not person.is_bot]
    names += field_trust.people_to_ask(field_trust.read(observed, journal, observed.parsed.body))
    names += board_view.people(observed)
    if facts.trigger.event == attention.SWEEP:
        names += activity.unknown_people(observed.activity, facts.read_at - ACTIVITY_WINDOW)
    return [name for name in names if name.casefold() not in facts.roles]


def _unknown_names(observed: Observed, commands: list[CommandIntent]) -> list[str]:
    """Names that commands would put on the deal and the read did not bring."""
    names = [name for intent in commands for name in intents.named_people(intent)]
    names += people.to_look_up(observed.issue, observed.journal)
    if observed.facts.trigger.event == attention.SWEEP:
        step = next_step.parse(observed.parsed.body.fields.get(headings.NEXT_STEP, ""))
        names += [step.who] if step is not None and step.who else []
        names += attention.owing_people(observed)
    if _needs_an_owner(observed):
        names += observed.pipeline.owners.people
    repository = observed.repository
    if repository.people_complete:
        return []
    return [name for name in names if name.casefold() not in {*repository.people, *observed.facts.asked_names}]


def _unknown_issues(observed: Observed, commands: list[CommandIntent]) -> list[int]:
    numbers = [number for intent in commands for number in intents.named_issues(intent)]
    numbers += [number for number in [new_deals.elder(observed, observed.journal)] if number is not None]
    return [number for number in dict.fromkeys(numbers) if number not in observed.facts.linked]


def _may_have_duplicates(observed: Observed) -> bool:
    """Whether this may be a new deal of which enough is known to look for another one like it."""
    issue, parsed = observed.issue, observed.parsed
    if observed.facts.trigger.event == new_deals.DOUBLE:
        return True
    if observed.journal is not None or not issue.open or observed.own_comments:
        return False
    return parsed.lead_mark is not None or bool(duplicates.traits(parsed.body.fields))


def _needs_an_owner(observed: Observed) -> bool:
    """Whether this may be a new deal that the configured rule gives to somebody."""
    issue = observed.issue
    is_free = issue.open and not issue.assignees and not observed.own_comments
    return bool(observed.pipeline.owners.people) and is_free
