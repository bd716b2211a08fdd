"""Cells of a CSV file: no spreadsheet computes one, at whichever separator it parts the line, and all read back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesbot.core.text.csv_cells import inert, lines, meant

HOSTILE = st.text(st.sampled_from("=+-@'\"ab1;,|\t\r\n \u00a0\u200b\ufeff\uff1d"), max_size=12)


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet that trims would compute it."""
    plain = "".join(sign for sign in cell if sign not in "\u200b\ufeff").strip().strip('"').strip()
    return plain[:1] in tuple("=+-@\uff1d")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("other", [",", ";", "\t", "|"])
@given(cells=st.lists(HOSTILE, min_size=2, max_size=3))
@example(cells=["a;=1+1", "\u00a0=1"])
@example(cells=['x,"=1+1"', "\t@SUM(A1)"])
def test_no_separator_makes_a_formula_of_a_cell(separator: str, other: str, cells: list[str]) -> None:
    text = "".join(lines([["first", *cells]], separator))
    found = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=other) for cell in row]
    assert not any(is_formula(cell) for cell in found), found


@given(HOSTILE)
def test_what_was_guarded_reads_back(cell: str) -> None:
    assert meant(inert(cell)) == cell


@pytest.mark.parametrize(
    "cell", ["Acme GmbH", "jane@acme.com", "24000 EUR", "a - b", "2027-03-01", "O'Neill", "1,234.50", "x=1", "'quoted'"]
)
def test_plain_cells_stay_as_they_are(cell: str) -> None:
    assert inert(cell) == cell
    assert meant(cell) == cell
