"""The report's charts as Mermaid, for GitHub to draw: the pipeline by stage, the funnel, what was won month by month.

Numbers in, text out. Nothing a stranger wrote gets into a chart; names of stages come from the configuration.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from salesbot.core.report.compute import Report
from salesbot.core.text.render import Markdown

MONTHS = 12
"""Of what was won, so many months are drawn."""


def pipeline(report: Report) -> Markdown | None:
    """Draw the open money by stage, what is likely of it in front; None if there is none."""
    stages = list(reversed(report.board.stages))
    if not any(stage.total.value for stage in stages):
        return None
    currency = report.scope.pipeline.currency
    return _bars(
        f"Open, and weighted, by stage ({currency})",
        [stage.stage for stage in stages],
        [[float(stage.total.value) for stage in stages], [float(stage.total.weighted) for stage in stages]],
    )


def funnel(report: Report) -> Markdown | None:
    """Draw how far deals came; None if there was none."""
    if not any(step.reached for step in report.funnel):
        return None
    names = [step.stage for step in report.funnel]
    return _bars("Deals that came at least so far", names, [[step.reached for step in report.funnel]])


def won(report: Report) -> Markdown | None:
    """Draw what was won in the last twelve months; None if nothing was."""
    months = won_by_month(report)
    if not any(value for _, value in months):
        return None
    title = f"Won by month ({report.scope.pipeline.currency})"
    return _bars(title, [month for month, _ in months], [[value for _, value in months]])


def won_by_month(report: Report) -> list[tuple[str, float]]:
    """List the last twelve calendar months with what was won in each, the empty ones too."""
    value = {month.month: float(month.won.value) for month in report.forecast.months}
    last = report.scope.today.year * 12 + report.scope.today.month - 1
    names = [f"{at // 12}-{at % 12 + 1:02}" for at in range(last - MONTHS + 1, last + 1)]
    return [(name, value.get(name, 0.0)) for name in names]


def _bars(title: str, names: Sequence[str], series: Sequence[Sequence[float]]) -> Markdown:
    axis = ", ".join(_quoted(name) for name in names)
    bars = [f"    bar [{', '.join(f'{value:.2f}'.removesuffix('.00') for value in each)}]" for each in series]
    lines = ["```mermaid", "xychart-beta", f"    title {_quoted(title)}", f"    x-axis [{axis}]", *bars, "```"]
    return Markdown("\n".join(lines))


def _quoted(text: str) -> str:
    """Quote for Mermaid, which knows no escape within quotes."""
    return '"' + re.sub(r"[^\w ().,:%&+/-]", "", text) + '"'
