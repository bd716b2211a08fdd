"""A deal: an issue as the sales team sees it, and the people around it.

Knows what a deal is made of. Knows nothing of how GitHub stores it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cached_property

from salesbot.core.model import headings
from salesbot.core.model.journal_codec import ADDED_LATER
from salesbot.core.model.trust import TrustedField
from salesbot.core.text.checklists import Checklist
from salesbot.core.text.fields import Body
from salesbot.core.text.money import Amount


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


class How(StrEnum):
    """What brought a deal to a stage. The values are in journals and on cards on GitHub, so they never change."""

    LABEL = "label"
    COMMAND = "command"
    TICK = "tick"
    START = "start"
    UNDO = "undo"
    REOPEN = "reopen"
    SCHEDULE = "schedule"
    """It was put off, and its date came."""
    ADOPTED = "adopted"
    """`salesbot adopt` took it over there."""
    MIRROR = "Streak"
    """Its mirror was moved (`core.policies.mirror_sync`)."""
    BOARD = "board"
    """Its card was dragged on the board (`core.policies.board_sync`)."""

    @classmethod
    def _missing_(cls, value: object) -> How:
        # A card that a newer version wrote may name another way; its journal is still worth believing.
        return cls.LABEL


@dataclass(frozen=True)
class StageVisit:
    """One visit of a deal to a stage: since when, by whom, and what brought it there."""

    stage: str
    entered: datetime
    by: str | None = None
    how: How = How.LABEL
    forced: str | None = None
    why: str | None = field(default=None, metadata={ADDED_LATER: True})
    """Why it was lost, rejected or put off: of a visit that is over, or as given with the move to it."""
    until: str | None = field(default=None, metadata={ADDED_LATER: True})
    """The date to come back, of a visit in which it was put off."""
    comment: int = field(default=0, metadata={ADDED_LATER: True})
    """The comment whose `/undo` brought it back there."""


@dataclass(frozen=True)
class Deal:
    """An issue in the pipeline, as the intents evaluated so far leave it. `value` is what its field Value says."""

    number: int
    title: str
    body: Body
    value: Amount
    stage: str | None
    open: bool = True
    owner: str | None = None
    helpers: tuple[str, ...] = ()
    checklists: Mapping[str, Checklist] = field(default_factory=dict)
    history: tuple[StageVisit, ...] = ()
    trust: Mapping[str, TrustedField] = field(default_factory=dict)
    """Of the fields that count, which text is to be believed."""
    written: tuple[tuple[str, str | None], ...] = ()
    """The fields this run writes into the description, in order; None takes one out."""

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """The fields that are filled in, by heading; of one in doubt the text that somebody gave before who may."""
        doubtful = {each.heading: each.text for each in self.doubts}
        texts = {**self.body.fields, **doubtful}
        return {heading: text for heading, text in texts.items() if text}

    @property
    def client(self) -> str:
        """The client's name: the company, else what the title has before its colon."""
        return self.fields.get(headings.COMPANY, "").partition("\n")[0] or self.title.partition(":")[0]

    @property
    def doubts(self) -> tuple[TrustedField, ...]:
        """The fields whose present text does not count."""
        return tuple(each for each in self.trust.values() if each.doubt is not None)

    def with_body(self, body: Body, trust: Mapping[str, TrustedField] | None = None) -> Deal:
        """Change the description. An unchanged value is not read again."""
        changed = replace(self, body=body, trust=self.trust if trust is None else trust)
        text = changed.fields.get(headings.VALUE, "")
        return changed if text == self.value.text else replace(changed, value=replace(self.value, text=text))


@dataclass(frozen=True)
class Move:
    """What a move asks for: a stage, when, by whom, by which way, and why guards are to be skipped."""

    to: str
    at: datetime
    by: str | None = None
    how: How = How.LABEL
    force: str | None = None
    given: frozenset[str] = frozenset()
    """The headings of the fields that were given along with it."""


@dataclass(frozen=True)
class Refusal:
    """Why something is not done, with what to type next. `missing` names the guard that refused."""

    reason: str
    hint: str = ""
    missing: str | None = None
    details: str = ""
    """What only some readers need; it is folded."""

    @property
    def advice(self) -> str:
        """The hint as a sentence of its own."""
        return self.hint if not self.hint or self.hint[-1] in ".?!" else f"{self.hint}."
