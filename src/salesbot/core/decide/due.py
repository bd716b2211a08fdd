"""What may be due on a deal, from a glance at it: so that the sweep reads in full only what may need something.

Nothing is decided from a glance. Saying "due" too often costs a read; saying it too rarely loses an event,
so where a glance does not reach far enough, a deal is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from salesbot.core.lifecycle import activity, intents, restore, timeline
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments, keys
from salesbot.core.model.deal import Role
from salesbot.core.model.estimate import CHECKLIST
from salesbot.core.model.facts import DealFacts, Issue
from salesbot.core.model.keys import Kind
from salesbot.core.model.pipeline import HORIZON
from salesbot.core.policies import announcements, attention, board_sync
from salesbot.core.text.label_names import has_prefix, label_key


@dataclass(frozen=True, order=True)
class Due:
    """A deal to read in full. The lower the urgency, the sooner."""

    urgency: int
    number: int
    why: str


ANSWER, COME_BACK, EVALUATE, REPAIR, REMIND, MARK = range(6)


def due(observed: Observed) -> Due | None:
    """Say whether a deal may need something, and how urgently; None if nothing can be due."""
    first = next(_reasons(observed), None)
    return Due(first[0], observed.issue.number, first[1]) if first is not None else None


def _reasons(observed: Observed) -> Iterator[tuple[int, str]]:
    """Give the reasons, most urgent first."""
    journal = observed.journal
    if restore.is_excluded(observed.issue, journal):
        return
    commands = list(intents.commands(observed))
    if commands:
        yield ANSWER, "a command without a receipt"
    if any(intents.ticks(observed, journal)):
        yield ANSWER, "a box was ticked"
    if journal is None:
        yield from _without_card(observed)
        return
    start = restore.restore(observed, commands)
    if start is None or observed.pipeline.stage(start.state.deal.stage) is None:
        return
    yield from _with_card(start.state, observed)


def _without_card(observed: Observed) -> Iterator[tuple[int, str]]:
    """An issue that never had a stage and is older than seven days becomes no deal by a sweep."""
    issue = observed.issue
    never_staged = not observed.stage_events and not observed.parsed.current_stages
    if never_staged and (observed.facts.read_at - issue.created_at > HORIZON or not issue.open):
        return
    if restore.restore(observed, []) is not None:
        yield EVALUATE, "a deal without a card"


def _with_card(state: DealState, observed: Observed) -> Iterator[tuple[int, str]]:
    issue, journal, horizon = observed.issue, state.journal, observed.facts.read_at - HORIZON
    if intents.due_return(state, observed) is not None:
        yield COME_BACK, "its revisit date has come"
    if observed.unread(journal.cursor) & {event.id for event in observed.events_of_others}:
        yield EVALUATE, "a label or a closing that was not processed"
    if not issue.events_complete and not timeline.reaches(issue.events, journal.cursor):
        yield EVALUATE, "too many events for a quick look"
    written = observed.card.changed_at if observed.card is not None else journal.born
    if issue.unread_until is not None and issue.unread_until >= max(written, horizon):
        yield EVALUATE, "too many comments for a quick look"
    if _is_out_of_step(state, observed):
        yield REPAIR, "its labels differ from its card"
    if not board_sync.is_in_step(state, observed):
        yield REPAIR, "it differs from the board"
    if _touched_since(max(written, horizon), observed.facts):
        yield MARK, "somebody changed what the card shows"
    if journal.sub_issues != issue.sub_issues:
        yield MARK, "its sub-issues changed"
    yield from _attention(state, observed)


def _touched_since(moment: datetime, facts: DealFacts) -> bool:
    """Ticks, edits, assignments and deleted comments younger than the card. Older ones an earlier sweep has seen."""
    issue = facts.issue
    ticked = any(
        comment.own and not comment.own_text and comment.edited_at is not None and comment.edited_at >= moment
        for comment in issue.comments
    )
    kinds = ("assigned", "unassigned", "comment deleted")
    assigned = any(event.kind in kinds and not event.own and event.at >= moment for event in issue.events)
    edited = any(edit.at >= moment and (edit.by is None or edit.by.id != facts.viewer.id) for edit in issue.body_edits)
    return ticked or assigned or edited


def _is_out_of_step(state: DealState, observed: Observed) -> bool:
    """Labels, state, receipts and pending comments, as the journal has them."""
    issue, journal, parsed = observed.issue, state.journal, observed.parsed
    current = [stage.name for stage, _ in parsed.current_stages]
    unknown_alone = bool(parsed.unknown_stage_labels) and not current
    if state.deal.body.text != issue.body:
        return True
    if (current != [state.deal.stage] and not unknown_alone) or parsed.cards.extra:
        return True
    stage = observed.pipeline.stage(state.deal.stage)
    ends = (stage is not None and stage.outcome is not None) or bool(journal.left)
    if state.deal.open != issue.open and (ends or state.deal.open):
        return True
    answers = dict(journal.answered)
    if any(answers.get(comment.id) == "yes" and "ROCKET" not in comment.receipts for comment in issue.comments):
        return True
    return not issue.locked and (_lacks_comments(state, observed) or _shows_what_is_past(state, issue))


def _lacks_comments(state: DealState, observed: Observed) -> bool:
    """Whether pending comments of the journal, or the stage's checklist, are not on the issue.

    Where a glance does not reach all comments, only a young card is doubted: what died with its run is read in time.
    """
    journal, card, own = state.journal, observed.card, observed.parsed.own
    missing = [entry.key for entry in journal.pending if entry.key not in own]
    stage = observed.pipeline.stage(state.deal.stage)
    if stage is not None and stage.checklist and not journal.left and not journal.lists.get(stage.checklist):
        key = keys.checklist(stage.checklist)
        missing += [key] if key not in own else []
    young = card is not None and card.changed_at >= observed.facts.read_at - HORIZON
    return bool(missing) and (observed.issue.comments_complete or young)


def _shows_what_is_past(state: DealState, issue: Issue) -> bool:
    """Whether a refusal or reply is still shown that a later move made past."""
    return any(
        comments.kind_of(comment) in comments.RESOLVED_BY_A_MOVE - {Kind.ASK}
        and not comment.minimized
        and comment.id <= state.journal.cleared
        for comment in issue.comments
    )


def _attention(state: DealState, observed: Observed) -> Iterator[tuple[int, str]]:
    trigger = replace(observed.facts.trigger, event=attention.SWEEP)
    swept = observed.with_facts(replace(observed.facts, trigger=trigger))
    wanted = {f"{attention.PREFIX}{kind}" for kind in attention.needed(state, swept)}
    reminded = attention.remind(state, swept)
    if reminded.pending != state.pending:
        yield REMIND, "a reminder is due"
    if attention.estimate_is_due(state, swept) and _lacks_sight_of_the_estimate(state, swept):
        yield REMIND, "its estimate is not in the comments that were read"
    if announcements.announce(state, swept)[1]:
        yield REMIND, "the chat is to be notified"
    on = {label_key(label.name) for label in observed.issue.labels if has_prefix(label.name, attention.PREFIX)}
    current = attention.current_occasions(state, swept)
    if wanted != on or any(occasion not in current for occasion in _occasions_shown(observed.issue)):
        yield MARK, "what needs attention has changed"


def _lacks_sight_of_the_estimate(state: DealState, observed: Observed) -> bool:
    known = bool(state.journal.estimates) and bool(state.journal.lists.get(CHECKLIST))
    return known and not observed.issue.comments_complete and CHECKLIST not in state.deal.checklists


def _occasions_shown(issue: Issue) -> Iterator[str]:
    """Name the occasions whose reminders are still shown."""
    for comment in issue.comments:
        key = comments.key_of(comment)
        if key is not None and key.kind == Kind.REMINDER and not comment.minimized:
            yield key.of


def people_to_ask(observed: Observed) -> list[str]:
    """Name those whose role decides whether a deal is due: with them as ours it needs nothing, else something."""
    unknown = activity.unknown_people(observed.activity, datetime.min.replace(tzinfo=observed.now.tzinfo))
    if not unknown:
        return []
    as_ours, as_strangers = (_with_roles(observed, unknown, role) for role in (Role.ADMIN, Role.NONE))
    return [] if due(as_ours) == due(as_strangers) else list(dict.fromkeys(unknown))


def _with_roles(observed: Observed, names: Iterable[str], role: Role) -> Observed:
    facts = observed.facts
    return observed.with_facts(replace(facts, roles={**facts.roles, **{name.casefold(): role for name in names}}))
