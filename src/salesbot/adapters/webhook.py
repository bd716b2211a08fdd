"""An incoming webhook of a chat (`chat_services`): one HTTPS POST.

The address is a secret: no message repeats it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salesbot.adapters import http, urls
from salesbot.core.errors import ServiceError

TIMEOUT = 10
"""Seconds."""
PATIENCE = 20.0
"""Seconds a report may be delayed by a chat that asks to slow down."""


def post(url: str, payload: Mapping[str, Any], sleep: http.Sleep) -> str:
    """Post a message, and return what went wrong: an empty string once it was delivered. Never raises ServiceError.

    Nothing fails because of its chat. The message is sent again only if the chat refused it for its rate: after
    any other failure it may have been delivered.
    """
    broken = urls.broken_rule(url, local=False)
    if broken:
        return f"the address does not {broken}" if broken == urls.HTTPS else f"the address must {broken}"
    retries = http.Retries("the chat", sleep, PATIENCE)
    session = http.open_session()

    def attempt() -> http.Answer:
        return http.send(session, "POST", url, timeout=TIMEOUT, json=payload, is_read=False)

    try:
        answer = retries.until_answered(attempt, repeatable=False)
    except ServiceError as error:
        return error.what.rstrip(".")
    return _wrong(answer)


def _wrong(answer: http.Answer) -> str:
    """Say why an answer is not a success. A page for people, with whatever status, is not an answer of a webhook."""
    if answer.headers.get("content-type", "").partition(";")[0].strip().lower() == "text/html":
        return f"the chat {answer} with a web page, so its address is not that of an incoming webhook"
    return "" if (answer.status or 0) < 300 else f"the chat {answer}"
