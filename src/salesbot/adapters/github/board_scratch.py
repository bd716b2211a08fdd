"""Trying on a card of a scratch issue what nobody could look up about projects: `salesbot doctor --scratch`.

Does and reports what it saw. What it means is in `core.installation.board_assumptions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from salesbot.adapters.github.documents import document
from salesbot.adapters.github.projects import NoProjectError, Projects
from salesbot.core.errors import ServiceError
from salesbot.core.installation.board_assumptions import BoardObservation
from salesbot.core.model.board import (
    CLOSE,
    STAGE,
    STEP,
    STEP_DATE,
    VALUE,
    AddItem,
    Archive,
    BoardEffect,
    BoardView,
    RemoveItem,
    ShowValue,
)
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import board_view

TEXTS = {CLOSE: "2030-12-31", STEP: "salesbot doctor: to be ignored", STEP_DATE: "2030-12-24", VALUE: "1.25"}
"""What the fields of the scratch card show, those that the project has. The last one is emptied again."""


@dataclass
class BoardScratch:
    """One scratch card, of an issue that is not a deal. It is taken off the board whatever happens."""

    projects: Projects
    pipeline: Pipeline
    issue: str
    refused: list[str] = field(default_factory=list)
    """What GitHub refused, in sentences."""
    left_behind: bool = False
    """Whether the card may still be on the project."""
    failure: ServiceError | None = None
    """What ended the trial early."""
    seen: BoardObservation = field(default_factory=BoardObservation)

    def see(self) -> BoardObservation:
        """Do everything, and read what came of it. A step that is refused is left open, and the others are tried."""
        try:
            self._try_all()
        except ServiceError as error:
            self.failure = error
        self._clean_up()
        return self.seen

    def _try_all(self) -> None:
        empty, seen = self._view(), self.seen
        seen.added = self._after(empty, [AddItem()])
        if seen.added is None or seen.added.item is None:
            return
        seen.readable = self._is_readable(seen.added.item.id)
        self._fill(seen.added)
        seen.added_twice = self._after(empty, [AddItem()])
        seen.archived = self._after(seen.added, [Archive()])
        # Whoever adds a card is told whether it is archived, and takes it out then.
        seen.added_archived = self._after(empty, [AddItem()])

    def _fill(self, view: BoardView) -> None:
        fields, seen = board_view.fields_of(view, self.pipeline), self.seen
        options = [*fields[STAGE].options][:2] if STAGE in fields else []
        asked = {**({STAGE: options[0]} if options else {}), **{k: text for k, text in TEXTS.items() if k in fields}}
        seen.asked = tuple(asked.items())
        seen.filled = self._after(view, [ShowValue(key, text) for key, text in asked.items()])
        if len(options) == 2:
            seen.moved_to = options[1]
            seen.moved = self._after(view, [ShowValue(STAGE, options[1])])
        if seen.asked and seen.asked[-1][0] != STAGE:
            seen.emptied = self._after(view, [ShowValue(seen.asked[-1][0], "")])

    def _after(self, view: BoardView, effects: Sequence[BoardEffect]) -> BoardView | None:
        """Write, and read what the issue shows of it; None where GitHub refused it."""
        refused = self.projects.write(view, self.issue, effects, self.pipeline)
        self.refused += [sentence for sentence in refused if sentence not in self.refused]
        return self._view() if not refused else None

    def _view(self) -> BoardView:
        found = self.projects.views([self.issue], self.pipeline).get(self.issue)
        if found is None:
            raise ServiceError("The project token cannot read the scratch issue.", "Give it Issues: read")
        return found

    def _is_readable(self, item: str) -> bool:
        node = self.projects.client.query(document("ScratchCard"), {"item": item}).data.get("node") or {}
        return bool((node.get("content") or {}).get("id"))

    def _clean_up(self) -> None:
        """Take the card off, also one whose adding got no answer. What fails is tried once more."""
        if isinstance(self.failure, NoProjectError):
            return
        for _ in range(2):
            try:
                self.left_behind = self._is_left()
            except ServiceError as error:
                self.failure, self.left_behind = self.failure or error, True
            else:
                return

    def _is_left(self) -> bool:
        view = self._view()
        if view.item is None:
            return False
        self.seen.removed = self._after(view, [RemoveItem()])
        return self.seen.removed is None or self.seen.removed.item is not None
