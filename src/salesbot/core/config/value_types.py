"""The types of values in a sales configuration: a colour, a stage, a guard, a role, days off.

Like `shape`, knows one value at a time; `rules` checks whether a stage or a checklist exists.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from salesbot.core.config.document import Text, kind
from salesbot.core.config.problems import shown
from salesbot.core.config.shape import Shape, Wrong, matching, written
from salesbot.core.lifecycle.guards import USAGES
from salesbot.core.model.deal import Role
from salesbot.core.model.pipeline import Days
from salesbot.core.text import amounts, estimate_lines
from salesbot.core.text.suggestions import did_you_mean, nearest

MAX_LABEL = 50
MAX_DESCRIPTION = 100
"""GitHub's own limits, for labels."""

ROLES = {role.name.lower(): role for role in (Role.TRIAGE, Role.WRITE, Role.MAINTAIN, Role.ADMIN)}

COMMAND = "[a-z][a-z0-9-]{1,29}"
"""What the word after a slash may be."""

RATE_NAME = r"[^\W_][\w-]{0,39}"
STAGE = re.compile(r"[^\W_](?:[\w -]{0,38}[^\W_])?")
_MENTION = re.compile(r"@[a-z0-9][a-z0-9_-]{0,99}(/[a-z0-9][a-z0-9_.-]{0,99})?", re.IGNORECASE)


def color() -> Shape:
    """Six hexadecimal digits; 0e8116 and 000000 are numbers to YAML, and colours here."""
    plain = matching("[0-9a-fA-F]{6}", "six hexadecimal digits such as 0e8a16", types=("string", "number"))

    def read(value: Any) -> str:
        bare = str(value).removeprefix("#")
        if bare != value and re.fullmatch("[0-9a-fA-F]{6}", bare):
            raise Wrong("a colour has no # in front", f"Write {bare}.")
        return str(plain.read(value)).lower()

    return Shape(read, plain.schema)


def stage_name() -> Shape:
    """The name of a stage, in lowercase."""
    # JSON Schema knows no Unicode classes, so editors check a little less than we do.
    schema = {"type": "string", "pattern": "^[^\\sA-Z_+-][^A-Z,:/]*$", "maxLength": 40}
    return Shape(_stage_name, schema)


def _stage_name(value: Any) -> str:
    name = written(value)
    if name != name.lower():
        raise Wrong(f'stage names are lowercase, unlike "{shown(name)}"', f"Write {shown(name.lower())}.")
    if STAGE.fullmatch(name) is None:
        raise Wrong(f'"{shown(name)}" is not a stage name', "Use up to 40 letters, digits, spaces and dashes.")
    return str(name)


def next_stage() -> Shape:
    """A stage, or a change to the default list: `+stage`, `-stage`."""

    def read(value: Any) -> str:
        change = written(value)
        sign = change[:1] if change[:1] in {"+", "-"} else ""
        return sign + _stage_name(Text(change[len(sign) :], plain=False))

    return Shape(read, {"type": "string", "pattern": "^[+-]?[^\\sA-Z_+-][^A-Z,:/]*$", "maxLength": 41})


def guard() -> Shape:
    """A condition for entering a stage, such as `owner` or `checklist:estimate`."""
    usages = sorted(USAGES.values(), key=lambda usage: ":" in usage)
    bare = tuple(usage for usage in usages if ":" not in usage)
    stems = {usage.partition(":")[0]: usage for usage in usages}

    def read(value: Any) -> str:
        if isinstance(value, dict) and len(value) == 1:
            raise Wrong("must be one word", "Write it without a space after the colon, in quotes.")
        name, colon, argument = written(value).partition(":")
        if (name in bare and not colon) or (name not in bare and name in stems and argument):
            return str(value)
        meant = stems.get(nearest(name, stems) or "")
        hint = f"Did you mean {meant}?" if meant else f"There are: {', '.join(usages)}."
        raise Wrong(f'unknown guard "{shown(value)}"', hint)

    with_argument = "|".join(name for name in stems if name not in bare)
    return Shape(read, {"type": "string", "pattern": f"^(?:{'|'.join(bare)}|(?:{with_argument}):.+)$"})


def mention() -> Shape:
    """People to mention: `@login` or `@org/team`, several with spaces between."""

    def read(value: Any) -> str:
        names = written(value).split()
        if not names or not all(_MENTION.fullmatch(name) for name in names):
            raise Wrong(f"must be a mention such as @acme/sales, but is {kind(value)}", 'Write "@name" or "@org/team".')
        return " ".join(names)

    return Shape(read, {"type": "string", "pattern": "^@\\S+( @\\S+)*$"})


def login() -> Shape:
    """A GitHub login, with or without @; read in lowercase."""
    plain = matching("@?[A-Za-z0-9][A-Za-z0-9_-]{0,99}", "a GitHub login")
    return Shape(lambda value: plain.read(value).lower().removeprefix("@"), plain.schema)


def role() -> Shape:
    """The least role that may do something, as GitHub calls it."""

    def read(value: Any) -> Role:
        if written(value) in {"none", "read"}:
            raise Wrong(f"{value} is not enough: on a public repository everybody has it", did_you_mean(value, ROLES))
        if value not in ROLES:
            raise Wrong(f'unknown role "{shown(value)}"', did_you_mean(value, ROLES))
        return ROLES[value]

    return Shape(read, {"enum": list(ROLES)})


def mail() -> Shape:
    """A mail address, in lowercase as services compare them."""
    plain = matching(r"[^\s@]{1,64}@[^\s@]{3,190}", "a mail address")
    return Shape(lambda value: str(plain.read(value)).casefold(), plain.schema)


def day() -> Shape:
    """A date as YYYY-MM-DD, quoted or not."""
    return Shape(lambda value: _day(written(value)), {"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$"})


def _day(text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        raise Wrong(f'must be a date such as 2026-11-23, but is "{shown(text)}"')
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Wrong(f"there is no {text}: {error}") from None


def days() -> Shape:
    """A day, or a first and a last day: `2026-12-21..2027-01-03`."""

    def read(value: Any) -> Days:
        first, dots, last = written(value).partition("..")
        span = _day(first.strip()), _day((last if dots else first).strip())
        if span[0] > span[1]:
            raise Wrong(f"ends before it begins ({span[0]} is after {span[1]})", f"Write {span[1]}..{span[0]}.")
        return span

    one = "\\d{4}-\\d{2}-\\d{2}"
    return Shape(read, {"type": "string", "pattern": f"^{one}(\\s*\\.\\.\\s*{one})?$"})


def timezone() -> Shape:
    """The name of a time zone. `parse` looks it up."""
    return Shape(written, {"type": "string"})


def currency() -> Shape:
    """An ISO 4217 code."""

    def read(value: Any) -> str:
        if re.fullmatch("[A-Z]{3}", written(value)) is None:
            hint = f"Did you mean {value.upper()}?" if re.fullmatch("[A-Za-z]{3}", value) else ""
            raise Wrong(f"must be a currency code such as EUR, but is {kind(value)}", hint)
        return str(value)

    return Shape(read, {"type": "string", "pattern": "^[A-Z]{3}$"})


def money() -> Shape:
    """A positive amount in the pipeline's currency, as a plain number."""

    def read(value: Any) -> Decimal:
        if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", written(value)) is None or not value.plain or not Decimal(value):
            raise Wrong(f"must be a number such as 250000, but is {kind(value)}")
        return Decimal(value)

    return Shape(read, {"type": "number", "exclusiveMinimum": 0})


def rate() -> Shape:
    """What one unit of another currency is worth in the pipeline's currency, as a plain number."""

    def read(value: Any) -> Decimal:
        if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", written(value)) is None or not value.plain or not Decimal(value):
            raise Wrong(f"must be a number such as 0.92, but is {kind(value)}", "Or one rate for each start date.")
        return Decimal(value)

    return Shape(read, {"type": "number", "exclusiveMinimum": 0})


def rate_name() -> Shape:
    """The name of a rate, as a line of an estimate names it; read in lowercase."""

    def read(value: Any) -> str:
        name = written(value).casefold().removeprefix("@")
        if re.fullmatch(RATE_NAME, name) is None:
            hint = "Use letters, digits and dashes. Between braces, an amount with a comma needs quotes: "
            raise Wrong(f'"{shown(value)}" is not the name of a rate', f'{hint}{{senior: "1,200 EUR"}}.')
        if estimate_lines.is_unit(name):
            raise Wrong(f'"{shown(value)}" is a unit, and cannot be the name of a rate')
        return str(name)

    return Shape(read, {"type": "string", "pattern": "^@?[^\\W_][\\w-]*$", "maxLength": 40})


def day_rate() -> Shape:
    """What a day costs: `900 EUR`, or a number in the pipeline's currency. `parse` knows that currency."""

    def read(value: Any) -> str:
        text = written(value)
        try:
            amount, _ = amounts.read(text, "USD")
        except amounts.MoneyError as error:
            hint = " or ".join(error.suggestions)
            raise Wrong(
                f"must be an amount such as 900 EUR, and is {kind(value)}", f"Write {hint}." * bool(hint)
            ) from None
        if not amount:
            raise Wrong("must be more than 0")
        return str(text)

    return Shape(read, {"type": ["string", "number"]})


def hours() -> Shape:
    """Hours of a working day, such as 8 or 7.5."""

    def read(value: Any) -> Decimal:
        text = written(value)
        if re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,2})?", text) is None or not value.plain or not 1 <= Decimal(text) <= 24:
            raise Wrong(f"must be a number of hours from 1 to 24, such as 7.5, and is {kind(value)}")
        return Decimal(text)

    return Shape(read, {"type": "number", "minimum": 1, "maximum": 24})


def months() -> Shape:
    """A span such as `12 months`, from 1 to 120."""

    def read(value: Any) -> int:
        count = re.fullmatch("([0-9]{1,3}) months?", written(value))
        if count is None or not 1 <= int(count[1]) <= 120:
            raise Wrong(f"must be a number of months, but is {kind(value)}", "Write 12 months.")
        return int(count[1])

    return Shape(read, {"type": "string", "pattern": "^[0-9]{1,3} months?$"})
