"""Date fields: what each field of a deal does with its date, so that one text means one day wherever it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from salesbot.core.model import headings
from salesbot.core.text.dates import fixed_date
from salesbot.core.text.periods import Purpose

_PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {
        headings.EXPECTED_CLOSE: Purpose.DUE_BY,
        headings.EARLIER_EXPECTED_CLOSES: Purpose.DUE_BY,
        headings.REVISIT_ON: Purpose.NOT_BEFORE,
        headings.SNOOZED_UNTIL: Purpose.NOT_BEFORE,
    }
)


def purpose_of(heading: str) -> Purpose:
    """Say what a field does with its date; a field of the configuration names the day itself."""
    return _PURPOSES.get(heading, Purpose.ON)


def day_in(fields: Mapping[str, str], heading: str) -> date | None:
    """Read the day of a field; None if it is empty, cannot be read, or names no year."""
    text = fields.get(heading)
    return fixed_date(text, purpose_of(heading)) if text else None
