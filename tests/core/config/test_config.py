"""The team's configuration merged over the default pipeline, stage by stage and field by field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core import config
from salesbot.core.model.deal import Role
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import (
    Board,
    ChatSettings,
    Field,
    Owners,
    Pipeline,
    ReportSettings,
    Stage,
    Streak,
    StreakPipeline,
    Typeform,
    checklist_file,
)

TEMPLATES = frozenset(checklist_file(name) for name in ("qualification", "estimate", "handover"))

EXAMPLE = """\
version: 1
since: 2026-11-23
timezone: Europe/Berlin
currency: EUR
label_prefix: "stage:"
initial: lead
reopens: previous
stages:
  qualified:
    description: A fit for us; estimate in the works
    color: 0e8a16
    probability: 35
    idle_days: 10
    next: [+prospect, -won]
    requires: ["checklist:qualification", owner]
    expects: ["field:company"]
    checklist: estimate
    notify: "@acme/estimators"
  proposal-sent: {was: negotiating, label: "stage:proposal sent", command: propose}
  verbal: {after: proposal-sent, probability: 85}
  prospect: null
fields:
  nda: {label: NDA signed, type: choice, options: [yes, no]}
lost_reasons: [price, timing, competitor, scope, no decision, no answer]
reject_reasons: [too small, no budget, technology, no capacity, timeline, conflict, not serious]
sources: [referral, existing client, website, partner, event, outbound]
permissions: {default: write, moves: triage, force: write}
notify: {new: "@acme/sales"}
quiet: ["2026-12-21..2027-01-03"]
away: {kim: "2026-12-01..2026-12-10"}
report: {goal: {quarter: 250000}, window: 12 months, by: [service]}
typeform: {form: u6nXL7, map: {company: company_ref}}
streak:
  guards: expects
  pipelines:
    sales: {key: agxz1, stages: {lead: 5001, negotiating: 5003, won: 5004}}
    connections: {key: agxz2, stages: {lead: Wants a project}}
"""


def parse(text: str | None) -> Pipeline:
    return config.parse(text, "salesbot.yml", templates=TEMPLATES, zones=SystemTimeZones())


def stage(name: str, text: str | None) -> Stage:
    found = parse(text).stage(name)
    assert found is not None
    return found


def names(text: str) -> list[str]:
    return [each.name for each in parse(text).stages]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="no file"),
        pytest.param("", id="an empty file"),
        pytest.param("# nothing yet\n", id="only comments"),
        pytest.param("---\n", id="only the start of a document"),
        pytest.param("null\n", id="null"),
        pytest.param("{}\n", id="empty settings"),
        pytest.param("version: 1\n", id="only the version"),
        pytest.param("\ufeffversion: 1\r\n", id="saved by a Windows editor"),
        pytest.param("stages:\n  # lead: {}\nfields:\n", id="sections of which all lines are commented out"),
        pytest.param("stages: {lead: {}}\n", id="a stage of which nothing is changed"),
    ],
)
def test_nothing_said_is_the_default_pipeline(text: str | None) -> None:
    assert parse(text) == default_pipeline()


def test_the_default_pipeline_written_out_is_the_default_pipeline() -> None:
    plain = ("label", "description", "color", "probability", "idle_days", "checklist", "notify", "command")
    written = {
        each.name: {
            **{key: getattr(each, key) for key in plain},
            "requires": list(each.requires),
            "expects": list(each.expects),
            **({} if each.outcome else {"next": list(each.next)}),
        }
        for each in default_pipeline().stages
    }
    base = default_pipeline()
    text = yaml.safe_dump(
        {
            "stages": written,
            "initial": base.initial,
            "reopens": base.reopens,
            "label_prefix": base.label_prefix,
            "deals": base.deals,
            "since": None,
            "timezone": str(base.timezone),
            "currency": base.currency,
            "lost_reasons": list(base.lost_reasons),
            "reject_reasons": list(base.reject_reasons),
            "sources": list(base.sources),
            "permissions": {"default": "write", "moves": "triage", "force": "write"},
            "owners": {"people": [], "by": "round-robin"},
            "report": {"window": "12 months"},
        },
        sort_keys=False,
    )
    assert parse(text) == base


def test_the_example_of_the_documentation() -> None:
    assert [each.name for each in parse(EXAMPLE).stages] == [
        "lead",
        "qualified",
        "proposal-sent",
        "verbal",
        "won",
        "lost",
        "rejected",
        "revisit",
    ]
    assert stage("qualified", EXAMPLE) == Stage(
        name="qualified",
        label="stage:qualified",
        description="A fit for us; estimate in the works",
        color="0e8a16",
        probability=35,
        idle_days=10,
        next=("lead", "proposal-sent", "revisit", "rejected", "lost"),
        requires=("checklist:qualification", "owner"),
        expects=("field:company",),
        checklist="estimate",
        notify="@acme/estimators",
        command="qualify",
    )


EVERYTHING_ELSE: list[Any] = [
    pytest.param(lambda p: p.since, date(2026, 11, 23), id="a date without quotes is a date"),
    pytest.param(lambda p: p.timezone, ZoneInfo("Europe/Berlin"), id="the time zone"),
    pytest.param(
        lambda p: p.fields, (Field("nda", "NDA signed", "choice", ("yes", "no")),), id="yes and no stay words"
    ),
    pytest.param(lambda p: p.notify_new, "@acme/sales", id="who hears of new deals"),
    pytest.param(lambda p: p.quiet, ((date(2026, 12, 21), date(2027, 1, 3)),), id="the holidays"),
    pytest.param(lambda p: p.away, {"kim": ((date(2026, 12, 1), date(2026, 12, 10)),)}, id="Kim is away"),
    pytest.param(
        lambda p: p.report, ReportSettings({"quarter": Decimal(250000)}, 12, ("service",)), id="the goal of a quarter"
    ),
    pytest.param(lambda p: p.typeform, Typeform("u6nXL7", {"company": "company_ref"}), id="the form and its answers"),
    pytest.param(
        lambda p: p.streak,
        Streak(
            "expects",
            sales=StreakPipeline("agxz1", {"lead": "5001", "proposal-sent": "5003", "won": "5004"}),
            connections=StreakPipeline("agxz2", {"lead": "Wants a project"}),
        ),
        id="Streak's stages, ours by their present names",
    ),
]


@pytest.mark.parametrize(("ask", "answer"), EVERYTHING_ELSE)
def test_the_rest_of_the_example(ask: Callable[[Pipeline], object], answer: object) -> None:
    assert ask(parse(EXAMPLE)) == answer


# Lists of stages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "leads_to"),
    [
        pytest.param("stages: {qualified: {next: [won, lost]}}", "won lost", id="a list replaces the default list"),
        pytest.param(
            "stages: {qualified: {next: [lost, won]}}", "lost won", id="a list keeps the order it is written in"
        ),
        pytest.param(
            "stages: {qualified: {next: [+prospect, -won]}}",
            "prospect lead negotiating revisit rejected lost",
            id="signs change the default list: prospect added, won removed",
        ),
        pytest.param(
            "stages: {qualified: {next: [+lead, -prospect]}}",
            "lead negotiating won revisit rejected lost",
            id="adding what is there and removing what is not changes nothing",
        ),
        pytest.param(
            "stages: {lead: {next: [+qualified]}, negotiating: null}",
            "lead won revisit rejected lost",
            id="a default list loses a dropped stage without a word",
        ),
        pytest.param(
            "stages: {qualified: {next: [+prospect]}, prospect: null}",
            "lead negotiating won revisit rejected lost",
            id="a change may name a dropped stage, and does not bring it back",
        ),
        pytest.param(
            "stages: {qualified: {next: [negotiating, lost]}, offer: {was: negotiating}}",
            "offer lost",
            id="a list may use the name a stage had",
        ),
    ],
)
def test_what_qualified_leads_to(text: str, leads_to: str) -> None:
    assert stage("qualified", text).next == tuple(leads_to.split())


# Stages of the team's own ---------------------------------------------------------------------------------------------


def test_a_new_stage_works_out_of_the_box() -> None:
    text = "stages: {demo: {after: lead}}"
    assert stage("demo", text) == Stage(
        name="demo",
        label="stage:demo",
        probability=10,
        idle_days=7,
        next=("lead", "qualified", "revisit", "rejected", "lost"),
        command="demo",
    )
    assert [each.name for each in parse(text).stages if "demo" in each.next] == ["lead", "qualified", "revisit"]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        pytest.param(
            "verbal: {after: qualified}", "prospect lead qualified verbal negotiating", id="behind the one named"
        ),
        pytest.param("verbal: {}", "prospect lead qualified negotiating verbal", id="without `after`: behind the last"),
        pytest.param("verbal: ", "prospect lead qualified negotiating verbal", id="also with nothing but its name"),
        pytest.param(
            "a: {after: lead}, b: {after: lead}", "prospect lead a b qualified negotiating", id="as in the file"
        ),
        pytest.param(
            "b: {after: a}, a: {after: lead}", "prospect lead a b qualified negotiating", id="one after the other"
        ),
        pytest.param("lead: {after: qualified}", "prospect qualified lead negotiating", id="a default stage may move"),
        pytest.param(
            "verbal: {after: negotiating}, offer: {was: negotiating}",
            "prospect lead qualified offer verbal",
            id="behind a stage by the name it had",
        ),
    ],
)
def test_the_order_of_the_funnel(text: str, order: str) -> None:
    pipeline = parse(f"stages: {{{text}}}")
    assert [each.name for each in pipeline.open_stages] == order.split()
    assert [each.name for each in pipeline.stages if not each.is_open] == ["won", "lost", "rejected", "revisit"]


@pytest.mark.parametrize(
    ("text", "leads_to", "reached_from"),
    [
        pytest.param(
            "verbal: {}",
            "negotiating won revisit rejected lost",
            "negotiating revisit",
            id="the last open stage leads to won",
        ),
        pytest.param("verbal: {next: [won]}", "won", "negotiating revisit", id="a list of its own, still led to"),
        pytest.param(
            "verbal: {next: [+lead]}", "lead negotiating won revisit rejected lost", "negotiating revisit", id="more"
        ),
        pytest.param(
            "verbal: {}, negotiating: {next: [verbal, won, lost]}",
            "negotiating won revisit rejected lost",
            "negotiating revisit",
            id="a neighbour with a list of its own leads there if it says so",
        ),
        pytest.param(
            "demo: {after: lead}, verbal: {after: demo}, qualified: {next: [lead, won, lost, negotiating]}",
            "demo qualified revisit rejected lost",
            "demo revisit",
            id="a neighbour's own list is left as it is",
        ),
        pytest.param(
            "verbal: {}, negotiating: {next: [-verbal]}",
            "negotiating won revisit rejected lost",
            "revisit",
            id="a neighbour may take it out",
        ),
        pytest.param(
            "verbal: {}, revisit: null",
            "negotiating won rejected lost",
            "negotiating",
            id="without revisit nothing comes back from there",
        ),
    ],
)
def test_what_leads_to_and_from_a_new_stage(text: str, leads_to: str, reached_from: str) -> None:
    pipeline = parse(f"stages: {{{text}}}")
    assert stage("verbal", f"stages: {{{text}}}").next == tuple(leads_to.split())
    assert [each.name for each in pipeline.stages if "verbal" in each.next] == reached_from.split()


@pytest.mark.parametrize(
    ("text", "command"),
    [
        pytest.param("verbal: {}", "verbal", id="its name"),
        pytest.param("verbal: {command: agreed}", "agreed", id="the word it is given"),
        pytest.param("verbal: {command: null}", None, id="none, if that is said"),
        pytest.param('"said yes": {}', None, id="none, if the name is no word"),
        pytest.param("history: {}", None, id="none, if the name means something else to salesbot"),
        pytest.param("reject: {}", None, id="none, if the word moves elsewhere"),
    ],
)
def test_the_command_of_a_new_stage(text: str, command: str | None) -> None:
    pipeline = parse(f"stages: {{{text}}}")
    (new,) = set(pipeline.stages) & {each for each in pipeline.stages if each.name not in NAMES_BY_DEFAULT}
    assert new.command == command


NAMES_BY_DEFAULT = {each.name for each in default_pipeline().stages}


def test_a_pipeline_of_the_teams_own() -> None:
    text = """
        initial: inbox
        stages: {prospect: null, lead: null, qualified: null, negotiating: null, inbox: {}, talks: {}, offer: {}}
    """
    pipeline = parse(text)
    assert [each.name for each in pipeline.open_stages] == ["inbox", "talks", "offer"]
    assert pipeline.allows("inbox", "talks")
    assert pipeline.allows("talks", "inbox")
    assert pipeline.allows("offer", "won")
    assert not pipeline.allows("inbox", "won")


# Stages taken over ----------------------------------------------------------------------------------------------------


def test_a_stage_takes_over_settings_place_and_every_mention() -> None:
    text = "stages: {offer: {was: negotiating}, lead: {next: [negotiating, lost]}}\nstreak: {}"
    before = stage("negotiating", None)
    after = stage("offer", text)
    assert names(text).index("offer") == 3
    assert "negotiating" not in names(text)
    assert stage("lead", text).next == ("offer", "lost")
    assert stage("qualified", text).next == ("lead", "offer", "won", "revisit", "rejected", "lost")
    assert stage("revisit", text).next == ("prospect", "lead", "qualified", "offer", "rejected", "lost")
    assert (after.probability, after.requires, after.next) == (before.probability, before.requires, before.next)
    assert (after.label, after.command, after.was) == ("stage:offer", "negotiate", ("negotiating",))


def test_the_old_name_and_label_keep_meaning_a_stage_taken_over() -> None:
    pipeline = parse("label_prefix: 'deal/'\nstages: {offer: {was: [negotiating, In negotiation], label: Offer}}")
    assert {
        each.name if each else None
        for each in (
            pipeline.stage("negotiating"),
            pipeline.stage_of_label("deal/negotiating"),
            pipeline.stage_of_label("deal/offer"),
            pipeline.stage_of_label("offer"),
            pipeline.stage_of_label("in negotiation"),
        )
    } == {"offer"}


@pytest.mark.parametrize(
    ("text", "initial", "reopens"),
    [
        pytest.param("stages: {inbox: {was: lead}}", "inbox", "previous", id="the default start is taken over"),
        pytest.param("initial: lead\nstages: {inbox: {was: lead}}", "inbox", "previous", id="by its old name"),
        pytest.param("reopens: lead\nstages: {inbox: {was: lead}}", "lead", "inbox", id="reopened deals too"),
        pytest.param("initial: qualified\nreopens: lead", "qualified", "lead", id="stages as they are"),
    ],
)
def test_where_deals_start_and_come_back(text: str, initial: str, reopens: str) -> None:
    pipeline = parse(text)
    assert pipeline.stage(pipeline.initial) == pipeline.stage(initial)
    assert pipeline.reopens == reopens


def test_an_end_stage_taken_over_stays_an_end() -> None:
    signed = stage("signed", "stages: {signed: {was: won}}")
    assert (signed.outcome, signed.requires, signed.checklist, signed.next) == ("won", ("value",), "handover", ())


def test_two_stages_that_become_one() -> None:
    text = "stages: {lead: {was: prospect}}"
    assert "prospect" not in names(text)
    assert stage("qualified", text).next == ("lead", "negotiating", "won", "revisit", "rejected", "lost")
    assert stage("lead", text).next == ("qualified", "negotiating", "revisit", "rejected", "lost")
    assert parse(text).stage_of_label("stage:prospect") == stage("lead", text)


@pytest.mark.parametrize(
    ("stages", "label", "means"),
    [
        pytest.param(
            "handshake: {was: verbal, after: lead}", "stage:verbal", "handshake", id="a name of one's own earlier"
        ),
        pytest.param("handshake: {was: 'deal: verbal'}", "Deal: Verbal", "handshake", id="a label in full"),
        pytest.param("negotiating: {was: negotiation}", "stage:negotiation", "negotiating", id="nearly the same name"),
        pytest.param(
            "offer: {was: negotiating, label: 'stage:negotiating'}",
            "stage:negotiating",
            "offer",
            id="the label is kept",
        ),
    ],
)
def test_what_earlier_names_mean(stages: str, label: str, means: str) -> None:
    found = parse(f"stages: {{{stages}}}").stage_of_label(label)
    assert found is not None
    assert found.name == means


# Single settings ------------------------------------------------------------------------------------------------------


SETTINGS: list[Any] = [
    pytest.param("idle_days: null", "idle_days", None, id="null takes the limit away"),
    pytest.param("checklist: null", "checklist", None, id="null takes the checklist away"),
    pytest.param("requires: []", "requires", (), id="an empty list asks for nothing"),
    pytest.param("expects: [owner, 'field:email']", "expects", ("owner", "field:email"), id="expected, not required"),
    pytest.param("probability: 0", "probability", 0, id="0 % is a value"),
    pytest.param("color: 000000", "color", "000000", id="black keeps its zeros"),
    pytest.param("color: 0E8A16", "color", "0e8a16", id="colours are written small"),
    pytest.param("color: 123456", "color", "123456", id="a colour of digits is no number"),
    pytest.param("label: 2026", "label", "2026", id="a label of digits is no number"),
    pytest.param("label: on", "label", "on", id="a label is what is written, also if YAML calls it true"),
    pytest.param("description: 2026-11-23", "description", "2026-11-23", id="a description is what is written"),
    pytest.param("description: ''", "description", "", id="a description may be empty"),
    pytest.param("notify: '@ann @acme/sales'", "notify", "@ann @acme/sales", id="several people"),
]


@pytest.mark.parametrize(("said", "key", "value"), SETTINGS)
def test_a_setting_of_a_stage(said: str, key: str, value: object) -> None:
    qualified = stage("qualified", f"stages: {{qualified: {{{said}}}}}")
    assert getattr(qualified, key) == value


OTHERS: list[Any] = [
    pytest.param(
        "label_prefix: sales/", lambda p: p.stages[1].label, "sales/lead", id="a prefix names all labels anew"
    ),
    pytest.param("label_prefix: ''", lambda p: p.stages[1].label, "lead", id="labels without a prefix"),
    pytest.param("deals: labelled", lambda p: p.deals, "labelled", id="only labelled issues are deals"),
    pytest.param("since: '2026-11-23'", lambda p: p.since, date(2026, 11, 23), id="a date in quotes"),
    pytest.param("quiet: [2026-12-24]", lambda p: p.quiet, ((date(2026, 12, 24),) * 2,), id="a single quiet day"),
    pytest.param(
        "away: {'@Kim': [2026-12-24, 2026-12-27..2026-12-28]}",
        lambda p: p.away,
        {"kim": ((date(2026, 12, 24),) * 2, (date(2026, 12, 27), date(2026, 12, 28)))},
        id="several absences; logins know no case",
    ),
    pytest.param(
        "fields: {nda-date: {type: date}}", lambda p: p.fields, (Field("nda-date", "Nda date", "date"),), id="a field"
    ),
    pytest.param(
        "fields:\n  region:", lambda p: p.fields, (Field("region", "Region"),), id="a field with only its name"
    ),
    pytest.param("permissions: {moves: write}", lambda p: p.permissions.moves, Role.WRITE, id="who may move"),
    pytest.param(
        "lost_reasons: [null and void, 7]", lambda p: p.lost_reasons, ("null and void", "7"), id="reasons, as written"
    ),
    pytest.param("sources: []", lambda p: p.sources, (), id="no list of sources"),
    pytest.param("owners: {people: ['@Kim', lee]}", lambda p: p.owners, Owners(("kim", "lee")), id="owners take turns"),
    pytest.param(
        "owners: {people: [kim], by: least-busy}",
        lambda p: p.owners,
        Owners(("kim",), "least-busy"),
        id="or who has least",
    ),
    pytest.param(
        "report: {goal: {month: 9.5}}", lambda p: p.report.goal, {"month": Decimal("9.5")}, id="goals are exact"
    ),
    pytest.param(
        "report: {goal: {quarter: 250000, people: {'@Nora': {quarter: 90000}, kim: {year: 5}}}}",
        lambda p: (p.report.goal, p.report.people_goals),
        ({"quarter": Decimal(250000)}, {"nora": {"quarter": Decimal(90000)}, "kim": {"year": Decimal(5)}}),
        id="goals of people beside those of the team",
    ),
    pytest.param(
        "report: {rates: {USD: 0.92}}",
        lambda p: p.report.rates["USD"],
        ((date.min, Decimal("0.92")),),
        id="a rate without a date has always held",
    ),
    pytest.param(
        "report: {rates: {USD: {2026-07-01: 0.9, 2026-01-01: 0.92}}}",
        lambda p: p.report.rates["USD"],
        ((date(2026, 1, 1), Decimal("0.92")), (date(2026, 7, 1), Decimal("0.9"))),
        id="rates with dates, oldest first",
    ),
    pytest.param(
        "currency: CHF\nrates: {default: 900, Senior: '1,200 EUR'}",
        lambda p: {name: str(each) for name, each in p.rates.items()},
        {"default": "900 CHF", "senior": "1,200 EUR"},
        id="what a day costs, in our currency unless it says another",
    ),
    pytest.param("hours_per_day: 7.5", lambda p: p.hours_per_day, Decimal("7.5"), id="hours of a day"),
    pytest.param("report: {window: 1 month}", lambda p: p.report.window_months, 1, id="a report over one month"),
    pytest.param(
        "streak: {guards: requires}", lambda p: p.streak, Streak("requires"), id="Streak without pipelines yet"
    ),
    pytest.param(
        "chat: {won: true, unanswered: true, report: false, kind: teams}",
        lambda p: p.chat,
        ChatSettings(won=True, unanswered=True, report=False, kind="teams"),
        id="what is posted to a chat",
    ),
    pytest.param("board: {project: 7}", lambda p: p.board, Board(7), id="a board with everything as it comes"),
    pytest.param(
        "board: {project: 7, guards: expects, fields: {value: Amount, weighted: null}}",
        lambda p: (p.board.guards, p.board.fields),
        (
            "expects",
            {
                "stage": "Status",
                "value": "Amount",
                "expected_close": "Expected close",
                "next_step": "Next step",
                "next_date": "Next on",
            },
        ),
        id="fields of the board with names of the team's own, and one that is left out",
    ),
    pytest.param(
        "stages: {offer: {was: negotiating}}\nboard: {project: 7, stages: {negotiating: Proposal, prospect: null}}",
        lambda p: [p.board.column(each) for each in ("offer", "prospect", "lead")],
        ["Proposal", None, "lead"],
        id="columns with names of their own, by the present names of the stages",
    ),
    pytest.param(
        "sources: &list [web, fair]\nlost_reasons: *list", lambda p: p.lost_reasons, ("web", "fair"), id="an alias"
    ),
]


@pytest.mark.parametrize(("text", "ask", "answer"), OTHERS)
def test_a_setting(text: str, ask: Callable[[Pipeline], object], answer: object) -> None:
    assert ask(parse(text)) == answer
