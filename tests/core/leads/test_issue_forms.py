"""The issue forms to copy: every question is a field, and what GitHub writes for an answer reads back as said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from salesbot.core.lifecycle.restore import NOT_A_DEAL
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.text import fields

FOLDER = Path(__file__).parents[3] / "templates/github/ISSUE_TEMPLATE"
FORMS = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.yml"))}
PIPELINE = default_pipeline()
KINDS = {"checkboxes", "dropdown", "input", "markdown", "textarea"}


def questions(form: dict[str, Any]) -> list[dict[str, Any]]:
    return [element for element in form["body"] if element["type"] != "markdown"]


def filled_in(form: dict[str, Any], answers: dict[str, str], empty: str = "_No response_", end: str = "\n") -> str:
    """Write the issue as GitHub does: the label as heading, the answer, and something for what is left empty."""
    parts = [f"### {each['attributes']['label']}\n\n{answers.get(each['id'], empty)}" for each in questions(form)]
    return "\n\n".join(parts).replace("\n", end)


def read(body: str) -> dict[str, str]:
    return dict(fields.read(body, PIPELINE.headings, PIPELINE.one_line))


def test_there_are_three() -> None:
    assert sorted(FORMS) == ["contact", "lead", "other"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_is_what_github_takes(form: dict[str, Any]) -> None:
    assert {"name", "description", "body"} <= set(form) <= {"name", "description", "body", "title", "labels"}
    assert {element["type"] for element in form["body"]} <= KINDS
    ids = [element["id"] for element in questions(form)]
    labels = [element["attributes"]["label"] for element in questions(form)]
    assert (len(set(ids)), len(set(labels))) == (len(ids), len(labels))


@pytest.mark.parametrize("name", ["lead", "contact"])
def test_every_question_is_a_field(name: str) -> None:
    assert {each["attributes"]["label"] for each in questions(FORMS[name])} <= set(PIPELINE.headings)


def test_where_each_form_leads() -> None:
    stage = PIPELINE.stage_of_label(FORMS["contact"]["labels"][0])
    assert stage is not None
    assert stage.name == "prospect"
    assert FORMS["lead"]["labels"] == ["stage:lead"]
    assert FORMS["other"]["labels"] == [NOT_A_DEAL]


@pytest.mark.parametrize("name", ["lead", "contact"])
def test_the_sources_to_choose_from_are_those_of_the_defaults(name: str) -> None:
    (source,) = [each for each in questions(FORMS[name]) if each["id"] == "source"]
    assert tuple(source["attributes"]["options"]) == PIPELINE.sources


ANSWERS = {
    "company": "Acme GmbH",
    "email": "jane@acme.com",
    "source": "referral",
    "brief": "A new shop.\n\nTwo languages.",
}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("empty", ["_No response_", "None", ""], ids=["no response", "None", "nothing"])
def test_answers_are_fields_at_once(empty: str, end: str) -> None:
    body = filled_in(FORMS["lead"], ANSWERS, empty, end)
    assert read(body) == {
        "Company": "Acme GmbH", "Email": "jane@acme.com", "Source": "referral", "Brief": ANSWERS["brief"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "brief"),
    [
        pytest.param("### What we want\n\nA shop.", "### What we want\n\nA shop.", id="a heading of their own stays"),
        pytest.param("## Large", "## Large", id="a larger one"),
        pytest.param("- [x] One\n- [ ] Two", "- [x] One\n- [ ] Two", id="boxes"),
        pytest.param("```\n### Value\n\n9000\n```", "### Value\n\n9000", id="a field in a code block is none"),
        pytest.param("None", None, id="None typed by hand is empty"),
    ],
)
def test_what_people_type_into_the_brief_stays_there(typed: str, brief: str | None) -> None:
    found = read(filled_in(FORMS["lead"], {**ANSWERS, "brief": typed}))
    assert (found.get("Brief"), found.get("Value"), found["Company"]) == (brief, None, "Acme GmbH")


def test_a_second_heading_of_ours_typed_by_hand_does_not_replace_the_answer() -> None:
    found = read(filled_in(FORMS["lead"], {**ANSWERS, "brief": "### Company\n\nEvil Ltd"}))
    assert found["Company"] == "Acme GmbH"
