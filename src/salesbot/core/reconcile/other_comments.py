"""The comments beside the card: which are to be written, and which are no longer news.

What a person must read is a new comment. Each is pending in the journal before it is written, so that it is written
once, also by the run after one that died. What somebody deleted was written, and stays deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from salesbot.core.lifecycle import people
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments, keys, messages
from salesbot.core.model.effects import DeleteComment, Effect, MinimizeComment, PutComment
from salesbot.core.model.facts import Comment
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.messages import PendingComment
from salesbot.core.policies import attention
from salesbot.core.text.render import Renderer

EDITABLE_FOR = timedelta(days=1)
"""A refusal that is still the last comment is edited for so long; GitHub mails nobody for an edit."""


def is_fresh(state: DealState) -> bool:
    """Say whether this run decided something after which earlier pending comments do not matter."""
    return bool(state.pending or state.moves)


def pending(state: DealState, observed: Observed) -> tuple[PendingComment, ...]:
    """List the comments still to be written: this run's, and those of an earlier one that died before it could.

    After an accepted move, what was refused before it is no longer news.
    """
    earlier = () if was_deleted(observed) else (_checked(entry, observed) for entry in state.journal.pending)
    left = [entry for entry in earlier if entry.key not in observed.parsed.own and entry.key not in state.pending_keys]
    left = [entry for entry in left if not (state.moves and entry.key.kind in comments.RESOLVED_BY_A_MOVE)]
    return tuple(_one_refusal([*left, *state.pending]))


def _one_refusal(entries: Sequence[PendingComment]) -> list[PendingComment]:
    """Of refusals only the newest counts, so several pending ones make one comment, under the newest key."""
    refusals = [entry for entry in entries if entry.key.kind == Kind.REFUSAL]
    others = [entry for entry in entries if entry not in refusals]
    if not refusals:
        return others
    return [*others, PendingComment(refusals[-1].key, tuple(each for entry in refusals for each in entry.messages))]


def _checked(entry: PendingComment, observed: Observed) -> PendingComment:
    """Mention only who works here, and the team that is configured, whatever the journal says."""
    entry = messages.with_people(entry, lambda name: name if people.is_here(name, observed.facts) else None)
    return messages.with_team(entry, observed.pipeline.notify_new)


def was_deleted(observed: Observed) -> bool:
    """Say whether somebody deleted a comment of ours after the card was written: it had been read.

    In the second of the card that is not known, and a comment twice is better than a label taken off without one.
    """
    since = observed.card.changed_at if observed.card else observed.issue.created_at
    return any(
        event.kind == "comment deleted"
        and not event.own
        and event.whom is not None
        and event.whom.id == observed.facts.viewer.id
        and event.at > since
        for event in observed.issue.events
    )


def new_comments(state: DealState, observed: Observed, render: Renderer) -> list[PutComment]:
    """Write what is pending."""
    found = []
    for entry in pending(state, observed):
        if entry.key.kind != Kind.CHECKLIST and entry.key not in observed.parsed.own:
            again = _can_be_edited(entry.key, state, observed)
            text = "\n\n".join(render(each.template, messages.for_template(each)) for each in entry.messages)
            found.append(PutComment(entry.key, comments.write(entry.key, text), again.id if again else None))
    return found


def _can_be_edited(key: Key, state: DealState, observed: Observed) -> Comment | None:
    """Refused again: the refusal is edited while it is under a day old and still the last comment.

    The table of an estimate is always edited. Not a refusal before an accepted move: it is about to be hidden, and
    the new text would be hidden with it.
    """
    if key.kind == Kind.ESTIMATE:
        tables = (comment for comment in observed.issue.comments if comments.kind_of(comment) == Kind.ESTIMATE)
        return next((table for table in tables if not table.minimized), None)
    last = observed.newest_comment
    if last is None or last.minimized or comments.kind_of(last) != Kind.REFUSAL or key.kind != Kind.REFUSAL:
        return None
    if state.moves or last.id <= state.journal.cleared:
        return None
    return last if observed.now - last.created_at < EDITABLE_FOR else None


def tidy(state: DealState, written: Sequence[PutComment], observed: Observed) -> Iterator[Effect]:
    """Hide what is no longer news; delete doubles of what was meant to exist once."""
    for extra in observed.parsed.cards.extra:
        yield MinimizeComment(extra.id, "DUPLICATE")
    for key, found in observed.parsed.own.items():
        if key != keys.CARD:
            yield from (DeleteComment(double.id) for double in found[1:])
    doubles = {double.id for found in observed.parsed.own.values() for double in found[1:]}
    edited = {effect.id for effect in written}
    for comment in observed.issue.comments:
        if comment.id not in doubles | edited and not comment.minimized and _is_past(comment, state, written, observed):
            is_answer = comments.kind_of(comment) == Kind.ANSWER
            yield MinimizeComment(comment.id, "OUTDATED" if is_answer else "RESOLVED")


def _is_past(comment: Comment, state: DealState, written: Sequence[PutComment], observed: Observed) -> bool:
    """Refusals and replies end with the next accepted move; of refusals and answers only the newest counts."""
    key, journal = comments.key_of(comment), state.journal
    if key is None:
        return False
    if key.kind == Kind.REMINDER:
        return key.of not in attention.current_occasions(state, observed)
    if key.kind == Kind.WAITS:
        return key.of not in (
            str(journal.pair.asked if journal.pair else 0),
            f"card-{journal.board.asked if journal.board else 0}",
        )
    if key.kind == Kind.ASK:
        return key != Key(Kind.ASK, journal.asked)
    if key.kind in comments.RESOLVED_BY_A_MOVE and (state.moves or comment.id <= journal.cleared):
        return True
    return key.kind in (Kind.REFUSAL, Kind.ANSWER) and _is_followed(comment, key.kind, written, observed)


def _is_followed(comment: Comment, kind: str, written: Sequence[PutComment], observed: Observed) -> bool:
    newer = [other for other in observed.issue.comments if comments.kind_of(other) == kind and other.id > comment.id]
    return bool(newer) or any(effect.key.kind == kind for effect in written)
