"""The one read: a query that brings a deal and everything around it, and pages only where something is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from salesbot.adapters.github import shapes
from salesbot.adapters.github.client import Client, NotFoundError, Reply
from salesbot.adapters.github.documents import document
from salesbot.adapters.github.shapes import Json, need, nodes
from salesbot.core import journal, markdown
from salesbot.core.deal import Actor, Role
from salesbot.core.errors import ServiceError
from salesbot.core.facts import (
    Comment,
    Facts,
    Issue,
    LinkedIssue,
    Load,
    Other,
    Person,
    ProblemIssue,
    Repository,
    Waking,
)
from salesbot.core.gaps import Gaps

MAX_FILE = 256 * 1024
"""Bytes of a configuration or template file."""
MOST_OTHERS = 300
"""Issues among which a new deal's twins are looked for, the newest first."""
TOLERATED = ("repository.collaborators", "repository.people")
"""What a token may be refused: then a role is asked over REST, and names are looked up one by one when needed."""


@dataclass(frozen=True)
class Place:
    """Where to read: the repository, and its files of configuration and templates."""

    repository: str
    config: str = ".github/salesbot.yml"
    templates: str = ".github/salesbot"


def read(client: Client, place: Place, number: int, waking: Waking) -> Facts:
    """Read a deal. Raises ServiceError naming `contents: read` if the configuration may not be read."""
    variables = {
        **where(place),
        "number": number,
        "person": waking.actor,
        "asked": waking.actor is not None,
    }
    return facts_of(_ask(client, place, number, variables), waking, place)


def _ask(client: Client, place: Place, number: int, variables: Mapping[str, Any]) -> Reply:
    try:
        return client.query(document("Deal"), variables, tolerated=TOLERATED)
    except NotFoundError as error:
        if "issue" in error.what.casefold():
            raise IssueGoneError(f"Issue {number} is gone from {place.repository}.") from error
        raise


def read_and_keep(client: Client, place: Place, number: int, waking: Waking) -> tuple[Facts, dict[str, Any]]:
    """Read a deal, and give back what GitHub answered too, for `from_saved`."""
    variables = {**where(place), "number": number, "person": None, "asked": False}
    reply = _ask(client, place, number, variables)
    saved = {"data": reply.data, "at": reply.at.isoformat(), "config": place.config, "templates": place.templates}
    return facts_of(reply, waking, place), saved


def from_saved(saved: Mapping[str, Any], waking: Waking) -> Facts:
    """Read a deal from what was kept of an answer. Raises ServiceError if something is missing in it."""
    place = Place(need(saved, "data", "repository", "nameWithOwner"), saved["config"], saved["templates"])
    return facts_of(Reply(saved["data"], shapes.moment(saved["at"])), waking, place)


def read_repository(client: Client, place: Place, waking: Waking) -> Facts:
    """Read the repository without an issue, with all its labels."""
    facts = facts_of(client.query(document("Surroundings"), where(place), tolerated=TOLERATED), waking, place)
    if facts.repository.labels_complete:
        return facts
    return read_more(client, place, facts, Gaps(labels=True))


def where(place: Place) -> dict[str, Any]:
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


def facts_of(reply: Reply, waking: Waking, place: Place) -> Facts:
    """Read the facts from an answer."""
    viewer_data, data = need(reply.data, "viewer"), need(reply.data, "repository")
    viewer = Actor(need(viewer_data, "login"), viewer_data.get("databaseId"))
    _check_contents(data, place)
    issue = data.get("issue")
    return Facts(
        repository=repository_facts(data, place),
        issue=issue_facts(issue, viewer) if issue is not None else None,
        viewer=viewer,
        waking=waking,
        read_at=reply.at,
        roles=_roles(data, waking),
    )


def _check_contents(data: Json, place: Place) -> None:
    """A token that may not read files must not silently run the default pipeline."""
    if data.get("defaultBranchRef") is None and not need(data, "isEmpty"):
        raise ServiceError(
            f"The token may not read the files of {place.repository}, so the configuration is unknown.",
            "Add `contents: read` to the `permissions:` of the job",
        )


def repository_facts(data: Json, place: Place) -> Repository:
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
        labels=tuple(shapes.label(node) for node in nodes(data, "labels")),
        labels_complete=not need(data, "labels", "pageInfo")["hasNextPage"],
        labels_end=need(data, "labels", "pageInfo").get("endCursor"),
        config=texts.pop(place.config, None),
        templates={path.removeprefix(f"{place.templates}/"): text for path, text in texts.items()},
        unreadable=unreadable,
        problem=found[0] if found else None,
        people=_people(nodes(data, "people")) if data.get("people") else {},
        people_complete=bool(data.get("people")) and not need(data, "people", "pageInfo")["hasNextPage"],
    )


def _people(found: Iterable[Json]) -> dict[str, Person]:
    return {node["login"].casefold(): Person(node["login"], node["id"]) for node in found}


def _problems(found: Iterable[Json]) -> list[ProblemIssue]:
    """Only our own: an issue of anybody else with that label is no place to write."""
    return [ProblemIssue(node["id"], node["number"], node["body"]) for node in found if node.get("viewerDidAuthor")]


def open_problems(client: Client, facts: Facts) -> list[ProblemIssue]:
    """Read the open problem issues again, oldest first, after one was opened."""
    data = client.query(document("Problems"), {"id": facts.repository.node_id}).data
    return _problems(nodes(data, "node", "issues"))


def _wrong(blob: Json) -> str:
    """Say why a file is not read; nothing if it is. What is no text or too large is not read in part."""
    if "byteSize" not in blob:
        return "is no file"
    if blob.get("isBinary"):
        return "is no text file"
    if blob["byteSize"] > MAX_FILE or blob.get("isTruncated"):
        return f"has {blob['byteSize']:,} bytes; at most {MAX_FILE:,} are read"
    return ""


def _files(data: Json, place: Place) -> dict[str, Json]:
    """The configuration and the templates, by path; a folder gives one level."""
    found = {place.config: data.get("config")}
    for alias, folder in (("templates", place.templates), ("checklists", f"{place.templates}/checklists")):
        for entry in (data.get(alias) or {}).get("entries") or ():
            if entry["type"] == "blob" and entry["name"].endswith(".j2"):
                found[f"{folder}/{entry['name']}"] = entry.get("object")
    return {path: blob for path, blob in found.items() if blob is not None}


def _roles(data: Json, waking: Waking) -> dict[str, Role]:
    """The role of who woke us, where the token may read it. Not in the list: no access, unless the list was refused."""
    people = data.get("collaborators")
    if waking.actor is None or people is None:
        return {}
    roles = {
        edge["node"]["login"].casefold(): shapes.role(edge["permission"]) for edge in people.get("edges") or () if edge
    }
    return {waking.actor.casefold(): Role.NONE, **roles} if roles else {}


def issue_facts(data: Json, viewer: Actor) -> Issue:
    """Read an issue, in full or at a glance."""
    comments, complete, unread_until, after = _comments(data, viewer)
    return Issue(
        id=need(data, "id"),
        number=need(data, "number"),
        title=need(data, "title"),
        body=data.get("body") or "",
        created_at=shapes.moment(need(data, "createdAt")),
        author=shapes.actor(data.get("author")),
        own=need(data, "viewerDidAuthor"),
        url=need(data, "url"),
        open=need(data, "state") == "OPEN",
        state_reason=data.get("stateReason"),
        locked=need(data, "locked"),
        labels=tuple(shapes.label(node) for node in nodes(data, "labels")),
        assignees=tuple(
            Actor(node["login"], node.get("databaseId"), node_id=node["id"]) for node in nodes(data, "assignees")
        ),
        comments=comments,
        comments_complete=complete,
        comments_after=after,
        unread_until=unread_until,
        events=shapes.events(nodes(data, "timelineItems"), viewer),
        events_complete=not need(data, "timelineItems", "pageInfo")["hasPreviousPage"],
        events_before=need(data, "timelineItems", "pageInfo").get("startCursor"),
        body_edits=shapes.edits(data.get("userContentEdits")),
    )


def _comments(data: Json, viewer: Actor) -> tuple[tuple[Comment, ...], bool, Any, str | None]:
    """Put the three windows on the comments together, each comment once, by id."""
    newest = [shapes.comment(node, viewer) for node in nodes(data, "newest")]
    others = [shapes.comment(node, viewer) for node in (*nodes(data, "oldest"), *_touched(data))]
    found = merged([*newest, *others])
    complete = len(found) >= need(data, "oldest").get("totalCount", 0)
    until = None if complete else min(comment.created_at for comment in newest)
    return found, complete, until, need(data, "oldest", "pageInfo").get("endCursor")


def _touched(data: Json) -> list[Json]:
    return nodes(data, "touched") if "touched" in data else []


def merged(comments: Iterable[Comment]) -> tuple[Comment, ...]:
    """Each comment once, by id."""
    return tuple(sorted({comment.id: comment for comment in comments}.values(), key=lambda comment: comment.id))


def read_more(client: Client, place: Place, facts: Facts, gaps: Gaps) -> Facts:
    """Read what a decision misses: older comments and events, the rest of the labels, people's roles."""
    if gaps.labels:
        facts = replace(facts, repository=_all_labels(client, facts.repository))
    if gaps.comments and facts.issue is not None:
        facts = replace(facts, issue=_all_comments(client, facts.issue, facts.viewer))
    if gaps.events and facts.issue is not None:
        facts = replace(facts, issue=_more_events(client, facts.issue, facts.viewer))
    for name in gaps.names:
        facts = _look_up(client, facts, name)
    linked = {number: _linked(client, place, number) for number in gaps.issues}
    roles = {person.casefold(): ask_role(client, place.repository, person) for person in gaps.roles}
    loads = _loads(client, facts.repository) if gaps.loads else facts.loads
    others = _others(client, facts.repository) if gaps.others else facts.others
    return replace(facts, roles={**facts.roles, **roles}, linked={**facts.linked, **linked}, loads=loads, others=others)


def _others(client: Client, repository: Repository) -> tuple[Other, ...]:
    """Read the newest issues. Absence is concluded from nothing here: an older twin goes unnamed."""
    found, after = newest(client, repository, None)
    while after is not None and len(found) < MOST_OTHERS:
        page, after = newest(client, repository, after)
        found += page
    return tuple(found)


def newest(client: Client, repository: Repository, after: str | None) -> tuple[list[Other], str | None]:
    """Read a page of all issues, the newest first, and where the next one begins; None if there is none."""
    reply = client.query(document("Others"), {"id": repository.node_id, "after": after})
    return _page_of_others(need(reply.data, "node", "issues"))


def _page_of_others(page: Json) -> tuple[list[Other], str | None]:
    after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    return [other(node) for node in nodes(page)], after


@dataclass(frozen=True)
class Intake:
    """What an intake reads first: the repository, the newest issues, and the newest that came in by themselves."""

    around: Facts
    newest: tuple[Other, ...]
    inbound: tuple[Other, ...]
    after: str | None
    """Where the next page of issues begins; None if there is none."""


def read_intake(client: Client, place: Place, waking: Waking) -> Intake:
    """Read all that tells whether something new came in, in one request."""
    reply = client.query(document("Intake"), where(place), tolerated=TOLERATED)
    around = facts_of(reply, waking, place)
    found, after = _page_of_others(need(reply.data, "repository", "newest"))
    inbound = tuple(other(node) for node in nodes(reply.data, "repository", "inbound"))
    return Intake(around, tuple(found), inbound, after)


def other(node: Json) -> Other:
    """Read another issue, as far as it may be the same deal."""
    own = [comment["body"] for comment in nodes(node, "comments") if comment["viewerDidAuthor"]]
    cards = [body for body in own if (marker := markdown.read_marker(body)) and marker.kind == journal.CARD]
    return Other(
        number=need(node, "number"),
        title=need(node, "title"),
        body=node.get("body") or "",
        labels=frozenset(label["name"].casefold() for label in nodes(node, "labels")),
        duplicate=node.get("stateReason") == "DUPLICATE",
        open=need(node, "state") == "OPEN",
        own=need(node, "viewerDidAuthor"),
        created_at=shapes.moment(need(node, "createdAt")),
        card=cards[0] if cards else "",
    )


def _look_up(client: Client, facts: Facts, name: str) -> Facts:
    """Find one person among those who can be assigned."""
    data = client.query(document("People"), {"id": facts.repository.node_id, "name": name}).data
    people = {**facts.repository.people, **_people(nodes(data, "node", "people"))}
    asked = facts.asked_names | {name.casefold()}
    return replace(facts, repository=replace(facts.repository, people=people), asked_names=asked)


def _linked(client: Client, place: Place, number: int) -> LinkedIssue | None:
    owner, _, name = place.repository.partition("/")
    try:
        data = client.query(document("Linked"), {"owner": owner, "name": name, "number": number}).data
    except NotFoundError:
        return None
    issue = need(data, "repository", "issue")
    return LinkedIssue(issue["id"], issue["number"], issue["title"])


def _loads(client: Client, repository: Repository) -> dict[str, Load]:
    """Count what everybody owns, from the newest hundred open deals and the newest hundred of all."""
    data = need(client.query(document("Loads"), {"id": repository.node_id}).data, "node")
    loads: dict[str, Load] = {}
    for issue in nodes(data, "open"):
        for login in _assigned(issue):
            load = loads.get(login, Load())
            loads[login] = replace(load, open=load.open + 1)
    for issue in reversed(nodes(data, "newest")):
        for login in _assigned(issue):
            loads[login] = replace(loads.get(login, Load()), newest=shapes.moment(issue["createdAt"]))
    return loads


def _assigned(issue: Json) -> list[str]:
    return [node["login"].casefold() for node in nodes(issue, "assignees")]


def _all_labels(client: Client, repository: Repository) -> Repository:
    labels, after, more = list(repository.labels), repository.labels_end, True
    while more:
        page = need(client.query(document("Labels"), {"id": repository.node_id, "after": after}).data, "node", "labels")
        labels += [shapes.label(node) for node in nodes(page)]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
    return replace(repository, labels=tuple(labels), labels_complete=True)


def _all_comments(client: Client, issue: Issue, viewer: Actor) -> Issue:
    """From the oldest on, a hundred a page, until the newest that the first read brought. What it brought is kept."""
    comments, after, more = list(issue.comments), issue.comments_after, True
    while more:
        page = need(client.query(document("Comments"), {"id": issue.id, "after": after}).data, "node", "comments")
        older = [shapes.comment(node, viewer) for node in nodes(page)]
        comments = [*older, *comments]
        met = bool(older) and issue.unread_until is not None and older[-1].created_at > issue.unread_until
        more, after = page["pageInfo"]["hasNextPage"] and not met, page["pageInfo"]["endCursor"]
    return replace(issue, comments=merged(comments), comments_complete=True, unread_until=None)


def _more_events(client: Client, issue: Issue, viewer: Actor) -> Issue:
    """One page further back; the caller asks again while that is not enough."""
    page = need(
        client.query(document("Events"), {"id": issue.id, "before": issue.events_before}).data, "node", "timelineItems"
    )
    older = shapes.events(nodes(page), viewer)
    info: Mapping[str, Any] = page["pageInfo"]
    return replace(
        issue,
        events=(*older, *issue.events),
        events_complete=not info["hasPreviousPage"],
        events_before=info.get("startCursor"),
    )


def ask_role(client: Client, repository: str, person: str) -> Role:
    """Ask for somebody's role over REST: the highest of what they have directly and by team. Nobody's is NONE."""
    answer = client.get(f"/repos/{repository}/collaborators/{person}/permission")
    if answer is None:
        return Role.NONE
    permissions = (answer.get("user") or {}).get("permissions")
    return shapes.highest_role(permissions) if permissions else shapes.role(answer.get("permission"))


def last_change(client: Client, place: Place, file: str) -> str | None:
    """Say who changed a file last, if GitHub knows."""
    owner, _, name = place.repository.partition("/")
    data = client.query(document("LastChange"), {"owner": owner, "name": name, "file": file}).data
    history = need(data, "repository").get("defaultBranchRef") or {}
    commits = ((history.get("target") or {}).get("history") or {}).get("nodes") or []
    user = ((commits[0].get("author") or {}).get("user") or {}) if commits else {}
    return user.get("login")
