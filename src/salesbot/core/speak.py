"""Speaking: the comments a course calls for beside the card, and the ones that are no longer news.

What a person must hear is a new comment. Each is owed in the journal before it is written, so that it is written once,
also by the run after one that died. What somebody deleted was said, and stays deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from salesbot.core import checklists, comments, journal
from salesbot.core.effects import DeleteComment, Effect, MinimizeComment, PutComment
from salesbot.core.facts import Comment
from salesbot.core.journal import Owed
from salesbot.core.judge import Course
from salesbot.core.pipeline import checklist_file
from salesbot.core.stand import Stand
from salesbot.core.voice import Markdown

EDITABLE_FOR = timedelta(days=1)
"""A refusal that is still the last comment is edited for so long; GitHub mails nobody for an edit (behaviour 3)."""
OWED_LIMIT = 12_000
"""Characters of comments a journal keeps until they are written."""


def is_fresh(course: Course) -> bool:
    """Say whether this run decided something that earlier comments owed do not matter after."""
    return bool(course.owed or course.moves)


def owed(course: Course, stand: Stand) -> tuple[Owed, ...]:
    """List the comments that are still to be written, this run's or an earlier one's that died before."""
    if is_fresh(course):
        return _within_limit(course.owed)
    if _taken_away(stand):
        return ()
    return tuple(entry for entry in course.journal.owed if entry.key not in stand.own)


def _within_limit(entries: Sequence[Owed]) -> tuple[Owed, ...]:
    kept, size = [], 0
    for entry in entries:
        size += len(entry.text)
        if size <= OWED_LIMIT:
            kept.append(entry)
    return tuple(kept)


def _taken_away(stand: Stand) -> bool:
    """Whether somebody deleted a comment of ours after the card was written: what they deleted was said."""
    kept = stand.cards.kept
    since = (kept.edited_at or kept.created_at) if kept else stand.issue.created_at
    return any(
        event.kind == "comment deleted"
        and not event.own
        and event.whom is not None
        and event.whom.id == stand.facts.viewer.id
        and event.at >= since
        for event in stand.issue.events
    )


def new_checklists(course: Course, stand: Stand) -> list[PutComment]:
    """Post the checklist of the stage the deal is in now, and those a refusal misses; a deleted one comes back."""
    names = [entry.key.partition(":")[2] for entry in owed(course, stand) if _is_list(entry.key)]
    stage = stand.pipeline.stage(course.deal.stage)
    if stage is not None and stage.checklist is not None and not course.journal.left:
        names.insert(0, stage.checklist)
    keys = {name: comments.key(comments.CHECKLIST, name) for name in names}
    return [
        PutComment(key, comments.write(key, _render(name, course, stand)))
        for name, key in keys.items()
        if key not in stand.own
    ]


def _is_list(key: str) -> bool:
    return key.startswith(f"{comments.CHECKLIST}:")


def with_lists(course: Course, posted: Sequence[PutComment]) -> Course:
    """Count the lists about to be posted as there, so that the card need not change once they are."""
    read = {name: checklists.read(name, effect.body) for effect in posted for name in [effect.key.partition(":")[2]]}
    return replace(course, deal=replace(course.deal, checklists={**course.deal.checklists, **read}))


def _render(name: str, course: Course, stand: Stand) -> str:
    """Fill a checklist with the deal's fields; one that was deleted comes back with the ticks last seen."""
    deal, memory = course.deal, course.journal
    values = {
        "deal": {"number": deal.number, "title": deal.title, "owner": deal.owner, "stage": deal.stage},
        "fields": dict(deal.fields),
        "next_step": deal.fields.get("Next step"),
        "round": 1,
    }
    text = stand.say(checklist_file(name), values)
    stage = next((stage for stage in stand.pipeline.stages if stage.checklist == name), None)
    if stage is not None and stage.notify and name not in memory.lists and name not in memory.ticks:
        text = f"{text}\n\n{Markdown(stage.notify)}"
    return checklists.restore(text, memory.ticks.get(name, ()))


def new_comments(course: Course, stand: Stand) -> list[PutComment]:
    """Write what is owed."""
    found = []
    for entry in owed(course, stand):
        if not _is_list(entry.key) and entry.key not in stand.own:
            again = _can_be_edited(entry.key, stand)
            found.append(PutComment(entry.key, comments.write(entry.key, entry.text), again.id if again else None))
    return found


def _can_be_edited(key: str, stand: Stand) -> Comment | None:
    """Refused again: the refusal is edited while it is under a day old and still the last comment."""
    last = stand.newest_comment
    if last is None or last.minimized or comments.kind_of(last) != comments.REFUSAL or not key.startswith("refusal:"):
        return None
    return last if stand.now - last.created_at < EDITABLE_FOR else None


def tidy(course: Course, said: Sequence[PutComment], stand: Stand) -> Iterator[Effect]:
    """Hide what is no longer news; delete doubles of what was meant to stand once."""
    for extra in stand.cards.extra:
        yield MinimizeComment(extra.id, "DUPLICATE")
    for key, found in stand.own.items():
        if key != journal.CARD:
            yield from (DeleteComment(double.id) for double in found[1:])
    doubles = {double.id for found in stand.own.values() for double in found[1:]}
    edited = {effect.id for effect in said}
    for comment in stand.issue.comments:
        if comment.id not in doubles | edited and not comment.minimized and _is_past(comment, course, said, stand):
            yield MinimizeComment(
                comment.id, "OUTDATED" if comments.kind_of(comment) == comments.ANSWER else "RESOLVED"
            )


def _is_past(comment: Comment, course: Course, said: Sequence[PutComment], stand: Stand) -> bool:
    """Refusals and replies end with the next accepted move; of refusals and answers only the newest stands."""
    kind, key = comments.kind_of(comment), comments.key_of(comment)
    if kind == comments.ASK:
        return key != comments.key(comments.ASK, course.journal.asked)
    if kind in comments.PASSING and (course.moves or comment.id <= course.journal.cleared):
        return True
    return kind in (comments.REFUSAL, comments.ANSWER) and _is_followed(comment, kind, said, stand)


def _is_followed(comment: Comment, kind: str, said: Sequence[PutComment], stand: Stand) -> bool:
    newer = [other for other in stand.issue.comments if comments.kind_of(other) == kind and other.id > comment.id]
    return bool(newer) or any(effect.key.startswith(f"{kind}:") for effect in said)
