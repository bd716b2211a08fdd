"""The journal in the card's marker: what old cards carry stays readable, and fields come back as they were written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from salesbot.core.model.deal import How, StageVisit
from salesbot.core.model.journal import (
    Assigned,
    Cursor,
    Journal,
    LeftAs,
    Pair,
    PendingComment,
    from_payload,
    to_payload,
)
from salesbot.core.model.keys import Key, Kind
from salesbot.core.text import markdown

# Word for word as cards have carried it since the first version.
OLD_MARKER = (
    '<!-- salesbot:card {"v":1,"repo":1,"issue":7,"stage":"negotiating","label":"LA_4","cursor":[1764060000,"E9"],'
    '"born":1763900000,"answered":[[101,"yes"],[102,"no"],[103,"closed"]],"history":[["lead",1763900000,null,"start",'
    'null],["lost",1763990000,"ann","command","signed","price"],["lead",1763995000,null,"Streak",null]],"refused":"E8",'
    '"owed":[["refusal:E8","No."],["checklist:estimate",""]],"ticks":{"estimate":["goal"]},"lists":{"estimate":120},'
    '"cleared":99,"asked":"E5","left":"not-a-deal","rounds":[[1763980000,"9,000 EUR"]],"duplicate_of":12,"assigned":'
    '[["ann",true,1763910000]],"refresh":{"estimate":104},"reminded":["overdue-2026-11-20"],"boxes":[[105,1763920000]],'
    '"lead":"typeform:f:t","twins":[[12,"same email"]],"pair":["KEY","lead","5002","9000",1764000000,null,1763930000,'
    "null]} -->\nhello"
)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


JOURNAL = Journal(
    repository=1,
    issue=7,
    stage="negotiating",
    cursor=Cursor(at(1764060000), "E9"),
    born=at(1763900000),
    label="LA_4",
    answered=((101, "yes"), (102, "no"), (103, "closed")),
    history=(
        StageVisit("lead", at(1763900000), None, How.START),
        StageVisit("lost", at(1763990000), "ann", How.COMMAND, "signed", "price"),
        StageVisit("lead", at(1763995000), None, How.MIRROR),
    ),
    refused="E8",
    pending=(PendingComment(Key(Kind.REFUSAL, "E8"), "No."), PendingComment(Key(Kind.CHECKLIST, "estimate"), "")),
    ticks={"estimate": ("goal",)},
    lists={"estimate": 120},
    cleared=99,
    asked="E5",
    left=LeftAs.NOT_A_DEAL,
    rounds=((at(1763980000), "9,000 EUR"),),
    duplicate_of=12,
    assigned=(Assigned("ann", True, at(1763910000)),),
    refresh={"estimate": 104},
    reminded=("overdue-2026-11-20",),
    boxes=((105, at(1763920000)),),
    lead="typeform:f:t",
    possible_duplicates=((12, "same email"),),
    pair=Pair("KEY", "lead", "5002", "9000", 1764000000, None, at(1763930000), None),
)


def old_payload() -> dict[str, Any]:
    marker = markdown.read_marker(OLD_MARKER)
    assert marker is not None
    return marker.payload


def test_an_old_card_is_read_as_it_was_meant() -> None:
    assert from_payload(old_payload()) == JOURNAL


def test_a_card_is_written_as_old_ones_are() -> None:
    assert to_payload(JOURNAL) == old_payload()


def test_a_journal_with_nothing_to_keep_is_short() -> None:
    fresh = Journal(1, 7, "lead", Cursor(at(5)), at(5))
    assert to_payload(fresh) == {"v": 1, "repo": 1, "issue": 7, "stage": "lead", "cursor": [5, ""], "born": 5}
    assert from_payload(to_payload(fresh)) == fresh


def test_the_date_of_a_visit_is_kept_also_where_there_was_no_reason() -> None:
    visits = (StageVisit("revisit", at(5), "ann", until="2027-03-01"), StageVisit("lead", at(6), "ann"))
    journal = replace(JOURNAL, history=visits)
    assert from_payload(to_payload(journal)) == journal


def test_a_way_that_only_a_newer_version_knows_does_not_make_the_journal_unreadable() -> None:
    payload = {**old_payload(), "history": [["lead", 5, None, "telepathy", None]]}
    journal = from_payload(payload)
    assert journal is not None
    assert journal.history == (StageVisit("lead", at(5), None, How.LABEL),)


@pytest.mark.parametrize(
    "part",
    [
        {"v": 2},
        {"repo": None},
        {"cursor": [5]},
        {"answered": [[101, "perhaps"]]},
        {"answered": [[101]]},
        {"history": [["lead", 5]]},
        {"owed": ["refusal"]},
        {"ticks": ["goal"]},
        {"left": "bored"},
        {"born": 10**20},
        {"pair": ["KEY"]},
    ],
    ids=str,
)
def test_a_marker_that_no_version_of_ours_wrote_is_no_journal(part: dict[str, Any]) -> None:
    assert from_payload({**old_payload(), **part}) is None
