"""Remembering: the card as it should read, with the journal in its marker, and whether it already does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from salesbot.core import card, checklists, comments, journal, markdown, speak
from salesbot.core.effects import Effect, PutComment
from salesbot.core.journal import Journal
from salesbot.core.judge import Course
from salesbot.core.stand import Stand
from salesbot.core.timeline import foreign_events


def card_effects(course: Course, stand: Stand) -> Iterator[Effect]:
    """Write the card if a person would see something new on it, or if something new is to be remembered."""
    memory = _memory(course, stand)
    # Shown is what is remembered: the next run has nothing else to show.
    course = replace(course, deal=replace(course.deal, history=memory.history))
    text = stand.say("card.md.j2", card.values(course, stand.pipeline))
    body = comments.write(journal.CARD, text, journal.to_payload(memory))
    kept = stand.cards.kept
    if kept is None or not kept.own_text or not _same(kept.body, body, memory, fresh=speak.is_fresh(course)):
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
        owed=memory.owed if fresh else before.owed,
    )
    shown, text = (card.without_links(comments.text_of(body)) for body in (old, new))
    return journal.to_payload(alike) == journal.to_payload(before) and shown == text


def _memory(course: Course, stand: Stand) -> Journal:
    """The journal as it should stand: with what was seen on the issue, and with what this run owes."""
    memory = course.journal.seen(foreign_events(stand.facts, stand.pipeline))
    newest = stand.newest_comment
    remembered = replace(
        memory,
        label=_label_id(course, stand) or memory.label,
        owed=speak.owed(course, stand),
        cleared=newest.id if course.moves and newest is not None else memory.cleared,
        ticks=_ticks(course, memory),
        lists={**dict.fromkeys(course.deal.checklists, 0), **memory.lists, **_lists(stand)},
    )
    return journal.fitting(remembered)


def _ticks(course: Course, memory: Journal) -> dict[str, tuple[str, ...]]:
    """The settled items as last seen; a list that was deleted keeps those it had."""
    seen = {name: checklists.ticks(posted) for name, posted in course.deal.checklists.items()}
    return {**memory.ticks, **{name: keys for name, keys in seen.items() if keys or name in memory.ticks}}


def _lists(stand: Stand) -> dict[str, int]:
    prefix = f"{comments.CHECKLIST}:"
    return {name.removeprefix(prefix): found[0].id for name, found in stand.own.items() if name.startswith(prefix)}


def _label_id(course: Course, stand: Stand) -> str:
    stage = stand.pipeline.stage(course.deal.stage)
    for label in stand.facts.repository.labels:
        if stage is not None and label.name.casefold() == stage.label.casefold():
            return label.id
    return ""
