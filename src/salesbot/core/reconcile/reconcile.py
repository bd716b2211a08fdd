"""Settle: bring the issue in step with the course. Read, compare, then write; in step means no effect.

The order of the effects is the order of the write (docs/design.md): card, body, labels, state, comments, receipts. The
card comes before all else: if we die behind it, the decision stands and the issue is one step behind until the next
run. Everything is derived from the course and the issue, so the run after one that died does what is left.
"""

from __future__ import annotations

from collections.abc import Iterator

from salesbot.core.lifecycle import description, restore
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.timeline import current_stages
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model.effects import (
    AddLabel,
    Assign,
    CloseIssue,
    CreateLabel,
    EditBody,
    Effect,
    React,
    RemoveLabel,
    ReopenIssue,
    Unassign,
    Unreact,
)
from salesbot.core.model.pipeline import Stage
from salesbot.core.policies import attention
from salesbot.core.reconcile import card_comment, checklist_comments, other_comments
from salesbot.core.text.labels import label_key

LABEL_LIMIT = 99
"""GitHub allows 100 labels on an issue; from here on the old one goes before the new one comes."""


def reconcile(state: DealState, observed: Observed) -> list[Effect]:
    """List the effects that bring the issue in step with the course."""
    stage = observed.pipeline.stage(state.deal.stage)
    assert stage is not None, state.deal.stage
    marks = attention.label_effects(state, observed)
    create = [
        *_missing_labels(stage, observed),
        *attention.missing_labels(marks, observed),
        *_missing_leave(state, observed),
    ]
    labels = [*stage_labels(stage, observed), *_leave(state, observed), *marks, *_state(state, stage, observed)]
    if observed.issue.locked:
        return [*create, *labels]
    written = checklist_comments.list_effects(state, observed)
    said = other_comments.new_comments(state, observed)
    card = card_comment.card_effects(checklist_comments.with_lists(state, written), observed)
    body = _body(state, observed)
    return [
        *create,
        *([*card, *body] if description.fits_in_card(state.deal) else [*body, *card]),
        *labels,
        *_people(state, observed),
        *written,
        *said,
        *other_comments.tidy(state, said, observed),
        *_receipts(state, observed),
    ]


def _body(state: DealState, observed: Observed) -> Iterator[Effect]:
    if state.deal.body != observed.issue.body:
        yield EditBody(state.deal.body)


def stage_labels(stage: Stage, observed: Observed) -> list[Effect]:
    """Leave the stage's own label on the issue, and no other stage's."""
    on = current_stages(observed.issue, observed.pipeline)
    add: list[Effect] = [] if any(_is_label_of(stage, label.name) for _, label in on) else [AddLabel(stage.label)]
    remove: list[Effect] = [RemoveLabel(label.name) for _, label in on if not _is_label_of(stage, label.name)]
    return [*remove, *add] if len(observed.issue.labels) >= LABEL_LIMIT else [*add, *remove]


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


def _leave(state: DealState, observed: Observed) -> Iterator[Effect]:
    """The label of a deal that is none, as long as it is none."""
    on = next((label.name for label in observed.issue.labels if label_key(label.name) == restore.NOT_A_DEAL), None)
    wanted = state.journal.left == restore.NOT_A_DEAL
    if wanted and on is None:
        yield AddLabel(restore.NOT_A_DEAL)
    elif on is not None and not wanted:
        yield RemoveLabel(on)


def _missing_leave(state: DealState, observed: Observed) -> Iterator[Effect]:
    known = {label_key(label.name) for label in observed.facts.repository.labels}
    if state.journal.left == restore.NOT_A_DEAL and restore.NOT_A_DEAL not in known:
        yield CreateLabel(restore.NOT_A_DEAL, *restore.NOT_A_DEAL_ABOUT)


def _people(state: DealState, observed: Observed) -> Iterator[Effect]:
    """Assign and unassign what commands and rules said; who was assigned by hand stays."""
    on = {actor.login for actor in observed.issue.assignees}
    wanted = {name for name in (state.deal.owner, *state.deal.helpers) if name}
    yield from (Assign(login) for login in sorted(wanted - on))
    yield from (Unassign(login) for login in sorted(on - wanted))


def _state(state: DealState, stage: Stage, observed: Observed) -> Iterator[Effect]:
    if state.deal.open and not observed.issue.open:
        yield ReopenIssue()
    elif state.journal.left and observed.issue.open:
        duplicate = state.journal.left == "duplicate"
        yield CloseIssue("DUPLICATE", state.journal.duplicate_of) if duplicate else CloseIssue("NOT_PLANNED")
    elif not state.deal.open and observed.issue.open and stage.outcome is not None and not state.journal.left:
        yield CloseIssue("COMPLETED" if stage.outcome == "won" else "NOT_PLANNED")


def _receipts(state: DealState, observed: Observed) -> Iterator[Effect]:
    """Put the receipts the journal knows of, and take a no off whose wish has come true since."""
    answers = dict(state.journal.answered)
    for comment in observed.issue.comments:
        answer = answers.get(comment.id) or ("no" if comment.id in state.ignored else None)
        if answer == "yes" and "ROCKET" not in comment.receipts:
            yield React(comment.id, "ROCKET")
        if answer in ("yes", "closed") and "CONFUSED" in comment.receipts:
            yield Unreact(comment.id, "CONFUSED")
        if answer == "no" and "CONFUSED" not in comment.receipts:
            yield React(comment.id, "CONFUSED")
