"""The chapter about the board: a dragged card is a move of the person who dragged it, evaluated like a label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from github_sandbox import Board, CardView, Repo, Sandbox, Workflow
from salesbot_demo.form_chapter import CONFIG
from salesbot_demo.player import Expected, Step

BOARD_APP = "acme-board[bot]"
COLUMNS = ("Prospect", "Lead", "Qualified", "Negotiating", "Won", "Lost", "Rejected", "Revisit")
FIELDS = {"Value": "NUMBER", "Weighted": "NUMBER", "Expected close": "DATE", "Next step": "TEXT", "Next on": "DATE"}


def with_board(workflow: Workflow, github: Sandbox) -> Workflow:
    """Give the workflow the token that reaches the project."""
    token = github.token(BOARD_APP, issues="read", projects="write")
    return replace(
        workflow,
        inputs={**workflow.inputs, "project-token": "${{ secrets.PROJECT_TOKEN }}"},
        secrets={**workflow.secrets, "PROJECT_TOKEN": token},
    )


def steps(number: int, github: Sandbox | None) -> list[Step]:
    """Make the steps for this deal, which is in lead. Without a sandbox they can be printed, not played."""
    board = _Board(number, github)
    return [
        Step(
            "kim",
            "names a project of GitHub's in the configuration; the next run puts the deal on the board",
            number,
            board.configure,
            Expected("lead", says="", outside="the card is in Lead"),
            outside=board.shown,
        ),
        board.drags("ann", "Prospect", Expected("prospect", says="", outside="the card is in Prospect")),
        board.drags("ann", "Won", Expected("prospect", says="Not moved to won", outside="the card is in Prospect")),
        board.writes("nora", "Value", 18_000, Expected("prospect", says="", card="18,000 EUR", outside="Weighted 900")),
    ]


class _Board:
    """The board, as people see it on GitHub."""

    def __init__(self, number: int, github: Sandbox | None) -> None:
        self.number = number
        self._github = github
        self._made: Board | None = None

    @property
    def board(self) -> Board:
        """The project, made the first time. Raises LookupError if there is no sandbox."""
        if self._github is None:
            raise LookupError("there is no board in this demo")
        self._made = self._made or self._github.project("acme", "Sales", by="kim", columns=COLUMNS, fields=FIELDS)
        return self._made

    def configure(self, sales: Repo) -> None:
        """Write the configuration, and start a run on the deal."""
        sales.push("kim", CONFIG, f"version: 1\nboard: {{project: {self.board.number}}}\n")
        self._wake(sales)

    def drags(self, who: str, column: str, expected: Expected) -> Step:
        """Drag the card. A relay would start the run within seconds; here kim does."""
        return self._step(who, f"drags the card to {column}", lambda card: self.board.drag(who, card, column), expected)

    def writes(self, who: str, field: str, value: float, expected: Expected) -> Step:
        """Change a field on the board."""
        text = f"writes {value:,} into {field} on the board"
        return self._step(who, text, lambda card: self.board.edit(who, card, field, value), expected)

    def _step(self, who: str, text: str, change: Callable[[int], object], expected: Expected) -> Step:
        def do(sales: Repo) -> None:
            change(self._card(sales).id)
            self._wake(sales)

        return Step(who, text, self.number, do, expected, outside=self.shown)

    def _wake(self, sales: Repo) -> None:
        sales.workflow_dispatch({"issue": str(self.number)}, by="kim")

    def shown(self, sales: Repo) -> str:
        """Say what the board shows."""
        card = self._card(sales)
        values = ", ".join(f"{name} {_value(value)}" for name, value in card.values.items() if name != "Status")
        return f"on the board: the card is in {card.column}" + (f"; {values}" if values else "")

    def _card(self, sales: Repo) -> CardView:
        found = self.board.card_of(sales.name, self.number)
        if not found:
            raise LookupError(f"the board has no card of #{self.number}")
        return found


def _value(value: object) -> str:
    """Show a value as the board does: a number without decimals that are none."""
    return f"{value:,.10g}" if isinstance(value, (int, float)) else str(value)
