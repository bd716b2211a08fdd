"""What salesbot assumes about GitHub without having seen it live, and how a trial is evaluated (docs/limits.md).

All of it is inferred from documentation and from reports, until `salesbot doctor --scratch` has tried it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

FIRST, LAST = "### Value\n\n1 EUR", "### Value\n\n2 EUR"
BEFORE, RENAMED = "salesbot-scratch", "salesbot-scratch-renamed"
MENTION = 'class="user-mention'


@dataclass(frozen=True)
class ScratchObservation:
    """What a trial on a scratch issue observed."""

    edits: tuple[str | None, ...]
    """Of its description, newest first, as GitHub lists them."""
    comments: tuple[str, ...]
    failed: tuple[str, ...]
    html: str
    label_id: str
    events: tuple[tuple[str, str], ...]
    """Id and name of the label of each labeling."""
    after_deletion: tuple[tuple[str, str], ...]
    """The same after the label was deleted."""
    pinned: bool | None
    hidden: bool | None
    """Whether the token may pin the issue and hide a comment; None if GitHub refused it for another reason."""
    people_readable: bool
    collaborators_readable: bool


@dataclass(frozen=True)
class Trial:
    """One assumption. `holds` is None if it cannot be tried in this repository."""

    what: str
    holds: bool | None
    otherwise: str


def mention(login: str) -> str:
    """Write a comment that mentions somebody once as people do, and once as salesbot writes a stranger's `@`."""
    return f"@{login} @<!-- -->{login}"


def trials(observation: ScratchObservation) -> Iterator[Trial]:
    """Evaluate what was observed."""
    yield from (Trial(what, holds(observation), otherwise) for what, holds, otherwise in _TABLE)


def _readable(observation: ScratchObservation) -> bool | None:
    return any(diff is not None for diff in observation.edits)


def _whole_text(observation: ScratchObservation) -> bool | None:
    return LAST in [_plain(diff) for diff in observation.edits] if _readable(observation) else None


def _original(observation: ScratchObservation) -> bool | None:
    return FIRST in [_plain(diff) for diff in observation.edits] if _readable(observation) else None


def _plain(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _in_order(observation: ScratchObservation) -> bool | None:
    bodies = [body for body in observation.comments if body in ("before", "after")]
    return bodies == ["before", "after"] and observation.failed == ("second",)


def _keeps_id(observation: ScratchObservation) -> bool | None:
    return any(id_ == observation.label_id for id_, _ in observation.events)


def _keeps_name(observation: ScratchObservation) -> bool | None:
    names = [name for id_, name in observation.events if id_ == observation.label_id]
    return BEFORE in names if names else None


def _survives_deletion(observation: ScratchObservation) -> bool | None:
    return any(id_ == observation.label_id for id_, _ in observation.after_deletion)


def _mention_is_broken(observation: ScratchObservation) -> bool | None:
    marked = observation.html.count(MENTION)
    return marked == 1 if marked else None


_TABLE: tuple[tuple[str, Callable[[ScratchObservation], bool | None], str], ...] = (
    (
        "the texts of edits may be read",
        _readable,
        "when a person and salesbot edit a description in the same second, the person's text may be lost from it; "
        "GitHub's edit history has it",
    ),
    (
        "an edit's `diff` holds the whole text after it",
        _whole_text,
        "when a person and salesbot edit a description in the same second, the person's text may be lost from it; "
        "GitHub's edit history has it",
    ),
    ("the first edit lists the original text too", _original, "the text before the first edit is unknown"),
    (
        "aliases of a document run in their order, later ones after one has failed",
        _in_order,
        "a write may be done in part; the next run finishes it",
    ),
    ("a labeling keeps the id of its label", _keeps_id, "old labels are matched by name: note them with `was:`"),
    (
        "a labeling keeps the name its label had then",
        _keeps_name,
        "history shows labels by today's names; nothing else changes",
    ),
    (
        "a labeling still names its label after the label was deleted",
        _survives_deletion,
        "moves by a label that was deleted are missing in histories",
    ),
    (
        "an empty HTML comment after `@` keeps GitHub from mentioning somebody",
        _mention_is_broken,
        "a stranger's text on a card could mention people",
    ),
    (
        "the people who can be assigned may be read",
        lambda observation: observation.people_readable,
        "names are looked up one by one, a request each",
    ),
    (
        "the collaborators may be read",
        lambda observation: observation.collaborators_readable,
        "a person's role costs a request of its own",
    ),
    (
        "issues may be pinned",
        lambda observation: observation.pinned,
        "the weekly report is not pinned; pin it by hand",
    ),
    (
        "comments may be hidden",
        lambda observation: observation.hidden,
        "replies that are answered stay visible",
    ),
)
