"""The headings of the report: one sentence for each section, the same in the issue, on the page and in a chat.

Amounts are rounded as people say them; the tables below the headings have them to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from salesbot.core.report import formatting
from salesbot.core.report.activity_counts import ActivityCounts
from salesbot.core.report.charts import won_by_month
from salesbot.core.report.clients import Client
from salesbot.core.report.closing import Closing
from salesbot.core.report.compute import Board, Report
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.flow import FunnelStep, StageFlow
from salesbot.core.report.goals import PersonalGoals, Won
from salesbot.core.report.movement import Movement, MovementKind
from salesbot.core.report.open_money import Forecast, Headline
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ZERO, Total, total
from salesbot.core.text.plural import counted

_NEWS = {
    MovementKind.NEW: "new",
    MovementKind.WON: "won",
    MovementKind.LOST: "lost",
    MovementKind.REJECTED: "rejected",
    MovementKind.PUT_OFF: "put off",
}


def board_headings(board: Board, scope: Scope) -> Mapping[str, str]:
    """Write the headings of sections 1 to 4."""
    return {
        "headline": _headline(board.headline, scope),
        "goals": _personal(board.headline.people),
        "attention": _attention(len(board.attention)),
        "open": _open(board.headline, scope),
        "upcoming": _upcoming(sum(map(len, board.upcoming.values()))),
    }


def report_headings(report: Report) -> Mapping[str, str]:
    """Write the headings of all sections."""
    scope = report.scope
    window = formatting.window(scope.pipeline.report.window_months)
    return {
        **board_headings(report.board, scope),
        "won": _won_by_month(report),
        "movement": _movement(report.movement, scope),
        "forecast": _forecast(report.forecast, scope),
        "stages": _stages(report.stages, scope),
        "funnel": _funnel(report.funnel, len(scope.open_stages), window),
        "ended": _ended(report.closing, window),
        "activities": _activities(report.activities),
        "clients": _clients(report.clients),
        "paused": _paused(report.paused, scope),
        "doubts": _doubts(report),
    }


def _headline(headline: Headline, scope: Scope) -> str:
    """Say what was won in the shortest span that has a goal, else in the month."""
    won = next((won for won in headline.won if won.goal), headline.won[0])
    if not won.total.count:
        goal = f"; the goal is {formatting.rounded_money(won.goal, scope)}" if won.goal else ""
        return f"Nothing won yet this {won.span}{goal}"
    if not _has_value(won.total):
        return f"You won {counted(won.total.count, 'deal')} without a value this {won.span}"
    return f"You won {formatting.rounded_total(won.total, scope)} this {won.span}{_against_goal(won, scope)}"


def _has_value(found: Total) -> bool:
    return bool(found.value or found.unconverted)


def _against_goal(won: Won, scope: Scope) -> str:
    if not won.goal:
        return ""
    short = won.goal - won.total.value
    if not short:
        return ", exactly the goal"
    if won.coverage is None:
        return f", {formatting.rounded_number(-short, scope)} above the goal"
    covered = f"pipeline coverage {formatting.times(won.coverage)}"
    return f", {formatting.rounded_number(short, scope)} short of the goal ({covered})"


def _personal(people: Sequence[PersonalGoals]) -> str:
    needed = [won.needed for each in people for won in each.won]
    return f"Personal goals: {sum(not each for each in needed)} of {len(needed)} reached" if needed else ""


def _attention(count: int) -> str:
    return f"{counted(count, 'deal')} need{'s' if count == 1 else ''} attention" if count else "No deal needs attention"


def _open(headline: Headline, scope: Scope) -> str:
    found = headline.without_prospects
    if not found.count:
        prospects = headline.prospects.count
        return f"No deal is open yet, but {counted(prospects, 'prospect')}" if prospects else "No deal is open"
    deals, are = counted(found.count, "open deal"), "is" if found.count == 1 else "are"
    if not _has_value(found):
        return f"{deals} without a value"
    return (
        f"{deals} {are} worth {formatting.rounded_total(found, scope)}, "
        f"weighted {formatting.rounded_weighted(found, scope)}"
    )


def _upcoming(count: int) -> str:
    if not count:
        return "Nothing is due in the next seven days"
    return f"{counted(count, 'date')} in the next seven days"


def _won_by_month(report: Report) -> str:
    months = won_by_month(report)
    money = sum((value for _, value in months), ZERO)
    since = f"since {date.fromisoformat(f'{months[0][0]}-01'):%B %Y}"
    return f"You won {formatting.rounded_money(money, report.scope)} {since}" if money else f"Nothing won {since}"


def _movement(movement: Movement, scope: Scope) -> str:
    since = f"since {formatting.short_day(movement.since, scope)}"
    change = movement.bridge.end - movement.bridge.start
    news = [f"{movement.count(kind):,} {word}" for kind, word in _NEWS.items() if movement.count(kind)]
    if not news and not change:
        return f"Open money is unchanged {since}"
    return f"Open money {_grown(change, scope)} {since}{': ' if news else ''}{', '.join(news)}"


def _grown(change: Decimal, scope: Scope) -> str:
    if not change:
        return "is unchanged"
    return f"has {'grown' if change > 0 else 'fallen'} by {formatting.rounded_money(abs(change), scope)}"


def _forecast(forecast: Forecast, scope: Scope) -> str:
    now = f"{scope.today:%Y-%m}"
    found = next((month.not_overdue for month in forecast.months if month.month == now), Total())
    late = f"; {forecast.overdue.count:,} {_is(forecast.overdue.count)} overdue" if forecast.overdue.count else ""
    if not found.count:
        return f"No deal is expected to close this month{late}"
    worth = f" worth {formatting.rounded_total(found, scope)}" if _has_value(found) else ""
    return f"{counted(found.count, 'deal')}{worth} {_is(found.count)} expected to close this month{late}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _stages(stages: Sequence[StageFlow], scope: Scope) -> str:
    known = [(each.durations.median, each.stage) for each in stages if each.durations.median is not None
             and each.stage in scope.open_stages]  # fmt: skip
    if not known:
        return "How long deals are in each stage"
    longest, stage = max(known, key=lambda each: each[0])
    stuck = sum(len(each.stuck) for each in stages)
    more = f"; {counted(stuck, 'deal')} {_is(stuck)} stuck" if stuck else ""
    days = formatting.days(longest)
    return f"Deals stay longest in {stage}: {days} day{'' if days == '1' else 's'} (median){more}"


def _funnel(steps: Sequence[FunnelStep], won_at: int, window: str) -> str:
    opened, won = steps[0].reached, steps[won_at].reached if won_at < len(steps) else 0
    if not opened:
        return f"No deal was opened in the last {window}"
    were = f"{won:,} {'was' if won == 1 else 'were'} won" if won else "none was won"
    return f"Of {counted(opened, 'deal')} opened in the last {window}, {were}"


def _ended(closing: Closing, window: str) -> str:
    rate = closing.overall.rate
    if rate.rate is None:
        return f"No deal was won or lost in the last {window}"
    noun = "deal" if rate.whole == 1 else "deals"
    if rate.too_few:
        return f"You won {formatting.share(rate)} {noun} that ended in the last {window}"
    return f"You won {formatting.share(rate)} of the deals that ended in the last {window}"


def _activities(counts: ActivityCounts) -> str:
    return f"{counted(counts.total, 'activity', 'activities')} logged in the last {len(counts.weeks)} weeks"


def _clients(clients: Sequence[Client]) -> str:
    again = sum(each.won.count > 1 for each in clients)
    return f"{counted(len(clients), 'client')}{f', {again:,} of them won more than once' if again else ''}"


def _paused(deals: Sequence[CountedDeal], scope: Scope) -> str:
    found = total(deals)
    worth = f" worth {formatting.rounded_total(found, scope)}" if _has_value(found) else ""
    return f"{counted(found.count, 'deal')}{worth} {_is(found.count)} put off"


def _doubts(report: Report) -> str:
    forced = sum(move.at > report.scope.since for deal in report.forced for move in deal.forced_moves)
    count = forced + len(report.doubtful) + len(report.uncountable)
    return f"{counted(count, 'entry', 'entries')} to check: forced moves and doubtful data"
