"""The keys of salesbot's comments: what each comment is for, as its marker states it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a comment of salesbot is for. The values are in markers on GitHub, so they never change."""

    CARD = "card"
    CHECKLIST = "checklist"
    REFUSAL = "refusal"
    REPLY = "reply"
    ANSWER = "answer"
    ESTIMATE = "estimate"
    """The table of `/estimate`; there is one, which is written again."""
    ASK = "ask"
    BACK = "back"
    REMINDER = "reminder"
    NEW = "new"
    DRAGGED = "dragged"
    WAITS = "waits"


@dataclass(frozen=True)
class Key:
    """Names a comment by its kind and what it is about: `card`, `checklist:estimate`, `refusal:<event>`.

    A kind is mostly a `Kind`; own comments of another version or another task may carry one that is not.
    """

    kind: str
    of: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.of}" if self.of else self.kind

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read a key as `str` writes it."""
        kind, _, of = text.partition(":")
        return cls(kind, of)


CARD = Key(Kind.CARD)


def checklist(name: str) -> Key:
    """Name the comment that holds a checklist."""
    return Key(Kind.CHECKLIST, name)
