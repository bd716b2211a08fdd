"""What a run did, as a value: for the job summary, the output on a terminal and the exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from salesbot.core.decide.decide import Decision
from salesbot.core.errors import BUG, SalesbotError, ServiceError
from salesbot.core.model.effects import Effect

Log = Callable[[str], None]


def no_log(text: str) -> None:
    """Write progress nowhere."""


@dataclass(frozen=True)
class Outcome:
    """What a run did. `effects` are those that GitHub carried out, or would carry out in a dry run.

    `problems` and `notices` become annotations: what failed or has to be repaired, and what a person should know.
    `notes` are for the log. `page` is Markdown for the job summary, below what was done: the weekly report.
    """

    effects: tuple[Effect, ...] = ()
    decisions: tuple[Decision, ...] = ()
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    exit_code: int = 0
    error: ServiceError | None = None
    page: str = ""

    def then(self, later: Outcome) -> Outcome:
        """Put two outcomes after one another."""
        return Outcome(
            effects=self.effects + later.effects,
            decisions=self.decisions + later.decisions,
            problems=tuple(dict.fromkeys(self.problems + later.problems)),
            notices=tuple(dict.fromkeys(self.notices + later.notices)),
            notes=tuple(dict.fromkeys(self.notes + later.notes)),
            exit_code=max(self.exit_code, later.exit_code),
            error=later.error or self.error,
            page=later.page or self.page,
        )

    @classmethod
    def failed(cls, error: SalesbotError, what: str = "") -> Outcome:
        """The outcome of work that failed: `what` names it, e.g. `Deal 7`."""
        message = f"{what}: {error}" if what else str(error)
        service_error = error if isinstance(error, ServiceError) else None
        return cls(problems=(message,), exit_code=error.exit_code, error=service_error)

    @classmethod
    def bug(cls, what: str, error: Exception) -> Outcome:
        """The outcome of work that failed by a bug in salesbot, while everything else goes on."""
        name = type(error).__name__
        problem = f"{what}: this is a bug in salesbot ({name}); the traceback is in the log. Everything else was done."
        return cls(problems=(problem,), exit_code=BUG)
