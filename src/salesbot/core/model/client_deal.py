"""A client's other deal, as the card of a deal names it, and what it offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ClientDeal:
    """Another deal of the same client, as the card names it."""

    number: int
    stage: str
    value: str = ""
    ended: datetime | None = None
    """When it was won, lost or rejected."""
    reason: str = ""
    joined: str = ""
    """What both have in common, e.g. `same company domain: acme.com`."""


@dataclass(frozen=True)
class FieldOffer:
    """A field of the client as an earlier deal has it, offered on a deal that lacks it."""

    number: int
    """The earlier deal."""
    heading: str
    text: str
