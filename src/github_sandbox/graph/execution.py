"""Answering a GraphQL request: read the document, cost it, execute it, and write the answer as GitHub would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import ExecutionResult, GraphQLSchema, OperationType, execute_sync

from github_sandbox.graph import documents
from github_sandbox.graph.context import Allow, Context
from github_sandbox.graph.documents import Cost
from github_sandbox.graph.error_format import execution_error, validation_error
from github_sandbox.graph.executor import PlainExecutor
from github_sandbox.graph.finders import FINDERS
from github_sandbox.graph.schema import plain, schema
from github_sandbox.hub import Hub
from github_sandbox.rules.access import Identity

Json = dict[str, Any]
FREE = Cost(1, 0)


@dataclass(frozen=True)
class GraphRequest:
    """A request that was read: what it asks, and what that costs. With `refusal` it is not executed."""

    document: documents.Document
    variables: Json = field(default_factory=dict)
    operation_name: str | None = None
    kind: str = "query"
    fields: tuple[str, ...] = ()
    cost: Cost = FREE
    refusal: Json | None = None


def schema_of(hub: Hub) -> GraphQLSchema:
    """Take the schema that this GitHub speaks."""
    return schema(without_enable_duplicate=hub.duplicates_named == "always")


def read(hub: Hub, body: Any) -> GraphRequest:
    """Read a request's JSON body. What cannot be executed comes back with the refusal to send."""
    text = body.get("query") if isinstance(body, dict) else None
    if not isinstance(text, str):
        message = "A query attribute must be specified and must be a string."
        return GraphRequest(documents.Document(None), refusal={"errors": [{"message": message}]})
    document = documents.read(schema_of(hub), text)
    if document.errors:
        return GraphRequest(document, refusal={"errors": [validation_error(error) for error in document.errors]})
    variables, name = body.get("variables") or {}, body.get("operationName")
    operation = document.operation(name)
    if operation is None:
        return GraphRequest(document, refusal={"errors": [{"message": "An operation name is required"}]})
    cost = documents.cost(document, operation, variables)
    kind = "mutation" if operation.operation is OperationType.MUTATION else "query"
    return GraphRequest(document, variables, name, kind, documents.root_fields(operation), cost, _too_many(cost))


def answer(hub: Hub, who: Identity, request: GraphRequest, rate: Json, allow: Allow | None = None) -> Json:
    """Execute a request for somebody."""
    if request.refusal or request.document.ast is None:
        return request.refusal or {}
    context = Context(hub, who, request.cost, rate, FINDERS, allow)
    with hub.db.lock:
        result = execute_sync(
            schema_of(hub),
            request.document.ast,
            context_value=context,
            variable_values=request.variables,
            operation_name=request.operation_name,
            field_resolver=plain,
            executor_class=PlainExecutor,
        )
    return _written(result)


def _written(result: ExecutionResult) -> Json:
    body: Json = {"data": result.data}
    if result.errors:
        body["errors"] = [execution_error(error) for error in result.errors]
    return body


def _too_many(cost: Cost) -> Json | None:
    if cost.nodes <= documents.MAX_NODES:
        return None
    message = (
        f"This query requests up to {cost.nodes:,} possible nodes which exceeds"
        f" the maximum limit of {documents.MAX_NODES:,}."
    )
    return {"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}]}
