"""What to do when GitHub does not say whether it carried out a write: wait until it must have ended, and try again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from salesbot.adapters.github import Client, UnclearError

ATTEMPTS = 3
GITHUB_GIVES_UP = 12.0
"""Seconds after which a request that got no answer has surely ended; GitHub stops at ten."""

T = TypeVar("T")


def until_clear(client: Client, attempt: Callable[[bool], T], *, log: Callable[[str], None] = lambda text: None) -> T:
    """Call `attempt` until GitHub says what became of it. It is given whether this is a retry: then it must read again.

    Raises UnclearError after the last attempt, and PatienceError where waiting would take too long.
    """
    for number in range(ATTEMPTS - 1):
        try:
            return attempt(number > 0)
        except UnclearError as error:
            log(f"{error.what} Trying again in {GITHUB_GIVES_UP:.0f} s.")
            client.wait(GITHUB_GIVES_UP, error.what)
    return attempt(True)
