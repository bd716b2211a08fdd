"""Keeps an error in one thing from stopping the others: it is named, its traceback is logged, the rest is done.

Errors that have a listener (`core.errors`) are not caught here: their callers know what they mean.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from salesbot.core.errors import SalesbotError
from salesbot.tasks.outcome import Log, Outcome

T = TypeVar("T")


@dataclass
class Isolation:
    """Works on one thing after another, and keeps what failed by a bug."""

    log: Log
    outcome: Outcome = field(default_factory=Outcome)

    def attempt(self, what: str, work: Callable[[], T]) -> T | None:
        """Do a piece of work, of which `what` names the subject, e.g. `Deal 7`. None if it failed by a bug."""
        try:
            return work()
        except SalesbotError:
            raise
        except Exception as error:  # a bug of ours, in one thing: logged whole and named, and the run ends with 3
            for line in traceback.format_exc().splitlines():
                self.log(line)
            self.outcome = self.outcome.then(Outcome.bug(what, error))
            return None


def isolated(what: str, log: Log, work: Callable[[], Outcome]) -> Outcome:
    """Do a piece of work that gives an outcome; if it fails by a bug, that is its outcome."""
    isolation = Isolation(log)
    return isolation.attempt(what, work) or isolation.outcome
