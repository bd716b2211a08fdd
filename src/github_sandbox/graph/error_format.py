"""GraphQL errors as GitHub writes them: a type, a path, and its own sentences."""

from __future__ import annotations

import re
from typing import Any

from graphql import GraphQLError

from github_sandbox.rules.refusals import TYPE, Refused


class GraphRefused(Exception):  # noqa: N818 - as Refused
    """A refusal worded for GraphQL: a connection without bounds, a mutation without the right."""

    def __init__(self, error_type: str | None, message: str) -> None:
        super().__init__(message)
        self.type = error_type
        self.message = message


def execution_error(error: GraphQLError) -> dict[str, Any]:
    """Write an error that came up while executing; anything unexpected is raised, for it is a bug of the sandbox."""
    cause = error.original_error
    if isinstance(cause, GraphRefused):
        return _with_place(error, {"type": cause.type} if cause.type else {}, cause.message)
    if isinstance(cause, Refused):
        return _with_place(error, {"type": TYPE[cause.kind]}, cause.message)
    if cause is not None:
        raise cause
    return _with_place(error, {}, error.message)


def validation_error(error: GraphQLError) -> dict[str, Any]:
    """Write an error found before executing. An unknown field or argument is worded as GitHub words it."""
    argument = re.match(r"Unknown argument '(\w+)' on field '(?:\w+\.)?(\w+)'", error.message)
    if argument:
        name, field = argument.groups()
        codes = {"code": "argumentNotAccepted", "name": field, "typeName": "Field", "argumentName": name}
        return _with_place(error, {"extensions": codes}, f"Field '{field}' doesn't accept argument '{name}'")
    unknown = re.match(r"Cannot query field '(\w+)' on type '(\w+)'", error.message)
    if not unknown:
        return _with_place(error, {}, error.message)
    name, typename = unknown.groups()
    codes = {"code": "undefinedField", "typeName": typename, "fieldName": name}
    return _with_place(error, {"extensions": codes}, f"Field '{name}' doesn't exist on type '{typename}'")


def _with_place(error: GraphQLError, head: dict[str, Any], message: str) -> dict[str, Any]:
    places = [{"line": place.line, "column": place.column} for place in error.locations or []]
    path = {"path": list(error.path)} if error.path else {}
    return {**head, **path, "locations": places, "message": message}
