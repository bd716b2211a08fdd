"""What sections 1 to 4 of the report show, as values for `board.md.j2` and for a chat.

The templates do no arithmetic and write no numbers; they lay out what is here.
"""

from __future__ import annotations

from collections.abc import Iterator

from salesbot.core.policies.attention import KINDS
from salesbot.core.report import formatting
from salesbot.core.report.action_items import AttentionItem, UpcomingItem
from salesbot.core.report.compute import Board
from salesbot.core.report.headings import board_headings
from salesbot.core.report.scope import Scope
from salesbot.core.report.view_goals import goal_values, won_values
from salesbot.core.report.view_rows import MOST, Values, cut, deal_row, left_out, sums
from salesbot.core.text.plural import counted
from salesbot.core.text.render import Markdown

MOST_OPEN = 60
"""Open deals that are listed, over all stages."""
MOST_UPCOMING = 120
"""Items of the next seven days, over all people."""
MOST_IN_CHAT = 10
ATTENTION_SHOWN = 6
"""Deals that need attention and are shown at once, so that the rest of the report is near; further ones are folded."""


def board_values(board: Board, scope: Scope) -> Values:
    """Gather what sections 1 to 4 show."""
    return {
        "repository": scope.repository,
        "week": scope.week,
        "as_of": formatting.moment(scope.at, scope),
        "headings": board_headings(board, scope),
        "headline": _headline(board, scope),
        "goals": goal_values(board.headline, scope),
        "attention": _attention(board, scope, MOST),
        "stages": list(_stages(board, scope)),
        "any_open": bool(board.headline.open.count),
        "more_open": left_out(board.headline.open.count, MOST_OPEN),
        "all_open": Markdown(f"{scope.url}/issues"),
        "upcoming": list(_upcoming(board, scope)),
    }


def chat_values(board: Board, scope: Scope, address: str) -> Values:
    """Gather what a chat shows of the report at an address: the headline, and what needs attention."""
    return {**board_values(board, scope), "attention": _attention(board, scope, MOST_IN_CHAT), "address": address}


def _headline(board: Board, scope: Scope) -> Values:
    headline = board.headline
    return {
        "deals": f"{headline.without_prospects.count:,}",
        "value": formatting.total(headline.without_prospects, scope),
        "weighted": formatting.weighted(headline.without_prospects, scope),
        "prospects": f"{headline.prospects.count:,}" if headline.prospects.count else "",
        "paused": f"{headline.paused.count:,}" if headline.paused.count else "",
        "paused_value": formatting.total(headline.paused, scope),
        "won": [won_values(won, scope) for won in headline.won],
        "needing_attention": f"{len(board.attention):,}",
    }


def _attention(board: Board, scope: Scope, most: int) -> Values:
    return cut(board.attention, lambda item: _attention_item(item, scope), most, ATTENTION_SHOWN)


def _attention_item(item: AttentionItem, scope: Scope) -> Values:
    titles = [KINDS[kind] for kind in item.kinds]
    idle = counted(item.idle_days, "day") if item.idle_days else ""
    return {
        **deal_row(item.deal, scope),
        "reasons": [f"{title[0].lower()}{title[1:]}" for title in titles],
        "idle": idle,
    }


def _stages(board: Board, scope: Scope) -> Iterator[Values]:
    room = MOST_OPEN
    for stage in board.stages:
        listed = cut(stage.deals[:room], lambda deal: deal_row(deal, scope), MOST_OPEN)
        room -= len(listed["rows"])
        yield {"stage": stage.stage, **sums(stage.total, scope), **listed}


def _upcoming(board: Board, scope: Scope) -> Iterator[Values]:
    room = MOST_UPCOMING
    for person, items in board.upcoming.items():
        listed = cut(items, lambda each: _upcoming_item(each, scope), min(room, MOST), person=person)
        room -= len(listed["rows"])
        yield listed


def _upcoming_item(item: UpcomingItem, scope: Scope) -> Values:
    return {
        **deal_row(item.deal, scope),
        "day": f"{item.day:%a} {formatting.day(item.day)}",
        "what": formatting.shortened(item.what),
    }
