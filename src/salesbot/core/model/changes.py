"""Changes: what an intent asks for, one step each. A command is a list of changes; a label or a tick is a single one.

They are applied in order, each to the deal as the ones before left it (`core.lifecycle.transitions`). They are not
effects: nothing here touches GitHub.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from salesbot.core.model.deal import Move
from salesbot.core.model.journal import LeftAs
from salesbot.core.model.logged_activity import ActivityKind


@dataclass(frozen=True)
class SetField:
    """Write a section of the body; None takes it out."""

    heading: str
    value: str | None


@dataclass(frozen=True)
class MoveTo:
    """Bring the deal to a stage, through graph and guards."""

    move: Move


@dataclass(frozen=True)
class Undo:
    """Take the last accepted move back, without guards."""


@dataclass(frozen=True)
class Reopen:
    """Bring a closed deal back to the stage it closed from."""


@dataclass(frozen=True)
class AssignOwner:
    """Make somebody the owner; whoever owned the deal stays a helper."""

    login: str


@dataclass(frozen=True)
class UnassignPerson:
    """Take somebody off the deal; nobody named: the owner."""

    login: str | None = None


@dataclass(frozen=True)
class PostChecklist:
    """Post a checklist, or bring a posted one up to date with its template."""

    name: str


@dataclass(frozen=True)
class LeavePipeline:
    """Take the deal out of the pipeline: a duplicate of another issue, or no deal at all. It counts nowhere then."""

    why: LeftAs
    of: int | None = None


@dataclass(frozen=True)
class LinkMirror:
    """Pair the deal with a mirror, by its key; which of the two moved last shows when they meet."""

    key: str


@dataclass(frozen=True)
class LogActivity:
    """Note a call, a meeting or a mail with the client."""

    kind: ActivityKind
    what: str = ""


@dataclass(frozen=True)
class OpenTask:
    """Open a sub-issue that is to be done by a day."""

    day: date
    what: str
    who: str = ""


@dataclass(frozen=True)
class Answer:
    """Reply with a template; nothing about the deal changes."""

    template: str


Change = (
    SetField
    | MoveTo
    | Undo
    | Reopen
    | AssignOwner
    | UnassignPerson
    | PostChecklist
    | LeavePipeline
    | LinkMirror
    | LogActivity
    | OpenTask
    | Answer
)
