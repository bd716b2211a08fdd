"""Replies that GitHub's front gives before or instead of its APIs: out of service, slow down, used up."""

from __future__ import annotations

from github_sandbox.api.limits import Rate, Resource
from github_sandbox.http.faults import TIMEOUT
from github_sandbox.rest.call import DOCUMENTATION, Reply
from github_sandbox.rules.access import Identity

SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    " If you reach out to GitHub Support for help, please include the request ID C0DE:1234:5678:9ABC:DEF0."
)


def unavailable(status: int) -> Reply:
    """Reply that something is broken on GitHub's side: 500, 502, 503 or 504."""
    words = {500: "Internal Server Error", 502: "Server Error", 503: "Service Unavailable", 504: TIMEOUT}
    return Reply({"message": words.get(status, "Server Error")}, status)


def secondary(status: int, retry_after: int | None) -> Reply:
    """Reply that there were too many requests of a kind, and perhaps how many seconds to wait."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    about = f"{DOCUMENTATION}/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
    return Reply({"documentation_url": about, "message": SECONDARY}, status, headers)


def exhausted(who: Identity, resource: Resource, rate: Rate, status: int) -> Reply:
    """Reply that the hour's limit is used up; GraphQL does so with status 200."""
    whose = "installation" if who.is_integration else "user"
    message = f"API rate limit exceeded for {whose} ID {who.user_id}."
    headers = rate_headers(rate, resource)
    if status == 200:
        return Reply({"errors": [{"type": "RATE_LIMITED", "message": message}]}, 200, headers)
    about = f"{DOCUMENTATION}/overview/rate-limits-for-the-rest-api"
    return Reply({"message": message, "documentation_url": about}, status, headers)


def rate_json(rate: Rate) -> dict[str, int]:
    """Write an allowance as `/rate_limit` does; the reset is in seconds since 1970."""
    reset = int(rate.reset.timestamp())
    return {"limit": rate.limit, "used": rate.used, "remaining": rate.remaining, "reset": reset}


def rate_headers(rate: Rate, resource: Resource) -> dict[str, str]:
    """Write an allowance as the headers of every answer do."""
    numbers = {f"X-RateLimit-{name.title()}": str(value) for name, value in rate_json(rate).items()}
    return {**numbers, "X-RateLimit-Resource": resource}
