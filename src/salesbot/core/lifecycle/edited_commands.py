"""Commands that were written into an older comment: since when each line has been there.

A command counts from the edit that brought it, and an edit of something else makes no old command young.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from salesbot.core.model.facts import Comment, Edit
from salesbot.core.text.command_syntax import CommandLine

Reader = Callable[[str], Iterable[CommandLine]]
"""Reads the command lines of a text."""


@dataclass(frozen=True)
class Written:
    """When the oldest and the newest of a comment's commands were written. `known`: GitHub still has the texts."""

    first: datetime
    last: datetime
    known: bool = True


def written(comment: Comment, lines: Iterable[CommandLine], horizon: datetime, read: Reader) -> Written:
    """Say when the commands of a comment were written: with it, or by a later edit.

    Versions are only asked for where the comment is older than the horizon; until they are read, the last edit counts.
    """
    if comment.edited_at is None or comment.created_at >= horizon or comment.edited_by_others:
        return Written(comment.created_at, comment.edited_at or comment.created_at)
    if comment.versions is None:
        return Written(comment.edited_at, comment.edited_at)
    texts = [(version.at, _said(version, read)) for version in comment.versions]
    moments = [_since(line, texts) for line in {(line.word, line.rest) for line in lines}]
    known = [moment for moment in moments if moment is not None]
    if len(known) < len(moments):
        return Written(comment.edited_at, comment.edited_at, known=False)
    return Written(min(known), max(known))


def needs_versions(comment: Comment, horizon: datetime) -> bool:
    """Say whether the earlier texts of a comment decide since when its commands have been there."""
    edited = comment.edited_at is not None and comment.edited_at >= horizon
    return edited and comment.created_at < horizon and comment.versions is None and not comment.edited_by_others


def _said(version: Edit, read: Reader) -> frozenset[tuple[str, str]] | None:
    return None if version.text is None else frozenset((line.word, line.rest) for line in read(version.text))


def _since(line: tuple[str, str], texts: list[tuple[datetime, frozenset[tuple[str, str]] | None]]) -> datetime | None:
    """From the newest text back, as long as the line is in it; None if a text is gone."""
    since = None
    for at, lines in texts:
        if lines is None:
            return None
        if line not in lines:
            break
        since = at
    return since
