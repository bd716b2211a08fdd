"""Exports of other systems: their columns, their stages, and the rows that are over."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files

import pytest

from salesbot.adapters import export_files
from salesbot.adapters.templates import builtin_names
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core.config import parse
from salesbot.core.errors import InputError
from salesbot.core.leads import csv_rows
from salesbot.core.leads.csv_rows import Plan
from salesbot.core.leads.exports import Source
from salesbot.core.model.defaults import default_pipeline

PIPELINE = default_pipeline()
NOW, TODAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC), date(2026, 11, 23)

# The lines of headings are those that the sources in data/exports name.
PIPEDRIVE = (
    "Deal - ID,Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Organization,Deal - Contact person,"
    "Deal - Pipeline,Deal - Stage,Deal - Status,Deal - Owner,Deal - Expected close date,Person - Email - Work\n"
    "41,New shop,24000,USD,Acme GmbH,Jane Doe,Sales,Proposal Made,Open,Nora,2027-03-01,jane@acme.example\n"
    "42,Old shop,1,EUR,Borealis AG,,Sales,Qualified,Won,Nora,,\n"
    "43,Portal,1,EUR,Cirrus Ltd,,Sales,Contact Made,lost,Nora,,\n"
)
HUBSPOT = (
    "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Pipeline,Create Date,Associated Company,"
    "Associated Contact,Deal Description\n"
    "7001,New shop,Contract Sent,2027-03-01 10:22,Nora,24000,Sales Pipeline,2026-01-01 09:00,Acme GmbH,"
    "Jane Doe (jane@acme.example),Spare parts\n"
    "7002,Old shop,Closed Won,2026-03-01 10:22,Nora,1,Sales Pipeline,2026-01-01 09:00,Borealis AG,,\n"
)
SALESFORCE = (
    "Opportunity ID,Opportunity Name,Account Name,Stage,Amount Currency,Amount,Close Date,Probability (%),"
    "Opportunity Owner,Lead Source,Next Step\n"
    "0061,New shop,Acme GmbH,Negotiation/Review,USD,24000.00,3/14/2027,90,Nora Berg,Web,call\n"
    "0062,Old shop,Borealis AG,Closed Lost,EUR,1.00,3/14/2026,0,Nora Berg,Web,\n"
)
STREAK = (
    "Name,Stage,Notes,Assigned To,Contacts,Organizations\n"
    "New shop,Quote,Spare parts,nora@agency.example,jane@acme.example,Acme GmbH\n"
    "Old shop,Closed Won,,,,\n"
)


def table(name: str, text: str, **said: str) -> csv_rows.Table:
    stages = {"Quote": "negotiating"} if name == "streak" else {}
    return csv_rows.read(text, Source(said, stages=stages, export=export_files.read(name)), PIPELINE)


def plan(name: str, text: str) -> Plan:
    return csv_rows.plan(table(name, text).rows, (), PIPELINE, NOW, TODAY)


@pytest.mark.parametrize(
    ("name", "text", "fields"),
    [
        pytest.param(
            "pipedrive", PIPEDRIVE,
            {"Company": "Acme GmbH", "Contact": "Jane Doe", "Email": "jane@acme.example", "Value": "24000 USD",
             "Expected close": "2027-03-01"},
            id="pipedrive",
        ),
        pytest.param(
            "hubspot", HUBSPOT,
            {"Company": "Acme GmbH", "Contact": "Jane Doe (jane@acme.example)", "Value": "24000 EUR",
             "Expected close": "2027-03-01", "Brief": "Spare parts"},
            id="hubspot",
        ),
        pytest.param(
            "salesforce", SALESFORCE,
            {"Company": "Acme GmbH", "Value": "24000 USD", "Expected close": "2027-03-14", "Source": "Web"},
            id="salesforce",
        ),
        pytest.param(
            "streak", STREAK, {"Company": "Acme GmbH", "Contact": "jane@acme.example", "Brief": "Spare parts"},
            id="streak",
        ),
    ],
)  # fmt: skip
def test_an_export_becomes_deals_with_their_stages(name: str, text: str, fields: dict[str, str]) -> None:
    found = plan(name, text)
    assert found.problems == ()
    (new,) = found.new
    assert (new.named, new.stage) == ("New shop", "negotiating")
    assert dict(new.fields) == fields


@pytest.mark.parametrize("name", export_files.names())
def test_a_description_names_fields_and_stages_there_are_and_its_sources(name: str) -> None:
    text = (files("salesbot.core.leads.data") / "exports" / f"{name}.yml").read_text(encoding="utf-8")
    assert "# Names: https://" in text
    export = export_files.read(name)
    theirs = [heading for headings in export.fields.values() for heading in headings]
    assert len(theirs) == len(set(theirs)), "a column is one field"
    for our_field in export.fields:
        assert our_field in ("", "title", "stage", "currency") or PIPELINE.heading(our_field)
    for stage in export.stages.values():
        known = PIPELINE.stage(stage)
        assert known is not None
        assert known.is_open


def test_what_is_left_out_is_named() -> None:
    notes = table("pipedrive", PIPEDRIVE).notes
    assert notes == (
        'Left out: 2 columns: Deal - Pipeline, Deal - Owner. --map "COLUMN=FIELD" takes one.',
        "Left out: 2 deals won, lost or deleted there.",
    )


def test_a_probability_of_their_stages_is_not_that_of_a_deal() -> None:
    found = table("salesforce", SALESFORCE)
    assert "Left out: 2 columns: Probability (%), Opportunity Owner." in found.notes[0]
    (row,) = table("salesforce", SALESFORCE, **{"Probability (%)": "probability"}).rows
    assert row.said["Probability"] == "90"


def test_what_somebody_maps_counts_before_what_is_known() -> None:
    text = PIPEDRIVE.replace("Deal - Pipeline", "Deal - Budget").replace(",Sales,", ",8000,")
    (row,) = table("pipedrive", text, **{"Deal - Budget": "value", "6": "brief"}).rows
    assert row.said["Value"] == "8000"
    assert row.said["Brief"] == "Jane Doe"


def test_of_two_columns_for_one_field_the_better_one_counts() -> None:
    text = "Deal - ID,Organization - Name,Deal - Organization,Company\n1,Other,Acme GmbH,Third\n"
    (row,) = table("pipedrive", text).rows
    assert row.said == {"Company": "Acme GmbH"}


def test_case_and_the_star_of_a_required_column_do_not_matter() -> None:
    (row,) = table("pipedrive", "DEAL - ID,Deal - title*,Organization *\n1,Shop,Acme\n").rows
    assert (row.key, row.title, row.said) == ("1", "Shop", {"Company": "Acme"})


def test_without_an_export_an_unknown_column_stays_a_problem() -> None:
    with pytest.raises(InputError, match="The column Deal - Owner is not a field of a deal"):
        csv_rows.read(PIPEDRIVE, Source(), PIPELINE)


@pytest.mark.parametrize(
    ("stages", "stage"),
    [
        pytest.param({}, "negotiating", id="as the system is known"),
        pytest.param({"proposal made": "qualified"}, "qualified", id="as somebody said"),
        pytest.param({"Proposal Made": ""}, "", id="as one that begins like any other"),
    ],
)
def test_a_stage_of_theirs_is_one_of_ours(stages: dict[str, str], stage: str) -> None:
    source = Source(stages=stages, export=export_files.read("pipedrive"))
    assert csv_rows.read(PIPEDRIVE, source, PIPELINE).rows[0].stage == stage


def test_a_stage_of_our_own_that_is_called_like_theirs_is_that_stage() -> None:
    text = "stages: {prospecting: {after: lead}}"
    own = parse(text, "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones())
    source = Source(export=export_files.read("salesforce"))
    rows = csv_rows.read(SALESFORCE.replace("Negotiation/Review", "Prospecting"), source, own).rows
    assert [row.stage.casefold() for row in rows] == ["prospecting"]


def test_a_stage_that_nobody_knows_is_a_problem_that_says_what_to_do() -> None:
    found = plan("pipedrive", PIPEDRIVE.replace("Proposal Made", "Discovery call"))
    assert found.problems == (
        'line 2: unknown stage Discovery call. Map it to one of your stages: --stage "Discovery call=STAGE"',
    )


def test_the_example_can_be_imported() -> None:
    text = "".join(csv_rows.example(PIPELINE, TODAY))
    found = csv_rows.plan(csv_rows.read(text, Source(), PIPELINE).rows, (), PIPELINE, NOW, TODAY)
    assert (len(found.new), found.problems, found.notes) == (2, (), ())
