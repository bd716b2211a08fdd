"""Rate limits in the sandbox, on its own clock."""

from __future__ import annotations

import pytest

from github_sandbox import Repo, Sandbox

from .conftest import Ask, Call

VIEWER = "query { viewer { login } }"


def test_a_thousand_requests_an_hour_for_the_whole_repository(sales: Repo, sandbox: Sandbox, call: Call) -> None:
    sandbox.limits.hourly["actions"] = 2
    assert call("GET", "/repos/acme/sales").headers["X-RateLimit-Remaining"] == "1"
    other = sales.actions_token()
    assert call("GET", "/repos/acme/sales", other).headers["X-RateLimit-Remaining"] == "0"
    refused = call("GET", "/repos/acme/sales", other)
    assert (refused.status_code, refused.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert refused.json()["message"].startswith("API rate limit exceeded for installation ID")
    assert int(refused.headers["X-RateLimit-Reset"]) == int(sandbox.clock.now().timestamp()) + 3600
    free = call("GET", "/rate_limit").json()["resources"]["core"]
    assert (free["limit"], free["used"], free["remaining"]) == (2, 2, 0)
    assert call("GET", "/repos/acme/sales", sandbox.token("ann")).headers["X-RateLimit-Limit"] == "5000"
    sandbox.advance(3600)
    assert call("GET", "/repos/acme/sales").status_code == 200


def test_githubs_own_numbers_are_the_default(sandbox: Sandbox) -> None:
    with Sandbox() as fresh:
        assert (fresh.limits.enabled, fresh.limits.hourly) == (
            True,
            {"actions": 1000, "app": 5000, "person": 5000, "fine-grained": 5_000},
        )
        assert (fresh.limits.creations_per_minute, fresh.limits.creations_per_hour) == (80, 500)


def test_graphql_has_an_allowance_of_its_own_and_refuses_with_200(sales: Repo, sandbox: Sandbox, ask: Ask) -> None:
    sandbox.limits.hourly["actions"] = 1
    ask(VIEWER)
    answer = ask(VIEWER)
    assert [error["type"] for error in answer["errors"]] == ["RATE_LIMITED"]
    assert "data" not in answer
    sandbox.advance(3600)
    assert "errors" not in ask(VIEWER)


@pytest.mark.parametrize(
    ("per_minute", "per_hour", "wait"),
    [
        pytest.param(3, 500, 60, id="too many in a minute: wait until the first is a minute old"),
        pytest.param(80, 3, 3600, id="too many in an hour: until it is an hour old"),
    ],
)
def test_too_many_writes(sales: Repo, sandbox: Sandbox, call: Call, per_minute: int, per_hour: int, wait: int) -> None:
    sandbox.clock.step = 0
    sales.open_issue("ann", "Acme")
    sandbox.limits.creations_per_minute, sandbox.limits.creations_per_hour = per_minute, per_hour
    for _ in range(3):
        assert call("POST", "/repos/acme/sales/issues/1/comments", json={"body": "x"}).status_code == 201
    refused = call("POST", "/repos/acme/sales/issues/1/comments", json={"body": "x"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (403, str(wait))
    assert refused.json()["message"].startswith("You have exceeded a secondary rate limit")
    assert len(sales.issue(1).comments) == 3
    assert call("GET", "/repos/acme/sales/issues/1").status_code == 200
    sandbox.advance(wait)
    assert call("POST", "/repos/acme/sales/issues/1/comments", json={"body": "x"}).status_code == 201


def test_limits_can_be_switched_off(sales: Repo, sandbox: Sandbox, call: Call) -> None:
    sandbox.limits.hourly["actions"] = sandbox.limits.creations_per_minute = 1
    sandbox.limits.enabled = False
    for name in ("a", "b", "c"):
        assert call("POST", "/repos/acme/sales/labels", json={"name": name}).status_code == 201


def test_what_people_do_in_the_browser_is_not_limited(sales: Repo, sandbox: Sandbox) -> None:
    sales.open_issue("ann", "Acme")
    for number in range(100):
        sales.comment("ann", 1, str(number))
    assert len(sales.issue(1).comments) == 100
