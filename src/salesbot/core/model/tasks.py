"""Tasks: the sub-issues of a deal. What is read of them, what is kept, and the mark of those that `/task` opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from salesbot.core.model.journal_codec import ADDED_LATER
from salesbot.core.text import markdown, next_step

MARKER = "task"
"""The kind of the marker that opens the body of a task."""
MOST_KEPT = 20
"""Open tasks that the journal keeps, the earliest first."""
LONGEST = 80
"""Characters that it keeps of what is to be done."""


@dataclass(frozen=True)
class SubIssue:
    """A sub-issue as read. `key` is what its marker says, if it is ours."""

    id: str
    number: int
    title: str
    open: bool = True
    dropped: bool = False
    """Closed as not planned, or as a duplicate: it counts nowhere."""
    who: str = ""
    """Who is assigned, the first."""
    repository: str = ""
    """Where it is, if not beside the deal."""
    key: str = ""


@dataclass(frozen=True)
class DealTask:
    """An open task as the journal keeps it. The day is written as in its title; empty for none."""

    number: int
    what: str
    on: str = ""
    who: str = ""
    repository: str = field(default="", metadata={ADDED_LATER: True})

    @property
    def day(self) -> date | None:
        """The day by which it is to be done."""
        try:
            return date.fromisoformat(self.on)
        except ValueError:
            return None


@dataclass(frozen=True)
class NewTask:
    """A task that a command asks for. `key` names the line of the comment, so that it is opened once."""

    key: str
    day: date
    what: str
    who: str = ""

    @property
    def title(self) -> str:
        """The title of the sub-issue, from which the day is read back."""
        return f"{self.day.isoformat()}: {self.what}"


def of_title(each: SubIssue) -> DealTask:
    """Read a sub-issue as a task: a title may begin with a day, as the one of a next step."""
    step = next_step.parse(each.title)
    what = step.what + (f" ({step.who})" if step.who else "") if step is not None else each.title
    short = what if len(what) <= LONGEST else f"{what[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
    return DealTask(each.number, short, step.day.isoformat() if step is not None else "", each.who, each.repository)


def body(deal: int, repository: int, key: str) -> str:
    """Write the body of a task."""
    return f"{markdown.marker(MARKER, {'repo': repository, 'deal': deal, 'key': key})}\nA task of #{deal}."


def key_of(text: str) -> str:
    """Read the key of a task that we opened; an empty text for any other issue."""
    marker = markdown.read_marker(text)
    payload: Mapping[str, Any] = marker.payload if marker is not None and marker.kind == MARKER else {}
    return str(payload.get("key", ""))
