"""A project as people use it in the browser: they drag cards, edit fields, archive and remove.

    board = github.project("acme", "Sales", by="kim", columns=["Lead", "Won"])
    card = board.add("kim", "acme/sales", 7)
    board.drag("ann", card, "Won")

Cards are named by the id of their item. What each act changes and who may do it, the rules decide.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from github_sandbox.hub import Hub
from github_sandbox.rules import accounts, issues, project_items, projects
from github_sandbox.rules.changes import Change
from github_sandbox.store.database import Row
from github_sandbox.store.ids import node_id


@dataclass(frozen=True)
class CardView:
    """A card as people see it. `number` is the issue's; `values` are the fields people set, by name."""

    id: int
    type: str
    number: int | None
    archived: bool
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def column(self) -> str | None:
        """The status, which is the column of a new board."""
        return self.values.get(projects.STATUS)


class Board:
    """A project of the sandbox. `by` is the login of the person who acts; Refused is raised when they may not."""

    def __init__(self, hub: Hub, project_id: int, after: Callable[[], None]) -> None:
        self.hub = hub
        self.id = project_id
        self._after = after

    @property
    def row(self) -> Row:
        """Read the project as it is now. Raise LookupError if it is deleted."""
        with self.hub.db.lock:
            return projects.by_id(self.hub.db, self.id)

    @property
    def number(self) -> int:
        """The number of the project, by which its owner finds it."""
        return int(self.row["number"])

    @property
    def node_id(self) -> str:
        """The id of the project in GraphQL."""
        return node_id("ProjectV2", self.id)

    # Cards

    def add(self, by: str, repository: str, number: int) -> int:
        """Put an issue on the board and return the id of its item."""
        with self._act(by) as change:
            issue = issues.find(self.hub.db, self.hub.repository(repository), number)
            return int(project_items.add_issue(change, self.row, issue)["id"])

    def add_draft(self, by: str, title: str, body: str = "") -> int:
        """Put a draft on the board and return the id of its item."""
        with self._act(by) as change:
            return int(project_items.add_draft(change, self.row, title, body)["id"])

    def add_pull_request(self, by: str, repository: str, title: str) -> int:
        """Put a pull request on the board and return the id of its item."""
        with self._act(by) as change:
            row = project_items.add_pull_request(change, self.row, self.hub.repository(repository), title)
            return int(row["id"])

    def drag(self, by: str, item: int, column: str) -> None:
        """Drag a card to another column: set its status."""
        self.edit(by, item, projects.STATUS, column)

    def edit(self, by: str, item: int, name: str, value: str | float) -> None:
        """Set a field of a card; an option by its name."""
        with self._act(by) as change:
            chosen = self._field(name)
            key = project_items.KINDS.get(chosen["data_type"]) or str(chosen["data_type"])
            content = self._option(chosen, str(value)) if chosen["data_type"] == "SINGLE_SELECT" else value
            project_items.set_value(change, self._item(item), chosen, {key: content})

    def clear(self, by: str, item: int, name: str) -> None:
        """Empty a field of a card."""
        with self._act(by) as change:
            project_items.clear_value(change, self._item(item), self._field(name))

    def archive(self, by: str, item: int) -> None:
        """Archive a card."""
        with self._act(by) as change:
            project_items.archive(change, self._item(item))

    def restore(self, by: str, item: int) -> None:
        """Restore an archived card."""
        with self._act(by) as change:
            project_items.restore(change, self._item(item))

    def remove(self, by: str, item: int) -> None:
        """Take a card off the board."""
        with self._act(by) as change:
            project_items.delete(change, self._item(item))

    def move(self, by: str, item: int, after: int | None = None) -> None:
        """Move a card within its column: behind another one, or to the top."""
        with self._act(by) as change:
            project_items.move(change, self._item(item), self._item(after) if after is not None else None)

    # The project itself

    def add_field(self, by: str, name: str, data_type: str, options: Sequence[str] = ()) -> None:
        """Add a field: TEXT, NUMBER, DATE or SINGLE_SELECT with options."""
        with self._act(by) as change:
            projects.add_field(change, self.row, name, data_type, [{"name": option} for option in options])

    def rename_field(self, by: str, name: str, to: str) -> None:
        """Rename a field."""
        with self._act(by) as change:
            projects.edit_field(change, self._field(name), to)

    def delete_field(self, by: str, name: str) -> None:
        """Delete a field with its values."""
        with self._act(by) as change:
            projects.delete_field(change, self._field(name))

    def set_options(self, by: str, name: str, options: Sequence[str]) -> None:
        """Give a field exactly these options. Those that were there already keep their values, as in the browser."""
        with self._act(by) as change:
            chosen = self._field(name)
            present = {option["name"]: option for option in projects.options_of(self.hub.db, chosen["id"])}
            given = [present.get(option, {"name": option}) for option in options]
            projects.edit_field(change, chosen, options=given)

    def link(self, by: str, repository: str) -> None:
        """List the project in a repository."""
        with self._act(by) as change:
            projects.link(change, self.row, self.hub.repository(repository))

    def edit_project(self, by: str, **columns: Any) -> None:
        """Change `title`, `description`, `readme` or `public`."""
        with self._act(by) as change:
            projects.edit(change, self.row, **columns)

    def close(self, by: str) -> None:
        """Close the project."""
        with self._act(by) as change:
            projects.edit(change, self.row, closed_at=change.at)

    def reopen(self, by: str) -> None:
        """Open the project again."""
        with self._act(by) as change:
            projects.edit(change, self.row, closed_at=None)

    def delete(self, by: str) -> None:
        """Delete the project."""
        with self._act(by) as change:
            projects.delete(change, self.row)

    def switch_workflow(self, by: str, name: str, enabled: bool) -> None:
        """Switch one of GitHub's own workflows on or off, e.g. `Item closed`."""
        with self._act(by) as change:
            projects.switch_workflow(change, self.row, name, enabled)

    def set_role(self, login: str, role: str) -> None:
        """Give somebody a role on this project: `none`, `read`, `write` or `admin`."""
        sql = "INSERT OR REPLACE INTO project_roles (project_id, user_id, role) VALUES (?, ?, ?)"
        with self.hub.db.transaction():
            user_id = accounts.ensure(self.hub.db, login, self.hub.clock.stamp())
            self.hub.db.run(sql, self.id, user_id, role.upper())

    def limit_items(self, most: int) -> None:
        """Let fewer items fit on the board than GitHub's 50,000."""
        with self.hub.db.transaction():
            self.hub.db.update("projects", self.id, max_items=most)

    # What people see

    def card(self, item: int) -> CardView:
        """Return a card as people see it."""
        with self.hub.db.lock:
            return self._view(self._item(item))

    def cards(self) -> tuple[CardView, ...]:
        """Return all cards as people see them, archived ones too, in the order of the board."""
        sql = "SELECT * FROM project_items WHERE project_id = ? ORDER BY position, id"
        with self.hub.db.lock:
            return tuple(self._view(row) for row in self.hub.db.all(sql, self.id))

    def card_of(self, repository: str, number: int) -> CardView | None:
        """Return the card of an issue; None if it is not on the board."""
        with self.hub.db.lock:
            issue = issues.find(self.hub.db, self.hub.repository(repository), number)
            rows = [row for row in project_items.of_issue(self.hub.db, issue["id"]) if row["project_id"] == self.id]
            return self._view(rows[0]) if rows else None

    def options(self, name: str = projects.STATUS) -> tuple[str, ...]:
        """Return the options of a field by name: the columns of the board."""
        with self.hub.db.lock:
            rows = projects.options_of(self.hub.db, self._field(name)["id"])
            return tuple(row["name"] for row in rows)

    def _view(self, row: Row) -> CardView:
        fields = {each["id"]: each for each in projects.fields_of(self.hub.db, self.id)}
        values = {}
        for value in project_items.values_of(self.hub.db, row["id"]):
            chosen = fields[value["field_id"]]
            content = json.loads(value["value"])
            if chosen["data_type"] == "SINGLE_SELECT":
                content = project_items.shown(self.hub.db, chosen, content)["name"]
            values[chosen["name"]] = content
        number = row["number"]
        if row["issue_id"]:
            number = issues.locate(self.hub.db, row["issue_id"])["number"]
        return CardView(row["id"], row["type"], number, row["archived_at"] is not None, values)

    def _field(self, name: str) -> Row:
        row = projects.field_named(self.hub.db, self.id, name)
        if row is None:
            raise LookupError(f"The project has no field {name!r}.")
        return row

    def _option(self, chosen: Row, name: str) -> str:
        options = {row["name"]: row["id"] for row in projects.options_of(self.hub.db, chosen["id"])}
        if name not in options:
            raise LookupError(f"{chosen['name']} has no option {name!r}; there are {', '.join(options)}.")
        return str(options[name])

    def _item(self, row_id: int) -> Row:
        row = project_items.by_id(self.hub.db, row_id)
        if row is None or row["project_id"] != self.id:
            raise LookupError(f"The project has no item {row_id}.")
        return row

    @contextmanager
    def _act(self, by: str) -> Iterator[Change]:
        with self.hub.acting(by) as change:
            yield change
        self._after()
