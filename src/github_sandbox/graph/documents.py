"""Documents: parsed and validated once, priced for each use.

The cost is GitHub's published formula: connection requests, as if every page were full, divided by a hundred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
    validate,
)

MAX_NODES = 500_000


@dataclass(frozen=True)
class Document:
    """A document as it was sent; with errors it cannot be executed."""

    ast: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """Find the operation to execute: the named one, or the only one."""
        definitions = self.ast.definitions if self.ast else ()
        operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        if name:
            operations = [node for node in operations if node.name and node.name.value == name]
        return operations[0] if len(operations) == 1 else None

    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        """List the fragments by name."""
        definitions = self.ast.definitions if self.ast else ()
        return {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}


@dataclass(frozen=True)
class Cost:
    """What a document costs: rate limit points, and nodes it could bring at most."""

    points: int
    nodes: int


@lru_cache(maxsize=1024)
def read(schema: GraphQLSchema, text: str) -> Document:
    """Parse and validate a document; the same text is read once."""
    try:
        ast = parse(text)
    except GraphQLSyntaxError as error:
        return Document(None, (error,))
    return Document(ast, tuple(validate(schema, ast)))


def root_fields(operation: OperationDefinitionNode) -> tuple[str, ...]:
    """Name the fields a document asks of the root, in order; an alias precedes its field."""
    fields = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    return tuple(f"{node.alias.value}:{node.name.value}" if node.alias else node.name.value for node in fields)


def cost(document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Cost:
    """Cost an operation with these variables."""
    requests, nodes = _walk(operation.selection_set, 1, document.fragments(), variables)
    return Cost(max(1, round(requests / 100)), nodes)


def _walk(
    selections: SelectionSetNode | None,
    times: int,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> tuple[int, int]:
    requests = nodes = 0
    for node in selections.selections if selections else ():
        inner, many = None, times
        if isinstance(node, FieldNode):
            size = _page_size(node, variables)
            if size:
                requests, nodes, many = requests + times, nodes + times * size, times * size
            inner = node.selection_set
        elif isinstance(node, InlineFragmentNode):
            inner = node.selection_set
        elif isinstance(node, FragmentSpreadNode):
            inner = fragments[node.name.value].selection_set
        more_requests, more_nodes = _walk(inner, many, fragments, variables)
        requests, nodes = requests + more_requests, nodes + more_nodes
    return requests, nodes


def _page_size(node: FieldNode, variables: Mapping[str, Any]) -> int:
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last"):
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                size = variables.get(argument.value.name.value)
                if isinstance(size, int):
                    return size
    return 0
