"""Clients as a table, CSV and JSON, and as the rows of the report's section."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from salesbot.core.report import as_table, formatting
from salesbot.core.report.clients import Client
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import Total
from salesbot.core.report.view_rows import Values, cut, issue_link
from salesbot.core.text import amounts, csv_cells
from salesbot.core.text.money import Money
from salesbot.core.text.plural import counted

COLUMNS = (
    "client", "open", "open_value", "won", "won_value", "lost", "lost_value", "currency", "last_activity", "owners",
    "deals",
)  # fmt: skip
HEADINGS = ("client", "open", "won", "lost", "last activity", "known by")


def rows(clients: Sequence[Client], scope: Scope) -> Values:
    """Show clients as rows of the report."""
    return cut(clients, lambda each: _row(each, scope))


def _row(client: Client, scope: Scope) -> Values:
    return {
        **issue_link(client.deals[-1].number, scope),
        "client": formatting.shortened(client.name) or f"deal {scope.reference(client.deals[-1].number)}",
        "open": _deals(client.open, scope),
        "won": _deals(client.won, scope),
        "lost": _deals(client.lost, scope),
        "last_activity": formatting.day(client.last_activity),
        "owners": ", ".join(client.owners),
    }


def _deals(found: Total, scope: Scope) -> str:
    """Write e.g. `24,000 EUR (2)`; nothing for none."""
    return f"{formatting.total(found, scope)} ({found.count:,})" if found.count else ""


def table(clients: Sequence[Client], scope: Scope) -> Iterator[str]:
    """Write a line for each client for a terminal, the headings first and how many there are last."""
    if not clients:
        yield "There are no clients yet."
        return
    shown = ("client", "open", "won", "lost", "last_activity", "owners")
    yield from as_table.aligned([HEADINGS, *(tuple(str(row[name]) for name in shown) for row in
                                             (_row(each, scope) for each in clients))], ())  # fmt: skip
    yield ""
    yield counted(len(clients), "client")


def csv(clients: Iterable[Client], scope: Scope) -> Iterator[str]:
    """Write clients as CSV, the headings first."""
    return csv_cells.lines(itertools.chain([COLUMNS], (_cells(each, scope) for each in clients)))


def _cells(client: Client, scope: Scope) -> Iterator[str]:
    yield " ".join(client.name.split())
    for found in (client.open, client.won, client.lost):
        yield from (str(found.count), _amount(found.value, scope))
    yield from (scope.pipeline.currency, client.last_activity.isoformat(), "; ".join(client.owners))
    yield "; ".join(str(scope.reference(deal.number)) for deal in client.deals)


def values(client: Client, scope: Scope) -> dict[str, Any]:
    """Give a client as JSON."""
    return {
        "client": client.name,
        **{
            name: {"count": found.count, "value": _amount(found.value, scope), **_beside(found)}
            for name, found in (("open", client.open), ("won", client.won), ("lost", client.lost))
        },
        "last_activity": client.last_activity.isoformat(),
        "owners": list(client.owners),
        "deals": [scope.reference(deal.number) for deal in client.deals],
    }


def _beside(found: Total) -> dict[str, Any]:
    other = {code: str(Money(amount, code).rounded) for code, amount in sorted(found.unconverted.items())}
    return {"other_currencies": other} if other else {}


def _amount(amount: Decimal, scope: Scope) -> str:
    return str(amounts.rounded(amount, scope.pipeline.currency))
