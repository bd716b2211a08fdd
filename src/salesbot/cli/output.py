"""How a command prints: the only place, but for the Action's log, that writes to the terminal.

What a stranger wrote commands nothing, should GitHub's runner read along, and indentation is kept.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Iterator
from typing import TextIO

from salesbot.core.model.effects_in_words import describe
from salesbot.core.text.markdown import log_safe
from salesbot.tasks.outcome import Outcome


def show(text: str) -> None:
    """Print a text, line by line."""
    for line in text.splitlines() or [""]:
        _print(line)


def show_all(lines: Iterable[str]) -> None:
    """Print lines, each as soon as there is one."""
    for line in lines:
        show(line)


def show_plain(text: str) -> None:
    """Print a text of this machine, such as a diff, unchanged."""
    print(text)


def show_exactly(lines: Iterable[str]) -> None:
    """Print text that another program reads, unchanged."""
    for line in lines:
        print(line, end="")


def show_error(error: object) -> None:
    """Print what went wrong, on the other stream."""
    print(f"salesbot: {error}", file=sys.stderr)


def show_progress(text: str) -> None:
    """Print progress on the other stream, where the output is for another program."""
    print(log_safe(text), file=sys.stderr)


def show_traceback() -> None:
    """Print the traceback of a bug on the other stream. What is in it may be a stranger's, as in any line of a log."""
    for line in traceback.format_exc().splitlines():
        _print(line, sys.stderr)


def show_outcome(outcome: Outcome, *, dry_run: bool = False) -> int:
    """Print everything a run did and everything a person should know. Gives the exit code."""
    show_all(_lines(outcome, dry_run=dry_run))
    return outcome.exit_code


def _lines(outcome: Outcome, *, dry_run: bool) -> Iterator[str]:
    would = "would " if dry_run else ""
    yield from outcome.problems
    yield from (f"{would}{describe(effect)}" for effect in outcome.effects)
    yield from (f"note: {notice}" for notice in outcome.notices)
    yield from outcome.notes


def _print(line: str, stream: TextIO | None = None) -> None:
    indent = line[: len(line) - len(line.lstrip(" "))]
    print(indent + log_safe(line), file=stream, flush=True)
