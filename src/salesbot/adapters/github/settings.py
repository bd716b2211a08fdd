"""What is in a repository's settings and under Actions, over REST: GraphQL does not tell it.

What a token may not see is None, never an empty list: nobody is to conclude that there is nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from salesbot.adapters.github.client import Client
from salesbot.adapters.github.decode import need, role
from salesbot.adapters.github.refusals import ForbiddenError
from salesbot.core.model.deal import Role

PAGE = 100
FOLDER = ".github/workflows"


@dataclass(frozen=True)
class Workflow:
    """A workflow file of the default branch. `state` is GitHub's word; None where the token may not see it."""

    path: str
    text: str
    state: str | None = None


@dataclass(frozen=True)
class Rate:
    """What is left of an hourly allowance, until `reset` (seconds since 1970)."""

    remaining: int
    limit: int
    reset: int


def workflows(client: Client, repository: str) -> list[Workflow]:
    """Read the workflow files there are, and whether each is switched on."""
    listed = client.get(f"/repos/{repository}/contents/{FOLDER}")
    names = [entry["path"] for entry in (listed or {}).get("items", ()) if entry["name"].endswith((".yml", ".yaml"))]
    states = _states(client, repository) if names else {}
    return [Workflow(path, text, states.get(path)) for path in names if (text := read_file(client, repository, path))]


def _states(client: Client, repository: str) -> Mapping[str, str]:
    answer = _seen(client, f"/repos/{repository}/actions/workflows?per_page={PAGE}")
    return {each["path"]: each["state"] for each in need(answer, "workflows")} if answer is not None else {}


def read_file(client: Client, repository: str, path: str) -> str | None:
    """Read a file of the default branch; None if there is none."""
    answer = client.get(f"/repos/{repository}/contents/{quote(path)}")
    if answer is None or "content" not in answer:
        return None
    return base64.b64decode(answer["content"]).decode("utf-8", errors="replace")


def runs_since(client: Client, repository: str, path: str, since: date) -> int | None:
    """Count the runs of a workflow since a day, without those whose job was skipped."""
    file = quote(path.rpartition("/")[2])
    base = f"/repos/{repository}/actions/workflows/{file}/runs?per_page=1&created={quote(f'>={since}')}"
    every, skipped = _seen(client, base), _seen(client, f"{base}&status=skipped")
    if every is None or skipped is None:
        return None
    return int(need(every, "total_count")) - int(need(skipped, "total_count"))


def secrets(client: Client, repository: str) -> list[str] | None:
    """Name the secrets there are; nobody reads their values."""
    answer = _seen(client, f"/repos/{repository}/actions/secrets?per_page={PAGE}")
    return [each["name"] for each in need(answer, "secrets")] if answer is not None else None


def outsiders(client: Client, repository: str) -> dict[str, Role] | None:
    """Read who may work here without being a member of the organisation, with their roles."""
    answer = _seen(client, f"/repos/{repository}/collaborators?affiliation=outside&per_page={PAGE}")
    found = answer.get("items", ()) if answer is not None else ()
    return {each["login"]: role(each.get("role_name")) for each in found} if answer is not None else None


def rates(client: Client) -> dict[str, Rate] | None:
    """Read what is left of the hour, by resource; None on a server without limits, where the address is unknown."""
    answer = client.get("/rate_limit")
    if answer is None:
        return None
    found = need(answer, "resources")
    return {
        name: Rate(found[name]["remaining"], found[name]["limit"], found[name]["reset"])
        for name in ("core", "graphql")
        if name in found
    }


def server_version(client: Client) -> str | None:
    """Read the version of an Enterprise Server; None on github.com, which names none.

    https://docs.github.com/en/enterprise-server@3.19/rest/meta/meta#get-apiname-meta-information
    """
    version = (client.get("/meta") or {}).get("installed_version")
    return str(version) if version else None


def _seen(client: Client, path: str) -> Mapping[str, Any] | None:
    try:
        return client.get(path)
    except ForbiddenError:
        return None
