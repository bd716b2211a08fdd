"""What a board costs: requests, points and seconds of a move and of a quiet sweep, each with a board and without.

    python -m benchmarks.board [--deals 200 2000]

Fails where a move takes more than two requests more, or a sweep more than six over 200 deals and fifty over 2,000.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks.events import PEOPLE, at_rest, reconcile
from github_sandbox import Board, Repo, Sandbox, Workflow
from github_sandbox.store.ids import node_id
from tests.e2e.boards import APP, COLUMNS, FIELDS
from tests.e2e.play import CONFIG

MORE_FOR_A_MOVE = 2
MORE_FOR_A_SWEEP = {200: 6, 2_000: 50}
VALUES = {"SINGLE_SELECT": "ProjectV2ItemFieldSingleSelectValue", "NUMBER": "ProjectV2ItemFieldNumberValue",
          "DATE": "ProjectV2ItemFieldDateValue", "TEXT": "ProjectV2ItemFieldTextValue"}  # fmt: skip
BODY = "### Value\n\n12000 EUR\n\n### Expected close\n\n2027-03\n"


@dataclass(frozen=True)
class Cost:
    requests: int
    points: int
    seconds: float

    writes: int

    def __str__(self) -> str:
        return f"{self.requests:8}   {self.points:6}   {self.seconds:6.1f} s"


def main() -> None:
    """Measure, print, and hold the limits."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--deals", type=int, nargs="*", default=[*MORE_FOR_A_SWEEP])
    args = options.parse_args()
    print(f"{'':45}  requests   points   seconds")
    for count in args.deals:
        without, board = (_measure(count, with_board=with_board) for with_board in (False, True))
        for name, cost in without.items():
            print(f"  {f'{name}, {count:,} deals, no board':43}  {cost}")
            print(f"  {f'{name}, {count:,} deals, with a board':43}  {board[name]}", flush=True)
        more = {name: board[name].requests - cost.requests for name, cost in without.items()}
        assert more["a move by label"] <= MORE_FOR_A_MOVE, more
        assert more["a quiet sweep"] <= MORE_FOR_A_SWEEP.get(count, count), more


def _measure(count: int, *, with_board: bool) -> dict[str, Cost]:
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=0) as github:
        github.limits.enabled = False
        sales = github.repo("acme/sales", roles=PEOPLE)
        board = github.project("acme", "Sales", by="kim", columns=COLUMNS, fields=FIELDS)
        inputs = {"token": "${{ github.token }}"}
        if with_board:
            inputs["project-token"] = github.token(APP, issues="read", projects="write")
            sales.push("kim", CONFIG, f"version: 1\nboard: {{project: {board.number}}}\n")
        github.runner.workflow = Workflow([sys.executable, "-m", "salesbot", "run"], inputs=inputs)
        reconcile(github)
        sales.open_issue("nora", "Acme GmbH: new shop", BODY)
        reconcile(github)
        _sweep(github, sales)  # the journal learns the ids of the values
        _fill(github, sales, board, count) if with_board else _seed(sales, count, {})
        quiet = _sweep(github, sales)
        assert quiet.writes == 0, "a quiet sweep writes nothing"
        sales.label("ann", 2, "stage:prospect")
        move = _run(github)
        assert sales.issue(2).labels == ("stage:prospect",)
        return {"a move by label": move, "a quiet sweep": quiet}


def _sweep(github: Sandbox, sales: Repo) -> Cost:
    sales.schedule()
    return _run(github)


def _run(github: Sandbox) -> Cost:
    """Run what waits, and count its requests with either token."""
    before, (delivery,) = len(github.requests), github.outbox
    run = github.run(delivery)
    assert run.exit_code == 0, run.stdout + run.stderr
    asked = github.requests[before:]
    points = sum(entry.points for entry in asked)
    return Cost(len(asked), points, run.seconds, sum(entry.kind == "mutation" for entry in asked))


def _seed(sales: Repo, count: int, ids: Mapping[int, Mapping[str, str]]) -> None:
    """Open more deals like the first; `ids` are those that each deal's journal has in place of the first one's."""
    model = sales.issue(1)

    def deal(number: int) -> dict[str, Any]:
        found = at_rest(model, number, due=False)
        for old, new in ids.get(number, {}).items():
            for comment in found["comments"]:
                comment["body"] = comment["body"].replace(old, new)
        return found

    sales.seed(deal(number) for number in range(2, count + 1))


def _fill(github: Sandbox, sales: Repo, board: Board, count: int) -> None:
    """Open more deals like the first, each with a card like its card."""
    db = github.hub.db
    item = db.one("SELECT * FROM project_items WHERE project_id = ?", board.id)
    assert item is not None
    rows = db.all(
        "SELECT v.*, f.data_type FROM project_values v JOIN project_fields f ON f.id = field_id WHERE item_id = ?",
        item["id"],
    )
    first = max(row["id"] for row in rows) + 1
    numbers = {number: first + (number - 2) * len(rows) for number in range(2, count + 1)}
    ids = {
        number: {
            node_id(VALUES[row["data_type"]], row["id"]): node_id(VALUES[row["data_type"]], begin + place)
            for place, row in enumerate(rows)
        }
        for number, begin in numbers.items()
    }
    _seed(sales, count, ids)
    with db.transaction():
        issues = {row["number"]: row["id"] for row in db.all("SELECT id, number FROM issues")}
        for number, begin in numbers.items():
            copy = {key: item[key] for key in item.keys() - {"id", "issue_id", "position"}}
            item_id = db.insert("project_items", **copy, issue_id=issues[number], position=number)
            for place, row in enumerate(rows):
                value = {key: row[key] for key in row.keys() - {"id", "item_id", "data_type"}}
                db.insert("project_values", **value, id=begin + place, item_id=item_id)


if __name__ == "__main__":
    main()
