"""Figures as people read them: money, shares, days, lengths, and texts cut to a line of a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import Share, Spread, Total
from salesbot.core.text import markdown
from salesbot.core.text.money import Money

LONGEST = 80
"""Characters of a client's name, a next step, a reason."""
WIDEST = 240
"""Characters they may take as Markdown: `$` takes fourteen, and some dozen issues of a stranger would fill a report."""


def money(amount: Decimal, scope: Scope) -> str:
    """Write an amount in the pipeline's currency."""
    return str(Money(amount, scope.pipeline.currency))


def total(found: Total, scope: Scope) -> str:
    """Write a sum, with what no rate converts behind it."""
    return _all_money(found.value, found.other_issues, scope)


def weighted(found: Total, scope: Scope) -> str:
    """Write what is likely of a sum, likewise."""
    return _all_money(found.weighted, found.others_weighted, scope)


def _all_money(value: Decimal, other_issues: Mapping[str, Decimal], scope: Scope) -> str:
    foreign = [str(Money(amount, code)) for code, amount in sorted(other_issues.items())]
    return " + ".join([money(value, scope), *foreign] if value or not foreign else foreign)


def share(found: Share) -> str:
    """Write a share: in percent, or as "2 of 3" where there are too few for that."""
    if found.rate is None:
        return "none yet"
    return f"{found.part} of {found.whole}" if found.small else f"{found.rate:.0%}".replace("%", " %")


def day(on: date | None) -> str:
    """Write a day, e.g. `12 Nov 2026`; nothing for none."""
    return f"{on.day} {on:%b %Y}" if on is not None else ""


def moment(at: datetime, scope: Scope) -> str:
    """Write a moment in the team's zone, e.g. `Mon 23 Nov 2026, 10:00`."""
    local = at.astimezone(scope.zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def window(months: int) -> str:
    return "month" if months == 1 else f"{months} months"


def local_day(at: datetime, scope: Scope) -> str:
    return day(at.astimezone(scope.zone).date())


def days(found: float | None) -> str:
    return "" if found is None else f"{found:.0f}" if found >= 10 else f"{found:.1f}".removesuffix(".0")


def short(text: str) -> str:
    line = markdown.one_line(text)
    if len(line) > LONGEST:
        line = _begun(line, LONGEST)
    while len(markdown.escape(line)) > WIDEST:
        line = _begun(line, len(line) // 2)
    return line


def _begun(line: str, room: int) -> str:
    return f"{line[: room - 1].rstrip()}…"


def signed(amount: Decimal, scope: Scope) -> str:
    sign = "+" if amount > 0 else "\N{MINUS SIGN}"
    return f"{sign}{money(abs(amount), scope)}"


def discount_of(median: float | None) -> str:
    """Write by how much deals were won below or above their first value."""
    if median is None or round(median, 2) == 0:
        return "at the first value"
    return f"{abs(median):.0%} {'below' if median > 0 else 'above'} the first value".replace("%", " %")


def by_value(rate: float | None, counted: Share) -> str:
    return "" if rate is None or counted.small else f"{rate:.0%}".replace("%", " %")


def long(found: Spread, what: str) -> str:
    """Write how long things took; `what` is the unit, e.g. `day`."""
    if found.median is None or found.mean is None:
        return ""
    median = days(found.median)
    return f"{median} {what}{'' if median == '1' else 's'} (median; mean {days(found.mean)})"
