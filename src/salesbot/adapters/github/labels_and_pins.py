"""What is done to a repository as a whole, by hand and now and then: its list of labels, its pins."""

from __future__ import annotations

from dataclasses import dataclass

from salesbot.adapters.github import decode
from salesbot.adapters.github.client import Client, Reply
from salesbot.adapters.github.decode import need, nodes
from salesbot.adapters.github.documents import document
from salesbot.core.errors import ServiceError
from salesbot.core.model.facts import Label, Repository


@dataclass(frozen=True)
class Pinned:
    """A pinned issue."""

    id: str
    number: int
    title: str
    labels: tuple[str, ...]
    author: str


def update_label(client: Client, label: Label) -> Label:
    """Rename, recolour or describe the label of this id; its issues keep it, and nobody is informed.

    Raises ServiceError where GitHub refuses.
    """
    variables = {"label": label.id, "name": label.name, "color": label.color, "description": label.description}
    reply = client.mutate(document("UpdateLabel"), variables)
    _refuse(reply, f"The label {label.name} could not be changed")
    return decode.label(need(reply.data, "updateLabel", "label"))


def delete_label(client: Client, label: Label) -> None:
    """Take a label off the list and off every issue. Raises ServiceError where GitHub refuses."""
    _refuse(client.mutate(document("DeleteLabel"), {"label": label.id}), f"The label {label.name} could not be deleted")


def pinned(client: Client, repository: Repository) -> list[Pinned]:
    """Read the pinned issues; GitHub allows three."""
    data = client.query(document("Pinned"), {"id": repository.node_id}).data
    found = [need(node, "issue") for node in nodes(data, "node", "pinnedIssues")]
    return [
        Pinned(
            issue["id"],
            issue["number"],
            issue["title"],
            tuple(node["name"] for node in nodes(issue, "labels")),
            (issue.get("author") or {}).get("login", ""),
        )
        for issue in found
    ]


def unpin(client: Client, issue: Pinned) -> None:
    """Take a pin off. Raises ServiceError where GitHub refuses."""
    _refuse(client.mutate(document("Unpin"), {"issue": issue.id}), f"Issue {issue.number} could not be unpinned")


def _refuse(reply: Reply, what: str) -> None:
    if reply.errors:
        message = str(reply.errors[0].get("message", ""))[:200]
        raise ServiceError(f"{what}: {message}.", "This needs the role write, or `issues: write`")
