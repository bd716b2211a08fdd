"""Domains: which one an address names, in whatever way it is written, and which part of it somebody registered.

Knows the list of public suffixes. Knows no mail hosts: `mail_hosts` does.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?://)?", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"<([^<>\s]+)>")
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.){1,10}[a-z0-9][a-z0-9-]{0,61}[a-z0-9]")
_PORT = re.compile(r":[0-9]{1,5}$")
_DOTS = re.compile("[\u3002\uff0e\uff61]")
_LONGEST = 400
_OF_GMAIL = frozenset({"gmail.com", "googlemail.com"})


def host_of(text: str) -> str:
    """Give the host that an address names, in ASCII and lowercase; nothing if it names none.

    `Jane <jane@ACME.com>`, `https://www.acme.com:443/shop?x` and `acme.com.` all name acme.com.
    """
    plain = _DOTS.sub(".", _address(text)[:_LONGEST])
    rest = re.split(r"[/?#\\]", _SCHEME.sub("", plain, count=1) if "://" in plain or "@" in plain else plain)[0]
    return _ascii(_PORT.sub("", rest.rpartition("@")[2]).rstrip(".").removeprefix("www."))


def mailbox(text: str) -> tuple[str, str]:
    """Split a mail address into whose it is and at which host; nothing twice if it is none.

    What follows a plus sign is the owner's business; at Gmail so are dots and the older name of the host.
    """
    local, sign, _ = re.sub("^mailto:", "", _address(text), flags=re.IGNORECASE).rpartition("@")
    host = host_of(text)
    if not sign or not local or not host or re.search(r"\s", local):
        return "", ""
    name = local.casefold().partition("+")[0] or local.casefold()
    return (name.replace(".", ""), "gmail.com") if host in _OF_GMAIL else (name, host)


@lru_cache(maxsize=4096)
def registered(host: str) -> str:
    """Give the part of a host that somebody registered: `acme.co.uk` of `mail.acme.co.uk`; nothing of a suffix."""
    parts = host.split(".")
    count = next(size for start in range(len(parts)) if (size := _suffix_size(parts[start:])))
    return ".".join(parts[-count - 1 :]) if len(parts) > count else ""


def readable(host: str) -> str:
    """Write a host in the letters of its language."""
    if "xn--" not in host:
        return host
    import idna

    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host


def _address(text: str) -> str:
    plain = text.strip().strip("\"'`,; ")
    found = _IN_BRACKETS.search(plain)
    return found[1] if found else plain


def _ascii(host: str) -> str:
    if not host.isascii() or "xn--" in host.casefold():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return ""
    plain = host.casefold().removeprefix("www.")
    return plain if _HOST.fullmatch(plain) else ""


def _suffix_size(parts: list[str]) -> int:
    """Count the labels of the public suffix that these are; none if they are not a suffix (publicsuffix.org/list)."""
    rules, name = _rules(), ".".join(parts)
    if f"!{name}" in rules:
        return len(parts) - 1
    is_suffix = len(parts) == 1 or name in rules or ".".join(["*", *parts[1:]]) in rules
    return len(parts) if is_suffix else 0


@cache
def _rules() -> frozenset[str]:
    from salesbot.core.leads.data import public_suffixes

    return frozenset(public_suffixes.TEXT.split())
