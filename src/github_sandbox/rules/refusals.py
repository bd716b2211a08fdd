"""Refusals: what GitHub does not allow, before it becomes a REST status or a GraphQL error.

Knows the kinds and GitHub's words for them. Rules raise these; `rest` and `graph` turn them into answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal["unauthorized", "no permission", "forbidden", "not found", "gone", "conflict", "unprocessable"]

STATUS: Mapping[Kind, int] = {
    "unauthorized": 401,
    "no permission": 403,
    "forbidden": 403,
    "not found": 404,
    "gone": 410,
    "conflict": 409,
    "unprocessable": 422,
}
TYPE: Mapping[Kind, str] = {
    "unauthorized": "FORBIDDEN",
    "no permission": "FORBIDDEN",
    "forbidden": "FORBIDDEN",
    "not found": "NOT_FOUND",
    "gone": "NOT_FOUND",
    "unprocessable": "UNPROCESSABLE",
    "conflict": "UNPROCESSABLE",
}
NOT_FOR_INTEGRATIONS = "Resource not accessible by integration"


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of the sandbox
    """The request is refused. `errors` is the list a REST answer carries besides the message."""

    def __init__(self, kind: Kind, message: str, errors: tuple[Mapping[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.errors = errors


class Moved(Refused):
    """The issue was transferred: REST redirects to its new place, GraphQL does not find it."""

    def __init__(self, message: str, repository: str, number: int) -> None:
        super().__init__("not found", message)
        self.repository = repository
        self.number = number


def invalid(resource: str, field: str, code: str, message: str) -> Refused:
    """Refuse a field: `code` and `field` are what REST tells, `message` is GraphQL's whole sentence."""
    error = {"resource": resource, "field": field, "code": code}
    if code == "custom":
        error["message"] = message[:1].lower() + message[1:]
    return Refused("unprocessable", message, (error,))


def no_permission(what: str) -> Refused:
    """Refuse because a role is missing. Each API words this itself; `what` is for callers of the Python API."""
    return Refused("no permission", what)


def unresolved(what: str, node: str) -> Refused:
    """Refuse a node id that leads nowhere, or to something else than it should."""
    return Refused("not found", f"Could not resolve to {what} with the global id of '{node}'.")
