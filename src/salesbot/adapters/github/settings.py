"""What is in a repository's settings and under Actions, over REST: GraphQL does not tell it.

What a token may not see is None, never an empty list: nobody is to conclude that there is nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from salesbot.adapters.github.client import Client
from salesbot.adapters.github.decode import moment_or_none, need, role
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
    since: datetime | None = None
    """When GitHub first saw the file."""


@dataclass(frozen=True)
class Runs:
    """How many runs a workflow had: all, those whose job was not skipped, those that succeeded."""

    every: int
    started: int
    succeeded: int

    @property
    def silent(self) -> bool:
        """Whether there was none, or none of those that started succeeded. Skipped runs show that events arrive."""
        return not self.succeeded and (not self.every or self.started > 0)


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
    known = _known(client, repository) if names else {}
    return [
        Workflow(path, text, *known.get(path, ())) for path in names if (text := read_file(client, repository, path))
    ]


def _known(client: Client, repository: str) -> Mapping[str, tuple[str, datetime | None]]:
    answer = _seen(client, f"/repos/{repository}/actions/workflows?per_page={PAGE}")
    found = need(answer, "workflows") if answer is not None else ()
    return {each["path"]: (each["state"], moment_or_none(each.get("created_at"))) for each in found}


def read_file(client: Client, repository: str, path: str) -> str | None:
    """Read a file of the default branch; None if there is none."""
    answer = client.get(f"/repos/{repository}/contents/{quote(path)}")
    if answer is None or "content" not in answer:
        return None
    return base64.b64decode(answer["content"]).decode("utf-8", errors="replace")


def runs_since(client: Client, repository: str, path: str, since: date) -> Runs | None:
    """Count the runs of a workflow since a day."""
    file = quote(path.rpartition("/")[2])
    base = f"/repos/{repository}/actions/workflows/{file}/runs?per_page=1&created={quote(f'>={since}')}"
    answers = [_seen(client, f"{base}{narrowed}") for narrowed in ("", "&status=skipped", "&status=success")]
    if None in answers:
        return None
    every, skipped, succeeded = (int(need(answer, "total_count")) for answer in answers)
    return Runs(every, every - skipped, succeeded)


def issues_changed(client: Client, repository: str, since: datetime) -> bool:
    """Say whether any issue changed since then; pull requests are none."""
    at = quote(since.strftime("%Y-%m-%dT%H:%M:%SZ"))
    answer = client.get(f"/repos/{repository}/issues?state=all&since={at}&per_page={PAGE}") or {}
    return any("pull_request" not in each for each in answer.get("items", ()))


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
