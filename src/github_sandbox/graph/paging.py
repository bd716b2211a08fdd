"""Paging: connections with opaque cursors, first/last/after/before, 1 to 100 at a time.

A cursor names the place of a row in its order, so pages stay put while rows are added or deleted elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, FragmentSpreadNode, GraphQLResolveInfo, InlineFragmentNode, SelectionSetNode

from github_sandbox.graph.error_format import GraphRefused
from github_sandbox.store.database import Database, Row

Node = dict[str, Any]
Arguments = Mapping[str, Any]
MAX_PAGE = 100


@dataclass(frozen=True)
class Listing:
    """Rows in an order: `source` is what follows FROM, with its WHERE; `key` is unique, `order` need not be."""

    source: str
    values: tuple[Any, ...]
    key: str
    columns: str = "*"
    order: str = ""
    descending: bool = False


@dataclass(frozen=True)
class Connection:
    """One page of a connection."""

    nodes: Sequence[Node | None]
    cursors: Sequence[str]
    total: Callable[[], int]
    has_next: bool = False
    has_previous: bool = False
    about: Any = None
    """What the connection belongs to, for the few connections with fields besides their nodes."""


def page(
    db: Database, info: GraphQLResolveInfo[Any], args: Arguments, listing: Listing, make: Callable[[Row], Node]
) -> Connection:
    """Fetch the page that the arguments ask for, out of the database."""
    size, backward = _bounds(info, args)

    def total() -> int:
        return int(db.value(f"SELECT count(*) FROM {listing.source}", *listing.values))  # noqa: S608 - sources are code

    if size == 0:
        return Connection([], [], total)
    rows = _rows(db, args, listing, size + 1, backward)
    more = len(rows) > size
    rows = rows[:size][::-1] if backward else rows[:size]
    cursors = [_cursor(row.pop("sort_order"), row.pop("sort_key")) for row in rows]
    after, before = args.get("after") is not None, args.get("before") is not None
    ends = (before, more) if backward else (more, after)
    return Connection([make(row) for row in rows], cursors, total, *ends)


def page_of(info: GraphQLResolveInfo[Any], args: Arguments, nodes: Sequence[Node], about: Any = None) -> Connection:
    """Cut the page that the arguments ask for out of a short list."""
    size, backward = _bounds(info, args)
    places = list(range(len(nodes)))
    if args.get("after"):
        places = [place for place in places if place > _read_cursor(args["after"])[1]]
    if args.get("before"):
        places = [place for place in places if place < _read_cursor(args["before"])[1]]
    chosen = places[-size:] if backward and size else places[:size]
    cursors = [_cursor(place, place) for place in chosen]
    more = len(places) > len(chosen)
    ends = (bool(args.get("before")), more) if backward else (more, bool(args.get("after")))
    return Connection([nodes[place] for place in chosen], cursors, lambda: len(nodes), *ends, about=about)


def page_of_all(nodes: Sequence[Node]) -> Connection:
    """Make a connection of a list whose resolver knows no arguments: the first hundred."""
    chosen = nodes[:MAX_PAGE]
    cursors = [_cursor(place, place) for place in range(len(chosen))]
    return Connection(chosen, cursors, lambda: len(nodes), len(nodes) > MAX_PAGE)


def _rows(db: Database, args: Arguments, listing: Listing, limit: int, backward: bool) -> list[Row]:
    order, key = listing.order or listing.key, listing.key
    values, conditions = list(listing.values), ""
    for name, towards_end in (("after", True), ("before", False)):
        if args.get(name) is not None:
            sign = ">" if towards_end != listing.descending else "<"
            conditions += f" AND ({order}, {key}) {sign} (?, ?)"
            values += _read_cursor(args[name])
    way = "DESC" if backward != listing.descending else "ASC"
    select = f"SELECT {listing.columns}, {order} AS sort_order, {key} AS sort_key FROM {listing.source}{conditions}"  # noqa: S608 - code only
    return db.all(f"{select} ORDER BY {order} {way}, {key} {way} LIMIT {limit}", *values)


def _bounds(info: GraphQLResolveInfo[Any], args: Arguments) -> tuple[int, bool]:
    first, last, name = args.get("first"), args.get("last"), info.field_name
    if first is not None and last is not None:
        message = f"Passing both `first` and `last` to paginate the `{name}` connection is not supported."
        raise GraphRefused("INVALID_PAGINATION_BOUNDARIES", message)
    size, argument = (first, "first") if last is None else (last, "last")
    if size is None:
        if not _selects(info, ("nodes", "edges", "pageInfo")):
            return 0, False
        message = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        raise GraphRefused("MISSING_PAGINATION_BOUNDARIES", message)
    if size > MAX_PAGE:
        limit = f"the `{argument}` limit of {MAX_PAGE} records."
        message = f"Requesting {size} records on the `{name}` connection exceeds {limit}"
        raise GraphRefused("EXCESSIVE_PAGINATION", message)
    if size < 1:
        raise GraphRefused(
            "INVALID_PAGINATION_BOUNDARIES", f"`{argument}` on the `{name}` connection cannot be less than one."
        )
    return size, argument == "last"


def _selects(info: GraphQLResolveInfo[Any], names: tuple[str, ...]) -> bool:
    def inside(selections: SelectionSetNode | None) -> bool:
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode) and node.name.value in names:
                return True
            if isinstance(node, InlineFragmentNode) and inside(node.selection_set):
                return True
            if isinstance(node, FragmentSpreadNode) and inside(info.fragments[node.name.value].selection_set):
                return True
        return False

    return any(inside(node.selection_set) for node in info.field_nodes)


def _cursor(order: Any, key: Any) -> str:
    return base64.b64encode(f"cursor:v2:{json.dumps([order, key])}".encode()).decode()


def _read_cursor(text: str) -> list[Any]:
    try:
        plain = base64.b64decode(text, validate=True).decode()
        place = json.loads(plain.removeprefix("cursor:v2:"))
    except (binascii.Error, ValueError) as error:
        raise GraphRefused("INVALID_CURSOR_ARGUMENTS", f"`{text}` does not appear to be a valid cursor.") from error
    if not isinstance(place, list) or len(place) != 2:
        raise GraphRefused("INVALID_CURSOR_ARGUMENTS", f"`{text}` does not appear to be a valid cursor.")
    return place
