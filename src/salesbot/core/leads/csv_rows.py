"""Tables: deals as rows of a CSV file, out and in again. Nothing is written unless every line of a table is right.

Knows what a row asks for. Knows no file, and moves no deal: stages are labels and commands.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from salesbot.core.errors import InputError
from salesbot.core.leads import csv_values, lead
from salesbot.core.leads.csv_columns import CURRENCY, KEY, Columns, headings
from salesbot.core.leads.exports import Source
from salesbot.core.leads.lead import FROM_TABLE, Lead
from salesbot.core.model.deal import Refusal
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import csv_cells, fields, markdown
from salesbot.core.text.plural import counted
from salesbot.core.text.suggestions import nearest

ABOUT = ("number", "title", "stage", "state", "owner", "opened", "url")
"""Columns of an exported deal before its fields. Of these `title` and `stage` say how a new deal begins."""
SEPARATORS = ",;\t|"
MOST_ROWS = 20_000
LONGEST_KEY = 200
_WHO = ("Company", "Contact", "Email")
"""What tells whom a deal is with; a row needs one of these, or a title."""
NO_DEAL = "it has no title, company or person. Remove totals and notes from the table."
_FOOTER = re.compile(
    r"(?:(?:grand |sub-?)?total[es]?|sum|summe|gesamt(?:summe)?|somme|suma|totaal|count|record count|anzahl)"
    r"\W*(?:\d+\W*)?"
    r"|(?:copyright|\u00a9|\(c\)|confidential|generated (?:by|on|at)|as of|report (?:generated|run|date))\b.*|\u00a9.*",
    re.IGNORECASE | re.DOTALL,
)
"""What is below the rows of a report, in whichever column comes first."""


@dataclass(frozen=True)
class Row:
    """A line of a table: which deal it is, by number or by key, and what it says of it."""

    line: int
    number: int | None = None
    key: str = ""
    title: str = ""
    stage: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    """By heading; empty cells say nothing."""
    currency: str = ""
    """Of the row's amounts, where a column of its own says it."""


@dataclass(frozen=True)
class Table:
    """The rows of a table, and what of it is left out."""

    rows: list[Row]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changed:
    """A deal to change: the fields that are other than they were."""

    number: int
    said: Mapping[str, str]
    line: int
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Fingerprints of all that the row says, for the next import (`lead.with_cells`)."""


@dataclass
class Cells:
    """The cells of a row: what is new in them, fingerprints of all that could be read, and what could not."""

    said: dict[str, str] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What a table asks for. With problems, nothing of it is done."""

    new: tuple[Lead, ...] = ()
    changed: tuple[Changed, ...] = ()
    problems: tuple[str, ...] = ()
    same: int = 0
    """Rows that say what the deal says already."""
    notes: tuple[str, ...] = ()
    """What is taken as it is, and people should look at."""


# Out


def write(
    rows: Iterable[Mapping[str, str]], pipeline: Pipeline, separator: str = ",", decimal: str = "."
) -> Iterator[str]:
    """Write rows, by column, as lines of a CSV file. No cell is a formula to whoever opens it in a spreadsheet."""
    columns = [*ABOUT, *headings(pipeline)]
    yield from csv_cells.lines([columns], separator, "\r\n")
    cells = ((_localised(row.get(column, ""), column, decimal, pipeline) for column in columns) for row in rows)
    yield from csv_cells.lines(cells, separator, "\r\n")


def _localised(cell: str, column: str, decimal: str, pipeline: Pipeline) -> str:
    return csv_values.with_comma(cell, column, pipeline) if decimal == "," else cell


def example(pipeline: Pipeline, today: date) -> Iterator[str]:
    """Write a table that can be imported, to fill in."""
    closes = today.replace(year=today.year + 1, day=1).isoformat()
    yield from csv_cells.lines(
        [
            ["key", "title", "stage", "Company", "Contact", "Email", "Value", "Expected close", "Source", "Brief"],
            ["1", "Acme GmbH: new shop", pipeline.initial, "Acme GmbH", "Jane Doe", "jane@acme.example", "24000 EUR",
             closes, "referral", "A shop for spare parts"],
            ["2", "", pipeline.initial, "Borealis AG", "", "", "12k", "", "website", ""],
        ],
        ",", "\r\n",
    )  # fmt: skip


def shown(body: str, pipeline: Pipeline) -> dict[str, str]:
    """Read the fields of a deal as an export shows them: the words themselves."""
    said = fields.read(body, pipeline.headings, pipeline.one_line)
    return {heading: markdown.unquoted(said[heading]) for heading in headings(pipeline) if heading in said}


# In


def read(text: str, source: Source, pipeline: Pipeline) -> Table:
    """Read a table as its source says; of an export, columns that nobody knows and deals that are over are left out.

    Raises InputError with everything that is wrong with the columns, or if it is not a table.
    """
    (_, names), *rows = _parsed(text)
    export, mapped, key = source.export, source.mapped, source.key
    known = export.wanted(names, mapped) if export is not None else {}
    columns = Columns(names, {**known, **mapped}, key or (export.key(names) if export is not None else ""), pipeline)
    left = [name for name, heading in known.items() if not heading]
    left += [name for name in columns.leave_out() if not export.ends(name)] if export is not None else []
    too_long = (line for line, row in rows if any(cell.strip() for cell in row[len(names) :]))
    problems = [*columns.problems(), *(f"line {line}: it has more cells than there are columns." for line in too_long)]
    if problems:
        raise InputError("\n".join(problems), "Nothing was done")
    kept = [row for row in rows if export is None or not export.is_over(names, row[1])]
    found = [_row(line, cells, columns) for line, cells in kept]
    read_rows = [replace(row, stage=source.stage(row.stage, pipeline)) for row in found]
    return Table(read_rows, tuple(_left_out(left, len(rows) - len(kept))))


def _left_out(columns: Sequence[str], over: int) -> Iterator[str]:
    if columns:
        yield f'Left out: {counted(len(columns), "column")}: {", ".join(columns)}. --map "COLUMN=FIELD" takes one.'
    if over:
        yield f"Left out: {counted(over, 'deal')} won, lost or deleted there."


def _parsed(text: str) -> list[tuple[int, list[str]]]:
    begun, text = _without_hint(text.removeprefix("\ufeff"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    found: list[tuple[int, list[str]]] = []
    skipped = begun - 1
    try:
        for cells in reader:
            if any(_given(cell) for cell in cells):
                found.append((begun, cells))
            begun = skipped + reader.line_num + 1
    except csv.Error as error:
        line = skipped + reader.line_num
        raise InputError(f"line {line}: this is not CSV: {error}.", "Nothing was done") from error
    if not found:
        raise InputError("The table is empty.", "Its first line names the columns")
    if len(found) > MOST_ROWS:
        raise InputError(f"The table has more than {MOST_ROWS:,} lines.", "Divide it")
    return found


def _without_hint(text: str) -> tuple[int, str]:
    """Pass over the line that tells Excel the separator."""
    found = re.match(r"\"?sep=.\"?\r?\n", text, re.IGNORECASE)
    return (2, text[found.end() :]) if found else (1, text)


def _separator(text: str) -> str:
    """Find the separator: the one that makes the most of the line of headings."""
    header = re.sub(r'"[^"]*"', '""', text.lstrip("\r\n").split("\n", 1)[0])
    return max(SEPARATORS, key=header.count)


def _given(cell: str) -> str:
    """Read a cell as it was meant; nothing if a program wrote that it is empty."""
    plain = csv_cells.meant(cell).strip()
    return "" if plain in csv_values.EMPTY else plain


def _row(line: int, cells: Sequence[str], columns: Columns) -> Row:
    read_cells = [_given(cell) for cell in cells]
    given = {column: cell for column, cell in zip(columns.fields, read_cells, strict=False) if column and cell}
    number = csv_values.bare_key(given.pop("number", "").removeprefix("#"))
    named = read_cells[columns.key] if columns.key is not None and columns.key < len(read_cells) else ""
    return Row(
        line=line,
        number=int(number) if re.fullmatch("[1-9][0-9]{0,8}", number) else (0 if number else None),
        key=markdown.one_line(given.pop(KEY, "") or named),
        title=markdown.one_line(given.pop("title", "")),
        stage=given.pop("stage", ""),
        currency=given.pop(CURRENCY, ""),
        said=given,
    )


def plan(
    rows: Sequence[Row], other_issues: Iterable[IssueSummary], pipeline: Pipeline, now: datetime, today: date
) -> Plan:
    """Compare a table with the deals there are. Every problem at once, each with its line."""
    deals = {other.number: other for other in other_issues}
    keys = _known_keys(deals.values())
    new: list[Lead] = []
    changed: list[Changed] = []
    problems: list[str] = []
    notes: list[str] = []
    seen: dict[str, int] = {}
    for row in rows:
        number = row.number if row.number is not None else _known(row.key, keys)
        deal = deals.get(number or 0)
        if number is None and not _is_deal(row):
            problems.append(f"line {row.line}: {NO_DEAL}")
            continue
        wrong = [*_wrong_row(row, deals), *_twice(row, seen)]
        cells = _read_cells(row, deal, pipeline, today)
        said = cells.said
        wrong += cells.problems + _wrong_stage(row, deal, pipeline)
        problems += [f"line {row.line}: {problem}" for problem in wrong]
        notes += [f"line {row.line}: {note}" for note in _passed(said, today)]
        if number is None:
            stage = row.stage.casefold()
            new.append(Lead(_key(row), now, said, named=row.title, stage=stage, cells=cells.fingerprints))
        elif said:
            changed.append(Changed(number, said, row.line, cells.fingerprints if row.number is None else {}))
    if problems:
        return Plan(problems=tuple(problems))
    return Plan(tuple(new), tuple(changed), same=len(rows) - len(new) - len(changed), notes=tuple(notes))


def _key(row: Row) -> str:
    return f"{FROM_TABLE}:{row.key}"


def _known_keys(deals: Iterable[IssueSummary]) -> dict[str, int]:
    """The numbers of the deals that came from a table, by their keys, and by what a spreadsheet leaves of these."""
    marks = {mark.key: deal.number for deal in deals if (mark := lead.mark_of(deal)) is not None}
    own = {key.partition(":")[2]: number for key, number in marks.items() if key.startswith(f"{FROM_TABLE}:")}
    return {csv_values.bare_key(key): number for key, number in own.items()} | own


def _known(key: str, keys: Mapping[str, int]) -> int | None:
    found = keys.get(key)
    return found if found is not None else keys.get(csv_values.bare_key(key))


def _wrong_row(row: Row, deals: Mapping[int, IssueSummary]) -> Iterator[str]:
    if row.number is not None and row.number not in deals:
        yield f"there is no deal #{row.number}." if row.number else "the number of a deal must be a number."
    if row.number is None and not row.key:
        yield "it has neither a number nor a key. Name the column that identifies rows: --key COLUMN"
    if len(row.key) > LONGEST_KEY:
        yield f"its key is longer than {LONGEST_KEY} characters."
    if csv_values.is_damaged(row.key):
        yield f"a spreadsheet rounded its key to {row.key}. Format that column as text before you save it."


def _is_deal(row: Row) -> bool:
    """Say whether a row names a title, a company or a person, and not only what reports write below their rows."""
    names = [row.title, *(row.said.get(heading, "") for heading in _WHO)]
    return any(name and not _FOOTER.fullmatch(name) for name in names)


def _twice(row: Row, seen: dict[str, int]) -> Iterator[str]:
    name = f"the number {row.number}" if row.number is not None else f"the key {row.key}"
    same = name if row.number is not None else csv_values.bare_key(row.key)
    if row.number is not None or row.key:
        if same in seen:
            yield f"{name} is already in line {seen[same]}."
        seen.setdefault(same, row.line)


def _passed(said: Mapping[str, str], today: date) -> Iterator[str]:
    day = said.get("Expected close", "")
    if day and day < today.isoformat():
        yield f"Expected close {day} has passed; the report shows the deal as late until you set another day."


def _wrong_stage(row: Row, deal: IssueSummary | None, pipeline: Pipeline) -> list[str]:
    if not row.stage:
        return []
    stage = pipeline.stage(row.stage.casefold())
    if stage is None:
        guess = nearest(row.stage, [each.name for each in pipeline.stages])
        hint = f"Did you mean {guess}?" if guess else f'Map it to one of your stages: --stage "{row.stage}=STAGE"'
        return [f"unknown stage {row.stage}. {hint}"]
    if deal is None:
        return [] if stage.is_open else [f"no deal begins in {stage.name}. Begin it in another stage, then move it."]
    current = [found.name for label in deal.labels if (found := pipeline.stage_of_label(label)) is not None]
    if current in ([], [stage.name]):
        return []
    return [f"#{deal.number} is in {current[0]}; an import does not move deals. Set the label, or comment a command."]


def _read_cells(row: Row, deal: IssueSummary | None, pipeline: Pipeline, today: date) -> Cells:
    """Read the cells that say something new; what cannot be read is a problem.

    What the last import of this row said already is not new, whatever people made of the deal since.
    """
    current = shown(deal.body, pipeline) if deal is not None else {}
    mark = lead.mark_of(deal) if deal is not None and row.number is None else None
    cells = Cells()
    for heading, cell in row.said.items():
        before = current.get(heading, "")
        is_same = csv_values.means(heading, cell, before, row.currency, pipeline)
        text = csv_values.read(heading, cell, row.currency, today, pipeline)
        if isinstance(text, Refusal):
            cells.problems += [] if is_same else [f"{heading}: {text.reason}"]
            continue
        cells.fingerprints[heading] = lead.fingerprint(text)
        was_imported = mark is not None and mark.cells.get(heading) == cells.fingerprints[heading]
        if not (is_same or was_imported) and text not in (before, _read_again(heading, before, today, pipeline)):
            cells.said[heading] = text
    return cells


def _read_again(heading: str, before: str, today: date, pipeline: Pipeline) -> str | Refusal:
    return csv_values.read(heading, before, "", today, pipeline) if before else ""
