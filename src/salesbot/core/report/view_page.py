"""What the report's HTML page shows besides the sections: a table of the deals."""

from __future__ import annotations

from salesbot.core.report import formatting
from salesbot.core.report.compute import Report
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.view_charts import chart_values
from salesbot.core.report.view_report import report_values
from salesbot.core.report.view_rows import Values, deal_row, left_out

MOST_ON_PAGE = 2_000


def page_values(report: Report) -> Values:
    """Gather what the page shows: every section, and the deals, the open ones first, then those that ended lately."""
    deals = sorted(report.deals, key=lambda deal: (deal.closed is not None, -deal.since.timestamp(), deal.number))
    return {
        **report_values(report),
        "drawings": chart_values(report),
        "deals": [_deal(deal, report.scope) for deal in deals[:MOST_ON_PAGE]],
        "listed": f"{MOST_ON_PAGE:,}",
        "more_deals": left_out(len(deals), MOST_ON_PAGE),
    }


def _deal(deal: CountedDeal, scope: Scope) -> Values:
    return {
        **deal_row(deal, scope),
        "order": [stage.name for stage in scope.pipeline.stages].index(deal.stage),
        "amount": str(deal.value) if deal.value is not None else "",
        "percent": deal.probability,
        "expected_sort": deal.expected.isoformat() if deal.expected else "",
        "since_sort": deal.since.isoformat(),
        "source": formatting.shortened(deal.source),
    }
