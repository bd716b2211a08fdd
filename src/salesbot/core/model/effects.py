"""Effects: changes to the world, as frozen values. Nothing happens until `adapters.github.write` applies them.

An effect names things as people do (a label by name, a comment by its key or number); the writer finds the ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from salesbot.core.model.keys import Key

Receipt = Literal["ROCKET", "CONFUSED"]
CloseReason = Literal["COMPLETED", "NOT_PLANNED", "DUPLICATE"]


@dataclass(frozen=True)
class CreateLabel:
    """Put a label on the repository's list. Costs a request of its own, since the next effects need its id."""

    name: str
    color: str
    description: str


@dataclass(frozen=True)
class EditBody:
    """Write the issue's body."""

    body: str


@dataclass(frozen=True)
class PutComment:
    """Write the one comment of this key: a new one, or in place of comment `id`."""

    key: Key
    body: str
    id: int | None = None


@dataclass(frozen=True)
class AddLabel:
    """Put a label of the repository's list on the issue."""

    name: str


@dataclass(frozen=True)
class RemoveLabel:
    """Take a label off the issue; it stays on the list."""

    name: str


@dataclass(frozen=True)
class CloseIssue:
    """Close the issue, for a reason GitHub knows."""

    reason: CloseReason
    duplicate_of: int | None = None


@dataclass(frozen=True)
class ReopenIssue:
    """Open the issue again."""


@dataclass(frozen=True)
class Assign:
    """Assign somebody; GitHub drops people it cannot assign in silence, so the writer looks at the answer."""

    login: str


@dataclass(frozen=True)
class Unassign:
    """Take somebody off the issue."""

    login: str


@dataclass(frozen=True)
class MinimizeComment:
    """Hide a comment, which anybody can unfold."""

    id: int
    why: Literal["RESOLVED", "OUTDATED", "DUPLICATE"]


@dataclass(frozen=True)
class DeleteComment:
    """Delete a comment of our own."""

    id: int


@dataclass(frozen=True)
class React:
    """Put a receipt on a comment: done, or not done."""

    comment: int
    receipt: Receipt


@dataclass(frozen=True)
class Unreact:
    """Take our receipt off a comment."""

    comment: int
    receipt: Receipt


@dataclass(frozen=True)
class OpenProblem:
    """Open the issue "salesbot needs attention"."""

    title: str
    body: str


@dataclass(frozen=True)
class OpenLead:
    """Open the issue that a lead becomes, with labels that are on the list."""

    title: str
    body: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenTask:
    """Open a task as a sub-issue of the deal. `key` is in the marker of its body."""

    key: str
    title: str
    body: str
    person: str = ""


@dataclass(frozen=True)
class CloseTask:
    """Close a task that was opened twice, as a duplicate of the other one; both by node id."""

    number: int
    id: str
    duplicate_of: str


@dataclass(frozen=True)
class EditProblem:
    """Bring the problem issue up to date."""

    body: str


@dataclass(frozen=True)
class CloseProblem:
    """Close the problem issue, with a comment that says why."""

    body: str


@dataclass(frozen=True)
class OpenReport:
    """Open the issue of a weekly report."""

    title: str
    body: str


@dataclass(frozen=True)
class PinIssue:
    """Pin the issue to the top of the list. Best effort: a repository has three pins."""


@dataclass(frozen=True)
class UnpinIssue:
    """Take the issue off the top of the list."""


Effect = (
    CreateLabel
    | EditBody
    | PutComment
    | AddLabel
    | RemoveLabel
    | CloseIssue
    | ReopenIssue
    | Assign
    | Unassign
    | MinimizeComment
    | DeleteComment
    | React
    | Unreact
    | OpenProblem
    | OpenLead
    | OpenTask
    | CloseTask
    | EditProblem
    | CloseProblem
    | OpenReport
    | PinIssue
    | UnpinIssue
)
