"""The reference of the templates: when each is written, and its blocks."""

from __future__ import annotations

import re

from jinja2 import nodes

from salesbot.adapters.templates import TemplateRenderer, builtin_home, builtin_names
from tests.docs.tables import table

_FIRST = re.compile(r"\{#\s*(.*?)\s*#\}\n", re.S)


def template_table() -> str:
    """Draw the reference. What a template is for, its first line says."""
    rows = (
        (f"`{name}`", *_row(source(name))) for name in sorted(builtin_names(), key=lambda name: ("/" in name, name))
    )
    return table(("template", "is", "blocks"), rows)


def source(name: str) -> str:
    """Read a built-in template."""
    return (builtin_home() / name).read_text(encoding="utf-8")


def _row(text: str) -> tuple[str, str]:
    said = _FIRST.match(text)
    assert said is not None, f"it begins with a comment that says what it is: {text[:60]!r}"
    tree = TemplateRenderer()._jinja.parse(text)
    blocks = ", ".join(f"`{block.name}`" for block in tree.find_all(nodes.Block))
    return said[1].removesuffix("."), blocks or "-"
