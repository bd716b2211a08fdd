"""The next step: the one dated thing somebody does next on a deal, as it stands in its section of the body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_FORM = re.compile(r"(\d{4}-\d{2}-\d{2}): (.+?)(?: \(([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))\))?")


@dataclass(frozen=True)
class NextStep:
    """What happens when, and who does it; without a name, the owner."""

    day: date
    what: str
    who: str | None = None

    def __str__(self) -> str:
        """Write it for the body: `2026-11-27: send the estimate (kim)`. No `@`: an edit of the body mentions nobody."""
        return f"{self.day.isoformat()}: {self.what}{f' ({self.who})' if self.who else ''}"


def parse(text: str) -> NextStep | None:
    """Read a next step from its section; None for anything that is not one, also if a person wrote it by hand."""
    found = _FORM.fullmatch(" ".join(text.split()))
    if found is None:
        return None
    try:
        return NextStep(date.fromisoformat(found[1]), found[2], found[3])
    except ValueError:
        return None
