"""What is given to textlint: what people read, each text with its place; and the list of words is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs import prose


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{# a comment #}\n{% if a %}Won by {{ b }}{% endif %}\n", [(2, "Won by …")]),
        ("<p title='x'>Two <b>words</b></p>\n<style>\na {}\n</style>\nlast", [(1, "Two words"), (5, "last")]),
    ],
)
def test_of_a_template_what_it_prints_is_read_at_its_line(source: str, shown: list[tuple[int, str]]) -> None:
    assert [each for each in prose.template_texts(source) if each[1].strip()] == shown


def test_of_a_program_its_texts_and_docstrings_are_read() -> None:
    source = '"""A module."""\nsay(f"{name} has no value", "Set one")\nre.compile("one two")\n'
    assert sorted(prose.program_texts(source)) == [(1, "A module."), (2, "Set one"), (2, "… has no value")]


def test_of_a_workflow_its_comments_are_read_and_its_sentences() -> None:
    source = "on: # what starts it\n  description: The number of a deal\n"
    assert [text.strip() for _, text in prose.comment_texts(source)] == ["what starts it", "The number of a deal"]


def test_templates_workflows_and_programs_are_read() -> None:
    found = prose.texts()
    assert {Path(file).suffix for file, _, _ in found} == {".j2", ".py", ".yml"}
    assert len(found) > 1000


def test_every_word_to_avoid_is_a_pattern_that_its_replacement_does_not_have() -> None:
    for pattern, instead in prose.replacements():
        assert not re.search(rf"(?i)\b(?:{pattern})\b", instead), f"{pattern}: {instead}"


def test_a_term_has_a_meaning_and_perhaps_other_names() -> None:
    for said in (*prose.words()["terms"].values(), *prose.words()["inside"].values()):
        assert "means" in said
        assert set(said) <= {"means", "not"}, "a text with a comma is in quotes"


def test_a_term_is_no_word_to_avoid() -> None:
    avoided = "|".join(f"(?:{pattern})" for pattern, _ in prose.replacements())
    assert not [term for term in {**prose.words()["terms"], **prose.words()["inside"]} if re.fullmatch(avoided, term)]
