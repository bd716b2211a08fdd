"""A call of the REST API: who asks what, and the means to answer: pages, links, errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from github_sandbox.hub import Hub
from github_sandbox.json_writer import JsonWriter
from github_sandbox.rules import issues, repositories
from github_sandbox.rules.access import Identity, Level, level
from github_sandbox.rules.refusals import NOT_FOR_INTEGRATIONS, Refused
from github_sandbox.store.database import Row

DOCUMENTATION = "https://docs.github.com/rest"
DEFAULT_PAGE, MAX_PAGE = 30, 100


@dataclass(frozen=True)
class Reply:
    """An answer before it is bytes: status, JSON (None for an empty body), headers."""

    json: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request: `path_values` are the parts its path names, `query` the parameters behind the question mark."""

    hub: Hub
    who: Identity
    writer: JsonWriter
    path: str
    path_values: dict[str, str]
    query: dict[str, str]
    body: Any

    @property
    def repository(self) -> Row:
        """Find the repository of the path, if the caller may see it."""
        return repositories.visible(self.hub.db, self.who, f"{self.path_values['owner']}/{self.path_values['repo']}")

    @property
    def readable(self) -> Row:
        """Find the repository of the path, if the caller may read its issues."""
        row = self.repository
        if level(self.hub.db, self.who, row) < Level.READ:
            raise Refused("forbidden", NOT_FOR_INTEGRATIONS)
        return row

    @property
    def issue(self) -> Row:
        """Find the issue of the path."""
        return issues.find(self.hub.db, self.readable, int(self.path_values["number"]))

    def given(self, name: str, kind: type = str, default: Any = None) -> Any:
        """Take a value out of the body. Raise Refused if it is not of the kind."""
        value = self.body.get(name) if isinstance(self.body, dict) else None
        if value is None:
            return default
        if not isinstance(value, kind):
            raise Refused("unprocessable", f"Invalid request.\n\nFor '{name}', {value!r} is not a {kind.__name__}.")
        return value

    def required(self, name: str, resource: str) -> str:
        """Take a text out of the body. Raise Refused if it is missing."""
        value: str | None = self.given(name)
        if value is None:
            error = {"resource": resource, "field": name, "code": "missing_field"}
            raise Refused("unprocessable", f"{name} is missing", (error,))
        return value

    def pages(self, sql: str, values: Sequence[Any], make: Callable[[Row], Any]) -> Reply:
        """Answer one page of what `sql` selects, with links to the others."""
        size = min(MAX_PAGE, max(1, _number(self.query.get("per_page"), DEFAULT_PAGE)))
        number = max(1, _number(self.query.get("page"), 1))
        total = int(self.hub.db.value(f"SELECT count(*) FROM ({sql})", *values))  # noqa: S608 - the routes' own text
        rows = self.hub.db.all(f"{sql} LIMIT ? OFFSET ?", *values, size, (number - 1) * size)
        last = max(1, -(-total // size))
        links = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        wanted = {"prev": number > 1, "next": number < last, "last": number < last, "first": number > 1}
        parts = [f'<{self._link(page)}>; rel="{name}"' for name, page in links.items() if wanted[name]]
        return Reply([make(row) for row in rows], headers={"Link": ", ".join(parts)} if parts else {})

    def _link(self, page: int) -> str:
        return f"{self.writer.api}{self.path}?{urlencode({**self.query, 'page': page})}"


def _number(text: str | None, default: int) -> int:
    try:
        return int(text) if text else default
    except ValueError:
        return default
