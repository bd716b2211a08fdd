"""What to write once more after a write that failed in part or met an edit by a person. Pure: values in and out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from salesbot.adapters.github import ConcurrentChanges, WriteResult
from salesbot.core.model import journal
from salesbot.core.model.comments import text_of
from salesbot.core.model.effects import (
    DeleteComment,
    EditBody,
    Effect,
    MinimizeComment,
    PutComment,
    React,
    Unreact,
)
from salesbot.core.model.facts import Facts
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import checklist_merge, fields, markdown

_HARMLESS = (React, Unreact, MinimizeComment, DeleteComment)
"""Effects whose failure leaves the deal right; the next run does them again."""


def grave_failures(written: WriteResult) -> list[tuple[Effect, str]]:
    """List the failed effects without which the deal is wrong."""
    return [(effect, why) for effect, why in written.failed if not isinstance(effect, _HARMLESS)]


def undo(effects: Sequence[Effect], written: WriteResult) -> list[Effect]:
    """Take back the receipts of a write that failed in part, so that its commands are answered again."""
    receipts = [effect for effect in effects if isinstance(effect, React)]
    unreact: list[Effect] = [Unreact(effect.comment, effect.receipt) for effect in receipts]
    return [*unreact, *_card_again(effects, written, {effect.comment for effect in receipts})]


def repair(
    facts: Facts, effects: Sequence[Effect], concurrent: ConcurrentChanges, pipeline: Pipeline | None
) -> list[Effect]:
    """Delete second comments, and write our part again into the texts that people wrote at the same moment."""
    again: list[Effect] = [DeleteComment(comment.id) for comment in concurrent.doubles]
    if concurrent.overwritten is not None and concurrent.overwritten.text is not None and pipeline and facts.issue:
        ours = next(effect.body for effect in effects if isinstance(effect, EditBody))
        merged = _our_sections(facts.issue.body, ours, concurrent.overwritten.text, pipeline)
        again.insert(0, EditBody(merged))
    return [*again, *_checklists_again(facts, effects, concurrent)]


def _card_again(effects: Sequence[Effect], written: WriteResult, answered: Collection[int]) -> Iterator[Effect]:
    """Write the card once more if it has to change, or if it is what failed: the rest was done, and rests on it.

    One that may have been created just now is read first, lest there be two.
    """
    created, failed = written.created.get(journal.CARD), [effect for effect, _ in written.failed]
    for effect in effects:
        if isinstance(effect, PutComment) and effect.key == journal.CARD and (answered or effect in failed):
            id_ = created.id if created else effect.id
            if id_ is not None or effect not in written.unclear:
                yield replace(effect, id=id_, body=_without_answers(effect.body, answered))


def _without_answers(body: str, answered: Collection[int]) -> str:
    marker = markdown.read_marker(body)
    memory = journal.from_payload(marker.payload) if marker else None
    assert memory is not None, "we wrote it a moment ago"
    kept = tuple(entry for entry in memory.answered if entry[0] not in answered)
    payload = journal.to_payload(replace(memory, answered=kept))
    return f"{markdown.marker(journal.CARD, payload)}\n{text_of(body)}"


def _our_sections(base: str, ours: str, theirs: str, pipeline: Pipeline) -> str:
    """Write into a person's text the sections that we changed, and nothing else."""
    known, one_line = pipeline.headings, pipeline.one_line
    before, after = fields.read(base, known, one_line), fields.read(ours, known, one_line)
    for heading in known:
        if before.get(heading) != after.get(heading):
            theirs = fields.write(theirs, heading, after.get(heading), known, one_line)
    return theirs


def _checklists_again(facts: Facts, effects: Sequence[Effect], concurrent: ConcurrentChanges) -> Iterator[Effect]:
    """Write a checklist once more with what somebody ticked, struck or wrote there while we wrote it."""
    known = {comment.id: comment.body for comment in facts.issue.comments} if facts.issue else {}
    for effect in effects:
        theirs = concurrent.lists.get(effect.id or 0) if isinstance(effect, PutComment) else None
        if isinstance(effect, PutComment) and effect.id is not None and theirs is not None:
            merged = checklist_merge.rebase(effect.body, known[effect.id], theirs.text or "")
            if merged.strip() != effect.body.strip():
                yield replace(effect, body=merged)
