"""Checks a document against the known settings: gives its valid part, and a problem for everything else."""

from __future__ import annotations

from functools import cache
from typing import Any

import voluptuous as vol

from salesbot.core.config.document import Document, Findings, Path, Text, kind
from salesbot.core.config.schema import layout, places
from salesbot.core.config.shape import WRONG, UnknownKey, Wrong, is_blank
from salesbot.core.text.suggestions import misspelled

Settings = dict[str, Any]
MOST_PLACES = 3
"""How many places of a key are suggested."""


def check(findings: Findings) -> Settings:
    """Return the values of the right shape, and add a problem for each of the others.

    A wrong value is left out and reading goes on without it, so that one mistake does not hide the next.
    """
    validate = validator()
    # A section whose lines are all commented out is empty.
    value: Any = {key: part for key, part in findings.document.value.items() if not is_blank(part)}
    while True:
        try:
            checked: Settings = validate(value)
        except vol.MultipleInvalid as several:
            for error in several.errors:
                _add(findings, _path(error), error)
                value = _without(value, _path(error))
        else:
            return checked


@cache
def validator() -> Any:
    """Make what voluptuous checks settings with, once."""
    return vol.Schema(layout())


def _add(findings: Findings, path: list[str | int], error: vol.Invalid) -> None:
    what, hint = _described(findings.document, path, error)
    if isinstance(error, UnknownKey):
        hint = _elsewhere(str(path[-1]), hint, findings) or hint
    # A value that was left out as wrong is missing in the next round.
    if not (isinstance(error, vol.RequiredFieldInvalid) and findings.document.has(*path)):
        findings.add(path, what, hint, at_key=what == "unknown key")


def _elsewhere(word: str, hint: str, findings: Findings) -> str:
    """Suggest other places for a key of this name or nearly so, if it is not a slip of a key that belongs here."""
    here = hint.removeprefix("Did you mean ").removesuffix("?")
    key = misspelled(word, findings.choices(places()))
    if key is None or misspelled(word, [here]) is not None:
        return ""
    found = [path if "." in path else f"{path} at the top level" for path in places()[key][:MOST_PLACES]]
    return f"Did you mean {' or '.join(found)}?"


def _path(error: vol.Invalid) -> list[str | int]:
    return [step if isinstance(step, int) else str(step) for step in error.path]


def _described(document: Document, path: Path, error: vol.Invalid) -> tuple[str, str]:
    match error:
        case Wrong():
            return error.msg, error.hint
        case vol.RequiredFieldInvalid():
            return "is missing", ""
        case vol.SequenceTypeInvalid():
            return f"must be a list, but is {kind(_at(document.value, path))}", "Write [one, another]."
        case _:
            return f"must be settings (key: value), but is {kind(_at(document.value, path))}", ""


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _without(value: Any, path: Path) -> Any:
    """Leave out a wrong value, and fill in a missing one: 1 is a text and a number. The file is refused."""
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [*value[:step], WRONG, *value[step + 1 :]]
    if step not in value:
        return {**value, step: Text("1", plain=True)}
    if rest:
        return {**value, step: _without(value[step], rest)}
    return {key: part for key, part in value.items() if key != step}
