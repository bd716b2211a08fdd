"""Tables: which column is which field, what a row asks for, and every problem at once with its line."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.errors import InputError
from salesbot.core.leads import csv_rows, lead
from salesbot.core.leads.csv_rows import Changed, Plan
from salesbot.core.leads.exports import Source
from salesbot.core.leads.lead import Lead
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.pipeline import Field
from salesbot.core.text import markdown

PIPELINE = default_pipeline()
NOW, TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC), date(2026, 11, 23)
ACME = IssueSummary(
    3, "Acme: shop",
    f'{markdown.marker("lead", {"key": "csv:a1"})}\n### Company\n\nAcme GmbH\n\n### Value\n\n9000 EUR\n',
    frozenset({"inbound", "stage:lead"}), own=True, created_at=NOW,
)  # fmt: skip


def plan(text: str, *other_issues: IssueSummary, mapped: dict[str, str] | None = None, key: str = "") -> Plan:
    return csv_rows.plan(
        csv_rows.read(text, Source(mapped or {}, key), PIPELINE).rows, other_issues, PIPELINE, NOW, TODAY
    )


def problems(text: str, *other_issues: IssueSummary, mapped: dict[str, str] | None = None, key: str = "") -> list[str]:
    try:
        return list(plan(text, *other_issues, mapped=mapped, key=key).problems)
    except InputError as error:
        return error.what.splitlines()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "key,Company,Value\na1,Acme GmbH,12k\n", {"Company": "Acme GmbH", "Value": "12000 EUR"},
            id="by name",
        ),
        pytest.param(
            "id;company;e-mail\na1;Acme;j@acme.com\n", {"Company": "Acme", "Email": "j@acme.com"},
            id="semicolons",
        ),
        pytest.param("key\tCompany\tExpected close\na1\tAcme\t2027-03-14\n",
            {"Company": "Acme", "Expected close": "2027-03-14"}, id="tabs",
        ),
        pytest.param(
            'key,Contact,Brief\na1,Jane,"Two\nlines, really"\n', {"Contact": "Jane", "Brief": "Two\nlines, really"},
            id="lines in a cell",
        ),
        pytest.param(
            "key,Contact,Phone\na1,Jane,'+49 151\n", {"Contact": "Jane", "Phone": "+49 151"},
            id="what an export guarded from being a formula",
        ),
        pytest.param("key,state,owner,Company,Email\na1,open,ann,Acme,\n", {"Company": "Acme"},
            id="empty cells and columns that are passed over"),
    ],
)  # fmt: skip
def test_a_row_is_a_new_deal(text: str, said: dict[str, str]) -> None:
    assert plan(text) == Plan(new=(Lead("csv:a1", NOW, said),))


def test_title_and_stage_say_how_it_begins() -> None:
    (new,) = plan("key,title,stage\na1,A shop,Negotiating\n").new
    assert (new.named, new.stage) == ("A shop", "negotiating")


def test_a_map_names_columns_and_leaves_some_out() -> None:
    text = "Firma,Notiz,Nr\nAcme,x,7\n"
    assert plan(text, mapped={"Firma": "company", "Notiz": ""}, key="Nr").new == (
        Lead("csv:7", NOW, {"Company": "Acme"}),
    )


def test_a_field_may_be_the_key() -> None:
    (new,) = plan("Email\nj@acme.com\n", key="Email").new
    assert (new.key, new.fields) == ("csv:j@acme.com", {"Email": "j@acme.com"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            "key,Company,Value\na1,Acme GmbH,9000 EUR\n", Plan(same=1),
            id="what it says already is no change",
        ),
        pytest.param("key,Value\na1,10k\n", Plan(changed=(Changed(3, {"Value": "10000 EUR"}, 2),)), id="by key"),
        pytest.param("number,Value\n#3,10k\n", Plan(changed=(Changed(3, {"Value": "10000 EUR"}, 2),)), id="by number"),
        pytest.param("key,Value\na1,\n", Plan(same=1), id="an empty cell takes nothing away"),
        pytest.param("number,stage,Value\n3,lead,9k\n", Plan(same=1), id="9k is 9000 EUR"),
    ],
)  # fmt: skip
def test_a_deal_that_is_there_is_changed(text: str, found: Plan) -> None:
    assert plan(text, ACME) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "key,Vallue\na,1\n", ['The column Vallue is not a field of a deal. Did you mean --map "Vallue=Value"?'],
            id="column",
        ),
        pytest.param(
            "key,Company,Firm\na,b,c,d\n", ["The column Firm", "line 2: it has more cells"],
            id="two things at once",
        ),
        pytest.param(
            "key,Company,company\na,b,c\n",
            ["Columns 2 (Company) and 3 (company) are both Company. Leave one of them out: "],
            id="one field twice",
        ),
        pytest.param("Company\nAcme\n", ["line 2: it has neither a number nor a key"], id="nothing tells rows apart"),
        pytest.param("key,Company,Value\na,A,lots\nb,B,many\n", ["line 2: Value: ", "line 3: Value: "],
            id="amounts that are none"),
        pytest.param("key,Company\na,Acme\na,Nord\n", ["line 3: the key a is already in line 2."],
            id="a key twice"),
        pytest.param("key,title,stage\na,x,won\n", ["line 2: no deal begins in won."], id="won is no beginning"),
        pytest.param(
            "key,title,stage\na,x,leed\n", ["line 2: unknown stage leed. Did you mean lead?"],
            id="a stage misspelled",
        ),
        pytest.param("number,stage\n3,won\n", ["line 2: #3 is in lead; an import does not move deals."], id="no move"),
        pytest.param("number,Value\n9,1\n", ["line 2: there is no deal #9."], id="no such deal"),
        pytest.param("number,Value\nx,1\n", ["line 2: the number of a deal must be a number."], id="no number"),
        pytest.param("", ["The table is empty."], id="nothing"),
        pytest.param('key\n"a\n', ["line 2: this is not CSV"], id="a quote left open"),
    ],
)  # fmt: skip
def test_every_problem_has_its_line(text: str, said: list[str]) -> None:
    found = problems(text, ACME)
    assert [any(problem.startswith(each) for problem in found) for each in said] == [True] * len(said), found
    assert len(found) == len(said)


def test_a_column_that_is_mapped_must_be_there() -> None:
    assert problems("key\na\n", mapped={"Firma": "company"}) == ["There is no column Firma."]


def test_what_is_written_reads_back() -> None:
    said = {"Company": "=cmd|' /C calc'!A0", "Phone": "+49 151", "Brief": 'A "shop",\n-two lines'}
    text = "".join(csv_rows.write([{"number": "3", "title": "@x", **said}], PIPELINE))
    assert "'=cmd" in text
    (row,) = csv_rows.read(text, Source(), PIPELINE).rows
    assert (row.number, row.title, dict(row.said)) == (3, "@x", said)


def test_an_export_shows_the_words_of_a_brief_not_how_they_are_quoted() -> None:
    body = f"### Brief\n\n{markdown.block('A <b>shop</b>.')}\n"
    assert csv_rows.shown(body, PIPELINE) == {"Brief": "A <b>shop</b>."}


# What exports hold


@pytest.mark.parametrize(
    "line",
    ["Total,,12000", "x7,,", ",,", '"Grand Total:",,99', '"Copyright (c) 2026 example.com",,', "t,Total,12000",
     "s,Gesamt,", "c,Count (5),"],
)  # fmt: skip
def test_a_row_that_names_nobody_is_a_problem_with_its_line(line: str) -> None:
    found = plan(f"key,Company,Value\na,Acme,9k\n\n{line}\nb,Total Energies,1\n")
    assert found.problems == ((f"line 4: {csv_rows.NO_DEAL}",) if line != ",," else ())
    assert len(found.new) == (2 if line == ",," else 0)


@pytest.mark.parametrize("heading", ["Currency", "currency_code", "W\u00e4hrung"])
def test_a_currency_of_its_own_column_joins_the_amount(heading: str) -> None:
    rows = f"key,Company,Value,{heading}\na,A,12000,USD\nb,B,12k,chf\nc,C,\u20ac 5,EUR\nd,D,7,\ne,E,,USD\n"
    assert [new.fields.get("Value") for new in plan(rows).new] == ["12000 USD", "12000 CHF", "5 EUR", "7 EUR", None]
    mapped = plan("key,Company,Value,Cur\na,A,12000,USD\n", mapped={"Cur": "currency"}).new
    assert mapped[0].fields["Value"] == "12000 USD"


def test_a_currency_that_is_none_or_another_one_is_a_problem() -> None:
    found = problems("key,Company,Value,Currency\na,A,12000,XYZ\nb,B,5 USD,EUR\n")
    assert found == [
        "line 2: Value: `XYZ` is neither a unit nor a currency.",
        "line 3: Value: the cell and the currency column name different currencies: 5 USD, EUR.",
    ]


def test_an_amount_in_the_same_currency_is_no_change() -> None:
    assert plan("key,Value,Currency\na1,9000.0,EUR\n", ACME) == Plan(same=1)
    assert plan("key,Value,Currency\na1,9000,USD\n", ACME).changed == (Changed(3, {"Value": "9000 USD"}, 2),)


def test_two_columns_of_one_heading_are_named_by_place_and_the_advice_keeps_the_other() -> None:
    text = "key,Email,Email\na,j@acme.com,j@home.example\n"
    (said,) = problems(text)
    advice = re.findall('--map "([^"]*)="', said)
    assert advice == ["2", "3"]
    kept = [plan(text, mapped={place: ""}).new[0].fields for place in advice]
    assert kept == [{"Email": "j@home.example"}, {"Email": "j@acme.com"}]
    named = plan(text, mapped={"2": "Contact"}).new[0].fields
    assert named == {"Contact": "j@acme.com", "Email": "j@home.example"}


@pytest.mark.parametrize("name", ['a"b', "$HOME", "a=b", "3", "`x`", "-x", "Note", "Vallue"])
def test_every_advice_on_a_column_leads_on(name: str) -> None:
    quoted = name.replace('"', '""')
    text = f'key,Company,"{quoted}",Zz,Zz\na,Acme,9k,x,y\n'
    advice = [part for said in problems(text) for part in re.findall('--map "(.*?)"', said)]
    given = {each.rpartition("=")[0]: each.rpartition("=")[2] for each in advice}
    assert all("$" not in each and "`" not in each for each in given)
    mapped = {place: field if field != "field" else "Contact" for place, field in given.items()}
    (new,) = plan(text, mapped=dict.fromkeys(mapped, "") | ({"Vallue": "Value"} if name == "Vallue" else {})).new
    assert new.fields == {"Company": "Acme"} | ({"Value": "9000 EUR"} if name == "Vallue" else {})


def test_a_heading_that_two_columns_have_is_no_key_and_no_map() -> None:
    text = "Nr,Nr,Company\n1,2,Acme\n"
    assert problems(text, key="Nr")[0] == "Columns 1 and 2 are both called Nr. Name the one you mean by its number."
    assert plan(text, mapped={"2": ""}, key="1").new == (Lead("csv:1", NOW, {"Company": "Acme"}),)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2028-03-04 10:22", "2028-03-04"), ("2028-03-04T10:22:00Z", "2028-03-04"), ("14.03.2028 00:00", "2028-03-14"),
        ("2028-03-04T23:59:59.123+01:00", "2028-03-04"), ('"3/14/2028, 10:22 AM"', "2028-03-14"),
        ("3/14/2028 1:05:00 PM", "2028-03-14"), ("14-Mar-2028", "2028-03-14"), ("46827", "2028-03-15"),
        ("46827.5", "2028-03-15"), ("2026-03-01", "2026-03-01"), ("14 March 2025", "2025-03-14"),
    ],
)  # fmt: skip
def test_a_day_is_read_with_its_time_and_when_it_has_passed(cell: str, day: str) -> None:
    found = plan(f"key,Company,Expected close\na,A,{cell}\n")
    assert (found.problems, [new.fields.get("Expected close") for new in found.new]) == ((), [day])
    late = f"line 2: Expected close {day} has passed; the report shows the deal as late until you set another day."
    assert found.notes == ((late,) if day < TODAY.isoformat() else ())


@pytest.mark.parametrize(
    "cell", ["march", "in 3 months", "friday", "tomorrow", "Q1", "3/4/2028", "01.03.27", "1234", "soon", "9999-01-01"]
)
def test_a_day_that_is_not_fixed_is_a_problem_with_its_line(cell: str) -> None:
    (said,) = problems(f"key,Company,Expected close\na,A,{cell}\n")
    assert said.startswith("line 2: Expected close: ")


@pytest.mark.parametrize("error", ["#REF!", "#VALUE!", "#DIV/0!", "########"])
def test_an_error_of_the_spreadsheet_is_a_problem(error: str) -> None:
    assert problems(f"key,Company,Phone\na,A,{error}\n") == [f"line 2: Phone: {error} is a spreadsheet error."]


# The same table again

SAVED = (
    "key,Company,Phone,Value,Probability,Expected close,NDA,Seats,Brief\n"
    "007,Acme,0664 1234567,12000 EUR,40 %,2027-03-12,yes,5,Two words\n"
)
OWN = replace(
    PIPELINE, fields=(Field("nda", "NDA", "yes/no"), Field("seats", "Seats", "number"), Field("day", "Day", "date"))
)


def imported(text: str) -> IssueSummary:
    (new,) = csv_rows.plan(csv_rows.read(text, Source(), OWN).rows, (), OWN, NOW, TODAY).new
    return IssueSummary(4, "t", lead.body(new, OWN, TemplateRenderer()), frozenset({"inbound"}), created_at=NOW)


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(SAVED, id="as it was"),
        pytest.param("\ufeff" + SAVED.replace("\n", "\r\n"), id="a mark of UTF-8, and lines of Windows"),
        pytest.param(SAVED.replace(",", ";"), id="semicolons"),
        pytest.param("sep=;\r\n" + SAVED.replace(",", ";"), id="a line that names the separator"),
        pytest.param(SAVED.replace(",", "\t"), id="tabs"),
        pytest.param('"' + SAVED.replace(",", '","').replace("\n", '"\n"').removesuffix('"'), id="all quoted"),
        pytest.param(SAVED.replace("\n", ",,\n") + ",,,,,,,,,,\n,,\n", id="empty columns and rows behind"),
        pytest.param(SAVED.replace("007", "7"), id="a key without its zeros"),
        pytest.param(SAVED.replace("007", "7.0").replace(",5,", ",5.0,"), id="whole numbers with decimals"),
        pytest.param(SAVED.replace("0664 1234567", "6641234567"), id="a telephone number as a number"),
        pytest.param(SAVED.replace("0664 1234567", "6641234567.0"), id="as a number with decimals"),
        pytest.param(SAVED.replace("0664 1234567", "6.64123E+09"), id="as a number that was rounded"),
        pytest.param(SAVED.replace("12000 EUR", "12000.0"), id="an amount without its currency"),
        pytest.param(SAVED.replace("12000 EUR", '"12,000.00 EUR"'), id="an amount with thousands"),
        pytest.param(SAVED.replace("40 %", "0.4"), id="a share"),
        pytest.param(SAVED.replace("40 %", "40%"), id="a percentage"),
        pytest.param(SAVED.replace("2027-03-12", "12.03.2027"), id="a German date"),
        pytest.param(SAVED.replace("2027-03-12", "3/12/2027"), id="an American date"),
        pytest.param(SAVED.replace("2027-03-12", "12/03/27"), id="a British date of two digits"),
        pytest.param(SAVED.replace("2027-03-12", "2027-03-12 00:00:00"), id="a date with a time"),
        pytest.param(SAVED.replace("2027-03-12", "46458"), id="a date as Excel counts"),
        pytest.param(SAVED.replace(",yes,", ",TRUE,"), id="a yes as Excel writes it"),
        pytest.param(SAVED.replace(",yes,", ",,").replace("Two words", "NaN").replace("40 %", "None"), id="emptied"),
        pytest.param(SAVED.replace("key,", ",key,").replace("\n007", "\n0,007"), id="an index of pandas"),
        pytest.param(
            SAVED.replace("key,", "Unnamed: 0,key,").replace("\n007", "\n0,007"), id="an index read and written"
        ),
    ],
)
def test_a_table_that_was_saved_anew_changes_nothing(again: str) -> None:
    deal = imported(SAVED)
    found = csv_rows.plan(
        csv_rows.read(again, Source(), OWN).rows, [deal], OWN, NOW + timedelta(days=400), date(2028, 1, 1)
    )
    assert found == Plan(same=1)


@pytest.mark.parametrize(
    ("old", "new", "heading"),
    [
        ("0664 1234567", "0664 1234568", "Phone"), ("12000 EUR", "12001", "Value"), ("40 %", "0.5", "Probability"),
        ("2027-03-12", "13.03.2027", "Expected close"), (",yes,", ",FALSE,", "NDA"), (",5,", ",6.0,", "Seats"),
        ("0664 1234567", "6.65123E+09", "Phone"), ("Acme", "Acme 2", "Company"),
    ],
)  # fmt: skip
def test_what_is_really_another_value_is_a_change(old: str, new: str, heading: str) -> None:
    again = SAVED.replace(old, new)
    found = csv_rows.plan(csv_rows.read(again, Source(), OWN).rows, [imported(SAVED)], OWN, NOW, TODAY)
    if heading == "Probability":
        assert "0.5" in found.problems[0]
    else:
        assert [list(change.said) for change in found.changed] == [[heading]]


def test_a_key_that_a_spreadsheet_rounded_is_a_problem() -> None:
    (said,) = problems("key,Company\n4.9151E+11,Acme\n")
    assert said.startswith("line 2: a spreadsheet rounded its key to 4.9151E+11.")


def test_keys_that_a_spreadsheet_would_make_one_are_told_apart_while_it_does_not() -> None:
    assert problems("key,Company\n007,Acme\n7,Nord\n") == ["line 3: the key 7 is already in line 2."]


@given(
    st.lists(st.text(st.sampled_from("ab'=+-@,;|\t \n\"\u00a0\u200b1.")).map(str.strip), min_size=2, max_size=2),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([".", ","]),
)
def test_a_round_trip_changes_nothing(cells: list[str], separator: str, decimal: str) -> None:
    said = {"Company": markdown.one_line(cells[0]), "Brief": cells[1], "Value": "1234.50 EUR"}
    text = "".join(csv_rows.write([{"number": "3", **said}], PIPELINE, separator, decimal))
    (row,) = csv_rows.read(text, Source(), PIPELINE).rows
    body = "".join(f"### {heading}\n\n{markdown.block(cell)}\n\n" for heading, cell in said.items())
    assert {heading: cell.split() for heading, cell in row.said.items()} == {
        heading: (cell.replace(".", decimal) if heading == "Value" else cell).split()
        for heading, cell in said.items()
        if cell
    }
    assert body


def test_an_export_for_another_country_reads_back() -> None:
    deal = IssueSummary(3, "t", "### Value\n\n9000.5 EUR\n\n### Seats\n\n1.125\n", created_at=NOW)
    row = {"number": "3", **csv_rows.shown(deal.body, OWN)}
    text = "".join(csv_rows.write([row], OWN, ";", ","))
    assert "9000,5 EUR" in text
    assert "1,125" in text
    assert csv_rows.plan(csv_rows.read(text, Source(), OWN).rows, [deal], OWN, NOW, TODAY) == Plan(same=1)
