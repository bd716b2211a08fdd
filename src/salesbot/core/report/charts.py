"""The report's charts as Mermaid, for GitHub to draw: the pipeline by stage, the funnel, what was won month by month.

Numbers in, text out. Nothing a stranger wrote gets into a chart; names of stages come from the configuration.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from salesbot.core.report.compute import Report
from salesbot.core.text.money import Money
from salesbot.core.text.render import Markdown

MONTHS = 12
"""Of what was won, so many months are drawn."""
_WIDTH, _HEIGHT = 900, 320
_COLORS = ("#9ec5fe", "#1a6fd4")
"""Light and dark; both can be seen on white and on black."""


def pipeline(report: Report) -> Markdown | None:
    """Draw the open money by stage, what is likely of it in front; None if there is none."""
    if not any(stage.total.value for stage in report.board.stages):
        return None
    title = f"Open (light) and weighted (dark), by stage, in {report.scope.pipeline.currency}"
    return _bars(title, report.scope.open_stages, list(open_money(report).values()), lying=True)


def funnel(report: Report) -> Markdown | None:
    """Draw how many deals reached each stage; None if there was none."""
    if not any(step.reached for step in report.funnel):
        return None
    names = [step.stage for step in report.funnel]
    return _bars("Deals that reached each stage", names, [[step.reached for step in report.funnel]], lying=True)


def won(report: Report) -> Markdown | None:
    """Draw what was won in the last twelve months; None if nothing was."""
    months = won_by_month(report)
    if not any(value for _, value in months):
        return None
    days = [date.fromisoformat(f"{month}-01") for month, _ in months]
    title = f"Won by month, {days[0]:%b %Y} to {days[-1]:%b %Y}, in {report.scope.pipeline.currency}"
    return _bars(title, [f"{day:%b}" for day in days], [[value for _, value in months]])


def open_money(report: Report) -> Mapping[str, Sequence[Decimal]]:
    """Give the open and the weighted money by stage, the first stage first, rounded as in the tables."""
    totals = [stage.total for stage in reversed(report.board.stages)]
    currency = report.scope.pipeline.currency
    return {
        "open": [Money(found.value, currency).rounded for found in totals],
        "weighted": [Money(found.weighted, currency).rounded for found in totals],
    }


def won_by_month(report: Report) -> list[tuple[str, Decimal]]:
    """List the last twelve calendar months with what was won in each, rounded as in the tables; the empty ones too."""
    currency = report.scope.pipeline.currency
    value = {month.month: Money(month.won.value, currency).rounded for month in report.forecast.months}
    last = report.scope.today.year * 12 + report.scope.today.month - 1
    names = [f"{at // 12}-{at % 12 + 1:02}" for at in range(last - MONTHS + 1, last + 1)]
    return [(name, value.get(name, Decimal(0))) for name in names]


def _bars(
    title: str, names: Sequence[str], series: Sequence[Sequence[Decimal | int]], *, lying: bool = False
) -> Markdown:
    """Draw bars from 0 on: by itself Mermaid begins at the smallest one. Several rows are drawn one over the other."""
    axis = ", ".join(_quoted(name) for name in names)
    bars = [f"    bar [{', '.join(_number(value) for value in each)}]" for each in series]
    highest = max(value for each in series for value in each)
    look = {
        "xyChart": {"width": _WIDTH, "height": _HEIGHT},
        "themeVariables": {"xyChart": {"plotColorPalette": ", ".join(_COLORS[-len(series) :])}},
    }
    lines = [
        "```mermaid",
        f"%%{{init: {json.dumps(look)}}}%%",
        f"xychart-beta{' horizontal' if lying else ''}",
        f"    title {_quoted(title)}",
        f"    x-axis [{axis}]",
        f"    y-axis 0 --> {_number(highest)}",
        *bars,
        "```",
    ]
    return Markdown("\n".join(lines))


def _number(value: Decimal | int) -> str:
    return f"{value:.0f}" if value == int(value) else str(value)


def _quoted(text: str) -> str:
    """Quote for Mermaid, which knows no escape within quotes."""
    return '"' + re.sub(r"[^\w ().,:%&+/-]", "", text) + '"'
