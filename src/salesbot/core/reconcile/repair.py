"""Repair: what happened between a read and the write that rested on it, and what is to be written because of it.

The promise is "at rest one of each", not "never two for a moment" (docs/design.md, How a run writes).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from salesbot.core.model import comments, journal, keys
from salesbot.core.model.effects import (
    CloseProblem,
    DeleteComment,
    EditBody,
    EditProblem,
    Effect,
    OpenProblem,
    OpenTask,
    PutComment,
    React,
    Unreact,
)
from salesbot.core.model.facts import Comment, DealFacts, Edit, Refusals, RepositoryFacts
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.model.write_result import IssueAfter, WriteResult
from salesbot.core.reconcile.left_out import HARMLESS
from salesbot.core.text import checklist_merge, command_syntax, fields, markdown

_ELSEWHERE = (OpenProblem, EditProblem, CloseProblem)


@dataclass(frozen=True)
class ConcurrentChanges:
    """What changed between our read and our write. `overwritten` is a person's text that our body edit replaced,
    `lists` are those of checklists, by the id of the comment."""

    settled: bool = True
    """Whether nothing happened that a further look has to answer."""
    doubles: tuple[Comment, ...] = ()
    overwritten: Edit | None = None
    lists: Mapping[int, Edit] = field(default_factory=dict)


# What happened


def concurrent_changes(written: WriteResult, facts: RepositoryFacts, effects: Sequence[Effect]) -> ConcurrentChanges:
    """Compare the issue after the write with the facts it rested on. No answer: nothing is known, not settled."""
    if not isinstance(facts, DealFacts) or all(isinstance(effect, _ELSEWHERE) for effect in effects):
        return ConcurrentChanges()
    after = written.after
    if after is None:
        return ConcurrentChanges(settled=False)
    doubles = _doubles(after, facts)
    known = {event.id for event in (*facts.issue.earlier_events, *facts.issue.events)}
    moved = any(not event.own and event.id not in known for event in after.events)
    return ConcurrentChanges(
        settled=not (moved or doubles or _new_commands(after, facts) or _written_twice(written, facts, effects)),
        doubles=doubles,
        overwritten=_overwritten(after, facts, effects),
        lists=_overwritten_lists(written, facts, effects),
    )


def _overwritten_lists(written: WriteResult, facts: DealFacts, effects: Sequence[Effect]) -> dict[int, Edit]:
    """People's edits of the checklists we wrote again, after our read and before our write: a tick, mostly."""
    overwritten: dict[int, Edit] = {}
    for effect in effects:
        if isinstance(effect, PutComment) and effect.id is not None and effect.key.kind == Kind.CHECKLIST:
            edits = written.texts.get(effect.id, ())
            ours = next((place for place, edit in enumerate(edits) if _is_ours(edit, facts)), len(edits))
            before = (edit for edit in edits[ours:] if not _is_ours(edit, facts) and edit.at >= facts.read_at)
            theirs = next(before, None)
            if theirs is not None and theirs.text is not None:
                overwritten[effect.id] = theirs
    return overwritten


def _is_ours(edit: Edit, facts: DealFacts) -> bool:
    return edit.by is not None and edit.by.id == facts.viewer.id


def _doubles(after: IssueAfter, facts: DealFacts) -> tuple[Comment, ...]:
    """Own comments with one key: the lowest id stays, whoever sees both deletes the others."""
    first: dict[Key, int] = {}
    doubles = []
    seen = {comment.id for comment in after.comments}
    for comment in comments.each_once([*facts.issue.comments, *after.comments]):
        key = comments.key_of(comment)
        if key is None or comment.minimized:
            continue
        if key in first and comment.id in seen:
            doubles.append(comment)
        first.setdefault(key, comment.id)
    return tuple(doubles)


def _new_commands(after: IssueAfter, facts: DealFacts) -> bool:
    """Whether somebody gave a command since we read, whose windows on the comments were wider than these."""
    known = {comment.id: comment.body for comment in facts.issue.comments}
    return any(
        not comment.own and command_syntax.may_hold(comment.body) and comment.body != known.get(comment.id)
        for comment in after.comments
    )


def _written_twice(written: WriteResult, facts: DealFacts, effects: Sequence[Effect]) -> bool:
    """Whether another run of ours wrote the card between our read and our write.

    The first edit of a comment counts two entries, since GitHub then also lists the original text.
    """
    before = {comment.id: comment.edits for comment in facts.issue.comments}
    for effect in effects:
        if isinstance(effect, PutComment) and effect.key == keys.CARD and effect.id is not None:
            expected = before[effect.id] + (1 if before[effect.id] else 2)
            return written.edits.get(effect.id, 0) > expected
    return False


def _overwritten(after: IssueAfter, facts: DealFacts, effects: Sequence[Effect]) -> Edit | None:
    """A person's edit of the body after our read and before our own: their text is to be kept."""
    if not any(isinstance(effect, EditBody) for effect in effects):
        return None
    known = {edit.id for edit in facts.issue.body_edits}
    for edit in after.body_edits:
        # With the first edit GitHub also lists the text as it was opened: that is no edit, and no news.
        is_news = edit.id not in known and edit.text not in (None, facts.issue.body)
        if is_news and not _is_ours(edit, facts) and edit.at >= facts.read_at:
            return edit
    return None


# What to write because of it


def repair(
    facts: RepositoryFacts, effects: Sequence[Effect], concurrent: ConcurrentChanges, pipeline: Pipeline | None
) -> list[Effect]:
    """Delete doubles, and set what is ours again in the texts that people wrote at the same moment."""
    effects_: list[Effect] = [DeleteComment(comment.id) for comment in concurrent.doubles]
    if not isinstance(facts, DealFacts):
        return effects_
    theirs = concurrent.overwritten.text if concurrent.overwritten is not None else None
    if theirs is not None and pipeline is not None:
        ours = next(effect.body for effect in effects if isinstance(effect, EditBody))
        effects_.insert(0, EditBody(_with_our_sections(facts.issue.body, ours, theirs, pipeline)))
    return [*effects_, *_lists_again(facts, effects, concurrent)]


def _with_our_sections(base: str, ours: str, theirs: str, pipeline: Pipeline) -> str:
    """Set in their text the sections that we changed, and nothing else."""
    before, after, merged = (fields.parse(text, pipeline.headings, pipeline.one_line) for text in (base, ours, theirs))
    for heading in pipeline.headings:
        if before.fields.get(heading) != after.fields.get(heading):
            merged = merged.with_field(heading, after.fields.get(heading))
    return merged.text


def _lists_again(facts: DealFacts, effects: Sequence[Effect], concurrent: ConcurrentChanges) -> Iterator[Effect]:
    """Write a checklist once more with what somebody ticked, struck or wrote there while we wrote it."""
    known = {comment.id: comment.body for comment in facts.issue.comments}
    for effect in effects:
        theirs = concurrent.lists.get(effect.id or 0) if isinstance(effect, PutComment) else None
        if isinstance(effect, PutComment) and effect.id is not None and theirs is not None:
            merged = checklist_merge.rebase(effect.body, known[effect.id], theirs.text or "")
            if merged.strip() != effect.body.strip():
                yield replace(effect, body=merged)


def grave_failures(written: WriteResult) -> list[tuple[Effect, str]]:
    """List the failed effects without which the deal is wrong, and which the next run may manage."""
    past = {*written.final, *written.gone}
    return [(effect, why) for effect, why in written.failed if not isinstance(effect, HARMLESS) and effect not in past]


def refused_for_good(written: WriteResult, missed: Collection[Effect]) -> Refusals:
    """List what GitHub refused for good, and without which the deal is to be decided once more.

    What is about something gone is refused for good the second time: `missed` was, in an earlier round.
    """
    final = {*written.final, *(effect for effect in written.gone if effect in missed)}
    return tuple(
        (effect, why) for effect, why in written.failed if effect in final and not isinstance(effect, HARMLESS)
    )


def harmless_failures(written: WriteResult) -> Refusals:
    """List what failed and leaves the deal right."""
    unclear = set(written.unclear)
    return tuple(
        (effect, why) for effect, why in written.failed if isinstance(effect, HARMLESS) and effect not in unclear
    )


def assigning_comments(facts: DealFacts) -> frozenset[int]:
    """Name the comments that only assign people: where GitHub refuses that, nothing of them was done."""
    comments_ = [comment for comment in facts.issue.comments if comment.commands]
    return frozenset(each.id for each in comments_ if all(line.word == "assign" for line in each.commands))


def task_comments(refused: Refusals) -> frozenset[int]:
    """Name the comments whose tasks GitHub refused to open: they are answered again, and the card names the task."""
    return frozenset(int(effect.key.partition("-")[0]) for effect, _ in refused if isinstance(effect, OpenTask))


def take_back(effects: Sequence[Effect], written: WriteResult, of: Collection[int] | None = None) -> list[Effect]:
    """A part failed: take back the receipts of this write, so that the commands concerned are answered again.

    `of` are the comments concerned, where not all are.
    """
    receipts = [each for each in effects if isinstance(each, React) and (of is None or each.comment in of)]
    if of is not None and not receipts:
        return []
    back: list[Effect] = [Unreact(effect.comment, effect.receipt) for effect in receipts]
    return [*back, *_card_again(effects, written, {effect.comment for effect in receipts})]


def _card_again(effects: Sequence[Effect], written: WriteResult, answered: Collection[int]) -> Iterator[Effect]:
    """Write the card once more if it has to change, or if it is what failed: the rest was done, and rests on it.

    One that may have been written just now is looked for first, lest there be two.
    """
    made, failed = written.created.get(keys.CARD), [effect for effect, _ in written.failed]
    for effect in effects:
        if isinstance(effect, PutComment) and effect.key == keys.CARD and (answered or effect in failed):
            id_ = made.id if made else effect.id
            if id_ is not None or effect not in written.unclear:
                yield replace(effect, id=id_, body=_without_answers(effect.body, answered))


def _without_answers(body: str, answered: Collection[int]) -> str:
    marker = markdown.read_marker(body)
    before = journal.from_payload(marker.payload) if marker else None
    assert before is not None, "we wrote it a moment ago"
    kept = tuple(entry for entry in before.answered if entry[0] not in answered)
    # A command that is answered again writes its fields again; it is not evaluated on what it wrote. A move that was
    # taken back is known by its comment and not taken back once more, so its fields stay.
    is_done = any(visit.comment in answered for visit in before.history)
    written = before.fields if is_done or not answered else ()
    payload = journal.to_payload(replace(before, answered=kept, fields=written))
    return comments.write(keys.CARD, comments.text_of(body), payload)
