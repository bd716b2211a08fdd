"""What GitHub publishes, where `make conformance` put it: an environment variable names each file."""

from __future__ import annotations

import json
import os
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_schema, extend_schema, parse

WHERE = {
    "GITHUB_SCHEMA": "schema.graphql of the npm package @octokit/graphql-schema",
    "GITHUB_OPENAPI": "generated/api.github.com.json of @octokit/openapi",
    "WEBHOOK_EXAMPLES": "api.github.com/index.json of @octokit/webhooks-examples",
    "WEBHOOK_SCHEMA": "schema.json of @octokit/webhooks-schemas",
}


def text(variable: str) -> str:
    """Read a published file."""
    return Path(os.environ[variable]).read_text(encoding="utf-8")


@cache
def graphql() -> GraphQLSchema:
    """Build the published GraphQL schema."""
    return build_schema(text("GITHUB_SCHEMA"), assume_valid=True, assume_valid_sdl=True)


@cache
def live() -> GraphQLSchema:
    """The published schema with what is younger and seen in public clients (src/github_sandbox/newer.graphql)."""
    newer = (resources.files("github_sandbox") / "newer.graphql").read_text(encoding="utf-8")
    return extend_schema(graphql(), parse(newer), assume_valid=True, assume_valid_sdl=True)


@cache
def openapi() -> dict[str, Any]:
    """Read the published description of the REST API."""
    found: dict[str, Any] = json.loads(text("GITHUB_OPENAPI"))
    return found


@cache
def examples() -> list[dict[str, Any]]:
    """Read the published example payloads, by kind of event."""
    found: list[dict[str, Any]] = json.loads(text("WEBHOOK_EXAMPLES"))
    return found
