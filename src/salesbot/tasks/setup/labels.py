"""`salesbot labels`: the stages' labels as the configuration has them, and back on the deals that lost them.

A label keeps its issues when it is renamed, and loses them when it is deleted: then the cards show which deals had it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from salesbot.adapters.github import advice_on
from salesbot.core.errors import ServiceError
from salesbot.core.installation import label_list
from salesbot.core.installation.label_list import LabelChange
from salesbot.core.lifecycle import identity, timeline
from salesbot.core.model.cards import find_cards
from salesbot.core.model.effects import AddLabel, CreateLabel
from salesbot.core.model.facts import DealFacts, Label, Repository, RepositoryFacts, Trigger
from salesbot.core.model.journal import Journal
from salesbot.core.model.pipeline import Pipeline
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.many_deals import ALL, ManyDeals, Tally, pass_over
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.pace import pause_after_write
from salesbot.tasks.setup.findings import LOOK_ALIKE_HINT

LABELS = Trigger("labels")
CORRECT = "All labels are correct."


@dataclass(frozen=True)
class Plan:
    """What is to be done: to the list, and to deals without the label that their card names (number, label).

    `unread` names the deals that could not be read.
    """

    changes: tuple[LabelChange, ...]
    lost: tuple[tuple[int, str], ...]
    unread: Outcome = field(default_factory=Outcome)
    alike: tuple[str, ...] = ()
    """Labels that look alike, which a person has to sort out."""

    @property
    def is_correct(self) -> bool:
        """Whether there is nothing to do, neither here nor for a person."""
        return not (self.changes or self.lost or self.alike or self.unread.exit_code)

    @property
    def by_person(self) -> list[str]:
        """List what a person has to do."""
        return [f"{pair} {LOOK_ALIKE_HINT}." for pair in self.alike]


@dataclass(frozen=True)
class Planner:
    """Compares the list of labels with the stages, and every deal with its card."""

    processor: DealProcessor
    context: RepositoryFacts
    pipeline: Pipeline
    login: str

    def plan(self) -> Plan:
        """Read all deals, and list what is to be done."""
        known = label_list.recorded_labels(self.context.repository)
        without: list[DealFacts] = []
        for light in pass_over(self.processor.github, self.context, ALL, LABELS, self.processor.log):
            facts = identity.seen_as(light, self.login)
            journal = find_cards(facts.issue, facts.repository).journal
            if journal is not None and journal.label:
                known.setdefault(journal.label, journal.stage)
            if not timeline.current_stages(facts.issue, self.pipeline) and (
                journal or not facts.issue.comments_complete
            ):
                without.append(facts)
        changes = label_list.changes(self.context.repository, self.pipeline, known)
        lost, unread = self._lost(without, _renamed(self.context.repository, changes))
        alike = tuple(label_list.look_alikes(self.context.repository))
        return Plan(tuple(changes), tuple(sorted(lost.items())), unread, alike)

    def _lost(self, deals: list[DealFacts], labels: dict[str, Label]) -> tuple[dict[int, str], Outcome]:
        """Find the label that each deal lacks; where the light pass does not show its card, it is read in full."""
        lost: dict[int, str] = {}
        unknown: list[int] = []
        for facts in (_with_list(facts, labels) for facts in deals):
            issue = facts.issue
            if timeline.current_stages(issue, self.pipeline) or timeline.unknown_stage_labels(issue, self.pipeline):
                continue
            journal = find_cards(issue, facts.repository).journal
            if journal is None:
                unknown.append(issue.number)
            lost |= self._label_of(issue.number, journal)

        def read(number: int, facts: DealFacts) -> Outcome:
            lost.update(self._label_of(number, self._journal(facts)))
            return Outcome()

        many = ManyDeals(self.processor.github, LABELS, self.processor.clock, self.processor.log)
        return lost, many.work(unknown, read, tally=Tally())

    def _label_of(self, number: int, journal: Journal | None) -> dict[int, str]:
        stage = self.pipeline.stage(journal.stage) if journal is not None and not journal.left else None
        return {number: stage.label} if stage is not None else {}

    def _journal(self, facts: DealFacts) -> Journal | None:
        facts = identity.seen_as(self.processor.complete(facts, self.pipeline).facts, self.login)
        return find_cards(facts.issue, facts.repository).journal


def _renamed(repository: Repository, changes: list[LabelChange]) -> dict[str, Label]:
    """Give the labels by id, as they will be called."""
    return {label.id: label for label in repository.labels} | {
        change.before.id: change.after for change in changes if change.before is not None
    }


def _with_list(facts: DealFacts, labels: dict[str, Label]) -> DealFacts:
    on = tuple(labels.get(label.id, label) for label in facts.issue.labels)
    return replace(facts, issue=replace(facts.issue, labels=on))


def lines(plan: Plan) -> Iterator[str]:
    """List what would be done."""
    yield from (str(change) for change in plan.changes)
    yield from (f"#{number}: put {label} back on, as its card says" for number, label in plan.lost)
    yield from plan.by_person
    if plan.is_correct:
        yield CORRECT


def carry_out(processor: DealProcessor, context: RepositoryFacts, plan: Plan) -> Outcome:
    """Do it, most far-reaching first; a second run goes on. A deal that cannot be written is named.

    Raises ServiceError where a label of the list cannot be written.
    """
    created = [
        CreateLabel(each.stage.label, each.stage.color, each.stage.description)
        for each in plan.changes
        if each.before is None
    ]
    if created:
        processor.github.create_labels(context, created)
    for change in plan.changes:
        if change.before is not None:
            processor.github.update_label(change.after)
            pause_after_write(processor.github.client)
        processor.log(str(change))
    return plan.unread.then(_put_back(processor, plan))


def _put_back(processor: DealProcessor, plan: Plan) -> Outcome:
    labels = dict(plan.lost)

    def put(number: int, facts: DealFacts) -> Outcome:
        effect = AddLabel(labels[number])
        failed = processor.github.write(facts, [effect]).failed
        if failed:
            why = failed[0][1]
            raise ServiceError(f"{why}.", advice_on(why, "Run it again: it continues"))
        processor.log(f"#{number}: {labels[number]} is back on")
        return Outcome(effects=(effect,))

    many = ManyDeals(processor.github, LABELS, processor.clock, processor.log)
    return many.work([*labels], put, tally=Tally())
