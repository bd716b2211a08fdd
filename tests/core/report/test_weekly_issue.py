"""The week's issue: what is to do about the reports there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from salesbot.core.model.deal import Actor
from salesbot.core.model.effects import (
    CloseIssue,
    DeleteComment,
    EditBody,
    OpenReport,
    PinIssue,
    RemoveLabel,
    UnpinIssue,
)
from salesbot.core.model.facts import Comment, Issue, Label
from salesbot.core.report import weekly_issue
from salesbot.core.report.figures import Figures
from salesbot.core.report.weekly_issue import DesiredReport, ReportState
from salesbot.core.text import markdown

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MEMORY = ReportState("2026-W48", NOW - timedelta(days=7), NOW, NOW)
BOARD, REST = "**12,000 EUR** open", "## Movement\n\nNone.\n\n## Forecast\n\nNothing."


def wanted(week: str = "2026-W48", rest: str = REST, board: str = BOARD) -> DesiredReport:
    return weekly_issue.compose(board, rest, replace(MEMORY, week=week), 1)


def an_issue(number: int, of: DesiredReport, **more: Any) -> Issue:
    """An issue that says what is wanted, pinned and open."""
    comments = tuple(
        Comment(number * 100 + place, f"C{place}", text, NOW, own=True) for place, text in enumerate(of.parts)
    )
    issue = Issue(
        f"I{number}", number, of.title, of.body, NOW, own=True, labels=(Label("L", "report"),), pinned=True,
        comments=comments,
    )  # fmt: skip
    return replace(issue, **more)


def test_nothing_is_there_so_one_is_opened() -> None:
    made = wanted()
    assert weekly_issue.plan([], 1, made) == [(None, [OpenReport("Pipeline report 2026-W48", made.body)])]


def test_the_report_is_there_so_nothing_is_to_do() -> None:
    made = wanted()
    assert weekly_issue.plan([an_issue(7, made)], 1, made) == []
    assert weekly_issue.is_done([an_issue(7, made)], 1, "2026-W48")


def test_of_two_the_lowest_number_stays_and_the_other_is_a_duplicate() -> None:
    made = wanted()
    [(double, effects)] = weekly_issue.plan([an_issue(9, made), an_issue(7, made)], 1, made)
    assert (double and double.number, effects) == (9, [RemoveLabel("report"), CloseIssue("DUPLICATE", 7)])
    assert not weekly_issue.is_done([an_issue(9, made), an_issue(7, made)], 1, "2026-W48")


def test_the_one_before_is_unpinned_and_closed_last() -> None:
    old, made = an_issue(3, wanted("2026-W47")), wanted()
    new = an_issue(7, made, pinned=False)
    assert weekly_issue.plan([new, old], 1, made) == [
        (old, [UnpinIssue()]),
        (new, [PinIssue()]),
        (old, [CloseIssue("COMPLETED")]),
    ]


def test_a_refresh_of_an_older_week_leaves_the_newer_one_alone() -> None:
    old, new = wanted("2026-W47"), an_issue(7, wanted())
    there = an_issue(3, wanted("2026-W47", REST + " More."), open=False, pinned=False)
    assert weekly_issue.plan([new, there], 1, old) == [(there, [EditBody(old.body)])]


def test_where_a_pin_was_refused_it_is_not_asked_for_again() -> None:
    made = wanted()
    assert weekly_issue.plan([an_issue(7, made, pinned=False)], 1, made, pin=False) == []


@pytest.mark.parametrize(
    "issue",
    [
        pytest.param(an_issue(7, wanted(), own=False), id="somebody else's"),
        pytest.param(an_issue(7, wanted(), body="no marker"), id="without a marker"),
        pytest.param(
            an_issue(7, wanted(), body=wanted().body.replace('"repo":1', '"repo":2')), id="of another repository"
        ),
        pytest.param(an_issue(7, wanted(), body='<!-- salesbot:report {"repo":1,"week":7} -->'), id="half a marker"),
        pytest.param(
            an_issue(7, wanted(), body='<!-- salesbot:report {"repo":1,"week":"x","since":1e400} -->'),
            id="an infinite one",
        ),
    ],
)
def test_what_is_no_report_of_ours_is_nobodys_business(issue: Issue) -> None:
    made = wanted()
    assert weekly_issue.read_state(issue, 1) is None
    assert [issue for issue, _ in weekly_issue.plan([issue], 1, made)] == [None]


# Long reports

LONG = "\n\n".join(f"## Section {number}\n\n" + ("A deal with a name. " * 1_200) for number in range(8))


def test_a_long_report_is_split_at_its_sections() -> None:
    made = wanted(rest=LONG)
    texts = [made.body, *made.parts]
    assert len(texts) > 3
    assert all(len(text.encode()) <= markdown.BODY_LIMIT for text in texts)
    headings = [line for text in texts for line in text.splitlines() if line.startswith("## ")]
    assert headings == [f"## Section {number}" for number in range(8)]
    assert made.state.parts == len(made.parts)


def test_a_section_longer_than_a_comment_is_cut_and_says_so() -> None:
    made = wanted(rest="## All\n\n" + "Nothing but words.\n\n" * 9_000)
    assert all(len(text.encode()) <= markdown.BODY_LIMIT for text in (made.body, *made.parts))
    assert markdown.CUT_NOTE in made.parts[-1]


def test_a_board_too_long_for_an_issue_is_cut_and_the_rest_goes_on_in_comments() -> None:
    made = wanted(board="## Open deals\n\n" + "A deal with a name.\n\n" * 4_000)
    assert len(made.body.encode()) <= markdown.BODY_LIMIT
    assert markdown.CUT_NOTE in made.body
    assert made.body.rstrip().endswith(weekly_issue.BOARD_END)
    assert made.parts[0].count("## ") == 2


def test_a_report_with_the_figures_of_very_many_deals_fits_into_an_issue_also_after_a_refresh() -> None:
    random = Random(1)
    amounts = {number: ("EUR", Decimal(random.randint(0, 10**8))) for number in range(1, 4_000, 2)}
    state = replace(MEMORY, figures=Figures("EUR", Decimal(1), {}, amounts))
    board = "## Open deals\n\n" + "A deal with a name.\n\n" * 4_000
    made = weekly_issue.compose(board, LONG, state, 1)
    issue = an_issue(7, made)
    refreshed = weekly_issue.with_board(issue, board, state, 1)
    assert refreshed is not None
    for body in (made.body, refreshed):
        assert len(body.encode()) <= markdown.BODY_LIMIT
        kept = weekly_issue.read_state(replace(issue, body=body), 1)
        assert kept is not None
        assert kept.figures == state.figures


def test_a_part_that_is_gone_comes_back_and_a_doubled_one_goes() -> None:
    made = wanted(rest=LONG)
    there = an_issue(7, made)
    first = there.comments[0]
    double = replace(first, id=999)
    broken = replace(there, comments=(*there.comments[1:-1], first, double))
    [(_, effects)] = weekly_issue.plan([broken], 1, made)
    assert effects[0] == DeleteComment(999)
    assert [str(getattr(effect, "key", "")) for effect in effects[1:]] == [f"report:part-{len(made.parts)}"]


def test_parts_that_a_shorter_report_needs_no_more_go() -> None:
    [(_, effects)] = weekly_issue.plan([an_issue(7, wanted(rest=LONG))], 1, wanted())
    assert effects[0] == EditBody(wanted().body)
    assert {type(effect) for effect in effects[1:]} == {DeleteComment}


# The board


def test_the_sweep_writes_the_first_half_only() -> None:
    issue = an_issue(7, wanted())
    later = replace(MEMORY, board=NOW + timedelta(days=1))
    body = weekly_issue.with_board(issue, "**5 EUR** open", later, 1)
    assert body is not None
    assert weekly_issue.read_state(replace(issue, body=body), 1) == later
    assert "**5 EUR** open" in body
    assert "12,000" not in body
    assert body.partition(weekly_issue.BOARD_END)[2] == issue.body.partition(weekly_issue.BOARD_END)[2]


def test_a_report_whose_dividing_line_is_gone_is_left_alone() -> None:
    issue = an_issue(7, wanted())
    assert (
        weekly_issue.with_board(replace(issue, body=issue.body.replace(weekly_issue.BOARD_END, "")), BOARD, MEMORY, 1)
        is None
    )


# /report


def said(body: str, **more: Any) -> Comment:
    return replace(Comment(1, "C1", body, NOW, Actor("ann", 1)), **more)


@pytest.mark.parametrize(
    ("comment", "asks"),
    [
        pytest.param(said("/report"), True, id="/report"),
        pytest.param(said("Please:\n\n/report"), True, id="further down"),
        pytest.param(said("> /report"), False, id="in a quotation"),
        pytest.param(said("/reporting"), False, id="another word"),
        pytest.param(said("/report", receipts=frozenset({"ROCKET"})), False, id="answered"),
        pytest.param(said("/report", receipts=frozenset({"CONFUSED"})), False, id="answered with no"),
        pytest.param(said("/report", edited_by_others=True), False, id="edited by somebody else"),
        pytest.param(said("/report", created_at=NOW - timedelta(days=8)), False, id="eight days old"),
        pytest.param(said("/report", own=True), False, id="our own words"),
    ],
)
def test_what_asks_for_a_refresh(comment: Comment, asks: bool) -> None:
    issue = an_issue(7, wanted(), comments=(comment,))
    assert bool(weekly_issue.refresh_requests(issue, NOW)) is asks
    assert weekly_issue.refresh_requests(replace(issue, labels=()), NOW) == []
