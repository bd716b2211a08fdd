"""Speaking: the comments a course calls for beside the card, and the ones that are no longer news.

What a person must hear is a new comment. Each is owed in the journal before it is written, so that it is written once,
also by the run after one that died. What somebody deleted was said, and stays deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments, journal
from salesbot.core.model.effects import DeleteComment, Effect, MinimizeComment, PutComment
from salesbot.core.model.facts import Comment
from salesbot.core.model.journal import PendingComment
from salesbot.core.policies import attention

EDITABLE_FOR = timedelta(days=1)
"""A refusal that is still the last comment is edited for so long; GitHub mails nobody for an edit."""


def is_fresh(state: DealState) -> bool:
    """Say whether this run decided something that earlier comments owed do not matter after."""
    return bool(state.pending or state.moves)


def pending(state: DealState, observed: Observed) -> tuple[PendingComment, ...]:
    """List the comments still to be written: this run's, and those of an earlier one that died before it could.

    An accepted move settles what was refused before it.
    """
    earlier = () if taken_away(observed) else state.journal.pending
    left = [entry for entry in earlier if entry.key not in observed.own and entry.key not in state.pending_keys]
    left = [entry for entry in left if not (state.moves and entry.key.partition(":")[0] in comments.PASSING)]
    return tuple(_one_refusal([*left, *state.pending]))


def _one_refusal(entries: Sequence[PendingComment]) -> list[PendingComment]:
    """Of refusals only the newest stands, so several that are owed make one comment, under the newest key."""
    refusals = [entry for entry in entries if entry.key.startswith(f"{comments.REFUSAL}:")]
    other_issues = [entry for entry in entries if entry not in refusals]
    if not refusals:
        return other_issues
    return [*other_issues, PendingComment(refusals[-1].key, "\n\n".join(entry.text for entry in refusals))]


def taken_away(observed: Observed) -> bool:
    """Say whether somebody deleted a comment of ours after the card was written: what they deleted was said."""
    kept = observed.cards.kept
    since = (kept.edited_at or kept.created_at) if kept else observed.issue.created_at
    return any(
        event.kind == "comment deleted"
        and not event.own
        and event.whom is not None
        and event.whom.id == observed.facts.viewer.id
        and event.at >= since
        for event in observed.issue.events
    )


def is_list(key: str) -> bool:
    """Say whether this is the key of a checklist."""
    return key.startswith(f"{comments.CHECKLIST}:")


def new_comments(state: DealState, observed: Observed) -> list[PutComment]:
    """Write what is owed."""
    found = []
    for entry in pending(state, observed):
        if not is_list(entry.key) and entry.key not in observed.own:
            again = _can_be_edited(entry.key, state, observed)
            found.append(PutComment(entry.key, comments.write(entry.key, entry.text), again.id if again else None))
    return found


def _can_be_edited(key: str, state: DealState, observed: Observed) -> Comment | None:
    """Refused again: the refusal is edited while it is under a day old and still the last comment.

    Not one that an accepted move has settled: it is about to be hidden, and the new words would be hidden with it.
    """
    last = observed.newest_comment
    if last is None or last.minimized or comments.kind_of(last) != comments.REFUSAL or not key.startswith("refusal:"):
        return None
    if state.moves or last.id <= state.journal.cleared:
        return None
    return last if observed.now - last.created_at < EDITABLE_FOR else None


def tidy(state: DealState, said: Sequence[PutComment], observed: Observed) -> Iterator[Effect]:
    """Hide what is no longer news; delete doubles of what was meant to stand once."""
    for extra in observed.cards.extra:
        yield MinimizeComment(extra.id, "DUPLICATE")
    for key, found in observed.own.items():
        if key != journal.CARD:
            yield from (DeleteComment(double.id) for double in found[1:])
    doubles = {double.id for found in observed.own.values() for double in found[1:]}
    edited = {effect.id for effect in said}
    for comment in observed.issue.comments:
        if comment.id not in doubles | edited and not comment.minimized and _is_past(comment, state, said, observed):
            yield MinimizeComment(
                comment.id, "OUTDATED" if comments.kind_of(comment) == comments.ANSWER else "RESOLVED"
            )


def _is_past(comment: Comment, state: DealState, said: Sequence[PutComment], observed: Observed) -> bool:
    """Refusals and replies end with the next accepted move; of refusals and answers only the newest stands."""
    kind, key = comments.kind_of(comment), comments.key_of(comment)
    if kind == comments.REMINDER:
        current = attention.current_occasions(state, observed.facts, observed.pipeline, observed.now)
        return (key or "").removeprefix(f"{comments.REMINDER}:") not in current
    if kind == comments.WAITS:
        pair = state.journal.pair
        return key != comments.key(comments.WAITS, pair.asked if pair else 0)
    if kind == comments.ASK:
        return key != comments.key(comments.ASK, state.journal.asked)
    if kind in comments.PASSING and (state.moves or comment.id <= state.journal.cleared):
        return True
    return kind in (comments.REFUSAL, comments.ANSWER) and _is_followed(comment, kind, said, observed)


def _is_followed(comment: Comment, kind: str, said: Sequence[PutComment], observed: Observed) -> bool:
    newer = [other for other in observed.issue.comments if comments.kind_of(other) == kind and other.id > comment.id]
    return bool(newer) or any(effect.key.startswith(f"{kind}:") for effect in said)
