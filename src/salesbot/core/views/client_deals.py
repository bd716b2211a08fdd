"""The other deals of a deal's client, as its card shows them."""

from __future__ import annotations

from typing import Any

from salesbot.core.model.client_deal import ClientDeal
from salesbot.core.model.journal import Journal
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.days import local_day


def values(journal: Journal, stage: Stage, pipeline: Pipeline) -> list[dict[str, Any]]:
    """Show the other deals of the client; none once the deal itself has ended, since no sweep looks at it any more."""
    return [] if stage.outcome else [_named(each, pipeline) for each in journal.same_client]


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
