"""Errors that have a listener. Each has its exit code; everything else is a bug, and exits 3."""

from __future__ import annotations

BUG = 3
"""The exit code of a bug in salesbot."""


class SalesbotError(Exception):
    """Something a person can do something about: what happened, and what to do next."""

    exit_code = 1

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return warning(self.what, self.hint)


class ServiceError(SalesbotError):
    """A service failed or refused us; the next run continues. Exit code 1."""


class InputError(SalesbotError):
    """What the program was given is wrong: an input, the event file. Exit code 2."""

    exit_code = 2


def warning(what: str, hint: str = "") -> str:
    """Word a problem that concerns one thing, while the run does everything else. Exit code 0."""
    return f"{what} {hint}".strip()
