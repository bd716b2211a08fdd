"""How the core speaks: it names a template and hands it values. Rendering is the adapter's, and is passed in.

Everything a template prints is escaped for Markdown, except what is `Markdown` already: words of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Markdown(str):
    """Text that is Markdown already and came from salesbot itself, never from a stranger."""

    __slots__ = ()


class Renderer(Protocol):
    """Render a template by its filename, e.g. `card.md.j2`. Deterministic: equal values, equal text."""

    def __call__(self, template: str, values: Mapping[str, Any]) -> str: ...

    def names(self) -> frozenset[str]:
        """List the templates there are."""
        ...
