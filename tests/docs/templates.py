"""The reference of the templates: when each is written, its blocks, and the values it is given."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from jinja2 import meta, nodes

from salesbot.adapters.templates import TemplateRenderer, builtin_home, builtin_names
from tests.docs.tables import table

_FIRST = re.compile(r"\{#\s*(.*?)\s*#\}\n", re.S)


def template_table() -> str:
    """Draw the reference. What a template is for, its first line says."""
    rows = (
        (f"`{name}`", *_row(source(name))) for name in sorted(builtin_names(), key=lambda name: ("/" in name, name))
    )
    return table(("template", "is", "blocks", "values"), rows)


def source(name: str) -> str:
    """Read a built-in template."""
    return (builtin_home() / name).read_text(encoding="utf-8")


def _row(text: str) -> tuple[str, str, str]:
    said = _FIRST.match(text)
    assert said is not None, f"it begins with a comment that says what it is: {text[:60]!r}"
    tree = TemplateRenderer()._jinja.parse(text)
    blocks = ", ".join(f"`{block.name}`" for block in tree.find_all(nodes.Block))
    return said[1].removesuffix("."), blocks or "-", ", ".join(values(tree)) or "-"


def values(tree: nodes.Template) -> Iterator[str]:
    """Name the values a template takes; of those that have parts, the parts it uses."""
    parts = _parts(tree)
    for name in sorted(meta.find_undeclared_variables(tree) - {"loop"}):
        yield f"`{name}`" + (f" ({', '.join(sorted(parts[name]))})" if name in parts else "")


def _parts(tree: nodes.Template) -> dict[str, set[str]]:
    """Find `each.part` for each loop over a value, and `value.part`."""
    of = {
        loop.target.name: loop.iter.name
        for loop in tree.find_all(nodes.For)
        if isinstance(loop.target, nodes.Name) and isinstance(loop.iter, nodes.Name)
    }
    parts: dict[str, set[str]] = defaultdict(set)
    for used in tree.find_all(nodes.Getattr):
        if isinstance(used.node, nodes.Name) and used.node.name != "loop":
            parts[of.get(used.node.name, used.node.name)].add(used.attr)
    return dict(parts)
