"""A deal and its card on a board, in memory: how tests drag, and how a run goes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Literal

from salesbot.core.decide.data_needs import data_needs
from salesbot.core.decide.decide import Decision, decide
from salesbot.core.lifecycle.observed import Observed, observe
from salesbot.core.model.board import (
    TYPES,
    AddItem,
    Archive,
    BoardEffect,
    BoardField,
    BoardView,
    FieldChange,
    FieldValue,
    Item,
    Project,
    RemoveItem,
    ShowValue,
    StatusChange,
    Unarchive,
)
from salesbot.core.model.deal import Actor
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.effects import CreateLabel
from salesbot.core.model.facts import DealFacts, Label
from salesbot.core.model.pipeline import Board, Pipeline
from salesbot.core.policies import board_sync
from tests.world import ANN, NORA, WORDS, World, a_deal

STAGES = ("prospect", "lead", "qualified", "negotiating", "won", "lost", "rejected", "revisit")
OPTIONS = {f"o{number}": stage.title() for number, stage in enumerate((*STAGES, "done"))}
IDS = {name.casefold(): id_ for id_, name in OPTIONS.items()}
APP = Actor("acme-board[bot]", 99, is_bot=True)
ROBOT = Actor("github-project-automation", 98, is_bot=True)
NAMES = Board(7).fields
PROJECT = Project(
    "PVT_7", 7, "Sales",
    fields=tuple(
        BoardField(f"F_{key}", NAMES[key], type_, OPTIONS if key == "stage" else {}) for key, type_ in TYPES.items()
    ),
)  # fmt: skip
Guards = Literal["requires", "expects"]


def a_pipeline(guards: Guards = "requires") -> Pipeline:
    return replace(default_pipeline(), board=Board(7, guards))


@dataclass
class OnBoard:
    """A deal with a board beside it. Every act takes a second."""

    world: World
    item: Item | None = None
    moves: list[StatusChange] = field(default_factory=list)
    removed: bool = False
    delivered: FieldChange | None = None
    project: Project = PROJECT
    viewer: Actor = APP
    reachable: bool = True
    has_events: bool = True
    """Whether the columns are the built-in field Status, whose moves stand in the timeline."""
    ids: itertools.count[int] = field(default_factory=itertools.count)

    # People

    def drag(self, stage: str, by: Actor = ANN, *, automated: bool = False) -> None:
        """Drag the card to a column."""
        self.write("stage", IDS[stage], by, automated=automated)

    def write(self, key: str, text: str, by: Actor = ANN, *, automated: bool = False) -> None:
        """Have a field show something."""
        at = self.world.tick()
        assert self.item is not None
        if self.item.text(key) == text:
            return
        values = dict(self.item.values)
        before = values.pop(key, None)
        if text and before is not None:
            values[key] = replace(before, text=text, changed_at=at)
        elif text:
            values[key] = FieldValue(f"V{next(self.ids)}", text, at, at, by)
        self.item = replace(self.item, values=values)
        if key == "stage" and text and self.has_events:
            self.moves.append(StatusChange(f"S{next(self.ids)}", at, OPTIONS[text], by, automated))

    def deliver(self, key: str, by: Actor) -> None:
        """Have the webhook deliver who changed a field last."""
        assert self.item is not None
        self.delivered = FieldChange(f"F_{key}", self.item.text(key), self.world.now, by)

    # The program

    def facts(self) -> DealFacts:
        """What a run reads."""
        view = BoardView(
            self.project, self.viewer, self.item, tuple(self.moves),
            self.world.now if self.removed else None, self.delivered,
        )  # fmt: skip
        return replace(self.world.facts(), board=view if self.reachable else None)

    def observed(self) -> Observed:
        """What a run reads, and what it says."""
        return observe(self.facts(), self.world.pipeline, self.world.now)

    def decide(self) -> Decision:
        """Decide without doing."""
        observed = self.observed()
        assert not data_needs(observed).roles
        return decide(observed, WORDS)

    def left(self) -> list[object]:
        """What a run would do."""
        observed, decision = self.observed(), self.decide()
        return [*decision.effects, *board_sync.outgoing(decision.state, observed)]

    def run(self, until: int | None = None) -> Decision:
        """Decide, write the issue, then the board; `until` kills the run after so many steps."""
        observed, decision = self.observed(), self.decide()
        for effect in decision.effects:
            if isinstance(effect, CreateLabel):
                self.world.repository_labels[effect.name] = Label(f"LA_{effect.name}", effect.name)
                observed, decision = self.observed(), self.decide()
        self.world.tick()
        steps = [*decision.effects, *board_sync.outgoing(decision.state, observed)]
        for step in steps[:until]:
            if isinstance(step, BoardEffect):
                self.apply(step)
            else:
                self.world.apply(step)
        return decision

    def apply(self, effect: BoardEffect) -> None:
        """Do to the board what GitHub would."""
        match effect:
            case AddItem():
                self.item, self.removed = self.item or Item(f"PVTI_{next(self.ids)}"), False
            case Unarchive() | Archive():
                assert self.item is not None
                self.item = replace(self.item, archived=isinstance(effect, Archive))
            case RemoveItem():
                self.item, self.removed = None, True
            case ShowValue(key, text):
                assert self.item is not None
                assert not self.item.archived
                self.write(key, text, self.viewer)

    def rest(self) -> int:
        """Run until nothing is left to do; that must be soon."""
        for count in range(5):
            if not self.left():
                return count
            self.run()
        raise AssertionError(f"never at rest: {self.left()}")

    # What people see

    @property
    def column(self) -> str:
        """The column of the card, by its stage."""
        return OPTIONS[self.item.text("stage")].casefold() if self.item and self.item.text("stage") else ""

    @property
    def both(self) -> tuple[str, str]:
        """The stage of the deal, and its column."""
        (ours,) = self.world.stages()
        return ours, self.column

    def shows(self, key: str) -> str:
        """What a field shows."""
        return self.item.text(key) if self.item else ""


def on_board(
    stage: str = "lead", guards: Guards = "requires", body: str = "", *, viewer: Actor = APP, has_events: bool = True
) -> OnBoard:
    """A deal that is on the board, in step."""
    world = a_deal(stage, pipeline=a_pipeline(guards), body=body, author=NORA if body else ANN)
    found = OnBoard(world, viewer=viewer, has_events=has_events)
    found.rest()
    assert found.both == (stage, stage)
    return found
