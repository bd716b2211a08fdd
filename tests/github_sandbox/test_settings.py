"""What the sandbox tells of a repository's settings and of Actions, and to whom."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from github_sandbox import Repo, Sandbox

PATH = ".github/workflows/sales.yml"


@pytest.fixture
def place(sandbox: Sandbox) -> Repo:
    repo = sandbox.repo("acme/place", roles={"kim": "admin", "nora": "write", "eve": "read"})
    repo.push("kim", PATH, "on: issues\n")
    repo.push("kim", "README.md", "Read me\n")
    return repo


def get(sandbox: Sandbox, path: str, token: str) -> Any:
    headers = {"Authorization": f"bearer {token}"}
    return requests.get(f"{sandbox.api_url}/repos/acme/place{path}", headers=headers, timeout=10)


def test_workflows_are_the_files_and_on_until_somebody_switches_them_off(sandbox: Sandbox, place: Repo) -> None:
    token = sandbox.token("eve")
    assert [(w["path"], w["state"]) for w in get(sandbox, "/actions/workflows", token).json()["workflows"]] == [
        (PATH, "active")
    ]
    place.settings.switch("sales.yml", "disabled_inactivity")
    assert get(sandbox, "/actions/workflows", token).json()["workflows"][0]["state"] == "disabled_inactivity"


def test_runs_are_counted_by_day_and_conclusion(sandbox: Sandbox, place: Repo) -> None:
    place.settings.ran("sales.yml", 3)
    place.settings.ran("sales.yml", 2, "skipped", days_ago=40)
    runs, token = "/actions/workflows/sales.yml/runs?per_page=1", sandbox.token("eve")
    today = sandbox.clock.now().date()
    counts = [
        get(sandbox, f"{runs}{more}", token).json()["total_count"]
        for more in ("", "&status=skipped", f"&created=%3E%3D{today}", f"&created=%3E%3D{today}&status=skipped")
    ]
    assert counts == [5, 2, 3, 0]
    assert len(get(sandbox, runs, token).json()["workflow_runs"]) == 1
    assert get(sandbox, "/actions/workflows/other.yml/runs", token).status_code == 404


def test_the_names_of_secrets_are_for_those_who_write(sandbox: Sandbox, place: Repo) -> None:
    place.settings.secret("SALES_TOKEN")
    answer = get(sandbox, "/actions/secrets", sandbox.token("nora")).json()
    assert [secret["name"] for secret in answer["secrets"]] == ["SALES_TOKEN"]
    assert get(sandbox, "/actions/secrets", sandbox.token("eve")).status_code == 403


def test_a_token_of_actions_without_actions_read_sees_nothing_of_it(sandbox: Sandbox, place: Repo) -> None:
    for path in ("/actions/workflows", "/actions/workflows/sales.yml/runs", "/actions/secrets"):
        assert get(sandbox, path, place.actions_token()).status_code == 403


def test_outsiders_are_named_apart(sandbox: Sandbox, place: Repo) -> None:
    place.settings.outsider("otto", "triage")
    token = sandbox.token("kim")
    assert [p["login"] for p in get(sandbox, "/collaborators?affiliation=outside", token).json()] == ["otto"]
    assert {"otto", "nora"} <= {person["login"] for person in get(sandbox, "/collaborators", token).json()}
