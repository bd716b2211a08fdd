"""All deals as CSV and JSON, for whoever goes on without salesbot.

What a stranger wrote may begin like a formula; a spreadsheet is kept from computing it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime

from salesbot.core.installation.leaving import Row

COLUMNS = ("number", "title", "stage", "state", "created", "owner", "url")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
VERSION = 1


def as_csv(rows: Sequence[Row]) -> str:
    """Write a line for each deal, and a column for each field that any of them has."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row.fields))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, *(_cell(heading) for heading in headings)])
    for row in rows:
        writer.writerow([_cell(text) for text in (*_values(row), *(row.fields.get(name, "") for name in headings))])
    return out.getvalue()


def _values(row: Row) -> tuple[str, ...]:
    state = "open" if row.open else "closed"
    return (str(row.number), row.title, row.stage, state, _time(row.created), row.owner, row.url)


def _cell(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute (OWASP: CSV injection)."""
    line = " ".join(text.split())
    return f"'{line}" if text.startswith(_FORMULA) else line


def as_json(rows: Sequence[Row], repository: str, now: datetime) -> str:
    """Write every deal with its fields and its way through the stages."""
    deals = [
        {
            "number": row.number,
            "title": row.title,
            "url": row.url,
            "stage": row.stage,
            "open": row.open,
            "created": _time(row.created),
            "owner": row.owner or None,
            "fields": dict(row.fields),
            "history": [{"stage": stage, "since": _time(at), "by": by or None} for stage, at, by in row.history],
        }
        for row in rows
    ]
    document = {"version": VERSION, "repository": repository, "as_of": _time(now), "deals": deals}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
