"""Executing a document: graphql-core's way, with a short one for what most of an answer is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import Executor, GraphQLObjectType, Undefined, is_leaf_type, is_non_null_type
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A field that a document wants of nodes of one type."""

    key: str
    details: FieldDetailsList
    field: str
    written: Callable[[Any], Any] | None = None
    """How a value that is in the node itself is written; None if it takes more than that."""
    nullable: bool = False


class PlainExecutor(Executor[None]):
    """Executes a document. Text, numbers and the like that are in a node itself are taken from there.

    The library would describe each of them to a resolver first: that is most of the time of a long answer. Whatever is
    not as simple as that, errors too, is left to the library.
    """

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Path | None,
        grouped_field_set: GroupedFieldSet,
        position_context: None,
    ) -> dict[str, Any]:
        """Answer what is wanted of one node."""
        node = source_value if isinstance(source_value, dict) else {}
        results: dict[str, Any] = {}
        for wanted in self._wanted(parent_type, grouped_field_set):
            value = _simple(wanted, node)
            if value is Undefined:
                place = Path(path, wanted.key, parent_type.name)
                value = self.execute_field(parent_type, source_value, wanted.details, place, position_context)
            results[wanted.key] = value
        return results

    def _wanted(self, parent_type: GraphQLObjectType, grouped_field_set: GroupedFieldSet) -> list[_Wanted]:
        """List the fields. The library gives the same dictionary for all nodes of a type, and keeps it to the end."""
        known: dict[tuple[str, int], list[_Wanted]] = self.__dict__.setdefault("_known", {})
        key = parent_type.name, id(grouped_field_set)
        if key not in known:
            known[key] = [self._look_at(parent_type, *each) for each in grouped_field_set.items()]
        return known[key]

    def _look_at(self, parent_type: GraphQLObjectType, key: str, details: FieldDetailsList) -> _Wanted:
        name = details[0].node.name.value
        if name == "__typename":
            return _Wanted(key, details, name, lambda value: parent_type.name)
        field = self.schema.get_field(parent_type, name)
        if field is None or field.resolve or field.args:
            return _Wanted(key, details, name)
        leaf, nullable = (field.type.of_type, False) if is_non_null_type(field.type) else (field.type, True)
        return _Wanted(key, details, name, leaf.coerce_output_value if is_leaf_type(leaf) else None, nullable)


def _simple(wanted: _Wanted, node: dict[str, Any]) -> Any:
    """Take a value from a node and write it. Give Undefined where that is not all there is to it."""
    if wanted.written is None or wanted.field not in node:
        return Undefined
    value = node[wanted.field]
    if value is None:
        return None if wanted.nullable else Undefined
    try:
        return wanted.written(value)
    except Exception:
        return Undefined
