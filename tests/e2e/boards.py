"""A board beside a repository: a project of its owner, and the program with a token that reaches it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from github_sandbox import Board, CardView, Run
from salesbot.adapters.github.project_webhook import BoardFilter
from salesbot.core.model.pipeline import Board as BoardConfig
from tests.e2e.play import CONFIG, Play

APP = "acme-board[bot]"
COLUMNS = ("Prospect", "Lead", "Qualified", "Negotiating", "Won", "Lost", "Rejected", "Revisit", "Done")
FIELDS = {"Value": "NUMBER", "Weighted": "NUMBER", "Expected close": "DATE", "Next step": "TEXT", "Next on": "DATE"}


@dataclass
class Boards:
    """A repository whose deals are on a board."""

    play: Play
    board: Board
    token: str

    @classmethod
    def begin(cls, play: Play, config: str = "", columns: Any = COLUMNS, fields: Any = FIELDS) -> Boards:
        """Make the project and a token for it, and configure it."""
        board = play.github.project("acme", "Sales", by="kim", columns=columns, fields=fields)
        token = play.github.token(APP, issues="read", projects="write")
        found = cls(play, board, token)
        play.environment["INPUT_PROJECT-TOKEN"] = token
        found.configure(config or f"board: {{project: {board.number}}}\n")
        return found

    def configure(self, config: str) -> None:
        """Put the configuration into the repository."""
        self.play.sales.push("kim", CONFIG, f"version: 1\n{config}")
        self.play.drop()

    def card(self, deal: int) -> CardView:
        """The card of a deal."""
        found = self.play.sales.name and self.board.card_of(self.play.sales.name, deal)
        assert found
        return found

    def column(self, deal: int) -> str | None:
        """The column of a deal's card."""
        return self.card(deal).column

    def drag(self, by: str, deal: int, column: str) -> None:
        """Drag the card of a deal."""
        self.board.drag(by, self.card(deal).id, column)

    def edit(self, by: str, deal: int, name: str, value: str | float) -> None:
        """Change a field of a deal's card."""
        self.board.edit(by, self.card(deal).id, name, value)

    def relay(self) -> None:
        """Pass on what the organisation was sent so far, as `salesbot relay` does."""
        board = BoardFilter("acme", BoardConfig(self.board.number))
        for delivery in self.play.github.organization_outbox:
            self.play.github.take(delivery)
            passed = board.passed_on(json.loads(delivery.body))
            if passed is not None:
                self.play.sales.dispatch("board", passed)

    def board_run(self, inputs: dict[str, str] | None = None) -> Run:
        """Let the schedule come due, for the board."""
        self.play.drop()
        self.play.sales.schedule()
        return self.play.run(inputs={"task": "board", **(inputs or {})})
