"""Date fields: what each field of a deal does with its date, so that one text means one day wherever it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from salesbot.core.text.dates import fixed_date
from salesbot.core.text.periods import Purpose

_PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {
        "Expected close": Purpose.DUE_BY,
        "Earlier expected closes": Purpose.DUE_BY,
        "Revisit on": Purpose.NOT_BEFORE,
        "Snoozed until": Purpose.NOT_BEFORE,
    }
)


def purpose_of(heading: str) -> Purpose:
    """Say what a field does with its date; a field of the configuration names the day itself."""
    return _PURPOSES.get(heading, Purpose.ON)


def day_in(fields: Mapping[str, str], heading: str) -> date | None:
    """Read the day of a field; None if it is empty, cannot be read, or names no year."""
    text = fields.get(heading)
    return fixed_date(text, purpose_of(heading)) if text else None
