"""Executing a document: graphql-core's way, with a short one for what most of an answer is made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from graphql import (
    Executor,
    GraphQLError,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    Undefined,
    is_leaf_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.pyutils import Path


class _Plain(NamedTuple):
    """A field that is in the node itself: how its value is written, and whether there may be none."""

    write: Callable[[Any], Any]
    nullable: bool


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
        for key, details in grouped_field_set.items():
            name = details[0].node.name.value
            plain = _plain(self.schema, parent_type, name)
            value = _written(plain, node[name]) if plain and name in node else Undefined
            if value is Undefined:
                place = Path(path, key, parent_type.name)
                value = self.execute_field(parent_type, source_value, details, place, position_context)
            results[key] = value
        return results

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: None,
    ) -> Any:
        """Answer with a value; with an object at once."""
        kind = return_type.of_type if isinstance(return_type, GraphQLNonNull) else return_type
        if isinstance(kind, GraphQLObjectType) and isinstance(result, dict):
            wanted, *_ = self.collect_subfields(kind, field_details_list)
            return self.execute_fields(kind, result, path, wanted, position_context)
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)


@cache
def _plain(schema: GraphQLSchema, parent_type: GraphQLObjectType, name: str) -> _Plain | None:
    """Look whether a field is answered by what is in the node."""
    field = schema.get_field(parent_type, name)
    if name == "__typename":
        return _Plain(lambda value: parent_type.name, nullable=False)
    if field is None or field.resolve or field.args:
        return None
    leaf, nullable = (field.type.of_type, False) if is_non_null_type(field.type) else (field.type, True)
    return _Plain(leaf.coerce_output_value, nullable) if is_leaf_type(leaf) else None


def _written(plain: _Plain, value: Any) -> Any:
    """Write a value. Give Undefined for what has no place in the answer: the library says why."""
    if value is None:
        return None if plain.nullable else Undefined
    try:
        return plain.write(value)
    except GraphQLError:
        return Undefined
