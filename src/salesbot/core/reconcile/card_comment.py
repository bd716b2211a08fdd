"""Remembering: the card as it should read, with the journal in its marker, and whether it already does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from salesbot.core.lifecycle import description
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.timeline import foreign_events
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments, journal
from salesbot.core.model.effects import Effect, PutComment
from salesbot.core.model.journal import Journal
from salesbot.core.reconcile import other_comments
from salesbot.core.text import checklists, markdown
from salesbot.core.text.labels import label_key
from salesbot.core.views import card


def card_effects(state: DealState, observed: Observed) -> Iterator[Effect]:
    """Write the card if a person would see something new on it, or if something new is to be remembered."""
    memory = _memory(state, observed)
    # Shown is what is remembered: the next run has nothing else to show.
    state = replace(state, deal=replace(state.deal, history=memory.history))
    text = observed.render("card.md.j2", card.values(state, observed.pipeline))
    body = comments.write(journal.CARD, text, journal.to_payload(memory))
    kept = observed.cards.kept
    if kept is None or not kept.own_text or not _same(kept.body, body, memory, fresh=other_comments.is_fresh(state)):
        yield PutComment(journal.CARD, body, kept.id if kept else None)


def _same(old: str, new: str, memory: Journal, *, fresh: bool) -> bool:
    """Compare without what may differ and nobody would miss: links, the cursor, ids, comments owed and written."""
    marker = markdown.read_marker(old)
    before = journal.from_payload(marker.payload) if marker else None
    if before is None:
        return False
    alike = replace(
        memory,
        cursor=before.cursor,
        lists=before.lists,
        label=before.label or memory.label,
        pending=memory.pending if fresh else before.pending,
        fields=memory.fields or before.fields,
    )
    shown, text = (card.without_links(comments.text_of(body)) for body in (old, new))
    return journal.to_payload(alike) == journal.to_payload(before) and shown == text


def _memory(state: DealState, observed: Observed) -> Journal:
    """The journal as it should stand: with what was seen on the issue, and with what this run owes."""
    memory = state.journal.seen(foreign_events(observed.facts, observed.pipeline))
    newest = observed.newest_comment
    remembered = replace(
        memory,
        label=_label_id(state, observed) or memory.label,
        pending=other_comments.pending(state, observed),
        fields=_unwritten(state, observed),
        cleared=newest.id if state.moves and newest is not None else memory.cleared,
        ticks=_ticks(state, memory),
        lists={**dict.fromkeys(state.deal.checklists, 0), **memory.lists, **_lists(observed)},
    )
    return journal.fitting(remembered)


def _unwritten(state: DealState, observed: Observed) -> tuple[tuple[str, str | None], ...]:
    """The fields that the description is about to get after the card."""
    done = state.deal.body == observed.issue.body or not description.fits_in_card(state.deal)
    return () if done else state.deal.written


def _ticks(state: DealState, memory: Journal) -> dict[str, tuple[str, ...]]:
    """The settled items as last seen; a list that was deleted keeps those it had."""
    seen = {name: checklists.ticks(posted) for name, posted in state.deal.checklists.items()}
    return {**memory.ticks, **{name: keys for name, keys in seen.items() if keys or name in memory.ticks}}


def _lists(observed: Observed) -> dict[str, int]:
    prefix = f"{comments.CHECKLIST}:"
    return {name.removeprefix(prefix): found[0].id for name, found in observed.own.items() if name.startswith(prefix)}


def _label_id(state: DealState, observed: Observed) -> str:
    stage = observed.pipeline.stage(state.deal.stage)
    for label in observed.facts.repository.labels:
        if stage is not None and label_key(label.name) == label_key(stage.label):
            return label.id
    return ""
