"""Settle: bring the issue in step with the course. Read, compare, then write; in step means no effect.

The order of the effects is the order of the write (docs/design.md): body, card, labels, state, comments, receipts. The
card comes before the labels: if we die between them, the decision stands and the labels are one step behind until the
next run. Everything is derived from the course and the issue, so the run after one that died does what is left.
"""

from __future__ import annotations

from collections.abc import Iterator

from salesbot.core import attention, found, lists, remember, speak
from salesbot.core.coming_back import HOW
from salesbot.core.effects import (
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
from salesbot.core.judge import Course
from salesbot.core.pipeline import Stage
from salesbot.core.stand import Stand
from salesbot.core.timeline import standing_stages

LABEL_LIMIT = 99
"""GitHub allows 100 labels on an issue; from here on the old one goes before the new one comes."""


def settle(course: Course, stand: Stand) -> list[Effect]:
    """List the effects that bring the issue in step with the course."""
    stage = stand.pipeline.stage(course.deal.stage)
    assert stage is not None, course.deal.stage
    marks = attention.label_effects(course, stand)
    create = [*_missing_labels(stage, stand), *attention.missing_labels(marks, stand), *_missing_leave(course, stand)]
    labels = [*stage_labels(stage, stand), *_leave(course, stand), *marks, *_state(course, stage, stand)]
    if stand.issue.locked:
        return [*create, *labels]
    written = lists.list_effects(course, stand)
    said = speak.new_comments(course, stand)
    first = [*_body(course, stand), *remember.card_effects(lists.with_lists(course, written), stand)]
    return [
        *create,
        *(reversed(first) if _came_back(course) else first),
        *labels,
        *_people(course, stand),
        *written,
        *said,
        *speak.tidy(course, said, stand),
        *_receipts(course, stand),
    ]


def _came_back(course: Course) -> bool:
    """Whether the deal came back by its date: then the card goes first, since the body is about to lose that date."""
    return any(visit.how == HOW for visit in course.moves)


def _body(course: Course, stand: Stand) -> Iterator[Effect]:
    if course.deal.body != stand.issue.body:
        yield EditBody(course.deal.body)


def stage_labels(stage: Stage, stand: Stand) -> list[Effect]:
    """Leave the stage's own label on the issue, and no other stage's."""
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


def _leave(course: Course, stand: Stand) -> Iterator[Effect]:
    """The label of a deal that is none, as long as it is none."""
    on = next((label.name for label in stand.issue.labels if label.name.casefold() == found.NOT_A_DEAL), None)
    wanted = course.journal.left == found.NOT_A_DEAL
    if wanted and on is None:
        yield AddLabel(found.NOT_A_DEAL)
    elif on is not None and not wanted:
        yield RemoveLabel(on)


def _missing_leave(course: Course, stand: Stand) -> Iterator[Effect]:
    known = {label.name.casefold() for label in stand.facts.repository.labels}
    if course.journal.left == found.NOT_A_DEAL and found.NOT_A_DEAL not in known:
        yield CreateLabel(found.NOT_A_DEAL, *found.NOT_A_DEAL_ABOUT)


def _people(course: Course, stand: Stand) -> Iterator[Effect]:
    """Assign and unassign what commands and rules said; who was assigned by hand stays."""
    on = {actor.login for actor in stand.issue.assignees}
    wanted = {name for name in (course.deal.owner, *course.deal.helpers) if name}
    yield from (Assign(login) for login in sorted(wanted - on))
    yield from (Unassign(login) for login in sorted(on - wanted))


def _state(course: Course, stage: Stage, stand: Stand) -> Iterator[Effect]:
    if course.deal.open and not stand.issue.open:
        yield ReopenIssue()
    elif course.journal.left and stand.issue.open:
        duplicate = course.journal.left == "duplicate"
        yield CloseIssue("DUPLICATE", course.journal.duplicate_of) if duplicate else CloseIssue("NOT_PLANNED")
    elif not course.deal.open and stand.issue.open and stage.outcome is not None and not course.journal.left:
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
