"""The command table: what a command is, and how one is registered. The commands themselves are in `commands`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from salesbot.core.model.changes import Change
from salesbot.core.model.deal import Deal, Refusal, Role
from salesbot.core.model.facts import Person
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.command_syntax import Args

Needs = Literal["default", "moves"]


@dataclass(frozen=True)
class Context:
    """Around a command: who said it, when (GitHub's time), which day that was in the pipeline's zone.

    `people` are those who can be assigned, by lower-case login; `lists` the checklists there are templates for;
    `issues` the other issues that this comment names, by number, with their titles.
    """

    pipeline: Pipeline
    person: str
    role: Role
    said_at: datetime
    today: date
    people: Mapping[str, Person] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    issues: Mapping[int, str] = field(default_factory=dict)
    repository: str = ""
    """`owner/name`."""
    has_sub_issues: bool = True
    """Whether the server knows sub-issues."""


Run = Callable[[Deal, Args, Context], list[Change] | Refusal]


@dataclass(frozen=True)
class Command:
    """One line of the command table. `needs` names an entry of `permissions` in the configuration."""

    word: str
    usage: str
    help: str
    needs: Needs
    run: Run
    options: frozenset[str] = frozenset()
    """What may follow with two dashes. Another option is refused: dropped in silence, a sentence would lose a word."""

    def least_role(self, pipeline: Pipeline) -> Role:
        """Say which role a person needs for it here."""
        return pipeline.permissions.moves if self.needs == "moves" else pipeline.permissions.default


_commands: dict[str, Command] = {}
COMMANDS: Mapping[str, Command] = MappingProxyType(_commands)


def usage(stage: Stage) -> str:
    """Say what to type to move to a stage, with what it takes along: an amount, a reason, a date."""
    word = f"/{stage.command or f'stage {stage.name}'}"
    if stage.outcome == "won":
        return f"{word} [amount]"
    if stage.outcome is not None:
        return f"{word} <reason>"
    return f"{word} <date> [why]" if stage.paused else word


def command(usage: str, *, needs: Needs = "default", options: frozenset[str] = frozenset()) -> Callable[[Run], Run]:
    """Register a command; `usage` begins with the slash and the word."""

    def register(function: Run) -> Run:
        word = usage.split()[0].removeprefix("/")
        assert function.__doc__, f"/{word} needs a docstring: its first line is the help"
        _commands[word] = Command(word, usage, function.__doc__.splitlines()[0], needs, function, options)
        return function

    return register
