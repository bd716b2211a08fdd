"""What the report shows, section by section, as values for `report.md.j2`.

The templates do no arithmetic and write no numbers; they lay out what is here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from salesbot.core.report import charts, client_list, formatting
from salesbot.core.report.bridge import BridgeStep, Start
from salesbot.core.report.closing import Group, Reason
from salesbot.core.report.compute import Report
from salesbot.core.report.counted_deal import UncountableDeal
from salesbot.core.report.estimates import Estimated
from salesbot.core.report.flow import FunnelStep, StageFlow
from salesbot.core.report.headings import report_headings
from salesbot.core.report.movement import MovedDeal, Movement, MovementKind
from salesbot.core.report.open_money import Month
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import ENOUGH, Share, Total
from salesbot.core.report.view_activities import activity_values
from salesbot.core.report.view_board import board_values
from salesbot.core.report.view_rows import MOST, Values, cut, deal_row, issue_link, sums
from salesbot.core.views import estimate

MOVEMENT_TITLES = {
    MovementKind.NEW: "New",
    MovementKind.FORWARD: "Moved forward",
    MovementKind.BACK: "Moved back",
    MovementKind.WON: "Won",
    MovementKind.LOST: "Lost",
    MovementKind.REJECTED: "Rejected by us",
    MovementKind.PUT_OFF: "Put off",
    MovementKind.RETURNED: "Back from being put off",
    MovementKind.REOPENED: "Reopened",
}
STEP_TITLES = {
    BridgeStep.NEW: "new deals",
    BridgeStep.RETURNED: "back from being put off",
    BridgeStep.QUALIFIED: "came from prospects",
    BridgeStep.VALUE_ROSE: "worth more than then",
    BridgeStep.VALUE_FELL: "worth less than then",
    BridgeStep.COUNTED_AGAIN: "deals that were not counted then",
    BridgeStep.RATES: "changed exchange rates",
    BridgeStep.TO_PROSPECTS: "prospects again",
    BridgeStep.UNCOUNTED: "deals that are no longer counted",
}
"""How the report names steps of the bridge; it names the others as JSON does."""
START_NOTES = {
    Start.REPORT: "",
    Start.SUM: "The previous report had too many deals to keep the value of each, so the steps are computed from the "
    "deals as they are now; what they do not explain is under other changes.",
    Start.HISTORY: "There is no previous report that kept its figures, so the first line is computed from the deals as "
    "they are now.",
}


def report_values(report: Report) -> Values:
    """Gather what every section shows."""
    scope, ended = report.scope, report.closing
    return {
        **board_values(report.board, scope),
        "headings": report_headings(report),
        "charts": {"pipeline": charts.pipeline(report), "funnel": charts.funnel(report), "won": charts.won(report)},
        "movement": _movement(report.movement, scope),
        "forecast": _forecast(report),
        "flow": [_flow(each, scope) for each in report.stages],
        "funnel": [_funnel_step(step) for step in report.funnel],
        "window": formatting.window(scope.pipeline.report.window_months),
        "closed": _closed(report),
        "lost": _reasons(ended.lost_by_reason, ended.overall.lost, scope),
        "rejected": _reasons(ended.rejected_by_reason, ended.overall.rejected, scope),
        "groups": list(_groups(report)),
        "estimates": list(_estimates(report)),
        "activities": activity_values(report.activities),
        "clients": client_list.rows(report.clients, scope),
        "paused": cut(report.paused, lambda deal: deal_row(deal, scope)),
        "forced": list(islice(_forced(report), MOST)),
        "problems": cut(report.doubtful, lambda deal: {**deal_row(deal, scope), "what": "; ".join(deal.problems)}),
        "uncountable": cut(report.uncountable, lambda deal: _uncountable(deal, scope)),
    }


def _movement(movement: Movement, scope: Scope) -> Values:
    bridge = movement.bridge
    return {
        "since": formatting.moment(movement.since, scope),
        "until": formatting.moment(scope.at, scope),
        "unmoved": f"{movement.unmoved:,}",
        "kinds": [_kind(kind, movement, scope) for kind in MovementKind if movement.count(kind)],
        "start": formatting.money(bridge.start, scope),
        "start_day": formatting.local_day(movement.since, scope),
        "end": formatting.money(bridge.end, scope),
        "end_day": formatting.local_day(scope.at, scope),
        "start_note": START_NOTES[bridge.taken_from],
        "steps": [
            {"step": STEP_TITLES.get(step, str(step)), "value": formatting.signed(amount, scope)}
            for step, amount in bridge.steps
        ],
    }


def _kind(kind: MovementKind, movement: Movement, scope: Scope) -> Values:
    found = [each for each in movement.deals if each.kind == kind]
    return cut(found, lambda each: _moved(each, scope), kind=kind, title=MOVEMENT_TITLES[kind], count=f"{len(found):,}")


def _moved(moved: MovedDeal, scope: Scope) -> Values:
    way = [moved.previous_stage or "", *moved.ended_before, moved.deal.stage]
    return {
        **deal_row(moved.deal, scope),
        "previous_stage": moved.previous_stage or "",
        "way": " → ".join(stage for stage in way if stage),
    }


def _forecast(report: Report) -> Values:
    """Show the months to come, and the deals that belong to no month: overdue and undated ones."""
    scope, forecast = report.scope, report.forecast
    months = [month for month in forecast.months if month.month >= f"{scope.today:%Y-%m}"]
    return {
        **cut(months, lambda month: _month(month, scope)),
        "overdue": {**sums(forecast.overdue, scope), "any": bool(forecast.overdue.count)},
        "undated": sums(forecast.undated, scope),
    }


def _month(month: Month, scope: Scope) -> Values:
    won = formatting.total(month.won, scope) if month.won.count else ""
    return {**sums(month.not_overdue, scope), "month": month.month, "won": won}


def _flow(flow: StageFlow, scope: Scope) -> Values:
    return {
        "stage": flow.stage,
        "count": f"{flow.now.count:,}",
        "deals": f"{flow.durations.count:,}",
        "median": formatting.days(flow.durations.median),
        "longest": formatting.days(flow.durations.longest),
        "finished": formatting.days(flow.finished.median),
        "stuck": cut(flow.stuck, lambda pair: {**deal_row(pair[0], scope), "days": f"{pair[1]:,.0f}"}),
    }


def _funnel_step(step: FunnelStep) -> Values:
    return {
        "stage": step.stage,
        "reached": f"{step.reached:,}",
        "next": formatting.share(step.next) if step.next is not None else "",
        "all": formatting.share(step.cumulative),
    }


def _closed(report: Report) -> Values:
    scope, ended = report.scope, report.closing
    every, discount = ended.overall, ended.discount
    # A single slow deal would decide what takes how long; the JSON has it, with the size of the sample.
    enough = ended.sample >= ENOUGH
    return {
        "won": f"{every.won.count:,}",
        "won_value": formatting.total(every.won, scope),
        "lost": f"{every.lost.count:,}",
        "lost_value": formatting.total(every.lost, scope),
        "rejected": f"{every.rejected.count:,}",
        "rejected_share": formatting.share(Share(every.rejected.count, ended.sample + every.rejected.count)),
        "rate": formatting.share(every.rate),
        "by_value": formatting.by_value(ended.by_value, every.rate),
        "cycle": formatting.duration(ended.cycle, "day") if enough else "",
        "time_to_loss": formatting.duration(ended.time_to_loss, "day") if enough else "",
        "velocity": formatting.rounded_money(ended.velocity, scope) if enough and ended.velocity is not None else "",
        "velocity_left_out": f"{ended.velocity_left_out:,}" if ended.velocity_left_out else "",
        "sample": ended.sample,
        "needed_sample": ENOUGH,
        "response_time": formatting.duration(ended.response_hours, "working hour"),
        "responded": f"{ended.response_hours.count:,}",
        "discounted": f"{discount.count:,}" if discount.count else "",
        "first": formatting.rounded_money(discount.first, scope),
        "final": formatting.rounded_money(discount.final, scope),
        "discount": formatting.discount(discount.median),
    }


def _reasons(reasons: Sequence[Reason], ended: Total, scope: Scope) -> Values:
    return cut(reasons, lambda each: _reason(each, ended, scope))


def _reason(reason: Reason, ended: Total, scope: Scope) -> Values:
    stages = sorted(reason.last_stages.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "reason": formatting.shortened(reason.reason) or "not said",
        "count": f"{reason.total.count:,}",
        "share": formatting.share(Share(reason.total.count, ended.count)),
        "value": formatting.total(reason.total, scope),
        "last_stages": ", ".join(f"{stage} {count}" for stage, count in stages),
    }


def _groups(report: Report) -> Iterator[Values]:
    """Show the groups of each field that any ended deal has."""
    for heading, groups in report.closing.groups.items():
        if any(group.name for group in groups):
            yield cut(groups, lambda each: _group(each, report.scope), heading=heading)


def _group(group: Group, scope: Scope) -> Values:
    return {
        "name": formatting.shortened(group.name) or "not said",
        "won": f"{group.won.count:,}",
        "lost": f"{group.lost.count:,}",
        "rejected": f"{group.rejected.count:,}",
        "value": formatting.total(group.won, scope),
        "rate": formatting.share(group.rate),
    }


def _estimates(report: Report) -> Iterator[Values]:
    """Show what open deals were estimated at and offered for, then the deals won, in all, by owner and by service."""
    scope, found = report.scope, report.estimates
    if found.offered.count:
        yield _estimated("open, as offered", found.offered, scope)
    if found.won.count:
        yield _estimated("won", found.won, scope)
    for heading, groups in found.by.items():
        for each in groups[:MOST]:
            yield _estimated(f"{heading.lower()} {formatting.shortened(each.name)}", each, scope)


def _estimated(name: str, found: Estimated, scope: Scope) -> Values:
    off = found.off.median
    return {
        "name": name,
        "count": f"{found.count:,}",
        "estimate": estimate.amount_in_words(found.estimate, scope.pipeline.currency),
        "value": formatting.money(found.value, scope),
        "off": "" if off is None else estimate.percent(off) or "within",
    }


def _forced(report: Report) -> Iterator[Values]:
    for deal in report.forced:
        for move in deal.forced_moves:
            if move.at > report.scope.since:
                why = formatting.shortened(move.why)
                yield {**deal_row(deal, report.scope), "to": move.stage, "by": move.by or "", "why": why}


def _uncountable(deal: UncountableDeal, scope: Scope) -> Values:
    return {
        **issue_link(deal.number, scope),
        "title": formatting.shortened(deal.title),
        "label": deal.label,
        "locked": deal.locked,
    }
