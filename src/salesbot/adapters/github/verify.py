"""The look-back: what the answer to a write tells of what happened meanwhile (docs/design.md, How a run writes).

The promise is "at rest one of each", not "never two for a moment".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from salesbot.adapters.github import decode
from salesbot.adapters.github.decode import nodes
from salesbot.adapters.github.read import merged
from salesbot.adapters.github.write import WriteResult
from salesbot.core.model import comments, journal
from salesbot.core.model.effects import CloseProblem, EditBody, EditProblem, Effect, OpenProblem, PutComment
from salesbot.core.model.facts import Comment, Edit, Facts
from salesbot.core.text import command_syntax


@dataclass(frozen=True)
class ConcurrentChanges:
    """What changed between our read and our write. `overwritten` is a person's text that our body edit replaced,
    `lists` are those of checklists, by the id of the comment."""

    settled: bool = True
    doubles: tuple[Comment, ...] = ()
    overwritten: Edit | None = None
    lists: Mapping[int, Edit] = field(default_factory=dict)


_ELSEWHERE = (OpenProblem, EditProblem, CloseProblem)


def verify_write(written: WriteResult, facts: Facts, effects: Sequence[Effect]) -> ConcurrentChanges:
    """Compare the issue after the write with the facts it rested on. No answer: nothing can be said, not settled."""
    issue = facts.issue
    if issue is None or all(isinstance(effect, _ELSEWHERE) for effect in effects):
        return ConcurrentChanges()
    if written.back is None:
        return ConcurrentChanges(settled=False)
    back = written.back
    seen = merged([decode.comment(node, facts.viewer) for node in (*nodes(back, "newest"), *nodes(back, "touched"))])
    doubles = _doubles(seen, facts)
    known = {event.id for event in issue.events}
    moved = any(
        not event.own and event.id not in known for event in decode.events(nodes(back, "timelineItems"), facts.viewer)
    )
    return ConcurrentChanges(
        settled=not (moved or doubles or _said_more(seen, facts) or _written_twice(written, facts, effects)),
        doubles=doubles,
        overwritten=_overwritten(decode.edits(back.get("userContentEdits")), facts, effects),
        lists=_overwritten_lists(written, facts, effects),
    )


def _overwritten_lists(written: WriteResult, facts: Facts, effects: Sequence[Effect]) -> dict[int, Edit]:
    """People's edits of the checklists we wrote anew, after our read and before our write: a tick, mostly."""
    found: dict[int, Edit] = {}
    for effect in effects:
        if isinstance(effect, PutComment) and effect.id is not None and effect.key.startswith(f"{comments.CHECKLIST}:"):
            edits = written.texts.get(effect.id, ())
            ours = next((place for place, edit in enumerate(edits) if _is_ours(edit, facts)), len(edits))
            before = (edit for edit in edits[ours:] if not _is_ours(edit, facts) and edit.at >= facts.read_at)
            theirs = next(before, None)
            if theirs is not None and theirs.text is not None:
                found[effect.id] = theirs
    return found


def _is_ours(edit: Edit, facts: Facts) -> bool:
    return edit.by is not None and edit.by.id == facts.viewer.id


def _doubles(seen: Sequence[Comment], facts: Facts) -> tuple[Comment, ...]:
    """Own comments with one key: the lowest id stays, whoever sees both deletes the others."""
    assert facts.issue is not None
    first: dict[str, int] = {}
    doubles = []
    for comment in merged([*facts.issue.comments, *seen]):
        key = comments.key_of(comment)
        if key is None or comment.minimized:
            continue
        if key in first and any(comment.id == other.id for other in seen):
            doubles.append(comment)
        first.setdefault(key, comment.id)
    return tuple(doubles)


def _said_more(seen: Sequence[Comment], facts: Facts) -> bool:
    """Whether somebody gave a command since we read, whose windows on the comments were wider than these."""
    assert facts.issue is not None
    known = {comment.id: comment.edited_at for comment in facts.issue.comments}
    return any(
        not comment.own
        and command_syntax.may_hold(comment.body)
        and (comment.id not in known or comment.edited_at != known[comment.id])
        for comment in seen
    )


def _written_twice(written: WriteResult, facts: Facts, effects: Sequence[Effect]) -> bool:
    """Whether another run of ours wrote the card between our read and our write.

    The first edit of a comment counts two entries, since GitHub then also lists the original text.
    """
    assert facts.issue is not None
    before = {comment.id: comment.edits for comment in facts.issue.comments}
    for effect in effects:
        if isinstance(effect, PutComment) and effect.key == journal.CARD and effect.id is not None:
            expected = before[effect.id] + (1 if before[effect.id] else 2)
            return written.edits.get(effect.id, 0) > expected
    return False


def _overwritten(edits: Sequence[Edit], facts: Facts, effects: Sequence[Effect]) -> Edit | None:
    """A person's edit of the body after our read and before our own: their text is to be kept."""
    assert facts.issue is not None
    if not any(isinstance(effect, EditBody) for effect in effects):
        return None
    known = {edit.id for edit in facts.issue.body_edits}
    # With the first edit GitHub also lists the text as it was opened: that is no edit, and no news.
    since = max(facts.read_at, facts.issue.created_at + timedelta(seconds=1))
    for edit in edits:
        if not _is_ours(edit, facts) and edit.id not in known and edit.at >= since and edit.text is not None:
            return edit
    return None
