"""Addresses: whether what is sent to one is safe on its way. Knows nothing of what is sent."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
HTTPS = "begin with https://"
PLAIN = "be an address without a user name, a backslash, a blank or a control character"

_NEVER = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
"""What some programs drop or take for a slash, so that two of them see two hosts in one address."""


def broken_rule(url: str, *, local: bool = True) -> str:
    """Say what an address must do before a secret is sent there; nothing if it does.

    It is encrypted on its way, or, where `local`, does not leave this machine; and nobody can read it in two ways.
    """
    parts = _parts(url)
    if parts is None or not (parts.scheme == "https" or (local and parts.scheme == "http" and _is_here(parts))):
        return HTTPS
    return PLAIN if _NEVER.search(url) or "@" in parts.netloc else ""


def _is_here(parts: SplitResult) -> bool:
    return parts.hostname in THIS_MACHINE


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None
