"""The journal in the card's marker: what old cards carry stays readable, and fields come back as they were written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from salesbot.core.model import messages
from salesbot.core.model.deal import How, StageVisit
from salesbot.core.model.journal import (
    Assigned,
    Cursor,
    Journal,
    LeftAs,
    Pair,
    from_payload,
    to_payload,
)
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.messages import PendingComment, message
from salesbot.core.text import markdown
from salesbot.core.text.render import Markdown

# Word for word as cards have carried it since the first version.
OLD_MARKER = (
    '<!-- salesbot:card {"v":1,"repo":1,"issue":7,"stage":"negotiating","label":"LA_4","cursor":[1764060000,"E9"],'
    '"born":1763900000,"answered":[[101,"yes"],[102,"no"],[103,"closed"]],"history":[["lead",1763900000,null,"start",'
    'null],["lost",1763990000,"ann","command","signed","price"],["lead",1763995000,null,"Streak",null]],"refused":"E8",'
    '"owed":[["refusal:E8",[["putback.md.j2",{"stage":"lead","person":"ann","ended":false,"column":false}]]],'
    '["checklist:estimate",[]]],"ticks":{"estimate":["goal"]},"lists":{"estimate":120},'
    '"cleared":99,"asked":"E5","left":"not-a-deal","rounds":[[1763980000,"9,000 EUR"]],"duplicate_of":12,"assigned":'
    '[["ann",true,1763910000]],"refresh":{"estimate":104},"reminded":["overdue-2026-11-20"],"boxes":[[105,1763920000]],'
    '"lead":"typeform:f:t","twins":[[12,"same email"]],"pair":["KEY","lead","5002","9000",1764000000,null,1763930000,'
    "null]} -->\nhello"
)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


PUT_BACK = message("putback.md.j2", {"stage": "lead", "person": "ann"})
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
    pending=(PendingComment(Key(Kind.REFUSAL, "E8"), (PUT_BACK,)), PendingComment(Key(Kind.CHECKLIST, "estimate"))),
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
        {"ticks": ["goal"]},
        {"left": "bored"},
        {"born": 10**20},
        {"pair": ["KEY"]},
    ],
    ids=str,
)
def test_a_marker_that_no_version_of_ours_wrote_is_no_journal(part: dict[str, Any]) -> None:
    assert from_payload({**old_payload(), **part}) is None


REFUSAL = ["refusal.md.j2", {"to": "won", "person": "ann"}]


@pytest.mark.parametrize(
    "entry",
    [
        ["refusal:E8", "**Markdown**, as older versions kept it"],
        ["checklist:estimate", ""],
        ["card", [REFUSAL]],
        ["card:2", [REFUSAL]],
        ["unknown:2", [REFUSAL]],
        [f"refusal:{'E' * 200}", [REFUSAL]],
        ["refusal:E8", [["card.md.j2", {}]]],
        ["refusal:E8", [["../../etc/passwd", {}]]],
        ["refusal:E8", [REFUSAL, ["nothing.md.j2", {}]]],
        ["refusal:E8", [["refusal.md.j2", "text"]]],
        ["refusal:E8", []],
        ["checklist:estimate", [REFUSAL]],
        ["refusal"],
        "refusal",
        None,
        5,
    ],
    ids=str,
)
def test_what_is_no_pending_comment_of_ours_is_left_out_and_the_rest_of_the_journal_is_read(entry: Any) -> None:
    journal = from_payload({**old_payload(), "owed": [entry, ["ask:E9", [["ask.md.j2", {"stage": "lead"}]]]]})
    assert journal is not None
    assert [str(pending.key) for pending in journal.pending] == ["ask:E9"]


@pytest.mark.parametrize("owed", [None, "x", 5, {"a": 1}], ids=str)
def test_without_a_list_nothing_is_pending(owed: Any) -> None:
    journal = from_payload({**old_payload(), "owed": owed})
    assert journal is not None
    assert journal.pending == ()


def test_values_of_another_kind_are_empty_and_long_ones_are_cut() -> None:
    values = {
        "to": ["won"], "person": {"a": 1}, "line": 10**400, "label": "yes", "boxes": "abc", "why": [5, {"reason": 1}],
        "stage": "x" * 9_000, "say": "/won", "unknown": "value",
    }  # fmt: skip
    many = [["refusal:E" + str(number), [["refusal.md.j2", values]]] for number in range(500)]
    journal = from_payload({**old_payload(), "owed": many})
    assert journal is not None
    assert len(journal.pending) == messages.MOST_PENDING
    [kept] = journal.pending[0].messages
    nothing = {"reason": None, "hint": None, "details": None}
    assert kept.values == {
        **message("refusal.md.j2", {}).values,
        "say": "/won",
        "stage": "x" * messages.LONGEST,
        "why": [nothing, nothing],
    }


def test_what_is_kept_of_a_message_is_shown_as_it_was_meant_and_does_nothing_else() -> None:
    hint = "Comment `/won <amount>`, @team: see [this](https://x) *now*"
    kept = message("refusal.md.j2", {"why": [{"reason": Markdown("`/won` needs a value."), "hint": hint}]})
    again = from_payload(to_payload(replace(JOURNAL, pending=(PendingComment(Key(Kind.REFUSAL, "E8"), (kept,)),))))
    assert again is not None
    assert again.pending[0].messages == (kept,)
    [why] = messages.for_template(kept)["why"]
    assert why["reason"] == "`/won` needs a value."
    assert why["hint"].startswith("Comment `/won <amount>`, @<!-- -->team: see \\[this\\]")
    assert all(isinstance(text, Markdown) for text in why.values() if text is not None)
