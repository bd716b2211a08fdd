"""A document checked against the settings there are: what is right of it, and a problem for everything that is not."""

from __future__ import annotations

from typing import Any

import voluptuous as vol

from salesbot.core.config.document import Document, Findings, Path, Text, kind
from salesbot.core.config.schema import layout
from salesbot.core.config.shape import WRONG, Wrong, says_nothing

Settings = dict[str, Any]


def check(findings: Findings) -> Settings:
    """Return what has the right shape, and add everything that has not to the findings.

    A wrong value is left out and reading goes on without it, so that one mistake does not hide the next.
    """
    validate: Any = vol.Schema(layout())
    # A section of which all lines are commented out says nothing.
    value: Any = {key: part for key, part in findings.document.value.items() if not says_nothing(part)}
    while True:
        try:
            checked: Settings = validate(value)
        except vol.MultipleInvalid as several:
            for error in several.errors:
                _add(findings, _path(error), error)
                value = _without(value, _path(error))
        else:
            return checked


def _add(findings: Findings, path: list[str | int], error: vol.Invalid) -> None:
    what, hint = _worded(findings.document, path, error)
    # What was left out as wrong is missing the next time round.
    if not (isinstance(error, vol.RequiredFieldInvalid) and findings.document.says(*path)):
        findings.add(path, what, hint, at_key=what == "unknown key")


def _path(error: vol.Invalid) -> list[str | int]:
    return [step if isinstance(step, int) else str(step) for step in error.path]


def _worded(document: Document, path: Path, error: vol.Invalid) -> tuple[str, str]:
    match error:
        case Wrong():
            return error.msg, error.hint
        case vol.RequiredFieldInvalid():
            return "is missing", ""
        case vol.SequenceTypeInvalid():
            return f"must be a list, and is {kind(_at(document.value, path))}", "Write [one, another]."
        case _:
            return f"must be settings (key: value), and is {kind(_at(document.value, path))}", ""


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _without(value: Any, path: Path) -> Any:
    """Leave out what is wrong, and put in what is missing: nobody reads it, since the file is refused."""
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return [*value[:step], WRONG, *value[step + 1 :]]
    if step not in value:
        return {**value, step: Text("missing", plain=False)}
    if rest:
        return {**value, step: _without(value[step], rest)}
    return {key: part for key, part in value.items() if key != step}
