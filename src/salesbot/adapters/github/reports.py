"""The weekly reports there are, as issues: found by listing their label, never by search (docs/report.md)."""

from __future__ import annotations

from salesbot.adapters.github import decode
from salesbot.adapters.github.client import Client
from salesbot.adapters.github.decode import Json, need, nodes
from salesbot.adapters.github.documents import document
from salesbot.adapters.github.read import RepositoryPaths
from salesbot.core.model.facts import Comment, Issue, Label, RepositoryFacts


def reports(client: Client, place: RepositoryPaths, facts: RepositoryFacts) -> tuple[Issue, ...]:
    """Read the newest ten reports, with the comments they go on in."""
    owner, _, name = place.repository.partition("/")
    data = client.query(document("Reports"), {"owner": owner, "name": name}).data
    found = nodes(need(data, "repository", "issues"))
    return tuple(_issue(node, facts.repository.url) for node in found)


def _issue(node: Json, repository_url: str) -> Issue:
    number = need(node, "number")
    return Issue(
        id=need(node, "id"),
        number=number,
        title=need(node, "title"),
        body=node.get("body") or "",
        created_at=decode.moment(need(node, "createdAt")),
        own=need(node, "viewerDidAuthor"),
        url=f"{repository_url}/issues/{number}",
        open=need(node, "state") == "OPEN",
        labels=tuple(Label(label["id"], label["name"]) for label in nodes(node, "labels")),
        comments=tuple(_comment(said) for said in nodes(node, "comments")),
        pinned=bool(node.get("isPinned")),
    )


def _comment(node: Json) -> Comment:
    own = bool(need(node, "viewerDidAuthor"))
    return Comment(
        id=need(node, "databaseId"),
        node_id=need(node, "id"),
        body=need(node, "body") if own else "",
        created_at=decode.moment(need(node, "createdAt")),
        own=own,
        own_text=own,
        minimized=bool(node.get("isMinimized")),
    )
