"""Which requests a server of this machine takes: none that a page of another site has a browser send.

A browser on this machine reaches it, whatever site its page is from. A foreign name that leads here (DNS rebinding)
shows in `Host`, a foreign page in `Origin`, and a form of one in the type of the content, since forms send no JSON.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.types import Scope

NAMES = ("127.0.0.1", "localhost", "::1")


def refusal(scope: Scope, *, only_json: bool) -> tuple[int, str] | None:
    """Say with which status, and why, a request is refused. `only_json` is whether any content must be JSON."""
    given = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host, origin = given.get(b"host", ""), given.get(b"origin")
    if _name(f"//{host}") not in NAMES:
        return 403, "The sandbox answers to 127.0.0.1 and localhost only."
    if origin is not None and origin.lower() != f"http://{host}".lower():
        return 403, "A page of another site may not use the sandbox."
    kind = given.get(b"content-type", "").partition(";")[0].strip().lower()
    if only_json and scope["method"] not in ("GET", "HEAD") and kind != "application/json":
        return 415, "Send application/json."
    return None


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
