"""The report as JSON, version 1, for other programs. `docs/report.md` describes every key.

Money is a decimal string in the pipeline's currency, rounded once, at the end. Days are numbers, rates are numbers from
0 to 1, and both are null where there is nothing to divide. Keys may be added within a version, never changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from salesbot.core.policies.attention import AttentionKind
from salesbot.core.report import as_csv, client_list
from salesbot.core.report.clients import Client
from salesbot.core.report.closing import Group, Reason
from salesbot.core.report.compute import Report
from salesbot.core.report.counted_deal import CountedDeal, UncountableDeal
from salesbot.core.report.estimates import Estimated
from salesbot.core.report.flow import StageFlow
from salesbot.core.report.goals import Won
from salesbot.core.report.movement import MovementKind
from salesbot.core.report.reader import group_headings
from salesbot.core.report.scope import Scope
from salesbot.core.report.totals import Spread, Total
from salesbot.core.report.view_activities import activity_json
from salesbot.core.text.money import Money

VERSION = 1
_ENCODER = msgspec.json.Encoder()
Json = dict[str, Any]


def text(report: Report) -> str:
    """Write the report as JSON, ending in a line break."""
    return _in_lines(values(report))


def values(report: Report) -> Json:
    """Give the report's numbers as JSON values."""
    money = _Money(report.scope.pipeline.currency)
    return {
        **_about(report.scope),
        **_now(report, money),
        **_forecast(report, money),
        **_ended(report, money),
        **_estimates(report, money),
        "clients": [client_list.values(each, report.scope) for each in report.clients],
        **_people(report),
        **_doubts(report),
    }


def text_of_deals(deals: Iterable[CountedDeal], scope: Scope) -> str:
    """Write deals as JSON, in the order given: the columns of the CSV by name, null where there is nothing."""
    document = {**_about(scope), "deals": [_deal(deal, scope) for deal in deals]}
    return _in_lines(document)


def text_of_clients(clients: Iterable[Client], scope: Scope) -> str:
    """Write clients as JSON, in the order given."""
    document = {**_about(scope), "clients": [client_list.values(each, scope) for each in clients]}
    return _in_lines(document)


def _in_lines(document: Json) -> str:
    """Write a line for each key, and for each entry of a list."""
    entries = (
        f"  {_line(key)}: {_list(value) if isinstance(value, list) else _line(value)}"
        for key, value in document.items()
    )
    return "{\n" + ",\n".join(entries) + "\n}\n"


def _list(entries: Sequence[Any]) -> str:
    try:
        lines = _ENCODER.encode_lines(entries).decode().rstrip("\n")
    except UnicodeEncodeError:
        lines = "\n".join(map(_line, entries))
    indented = lines.replace("\n", ",\n    ")
    return f"[\n    {indented}\n  ]" if entries else "[]"


def _line(value: Any) -> str:
    try:
        return _ENCODER.encode(value).decode()
    except UnicodeEncodeError:  # half a character: only an escape can write it
        return json.dumps(value)


def _deal(deal: CountedDeal, scope: Scope) -> Json:
    columns = zip(as_csv.COLUMNS, as_csv.values(deal, scope), strict=True)
    headings = (heading.casefold() for heading in group_headings(scope))
    fields = {heading: choice or None for heading, choice in zip(headings, deal.choices, strict=True)}
    return {**{name: None if value == "" else value for name, value in columns}, "fields": fields}


def _about(scope: Scope) -> Json:
    return {
        "version": VERSION,
        "repository": scope.repository,
        **({"repositories": list(scope.repositories)} if scope.places else {}),
        "week": scope.week,
        "as_of": _moment(scope.at),
        "currency": scope.pipeline.currency,
    }


def _now(report: Report, money: _Money) -> Json:
    top = report.board.headline
    return {
        "open": money.weighted(top.open),
        "prospects": money.weighted(top.prospects),
        "revisit": money.plain(top.paused),
        "stages": [_stage(each, report.scope, money) for each in report.stages],
        "funnel": [
            {
                "stage": step.stage,
                "reached": step.reached,
                "next": step.next.rate if step.next is not None else None,
                "cumulative": step.cumulative.rate,
            }
            for step in report.funnel
        ],
        "movement": _movement(report, money),
        "won": {won.span: _won(won, money) for won in top.won},
        "goals_by_person": [
            {
                "person": each.login,
                "in_repository": not each.absent,
                **{won.span: _won(won, money) for won in each.won},
            }
            for each in top.people
        ],
    }


def _won(won: Won, money: _Money) -> Json:
    return {
        **money.plain(won.total),
        "goal": None if won.goal is None else money(won.goal),
        "needed": None if won.needed is None else money(won.needed),
        "pipeline": money.weighted(won.pipeline),
        "coverage": None if won.coverage is None else float(won.coverage),
        "weighted_coverage": None if won.weighted_coverage is None else float(won.weighted_coverage),
    }


def _forecast(report: Report, money: _Money) -> Json:
    months = [
        {
            "month": month.month,
            "value": money(month.expected.value),
            "weighted": money(month.expected.weighted),
            "won": money(month.won.value),
            **money.beside(month.expected),
            **money.beside(month.won, "won_"),
        }
        for month in report.forecast.months
    ]
    return {
        "forecast": months,
        "forecast_overdue": money.weighted(report.forecast.overdue),
        "forecast_undated": money.weighted(report.forecast.undated),
    }


def _ended(report: Report, money: _Money) -> Json:
    ended, overall = report.closing, report.closing.overall
    return {
        "closed": {
            "won": overall.won.count,
            "lost": overall.lost.count,
            "rejected": overall.rejected.count,
            "won_value": money(overall.won.value),
            "lost_value": money(overall.lost.value),
            **money.beside(overall.won, "won_"),
            **money.beside(overall.lost, "lost_"),
        },
        "win_rate": {"count": overall.rate.rate, "value": ended.by_value},
        "cycle_days": ended.cycle.mean,
        "cycle_median_days": ended.cycle.median,
        "time_to_loss_days": ended.time_to_loss.mean,
        "velocity_per_day": None if ended.velocity is None else money(ended.velocity),
        "velocity_left_out": ended.velocity_left_out,
        "sample": ended.sample,
        "lost_by_reason": [_reason(each, money) for each in ended.lost_by_reason],
        "rejected_by_reason": [_reason(each, money) for each in ended.rejected_by_reason],
        "by": {
            heading.casefold(): [_group(each, money) for each in groups] for heading, groups in ended.groups.items()
        },
        "discount": {
            "count": ended.discount.count,
            "first": money(ended.discount.first),
            "final": money(ended.discount.final),
            "median": ended.discount.median,
        },
        "first_reaction_hours": _spread(ended.response_hours),
    }


def _estimates(report: Report, money: _Money) -> Json:
    """Give `estimates`, only where a deal has one."""
    found = report.estimates
    if not any(deal.estimate for deal in report.deals):
        return {}
    by = {heading.casefold(): [_estimated(each, money) for each in groups] for heading, groups in found.by.items()}
    return {"estimates": {"offered": _estimated(found.offered, money), "won": _estimated(found.won, money), "by": by}}


def _estimated(found: Estimated, money: _Money) -> Json:
    return {
        "name": found.name or None,
        "count": found.count,
        "estimated_low": money(found.estimate.low),
        "estimated_high": money(found.estimate.high),
        "value": money(found.value),
        "off": found.off.median,
    }


def _people(report: Report) -> Json:
    scope = report.scope
    by_number = sorted(report.board.attention, key=lambda item: item.deal.number)
    return {
        "attention": [
            {"number": scope.reference(item.deal.number), "why": kind, "idle_days": item.idle_days}
            for kind in AttentionKind
            for item in by_number
            if kind in item.kinds
        ],
        "activities": activity_json(report.activities),
        "coming_back": [
            {"number": scope.reference(deal.number), "on": deal.revisit_on.isoformat() if deal.revisit_on else None}
            for deal in report.paused
        ],
        "forced": [
            {
                "number": scope.reference(deal.number),
                "stage": each.stage,
                "by": each.by,
                "why": each.why,
                "at": _moment(each.at),
            }
            for deal in report.deals
            for each in deal.forced_moves
        ],
    }


def _doubts(report: Report) -> Json:
    scope = report.scope
    return {
        "problems": [
            *(
                {"number": scope.reference(deal.number), "what": what}
                for deal in report.doubtful
                for what in deal.problems
            ),
            *({"number": scope.reference(each.number), "what": _why_uncountable(each)} for each in report.uncountable),
        ],
    }


def _why_uncountable(deal: UncountableDeal) -> str:
    if deal.locked:
        return "closed and locked without an outcome"
    return f"unknown stage {deal.label}" if deal.label else "could not be read"


class _Money:
    """Writes amounts of one currency."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    def __call__(self, amount: Decimal) -> str:
        return str(Money(amount, self.currency).rounded)

    def plain(self, total: Total) -> Json:
        """Count and value, and values without a rate beside them."""
        return {"count": total.count, "value": self(total.value), **self.beside(total)}

    def weighted(self, total: Total) -> Json:
        """The same with the weighted value."""
        weighted = _in_other_currencies("other_currencies_weighted", total.unconverted_weighted)
        return {**self.plain(total), "weighted": self(total.weighted), **weighted}

    def beside(self, total: Total, prefix: str = "") -> Json:
        """Give `other_currencies`: values that no rate converts, only where there are any."""
        return _in_other_currencies(f"{prefix}other_currencies", total.unconverted)


def _in_other_currencies(key: str, amounts: Mapping[str, Decimal]) -> Json:
    found = {code: str(Money(amount, code).rounded) for code, amount in sorted(amounts.items())}
    return {key: found} if found else {}


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _stage(flow: StageFlow, scope: Scope, money: _Money) -> Json:
    return {
        "stage": flow.stage,
        **money.weighted(flow.now),
        "median_days": flow.durations.median,
        "mean_days": flow.durations.mean,
        "longest_days": flow.durations.longest,
        "finished_median_days": flow.finished.median,
        "finished_mean_days": flow.finished.mean,
        "stuck": [scope.reference(deal.number) for deal, _ in flow.stuck],
    }


def _movement(report: Report, money: _Money) -> Json:
    movement, bridge = report.movement, report.movement.bridge
    return {
        "since": _moment(movement.since),
        **{kind.replace(" ", "_"): movement.count(kind) for kind in MovementKind},
        "unmoved": movement.unmoved,
        "bridge": {
            "then": money(bridge.start),
            "steps": [{"step": name, "value": money(amount)} for name, amount in bridge.steps],
            "now": money(bridge.end),
        },
        "bridge_from": bridge.taken_from,
    }


def _reason(reason: Reason, money: _Money) -> Json:
    return {"reason": reason.reason or None, **money.plain(reason.total), "left": dict(reason.last_stages)}


def _group(group: Group, money: _Money) -> Json:
    return {
        "name": group.name or None,
        "won": group.won.count,
        "lost": group.lost.count,
        "rejected": group.rejected.count,
        "won_value": money(group.won.value),
        **money.beside(group.won, "won_"),
        "rate": group.rate.rate,
    }


def _spread(found: Spread) -> Mapping[str, float | int | None]:
    return {"count": found.count, "median": found.median, "mean": found.mean, "longest": found.longest}
