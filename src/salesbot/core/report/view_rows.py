"""What all parts of the report's pages share: a deal as a row, lists cut to what a page holds, sums as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from salesbot.core.report import formatting
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import Total
from salesbot.core.text.money import Money
from salesbot.core.text.render import Markdown

MOST = 40
"""Rows of a list; further ones are only counted."""
SHOWN = 10
"""Rows of a list that are shown at once; further ones are folded."""
Values = dict[str, Any]
T = TypeVar("T")


def cut(found: Sequence[T], row: Callable[[T], Any], most: int = MOST, shown: int = SHOWN, **more: Any) -> Values:
    """Give a list as rows: the first ones, the ones to fold, how many those are, and how many are left out.

    Only what a page holds becomes rows: a list may have a hundred thousand entries.
    """
    listed = [row(each) for each in found[:most]]
    return {
        **more,
        "rows": listed,
        "first": listed[:shown],
        "rest": listed[shown:],
        "folded": left_out(len(listed), shown),
        "more": left_out(len(found), most),
    }


def left_out(count: int, most: int) -> str:
    """Write how many rows are left out; an empty text for none."""
    return f"{count - most:,}" if count > most else ""


def issue_link(number: int, scope: Scope) -> Values:
    """Give the addresses of an issue.

    A plain link to an issue makes GitHub write "mentioned this" on it, every week. One over redirect.github.com does
    not; Renovate links like this (inferred).
    """
    url = scope.issue_url(number)
    quiet = url.replace("https://github.com/", "https://redirect.github.com/", 1)
    return {"number": scope.reference(number), "url": url, "link": Markdown(quiet)}


def deal_row(deal: CountedDeal, scope: Scope) -> Values:
    """Show a deal in one line."""
    step = deal.next_step
    return {
        **issue_link(deal.number, scope),
        "client": formatting.shortened(deal.client) or f"deal {scope.reference(deal.number)}",
        "stage": deal.stage,
        "owner": deal.owner or "",
        "value": _value(deal, scope),
        "expected": formatting.day(deal.expected),
        "overdue": deal.expected is not None and deal.expected < scope.today,
        "since": formatting.local_day(deal.since, scope),
        "next_step": f"{formatting.day(step.day)}: {formatting.shortened(step.what)}" if step else "",
        "revisit_on": formatting.day(deal.revisit_on),
        "reason": formatting.shortened(deal.reason),
    }


def _value(deal: CountedDeal, scope: Scope) -> str:
    if deal.value is not None:
        return formatting.money(deal.value, scope)
    currency, amount = deal.foreign or ("", None)
    return str(Money(amount, currency)) if amount is not None else ""


def sums(total: Total, scope: Scope) -> Values:
    """Show a sum: how many deals, their value and their weighted value."""
    return {
        "count": f"{total.count:,}",
        "value": formatting.total(total, scope),
        "weighted": formatting.weighted(total, scope),
    }
