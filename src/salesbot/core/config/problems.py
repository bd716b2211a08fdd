"""Problems of a configuration file, with their place. All of them are reported at once.

Knows how a problem is written as text. Knows nothing of YAML or of pipelines.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from salesbot.core.errors import SalesbotError

SHOWN = 40
"""Characters of the file's text that a message repeats."""


@dataclass(frozen=True)
class Problem:
    """One problem. Lines and columns count from one; the path is empty for a problem of the whole file."""

    file: str
    line: int
    column: int
    path: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"

    @property
    def message(self) -> str:
        """What is wrong and what to do, without the place."""
        return (f"{self.path}: " if self.path else "") + sentence(self.what, self.hint)


class ConfigError(SalesbotError):
    """The configuration cannot be used. Carries every problem, in the order of the file. Exit code 2."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        unique = sorted(set(problems), key=lambda problem: (problem.file, problem.line, problem.column, problem.what))
        self.problems = tuple(unique)
        super().__init__("\n".join(str(problem) for problem in unique))


def sentence(what: str, hint: str = "") -> str:
    """Join what is wrong and what to do."""
    return f"{what}. {hint}" if hint else what


def shown(text: object) -> str:
    """Make text of the file fit for a message: one short line without invisible and control characters."""
    visible = (" " if unicodedata.category(char)[0] in "CZ" else char for char in str(text)[: 4 * SHOWN])
    line = " ".join("".join(visible).split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
