"""`salesbot labels`: the stages' labels as the configuration has them, and back on the deals that lost them.

A label keeps its issues when it is renamed, and loses them when it is deleted: then the cards know which deals had it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from salesbot.adapters.github import IN_FULL
from salesbot.core.errors import ServiceError
from salesbot.core.installation import identity, label_list
from salesbot.core.installation.label_list import LabelChange
from salesbot.core.lifecycle import timeline
from salesbot.core.model.effects import AddLabel, CreateLabel
from salesbot.core.model.facts import Facts, Label, Repository, Trigger
from salesbot.core.model.journal import Journal, find_cards
from salesbot.core.model.pipeline import Pipeline
from salesbot.tasks.deal import App
from salesbot.tasks.setup.findings import LOOK_ALIKE_HINT
from salesbot.tasks.setup.pace import PER_CHANGE

WAKING = Trigger("labels")


@dataclass(frozen=True)
class Plan:
    """What is to be done: to the list, and to deals without the label that their card names (number, label)."""

    changes: tuple[LabelChange, ...]
    lost: tuple[tuple[int, str], ...]
    alike: tuple[str, ...] = ()
    """What people have to tell apart themselves: labels that look alike."""


def plan(app: App, context: Facts, pipeline: Pipeline, login: str) -> Plan:
    """Compare the list with the stages, and every deal with its card."""
    known = label_list.recorded_labels(context.repository)
    without: list[Facts] = []
    for facts in _all(app, context, login):
        assert facts.issue is not None
        journal = find_cards(facts.issue, facts.repository).journal
        if journal is not None and journal.label:
            known.setdefault(journal.label, journal.stage)
        if not timeline.current_stages(facts.issue, pipeline) and (journal or not facts.issue.comments_complete):
            without.append(facts)
    changes = label_list.changes(context.repository, pipeline, known)
    after = _renamed(context.repository, changes)
    lost = [found for facts in without if (found := _lost(app, _with_list(facts, after), pipeline, login))]
    return Plan(tuple(changes), tuple(sorted(lost)), tuple(label_list.look_alikes(context.repository)))


def _all(app: App, context: Facts, login: str) -> Iterator[Facts]:
    for pages in (app.github.glance(context, "OPEN"), app.github.glance(context, "CLOSED")):
        for page in pages:
            yield from (identity.seen_as(deal, login) for deal in page.deals)


def _renamed(repository: Repository, changes: list[LabelChange]) -> dict[str, Label]:
    """The labels by id, as they will be called."""
    return {label.id: label for label in repository.labels} | {
        change.before.id: change.after for change in changes if change.before is not None
    }


def _with_list(facts: Facts, labels: dict[str, Label]) -> Facts:
    assert facts.issue is not None
    on = tuple(labels.get(label.id, label) for label in facts.issue.labels)
    return replace(facts, issue=replace(facts.issue, labels=on))


def _lost(app: App, facts: Facts, pipeline: Pipeline, login: str) -> tuple[int, str] | None:
    """Say which label a deal lacks; where a glance does not show its card, all comments are read."""
    issue = facts.issue
    assert issue is not None
    if timeline.current_stages(issue, pipeline) or timeline.foreign_labels(issue, pipeline):
        return None
    journal = find_cards(issue, facts.repository).journal or _read_journal(app, issue.number, pipeline, login)
    stage = pipeline.stage(journal.stage) if journal is not None and not journal.left else None
    return (issue.number, stage.label) if stage is not None else None


def _read_journal(app: App, number: int, pipeline: Pipeline, login: str) -> Journal | None:
    facts = identity.seen_as(app.complete(app.github.read(number, WAKING), pipeline), login)
    assert facts.issue is not None
    return find_cards(facts.issue, facts.repository).journal


def told(plan: Plan) -> Iterator[str]:
    """Say what would be done."""
    yield from (str(change) for change in plan.changes)
    yield from (f"#{number}: put {label} back on, as its card says" for number, label in plan.lost)
    yield from (f"{pair} {LOOK_ALIKE_HINT}." for pair in plan.alike)
    if not plan.changes and not plan.lost and not plan.alike:
        yield "The labels are as they should be."


def carry_out(app: App, context: Facts, plan: Plan, render: Callable[[str], None]) -> None:
    """Do it, most far-reaching first; a second run goes on. Raises ServiceError where GitHub fails us."""
    made = [
        CreateLabel(each.stage.label, each.stage.color, each.stage.description)
        for each in plan.changes
        if each.before is None
    ]
    if made:
        app.github.create_labels(context, made)
    for change in plan.changes:
        if change.before is not None:
            app.github.update_label(change.after)
            app.github.client.pause(PER_CHANGE)
        render(str(change))
    _put_back(app, plan, render)
    for pair in plan.alike:
        render(f"{pair} {LOOK_ALIKE_HINT}.")


def _put_back(app: App, plan: Plan, render: Callable[[str], None]) -> None:
    wanted = dict(plan.lost)
    numbers = list(wanted)
    for start in range(0, len(numbers), IN_FULL):
        for facts in app.github.read_many(numbers[start : start + IN_FULL], WAKING):
            assert facts.issue is not None
            label = wanted[facts.issue.number]
            failed = app.github.write(facts, [AddLabel(label)]).failed
            if failed:
                raise ServiceError(f"Issue {facts.issue.number}: {failed[0][1]}.", "Run it again: it goes on")
            render(f"#{facts.issue.number}: {label} is back on")
            app.github.client.pause(PER_CHANGE)
