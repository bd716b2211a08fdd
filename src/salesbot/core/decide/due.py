"""What may be due on a deal, from a glance at it: so that the sweep reads in full only what may need something.

Nothing is decided from a glance. Saying "due" too often costs a read; saying it too rarely loses an event,
so where a glance does not reach far enough, a deal is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from salesbot.core.lifecycle import activity, intents, restore, timeline
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments
from salesbot.core.model.deal import Role
from salesbot.core.model.facts import Facts
from salesbot.core.model.journal import Cards, find_cards
from salesbot.core.model.pipeline import HORIZON, Pipeline
from salesbot.core.policies import attention, revisit
from salesbot.core.text.labels import has_prefix, label_key


@dataclass(frozen=True, order=True)
class Due:
    """A deal to read in full. The lower the urgency, the sooner."""

    urgency: int
    number: int
    why: str


ANSWER, COME_BACK, JUDGE, REPAIR, REMIND, MARK = range(6)


def due(facts: Facts, pipeline: Pipeline, now: datetime) -> Due | None:
    """Say whether a deal may need something, and how urgently; None if nothing can be due."""
    issue = facts.issue
    assert issue is not None
    found_ = next(_reasons(facts, pipeline, now), None)
    return Due(found_[0], issue.number, found_[1]) if found_ is not None else None


def _reasons(facts: Facts, pipeline: Pipeline, now: datetime) -> Iterator[tuple[int, str]]:
    """Give the reasons, most urgent first."""
    issue = facts.issue
    assert issue is not None
    cards = find_cards(issue, facts.repository)
    if restore.is_excluded(facts, cards.journal):
        return
    commands = list(intents.commands(facts, pipeline, cards.journal))
    if commands:
        yield ANSWER, "a command without a receipt"
    if any(intents.ticks(facts, cards.journal)):
        yield ANSWER, "a box was ticked"
    if cards.journal is None:
        yield from _without_card(facts, pipeline, cards)
        return
    start = restore.find(facts, pipeline, cards, commands)
    if start is None or pipeline.stage(start.state.deal.stage) is None:
        return
    yield from _with_card(start, cards, facts, pipeline, now)


def _without_card(facts: Facts, pipeline: Pipeline, cards: Cards) -> Iterator[tuple[int, str]]:
    """An issue that never had a stage and is older than seven days becomes no deal by a sweep."""
    issue = facts.issue
    assert issue is not None
    never_staged = not timeline.stage_events(facts, pipeline) and not timeline.current_stages(issue, pipeline)
    if never_staged and (facts.read_at - issue.created_at > HORIZON or not issue.open):
        return
    if restore.find(facts, pipeline, cards, []) is not None:
        yield JUDGE, "a deal without a card"


def _with_card(
    start: restore.Restored, cards: Cards, facts: Facts, pipeline: Pipeline, now: datetime
) -> Iterator[tuple[int, str]]:
    issue, state, card = facts.issue, start.state, cards.kept
    assert issue is not None
    journal = state.journal
    if intents.back(state, pipeline, now) is not None:
        yield COME_BACK, "its date has come"
    if timeline.after(timeline.foreign_events(facts, pipeline), journal.cursor):
        yield JUDGE, "a label, or a closing, that nobody judged"
    if not issue.events_complete and not timeline.reaches(issue.events, journal.cursor):
        yield JUDGE, "more happened than a glance shows"
    written = (card.edited_at or card.created_at) if card is not None else journal.born
    if issue.unread_until is not None and issue.unread_until >= max(written, facts.read_at - HORIZON):
        yield JUDGE, "more was said than a glance shows"
    if revisit.clean_up(state, pipeline) is not state or _is_out_of_step(state, cards, facts, pipeline):
        yield REPAIR, "not in step with its card"
    if _touched_since(max(written, facts.read_at - HORIZON), facts):
        yield MARK, "somebody changed what the card shows"
    yield from _attention(state, facts, pipeline, now)


def _touched_since(moment: datetime, facts: Facts) -> bool:
    """Ticks, edits, assignments and deleted comments younger than the card. Older ones an earlier sweep has seen."""
    issue = facts.issue
    assert issue is not None
    ticked = any(
        comment.own and not comment.own_text and comment.edited_at is not None and comment.edited_at >= moment
        for comment in issue.comments
    )
    kinds = ("assigned", "unassigned", "comment deleted")
    assigned = any(event.kind in kinds and not event.own and event.at >= moment for event in issue.events)
    edited = any(edit.at >= moment and (edit.by is None or edit.by.id != facts.viewer.id) for edit in issue.body_edits)
    return ticked or assigned or edited


def _is_out_of_step(state: DealState, cards: Cards, facts: Facts, pipeline: Pipeline) -> bool:
    """Labels, state, receipts and comments owed, as the journal has them."""
    issue, journal = facts.issue, state.journal
    assert issue is not None
    standing = [stage.name for stage, _ in timeline.current_stages(issue, pipeline)]
    foreign = timeline.foreign_labels(issue, pipeline)
    if state.deal.body != issue.body:
        return True
    if (standing != [state.deal.stage] and not (foreign and not standing)) or cards.extra:
        return True
    stage = pipeline.stage(state.deal.stage)
    ends = (stage is not None and stage.outcome is not None) or bool(journal.left)
    if state.deal.open != issue.open and (ends or state.deal.open):
        return True
    answers = dict(journal.answered)
    if any(answers.get(comment.id) == "yes" and "ROCKET" not in comment.receipts for comment in issue.comments):
        return True
    return not issue.locked and (_lacks_comments(state, cards, facts, pipeline) or _shows_what_is_past(state, facts))


def _lacks_comments(state: DealState, cards: Cards, facts: Facts, pipeline: Pipeline) -> bool:
    """Whether comments that the journal owes, or the stage's checklist, are not on the issue.

    Where a glance does not reach all comments, only a young card is doubted: what died with its run is read in time.
    """
    issue, journal, card = facts.issue, state.journal, cards.kept
    assert issue is not None
    known = comments.own_by_key(issue)
    missing = [entry.key for entry in journal.pending if entry.key not in known]
    stage = pipeline.stage(state.deal.stage)
    if stage is not None and stage.checklist and not journal.left and not journal.lists.get(stage.checklist):
        key = comments.key(comments.CHECKLIST, stage.checklist)
        missing += [key] if key not in known else []
    young = card is not None and (card.edited_at or card.created_at) >= facts.read_at - HORIZON
    return bool(missing) and (issue.comments_complete or young)


def _shows_what_is_past(state: DealState, facts: Facts) -> bool:
    """Whether a refusal or reply still stands that a later move has settled."""
    issue = facts.issue
    assert issue is not None
    return any(
        comments.kind_of(comment) in comments.PASSING - {comments.ASK}
        and not comment.minimized
        and comment.id <= state.journal.cleared
        for comment in issue.comments
    )


def _attention(state: DealState, facts: Facts, pipeline: Pipeline, now: datetime) -> Iterator[tuple[int, str]]:
    issue = facts.issue
    assert issue is not None
    scene = replace(facts, trigger=replace(facts.trigger, event=attention.SWEEP))
    wanted = {f"{attention.PREFIX}{kind}" for kind in attention.needed(state, scene, pipeline, now)}
    reminded = attention.remind(state, scene, pipeline, now, _Silent())
    if reminded.pending != state.pending:
        yield REMIND, "somebody is to be reminded"
    on = {label_key(label.name) for label in issue.labels if has_prefix(label.name, attention.PREFIX)}
    current = attention.current_occasions(state, scene, pipeline, now)
    if wanted != on or any(key not in current for key in _occasions_told(facts)):
        yield MARK, "what needs a person has changed"


def _occasions_told(facts: Facts) -> Iterator[str]:
    """Name the occasions whose reminders still stand."""
    issue = facts.issue
    assert issue is not None
    for comment in issue.comments:
        if comments.kind_of(comment) == comments.REMINDER and not comment.minimized:
            yield (comments.key_of(comment) or "").removeprefix(f"{comments.REMINDER}:")


class _Silent:
    """Says nothing: only whether something would be said matters here."""

    def __call__(self, template: str, values: object) -> str:
        return template

    def names(self) -> frozenset[str]:
        return frozenset()


def people_to_ask(facts: Facts, pipeline: Pipeline, now: datetime) -> list[str]:
    """Name those whose role decides whether a deal is due: with them as ours it needs nothing, else something."""
    unknown = activity.unknown_people(facts, datetime.min.replace(tzinfo=now.tzinfo))
    if not unknown:
        return []
    ours = replace(facts, roles={**facts.roles, **{name.casefold(): Role.ADMIN for name in unknown}})
    strangers = replace(facts, roles={**facts.roles, **{name.casefold(): Role.NONE for name in unknown}})
    if due(ours, pipeline, now) == due(strangers, pipeline, now):
        return []
    return list(dict.fromkeys(unknown))
