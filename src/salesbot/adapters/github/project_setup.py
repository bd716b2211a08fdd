"""Setting up a project: what is there, a new one, its fields and columns. By hand only; no run does this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salesbot.adapters.github.client import Client, Reply
from salesbot.adapters.github.composed import Operation, compose
from salesbot.adapters.github.decode import need, nodes
from salesbot.adapters.github.documents import document
from salesbot.adapters.github.projects import NoProjectError, layout
from salesbot.adapters.github.refusals import NotFoundError
from salesbot.core.errors import ServiceError
from salesbot.core.model.board import BoardView, FieldType
from salesbot.core.model.deal import Actor


@dataclass(frozen=True)
class Column:
    """A column as it is made: its name, and a colour that GitHub knows."""

    name: str
    color: str
    description: str = ""


@dataclass(frozen=True)
class Settings:
    """A project with what only its setup asks for."""

    view: BoardView
    items: int = 0
    workflows: Mapping[str, bool] | None = None
    """GitHub's own workflows of the project, and whether each is on."""
    may_write: bool = True


@dataclass(frozen=True)
class ProjectSetup:
    """Makes and lays out projects of one owner."""

    client: Client
    owner: str

    def settings(self, number: int) -> Settings:
        """Read a project. Raises NoProjectError if there is none that the token reaches."""
        try:
            variables = {"owner": self.owner, "number": number}
            reply = self.client.query(document("ProjectSettings"), variables, give_up=True)
        except NotFoundError as error:
            raise NoProjectError(error.what, error.hint) from error
        data = (reply.data.get("repositoryOwner") or {}).get("projectV2")
        if data is None:
            raise NoProjectError("There is no such project", "Correct `board.project`")
        view = BoardView(layout(data), Actor(need(reply.data, "viewer", "login")))
        workflows = {node["name"]: bool(node["enabled"]) for node in nodes(data, "workflows")}
        return Settings(view, need(data, "items")["totalCount"], workflows, bool(data.get("viewerCanUpdate")))

    def create(self, title: str, repository: str) -> int:
        """Make a project that is listed in a repository, by its node id; give its number."""
        owner = need(self.client.query(document("OwnerId"), {"owner": self.owner}).data, "repositoryOwner", "id")
        made = self._mutate(Operation("CreateProject", {"owner": owner, "title": title, "repository": repository}))
        number: int = need(made, "projectV2", "number")
        return number

    def add_field(self, project: str, name: str, type_: FieldType, columns: Sequence[Column]) -> None:
        """Add a field; a single select with its options."""
        options = _options(columns) if type_ == "SINGLE_SELECT" else None
        given = {"project": project, "name": name, "type": type_, "options": options}
        self._mutate(Operation("CreateField", given))

    def set_options(self, field: str, columns: Sequence[Column]) -> None:
        """Replace all options of a field: whatever items showed of them is lost."""
        self._mutate(Operation("SetOptions", {"field": field, "options": _options(columns)}))

    def _mutate(self, operation: Operation) -> Any:
        reply: Reply = self.client.mutate(*compose([operation]))
        made = reply.data.get("m0")
        if made is None:
            why = str(reply.errors[0].get("message", ""))[:200] if reply.errors else "it gives no reason"
            raise ServiceError(f"GitHub refused to set up the project: {why}", "The token needs Projects: write")
        return made


def _options(columns: Sequence[Column]) -> list[dict[str, str]]:
    return [{"name": each.name, "color": each.color, "description": each.description} for each in columns]
