"""The charts of the report's page, as values: every number as the tables have it, and how large it is drawn.

The page draws them with its style sheet, so that their text has the size of the page's text on every screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from salesbot.core.report import formatting
from salesbot.core.report.charts import open_money, won_by_month
from salesbot.core.report.compute import Report
from salesbot.core.report.view_rows import Values


def chart_values(report: Report) -> Values:
    """Give the bars of the open money, the steps of the funnel, the months of what was won; none for an empty chart."""
    return {"open": _open(report), "funnel": _funnel(report), "won": _won(report)}


def _open(report: Report) -> Sequence[Values]:
    scope, money = report.scope, open_money(report)
    highest = max(money["open"], default=Decimal(0))
    return [
        {
            "stage": stage,
            "value": formatting.money(value, scope),
            "weighted": formatting.money(weighted, scope),
            "value_size": _percent(value, highest),
            "weighted_size": _percent(weighted, highest),
        }
        for stage, value, weighted in zip(scope.open_stages, money["open"], money["weighted"], strict=True)
        if highest
    ]


def _funnel(report: Report) -> Sequence[Values]:
    """Draw each step from its own width to that of the next one; the last one stays as wide as it is."""
    reached = [step.reached for step in report.funnel]
    opened = max(reached, default=0)
    return [
        {
            "stage": step.stage,
            "reached": f"{step.reached:,}",
            "share": formatting.share(step.cumulative),
            "size": _percent(step.reached, opened),
            "next_size": _percent(after, opened),
        }
        for step, after in zip(report.funnel, [*reached[1:], *reached[-1:]], strict=True)
        if opened
    ]


def _won(report: Report) -> Sequence[Values]:
    months = won_by_month(report)
    highest = max(value for _, value in months)
    return [
        {
            "month": f"{date.fromisoformat(f'{month}-01'):%b}",
            "year": month[:4],
            "value": formatting.money(value, report.scope),
            "number": formatting.money(value, report.scope).removesuffix(f" {report.scope.pipeline.currency}"),
            "size": _percent(value, highest),
        }
        for month, value in months
        if highest
    ]


def _percent(part: Decimal | int, whole: Decimal | int) -> str:
    return f"{Decimal(part) / whole:.2%}"
