"""Figures as people read them: money, shares, days, durations, and texts cut to a line of a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import Share, Spread, Total
from salesbot.core.text import markdown
from salesbot.core.text.money import Money

LONGEST = 80
"""Characters that are shown of a client's name, a next step, a reason."""
MOST_TIMES = 100
"""From here on how often something is covered says no more."""
WIDEST = 240
"""Characters they may take as Markdown: `$` takes fourteen, and some dozen issues of a stranger would fill a report."""

_LARGE = ((Decimal(10**12), "trillion"), (Decimal(10**9), "billion"), (Decimal(10**6), "million"))
_MILLION_DIGITS = 7
MOST_CURRENCIES = 2
"""Currencies beside the configured one that a sentence names."""


def money(amount: Decimal, scope: Scope) -> str:
    """Write an amount in the pipeline's currency."""
    return str(Money(amount, scope.pipeline.currency))


def total(found: Total, scope: Scope) -> str:
    """Write a sum, followed by the amounts without a rate."""
    return _all_money(found.value, found.unconverted, scope)


def weighted(found: Total, scope: Scope) -> str:
    """Write a weighted sum in the same way."""
    return _all_money(found.weighted, found.unconverted_weighted, scope)


def _all_money(value: Decimal, unconverted: Mapping[str, Decimal], scope: Scope) -> str:
    foreign = [str(Money(amount, code)) for code, amount in sorted(unconverted.items())]
    return " + ".join([money(value, scope), *foreign] if value or not foreign else foreign)


def rounded_money(amount: Decimal, scope: Scope) -> str:
    """Round an amount for a sentence: `4,900 EUR`, `62,000 EUR`, `1.24 million EUR`."""
    return _rounded(amount, scope.pipeline.currency)


def rounded_number(amount: Decimal, scope: Scope) -> str:
    """The same without the currency, where the sentence has named it."""
    return rounded_money(amount, scope).removesuffix(f" {scope.pipeline.currency}")


def rounded_total(found: Total, scope: Scope) -> str:
    """Round a sum for a sentence; amounts without a rate are named beside it."""
    return _rounded_all(found.value, found.unconverted, scope)


def rounded_weighted(found: Total, scope: Scope) -> str:
    """Round a weighted sum in the same way."""
    return _rounded_all(found.weighted, found.unconverted_weighted, scope)


def _rounded_all(value: Decimal, unconverted: Mapping[str, Decimal], scope: Scope) -> str:
    foreign = [_rounded(amount, code) for code, amount in sorted(unconverted.items())]
    left = len(foreign) - MOST_CURRENCIES
    named = [*foreign[:MOST_CURRENCIES], *([f"{left} more currenc{'y' if left == 1 else 'ies'}"] if left > 0 else [])]
    all_ = [rounded_money(value, scope), *named] if value or not named else named
    return all_[0] if len(all_) == 1 else f"{', '.join(all_[:-1])} and {all_[-1]}"


def _rounded(amount: Decimal, currency: str) -> str:
    digits = amount.adjusted() + 1
    if digits <= 1:
        return str(Money(amount, currency))
    step = Decimal(10) ** (digits - 3 if digits >= _MILLION_DIGITS else min(digits - 2, 3))
    found = (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    for size, word in _LARGE:
        if found >= size:
            return f"{found / size:,.2f}".rstrip("0").rstrip(".") + f" {word} {currency}"
    return f"{found:,.0f} {currency}"


def share(found: Share) -> str:
    """Write a share: in percent, or as "2 of 3" where there are too few for that."""
    if found.rate is None:
        return "none yet"
    return f"{found.part} of {found.whole}" if found.too_few else f"{found.rate:.0%}".replace("%", " %")


def coverage(open_: Decimal | None, weighted_: Decimal | None) -> str:
    """Write how often the open pipeline covers what is needed, and the weighted one; nothing if nothing is needed."""
    return "" if open_ is None or weighted_ is None else f"{times(open_)}, weighted {times(weighted_)}"


def times(found: Decimal) -> str:
    """Write a ratio as `3.1x`, rounded down: what is not covered must not look so."""
    return f"{found.quantize(Decimal('0.1'), ROUND_DOWN)}x" if found < MOST_TIMES else f"over {MOST_TIMES}x"


def day(on: date | None) -> str:
    """Write a day, e.g. `12 Nov 2026`; nothing for none."""
    return f"{on.day} {on:%b %Y}" if on is not None else ""


def moment(at: datetime, scope: Scope) -> str:
    """Write a moment in the team's zone, e.g. `Mon 23 Nov 2026, 10:00`."""
    local = at.astimezone(scope.zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def window(months: int) -> str:
    return "month" if months == 1 else f"{months} months"


def short_day(at: datetime, scope: Scope) -> str:
    """Write the day of a moment without its year, as a sentence of the week does: `16 Nov`."""
    local = at.astimezone(scope.zone)
    return f"{local.day} {local:%b}"


def local_day(at: datetime, scope: Scope) -> str:
    return day(at.astimezone(scope.zone).date())


def days(found: float | None) -> str:
    return "" if found is None else f"{found:.0f}" if found >= 10 else f"{found:.1f}".removesuffix(".0")


def shortened(text: str) -> str:
    line = markdown.one_line(text)
    if len(line) > LONGEST:
        line = _cut(line, LONGEST)
    while len(markdown.escape(line)) > WIDEST:
        line = _cut(line, len(line) // 2)
    return line


def _cut(line: str, room: int) -> str:
    return f"{line[: room - 1].rstrip()}…"


def signed(amount: Decimal, scope: Scope) -> str:
    sign = "+" if amount > 0 else "\N{MINUS SIGN}"
    return f"{sign}{money(abs(amount), scope)}"


def discount(median: float | None) -> str:
    """Write by how much deals were won below or above their first value."""
    if median is None or round(median, 2) == 0:
        return "at the first value"
    return f"{abs(median):.0%} {'below' if median > 0 else 'above'} the first value".replace("%", " %")


def by_value(rate: float | None, counted: Share) -> str:
    return "" if rate is None or counted.too_few else f"{rate:.0%}".replace("%", " %")


def duration(spread: Spread, unit: str) -> str:
    """Write how long things took, in a unit such as `day`."""
    if spread.median is None or spread.mean is None:
        return ""
    median = days(spread.median)
    return f"{median} {unit}{'' if median == '1' else 's'} (median; mean {days(spread.mean)})"
