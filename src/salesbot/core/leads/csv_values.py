"""Values of a table's cells: what exports, spreadsheets and databases write for them, and when two mean the same.

A table's days are fixed days: `march` would be another one next year. Knows no columns and no deals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from salesbot.core.commands import arguments
from salesbot.core.leads.lead import BRIEF, OTHER
from salesbot.core.model.date_fields import purpose_of
from salesbot.core.model.deal import Refusal
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import dates
from salesbot.core.text.render import Markdown

EMPTY = frozenset({"NaN", "nan", "NaT", "<NA>", "#N/A", "NULL", "null", "None"})
"""What programs write for an empty cell."""
_ERRORS = re.compile(r"#(?:REF|VALUE|NAME|DIV/0|NULL|NUM|SPILL|CALC)[!?]?|#{3,}|#NV|#WERT!|#BEZUG!")
_DAYS = ("Expected close", "Revisit on")
_TIME = re.compile(
    r"(?P<day>\S.*?)(?:[ T]|, )\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?"
    r"(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2}))?"
)
_HYPHENED = re.compile(r"([0-9]{1,2})-([A-Za-z]{3,9})-([0-9]{2,4})")
_NUMBERED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})")
_SERIAL = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
"""A day as Excel counts it, from the end of 1899 on."""
_FIRST_DAY, _SERIALS = date(1899, 12, 30), range(29_221, 73_051)
"""The days of 1980 to 2099; in a column of dates nothing else is meant."""
_WHOLE = re.compile(r"([+-]?[0-9]+)[.,]0{1,2}")
"""A whole number as pandas and databases write it."""
_EXPONENT = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_YES_NO = {
    "true": "yes",
    "false": "no",
    "wahr": "yes",
    "falsch": "no",
    "vrai": "yes",
    "faux": "no",
    "1": "yes",
    "0": "no",
}
_FARTHEST = 50


def read(heading: str, cell: str, currency: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read a cell as the text of a field; `currency` is what another column says of amounts."""
    if _ERRORS.fullmatch(cell):
        return Refusal(f"{cell} is a spreadsheet error.")
    kind = _kind(heading, pipeline)
    if kind == "day":
        return _day(heading, cell, today, pipeline)
    if kind == "money" and currency:
        return _money(heading, cell, currency, today, pipeline)
    if heading in (BRIEF, OTHER):
        return cell
    if kind == "yes/no":
        return arguments.read(heading, _YES_NO.get(_whole(cell).casefold(), cell), today, pipeline)
    return arguments.read(heading, cell if kind == "text" else _whole(cell), today, pipeline)


def means(heading: str, cell: str, current: str, currency: str, pipeline: Pipeline) -> bool:
    """Say whether a cell is what a field says already, perhaps as a spreadsheet wrote it again."""
    kind = _kind(heading, pipeline)
    if kind == "money" and currency:
        return False
    if " ".join(cell.split()) == " ".join(current.split()):
        return True
    match kind:
        case "day":
            return current in {day.isoformat() for day in _possible(heading, cell)}
        case "yes/no":
            return _YES_NO.get(_whole(cell).casefold()) == current
        case "number":
            one = _percent(cell) if heading == "Probability" else _number(cell)
            return one is not None and one == (_percent(current) if heading == "Probability" else _number(current))
        case "text":
            return _is_same_number(cell, current)
        case _:
            return False


def _is_same_number(cell: str, current: str) -> bool:
    if _EXPONENT.fullmatch(cell):
        return _is_rounded(cell, current)
    return bool(_bare(cell)) and _bare(cell) == _bare(current)


def bare_key(key: str) -> str:
    """Write a key as it survives a spreadsheet: without the zeros before a number, and without decimals."""
    whole = _whole(key)
    return whole.lstrip("0") or "0" if re.fullmatch("[0-9]+", whole) else whole


def is_damaged(key: str) -> bool:
    """Say whether a spreadsheet rounded a long number, so that nobody knows any more which it was."""
    return bool(_EXPONENT.fullmatch(key))


def with_comma(cell: str, heading: str, pipeline: Pipeline) -> str:
    """Write the decimals of an amount or number behind a comma."""
    if _kind(heading, pipeline) not in ("money", "number"):
        return cell
    return re.sub(r"^(-?[0-9]+)\.([0-9]+)(?=$| [A-Z]{3}$)", r"\1,\2", cell)


def _kind(heading: str, pipeline: Pipeline) -> str:
    if heading in _DAYS:
        return "day"
    if heading in ("Value", "Probability"):
        return "money" if heading == "Value" else "number"
    kinds = {field.label: field.type for field in pipeline.fields}
    return "day" if kinds.get(heading) == "date" else kinds.get(heading, "text")


def _whole(cell: str) -> str:
    found = _WHOLE.fullmatch(cell.strip())
    return found[1] if found else cell.strip()


def _money(heading: str, cell: str, currency: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read an amount in the currency of its column; one that says another currency is a problem."""
    known = arguments.money(f"1 {currency}", "", today, pipeline)
    if isinstance(known, Refusal):
        return known
    code = known.rpartition(" ")[2]
    text = arguments.read(heading, cell, today, replace(pipeline, currency=code))
    if isinstance(text, Refusal) or text.endswith(code):
        return text
    return Refusal(Markdown(f"the cell and the currency column name different currencies: {text}, {code}."))


def _day(heading: str, cell: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read a fixed day, also one that has passed: real pipelines are full of them."""
    serial = _serial(cell)
    if serial is not None:
        return serial.isoformat()
    text = _without_time(cell)
    year = re.search(r"(?<!\d)[0-9]{4}(?!\d)", text)
    if year is None:
        refused = arguments.read(heading, text, today, pipeline)
        short = isinstance(refused, Refusal) and any(sign.isdigit() for sign in text)
        return refused if short else Refusal("Dates in a table need a year, e.g. 2027-03-01.")
    if abs(int(year[0]) - today.year) > _FARTHEST:
        return Refusal(f"{year[0]} is more than {_FARTHEST} years away.")
    return arguments.read(heading, text, date(int(year[0]), 1, 1), pipeline)


def _serial(cell: str) -> date | None:
    found = _SERIAL.fullmatch(cell)
    return _FIRST_DAY + timedelta(days=int(found[1])) if found and int(found[1]) in _SERIALS else None


def _without_time(cell: str) -> str:
    line = " ".join(cell.split())
    found = _TIME.fullmatch(line)
    return _HYPHENED.sub(r"\1 \2 \3", found["day"].rstrip(",") if found else line)


def _possible(heading: str, cell: str) -> Iterator[date]:
    """List every day that a cell may mean, whoever wrote it."""
    serial, text = _serial(cell), _without_time(cell)
    if serial is not None:
        yield serial
    fixed = dates.fixed_date(text, purpose_of(heading))
    if fixed is not None:
        yield fixed
    found = _NUMBERED.fullmatch(text)
    if found:
        one, other, year = (int(part) for part in found.groups())
        ways = ((other, one), (one, other))
        written = (f"{year + 2000 * (year < 100):04}-{month:02}-{day:02}" for month, day in ways)
        yield from (each for text in written if (each := dates.fixed_date(text, purpose_of(heading))))


def _percent(text: str) -> Decimal | None:
    """Read a probability: `40 %`, `40.0`, and 0.4, which a spreadsheet shows as 40 %."""
    number = _number(text.removesuffix("%").strip())
    if number is None:
        return None
    return number * 100 if "%" not in text and 0 < number < 1 else number


def _bare(text: str) -> str:
    """Write what is nothing but a number, or a telephone number, without all that a spreadsheet may add or lose."""
    digits = re.sub(r"[\s()/'-]", "", text).removeprefix("+")
    number = _number(digits)
    return f"{number.normalize():f}" if number is not None else ""


def _number(text: str) -> Decimal | None:
    plain = re.fullmatch(r"-?[0-9]{1,40}(?:[.,][0-9]{1,40})?", text)
    return Decimal(text.replace(",", ".")) if plain else None


def _is_rounded(cell: str, current: str) -> bool:
    """Say whether a cell like `4.92E+11` is a number that a spreadsheet rounded."""
    rounded, whole = Decimal(cell.replace(",", ".")), _bare(current)
    exact = Decimal(whole) if whole else None
    return exact is not None and abs(exact - rounded) <= _last_digit(rounded)


def _last_digit(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(0)
