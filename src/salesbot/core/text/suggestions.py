"""Did you mean …: the known word that somebody most likely meant. For commands, stages, dates and settings alike.

Two questions: is a word that may mean something else a misspelled one of ours (`misspelled`), and which of the known
words is closest to one that is surely meant to be among them (`nearest`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 40
"""Characters of a word that are compared; what follows them changes no guess and costs time."""
SHORTEST = 3
"""Letters a word must have before anything is guessed from it."""
ALIKE = 0.6
"""How alike two words must be, from 0 to 1. `qualification` and `qualified` just are."""
MOST_LISTED = 20
"""Known words that are listed where none comes close; more would hide the message."""


def misspelled(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that this one is, but for a slip; from six letters on, for two.

    A slip is a letter too many, too few, wrong, or exchanged with its neighbour. The known words are taken
    as they are, so that none in uppercase is guessed: codes of currencies are too close to each other.
    """
    typed = word[:LONGEST].casefold()
    allowed = 0 if len(typed) < SHORTEST else 1 if len(typed) < 6 else 2
    near = ((_slips(typed, name), name) for name in known if abs(len(name) - len(typed)) <= allowed)
    slips, name = min(near, key=lambda found: found[0], default=(allowed + 1, ""))
    return name if slips <= allowed else None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the known word that comes closest: a misspelled one, else one that is alike; None if none is."""
    return _nearest(word[:LONGEST].casefold(), tuple(known))


@lru_cache(maxsize=64)  # a guess is made for the message and again for reading on
def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    found = misspelled(word, known)
    if found is not None or len(word) < SHORTEST:
        return found
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=ALIKE)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Ask whether the nearest known word was meant, or list the known words if they are few."""
    choices = list(known)
    guess = nearest(word, choices)
    if guess is not None:
        return f"Did you mean {guess}?"
    return f"There are: {', '.join(choices)}." if choices and len(choices) <= MOST_LISTED else ""


def _slips(one: str, other: str) -> int:
    """Count the slips between two words (optimal string alignment: no letter is corrected twice)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != right)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == right:
                row[j] = min(row[j], older[j - 2] + 1)
    return row[-1]
