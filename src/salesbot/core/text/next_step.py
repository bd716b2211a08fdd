"""The next step: the one dated thing somebody does next on a deal, as it is in its section of the body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from salesbot.core.text.dates import Purpose, fixed_date, separate_time
from salesbot.core.text.logins import LOGIN

_WHAT = re.compile(rf"(.+?)(?: \(@?({LOGIN})\))?")
_LONGEST_DAY = 6
"""Words, as in `on Monday 1st of March 2027`."""


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
    """Read a next step from its section, also one that a person typed there: a day with its year, then what to do."""
    words = separate_time(text.split())
    for count in range(1, min(len(words), _LONGEST_DAY + 1)):
        day, what = fixed_date(" ".join(words[:count]), Purpose.ON), _WHAT.fullmatch(" ".join(words[count:]))
        if day is not None and what is not None:
            return NextStep(day, what[1], what[2])
    return None
