"""The charts of the report's page, as SVG: pygal draws them without a browser.

Colours are variables of the page's style sheet, so that one drawing serves light, dark and paper. Nothing is fetched:
pygal's script is left out. Imported only where a page is made; pygal takes 60 ms to import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pygal
from pygal.style import Style

from salesbot.core.report.charts import open_money, won_by_month
from salesbot.core.report.compute import Report

WIDTH, HEIGHT = 640, 320
MOST_LETTERS = 50
"""Of all labels below the bars, to stand side by side."""
STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="var(--ink)",
    foreground_strong="var(--ink)",
    foreground_subtle="var(--dim)",
    colors=("var(--one)", "var(--two)"),
    opacity="1",
    opacity_hover="1",
    font_family="inherit",
    label_font_size=17,
    major_label_font_size=17,
    legend_font_size=18,
    transition="0s",
)


def draw(report: Report) -> Mapping[str, str]:
    """Draw the pipeline by stage, the funnel, and what was won month by month; what would be empty is left out."""
    months = won_by_month(report)
    found = {
        "pipeline": _bars(report.scope.open_stages, open_money(report)),
        "funnel": _bars([step.stage for step in report.funnel], {"deals": [step.reached for step in report.funnel]}),
        "won": _bars([month for month, _ in months], {"won": [value for _, value in months]}),
    }
    return {name: svg for name, svg in found.items() if svg}


def _bars(names: Sequence[str], series: Mapping[str, Sequence[Decimal | int]]) -> str:
    if not any(value for values in series.values() for value in values):
        return ""
    chart: Any = pygal.Bar(
        style=STYLE,
        js=[],
        width=WIDTH,
        height=HEIGHT,
        disable_xml_declaration=True,
        show_legend=len(series) > 1,
        legend_at_bottom=True,
        x_label_rotation=35 if sum(map(len, names)) > MOST_LETTERS else 0,
        truncate_label=-1,
        value_formatter=lambda value: f"{value:,.2f}".removesuffix(".00"),
        margin=8,
    )
    chart.x_labels = names
    for name, values in series.items():
        chart.add(name, values)
    return _without_script(str(chart.render(is_unicode=True)))


def _without_script(svg: str) -> str:
    """Take pygal's configuration for its script out; the script itself is not there."""
    start, end = svg.find("<script"), svg.rfind("</script>")
    return svg if start < 0 else svg[:start] + svg[end + len("</script>") :]
