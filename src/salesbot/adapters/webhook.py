"""An incoming webhook, as Slack, Mattermost and others provide it: one HTTPS POST with a text.

The address is a secret: no message repeats it.
"""

from __future__ import annotations

from salesbot.adapters import http, urls
from salesbot.core.errors import ServiceError

TIMEOUT = 10
"""Seconds."""
PATIENCE = 20.0
"""Seconds a report may be delayed by a chat that asks to slow down."""


def post(url: str, text: str, sleep: http.Sleep) -> str:
    """Post a text, and return what went wrong: an empty string once it was delivered. Never raises ServiceError.

    A report does not fail because of its chat. The text is sent again only if the chat refused it for its rate: after
    any other failure it may have been delivered.
    """
    broken = urls.broken_rule(url, local=False)
    if broken:
        return f"the address does not {broken}" if broken == urls.HTTPS else f"the address must {broken}"
    retries = http.Retries("the chat", sleep, PATIENCE)
    session = http.open_session()

    def attempt() -> http.Answer:
        return http.send(session, "POST", url, timeout=TIMEOUT, json={"text": text})

    try:
        answer = retries.until_answered(attempt, repeatable=False)
    except ServiceError as error:
        return error.what.rstrip(".")
    return "" if (answer.status or 0) < 300 else f"the chat {answer}"
