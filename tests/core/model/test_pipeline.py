"""The default pipeline, number by number, and what one can ask a pipeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.headings import BUILT_IN_FIELDS, KEPT_FIELDS, LEAD_FIELDS
from salesbot.core.model.pipeline import DEFAULT_STAGES, Field, Pipeline, Stage, checklist_file, field_key


def a_stage(name: str) -> Stage:
    stage = default_pipeline().stage(name)
    assert stage is not None
    return stage


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        pytest.param(
            "prospect", "lead qualified revisit rejected lost", id="a prospect becomes a lead or is qualified"
        ),
        pytest.param(
            "lead", "prospect qualified negotiating revisit rejected lost", id="a lead may skip to negotiating, not won"
        ),
        pytest.param(
            "qualified", "lead negotiating won revisit rejected lost", id="a qualified deal may be won at once"
        ),
        pytest.param(
            "negotiating", "lead qualified won revisit rejected lost", id="negotiating may go back, or be won"
        ),
        pytest.param("won", "", id="won leads nowhere: one reopens"),
        pytest.param("lost", "", id="lost leads nowhere: one reopens"),
        pytest.param("rejected", "", id="rejected leads nowhere: one reopens"),
        pytest.param(
            "revisit", "prospect lead qualified negotiating rejected lost", id="revisit comes back anywhere but to won"
        ),
    ],
)
def test_what_leads_where(name: str, leads_to: str) -> None:
    assert a_stage(name).next == tuple(leads_to.split())


@pytest.mark.parametrize(
    ("name", "needs", "checklist"),
    [
        pytest.param("prospect", (), None, id="a prospect needs nothing"),
        pytest.param("lead", (), "qualification", id="a lead needs nothing and gets the qualification checklist"),
        pytest.param(
            "qualified", ("checklist:qualification",), "estimate", id="qualified needs the qualification settled"
        ),
        pytest.param(
            "negotiating", ("checklist:estimate", "value"), None, id="negotiating needs an estimate and a value"
        ),
        pytest.param("won", ("value",), "handover", id="won needs a value and gets the handover checklist"),
        pytest.param("lost", ("reason",), None, id="lost needs a reason"),
        pytest.param("rejected", ("reason",), None, id="rejected needs a reason"),
        pytest.param("revisit", ("date",), None, id="revisit needs a date"),
    ],
)
def test_what_a_stage_needs_and_posts(name: str, needs: tuple[str, ...], checklist: str | None) -> None:
    assert (a_stage(name).requires, a_stage(name).checklist) == (needs, checklist)
    assert a_stage(name).expects == ()


@pytest.mark.parametrize(
    ("name", "probability", "idle_days", "command"),
    [
        pytest.param("prospect", 5, 30, "prospect", id="prospect: 5 %, idle after 30 days"),
        pytest.param("lead", 10, 7, "lead", id="lead: 10 %, idle after a week"),
        pytest.param("qualified", 30, 10, "qualify", id="qualified: 30 %, idle after 10 days"),
        pytest.param("negotiating", 60, 14, "negotiate", id="negotiating: 60 %, idle after two weeks"),
        pytest.param("won", 100, None, "won", id="won: 100 %, never idle"),
        pytest.param("lost", 0, None, "lost", id="lost: 0 %, never idle"),
        pytest.param("rejected", 0, None, "reject", id="rejected: 0 %, never idle"),
        pytest.param("revisit", 0, None, "revisit", id="revisit: 0 %, never idle"),
    ],
)
def test_the_numbers(name: str, probability: int, idle_days: int | None, command: str) -> None:
    stage = a_stage(name)
    assert (stage.probability, stage.idle_days, stage.command) == (probability, idle_days, command)


def test_every_default_stage_is_fit_to_be_a_label() -> None:
    for stage in default_pipeline().stages:
        assert stage.label == f"stage:{stage.name}"
        assert 0 < len(stage.description) <= 100
        assert len(stage.color) == 6


def test_open_ended_and_put_off() -> None:
    stages = default_pipeline().stages
    assert [stage.name for stage in default_pipeline().open_stages] == ["prospect", "lead", "qualified", "negotiating"]
    assert {stage.name: stage.outcome for stage in stages if stage.outcome} == {
        "won": "won",
        "lost": "lost",
        "rejected": "rejected",
    }
    assert [stage.name for stage in stages if stage.paused] == ["revisit"]
    assert {stage.name for stage in stages} == DEFAULT_STAGES


def test_new_deals_start_at_lead_and_reopened_ones_where_they_closed() -> None:
    pipeline = default_pipeline()
    assert (pipeline.initial, pipeline.reopens, pipeline.deals) == ("lead", "previous", "all")


RENAMED = replace(
    default_pipeline(),
    stages=(
        replace(a_stage("negotiating"), name="offer", label="stage:Offer out", was=("negotiating", "In negotiation")),
        a_stage("lead"),
        a_stage("won"),
        a_stage("revisit"),
    ),
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        pytest.param("offer", "offer", id="by name"),
        pytest.param("OFFER", "offer", id="without regard to case"),
        pytest.param("negotiating", "offer", id="by the name it had"),
        pytest.param("in negotiation", "offer", id="by the label it had"),
        pytest.param("qualified", None, id="no such stage"),
        pytest.param("", None, id="no name"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_finding_a_stage_by_name(name: str | None, found: str | None) -> None:
    stage = RENAMED.stage(name)
    assert (stage.name if stage else None) == found


@pytest.mark.parametrize(
    ("label", "found"),
    [
        pytest.param("stage:Offer out", "offer", id="by its label"),
        pytest.param("STAGE:OFFER OUT", "offer", id="without regard to case"),
        pytest.param("stage:offer", "offer", id="by its name behind the prefix, though its label is another"),
        pytest.param("stage:negotiating", "offer", id="by the label of the stage it took over"),
        pytest.param("In negotiation", "offer", id="by a label of before salesbot came"),
        pytest.param("negotiating", None, id="the bare name of a default stage may be anybody's label"),
        pytest.param("stage:qualified", None, id="a stage nobody knows"),
        pytest.param("bug", None, id="any other label"),
    ],
)
def test_finding_a_stage_by_label(label: str, found: str | None) -> None:
    stage = RENAMED.stage_of_label(label)
    assert (stage.name if stage else None) == found


def test_a_label_in_use_beats_one_of_earlier() -> None:
    taken = replace(a_stage("lead"), label="stage:negotiating")
    pipeline = replace(RENAMED, stages=(RENAMED.stages[0], taken))
    assert pipeline.stage_of_label("stage:negotiating") is taken


@pytest.mark.parametrize(
    ("word", "found"),
    [
        pytest.param("qualify", "qualified", id="/qualify moves to qualified"),
        pytest.param("QUALIFY", "qualified", id="commands are compared without case"),
        pytest.param("qualified", None, id="/qualified is no command"),
        pytest.param("help", None, id="/help is no move"),
    ],
)
def test_finding_a_stage_by_command(word: str, found: str | None) -> None:
    stage = default_pipeline().stage_of_command(word)
    assert (stage.name if stage else None) == found


def test_a_stage_without_command_is_found_by_no_word() -> None:
    pipeline = Pipeline(stages=(Stage("quiet", "stage:quiet"),))
    assert pipeline.stage_of_command("") is None


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        pytest.param("lead", "qualified", True, id="forward"),
        pytest.param("negotiating", "qualified", True, id="back"),
        pytest.param("lead", "won", False, id="a lead is not won at once"),
        pytest.param("won", "lead", False, id="won leads nowhere"),
        pytest.param("lead", "lead", False, id="staying is no move"),
        pytest.param("revisit", "lead", True, id="revisit comes back"),
        pytest.param("LEAD", "Qualified", True, id="case does not matter"),
        pytest.param("nowhere", "lead", False, id="from a stage nobody knows"),
        pytest.param("lead", "nowhere", False, id="to a stage nobody knows"),
    ],
)
def test_moves(source: str, target: str, allowed: bool) -> None:
    assert default_pipeline().allows(source, target) is allowed


def test_an_end_stage_leads_nowhere_whatever_it_says() -> None:
    pipeline = Pipeline(stages=(replace(a_stage("won"), next=("lead",)), a_stage("lead")))
    assert not pipeline.allows("won", "lead")


@pytest.mark.parametrize(
    ("day", "quiet"),
    [
        pytest.param(date(2026, 12, 18), False, id="the Friday before the holidays is a working day"),
        pytest.param(date(2026, 12, 19), True, id="Saturday is quiet"),
        pytest.param(date(2026, 12, 20), True, id="Sunday is quiet"),
        pytest.param(date(2026, 12, 21), True, id="the first quiet day"),
        pytest.param(date(2027, 1, 1), True, id="the last quiet day"),
        pytest.param(date(2027, 1, 4), False, id="the Monday after"),
    ],
)
def test_quiet_days(day: date, quiet: bool) -> None:
    pipeline = replace(default_pipeline(), quiet=((date(2026, 12, 21), date(2027, 1, 1)),))
    assert pipeline.is_quiet(day) is quiet


def test_who_is_away() -> None:
    pipeline = replace(default_pipeline(), away={"kim": ((date(2026, 12, 1), date(2026, 12, 10)),)})
    assert pipeline.is_away("Kim", date(2026, 12, 10))
    assert not pipeline.is_away("Kim", date(2026, 12, 11))
    assert not pipeline.is_away("ann", date(2026, 12, 1))


@pytest.mark.parametrize(
    ("key", "heading"),
    [
        pytest.param("company", "Company", id="a built-in field"),
        pytest.param("expected-close", "Expected close", id="two words are joined by a dash"),
        pytest.param("nda", "NDA signed", id="a field of the team's own"),
        pytest.param("NDA", "NDA signed", id="without regard to case"),
        pytest.param("shoe-size", None, id="no such field"),
    ],
)
def test_headings(key: str, heading: str | None) -> None:
    pipeline = replace(default_pipeline(), fields=(Field("nda", "NDA signed"),))
    assert pipeline.heading(key) == heading


def test_all_headings_in_order() -> None:
    pipeline = replace(default_pipeline(), fields=(Field("nda", "NDA signed"),))
    assert pipeline.headings == (*BUILT_IN_FIELDS, *LEAD_FIELDS, *KEPT_FIELDS, "NDA signed")


def test_keys_of_built_in_fields_are_distinct() -> None:
    assert len({field_key(heading) for heading in BUILT_IN_FIELDS}) == len(BUILT_IN_FIELDS)


def test_where_a_checklist_is() -> None:
    assert checklist_file("estimate") == "checklists/estimate.md.j2"
