"""What each template may be given: a full sample, with everything there is, and a bare one, with nothing optional.

The samples come from the code that makes the real values, wherever it takes no more than a deal and a pipeline. They
serve `template_check`, which renders every template of a repository with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from salesbot.core.installation.problem_issue import DealFight, LabelProblem
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import headings
from salesbot.core.model.client_deal import ClientDeal, FieldOffer
from salesbot.core.model.deal import Actor, Deal, How, Role, StageVisit
from salesbot.core.model.estimate import Range
from salesbot.core.model.headings import TRUSTED_FIELDS
from salesbot.core.model.journal import Cursor, EstimatedRound, Journal, Pair
from salesbot.core.model.logged_activity import ActivityKind, LoggedActivity
from salesbot.core.model.messages import message
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.model.tasks import DealTask
from salesbot.core.model.trust import Doubt, TrustedField
from salesbot.core.policies.attention import KINDS
from salesbot.core.reconcile import checklist_comments
from salesbot.core.report.compute import compute_report
from salesbot.core.report.counted_deal import CountedDeal, ForcedMove, UncountableDeal
from salesbot.core.report.scope import choose_scope
from salesbot.core.report.stage_intervals import StageInterval
from salesbot.core.report.view_report import report_values
from salesbot.core.text import fields
from salesbot.core.text.checklists import Checklist
from salesbot.core.text.money import Amount
from salesbot.core.text.next_step import NextStep
from salesbot.core.text.task_lists import Item
from salesbot.core.views import card, replies

Values = Mapping[str, Any]
ANN = Actor("ann", 1)
BEGUN = datetime(2026, 9, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TEXTS = {
    headings.EMAIL: "ann@acme.example",
    headings.VALUE: "24000",
    headings.PROBABILITY: "40",
    headings.EXPECTED_CLOSE: "2027-01-29",
    headings.NEXT_STEP: "2026-11-27: send the estimate (kim)",
    headings.REVISIT_ON: "2027-03-01",
    headings.SNOOZED_UNTIL: "2026-12-01",
    headings.EARLIER_EXPECTED_CLOSES: "2026-10-30, 2026-11-27, 2026-12-18",
}


def samples(template: str, pipeline: Pipeline) -> list[Values]:
    """Give the values with which a template is tried, the full ones first; none for a template that is not rendered."""
    if template.startswith("checklists/"):
        name = template.removeprefix("checklists/").removesuffix(".md.j2")
        states = (_full(pipeline, _first(pipeline)), _bare(pipeline))
        return [checklist_comments.values(name, state.deal, pipeline, round_=1) for state in states]
    match template:
        case "card.md.j2":
            states_ = [*(_full(pipeline, stage) for stage in pipeline.stages), _bare(pipeline)]
            return [card.values(state, pipeline, NOW.date()) for state in states_]
        case "help.md.j2" | "history.md.j2" | "estimate_table.md.j2":
            states = (_full(pipeline, _first(pipeline)), _bare(pipeline))
            return [replies.values(template, state, Role.ADMIN, pipeline, NOW.date()) for state in states]
        case "ask.md.j2":
            return [replies.how_it_ended(stage.name, "ann", pipeline) for stage in pipeline.stages if stage.is_open]
        case "board.md.j2" | "report.md.j2":
            return list(_reports(pipeline))
        case _:
            return _small(_first(pipeline)).get(template, [])


def _first(pipeline: Pipeline) -> Stage:
    return next(stage for stage in pipeline.stages if stage.name == pipeline.initial)


def _bare(pipeline: Pipeline) -> DealState:
    stage = _first(pipeline).name
    deal = Deal(7, "", fields.parse("", pipeline.headings, pipeline.one_line), Amount("", pipeline.currency), stage)
    return DealState(deal, Journal(1, 7, stage, Cursor(NOW), NOW))


def _full(pipeline: Pipeline, stage: Stage) -> DealState:
    text = "\n\n".join(f"### {heading}\n\n{TEXTS.get(heading, 'Acme GmbH')}" for heading in pipeline.headings)
    visits = tuple(
        StageVisit(each.name, BEGUN + timedelta(days=number), "ann", How.COMMAND, "the client insists", "too early")
        for number, each in enumerate((*pipeline.stages, stage))
    )
    lines = ("Team", "Design: 4-6 d @ann", "Hosting: 1200 EUR", "Tests: 3 dayz", "Go live @kim")
    items = (Item("Date", ticked=True), *(Item(line) for line in lines))
    deal = Deal(
        number=7,
        title="Acme GmbH: new shop",
        body=fields.parse(text, pipeline.headings, pipeline.one_line),
        value=Amount(TEXTS[headings.VALUE], pipeline.currency),
        stage=stage.name,
        owner="ann",
        helpers=("kim",),
        checklists={"estimate": Checklist("estimate", items, "https://github.com/acme/sales/issues/7")},
        history=visits,
        trust={each: TrustedField(each, "2027-03-01", "ann", Doubt("2028", "eve", NOW)) for each in TRUSTED_FIELDS[1:]},
    )
    journal = Journal(
        1, 7, stage.name, Cursor(NOW), BEGUN, history=visits, duplicate_of=5, possible_duplicates=((3, "same client"),),
        asked="E1", rounds=((BEGUN, "30000"), (BEGUN, "27000"), (NOW, "24000")),
        estimates=(EstimatedRound(1, "28000 EUR", "33000 EUR", "3 d"), EstimatedRound(2, "", "", "4 to 6 d")),
        same_client=(ClientDeal(5, "won", "24,000 EUR", BEGUN), ClientDeal(4, "lost", reason="price")),
        offers=(FieldOffer(5, "Phone", "+49 30 1234"),),
        pair=Pair("box", received=NOW, sent=BEGUN, opened=BEGUN),
        sub_issues=(3, 5), task_counts=(3, 5), tasks=(DealTask(9, "send the references", "2026-11-27", "kim"),),
        activities=(LoggedActivity(NOW, ActivityKind.CALL, "ann", 5, "they compare us with two others"),),
    )  # fmt: skip
    return DealState(deal, journal)


def _reports(pipeline: Pipeline) -> Iterator[Values]:
    scope = choose_scope("acme/sales", pipeline, NOW)
    deals = [_counted(number, stage, pipeline) for number, stage in enumerate(pipeline.stages, 1)]
    yield report_values(compute_report([*deals, UncountableDeal(99, "Acme", "stage:odd")], scope))
    yield report_values(compute_report([], scope))


def _counted(number: int, stage: Stage, pipeline: Pipeline) -> CountedDeal:
    return CountedDeal(
        number, "Acme GmbH: new shop", "Acme GmbH", BEGUN, stage.name,
        (StageInterval(_first(pipeline).name, BEGUN), StageInterval(stage.name, NOW - timedelta(days=2))),
        closed=None if stage.is_open or stage.paused else NOW - timedelta(days=2), owner="ann", value=Decimal(24000),
        rounds=((BEGUN, Decimal(30000)), (NOW, Decimal(24000))), probability=40,
        estimate=Range(Decimal(22000), Decimal(26000)), service="Shop",
        expected=(NOW - timedelta(days=9)).date(), next_step=NextStep(NOW.date(), "send the estimate", "kim"),
        source="web", reason="price", revisit_on=NOW.date(), response_hours=3.0,
        attention=tuple((kind, BEGUN) for kind in KINDS),
        choices=tuple("web" for _ in pipeline.report.by), problems=("its value cannot be read",),
        tasks=(DealTask(9, "send the references", "2026-11-24", "kim"),), task_counts=(3, 5),
        activities=(LoggedActivity(NOW, ActivityKind.CALL, "ann", 5),), last_contact=NOW,
        forced_moves=(ForcedMove(stage.name, NOW - timedelta(days=2), "ann", "the client insists"),),
    )  # fmt: skip


def _small(stage: Stage) -> dict[str, list[Values]]:
    """Give the values of the short comments, which their writers put together from a few words."""
    why = [{"reason": "The deal has no value.", "hint": "Comment `/value 12000 EUR`.", "details": "won needs value."}]
    who = {"person": "ann", "team": "@acme/sales"}
    nobody = {"person": None, "team": None}
    dragged = {
        "taken": True,
        "to": stage.name,
        "stage": stage.name,
        "why": why,
        "boxes": ["lost: price"],
        "where": "in Streak",
    }
    back = {"stage": stage.name, "why": "too early", "value": "24,000 EUR", "past_close": "1 Nov 2026"}
    gone_label = {"stage": stage.name, "label": stage.label, "id": "LA_1"}
    problem = {"file": ".github/salesbot.yml", "changed_by": "ann", "mend": "salesbot labels --yes"}
    refused = {"to": stage.name, "why": why, "person": "ann", "command": "/won", "line": 1, "others": True,
               "stage": stage.name, "say": "/won", "boxes": ["lost: price"]}  # fmt: skip
    answers = [{"question": "Why?", "text": "A new shop", "link": None}]
    return {
        "back.md.j2": [
            {**back, **who, "next_step": True, "say": "/revisit"},
            {**dict.fromkeys(back), **nobody, "stage": stage.name, "next_step": False, "say": None},
        ],
        "dragged.md.j2": [{**dragged, **who}, {**dragged, **nobody, "taken": False, "why": [], "boxes": []}],
        "gone.md.j2": [{"number": 7, "source": "typeform:u6"}],
        "lead.md.j2": [
            {
                "sections": [{"heading": "Company", "text": "Acme"}],
                "answers": answers,
                "left_out": 2,
                "others": "Other",
            },
            {"sections": [], "answers": [], "left_out": 0, "others": "More"},
        ],
        "left.md.j2": [{"day": "23 Nov 2026"}],
        "new.md.j2": [
            {"team": "@acme/sales", "owner": "ann", "stage": stage.name},
            {"team": None, "owner": None, "stage": stage.name},
        ],
        "no_deal.md.j2": [
            {"person": "ann", "commands": ["/prospect"], "label": "not-a-deal"},
            {"person": "ann", "commands": [], "label": None},
        ],
        "problem.md.j2": [
            {
                **problem,
                "config_problems": ["line 3"],
                "label_problems": [LabelProblem(**gone_label)],
                "people": ["kim"],
                "fights": [DealFight(7, "sync[bot]", "stage:lead", 0)],
                "form_problems": ["typeform.map.company: the form has no `firma`."],
                "board_problem": "GitHub refused the project token.",
            },
            {
                **problem,
                "config_problems": [],
                "label_problems": [],
                "people": [],
                "fights": [],
                "changed_by": None,
                "board_problem": "",
                "form_problems": [],
            },
        ],
        "problem_solved.md.j2": [{}],
        "putback.md.j2": [
            {"stage": stage.name, "person": "ann", "ended": True, "column": False},
            {"stage": stage.name, "person": None, "ended": False, "column": True},
        ],
        "refusal.md.j2": [dict(message("refusal.md.j2", values).values) for values in (refused, {})],
        "reminder.md.j2": [
            {"kind": "overdue", **who, "next_step": "send the estimate", "lines": []},
            {"kind": "unanswered", **nobody, "next_step": None, "lines": []},
            {"kind": "estimate", **who, "next_step": "send the estimate", "lines": ["Design", "Tests"]},
        ],
    }
