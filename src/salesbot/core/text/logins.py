"""Logins: how GitHub names people, and where a text mentions them.

Managed users have an underscore (`kim_acme`). What ends a sentence is not part of a name.
"""

from __future__ import annotations

import re

LOGIN = r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}"
"""A pattern, for other patterns."""
GHOST = "ghost"
"""What GitHub calls an account that is gone."""
_LOGIN = re.compile(LOGIN)
_MENTION = re.compile(rf"(?<![\w@/.`-])@({LOGIN})(?![\w@/-])(?!\.\w)")
_ENDS = ".,:;!?)"


def is_login(name: str) -> bool:
    """Say whether GitHub would let somebody have this name."""
    return _LOGIN.fullmatch(name) is not None


def mentions(text: str) -> list[str]:
    """List whom a text mentions with `@`, each once, in order. Mail addresses and teams are nobody."""
    return list({name.casefold(): name for name in _MENTION.findall(text)}.values())


def mention(word: str) -> str | None:
    """Read one word that is a mention and nothing else, `@kim` or `@kim.`; None for any other."""
    name = bare(word)
    return name if word.startswith("@") and is_login(name) else None


def bare(word: str) -> str:
    """Take the `@` off a name, and what ends a sentence."""
    return word.removeprefix("@").rstrip(_ENDS)


def unmentioned(text: str) -> str:
    """Write a text so that it mentions nobody."""
    return _MENTION.sub(r"\1", text)
