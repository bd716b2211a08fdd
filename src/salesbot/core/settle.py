"""Settle: bring the issue in step with the course. Read, compare, then write; in step means no effect.

The order of the effects is the order of the write (protocol 5): body, card, labels, state, comments, receipts. The
card comes before the labels: if we die between them, the decision stands and the labels are one step behind until the
next run. Everything is derived from the course and the issue, so the run after one that died does what is left.
"""

from __future__ import annotations

from collections.abc import Iterator

from salesbot.core import remember, speak
from salesbot.core.effects import (
    AddLabel,
    CloseIssue,
    CreateLabel,
    EditBody,
    Effect,
    React,
    RemoveLabel,
    ReopenIssue,
    Unreact,
)
from salesbot.core.judge import Course
from salesbot.core.pipeline import Stage
from salesbot.core.stand import Stand
from salesbot.core.timeline import standing_stages

LABEL_LIMIT = 99
"""GitHub allows 100 labels on an issue; from here on the old one goes before the new one comes."""


def settle(course: Course, stand: Stand) -> list[Effect]:
    """List the effects that bring the issue in step with the course."""
    stage = stand.pipeline.stage(course.deal.stage)
    create = list(_missing_labels(stage, stand)) if stage is not None else []
    labels = [*_labels(stage, stand), *_state(course, stage, stand)] if stage is not None else []
    if stand.issue.locked:
        return [*create, *labels]
    lists = speak.new_checklists(course, stand)
    said = speak.new_comments(course, stand)
    return [
        *create,
        *_body(course, stand),
        *remember.card_effects(speak.with_lists(course, lists), stand),
        *labels,
        *lists,
        *said,
        *speak.tidy(course, said, stand),
        *_receipts(course, stand),
    ]


def _body(course: Course, stand: Stand) -> Iterator[Effect]:
    if course.deal.body != stand.issue.body:
        yield EditBody(course.deal.body)


def _labels(stage: Stage, stand: Stand) -> list[Effect]:
    on = standing_stages(stand.issue, stand.pipeline)
    add: list[Effect] = [] if any(_is_label_of(stage, label.name) for _, label in on) else [AddLabel(stage.label)]
    remove: list[Effect] = [RemoveLabel(label.name) for _, label in on if not _is_label_of(stage, label.name)]
    return [*remove, *add] if len(stand.issue.labels) >= LABEL_LIMIT else [*add, *remove]


def _is_label_of(stage: Stage, label: str) -> bool:
    """Whether this is the stage's own label; one of an earlier name is exchanged for it."""
    return label.casefold() == stage.label.casefold()


def _missing_labels(stage: Stage, stand: Stand) -> Iterator[Effect]:
    """Create the stage's label; on the very first day all of them, so that people find them in the menu."""
    known = {label.name.casefold() for label in stand.facts.repository.labels}
    if stage.label.casefold() in known:
        return
    first_day = not any(other.label.casefold() in known for other in stand.pipeline.stages)
    for other in stand.pipeline.stages if first_day else (stage,):
        yield CreateLabel(other.label, other.color, other.description)


def _state(course: Course, stage: Stage, stand: Stand) -> Iterator[Effect]:
    if course.deal.open and not stand.issue.open:
        yield ReopenIssue()
    elif not course.deal.open and stand.issue.open and stage.outcome is not None:
        yield CloseIssue("COMPLETED" if stage.outcome == "won" else "NOT_PLANNED")


def _receipts(course: Course, stand: Stand) -> Iterator[Effect]:
    """Put the receipts the journal knows of, and take a no off whose wish has come true since."""
    answers = dict(course.journal.answered)
    for comment in stand.issue.comments:
        answer = answers.get(comment.id) or ("no" if comment.id in course.unheard else None)
        if answer == "yes" and "ROCKET" not in comment.receipts:
            yield React(comment.id, "ROCKET")
        if answer in ("yes", "closed") and "CONFUSED" in comment.receipts:
            yield Unreact(comment.id, "CONFUSED")
        if answer == "no" and "CONFUSED" not in comment.receipts:
            yield React(comment.id, "CONFUSED")
