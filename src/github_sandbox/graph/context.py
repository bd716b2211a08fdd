"""The context of one GraphQL request: who asks, from which state, and what was read already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from graphql import GraphQLResolveInfo

from github_sandbox.graph import nodes
from github_sandbox.graph.documents import Cost
from github_sandbox.graph.error_format import GraphRefused
from github_sandbox.graph.nodes import Node
from github_sandbox.hub import Hub
from github_sandbox.rules import accounts, projects, repositories
from github_sandbox.rules.access import Identity, Level, level, sees
from github_sandbox.rules.refusals import NOT_FOR_INTEGRATIONS, unresolved
from github_sandbox.rules.timeline import EVENT_TYPES
from github_sandbox.store.database import Row
from github_sandbox.store.ids import read_node_id

Info = GraphQLResolveInfo["Context"]
T = TypeVar("T")
Allow = Callable[[int, str, str], None]
Finder = Callable[["Context", int], Node | None]
EVENT_TYPENAMES = frozenset(EVENT_TYPES.values())


class Context:
    """Everything resolvers share."""

    def __init__(
        self,
        hub: Hub,
        who: Identity,
        cost: Cost,
        rate: dict[str, Any],
        finders: Mapping[str, Finder],
        allow: Allow | None = None,
    ) -> None:
        self.hub = hub
        self.who = who
        self.db = hub.db
        self.cost = cost
        self.rate = rate
        self.finders = finders
        self.allow = allow or (lambda position, name, alias: None)
        """ParsedRequest before each root mutation, by position, name and alias; it may raise to refuse it."""
        self.position = 0
        self._known: dict[tuple[str, Any], Any] = {}

    def once(self, kind: str, key: Any, read: Callable[[], T]) -> T:
        """Read something, or remember having read it in this request."""
        known = self._known
        if (kind, key) not in known:
            known[kind, key] = read()
        found: T = known[kind, key]
        return found

    def forget(self) -> None:
        """Read everything anew from here: something was changed."""
        self._known.clear()

    def actor(self, row_id: int | None) -> Node | None:
        """Make the account with this id; nobody for None, and for an account that was deleted."""
        if row_id is None or accounts.user_by_id(self.db, row_id)["deleted"]:
            return None
        return self.account(row_id)

    def account(self, row_id: int) -> Node:
        """Make the account with this id, which must exist."""
        return self.once("actor", row_id, lambda: nodes.actor(accounts.user_by_id(self.db, row_id), self.hub.server))

    def repo(self, repository_id: int) -> Row:
        """Read the repository of an issue or label."""
        row = self.once("repo", repository_id, lambda: repositories.by_id(self.db, repository_id))
        if row is None:
            raise LookupError(f"No repository has the id {repository_id}.")
        return row

    def level(self, repo: Row) -> Level:
        """Find how far the caller may go in a repository."""
        return self.once("level", repo["id"], lambda: level(self.db, self.who, repo))

    def issue(self, row: Row) -> Node:
        """Make an issue."""
        return nodes.issue(row, self.repo(row["repository_id"]), self.hub.server)

    def issue_row(self, row_id: int) -> Row | None:
        """Read an issue that is still there."""
        return self.db.one("SELECT * FROM issues WHERE id = ? AND NOT gone", row_id)

    def comment(self, row: Row, issue_row: Row) -> Node:
        """Make a comment of an issue."""
        return nodes.comment(row, issue_row, self.repo(issue_row["repository_id"]), self.hub.server)

    def label(self, row: Row) -> Node:
        """Make a label."""
        return nodes.label(row, self.repo(row["repository_id"]), self.hub.server)

    def event(self, row: Row, issue_row: Row) -> Node:
        """Make a timeline item."""
        if row["kind"] == "commented":
            comment = self.db.one("SELECT * FROM comments WHERE id = ?", row["comment_id"])
            if comment:
                return self.comment(comment, issue_row)
        return nodes.event(row, issue_row, self.repo(issue_row["repository_id"]))

    def node(self, node_id: str, *expected: str) -> Node:
        """Find a node by its id. Raise Refused if it is gone, hidden, or none of the expected types."""
        typename, database_id = read_node_id(node_id) or ("", 0)
        what = f"{expected[0]} node" if len(expected) == 1 else "a node"
        if expected and typename not in expected:
            raise unresolved(what, node_id)
        found = self.find(typename, database_id)
        if found and "project_row" in found:
            if projects.level(self.db, self.who, found["project_row"]) < Level.READ:
                raise unresolved(what, node_id)
            return found
        repo = None if found is None or typename in ACTORS else found.get("repo") or found["row"]
        if found is None or (repo and not sees(self.db, self.who, repo)):
            raise unresolved(what, node_id)
        if repo and typename not in ("Repository", "Commit"):
            self.need_issues(repo)
        return found

    def need_issues(self, repo: Row) -> None:
        """Raise GraphRefused if the caller may see the repository, but not its issues."""
        if self.level(repo) < Level.READ:
            raise GraphRefused("FORBIDDEN", NOT_FOR_INTEGRATIONS)

    def find(self, typename: str, row_id: int) -> Node | None:
        """Find a node by type and database id, whoever the caller is."""
        if typename in ACTORS:
            row = self.db.one("SELECT * FROM users WHERE id = ? AND type = ?", row_id, typename)
            return nodes.actor(row, self.hub.server) if row else None
        if typename in EVENT_TYPENAMES and typename != "IssueComment":
            row = self.db.one("SELECT * FROM events WHERE id = ?", row_id)
            issue = self.issue_row(row["issue_id"]) if row else None
            return self.event(row, issue) if row and issue else None
        find = self.finders.get(typename)
        return find(self, row_id) if find else None


ACTORS = frozenset({"User", "Bot", "Organization", "Mannequin"})
