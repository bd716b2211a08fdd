"""Effects: changes to the world, as frozen values. Nothing happens until `adapters.github.write` applies them.

An effect names things as people do (a label by name, a comment by its key or number); the writer finds the ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
    """Write the one comment of this key: anew, or in place of comment `id`."""

    key: str
    body: str
    id: int | None = None


@dataclass(frozen=True)
class AddLabel:
    name: str


@dataclass(frozen=True)
class RemoveLabel:
    name: str


@dataclass(frozen=True)
class CloseIssue:
    reason: CloseReason
    duplicate_of: int | None = None


@dataclass(frozen=True)
class ReopenIssue:
    pass


@dataclass(frozen=True)
class Assign:
    """Assign somebody; GitHub drops people it cannot assign in silence, so the writer looks at the answer."""

    login: str


@dataclass(frozen=True)
class Unassign:
    login: str


@dataclass(frozen=True)
class MinimizeComment:
    id: int
    why: Literal["RESOLVED", "OUTDATED", "DUPLICATE"]


@dataclass(frozen=True)
class DeleteComment:
    id: int


@dataclass(frozen=True)
class React:
    comment: int
    receipt: Receipt


@dataclass(frozen=True)
class Unreact:
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
class EditProblem:
    body: str


@dataclass(frozen=True)
class CloseProblem:
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
    pass


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
    | EditProblem
    | CloseProblem
    | OpenReport
    | PinIssue
    | UnpinIssue
)
