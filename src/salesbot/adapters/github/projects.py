"""Projects: what a board shows of deals, and what is written there, with the token that reaches it.

A board that is slow or down must not hold up a deal: each request is tried once, for ten seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from salesbot.adapters.github import decode
from salesbot.adapters.github.client import Client, Reply
from salesbot.adapters.github.composed import Operation, compose
from salesbot.adapters.github.decode import Json, need, nodes
from salesbot.adapters.github.documents import document
from salesbot.adapters.github.refusals import NotFoundError
from salesbot.core.errors import ServiceError
from salesbot.core.model.board import (
    AddItem,
    Archive,
    BoardEffect,
    BoardField,
    BoardView,
    FieldValue,
    Item,
    Project,
    RemoveItem,
    ShowValue,
    StatusChange,
    Unarchive,
)
from salesbot.core.model.deal import Actor
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import board_view

TIMEOUT = 10
"""Seconds after which a run goes on without the board."""
_SHOW = {"SINGLE_SELECT": "ShowOption", "NUMBER": "ShowNumber", "DATE": "ShowDate", "TEXT": "ShowText"}


class NoProjectError(ServiceError):
    """The token reaches no project of this number: it is gone, or the token may not see it."""


@dataclass(frozen=True)
class Projects:
    """The projects of a repository's owner."""

    client: Client
    owner: str

    def views(self, issues: Sequence[str], pipeline: Pipeline) -> dict[str, BoardView]:
        """Read what the board shows of some issues, by node id, from the issues' side: there nothing lags."""
        variables = {**self._project(pipeline), "issues": list(issues)}
        # With what GitHub names in the list of nodes may be an issue that is gone: it has no view then.
        reply = self._query("BoardOfDeals", variables, tuple(f"nodes.{index}" for index in range(len(issues))))
        board = _Board.of(reply, pipeline)
        return {node["id"]: board.view(node) for node in need(reply.data, "nodes") if node and "id" in node}

    def items(self, pipeline: Pipeline) -> tuple[BoardView, dict[str, BoardView]]:
        """List all that is on the board, by the node id of the issue. Also gives the board with nothing on it."""
        found: dict[str, BoardView] = {}
        after, more = None, True
        while more:
            reply = self._query("BoardItems", {**self._project(pipeline), "after": after})
            board, page = _Board.of(reply, pipeline), need(_project_of(reply), "items")
            for node in nodes(page):
                if (content := node.get("content")) and "id" in content:
                    found[content["id"]] = BoardView(board.project, board.viewer, board.item(node))
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        return BoardView(board.project, board.viewer), found

    def hidden(self, pipeline: Pipeline) -> int:
        """Count the items whose content the token may not see, among the first hundred."""
        reply = self._query("BoardItems", {**self._project(pipeline), "after": None})
        return sum(node.get("type") == "REDACTED" for node in nodes(_project_of(reply), "items"))

    def write(self, view: BoardView, issue: str, effects: Sequence[BoardEffect], pipeline: Pipeline) -> list[str]:
        """Carry effects out; give a sentence for each that GitHub refused. What lacks an item is put there first."""
        project, fields = view.project.id, board_view.fields_of(view, pipeline)
        item, left = view.item.id if view.item is not None else "", list(effects)
        if AddItem() in left:
            left.remove(AddItem())
            reply = self.client.mutate(*compose([Operation("AddItem", {"project": project, "issue": issue})]))
            added = ((reply.data.get("m0") or {}).get("item")) or {}
            if not added:
                return [f"GitHub did not put the deal on the board: {_why(reply, 0)}."]
            item, left = added["id"], [*([Unarchive()] if added.get("isArchived") else []), *left]
        if not left:
            return []
        operations = [_operation(effect, project, item, fields) for effect in left]
        reply = self.client.mutate(*compose(operations))
        return [
            f"GitHub refused a change on the board: {_why(reply, index)}."
            for index in range(len(left))
            if reply.data.get(f"m{index}") is None
        ]

    def _project(self, pipeline: Pipeline) -> dict[str, Any]:
        assert pipeline.board is not None
        return {"owner": self.owner, "number": pipeline.board.project}

    def _query(self, name: str, variables: Mapping[str, Any], tolerated: tuple[str, ...] = ()) -> Reply:
        try:
            reply = self.client.query(document(name), variables, tolerated=tolerated, give_up=True)
        except NotFoundError as error:
            raise NoProjectError(error.what, error.hint) from error
        _project_of(reply)
        return reply


def issue_of(client: Client, content: str) -> tuple[str, int] | None:
    """Find the issue of a node id: its repository and number; None for anything else, or what the token may not see."""
    try:
        node = client.query(document("IssueOfItem"), {"id": content}).data.get("node")
    except NotFoundError:
        return None
    return (node["repository"]["nameWithOwner"], node["number"]) if node and "number" in node else None


def _project_of(reply: Reply) -> Json:
    project = (reply.data.get("repositoryOwner") or {}).get("projectV2")
    if project is None:
        raise NoProjectError("There is no such project", "Correct `board.project`")
    found: Json = project
    return found


@dataclass(frozen=True)
class _Board:
    """A board as an answer has it: the project, who we are there, and what its fields hold, by their ids."""

    project: Project
    viewer: Actor
    keys: Mapping[str, str]

    @classmethod
    def of(cls, reply: Reply, pipeline: Pipeline) -> _Board:
        viewer = Actor(need(reply.data, "viewer", "login"), reply.data["viewer"].get("databaseId"))
        project = layout(_project_of(reply))
        fields = board_view.fields_of(BoardView(project, viewer), pipeline)
        return cls(project, viewer, {field.id: key for key, field in fields.items()})

    def view(self, issue: Json) -> BoardView:
        """Read what the board shows of an issue."""
        own = [node for node in nodes(issue, "projectItems") if node["project"]["id"] == self.project.id]
        events = [node for node in nodes(issue, "timelineItems") if self._is_here(node)]
        here = [node for node in events if node["__typename"] != "ProjectV2ItemStatusChangedEvent"]
        gone = not own and bool(here) and here[-1]["__typename"] == "RemovedFromProjectV2Event"
        return BoardView(
            self.project,
            self.viewer,
            self.item(own[0]) if own else None,
            tuple(_status_change(node) for node in events if node not in here),
            decode.moment(here[-1]["createdAt"]) if gone else None,
        )

    def _is_here(self, event: Json) -> bool:
        return (event.get("project") or {}).get("id") == self.project.id

    def item(self, node: Json) -> Item:
        """Read an item; fields that hold nothing of ours are left out."""
        return Item(need(node, "id"), bool(node.get("isArchived")), dict(self._values(nodes(node, "fieldValues"))))

    def _values(self, found: Iterable[Json]) -> Iterator[tuple[str, FieldValue]]:
        for node in found:
            key = self.keys.get((node.get("field") or {}).get("id", ""))
            if key is not None:
                made, changed = decode.moment(need(node, "createdAt")), decode.moment(need(node, "updatedAt"))
                yield key, FieldValue(need(node, "id"), _text(node), made, changed, decode.actor(node.get("creator")))


def _text(value: Json) -> str:
    if value.get("number") is not None:
        return board_view.digits(Decimal(repr(value["number"])))
    return str(value.get("optionId") or value.get("date") or value.get("text") or "")


def layout(data: Json) -> Project:
    """Read how a project is laid out."""
    fields = tuple(
        BoardField(
            node["id"],
            node["name"],
            node["dataType"],
            {option["id"]: option["name"] for option in node.get("options") or ()},
        )
        for node in nodes(data, "fields")
        if "id" in node
    )
    return Project(
        need(data, "id"),
        need(data, "number"),
        data.get("title") or "",
        data.get("url") or "",
        bool(data.get("closed")),
        bool(data.get("public")),
        fields,
    )


def _status_change(node: Json) -> StatusChange:
    by, at = decode.actor(node.get("actor")), decode.moment(need(node, "createdAt"))
    return StatusChange(need(node, "id"), at, node.get("status") or "", by, bool(node.get("wasAutomated")))


def _operation(effect: BoardEffect, project: str, item: str, fields: Mapping[str, BoardField]) -> Operation:
    place: dict[str, Any] = {"project": project, "item": item}
    match effect:
        case ShowValue(key, text) if text:
            value = float(text) if fields[key].type == "NUMBER" else text
            return Operation(_SHOW[fields[key].type], {**place, "field": fields[key].id, "value": value})
        case ShowValue(key):
            return Operation("ClearValue", {**place, "field": fields[key].id})
        case Archive():
            return Operation("ArchiveItem", place)
        case Unarchive():
            return Operation("UnarchiveItem", place)
        case RemoveItem():
            return Operation("RemoveItem", place)
        case AddItem():
            raise AssertionError("an item is added before its fields are written, since they need its id")


def _why(reply: Reply, index: int) -> str:
    own = [error for error in reply.errors if (error.get("path") or [None])[0] == f"m{index}"]
    errors = own or list(reply.errors)
    return str(errors[0].get("message", ""))[:200].rstrip(".") if errors else "it gives no reason"
