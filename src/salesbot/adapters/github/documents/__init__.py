"""The GraphQL documents, as files. Each validates against GitHub's published schema (`make conformance`).

A file holds definitions; a document is one operation and just the fragments it uses: GitHub refuses unused ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

_DEFINITION = re.compile(r"^(?:query|mutation|fragment) (\w+).*?^\}$", re.M | re.S)
_SPREAD = re.compile(r"\.\.\.(\w+)")


@cache
def definitions() -> dict[str, str]:
    """Read every operation and fragment of this folder, by name."""
    found: dict[str, str] = {}
    for file in files(__package__).iterdir():
        if file.name.endswith(".graphql"):
            text = file.read_text(encoding="utf-8")
            found |= {hit[1]: hit[0] for hit in _DEFINITION.finditer(text)}
    return found


@cache
def document(name: str) -> str:
    """Put an operation together with the fragments it uses."""
    return with_fragments(definitions()[name])


def with_fragments(operation: str) -> str:
    """Append the fragments that an operation uses, and those that they use."""
    known, needed = definitions(), list(dict.fromkeys(_spreads(operation)))
    for name in needed:
        needed += [other for other in dict.fromkeys(_spreads(known[name])) if other not in needed]
    return "\n\n".join([operation, *(known[name] for name in needed)])


def _spreads(text: str) -> Iterable[str]:
    return (name for name in _SPREAD.findall(text) if name != "on")
