"""The board: what a project shows of a deal, as plain values. `policies.board_sync` decides what follows.

A deal's card on a board is an *item* of the project, since the card of a deal is a comment. What an item shows goes by
what it holds (`stage`, `value` ...), whatever the project calls the field; a column goes by the id of its option.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, assert_never

from salesbot.core.model.deal import Actor

STAGE, VALUE, WEIGHTED, CLOSE = "stage", "value", "weighted", "expected_close"
STEP, STEP_DATE = "next_step", "next_date"
FieldType = Literal["SINGLE_SELECT", "NUMBER", "DATE", "TEXT"]
TYPES: Mapping[str, FieldType] = {
    STAGE: "SINGLE_SELECT", VALUE: "NUMBER", WEIGHTED: "NUMBER", CLOSE: "DATE", STEP: "TEXT", STEP_DATE: "DATE",
}  # fmt: skip
"""The type that a field must have, by what it holds."""


@dataclass(frozen=True)
class BoardField:
    """A field of a project. `options` are the columns of a single select, each id with its name, in their order."""

    id: str
    name: str
    type: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Project:
    """A project as it is laid out. `fields` are all it has."""

    id: str
    number: int
    title: str = ""
    url: str = ""
    closed: bool = False
    public: bool = False
    fields: tuple[BoardField, ...] = ()


@dataclass(frozen=True)
class FieldValue:
    """What a field of an item shows: a number in digits, a day as YYYY-MM-DD, a text, or the id of an option.

    `by` is whom GitHub names as its creator: it is not documented whether that is who set it first or last.
    """

    id: str
    text: str
    made_at: datetime
    changed_at: datetime
    by: Actor | None = None


@dataclass(frozen=True)
class Item:
    """A deal's card on a board. Fields that are empty have no value."""

    id: str
    archived: bool = False
    values: Mapping[str, FieldValue] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """Give what a field shows; empty if it shows nothing."""
        value = self.values.get(key)
        return value.text if value is not None else ""


@dataclass(frozen=True)
class StatusChange:
    """A move between columns, as the issue's timeline has it: to which column, by name."""

    id: str
    at: datetime
    to: str
    by: Actor | None = None
    automated: bool = False
    """One of GitHub's own workflows did it."""


@dataclass(frozen=True)
class FieldChange:
    """A change of one field that a webhook delivered: which field, what it shows since, who did it."""

    field: str
    to: str
    at: datetime
    by: Actor | None = None


@dataclass(frozen=True)
class BoardView:
    """What the board shows of one deal. `viewer` is who salesbot is there."""

    project: Project
    viewer: Actor
    item: Item | None = None
    moves: tuple[StatusChange, ...] = ()
    """In the order in which they happened."""
    removed_at: datetime | None = None
    """When somebody took the deal off the board; None if it was never there, or was put there again."""
    delivered: FieldChange | None = None


@dataclass(frozen=True)
class AddItem:
    """Put the deal on the board."""


@dataclass(frozen=True)
class Unarchive:
    """Take the item out of the archive."""


@dataclass(frozen=True)
class Archive:
    """Put the item into the archive."""


@dataclass(frozen=True)
class RemoveItem:
    """Take the item off the board."""


@dataclass(frozen=True)
class ShowValue:
    """Have a field show something; an empty text empties it."""

    key: str
    text: str


BoardEffect = AddItem | Unarchive | Archive | RemoveItem | ShowValue


def describe(effect: BoardEffect, fields: Mapping[str, BoardField]) -> str:
    """Say an effect in words."""
    match effect:
        case AddItem():
            return "added the deal"
        case Unarchive():
            return "took the deal out of the archive"
        case Archive():
            return "archived the deal"
        case RemoveItem():
            return "removed the deal"
        case ShowValue(key, text):
            shown = fields[key].options.get(text, text)
            return f"set {fields[key].name} to {shown}" if shown else f"emptied {fields[key].name}"
        case _:
            assert_never(effect)
