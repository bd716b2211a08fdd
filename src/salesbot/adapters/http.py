"""HTTP to Typeform, Streak and a chat: how a request is sent, when it is sent again, and when a run gives up.

Knows no service. GitHub's client sends the relay's events with it, since PyGithub follows a redirect, and shares how
`Retry-After` is read; its other requests go through PyGithub.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from salesbot.adapters.connecting import ConnectionFailure, read_failure, trusted
from salesbot.core.errors import ServiceError

TIMEOUT = 20
"""Seconds until an answer is given up."""
BACKOFF = (1.0, 2.0, 4.0)
"""Seconds before each repetition, if the service does not ask for more."""
PATIENCE = 60.0
"""Seconds a run may spend waiting for one service in all."""
LARGEST = 64 * 1024 * 1024
"""Bytes of an answer."""

Sleep = Callable[[float], None]


@dataclass(frozen=True)
class Answer:
    """What a service answered. The status is None where no answer came; `failure` then says why."""

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    failure: ConnectionFailure | None = None

    @property
    def is_limit(self) -> bool:
        """Whether the service refused the request for its rate: then it carried nothing out."""
        return self.status == 429

    @property
    def is_final(self) -> bool:
        """Whether sending the request again would bring the same answer."""
        if self.failure is not None:
            return self.failure.lasts
        return self.status is not None and self.status < 500 and not self.is_limit

    def __str__(self) -> str:
        return self.failure.outcome if self.failure is not None else f"answered {self.status}"


def open_session() -> requests.Session:
    """Open the connections of one client."""
    session = requests.Session()
    session.verify = trusted()
    return session


def send(
    session: requests.Session, method: str, url: str, *, timeout: int = TIMEOUT, is_read: bool = True, **content: Any
) -> Answer:
    """Send one request. A redirect is never followed: it would carry the key, or the text, to another address.

    Where only the status matters, the text is not read: a service that sends a byte at a time would keep a run waiting.
    """
    try:
        with session.request(
            method, url, timeout=timeout, allow_redirects=False, stream=not is_read, **content
        ) as reply:
            return Answer(reply.status_code, reply.headers, reply.text if is_read else "")
    except requests.RequestException as error:
        return Answer(None, failure=read_failure(error))


@dataclass
class Retries:
    """Sends requests to one service until they are answered. The patience is that of a whole run."""

    service: str
    """How messages name it."""
    sleep: Sleep = field(repr=False)
    patience: float = PATIENCE
    hint: str = "The next run tries again"
    limited: int = 0
    """How often the service asked to slow down."""

    def until_answered(self, attempt: Callable[[], Answer], *, repeatable: bool = True) -> Answer:
        """Send until there is a final answer: a success or a refusal.

        A request that is not repeatable is sent again only if it was refused for its rate. Raises ServiceError where
        the service fails, redirects, or asks for more time than a run has.
        """
        for attempts, pause in enumerate((*BACKOFF, None), 1):
            answer = attempt()
            self.limited += answer.is_limit
            if answer.is_final:
                return self._usable(answer)
            if pause is None or not (repeatable or answer.is_limit):
                often = f", {attempts} times in a row" if attempts > 1 else ""
                raise ServiceError(f"{self.service} {answer}{often}.", self._advice(answer))
            self._wait(max(pause, retry_after(answer.headers) or 0.0), answer)
        raise AssertionError("the last attempt returns or raises")

    def _advice(self, answer: Answer) -> str:
        return (answer.failure.advice if answer.failure is not None else "") or self.hint

    def _usable(self, answer: Answer) -> Answer:
        if answer.failure is not None:
            raise ServiceError(f"{self.service} {answer}.", answer.failure.advice)
        if 300 <= (answer.status or 0) < 400:
            raise ServiceError(f"{self.service} {answer}, a redirect, which is not followed.", "Correct its address")
        if len(answer.text) > LARGEST:
            raise ServiceError(f"{self.service} {answer} with more than {LARGEST:,} characters.", self.hint)
        return answer

    def _wait(self, seconds: float, answer: Answer) -> None:
        if seconds > self.patience:
            raise ServiceError(f"{self.service} {answer} and asks to wait {seconds:.0f} s, too long.", self.hint)
        self.patience -= seconds
        self.sleep(seconds)


def retry_after(headers: Mapping[str, Any]) -> float | None:
    """Read how many seconds a service asks to wait: a number, or a date by this machine's clock (0 if it has passed).

    None where it does not ask, or where what it says cannot be read.
    """
    text = headers.get("retry-after")
    if text is None:
        return None
    try:
        return float(Retry().parse_retry_after(str(text)))
    except (InvalidHeader, ValueError, OverflowError):
        return None
