"""Cells of a CSV file: written so that no spreadsheet computes them, and read back as they were.

A spreadsheet takes a cell for a formula by its first letter, some after trimming it. It may also part the line at
another separator than the one the file was written with, so what follows any separator begins a cell too. An
apostrophe before it keeps it text (OWASP: CSV injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20\u2212"
"""How a formula begins, wide signs and the minus sign of typographers included."""
_UNSEEN = "\x00-\x08\x0e-\x1f\x7f\xad\u200b-\u200f\u2060\ufeff"
_AT_START = re.compile(f"\\A('*)(?=[\\s\"{_UNSEEN}]*[{_FORMULA}])")
_ENDS = ",;|\t\r\n\x0b\x0c\x85\u2028\u2029"
"""Where another program may end a cell or a line."""
_AFTER_SEPARATOR = re.compile(f"(?<=[{_ENDS}])('*)(?=(?:[^\\S{_ENDS}]|[\"{_UNSEEN}])*[{_FORMULA}])")


def inert(cell: str) -> str:
    """Write a cell so that no spreadsheet takes it, or a part of it, for a formula."""
    return _AFTER_SEPARATOR.sub(r"'\1", _AT_START.sub(r"'\1", cell, count=1))


def meant(cell: str) -> str:
    """Read back what `inert` wrote."""
    return _AT_START.sub(_one_less, _AFTER_SEPARATOR.sub(_one_less, cell), count=1)


def lines(rows: Iterable[Iterable[str]], separator: str = ",", end: str = "\n") -> Iterator[str]:
    """Write rows as lines of a CSV file, every cell inert."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    for row in rows:
        writer.writerow([inert(cell) for cell in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _one_less(found: re.Match[str]) -> str:
    return found[1][1:]
