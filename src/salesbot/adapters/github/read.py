"""The one read: a query that brings a deal and everything around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from salesbot.adapters.github import decode
from salesbot.adapters.github.client import Client, Reply
from salesbot.adapters.github.decode import Json, need, nodes
from salesbot.adapters.github.documents import document
from salesbot.adapters.github.refusals import NotFoundError
from salesbot.core.errors import ServiceError
from salesbot.core.model import tasks
from salesbot.core.model.comments import each_once
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.facts import (
    Comment,
    DealFacts,
    Issue,
    Parent,
    Person,
    ProblemIssue,
    Repository,
    RepositoryFacts,
    Trigger,
)
from salesbot.core.model.tasks import SubIssue

MAX_FILE = 256 * 1024
"""Bytes of a configuration or template file."""
TOLERATED = ("repository.collaborators", "repository.people")
"""What a token may be refused: then a role is asked over REST, and names are looked up one by one when needed."""


@dataclass(frozen=True)
class RepositoryPaths:
    """Where to read: the repository, and its files of configuration and templates."""

    repository: str
    config: str = ".github/salesbot.yml"
    templates: str = ".github/salesbot"


def read(client: Client, place: RepositoryPaths, number: int, trigger: Trigger) -> DealFacts:
    """Read a deal. Raises ServiceError naming `contents: read` if the configuration may not be read."""
    variables = {
        **where(place),
        "number": number,
        "person": trigger.actor,
        "asked": trigger.actor is not None,
    }
    return deal_facts(_ask(client, place, number, variables), trigger, place)


def _ask(client: Client, place: RepositoryPaths, number: int, variables: Mapping[str, Any]) -> Reply:
    try:
        return client.query(document("Deal"), variables, tolerated=TOLERATED)
    except NotFoundError as error:
        if "to an issue" in error.what.casefold():  # not the name of a repository
            raise IssueGoneError(f"Issue {number} is gone from {place.repository}.") from error
        raise


def read_and_keep(
    client: Client, place: RepositoryPaths, number: int, trigger: Trigger
) -> tuple[DealFacts, dict[str, Any]]:
    """Read a deal, and give back what GitHub answered too, for `from_saved`."""
    variables = {**where(place), "number": number, "person": None, "asked": False}
    reply = _ask(client, place, number, variables)
    saved = {"data": reply.data, "at": reply.at.isoformat(), "config": place.config, "templates": place.templates}
    return deal_facts(reply, trigger, place), saved


def from_saved(saved: Mapping[str, Any], trigger: Trigger) -> DealFacts:
    """Read a deal from what was kept of an answer. Raises ServiceError if something is missing in it."""
    place = RepositoryPaths(need(saved, "data", "repository", "nameWithOwner"), saved["config"], saved["templates"])
    return deal_facts(Reply(saved["data"], decode.moment(saved["at"])), trigger, place)


def where(place: RepositoryPaths) -> dict[str, Any]:
    """Name the repository and its files, as every document wants them."""
    owner, _, name = place.repository.partition("/")
    return {
        "owner": owner,
        "name": name,
        "config": f"HEAD:{place.config}",
        "templates": f"HEAD:{place.templates}",
        "checklists": f"HEAD:{place.templates}/checklists",
    }


class IssueGoneError(NotFoundError):
    """The issue was deleted or transferred away."""


def deal_facts(reply: Reply, trigger: Trigger, place: RepositoryPaths) -> DealFacts:
    """Read an issue and the repository around it from an answer."""
    around = facts_of(reply, trigger, place)
    return around.with_issue(issue_facts(need(reply.data, "repository", "issue"), around.viewer))


def facts_of(reply: Reply, trigger: Trigger, place: RepositoryPaths) -> RepositoryFacts:
    """Read the repository from an answer."""
    viewer_data, data = need(reply.data, "viewer"), need(reply.data, "repository")
    viewer = Actor(need(viewer_data, "login"), viewer_data.get("databaseId"))
    _check_contents(data, place)
    return RepositoryFacts(
        repository=repository_facts(data, place),
        viewer=viewer,
        trigger=trigger,
        read_at=reply.at,
        roles=_roles(data, trigger),
    )


def _check_contents(data: Json, place: RepositoryPaths) -> None:
    """A token that may not read files must not silently run the default pipeline."""
    if data.get("defaultBranchRef") is None and not need(data, "isEmpty"):
        raise ServiceError(
            f"The token may not read the files of {place.repository}, so the configuration is unknown.",
            "Add `contents: read` to the `permissions:` of the job",
        )


def repository_facts(data: Json, place: RepositoryPaths) -> Repository:
    """Read the repository around the deals."""
    found = _problems(nodes(data, "problems"))
    files = _files(data, place)
    unreadable = {path: wrong for path, blob in files.items() if (wrong := _wrong(blob))}
    texts = {path: blob.get("text") or "" for path, blob in files.items() if path not in unreadable}
    return Repository(
        id=need(data, "databaseId"),
        node_id=need(data, "id"),
        name=need(data, "nameWithOwner"),
        url=need(data, "url"),
        private=need(data, "isPrivate"),
        internal=need(data, "visibility") == "INTERNAL",
        labels=tuple(decode.label(node) for node in nodes(data, "labels")),
        labels_complete=not need(data, "labels", "pageInfo")["hasNextPage"],
        labels_end=need(data, "labels", "pageInfo").get("endCursor"),
        config=texts.pop(place.config, None),
        templates={path.removeprefix(f"{place.templates}/"): text for path, text in texts.items()},
        unreadable=unreadable,
        problem=found[0] if found else None,
        people=people_of(nodes(data, "people")) if data.get("people") else {},
        people_complete=bool(data.get("people")) and not need(data, "people", "pageInfo")["hasNextPage"],
    )


def people_of(found: Iterable[Json]) -> dict[str, Person]:
    return {node["login"].casefold(): Person(node["login"], node["id"], node.get("databaseId")) for node in found}


def _problems(found: Iterable[Json]) -> list[ProblemIssue]:
    """Only our own: an issue of anybody else with that label is not a place to write."""
    return [ProblemIssue(node["id"], node["number"], node["body"]) for node in found if node.get("viewerDidAuthor")]


def open_problems(client: Client, facts: RepositoryFacts) -> list[ProblemIssue]:
    """Read the open problem issues again, oldest first, after one was opened."""
    data = client.query(document("Problems"), {"id": facts.repository.node_id}).data
    return _problems(nodes(data, "node", "issues"))


def _wrong(blob: Json) -> str:
    """Say why a file is not read; nothing if it is. What is not text or too large is not read in part."""
    if "byteSize" not in blob:
        return "is not a file"
    if blob.get("isBinary"):
        return "is not a text file"
    if blob["byteSize"] > MAX_FILE or blob.get("isTruncated"):
        return f"has {blob['byteSize']:,} bytes; at most {MAX_FILE:,} are read"
    return ""


def _files(data: Json, place: RepositoryPaths) -> dict[str, Json]:
    """The configuration and the templates, by path; a folder gives one level."""
    found = {place.config: data.get("config")}
    for alias, folder in (("templates", place.templates), ("checklists", f"{place.templates}/checklists")):
        for entry in (data.get(alias) or {}).get("entries") or ():
            if entry["type"] == "blob" and entry["name"].endswith(".j2"):
                found[f"{folder}/{entry['name']}"] = entry.get("object")
    return {path: blob for path, blob in found.items() if blob is not None}


def _roles(data: Json, trigger: Trigger) -> dict[str, Role]:
    """The role of who woke us, where the token may read it. Not in the list: no access, unless the list was refused."""
    people = data.get("collaborators")
    if trigger.actor is None or people is None:
        return {}
    roles = {
        edge["node"]["login"].casefold(): decode.role(edge["permission"]) for edge in people.get("edges") or () if edge
    }
    return {trigger.actor.casefold(): Role.NONE, **roles} if roles else {}


def issue_facts(data: Json, viewer: Actor) -> Issue:
    """Read an issue, in full or at a glance."""
    comments, complete, unread_until, after = _comments(data, viewer)
    return Issue(
        id=need(data, "id"),
        number=need(data, "number"),
        title=need(data, "title"),
        body=data.get("body") or "",
        created_at=decode.moment(need(data, "createdAt")),
        author=decode.actor(data.get("author")),
        own=need(data, "viewerDidAuthor"),
        url=need(data, "url"),
        open=need(data, "state") == "OPEN",
        state_reason=data.get("stateReason"),
        locked=need(data, "locked"),
        labels=tuple(decode.label(node) for node in nodes(data, "labels")),
        assignees=tuple(
            Actor(node["login"], node.get("databaseId"), node_id=node["id"]) for node in nodes(data, "assignees")
        ),
        comments=comments,
        comments_complete=complete,
        comments_after=after,
        unread_until=unread_until,
        events=decode.events(nodes(data, "timelineItems"), viewer),
        events_complete=not need(data, "timelineItems", "pageInfo")["hasPreviousPage"],
        events_before=need(data, "timelineItems", "pageInfo").get("startCursor"),
        body_edits=decode.edits(data.get("userContentEdits")),
        parent=_parent(data.get("parent")),
        sub_issues=_sub_issues(data.get("subIssuesSummary")),
        tasks=_tasks(data),
    )


def _parent(data: Json | None) -> Parent | None:
    return Parent(need(data, "number"), tuple(node["name"] for node in nodes(data, "labels"))) if data else None


def _sub_issues(data: Json | None) -> tuple[int, int] | None:
    return (need(data, "completed"), data["total"]) if data and data["total"] else None


def _tasks(data: Json) -> tuple[SubIssue, ...] | None:
    """Read the sub-issues; None where they were not asked for. GitHub leaves out those that the token may not see."""
    if "subIssues" not in data:
        return None
    here = need(data, "url").rpartition("/issues/")[0]
    return tuple(_task(node, here) for node in nodes(data, "subIssues"))


def _task(node: Json, here: str) -> SubIssue:
    repository, people = need(node, "repository", "nameWithOwner"), nodes(node, "assignees")
    return SubIssue(
        id=need(node, "id"),
        number=need(node, "number"),
        title=need(node, "title"),
        open=need(node, "state") == "OPEN",
        dropped=node.get("stateReason") in ("NOT_PLANNED", "DUPLICATE"),
        who=people[0]["login"] if people else "",
        repository="" if here.casefold().endswith(f"/{repository.casefold()}") else repository,
        key=tasks.key_of(node.get("body") or "") if need(node, "viewerDidAuthor") else "",
    )


def _comments(data: Json, viewer: Actor) -> tuple[tuple[Comment, ...], bool, Any, str | None]:
    """Put the three windows on the comments together, each comment once, by id."""
    newest = [decode.comment(node, viewer) for node in nodes(data, "newest")]
    older = [decode.comment(node, viewer) for node in (*nodes(data, "oldest"), *_touched(data))]
    found = each_once([*newest, *older])
    complete = len(found) >= need(data, "oldest").get("totalCount", 0)
    until = None if complete else min(comment.created_at for comment in newest)
    return found, complete, until, need(data, "oldest", "pageInfo").get("endCursor")


def _touched(data: Json) -> list[Json]:
    return nodes(data, "touched") if "touched" in data else []
