"""The time zones of this machine: the IANA database, read from its files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


@dataclass(frozen=True)
class SystemTimeZones:
    """Time zones by name, such as `Europe/Berlin`."""

    def find(self, name: str) -> tzinfo | None:
        """Read a time zone; None if there is none of that name."""
        try:
            return UTC if name == "UTC" else ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe" is a directory of the database
            return None

    def names(self) -> Iterable[str]:
        """List every name, sorted."""
        return sorted(available_timezones())
