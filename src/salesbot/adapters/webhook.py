"""An incoming webhook, as Slack, Mattermost and others take it: one HTTPS POST with a text.

The address is a secret: nothing here says it. No redirect is followed, so that nobody can lead the post elsewhere.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

TIMEOUT = 10
"""Seconds."""


def post(url: str, text: str) -> str:
    """Post a text, and say what went wrong; nothing if it arrived. Never raises: a report is not to fail for it."""
    try:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            return "the address is none that begins with https://"
        answer = requests.post(url, json={"text": text}, timeout=TIMEOUT, allow_redirects=False)
    except (requests.RequestException, ValueError) as error:
        return f"nobody answered ({type(error).__name__})"
    return "" if answer.status_code < 300 else f"it answered {answer.status_code}"
