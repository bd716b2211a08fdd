"""All issues as others see them: which may be the same deal, which leads came in already."""

from __future__ import annotations

from dataclasses import dataclass

from salesbot.adapters.github import decode
from salesbot.adapters.github.client import Client
from salesbot.adapters.github.decode import Json, need, nodes
from salesbot.adapters.github.documents import document
from salesbot.adapters.github.read import TOLERATED, RepositoryPaths, facts_of, where
from salesbot.core.model.facts import IssueSummary, Repository, RepositoryFacts, Trigger
from salesbot.core.model.keys import Kind
from salesbot.core.text import markdown
from salesbot.core.text.label_names import label_key


def newest(client: Client, repository: Repository, after: str | None) -> tuple[list[IssueSummary], str | None]:
    """Read a page of all issues, the newest first, and where the next one begins; None if there is none."""
    reply = client.query(document("Others"), {"id": repository.node_id, "after": after})
    return _page_of_others(need(reply.data, "node", "issues"))


def _page_of_others(page: Json) -> tuple[list[IssueSummary], str | None]:
    after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    return [other(node) for node in nodes(page)], after


@dataclass(frozen=True)
class Intake:
    """What an intake reads first: the repository, the newest issues, and the newest that came in by themselves."""

    context: RepositoryFacts
    newest: tuple[IssueSummary, ...]
    inbound: tuple[IssueSummary, ...]
    after: str | None
    """Where the next page of issues begins; None if there is none."""


def read_intake(client: Client, place: RepositoryPaths, trigger: Trigger) -> Intake:
    """Read all that tells whether something new came in, in one request."""
    reply = client.query(document("Intake"), where(place), tolerated=TOLERATED)
    context = facts_of(reply, trigger, place)
    found, after = _page_of_others(need(reply.data, "repository", "newest"))
    inbound = tuple(other(node) for node in nodes(reply.data, "repository", "inbound"))
    return Intake(context, tuple(found), inbound, after)


def other(node: Json) -> IssueSummary:
    """Read another issue, as far as it may be the same deal."""
    own = [comment["body"] for comment in nodes(node, "comments") if comment["viewerDidAuthor"]]
    cards = [body for body in own if (marker := markdown.read_marker(body)) and marker.kind == Kind.CARD]
    return IssueSummary(
        number=need(node, "number"),
        title=need(node, "title"),
        body=node.get("body") or "",
        labels=frozenset(label_key(label["name"]) for label in nodes(node, "labels")),
        duplicate=node.get("stateReason") == "DUPLICATE",
        open=need(node, "state") == "OPEN",
        own=need(node, "viewerDidAuthor"),
        created_at=decode.moment(need(node, "createdAt")),
        card=cards[0] if cards else "",
        author=decode.actor(node.get("author")),
    )
