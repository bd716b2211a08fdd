"""What the one read did not bring and a decision misses: pages, people, linked issues, roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from salesbot.adapters.github import decode
from salesbot.adapters.github.client import Client
from salesbot.adapters.github.decode import Json, need, nodes
from salesbot.adapters.github.documents import document
from salesbot.adapters.github.issue_list import newest
from salesbot.adapters.github.read import TOLERATED, RepositoryPaths, facts_of, people_of, where
from salesbot.adapters.github.refusals import NotFoundError
from salesbot.core.decide.data_needs import DataNeeds
from salesbot.core.leads.duplicates import COMPARED
from salesbot.core.model.comments import each_once
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.facts import (
    DealFacts,
    Issue,
    IssueSummary,
    LinkedIssue,
    Load,
    Repository,
    RepositoryFacts,
    Trigger,
)

AnyFacts = TypeVar("AnyFacts", bound=RepositoryFacts)


def read_repository(client: Client, place: RepositoryPaths, trigger: Trigger) -> RepositoryFacts:
    """Read the repository without an issue, with all its labels."""
    facts = facts_of(client.query(document("Surroundings"), where(place), tolerated=TOLERATED), trigger, place)
    return facts if facts.repository.labels_complete else with_all_labels(client, facts)


def read_more(client: Client, place: RepositoryPaths, facts: DealFacts, data_needs: DataNeeds) -> DealFacts:
    """Read what a decision misses: older comments and events, the rest of the labels, people's roles."""
    if data_needs.labels:
        facts = with_all_labels(client, facts)
    if data_needs.comments:
        facts = replace(facts, issue=_all_comments(client, facts.issue, facts.viewer))
    if data_needs.events:
        facts = replace(facts, issue=_more_events(client, facts.issue, facts.viewer))
    if data_needs.versions:
        facts = replace(facts, issue=_with_versions(client, facts.issue, data_needs.versions))
    for name in data_needs.names:
        facts = _look_up(client, facts, name)
    linked = {number: _linked(client, place, number) for number in data_needs.issues}
    roles = {person.casefold(): ask_role(client, place.repository, person) for person in data_needs.roles}
    loads = _loads(client, facts.repository) if data_needs.loads else facts.loads
    other_issues = _others(client, facts.repository) if data_needs.other_issues else facts.other_issues
    return replace(
        facts, roles={**facts.roles, **roles}, linked={**facts.linked, **linked}, loads=loads, other_issues=other_issues
    )


def _others(client: Client, repository: Repository) -> tuple[IssueSummary, ...]:
    """Read the newest issues. Absence is concluded from nothing here: an older duplicate goes unnamed."""
    found, after = newest(client, repository, None)
    while after is not None and len(found) < COMPARED:
        page, after = newest(client, repository, after)
        found += page
    return tuple(found)


def _look_up(client: Client, facts: DealFacts, name: str) -> DealFacts:
    """Find one person among those who can be assigned."""
    data = client.query(document("People"), {"id": facts.repository.node_id, "name": name}).data
    people = {**facts.repository.people, **people_of(nodes(data, "node", "people"))}
    asked = facts.asked_names | {name.casefold()}
    return replace(facts, repository=replace(facts.repository, people=people), asked_names=asked)


def _linked(client: Client, place: RepositoryPaths, number: int) -> LinkedIssue | None:
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
            loads[login] = replace(loads.get(login, Load()), newest=decode.moment(issue["createdAt"]))
    return loads


def _assigned(issue: Json) -> list[str]:
    return [node["login"].casefold() for node in nodes(issue, "assignees")]


def with_all_labels(client: Client, facts: AnyFacts) -> AnyFacts:
    """Read the rest of the labels."""
    repository = facts.repository
    labels, after, more = list(repository.labels), repository.labels_end, True
    while more:
        page = need(client.query(document("Labels"), {"id": repository.node_id, "after": after}).data, "node", "labels")
        labels += [decode.label(node) for node in nodes(page)]
        more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
    return replace(facts, repository=replace(repository, labels=tuple(labels), labels_complete=True))


def _all_comments(client: Client, issue: Issue, viewer: Actor) -> Issue:
    """From the oldest on, a hundred a page, until the newest that the first read brought. What it brought is kept."""
    comments, after, more = list(issue.comments), issue.comments_after, True
    while more:
        page = need(client.query(document("Comments"), {"id": issue.id, "after": after}).data, "node", "comments")
        older = [decode.comment(node, viewer) for node in nodes(page)]
        comments = [*older, *comments]
        met = bool(older) and issue.unread_until is not None and older[-1].created_at > issue.unread_until
        more, after = page["pageInfo"]["hasNextPage"] and not met, page["pageInfo"]["endCursor"]
    return replace(issue, comments=each_once(comments), comments_complete=True, unread_until=None)


def _more_events(client: Client, issue: Issue, viewer: Actor) -> Issue:
    """One page further back; the caller asks again while that is not enough."""
    page = need(
        client.query(document("Events"), {"id": issue.id, "before": issue.events_before}).data, "node", "timelineItems"
    )
    older = decode.events(nodes(page), viewer)
    info: Mapping[str, Any] = page["pageInfo"]
    return replace(
        issue,
        events=(*older, *issue.events),
        events_complete=not info["hasPreviousPage"],
        events_before=info.get("startCursor"),
    )


def _with_versions(client: Client, issue: Issue, asked: Sequence[str]) -> Issue:
    """Read the earlier texts of comments. GitHub has none of a comment that is gone, and of a text that was deleted."""
    data = client.query(document("CommentVersions"), {"ids": list(asked)}).data
    found = {node["id"]: decode.edits(node.get("userContentEdits")) for node in need(data, "nodes") if node}
    comments = (
        replace(comment, versions=found.get(comment.node_id, ())) if comment.node_id in asked else comment
        for comment in issue.comments
    )
    return replace(issue, comments=tuple(comments))


def ask_role(client: Client, repository: str, person: str) -> Role:
    """Ask for somebody's role over REST: the highest of what they have directly and by team. Nobody's is NONE."""
    answer = client.get(f"/repos/{repository}/collaborators/{person}/permission")
    if answer is None:
        return Role.NONE
    permissions = (answer.get("user") or {}).get("permissions")
    return decode.highest_role(permissions) if permissions else decode.role(answer.get("permission"))


def last_change(client: Client, place: RepositoryPaths, file: str) -> str | None:
    """Say who changed a file last, if GitHub knows."""
    owner, _, name = place.repository.partition("/")
    data = client.query(document("LastChange"), {"owner": owner, "name": name, "file": file}).data
    history = need(data, "repository").get("defaultBranchRef") or {}
    commits = ((history.get("target") or {}).get("history") or {}).get("nodes") or []
    user = ((commits[0].get("author") or {}).get("user") or {}) if commits else {}
    return user.get("login")
