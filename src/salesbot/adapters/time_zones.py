"""The time zones of this machine: the IANA database, read from its files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
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

    def of_machine(self, env: Mapping[str, str], link: Path = Path("/etc/localtime")) -> str:
        """Guess the time zone of this machine by its name; UTC where it has none."""
        try:
            linked = os.readlink(link).partition("zoneinfo/")[2]
        except OSError:  # a copy of the file has no name, and Windows no file
            linked = ""
        for name in (env.get("TZ", "").removeprefix(":"), linked):
            if name and self.find(name) is not None:
                return "UTC" if name == "Etc/UTC" else name
        return "UTC"
