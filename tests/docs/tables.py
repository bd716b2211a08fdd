"""Tables in Markdown, as the parts of the pages draw them."""

from __future__ import annotations

from collections.abc import Iterable


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Draw a table. What stands in a cell is Markdown already."""
    return "\n".join([_line(head), f"|{'---|' * len(head)}", *map(_line, rows)])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace(' | ', ' or ') for cell in cells)} |".replace("|  |", "| |")


def sentence(text: str) -> str:
    """Begin with a capital, end without a full stop: the first line of a docstring, for a cell."""
    text = text.strip().splitlines()[0].removesuffix(".")
    return text[:1].upper() + text[1:]
