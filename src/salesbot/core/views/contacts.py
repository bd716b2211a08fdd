"""Contacts with the client as the card shows them: the last one that was logged, and the last mails of the mirror."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from salesbot.core.lifecycle import activity
from salesbot.core.model.journal import Journal
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import days


def day(moment: datetime, pipeline: Pipeline) -> str:
    """Write the day of a moment in the pipeline's zone, e.g. `12 Nov 2026`."""
    local = days.local_day(moment, pipeline.timezone)
    return f"{local.day} {local:%b %Y}"


def last_logged(journal: Journal, pipeline: Pipeline) -> dict[str, Any] | None:
    """Show the contact that was logged last, and whether no mail is newer."""
    if not journal.activities:
        return None
    last = max(journal.activities, key=lambda each: each.at)
    newest = activity.last_contact(journal) == last.at
    shown = {"kind": last.kind.value, "on": day(last.at, pipeline), "by": last.by, "what": last.what}
    return {**shown, "newest": newest}


def mail(journal: Journal, pipeline: Pipeline) -> dict[str, Any] | None:
    """Show the last mails of the deal, as days, and whether theirs waits: no mail or logged contact came after it."""
    pair = journal.pair
    if pair is None or not (pair.received or pair.sent):
        return None
    received, sent, opened = (moment and day(moment, pipeline) for moment in (pair.received, pair.sent, pair.opened))
    answers = [each.at for each in journal.activities] + ([pair.sent] if pair.sent is not None else [])
    waiting = pair.received is not None and all(pair.received > at for at in answers)
    return {"received": received, "sent": sent, "opened": opened, "waiting": waiting}


def history_rows(journal: Journal, pipeline: Pipeline) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Give the rows of the history that logged activities have, each with its moment. They have no stage."""
    for each in journal.activities:
        how = f"{each.kind.value}: {each.what}" if each.what else each.kind.value
        row = {"stage": "", "when": day(each.at, pipeline), "by": each.by, "how": how}
        yield each.at, {**row, "forced": None, "until": None, "why": None}
