"""What is wrong with a file a team wrote, and where: said to whoever edits it, everything at once.

Knows how a problem is worded and printed. Knows nothing of YAML or of pipelines.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 40
"""Characters of the file's own words that a message repeats."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. Lines and columns count from one; `path` is empty where the whole file is meant."""

    file: str
    line: int
    column: int
    path: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.said}"

    @property
    def said(self) -> str:
        """What is wrong, without where."""
        return (f"{self.path}: " if self.path else "") + sentence(self.what, self.hint)


class ConfigError(Exception):
    """The configuration cannot be used. Carries every problem, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        unique = sorted(set(problems), key=lambda problem: (problem.file, problem.line, problem.column, problem.what))
        self.problems = tuple(unique)
        super().__init__("\n".join(str(problem) for problem in unique))


def sentence(what: str, hint: str = "") -> str:
    """Join what is wrong and what to do about it."""
    return f"{what}. {hint}" if hint else what


def shown(words: object) -> str:
    """Make the file's own words fit for a message: one line, short, and nothing that steers a terminal or hides."""
    visible = (" " if unicodedata.category(char)[0] in "CZ" else char for char in str(words)[: 4 * SHOWN])
    line = " ".join("".join(visible).split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
