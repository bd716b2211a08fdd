"""A deal: an issue as the sales team sees it, and the people around it.

Knows what a deal is made of. Knows nothing of how GitHub stores it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from salesbot.core.text.checklists import Checklist


class Role(IntEnum):
    """What a person may do in the repository; a higher role may do all a lower one may."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


@dataclass(frozen=True)
class Actor:
    """Who did something. `id` is GitHub's database id, the only name that survives renames."""

    login: str
    id: int | None = None
    is_bot: bool = False
    node_id: str | None = None


DRAGGED = "Streak"
"""How a deal moved whose mirror was moved (`core.sync`)."""


@dataclass(frozen=True)
class StageVisit:
    """One stay of a deal in a stage. `how` says what brought it there: label, command, start, undo ..."""

    stage: str
    entered: datetime
    by: str | None = None
    how: str = "label"
    forced: str | None = None
    why: str | None = None
    """Why it was lost, rejected or put off, of a stay that is over."""


@dataclass(frozen=True)
class Deal:
    """An issue in the pipeline, as the wishes judged so far leave it."""

    number: int
    title: str
    body: str
    stage: str | None
    open: bool = True
    owner: str | None = None
    helpers: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    checklists: Mapping[str, Checklist] = field(default_factory=dict)
    history: tuple[StageVisit, ...] = ()
    body_trusted: bool = True
    written: tuple[tuple[str, str | None], ...] = ()
    """The fields this run writes into the description, in order; None takes one out."""


@dataclass(frozen=True)
class Move:
    """The wish to bring a deal to a stage, whoever utters it and by whichever way."""

    to: str
    at: datetime
    by: str | None = None
    how: str = "label"
    force: str | None = None


@dataclass(frozen=True)
class Refusal:
    """A no, with what to type next. `missing` names the guard, so that a checklist can be posted with it."""

    reason: str
    hint: str = ""
    missing: str | None = None

    @property
    def advice(self) -> str:
        """The hint as a sentence of its own."""
        return self.hint if not self.hint or self.hint[-1] in ".?!" else f"{self.hint}."
