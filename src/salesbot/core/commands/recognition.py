"""Which lines of a comment are meant as commands of a pipeline, among all that begin like one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salesbot.core.commands.catalog import find, suggestion
from salesbot.core.commands.stage_words import by_name
from salesbot.core.commands.talk import is_talk
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import command_syntax
from salesbot.core.text.command_syntax import CommandLine

TYPED = frozenset({"close"})
"""Words people type that are not commands and get an answer all the same (docs/commands.md)."""


def meant(lines: Sequence[CommandLine], pipeline: Pipeline) -> tuple[CommandLine, ...]:
    """Keep the lines that were meant as commands: known words, near misses, and what is not ordinary text and is beside
    a known one or alone."""
    named = [by_name(line, pipeline) for line in lines]
    known = any(find(line.word, pipeline) for line in named)
    return tuple(
        line
        for line in named
        if find(line.word, pipeline) or (not is_talk(line.word) and (known or line.alone or _is_near(line, pipeline)))
    )


def _is_near(line: CommandLine, pipeline: Pipeline) -> bool:
    return suggestion(line.word, pipeline) is not None or command_syntax.bare(line.word) in TYPED


def is_guess(lines: Iterable[CommandLine], pipeline: Pipeline) -> bool:
    """Say whether a comment has no command, nor a near miss: only somebody with a role gets an answer."""
    return not any(find(line.word, pipeline) or _is_near(line, pipeline) for line in lines)
