"""Tables: deals as rows of a CSV file, out and in again. Nothing is written unless every line of a table is right.

Knows columns and what a cell may say. Knows no file, and moves no deal: stages are labels and commands.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from salesbot.core.commands import arguments
from salesbot.core.errors import InputError
from salesbot.core.leads import field_mapping, lead
from salesbot.core.leads.lead import BRIEF, FROM_TABLE, OTHER, Lead
from salesbot.core.model.deal import Refusal
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.headings import KEPT_FIELDS
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import fields, markdown
from salesbot.core.text.command_syntax import nearest

ABOUT = ("number", "title", "stage", "state", "owner", "opened", "url")
"""Columns of an exported deal before its fields. Of these `title` and `stage` say how a new deal begins."""
NOT_TAKEN = ("state", "owner", "opened", "url", "next step", *(kept.casefold() for kept in KEPT_FIELDS))
"""Columns that an import passes over: they are said elsewhere, by commands or by GitHub."""
KEYS = ("key", "id")
MOST_ROWS = 20_000
LONGEST_KEY = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""


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


@dataclass(frozen=True)
class Changed:
    """A deal to change: the fields that are other than they were."""

    number: int
    said: Mapping[str, str]
    line: int


@dataclass(frozen=True)
class Plan:
    """What a table asks for. With problems, nothing of it is done."""

    new: tuple[Lead, ...] = ()
    changed: tuple[Changed, ...] = ()
    problems: tuple[str, ...] = ()
    same: int = 0
    """Rows that say what the deal says already."""


# Out


def headings(pipeline: Pipeline) -> tuple[str, ...]:
    """List the fields an exported deal has."""
    return tuple(heading for heading in pipeline.headings if heading not in KEPT_FIELDS)


def write(rows: Iterable[Mapping[str, str]], pipeline: Pipeline) -> Iterator[str]:
    """Write rows, by column, as lines of a CSV file. No cell is a formula to whoever opens it in a spreadsheet."""
    columns = [*ABOUT, *headings(pipeline)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_inert(row.get(column, "")) for column in columns])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def shown(body: str, pipeline: Pipeline) -> dict[str, str]:
    """Read the fields of a deal as an export shows them: the words themselves."""
    said = fields.read(body, pipeline.headings, pipeline.one_line)
    return {heading: markdown.unquoted(said[heading]) for heading in headings(pipeline) if heading in said}


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _meant(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


# In


def read(text: str, mapped: Mapping[str, str], key: str, pipeline: Pipeline) -> list[Row]:
    """Read a table; `mapped` says for columns which field they are, "" for none. `key` names the column of the key.

    Raises InputError with everything that is wrong with the columns, or if it is no table.
    """
    lines = _parsed(text)
    names = [name.strip() for name in lines[0][1]]
    columns, problems = _columns(names, mapped, key, pipeline)
    problems += [
        f"line {line}: it has more cells than there are columns." for line, row in lines if len(row) > len(names)
    ]
    if problems:
        raise InputError("\n".join(problems), "Nothing was done")
    return [_row(line, dict(zip(columns, cells, strict=False)), cells, names, key) for line, cells in lines[1:]]


def _parsed(text: str) -> list[tuple[int, list[str]]]:
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        begun = 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begun, cells))
            begun = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"line {reader.line_num}: this is no CSV: {error}.", "Nothing was done") from error
    if not found:
        raise InputError("The table is empty.", "Its first line names the columns")
    if len(found) > MOST_ROWS:
        raise InputError(f"The table has more than {MOST_ROWS:,} lines.", "Divide it")
    return found


def _columns(
    names: Sequence[str], mapped: Mapping[str, str], key: str, pipeline: Pipeline
) -> tuple[list[str], list[str]]:
    """Say for each column what it is: `number`, `title`, `stage`, `key`, a heading, or "" for nothing of ours."""
    problems = [f"There is no column {name}." for name in (*mapped, *([key] if key else [])) if name not in names]
    found = [_column(name, mapped, key, pipeline) for name in names]
    for name, column in zip(names, found, strict=True):
        if column is None:
            problems.append(_unknown(mapped.get(name, name), name, pipeline))
        elif column and found.count(column) > 1:
            problems.append(f'Two columns are {column}. Leave one out: --map "{name}="')
    return [column or "" for column in found], list(dict.fromkeys(problems))


def _column(name: str, mapped: Mapping[str, str], key: str, pipeline: Pipeline) -> str | None:
    wanted = mapped.get(name, name).strip()
    folded = wanted.casefold()
    if not wanted or folded in NOT_TAKEN or (folded in KEYS and (not key or name == key)):
        return "key" if folded in KEYS else ""
    if folded in ("number", "title", "stage"):
        return folded
    heading = pipeline.heading(folded) or field_mapping.heading_of(wanted, pipeline)
    return heading if heading is not None else ("" if name == key else None)


def _unknown(wanted: str, name: str, pipeline: Pipeline) -> str:
    guess = nearest(wanted, headings(pipeline))
    hint = (
        f'Did you mean --map "{name}={guess}"?' if guess else f'Say --map "{name}=field", or --map "{name}=" for none.'
    )
    return f"The column {name} is no field of a deal. {hint}"


def _row(line: int, cells: Mapping[str, str], all_cells: Sequence[str], names: Sequence[str], key: str) -> Row:
    given = {column: _meant(cell) for column, cell in cells.items() if column and cell.strip()}
    number = given.pop("number", "").removeprefix("#")
    by_column = dict(zip(names, all_cells, strict=False))
    own_key = given.pop("key", "") or _meant(by_column.get(key, ""))
    return Row(
        line=line,
        number=int(number) if re.fullmatch("[1-9][0-9]{0,8}", number) else (0 if number else None),
        key=markdown.one_line(own_key),
        title=markdown.one_line(given.pop("title", "")),
        stage=given.pop("stage", ""),
        said=given,
    )


def plan(
    rows: Sequence[Row], other_issues: Iterable[IssueSummary], pipeline: Pipeline, now: datetime, today: date
) -> Plan:
    """Compare a table with the deals there are. Every problem at once, each with its line."""
    deals = {other.number: other for other in other_issues}
    keys = {mark.key: number for number, other in deals.items() if (mark := lead.mark_of(other)) is not None}
    new: list[Lead] = []
    changed: list[Changed] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for row in rows:
        number = row.number if row.number is not None else keys.get(_key(row))
        wrong = [*_wrong_row(row, deals), *_twice(row, seen)]
        said, refused = _read_cells(row, deals.get(number or 0), pipeline, today)
        wrong += refused + _wrong_stage(row, deals.get(number or 0), pipeline)
        problems += [f"line {row.line}: {problem}" for problem in wrong]
        if number is None:
            new.append(Lead(_key(row), now, said, named=row.title, stage=row.stage.casefold()))
        elif said:
            changed.append(Changed(number, said, row.line))
    if problems:
        return Plan(problems=tuple(problems))
    return Plan(tuple(new), tuple(changed), same=len(rows) - len(new) - len(changed))


def _key(row: Row) -> str:
    return f"{FROM_TABLE}:{row.key}"


def _wrong_row(row: Row, deals: Mapping[int, IssueSummary]) -> Iterator[str]:
    if row.number is not None and row.number not in deals:
        yield f"there is no deal #{row.number}." if row.number else "the number of a deal is a number."
    if row.number is None and not row.key:
        yield "it has neither a number nor a key. Name the column that tells rows apart: --key COLUMN"
    if len(row.key) > LONGEST_KEY:
        yield f"its key is longer than {LONGEST_KEY} characters."


def _twice(row: Row, seen: dict[str, int]) -> Iterator[str]:
    name = f"the number {row.number}" if row.number is not None else f"the key {row.key}"
    if row.number is not None or row.key:
        if name in seen:
            yield f"{name} stands in line {seen[name]} already."
        seen.setdefault(name, row.line)


def _wrong_stage(row: Row, deal: IssueSummary | None, pipeline: Pipeline) -> list[str]:
    if not row.stage:
        return []
    stage = pipeline.stage(row.stage.casefold())
    if stage is None:
        guess = nearest(row.stage, [each.name for each in pipeline.stages])
        return [f"unknown stage {row.stage}.{f' Did you mean {guess}?' if guess else ''}"]
    if deal is None:
        return [] if stage.is_open else [f"no deal begins in {stage.name}. Begin it in another stage, then move it."]
    current = [found.name for label in deal.labels if (found := pipeline.stage_of_label(label)) is not None]
    if current in ([], [stage.name]):
        return []
    return [f"#{deal.number} is in {current[0]}; an import moves no deal. Put the label on, or comment a command."]


def _read_cells(
    row: Row, deal: IssueSummary | None, pipeline: Pipeline, today: date
) -> tuple[dict[str, str], list[str]]:
    """Read the cells that say something new; what cannot be read is a problem."""
    current = shown(deal.body, pipeline) if deal is not None else {}
    said: dict[str, str] = {}
    problems: list[str] = []
    for heading, cell in row.said.items():
        if " ".join(cell.split()) == " ".join(current.get(heading, "").split()):
            continue
        text = cell if heading in (BRIEF, OTHER) else arguments.read(heading, cell, today, pipeline)
        if isinstance(text, Refusal):
            problems.append(f"{heading}: {text.reason}")
        elif text != current.get(heading, ""):
            said[heading] = text
    return said, problems
