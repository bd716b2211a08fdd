"""Deals as a table for a terminal: one line each, and their sum below.

Nothing that a stranger wrote reaches the terminal but as text, so the lines may be printed as they are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from salesbot.core.report import formatting
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import total
from salesbot.core.report.view_rows import deal_row
from salesbot.core.text.characters import visible
from salesbot.core.text.markdown import log_safe
from salesbot.core.text.plural import counted

HEADINGS = ("#", "client", "stage", "since", "owner", "value", "expected close", "next step", "attention")
RIGHT = ("#", "value")
"""Columns of numbers."""
WIDEST = 40
"""Columns of the screen that a cell may take."""


def lines(deals: Sequence[CountedDeal], scope: Scope) -> Iterator[str]:
    """Write a line for each deal, the headings first and the sum last."""
    if not deals:
        yield "No deals match."
        return
    yield from aligned([HEADINGS, *(_cells(deal, scope) for deal in deals)], RIGHT)
    yield ""
    yield _sum(deals, scope)


def aligned(rows: Sequence[Sequence[str]], right: Sequence[str]) -> Iterator[str]:
    """Write rows with equally wide columns, the headings first; those named in `right` end in line."""
    fitting = [[_fitting(cell) for cell in row] for row in rows]
    widths = [max(_width(cell) for cell in column) for column in zip(*fitting, strict=True)]
    ends = [heading in right for heading in fitting[0]]
    for row in fitting:
        yield "  ".join(map(_padded, row, widths, ends)).rstrip()


def _cells(deal: CountedDeal, scope: Scope) -> tuple[str, ...]:
    row = deal_row(deal, scope)
    shown = ("client", "stage", "since", "owner", "value", "expected", "next_step")
    return (str(deal.number), *(str(row[name]) for name in shown), ", ".join(deal.needs(scope.at)))


def _sum(deals: Sequence[CountedDeal], scope: Scope) -> str:
    sums = f"{counted(len(deals), 'deal')}, {formatting.total(total(deals), scope)}"
    open_ = total(deal for deal in deals if deal.stage in scope.open_stages)
    return f"{sums}, weighted {formatting.weighted(open_, scope)}" if open_.count else sums


def _fitting(cell: str) -> str:
    """Cut a cell to the width of its column."""
    text = log_safe(visible(cell))
    while _width(text) > WIDEST:
        text = f"{text.removesuffix('…')[:-1].rstrip()}…"
    return text


def _padded(cell: str, width: int, at_end: bool) -> str:
    room = " " * (width - _width(cell))
    return f"{room}{cell}" if at_end else f"{cell}{room}"


def _width(text: str) -> int:
    """Count the columns that a text takes on a terminal: two for a wide character, none for a combining one."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )
