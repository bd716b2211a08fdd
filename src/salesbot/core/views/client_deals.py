"""The other deals of a deal's client, as its card shows them, and which of their fields it offers."""

from __future__ import annotations

from typing import Any

from salesbot.core.leads import client_fields
from salesbot.core.model.client_deal import ClientDeal
from salesbot.core.model.deal import Deal
from salesbot.core.model.journal import Journal
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.days import local_day


def values(journal: Journal, stage: Stage, pipeline: Pipeline) -> list[dict[str, Any]]:
    """Show the other deals of the client; none once the deal itself has ended, since no sweep looks at it any more."""
    return [] if stage.outcome else [_named(each, pipeline) for each in journal.same_client]


def offers(journal: Journal, deal: Deal, stage: Stage) -> list[dict[str, Any]]:
    """Show what the deal still lacks of the client and an earlier deal has, as commands, by deal."""
    numbers = [] if stage.outcome else [each.number for each in journal.same_client]
    lacking = [each for each in journal.offers if each.heading not in deal.fields]
    found = ((number, [client_fields.line(each) for each in lacking if each.number == number]) for number in numbers)
    return [{"number": number, "lines": lines} for number, lines in found if lines]


def _named(found: ClientDeal, pipeline: Pipeline) -> dict[str, Any]:
    """Say of a deal: won for how much and when, lost or rejected why, or where it is."""
    stage = pipeline.stage(found.stage)
    ended = f"{local_day(found.ended, pipeline.timezone):%b %Y}" if found.ended is not None else ""
    declined = stage is not None and stage.outcome in ("lost", "rejected")
    return {
        "number": found.number,
        "stage": found.stage,
        "details": [text for text in (found.value if not declined else found.reason, ended) if text],
    }
