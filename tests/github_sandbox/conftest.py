"""One sandbox for all tests of a worker, emptied before each; time stands still but for a second per write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from github import Auth, Github

from github_sandbox import Repo, Sandbox

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEOPLE = {"olga": "read", "ann": "triage", "bob": "write", "root": "admin"}

Ask = Callable[..., dict[str, Any]]
Call = Callable[..., requests.Response]


@pytest.fixture(scope="session")
def _running() -> Iterator[Sandbox]:
    with Sandbox(at=MONDAY, step=1) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_running: Sandbox) -> Sandbox:
    _running.reset()
    _running.limits.default()
    _running.clock.step = 1
    _running.hub.event_label_names = "then"
    _running.hub.deleted_labels = "named"
    _running.hub.duplicates_named = "if asked"
    _running.hub.project_value_creator = "first"
    _running.hub.project_items_lag = timedelta()
    return _running


@pytest.fixture
def sales(sandbox: Sandbox) -> Repo:
    repo = sandbox.repo("acme/sales", roles=PEOPLE)
    for name in ("stage:lead", "stage:qualified", "stage:won"):
        repo.create_label("root", name)
    return repo


@pytest.fixture
def token(sales: Repo) -> str:
    return sales.actions_token()


@pytest.fixture
def ask(sandbox: Sandbox, token: str) -> Ask:
    """Send a GraphQL document, as GITHUB_TOKEN unless told otherwise, and give the whole answer."""

    def send(query: str, as_token: str = token, **variables: Any) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        answer = requests.post(sandbox.graphql_url, json=body, headers=_authorized(as_token), timeout=10)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    return send


@pytest.fixture
def call(sandbox: Sandbox, token: str) -> Call:
    """Send a REST request, as GITHUB_TOKEN unless told otherwise."""

    def send(method: str, path: str, as_token: str = token, **options: Any) -> requests.Response:
        headers = {**_authorized(as_token), **options.pop("headers", {})}
        options = {"allow_redirects": False, "timeout": 10, **options}
        return requests.request(method, sandbox.api_url + path, headers=headers, **options)

    return send


@pytest.fixture
def client_for(sandbox: Sandbox) -> Callable[[str], Github]:
    """Make a PyGithub client for a token, without pauses and retries."""

    def make(token: str) -> Github:
        return Github(
            base_url=sandbox.api_url,
            auth=Auth.Token(token),
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )

    return make


@pytest.fixture
def client(client_for: Callable[[str], Github], token: str) -> Github:
    return client_for(token)


def _authorized(token: str) -> dict[str, str]:
    return {"Authorization": f"bearer {token}"}
