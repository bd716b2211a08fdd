"""The lens: how a board reads issues. What a program writes on them, only a lens knows; the sandbox is given one.

`LabelLens` reads issues of any repository: the largest family of labels (`stage:…`) makes the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Literal, Protocol

Part = Literal["card", "list", "answer", ""]
"""What a comment is for the page: the card, a checklist, an answer that still matters, or any other comment."""


@dataclass(frozen=True)
class Column:
    """A column: the issues with this label. `idle_days` is after how many days in it an issue is old."""

    label: str
    name: str
    color: str = "ededed"
    ended: bool = False
    idle_days: int | None = None


@dataclass(frozen=True)
class BoardIssue:
    """An issue as a board reads it; `own` are the bodies of the comments that begin as the lens asks for."""

    number: int
    title: str
    state: str
    created_at: str
    body: str = field(repr=False)
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    own: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Card:
    """What a card shows. Amounts: by currency; `answer` (Markdown) is why something was not done, `news` its gist."""

    title: str
    about: str = ""
    value: Mapping[str, Decimal] = field(default_factory=dict)
    weighted: Mapping[str, Decimal] = field(default_factory=dict)
    owners: tuple[str, ...] = ()
    since: date | None = None
    next_step: str = ""
    due: date | None = None
    attention: tuple[str, ...] = ()
    news: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Field:
    """A field of an issue that people change on its own, each by a comment.

    The comment is `command` and what is in the inputs (label, value, hint) in their order, or `clear` if all are empty.
    """

    name: str
    command: str
    clear: str
    inputs: tuple[tuple[str, str, str], ...]


class Lens(Protocol):
    """Reads issues for a board."""

    @property
    def prefix(self) -> str:
        """How the comments begin that `card` reads; bots' only."""

    def columns(self, labels: Sequence[tuple[str, str]]) -> Sequence[Column]:
        """Choose the columns of a repository with these labels (name, color)."""

    def card(self, issue: BoardIssue) -> Card:
        """Read what a card shows."""

    def part(self, author: str, body: str) -> Part:
        """Say what a comment is."""

    def fields(self, body: str) -> Sequence[Field]:
        """Read the fields that people change one at a time from a description."""


@dataclass(frozen=True)
class LabelLens:
    """Reads any issue: its title, its labels, its assignees."""

    prefix: str = ""

    def columns(self, labels: Sequence[tuple[str, str]]) -> Sequence[Column]:
        """Take the largest family of labels: those with the same text before a colon."""
        named = sorted(((name.partition(":")[0], name, color) for name, color in labels if ":" in name), key=_family)
        families = [list(group) for _, group in groupby(named, key=_family)]
        largest = max(families, key=len, default=[])
        chosen = {name for _, name, _ in largest}
        return [Column(name, name, color) for name, color in labels if name in chosen]

    def card(self, issue: BoardIssue) -> Card:
        """Take the title and the assignees."""
        return Card(issue.title, owners=issue.assignees, since=date.fromisoformat(issue.created_at[:10]))

    def part(self, author: str, body: str) -> Part:
        """Know none."""
        return ""

    def fields(self, body: str) -> Sequence[Field]:
        """Know none."""
        return ()


def _family(named: tuple[str, str, str]) -> str:
    return named[0]


@dataclass(frozen=True)
class Page:
    """What the owner of a sandbox hands to its page.

    `report` makes the page of a report on a repository, `problems` lists what is wrong with what is tried here, and
    `mondays` are the inputs of the workflows that a Monday's schedule starts after the daily one. With `one_label` a
    card is moved by its new label alone, and the program takes the old one off.
    """

    lens: Lens = LabelLens()
    report: Callable[[str], str] | None = None
    problems: Callable[[], Sequence[str]] = tuple
    mondays: Sequence[Mapping[str, str]] = ()
    one_label: bool = False
