"""Mirrors: what the other system shows of our deals, as plain values. `policies.mirror_sync` decides what follows.

A mirror is the counterpart of one deal. Its stages and columns have keys of their own, and a layout says what they are
called there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import assert_never

EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Mirror:
    """The counterpart of a deal, as it was read. `stage` and the columns go by the keys they have there."""

    key: str
    title: str = ""
    stage: str = ""
    moved_at: datetime = EVER
    """When it was brought to its stage."""
    made_at: datetime = EVER
    note: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    """The texts of its columns; empty ones are left out."""
    people: frozenset[str] = frozenset()
    """Mail addresses, in lowercase, of those it is assigned to."""
    received: datetime | None = None
    """When the last mail came, and the next two: when the last one went, and when that one was opened."""
    sent: datetime | None = None
    opened: datetime | None = None
    contacts: tuple[str, ...] = ()
    """Keys of the people it is about."""
    mails: tuple[str, ...] = ()
    """Their mail addresses, where they are known without asking."""
    away: bool = False
    """It is in another pipeline now. Then nothing else of it is read, and nothing is written to it."""


@dataclass(frozen=True)
class Layout:
    """A pipeline over there: its name, its stages from left to right and its columns of text, keys with names."""

    key: str
    name: str = ""
    stages: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    other_columns: Mapping[str, str] = field(default_factory=dict)
    """The columns that take no text: each name with its type over there."""
    untouchable: frozenset[str] = frozenset()
    """Names of columns of ours that it does not have, or has as another type: they are left alone."""

    def column(self, name: str) -> str | None:
        """Find the key of a column of text by its name, without regard to case."""
        return next((key for key, found in self.columns.items() if found.casefold() == name.casefold()), None)

    def other_type(self, name: str) -> str | None:
        """Give the type of a column that takes no text; None if there is none of that name, or one of text."""
        types = {found.casefold(): kind for found, kind in self.other_columns.items()}
        return types.get(name.casefold()) if self.column(name) is None else None


@dataclass(frozen=True)
class Contact:
    """Somebody a mirror is about."""

    name: str = ""
    mails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True)
class StageMap:
    """Which stage of theirs is which of ours, both ways; what is missing here means nothing to the other side."""

    theirs: Mapping[str, str] = field(default_factory=dict)
    """By our name, their key."""
    ours: Mapping[str, str] = field(default_factory=dict)
    """By their key, our name."""


@dataclass(frozen=True)
class PutTitle:
    """Give a mirror its title."""

    title: str


@dataclass(frozen=True)
class PutStage:
    """Bring a mirror to a stage, by its key."""

    stage: str


@dataclass(frozen=True)
class PutColumn:
    """Write one column, by its name; an empty text empties it."""

    column: str
    text: str


@dataclass(frozen=True)
class PutPeople:
    """Assign a mirror to exactly these, by mail address."""

    mails: tuple[str, ...]


@dataclass(frozen=True)
class CopyContacts:
    """Give a mirror the contacts of another one: of the connection in `pipeline` that its deal came from."""

    pipeline: str
    key: str


@dataclass(frozen=True)
class Tell:
    """Comment on a mirror, unless the very same comment exists already."""

    text: str


MirrorEffect = PutTitle | PutStage | PutColumn | PutPeople | CopyContacts | Tell


def describe(effect: MirrorEffect, layout: Layout) -> str:
    """Say an effect in words."""
    match effect:
        case PutTitle(title):
            return f"is called {title}"
        case PutStage(stage):
            return f"moved to {layout.stages.get(stage, stage)}"
        case PutColumn(column, text):
            return f"{column} is {text}" if text else f"{column} is empty"
        case PutPeople(mails):
            return f"assigned to {', '.join(mails) or 'nobody'}"
        case CopyContacts():
            return "has the contacts of its connection"
        case Tell(text):
            return f"a comment: {text}"
        case _:
            assert_never(effect)
