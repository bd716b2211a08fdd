"""Reconcile: bring the observed issue in sync with the desired deal. Compare, then write; in sync means no effect.

The order of the effects is the order of the write (docs/design.md): new tasks, card, body, labels, state, comments,
receipts. The card comes before all that can be derived again: if a run ends behind it, the decision counts, and the
next run does what is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from salesbot.core.lifecycle import description, restore
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model.effects import (
    AddLabel,
    Assign,
    CloseIssue,
    CreateLabel,
    EditBody,
    Effect,
    PutComment,
    React,
    RemoveLabel,
    ReopenIssue,
    Unassign,
    Unreact,
)
from salesbot.core.model.facts import Refusals
from salesbot.core.model.journal import LeftAs
from salesbot.core.model.pipeline import Stage
from salesbot.core.policies import attention
from salesbot.core.reconcile import card_comment, checklist_comments, left_out, new_tasks, other_comments
from salesbot.core.text.label_names import label_key
from salesbot.core.text.render import Renderer


@dataclass(frozen=True)
class Reconciled:
    """The effects, and what is left out of them because GitHub refuses it. `tried_again` is what it refused before."""

    effects: tuple[Effect, ...] = ()
    left_out: Refusals = ()
    tried_again: Refusals = ()


def reconcile(state: DealState, observed: Observed, render: Renderer) -> Reconciled:
    """List the effects that bring the issue in sync with the desired deal."""
    stage = observed.pipeline.stage(state.deal.stage)
    assert stage is not None, state.deal.stage
    lists = [] if observed.issue.locked else checklist_comments.list_effects(state, observed, render)
    marks = attention.label_effects(state, observed)
    labels = [*stage_labels(stage, observed), *_label_of_no_deal(state, observed), *marks]
    behind_card = [*labels, *_open_or_closed(state, stage, observed), *_unless_locked(state, observed, lists, render)]
    before_card = list(_body(state, observed))
    tasks = list(new_tasks.task_effects(state, observed))
    refused = left_out.refused([*tasks, *before_card, *behind_card], observed.facts)
    left = (*left_out.without_room(labels, observed), *refused)
    out = [*left_out.fought_over(labels, observed), *(effect for effect, _ in left)]
    marks, before_card, behind_card, tasks = (
        left_out.without(part, out) for part in (marks, before_card, behind_card, tasks)
    )
    again = left_out.tried_again([*before_card, *behind_card], observed)
    state = replace(state, left_out=left_out.for_card((*left, *again)))
    create = [
        *_missing_labels(stage, observed),
        *attention.missing_labels(marks, observed),
        *_missing_label_of_no_deal(state, observed),
    ]
    if observed.issue.locked:
        return Reconciled((*create, *behind_card), left, again)
    card = card_comment.card_effects(checklist_comments.with_lists(state, lists), observed, render)
    first = [*card, *before_card] if description.fits_in_card(state.deal) else [*before_card, *card]
    return Reconciled((*create, *tasks, *first, *behind_card), left, again)


def _unless_locked(
    state: DealState, observed: Observed, lists: Sequence[PutComment], render: Renderer
) -> Iterator[Effect]:
    """People, comments and receipts: nobody comments on a locked issue."""
    if observed.issue.locked:
        return
    others = other_comments.new_comments(state, observed, render)
    yield from _people(state, observed)
    yield from lists
    yield from others
    yield from other_comments.tidy(state, others, observed)
    yield from _receipts(state, observed)


def _body(state: DealState, observed: Observed) -> Iterator[Effect]:
    if state.deal.body.text != observed.issue.body:
        yield EditBody(state.deal.body.text)


def stage_labels(stage: Stage, observed: Observed) -> list[Effect]:
    """Leave the stage's own label on the issue, and no other stage's. Where room is scarce, the old one goes first."""
    on = observed.parsed.current_stages
    add: list[Effect] = [] if any(_is_label_of(stage, label.name) for _, label in on) else [AddLabel(stage.label)]
    remove: list[Effect] = [RemoveLabel(label.name) for _, label in on if not _is_label_of(stage, label.name)]
    is_crowded = len(observed.issue.labels) >= left_out.MOST_LABELS - 1
    return [*remove, *add] if is_crowded else [*add, *remove]


def _is_label_of(stage: Stage, label: str) -> bool:
    """Whether this is the stage's own label; one of an earlier name is exchanged for it."""
    return label_key(label) == label_key(stage.label)


def _missing_labels(stage: Stage, observed: Observed) -> Iterator[Effect]:
    """Create the stage's label; on the very first day all of them, so that people find them in the menu."""
    known = {label_key(label.name) for label in observed.facts.repository.labels}
    if label_key(stage.label) in known:
        return
    first_day = not any(label_key(other.label) in known for other in observed.pipeline.stages)
    for other in observed.pipeline.stages if first_day else (stage,):
        yield CreateLabel(other.label, other.color, other.description)


def _label_of_no_deal(state: DealState, observed: Observed) -> Iterator[Effect]:
    """The label of a deal that is none, as long as it is none."""
    on = next((label.name for label in observed.issue.labels if label_key(label.name) == restore.NOT_A_DEAL), None)
    wanted = state.journal.left == LeftAs.NOT_A_DEAL
    if wanted and on is None:
        yield AddLabel(restore.NOT_A_DEAL)
    elif on is not None and not wanted:
        yield RemoveLabel(on)


def _missing_label_of_no_deal(state: DealState, observed: Observed) -> Iterator[Effect]:
    known = {label_key(label.name) for label in observed.facts.repository.labels}
    if state.journal.left == LeftAs.NOT_A_DEAL and restore.NOT_A_DEAL not in known:
        yield CreateLabel(restore.NOT_A_DEAL, *restore.NOT_A_DEAL_ABOUT)


def _people(state: DealState, observed: Observed) -> Iterator[Effect]:
    """Assign and unassign whom commands and rules name; who was assigned by hand stays."""
    on = {actor.login for actor in observed.issue.assignees}
    wanted = {name for name in (state.deal.owner, *state.deal.helpers) if name}
    yield from (Assign(login) for login in sorted(wanted - on))
    yield from (Unassign(login) for login in sorted(on - wanted))


def _open_or_closed(state: DealState, stage: Stage, observed: Observed) -> Iterator[Effect]:
    if state.deal.open and not observed.issue.open:
        yield ReopenIssue()
    elif state.journal.left and observed.issue.open:
        duplicate = state.journal.left == LeftAs.DUPLICATE
        yield CloseIssue("DUPLICATE", state.journal.duplicate_of) if duplicate else CloseIssue("NOT_PLANNED")
    elif not state.deal.open and observed.issue.open and stage.outcome is not None and not state.journal.left:
        yield CloseIssue("COMPLETED" if stage.outcome == "won" else "NOT_PLANNED")


def _receipts(state: DealState, observed: Observed) -> Iterator[Effect]:
    """Put the receipts the journal knows of, and take a no off once the deal reached the stage that was asked for."""
    answers = dict(state.journal.answered)
    for comment in observed.issue.comments:
        answer = answers.get(comment.id) or ("no" if comment.id in state.ignored else None)
        if answer == "yes" and "ROCKET" not in comment.receipts:
            yield React(comment.id, "ROCKET")
        if answer in ("yes", "closed") and "CONFUSED" in comment.receipts:
            yield Unreact(comment.id, "CONFUSED")
        if answer == "no" and "CONFUSED" not in comment.receipts:
            yield React(comment.id, "CONFUSED")
