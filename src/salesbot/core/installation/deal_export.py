"""All deals as CSV and JSON, for a team that goes on without salesbot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from salesbot.core.installation.leaving import Row
from salesbot.core.text import csv_cells

COLUMNS = ("number", "title", "stage", "state", "created", "owner", "url")
VERSION = 1


def as_csv(rows: Sequence[Row]) -> str:
    """Write a line for each deal, and a column for each field that any of them has."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row.fields))
    cells = ((*_values(row), *(row.fields.get(name, "") for name in headings)) for row in rows)
    table = ((" ".join(text.split()) for text in row) for row in ((*COLUMNS, *headings), *cells))
    return "".join(csv_cells.lines(table))


def _values(row: Row) -> tuple[str, ...]:
    state = "open" if row.open else "closed"
    return (str(row.number), row.title, row.stage, state, _time(row.created), row.owner, row.url)


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
