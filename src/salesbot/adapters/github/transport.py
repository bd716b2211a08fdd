"""The transport to GitHub: one request over PyGithub, which only this package knows. Repeating is up to the client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests
from github import Auth, Github

from salesbot.adapters.connecting import ConnectionFailure, read_failure, trusted
from salesbot.core.errors import ServiceError

TIMEOUT = 20
"""Seconds. GitHub gives up on a request after about ten; a little longer, so that its answer comes first."""

Response = tuple[int | ConnectionFailure, Mapping[str, Any], str]
"""Status, headers and text. Where no answer came, the reason takes the place of the status."""
Transport = Callable[[str, str, Any], Response]
"""Sends one request, given its method, its address and its body, and nothing more."""
OpenTransport = Callable[[str, str], Transport]
"""Opens a transport, given the token and the address of the REST API."""


def open_transport(token: str, api_url: str, *, timeout: float = TIMEOUT) -> Transport:
    """Open PyGithub's connection to GitHub."""
    # PyGithub would pause a second between any two POSTs and repeat a POST ten times after a 502: both are wrong
    # for one read and one write. Pacing many writes is up to tasks/pace.py, repeating is decided by the client.
    github = Github(
        auth=Auth.Token(token),
        base_url=api_url,
        timeout=int(timeout),
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        user_agent="salesbot",
        verify=trusted(),
    )

    def send(method: str, url: str, body: Any) -> Response:
        try:
            return github.requester.requestJson(method, url, input=body)
        except requests.RequestException as error:
            failure = read_failure(error)
            if failure.lasts:
                raise ServiceError(f"GitHub {failure.outcome}.", failure.advice) from error
            return failure, {}, ""
        except RuntimeError as error:  # PyGithub refuses a redirect to another host or scheme this way
            raise ServiceError("GitHub redirects to another address.", "Correct GITHUB_API_URL") from error

    return send
