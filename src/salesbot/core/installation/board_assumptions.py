"""What salesbot assumes about projects without having seen it live, and how a trial is evaluated (docs/limits.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from salesbot.core.installation.platform_assumptions import Trial
from salesbot.core.model.board import STAGE, BoardView
from salesbot.core.policies.board_view import is_same

BUILT_IN = "status"
"""The field whose moves are in the timeline."""


@dataclass
class BoardObservation:
    """What a trial on a project observed, step by step; None for a step that was not reached."""

    added: BoardView | None = None
    readable: bool | None = None
    """Whether the project shows the issue of the card, and not a redacted one."""
    asked: tuple[tuple[str, str], ...] = ()
    """What fields were to show, the column first."""
    filled: BoardView | None = None
    moved_to: str = ""
    moved: BoardView | None = None
    emptied: BoardView | None = None
    added_twice: BoardView | None = None
    archived: BoardView | None = None
    added_archived: BoardView | None = None
    removed: BoardView | None = None


def trials(observation: BoardObservation) -> Iterator[Trial]:
    """Evaluate what was observed."""
    yield from (Trial(what, holds(observation), otherwise) for what, holds, otherwise in _TABLE)


def _is_there(view: BoardView | None) -> bool | None:
    return None if view is None else view.item is not None


def _filled(seen: BoardObservation) -> bool | None:
    if seen.filled is None or not seen.asked:
        return None
    item = seen.filled.item
    return item is not None and all(item.text(key) == text for key, text in seen.asked)


def _names_who(seen: BoardObservation) -> bool | None:
    if not _filled(seen) or seen.filled is None or seen.filled.item is None:
        return None
    return all(is_same(value.by, seen.filled.viewer) for value in seen.filled.item.values.values())


def _event(seen: BoardObservation) -> bool | None:
    """Whether the second column is in the timeline, by us. Only moves of the built-in field are."""
    field = next((f for f in seen.moved.project.fields if seen.moved_to in f.options), None) if seen.moved else None
    if seen.moved is None or field is None or field.name.casefold() != BUILT_IN:
        return None
    last = seen.moved.moves[-1] if seen.moved.moves else None
    is_ours = last is not None and not last.automated and is_same(last.by, seen.moved.viewer)
    return is_ours and last is not None and last.to == field.options[seen.moved_to]


def _keeps_id(seen: BoardObservation) -> bool | None:
    before, after = _value(seen.filled), _value(seen.moved)
    return None if before is None or after is None else before == after


def _value(view: BoardView | None) -> str | None:
    value = view.item.values.get(STAGE) if view is not None and view.item is not None else None
    return value.id if value is not None else None


def _emptied(seen: BoardObservation) -> bool | None:
    if seen.emptied is None or seen.emptied.item is None or not seen.asked:
        return None
    return seen.asked[-1][0] not in seen.emptied.item.values


def _same_item(seen: BoardObservation) -> bool | None:
    if seen.added is None or seen.added_twice is None or seen.added.item is None:
        return None
    return seen.added_twice.item is not None and seen.added_twice.item.id == seen.added.item.id


def _archived(seen: BoardObservation) -> bool | None:
    if seen.archived is None:
        return None
    return seen.archived.item is not None and seen.archived.item.archived


def _back_from_archive(seen: BoardObservation) -> bool | None:
    if not _archived(seen) or seen.added_archived is None:
        return None
    return seen.added_archived.item is not None and not seen.added_archived.item.archived


def _removed(seen: BoardObservation) -> bool | None:
    if seen.removed is None:
        return None
    return seen.removed.item is None and seen.removed.removed_at is not None


_TABLE: tuple[tuple[str, Callable[[BoardObservation], bool | None], str], ...] = (
    (
        "the project token puts an issue on the board, and the issue lists its card",
        lambda seen: _is_there(seen.added),
        "the board does not follow the deals",
    ),
    (
        "the project token reads the issues of cards",
        lambda seen: seen.readable,
        "the sweep cannot tell whose card it is: drags are noticed with the deal's next event only",
    ),
    ("fields of a card show what was written", _filled, "the board does not show what the deals have"),
    (
        "a value names who wrote it",
        _names_who,
        "where nobody is known, a drag counts as nobody's and a changed field is put back",
    ),
    (
        "a move between columns is in the issue's timeline, with who did it",
        _event,
        "where nobody is known, a drag counts as nobody's",
    ),
    (
        "a value keeps its id when it is changed",
        _keeps_id,
        "whose a changed field is, is known from the relay alone",
    ),
    ("an emptied field has no value", _emptied, "an emptied field may be taken for a changed one"),
    (
        "adding an issue that is on the board answers with its card",
        _same_item,
        "GitHub refuses a second card, and a notice has its words",
    ),
    (
        "an archived card is listed by its issue",
        _archived,
        "a deal whose card is archived may get a second one",
    ),
    (
        "adding an issue whose card is archived answers with that card",
        _back_from_archive,
        "the card stays in the archive until a person takes it out",
    ),
    (
        "a card that is removed leaves an event in the issue's timeline",
        _removed,
        "a card that a person removed comes back with the next sweep",
    ),
)
