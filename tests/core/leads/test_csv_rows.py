"""Tables: which column is which field, what a row asks for, and every problem at once with its line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from salesbot.core.errors import InputError
from salesbot.core.leads import csv_rows
from salesbot.core.leads.csv_rows import Changed, Plan
from salesbot.core.leads.lead import Lead
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import IssueSummary
from salesbot.core.text import markdown

PIPELINE = default_pipeline()
NOW, TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC), date(2026, 11, 23)
ACME = IssueSummary(
    3, "Acme: shop",
    f'{markdown.marker("lead", {"key": "csv:a1"})}\n### Company\n\nAcme GmbH\n\n### Value\n\n9000 EUR\n',
    frozenset({"inbound", "stage:lead"}), own=True, created_at=NOW,
)  # fmt: skip


def plan(text: str, *other_issues: IssueSummary, mapped: dict[str, str] | None = None, key: str = "") -> Plan:
    return csv_rows.plan(csv_rows.read(text, mapped or {}, key, PIPELINE), other_issues, PIPELINE, NOW, TODAY)


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
        pytest.param("key\tExpected close\na1\t2027-03\n", {"Expected close": "2027-03-31"}, id="tabs, a month"),
        pytest.param('key,Brief\na1,"Two\nlines, really"\n', {"Brief": "Two\nlines, really"}, id="lines in a cell"),
        pytest.param(
            "key,Phone\na1,'+49 151\n", {"Phone": "+49 151"},
            id="what an export guarded from being a formula",
        ),
        pytest.param("key,state,owner,Company\na1,open,ann,\n", {}, id="empty cells and columns that are passed over"),
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
            "key,Vallue\na,1\n", ['The column Vallue is no field of a deal. Did you mean --map "Vallue=Value"?'],
            id="column",
        ),
        pytest.param(
            "key,Company,Firm\na,b,c,d\n", ["The column Firm", "line 2: it has more cells"],
            id="two things at once",
        ),
        pytest.param(
            "key,Company,company\na,b,c\n", ["Two columns are Company", "Two columns are Company"],
            id="one field twice",
        ),
        pytest.param("Company\nAcme\n", ["line 2: it has neither a number nor a key"], id="nothing tells rows apart"),
        pytest.param("key,Value\na,lots\nb,many\n", ["line 2: Value: ", "line 3: Value: "], id="amounts that are none"),
        pytest.param("key,Value\na,1\na,2\n", ["line 3: the key a stands in line 2 already."], id="a key twice"),
        pytest.param("key,stage\na,won\n", ["line 2: no deal begins in won."], id="won is no beginning"),
        pytest.param(
            "key,stage\na,leed\n", ["line 2: unknown stage leed. Did you mean lead?"],
            id="a stage misspelled",
        ),
        pytest.param("number,stage\n3,won\n", ["line 2: #3 is in lead; an import moves no deal."], id="no move"),
        pytest.param("number,Value\n9,1\n", ["line 2: there is no deal #9."], id="no such deal"),
        pytest.param("number,Value\nx,1\n", ["line 2: the number of a deal is a number."], id="no number"),
        pytest.param("key,Expected close\na,2020-01-01\n", ["line 2: Expected close: "], id="a day in the past"),
        pytest.param("", ["The table is empty."], id="nothing"),
        pytest.param('key\n"a\n', ["line 2: this is no CSV"], id="a quote left open"),
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
    (row,) = csv_rows.read(text, {}, "", PIPELINE)
    assert (row.number, row.title, dict(row.said)) == (3, "@x", said)


def test_an_export_shows_the_words_of_a_brief_not_how_they_are_quoted() -> None:
    body = f"### Brief\n\n{markdown.block('A <b>shop</b>.')}\n"
    assert csv_rows.shown(body, PIPELINE) == {"Brief": "A <b>shop</b>."}
