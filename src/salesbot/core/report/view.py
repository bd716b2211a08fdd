"""What the report shows, as values for its templates: numbers written for people, lists cut to what fits a page.

The templates do no arithmetic and choose no words for numbers; they lay out what stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesbot.core.policies.attention import KINDS
from salesbot.core.report import charts, formatting
from salesbot.core.report.closing import Group, Reason
from salesbot.core.report.compute import Board, Report
from salesbot.core.report.deals import CountedDeal
from salesbot.core.report.flow import StageFlow
from salesbot.core.report.movement import KINDS as MOVES
from salesbot.core.report.movement import Moved
from salesbot.core.report.open_money import Month
from salesbot.core.report.people import Appointment
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import SMALL, Share, Total
from salesbot.core.text.money import Money
from salesbot.core.text.render import Markdown

MOST_OPEN = 60
MOST_COMING = 120
"""Dated things of the coming week, of all people."""
MOST = 40
"""Deals named in any other list; the rest is counted."""
MOST_IN_CHAT = 10
MOST_ON_PAGE = 2_000
KIND_TITLES = {
    "new": "New",
    "forward": "Moved forward",
    "back": "Moved back",
    "won": "Won",
    "lost": "Lost",
    "rejected": "Rejected by us",
    "put off": "Put off",
    "returned": "Back from being put off",
    "reopened": "Reopened",
}
STEP_TITLES = {
    "new": "new deals",
    "returned": "back from being put off",
    "qualified from prospects": "were prospects then",
    "worth more": "worth more than then",
    "worth less": "worth less than then",
    "back to prospects": "prospects again",
}
"""How the report says the steps of the bridge; the others say themselves."""
Values = dict[str, Any]


def of_board(board: Board, scope: Scope) -> Values:
    """Gather what sections 1 to 4 show."""
    return {
        "repository": scope.repository,
        "week": scope.week,
        "as_of": formatting.moment(scope.at, scope),
        "headline": _headline(board, scope),
        "attention": _attention(board, scope, MOST),
        "stages": list(_open(board, scope)),
        "any_open": bool(board.headline.open.count),
        "more_open": _more(board.headline.open.count, MOST_OPEN),
        "all_open": Markdown(f"{scope.url}/issues"),
        "coming": list(_coming(board, scope)),
    }


def of_chat(board: Board, scope: Scope, address: str) -> Values:
    """Gather what a chat hears of a report at an address: headline and what needs a person."""
    return {**of_board(board, scope), "attention": _attention(board, scope, MOST_IN_CHAT), "address": address}


def of_report(report: Report) -> Values:
    """Gather what every section shows."""
    scope, ended = report.scope, report.closing
    return {
        **of_board(report.board, scope),
        "charts": {
            "pipeline": charts.pipeline(report),
            "funnel": charts.funnel(report),
            "won": charts.won(report),
        },
        "movement": _movement(report),
        "forecast": _forecast(report),
        "flow": [_flow(each, scope) for each in report.stages],
        "funnel": [
            {
                "stage": step.stage,
                "reached": f"{step.reached:,}",
                "next": formatting.share(step.next) if step.next is not None else "",
                "all": formatting.share(step.cumulative),
            }
            for step in report.funnel
        ],
        "window": formatting.window(scope.pipeline.report.window_months),
        "closed": _closed(report),
        "lost": _reasons(ended.lost_by_reason, ended.all.lost, scope),
        "rejected": _reasons(ended.rejected_by_reason, ended.all.rejected, scope),
        "groups": [
            _cut([_group(each, scope) for each in groups], by=heading)
            for heading, groups in ended.by.items()
            if any(group.name for group in groups)
        ],
        "back": _cut([_line(deal, scope) for deal in report.back]),
        "forced": [
            {**_line(deal, scope), "to": each.stage, "by": each.by or "", "why": formatting.short(each.why)}
            for deal in report.forced
            for each in deal.forced
            if each.at > scope.since
        ][:MOST],
        "problems": _cut([{**_line(deal, scope), "what": "; ".join(deal.problems)} for deal in report.doubtful]),
        "strange": _cut(
            [{**_place(each.number, scope), "title": formatting.short(each.title), "label": each.label}
             for each in report.uncountable]
        ),
    }  # fmt: skip


def of_page(report: Report) -> Values:
    """Gather what the page shows besides: the deals, the open ones first, those that ended lately next."""
    scope = report.scope
    order = [stage.name for stage in scope.pipeline.stages]
    deals = sorted(report.deals, key=lambda deal: (deal.closed is not None, -deal.since.timestamp(), deal.number))
    return {
        **of_report(report),
        "deals": [
            {
                **_line(deal, scope),
                "order": order.index(deal.stage),
                "amount": str(deal.value) if deal.value is not None else "",
                "percent": deal.probability,
                "expected_sort": deal.expected.isoformat() if deal.expected else "",
                "since_sort": deal.since.isoformat(),
                "source": formatting.short(deal.source),
            }
            for deal in deals[:MOST_ON_PAGE]
        ],
        "listed": f"{MOST_ON_PAGE:,}",
        "more_deals": _more(len(deals), MOST_ON_PAGE),
    }


def _cut(rows: list[Any], most: int = MOST, **more: Any) -> Values:
    return {**more, "rows": rows[:most], "more": _more(len(rows), most)}


def _more(count: int, most: int) -> str:
    """Say how many are left out; nothing for none."""
    return f"{count - most:,}" if count > most else ""


def _place(number: int, scope: Scope) -> Values:
    """Where an issue is. A link that GitHub knows as its own would leave "mentioned this" on every deal, every week;
    over redirect.github.com it does not, which is how Renovate links (inferred)."""
    url = scope.address(number)
    quiet = url.replace("https://github.com/", "https://redirect.github.com/", 1)
    return {"number": number, "url": url, "link": Markdown(quiet)}


def _line(deal: CountedDeal, scope: Scope) -> Values:
    """A deal in one line."""
    step = deal.next_step
    value = Total(1, deal.value) if deal.value is not None else None
    return {
        **_place(deal.number, scope),
        "client": formatting.short(deal.client) or f"deal {deal.number}",
        "stage": deal.stage,
        "owner": deal.owner or "",
        "value": formatting.total(value, scope)
        if value
        else str(Money(deal.foreign[1], deal.foreign[0]))
        if deal.foreign
        else "",
        "expected": formatting.day(deal.expected),
        "late": deal.expected is not None and deal.expected < scope.today,
        "since": formatting.local_day(deal.since, scope),
        "next": f"{formatting.day(step.day)}: {formatting.short(step.what)}" if step else "",
        "on": formatting.day(deal.revisit_on),
        "reason": formatting.short(deal.reason),
    }


def _headline(board: Board, scope: Scope) -> Values:
    top = board.headline
    return {
        "leads": f"{top.leads.count:,}",
        "value": formatting.total(top.leads, scope),
        "weighted": formatting.weighted(top.leads, scope),
        "prospects": f"{top.prospects.count:,}" if top.prospects.count else "",
        "revisit": f"{top.revisit.count:,}" if top.revisit.count else "",
        "revisit_value": formatting.total(top.revisit, scope),
        "won": [
            {
                "span": won.span,
                "count": f"{won.total.count:,}",
                "value": formatting.total(won.total, scope),
                "goal": formatting.money(won.goal, scope) if won.goal else "",
                "share": min(1.0, won.reached) if won.reached is not None else 0,
                "reached": f"{won.reached:.0%}".replace("%", " %") if won.reached is not None else "",
            }
            for won in top.won
        ],
        "needs": f"{len({need.deal.number for need in board.attention}):,}",
    }


def _attention(board: Board, scope: Scope, most: int) -> Sequence[Values]:
    return [
        _cut([_line(need.deal, scope) for need in board.attention if need.why == kind], most, why=why)
        for kind, why in KINDS.items()
        if any(need.why == kind for need in board.attention)
    ]


def _open(board: Board, scope: Scope) -> Iterable[Values]:
    room = MOST_OPEN
    for stage in board.open:
        rows = [_line(deal, scope) for deal in stage.deals[:room]]
        room -= len(rows)
        yield {
            "stage": stage.stage,
            "count": f"{stage.total.count:,}",
            "value": formatting.total(stage.total, scope),
            "weighted": formatting.weighted(stage.total, scope),
            "rows": rows,
        }


def _coming(board: Board, scope: Scope) -> Iterable[Values]:
    room = MOST_COMING
    for person, appointments in board.coming.items():
        rows = [_appointment(each, scope) for each in appointments]
        found = _cut(rows, min(room, MOST), person=person)
        room -= len(found["rows"])
        yield found


def _appointment(each: Appointment, scope: Scope) -> Values:
    return {
        **_line(each.deal, scope),
        "day": f"{each.day:%a} {formatting.day(each.day)}",
        "what": formatting.short(each.what),
    }


def _movement(report: Report) -> Values:
    scope, moved = report.scope, report.movement
    bridge = moved.bridge
    return {
        "since": formatting.moment(moved.since, scope),
        "until": formatting.moment(scope.at, scope),
        "unmoved": f"{moved.unmoved:,}",
        "kinds": [
            _cut(
                [_moved(each, scope) for each in moved.moved if each.kind == kind],
                kind=kind,
                title=KIND_TITLES[kind],
                count=f"{moved.count(kind):,}",
            )
            for kind in MOVES
            if moved.count(kind)
        ],
        "then": formatting.money(bridge.then, scope),
        "then_day": formatting.local_day(moved.since, scope),
        "now_day": formatting.local_day(scope.at, scope),
        "steps": [
            {"step": STEP_TITLES.get(name, name), "value": formatting.signed(amount, scope)}
            for name, amount in bridge.steps
        ],
        "now": formatting.money(bridge.now, scope),
    }


def _moved(each: Moved, scope: Scope) -> Values:
    return {**_line(each.deal, scope), "before": each.before or ""}


def _forecast(report: Report) -> Values:
    """Give the months to come, and the lines of deals that no month may claim."""
    scope, found = report.scope, report.forecast
    months = [month for month in found.months if month.month >= f"{scope.today:%Y-%m}"]
    return {
        **_cut([_month(month, scope) for month in months]),
        "overdue": _sum(found.overdue, scope),
        "undated": _sum(found.undated, scope),
    }


def _month(month: Month, scope: Scope) -> Values:
    return {
        **_sum(month.ahead, scope),
        "month": month.month,
        "won": formatting.total(month.won, scope) if month.won.count else "",
    }


def _sum(found: Total, scope: Scope) -> Values:
    return {
        "count": f"{found.count:,}",
        "value": formatting.total(found, scope),
        "weighted": formatting.weighted(found, scope),
        "any": bool(found.count),
    }


def _flow(flow: StageFlow, scope: Scope) -> Values:
    return {
        "stage": flow.stage,
        "count": f"{flow.now.count:,}",
        "deals": f"{flow.stage_intervals.count:,}",
        "median": formatting.days(flow.stage_intervals.median),
        "longest": formatting.days(flow.stage_intervals.longest),
        "finished": formatting.days(flow.finished.median),
        "stuck": _cut([{**_line(deal, scope), "days": f"{days:,.0f}"} for deal, days in flow.stuck]),
    }


def _closed(report: Report) -> Values:
    scope, ended = report.scope, report.closing
    every, discount = ended.all, ended.discount
    return {
        "won": f"{every.won.count:,}",
        "won_value": formatting.total(every.won, scope),
        "lost": f"{every.lost.count:,}",
        "lost_value": formatting.total(every.lost, scope),
        "rejected": f"{every.rejected.count:,}",
        "rejected_share": formatting.share(Share(every.rejected.count, ended.sample + every.rejected.count)),
        "rate": formatting.share(every.rate),
        "by_value": formatting.by_value(ended.by_value, every.rate),
        "cycle": formatting.long(ended.cycle, "day"),
        "time_to_loss": formatting.long(ended.time_to_loss, "day"),
        "velocity": formatting.money(ended.velocity, scope) if ended.velocity is not None else "",
        "sample": ended.sample,
        "enough": SMALL,
        "answers": formatting.long(ended.answers, "working hour"),
        "answered": f"{ended.answers.count:,}",
        "discounted": f"{discount.count:,}" if discount.count else "",
        "first": formatting.money(discount.first, scope),
        "final": formatting.money(discount.final, scope),
        "discount": formatting.discount_of(discount.median),
    }


def _reasons(reasons: Sequence[Reason], ended: Total, scope: Scope) -> Values:
    return _cut([_reason(each, ended, scope) for each in reasons])


def _reason(reason: Reason, ended: Total, scope: Scope) -> Values:
    return {
        "reason": formatting.short(reason.reason) or "not said",
        "count": f"{reason.total.count:,}",
        "share": formatting.share(Share(reason.total.count, ended.count)),
        "value": formatting.total(reason.total, scope),
        "left": ", ".join(f"{stage} {count}" for stage, count in _often(reason.left)),
    }


def _often(left: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    return sorted(left.items(), key=lambda pair: (-pair[1], pair[0]))


def _group(group: Group, scope: Scope) -> Values:
    return {
        "name": formatting.short(group.name) or "not said",
        "won": f"{group.won.count:,}",
        "lost": f"{group.lost.count:,}",
        "rejected": f"{group.rejected.count:,}",
        "value": formatting.total(group.won, scope),
        "rate": formatting.share(group.rate),
    }
