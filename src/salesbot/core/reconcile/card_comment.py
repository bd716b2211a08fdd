"""The card as it should read, with the journal in its marker, and whether it already does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from salesbot.core.lifecycle import deal_tasks, description, people
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments, journal, keys
from salesbot.core.model.cards import Cards
from salesbot.core.model.effects import Effect, PutComment
from salesbot.core.model.estimate import CHECKLIST, Estimate, estimate
from salesbot.core.model.journal import EstimatedRound, Journal
from salesbot.core.model.keys import Kind
from salesbot.core.reconcile import checklist_comments, other_comments
from salesbot.core.text import checklists
from salesbot.core.text.label_names import label_key
from salesbot.core.text.render import Renderer
from salesbot.core.views import card
from salesbot.core.views import estimate as estimate_view

MOST_ROUNDS = 10
"""Rounds of an estimate that are kept."""


def card_effects(state: DealState, observed: Observed, render: Renderer) -> Iterator[Effect]:
    """Write the card if a person would see something new on it, or if the journal has something new to keep."""
    found = estimate(state.deal.checklists, observed.pipeline, observed.today)
    kept_journal = _journal(state, observed, found)
    # The card shows what the journal keeps, no more: the next run has nothing else to show.
    state = replace(state, deal=replace(state.deal, history=kept_journal.history), journal=kept_journal)
    text = render("card.md.j2", card.values(state, observed.pipeline, observed.today))
    body = comments.write(keys.CARD, text, journal.to_payload(kept_journal))
    kept = observed.card
    if kept is None or not kept.own_text or not _same(observed.parsed.cards, body, kept_journal, state):
        yield PutComment(keys.CARD, body, kept.id if kept else None)


def _same(cards: Cards, new: str, memory: Journal, state: DealState) -> bool:
    """Compare without what may differ and nobody would miss: links, the cursor, ids, pending comments once written."""
    kept, before = cards.kept, cards.kept_journal
    if kept is None or before is None:
        return False
    alike = replace(
        memory,
        cursor=before.cursor,
        lists=before.lists,
        label=before.label or memory.label,
        pending=memory.pending if other_comments.is_fresh(state) else before.pending,
        fields=memory.fields or before.fields,
        people=before.people if memory.people.items() <= before.people.items() else memory.people,
    )
    shown, text = (card.without_links(comments.text_of(body)) for body in (kept.body, new))
    return journal.to_payload(alike) == journal.to_payload(before) and shown == text


def _journal(state: DealState, observed: Observed, found: Estimate) -> Journal:
    """The journal as it should be: with what was read on the issue, and with the comments this run is to write."""
    memory = state.journal.seen(observed.events_of_others)
    newest, counts = observed.newest_comment, deal_tasks.counts(observed.issue, memory)
    complete = replace(
        memory,
        label=_label_id(state, observed) or memory.label,
        pending=other_comments.pending(state, observed),
        fields=_unwritten(state, observed),
        left_out=state.left_out,
        trusted=tuple(sorted(state.deal.trust.values(), key=lambda each: each.heading)),
        cleared=newest.id if state.moves and newest is not None else memory.cleared,
        ticks=_ticks(state, memory),
        sub_issues=observed.issue.sub_issues,
        estimates=_estimates(found, state, observed),
        task_counts=(counts.done, counts.total) if counts.total else None,
        tasks=deal_tasks.open_tasks(observed.issue),
        lists={**dict.fromkeys(state.deal.checklists, 0), **memory.lists, **_lists(observed)},
    )
    return journal.fitting(people.with_ids(complete, state.deal, observed.directory))


def _estimates(found: Estimate, state: DealState, observed: Observed) -> tuple[EstimatedRound, ...]:
    """The sums of all rounds. A list that was deleted keeps its sum, one without amounts has none."""
    kept = state.journal.estimates
    if CHECKLIST not in state.deal.checklists:
        return kept
    number = checklist_comments.round_of(CHECKLIST, state, observed.pipeline)
    before = tuple(each for each in kept if each.number < number)
    now = (estimate_view.as_round(found, number, observed.pipeline),) if found.counted else ()
    return (*before, *now)[-MOST_ROUNDS:]


def _unwritten(state: DealState, observed: Observed) -> tuple[tuple[str, str | None], ...]:
    """The fields that the description is about to get after the card."""
    done = state.deal.body.text == observed.issue.body or not description.fits_in_card(state.deal)
    return () if done else state.deal.written


def _ticks(state: DealState, memory: Journal) -> dict[str, tuple[str, ...]]:
    """The settled items as last seen; a list that was deleted keeps those it had."""
    seen = {name: checklists.ticks(posted) for name, posted in state.deal.checklists.items()}
    return {**memory.ticks, **{name: keys for name, keys in seen.items() if keys or name in memory.ticks}}


def _lists(observed: Observed) -> dict[str, int]:
    return {key.of: posted[0].id for key, posted in observed.parsed.own.items() if key.kind == Kind.CHECKLIST}


def _label_id(state: DealState, observed: Observed) -> str:
    stage = observed.pipeline.stage(state.deal.stage)
    for label in observed.facts.repository.labels:
        if stage is not None and label_key(label.name) == label_key(stage.label):
            return label.id
    return ""
