"""The schema: GitHub's public one as far as the sandbox goes, tied to the functions that answer it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    StringValueNode,
    build_schema,
    is_interface_type,
    is_object_type,
)

from github_sandbox.graph import mutations
from github_sandbox.graph.context import Info
from github_sandbox.graph.git_fields import GIT_FIELDS
from github_sandbox.graph.issue_fields import ISSUE_FIELDS
from github_sandbox.graph.paging import Connection
from github_sandbox.graph.project_fields import PROJECT_FIELDS
from github_sandbox.graph.repository_fields import REPOSITORY_FIELDS
from github_sandbox.store.clock import read, stamp

PUBLISHED, NEWER = ("schema.graphql", "projects.graphql"), "newer.graphql"
"""The files of the schema: what GitHub has published, and what is younger than that."""


@cache
def schema(*, without_enable_duplicate: bool = False) -> GraphQLSchema:
    """Build the schema, once; also as it is where `stateReason` has lost its argument."""
    folder = resources.files("github_sandbox")
    text = "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in (*PUBLISHED, NEWER))
    built = build_schema(text, assume_valid=True)
    for table in (REPOSITORY_FIELDS, GIT_FIELDS, ISSUE_FIELDS, PROJECT_FIELDS):
        for typename, fields in table.items():
            _attach(built, typename, fields)
    _attach(built, "Mutation", {name: mutations.resolver(name) for name in mutations.MUTATIONS})
    for typename in built.type_map:
        if typename.endswith("Connection"):
            _attach(built, typename, CONNECTION)
    _read_times(built)
    _widen_ids(built)
    issue = built.type_map["Issue"]
    if without_enable_duplicate and isinstance(issue, GraphQLObjectType):
        issue.fields["stateReason"].args.clear()
    return built


def plain(source: Any, info: Info, **args: Any) -> Any:
    """Answer a field that is in the node itself."""
    return source[info.field_name]


def _attach(built: GraphQLSchema, typename: str, resolvers: dict[str, Callable[..., Any]]) -> None:
    fields = built.type_map[typename]
    if not isinstance(fields, GraphQLObjectType):
        raise TypeError(f"{typename} is not an object type; only objects have resolvers.")
    for name, resolve in resolvers.items():
        if name in fields.fields:
            fields.fields[name].resolve = resolve


def _read_times(built: GraphQLSchema) -> None:
    def time(text: Any) -> str:
        try:
            return stamp(read(text))
        except (TypeError, ValueError) as error:
            raise GraphQLError(f"{text!r} is not a time like 2026-11-23T10:00:00Z") from error

    scalar = built.type_map["DateTime"]
    if isinstance(scalar, GraphQLScalarType):
        scalar.coerce_input_value = time
        scalar.coerce_input_literal = lambda node: time(node.value if isinstance(node, StringValueNode) else None)


def _widen_ids(built: GraphQLSchema) -> None:
    # GitHub's comment ids no longer fit into 32 bits; its `databaseId: Int` answers them all the same.
    for each in built.type_map.values():
        if (is_object_type(each) or is_interface_type(each)) and "databaseId" in each.fields:
            each.fields["databaseId"].type = built.type_map["BigInt"]


def _nodes(found: Connection, info: Info) -> Any:
    return found.nodes


def _edges(found: Connection, info: Info) -> list[dict[str, Any]]:
    pairs = zip(found.nodes, found.cursors, strict=True)
    return [{"node": node, "cursor": cursor, **_edge_extras(node)} for node, cursor in pairs]


def _edge_extras(node: Any) -> dict[str, Any]:
    return {name: node[name] for name in ("permission", "reactedAt") if name in node}


def _total(found: Connection, info: Info) -> int:
    return found.total()


def _page_info(found: Connection, info: Info) -> dict[str, Any]:
    ends = (found.cursors[0], found.cursors[-1]) if found.cursors else (None, None)
    return {
        "hasNextPage": found.has_next,
        "hasPreviousPage": found.has_previous,
        "startCursor": ends[0],
        "endCursor": ends[1],
    }


def _page_count(found: Connection, info: Info) -> int:
    return len(found.nodes)


def _updated(found: Connection, info: Info) -> str:
    return str(found.about["updated_at"])


def _has_reacted(found: Connection, info: Info) -> bool:
    return bool(found.about["mine"])


CONNECTION: dict[str, Callable[..., Any]] = {
    "nodes": _nodes,
    "edges": _edges,
    "pageInfo": _page_info,
    "totalCount": _total,
    "filteredCount": _total,
    "pageCount": _page_count,
    "updatedAt": _updated,
    "viewerHasReacted": _has_reacted,
}
