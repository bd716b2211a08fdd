"""The client of GitHub: the rules by which a request is sent, repeated or given up.

A query is repeated while that is safe; a document with mutations is sent once, and
if nobody can tell whether it was carried out, `UnclearError` says so. The dry-run gate is here, below everything that
could forget it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from requests import Session

from salesbot.adapters import http
from salesbot.adapters.connecting import ConnectionFailure
from salesbot.adapters.github import refusals
from salesbot.adapters.github.transport import OpenTransport, Response, open_transport
from salesbot.adapters.http import BACKOFF, retry_after
from salesbot.core.errors import InputError, ServiceError

PATIENCE = 90.0
"""Seconds a run may spend waiting in all. A started minute is billed; the sweep catches up what was given up."""
NO_RETRY_AFTER = 60.0
"""Seconds to wait at a secondary limit that does not say how long (GitHub's own rule)."""

_DUPLICATE_ARGUMENT = "(enableDuplicate: true)"
"""Enterprise Server names the closing reason `DUPLICATE` only to who asks for it so. On github.com the argument is
announced to go, and duplicates are named without it:
https://docs.github.com/en/graphql/overview/changelog ("enableDuplicate will be removed. Effective 2025-10-01")."""
OPTIONAL = {
    "enableDuplicate": _DUPLICATE_ARGUMENT,
    "parent": "parent { number labels(first: 20) { nodes { name } } }",
    "subIssuesSummary": "subIssuesSummary { total completed }",
    "subIssues": "subIssues(first: 50) { nodes { id number title body state stateReason viewerDidAuthor "
    "repository { nameWithOwner } assignees(first: 1) { nodes { login } } } }",
}
"""What not every server knows, by the name by which it refuses it, and the text that is left out of documents then."""
_WITHOUT_ARGUMENT = ("api.github.com", ".ghe.com")
_DELETED_LABEL = re.compile(r"\btimelineItems\.nodes\.\d+\.label$")
_AGAIN = "The next run tries again"


class UnclearError(ServiceError):
    """A write was sent, and nobody can tell whether it was carried out. Read again before anything else."""


class EventRefusedError(ServiceError):
    """GitHub does not take this event, however often it is sent."""


class PatienceError(ServiceError):
    """GitHub says to wait, or a pause is due, for longer than a run may; asking for less is no way out."""


class BrokenError(ServiceError):
    """GitHub could not manage a read; a smaller one may do."""


@dataclass(frozen=True)
class Reply:
    """What GitHub answered to a GraphQL document. `at` is its own clock."""

    data: Mapping[str, Any]
    at: datetime
    errors: tuple[Mapping[str, Any], ...] = ()


class DryRunError(AssertionError):
    """A bug in salesbot: a dry run was about to write. Raised, never asserted: `python -O` drops assertions."""


@dataclass
class Client:
    """One connection for one run. Counts its requests, bounds its waiting, and can be set to change nothing."""

    token: str = field(repr=False)
    api_url: str = "https://api.github.com"
    graphql_url: str = "https://api.github.com/graphql"
    dry_run: bool = False
    sleep: Callable[[float], None] = field(default=lambda seconds: None, repr=False)
    patience: float = PATIENCE
    open_transport: OpenTransport = field(default=open_transport, repr=False)
    requests: int = 0
    left_out: frozenset[str] = frozenset()
    """What documents leave out, since this server does not know it; by its name in `OPTIONAL`."""

    def __post_init__(self) -> None:
        if urlsplit(self.api_url).netloc != urlsplit(self.graphql_url).netloc:
            raise InputError("GITHUB_API_URL and GITHUB_GRAPHQL_URL name different hosts.", "Set both, or neither")
        host = urlsplit(self.api_url).hostname or ""
        if host.endswith(_WITHOUT_ARGUMENT):
            self.left_out |= {"enableDuplicate"}
        self._transport = self.open_transport(self.token, self.api_url)

    @cached_property
    def _events(self) -> Session:
        """The connection that events are sent over, which few runs do."""
        return http.open_session()

    def query(
        self, document: str, variables: Mapping[str, Any], *, tolerated: tuple[str, ...] = (), give_up: bool = False
    ) -> Reply:
        """Read. Errors at the tolerated paths (dotted) are passed over; any other error raises ServiceError.

        With `give_up` a failure of GitHub's raises BrokenError at once, for callers that can ask for less.
        """
        for wait in self._pauses():
            status, headers, text = self._post(document, variables)
            answer = _parsed(text)
            if self._limited(status, headers, answer):
                continue
            errors = _errors(answer)
            failure = _failure(status, text) or (refusals.UNFINISHED if is_broken(errors) else None)
            if failure is not None:
                if give_up:
                    raise BrokenError(failure.what)
                wait(failure, headers)
                continue
            _require_success(status, headers, answer)
            bad = [error for error in errors if _path(error) not in tolerated]
            if bad:
                raise refusals.of_graphql(bad)
            if not isinstance(answer.get("data"), dict):
                raise refusals.without_data(text)
            return Reply(answer["data"], _clock(headers))
        raise AssertionError("the pauses end by raising")

    def mutate(self, document: str, variables: Mapping[str, Any]) -> Reply:
        """Write, once. Raises UnclearError if it may have happened, ServiceError if it did not."""
        self._require_writing()
        while True:
            status, headers, text = self._post(document, variables)
            if _failure(status, text) is not None:
                raise UnclearError("GitHub did not confirm whether the change was made.", "The next run checks")
            answer = _parsed(text)
            if self._limited(status, headers, answer):
                continue
            _require_success(status, headers, answer)
            errors, data = _errors(answer), answer.get("data")
            if not isinstance(data, dict):
                if errors and not is_broken(errors):
                    raise refusals.of_graphql(errors)
                raise UnclearError("GitHub did not confirm whether the change was made.", "The next run checks")
            return Reply(data, _clock(headers), errors)

    def get(self, path: str) -> Mapping[str, Any] | None:
        """Read a REST resource; None if there is none."""
        for wait in self._pauses():
            status, headers, text = self._send("GET", path, None)
            answer = _parsed(text)
            if self._limited(status, headers, answer):
                continue
            failure = _failure(status, text)
            if failure is not None:
                wait(failure, headers)
                continue
            if status == 404:
                return None
            _require_success(status, headers, answer)
            return answer
        raise AssertionError("the pauses end by raising")

    def dispatch(self, repository: str, event: str, payload: Mapping[str, Any]) -> None:
        """Send a repository_dispatch. Raises EventRefusedError if GitHub never will, ServiceError if it did not say.

        Only an answer of 2xx means that it was taken. PyGithub would follow a redirect, and take the answer of whatever
        is there: https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event
        """
        self._require_writing()
        self.requests += 1
        url = f"{self.api_url.rstrip('/')}/repos/{repository}/dispatches"
        reply = http.send(
            self._events, "POST", url, json={"event_type": event, "client_payload": payload}, auth=self._authorize
        )
        status, answer = reply.status, _parsed(reply.text)
        if reply.failure is not None:
            raise ServiceError(f"GitHub {reply}.", reply.failure.advice or "It will be sent again")
        if status is None or status >= 500 or _is_limit(status, reply.headers, answer):
            raise ServiceError("GitHub did not accept the event.", "It will be sent again")
        if status in (403, 404):
            hint = "It needs `contents: write` for the repository"
            what = f"GitHub lets the token send no event to {repository}."
            known = refusals.known(answer)
            # What is known of permissions is about issues.
            raise known if known is not None and "`issues: write`" not in known.hint else ServiceError(what, hint)
        if status in (400, 413, 422):
            raise EventRefusedError(
                f"GitHub does not accept this event ({status}).", "The scheduled poll imports its content"
            )
        _require_success(status, reply.headers, answer)

    def _authorize(self, request: Any) -> Any:
        request.headers.update({"Authorization": f"Bearer {self.token}", "User-Agent": "salesbot"})
        return request

    def _post(self, document: str, variables: Mapping[str, Any]) -> Response:
        """Send a document; once more without what the server does not know. Nothing of a refused one was run."""
        sent = document
        for name in self.left_out:
            sent = sent.replace(OPTIONAL[name], "")
        reply = self._send("POST", self.graphql_url, {"query": sent, "variables": variables})
        unknown = {name for name in _unknown_to_server(reply[2]) if OPTIONAL[name] in sent}
        if unknown:
            self.left_out |= unknown
            return self._post(document, variables)
        return reply

    def _require_writing(self) -> None:
        """Keep a dry run from sending a write or an event."""
        if self.dry_run:
            raise DryRunError("a dry run has nothing to send")

    def _send(self, method: str, url: str, body: Any) -> Response:
        """Send one request."""
        self.requests += 1
        return self._transport(method, url, body)

    def _pauses(self) -> Iterator[Callable[[refusals.Failure, Mapping[str, Any]], None]]:
        """Hand out the pause before each repetition; when they are used up, the pause raises."""
        left = iter(BACKOFF)

        def pause(failure: refusals.Failure, headers: Mapping[str, Any]) -> None:
            seconds = next(left, None)
            if seconds is None:
                raise ServiceError(f"{failure.what}, {len(BACKOFF) + 1} times in a row.", failure.todo)
            self.wait(max(seconds, retry_after(headers) or 0.0), failure.what)

        while True:
            yield pause

    def _limited(self, status: int | ConnectionFailure, headers: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
        """Wait out a rate limit, as long as GitHub says. What was refused for its rate was not carried out."""
        if not _is_limit(status, headers, answer):
            return False
        self.wait(_how_long(headers), (refusals.limit(refusals.words(answer)) or refusals.ANY_LIMIT).what)
        return True

    def pause(self, seconds: float) -> None:
        """Sleep between two writes, so that GitHub's limits are not reached; this costs no patience."""
        self.sleep(seconds)

    def wait(self, seconds: float, why: str) -> None:
        """Sleep, within the patience of the run. Raises PatienceError where that would be too long."""
        if seconds > self.patience:
            raise PatienceError(f"{why}, and waiting {seconds:.0f} s would be too long.", "The next run continues")
        self.patience -= seconds
        self.sleep(seconds)


def _parsed(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text) if text else {}
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {"items": answer}


def _errors(answer: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """List the errors, without those of deleted labels in a timeline: their events are left out, the rest is there.

    That GitHub has null there is reported in https://github.com/entrius/gittensor/pull/553
    """
    errors = answer.get("errors")
    found = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    return tuple(error for error in found if not _DELETED_LABEL.search(_path(error)))


def _unknown_to_server(text: str) -> Iterator[str]:
    """Name the optional parts GitHub does not know: a refusal of the document, before anything of it is run."""
    answer = _parsed(text) if any(f"'{name}'" in text for name in OPTIONAL) else {"data": True}
    if not answer.get("data"):
        messages = [str(each.get("message")) for each in _errors(answer)]
        yield from (name for name in OPTIONAL if any(f"'{name}'" in message for message in messages))


def _failure(status: int | ConnectionFailure, text: str) -> refusals.Failure | None:
    """Say how GitHub failed to answer, if it did."""
    if isinstance(status, ConnectionFailure):
        return refusals.Failure(f"GitHub {status.outcome}", status.advice or _AGAIN)
    if status < 500:
        return None
    maintenance = " (it is in maintenance)" if "maintenance" in text.casefold() else ""
    return refusals.Failure(f"GitHub answered {status}{maintenance}", _AGAIN)


def _require_success(status: int | ConnectionFailure, headers: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    assert isinstance(status, int), "a failure was handled before"
    if not 200 <= status < 300:
        raise refusals.of_status(status, headers, answer)


def _path(error: Mapping[str, Any]) -> str:
    return ".".join(str(step) for step in error.get("path") or ())


def _is_limit(status: int | ConnectionFailure, headers: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """A limit comes as 403, as 429, as 422 for content, or under HTTP 200 as a GraphQL error without any data."""
    named = refusals.limit(refusals.words(answer)) is not None
    if status in (403, 422, 429):
        spent = status == 403 and (str(headers.get("x-ratelimit-remaining", "")) == "0" or "retry-after" in headers)
        return status == 429 or spent or named
    if status != 200 or any(value is not None for value in (answer.get("data") or {}).values()):
        return False
    return named or any(error.get("type") == "RATE_LIMITED" for error in _errors(answer))


def _how_long(headers: Mapping[str, Any]) -> float:
    """Follow GitHub's own order: Retry-After, else the reset time, else a minute. At least a second, whatever it is."""
    seconds = retry_after(headers)
    if seconds is not None:
        return max(1.0, seconds)
    reset = str(headers.get("x-ratelimit-reset", ""))
    if str(headers.get("x-ratelimit-remaining", "")) == "0" and reset.isdigit():
        return max(1.0, int(reset) - _clock(headers).timestamp() + 1)
    return NO_RETRY_AFTER


def is_broken(errors: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether errors under HTTP 200 are GitHub failing, not GitHub refusing."""
    return any(
        not error.get("type")
        and any(sign in str(error.get("message", "")).casefold() for sign in refusals.UNFINISHED.signs)
        for error in errors
    )


def _clock(headers: Mapping[str, Any]) -> datetime:
    """Read GitHub's own time from its answer, so that a runner's clock never matters."""
    try:
        return parsedate_to_datetime(str(headers.get("date", ""))).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC).replace(microsecond=0)
