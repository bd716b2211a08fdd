"""The columns of a table: which field each one is, by its heading, its place, or as somebody maps it.

Knows what a heading may be called elsewhere. Every advice it gives leaves out nothing that it does not name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from salesbot.core.leads import field_mapping
from salesbot.core.model.headings import KEPT_FIELDS
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import markdown
from salesbot.core.text.suggestions import nearest

NOT_TAKEN = ("state", "owner", "opened", "url", "next step", *(kept.casefold() for kept in KEPT_FIELDS))
"""Columns that an import passes over: they are said elsewhere, by commands or by GitHub."""
KEYS = ("key", "id")
KEY, CURRENCY = "key", "currency"
OWN = ("number", "title", "stage", CURRENCY)
_CURRENCIES = frozenset(
    {"currency", "currency code", "currency iso code", "iso currency", "amount currency", "value currency"}
    | {
        "deal currency",
        "opportunity currency",
        "w\u00e4hrung",
        "waehrung",
        "devise",
        "moneda",
        "valuta",
        "valuuta",
        "curr",
    }
)
"""What exports call the column that holds the currency of the amount."""
_INDEX = re.compile(r"Unnamed: [0-9]+(_level_[0-9]+)?")
"""How pandas calls a column without a heading."""
_SPOILT = re.compile(r"[\"'`$\\!=\r\n]|^\s|\s$|^[0-9]+$|^-|^$")
"""Headings that a command line would not hand on as they are."""


def headings(pipeline: Pipeline) -> tuple[str, ...]:
    """List the fields an exported deal has."""
    return tuple(heading for heading in pipeline.headings if heading not in KEPT_FIELDS)


class Columns:
    """The columns of one table. `wanted` says for headings or places which field they are, "" for none."""

    def __init__(self, names: Sequence[str], wanted: Mapping[str, str], key: str, pipeline: Pipeline) -> None:
        self.names = [markdown.one_line(name) for name in names]
        self._pipeline = pipeline
        self._problems: list[str] = []
        self.key = self._place(key) if key else None
        """The column that tells rows apart, as somebody named it."""
        places = ((self._place(name), field) for name, field in wanted.items())
        self._wanted = {place: field.strip() for place, field in places if place is not None}
        self.fields = [self._field(place) for place in range(len(self.names))]
        """For each column `number`, `title`, `stage`, `key`, `currency`, a heading, or "" for nothing of ours."""

    def problems(self) -> list[str]:
        """List what is wrong with the columns, each problem once."""
        problems = list(self._problems)
        self._add_unknown(problems)
        self._add_doubled(problems)
        return list(dict.fromkeys(problems))

    def leave_out(self) -> list[str]:
        """Pass over columns that nobody knows, and those that say again what a mapped one says. Gives their names."""
        left = []
        for place in reversed(range(len(self.names))):
            found = self.fields[place]
            doubled = bool(found) and place not in self._wanted and self.fields.count(found) > 1
            if found is None or doubled:
                self.fields[place] = ""
                left.append(self._name(place))
        return left[::-1]

    def _place(self, name: str) -> int | None:
        """Find the column that somebody means, by its heading or, from 1 on, its place."""
        problems = self._problems
        found = [place for place, known in enumerate(self.names) if known == markdown.one_line(name)]
        if not found and re.fullmatch("[1-9][0-9]{0,3}", name.strip()) and int(name) <= len(self.names):
            return int(name) - 1
        if len(found) == 1:
            return found[0]
        if found:
            places = " and ".join(str(place + 1) for place in found)
            problems.append(f"Columns {places} are both called {name}. Name the one you mean by its number.")
        else:
            guess = nearest(name, [known for known in self.names if known])
            problems.append(f"There is no column {name}.{f' Did you mean {guess}?' if guess else ''}")
        return None

    def _field(self, place: int) -> str | None:
        """Say what a column is; None if nobody knows."""
        name = self.names[place]
        wanted = self._wanted.get(place, name)
        folded = wanted.casefold()
        if not wanted or folded in NOT_TAKEN or _INDEX.fullmatch(wanted):
            return ""
        if folded in KEYS:
            return KEY if self.key is None or place == self.key else ""
        if folded in OWN[:-1]:
            return folded
        heading = self._pipeline.heading(folded) or field_mapping.heading_of(wanted, self._pipeline)
        if heading is None and folded.replace("_", " ") in _CURRENCIES:
            return CURRENCY
        return heading if heading is not None else ("" if place == self.key else None)

    def _add_unknown(self, problems: list[str]) -> None:
        for place, field in enumerate(self.fields):
            if field is None:
                wanted = self._wanted.get(place, self.names[place])
                free = [heading for heading in headings(self._pipeline) if heading not in self.fields]
                guess = nearest(wanted, free)
                said = self._spell(place)
                hint = f'Did you mean --map "{said}={guess}"?' if guess else _either(said)
                problems.append(f"The column {self._name(place)} is not a field of a deal. {hint}")

    def _add_doubled(self, problems: list[str]) -> None:
        for field in dict.fromkeys(field for field in self.fields if field):
            places = [place for place, each in enumerate(self.fields) if each == field]
            if len(places) > 1:
                names = " and ".join(f"{place + 1} ({self.names[place]})" for place in places)
                left = " or ".join(f'--map "{place + 1}="' for place in places)
                problems.append(f"Columns {names} are both {field}. Leave one of them out: {left}")

    def _spell(self, place: int) -> str:
        """Write a column as a command line can name it: by its place where its heading would not do."""
        name = self.names[place]
        return str(place + 1) if _SPOILT.search(name) or self.names.count(name) > 1 else name

    def _name(self, place: int) -> str:
        name, said = self.names[place], self._spell(place)
        return name if said == name else f"{said} ({name})"


def _either(said: str) -> str:
    return f'Use --map "{said}=field", or --map "{said}=" to leave it out.'
