"""Addresses: whether what is sent to one is safe on its way. Knows nothing of what is sent."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

THIS_MACHINE = ("127.0.0.1", "localhost")


def is_https(url: str) -> bool:
    """Whether an address is a whole one that begins with https://."""
    parts = _parts(url)
    return parts is not None and parts.scheme == "https" and bool(parts.hostname)


def is_encrypted(url: str) -> bool:
    """Whether what is sent to an address is encrypted on its way, or does not leave this machine."""
    parts = _parts(url)
    return is_https(url) or (parts is not None and parts.hostname in THIS_MACHINE)


def _parts(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
