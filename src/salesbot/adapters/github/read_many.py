"""Many deals: a light pass over all of them, page by page, and ten in full with one request (docs/design.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from salesbot.adapters.github import decode
from salesbot.adapters.github.client import BrokenError, Client
from salesbot.adapters.github.decode import need, nodes
from salesbot.adapters.github.documents import document, with_fragments
from salesbot.adapters.github.read import TOLERATED, RepositoryPaths, issue_facts, repository_facts, where
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.facts import DealFacts, RepositoryFacts, Trigger

PAGE = 50
SMALLEST_PAGE = 5
IN_FULL = 10
"""Deals read in full with one request."""
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """Some deals at a glance, and how many there are in all."""

    deals: tuple[DealFacts, ...]
    total: int


def glance(
    client: Client,
    place: RepositoryPaths,
    context: RepositoryFacts,
    state: Literal["OPEN", "CLOSED"],
    since: datetime = _EVER,
) -> Iterator[Page]:
    """Pass over the issues in a state, changed since a moment. A page GitHub cannot manage is halved, down to 5."""
    owner, _, name = place.repository.partition("/")
    size, after, more = PAGE, None, True
    while more:
        variables = {
            "owner": owner,
            "name": name,
            "first": size,
            "after": after,
            "states": [state],
            "since": since.isoformat().replace("+00:00", "Z"),
        }
        try:
            reply = client.query(document("Glance"), variables, give_up=size > SMALLEST_PAGE)
        except BrokenError:
            size = max(SMALLEST_PAGE, size // 2)
            continue
        found = need(reply.data, "repository", "issues")
        deals = [context.with_issue(issue_facts(node, context.viewer), reply.at) for node in nodes(found)]
        yield Page(tuple(deals), need(found, "totalCount"))
        more, after = found["pageInfo"]["hasNextPage"], found["pageInfo"]["endCursor"]


def read_many(client: Client, place: RepositoryPaths, numbers: Sequence[int], trigger: Trigger) -> list[DealFacts]:
    """Read deals in full, with one request. Those that are gone are left out.

    Raises BrokenError where GitHub cannot manage so many, for the caller to ask for fewer.
    """
    declared = ", ".join(f"$n{index}: Int!" for index in range(len(numbers)))
    aliases = "\n".join(f"    i{index}: issue(number: $n{index}) {{ ...DealFacts }}" for index in range(len(numbers)))
    operation = (
        f"query Deals($owner: String!, $name: String!, $config: String!, $templates: String!, $checklists: String!, "
        f"{declared}) {{\n  viewer {{ login databaseId }}\n  repository(owner: $owner, name: $name) {{\n"
        f"    ...RepositoryFacts\n{aliases}\n  }}\n}}"
    )
    variables: dict[str, Any] = {**where(place), **{f"n{index}": number for index, number in enumerate(numbers)}}
    gone = tuple(f"repository.i{index}" for index in range(len(numbers)))
    reply = client.query(with_fragments(operation), variables, tolerated=(*TOLERATED, *gone), give_up=True)
    viewer_data, data = need(reply.data, "viewer"), need(reply.data, "repository")
    viewer = Actor(need(viewer_data, "login"), viewer_data.get("databaseId"))
    around = RepositoryFacts(repository_facts(data, place), viewer, trigger, reply.at)
    found = [data.get(f"i{index}") for index in range(len(numbers))]
    return [around.with_issue(issue_facts(node, viewer)) for node in found if node is not None]


def team(client: Client, context: RepositoryFacts) -> dict[str, Role]:
    """Read everybody's role at once, where the token may; else nothing, and each is asked when it matters."""
    reply = client.query(document("Team"), {"id": context.repository.node_id}, tolerated=("node.collaborators",))
    people = need(reply.data, "node").get("collaborators")
    return {
        edge["node"]["login"].casefold(): decode.role(edge["permission"]) for edge in (people or {}).get("edges") or ()
    }
