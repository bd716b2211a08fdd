"""A small Typeform: forms, the responses people send, the Responses API over HTTP, and signed deliveries.

    with Typeform() as typeform:
        typeform.form("u6nXL7", [Question("lead_email", "email", "Your email?")])
        token = typeform.send("u6nXL7", {"lead_email": "jane@acme.com"})
        body, signature = typeform.delivery(token)

Built from the documentation, never compared with the live service. In particular (inferred): the words of its error
bodies, that `before` takes a token, that a deleted response vanishes at once. Knows nothing of salesbot.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from github_sandbox.http.server import Server
from github_sandbox.store.clock import Clock

A_SECOND = 2
"""Requests an account may send in any second."""
MOST = 1000
"""Responses on a page; without `page_size` there are 25."""
Json = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """A question of a form: the name its author gave it, its type, and its words."""

    ref: str
    type: str
    title: str

    @property
    def id(self) -> str:
        """The id the service gave it."""
        return hashlib.sha256(self.ref.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Sent:
    """A response that somebody sent."""

    form: str
    token: str
    at: datetime
    answers: Mapping[str, Any]
    hidden: Mapping[str, str]


@dataclass
class Typeform:
    """The service. Time is the clock's; `delay` is how long a response takes to appear in the API."""

    clock: Clock = field(default_factory=Clock)
    token: str = "tfp_sandbox"  # noqa: S105 - nobody's
    secret: str = "s3cr3t-typeform-webhook"  # noqa: S105 - nobody's
    delay: timedelta = timedelta(0)
    scopes: frozenset[str] = frozenset({"responses:read", "forms:read"})
    forms: dict[str, Sequence[Question]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    together: Literal["both", "since", "before", "refused"] = "both"
    """Which of `since` and `before` counts where both are given: public clients disagree (inferred)."""
    odd: dict[str, Any] = field(default_factory=dict)
    """What the API shows in place of a response, or of a form: a dict changes it, anything else stands for it."""
    log: list[str] = field(default_factory=list)
    """The requests so far: path and query."""
    failures: deque[tuple[int, str]] = field(default_factory=deque)
    """How the next requests fail: a status and its `Retry-After`; status 0 is an answer that is not JSON."""

    url: str = ""
    """Where it serves, once it does."""

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._times: deque[datetime] = deque(maxlen=A_SECOND)

    def __enter__(self) -> Typeform:
        self._server = Server()
        self._server.start(self)
        self.url = self._server.url
        return self

    def __exit__(self, *error: object) -> None:
        self._server.stop()

    # People

    def form(self, form: str, questions: Sequence[Question]) -> None:
        """Publish a form."""
        self.forms[form] = tuple(questions)

    def send(
        self, form: str, answers: Mapping[str, Any], hidden: Mapping[str, str] | None = None, at: datetime | None = None
    ) -> str:
        """Send a form off, with answers by `ref`; return the token."""
        token = hashlib.sha256(f"{form}{next(self._numbers)}".encode()).hexdigest()[:32]
        self.sent.append(Sent(form, token, at or self.clock.now(), dict(answers), dict(hidden or {})))
        return token

    def delete(self, token: str) -> None:
        """Delete a response."""
        self.sent = [each for each in self.sent if each.token != token]

    def reset(self) -> None:
        """Forget all that was sent, and who asked when."""
        for remembered in (self.sent, self.log, self.failures, self._times, self.odd):
            remembered.clear()

    # The webhook

    def delivery(self, token: str) -> tuple[bytes, str]:
        """Return the body that the webhook delivers for a response, and its signature."""
        sent = next(each for each in self.sent if each.token == token)
        fields = [{"id": q.id, "ref": q.ref, "type": q.type, "title": q.title} for q in self.forms[sent.form]]
        response = {
            **_common(sent), "form_id": sent.form, "answers": [*self._answers(sent, in_webhook=True)],
            "definition": {"id": sent.form, "title": "A form", "fields": fields},
        }  # fmt: skip
        event = {"event_id": f"01{sent.token[:24].upper()}", "event_type": "form_response", "form_response": response}
        body = json.dumps(event, ensure_ascii=False).encode()
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).digest()
        return body, f"sha256={base64.b64encode(digest).decode()}"

    # The API

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        self.log.append(f"{request.url.path}?{request.url.query}".rstrip("?"))
        await self._answer(request)(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        trouble = self._trouble(request)
        if trouble is not None:
            return trouble
        parts = request.url.path.strip("/").split("/")
        if len(parts) < 2 or parts[0] != "forms" or parts[1] not in self.forms:
            return _error(404, "FORM_NOT_FOUND", "Non existing form with uid")
        if len(parts) == 2:
            return self._form(parts[1]) if "forms:read" in self.scopes else _error(403, "FORBIDDEN", "Missing scope")
        if parts[2:] != ["responses"] or "responses:read" not in self.scopes:
            return _error(403, "FORBIDDEN", "Missing scope")
        return self._responses(parts[1], request.query_params)

    def _trouble(self, request: Request) -> Response | None:
        if self.failures:
            status, wait = self.failures.popleft()
            if status == 0:
                return Response("<html>maintenance</html>")
            return _error(status, "UNEXPECTED_ERROR", "Sorry", {"Retry-After": wait} if wait else {})
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _error(401, "AUTHENTICATION_FAILED", "Authentication credentials not found on the Request Headers")
        now = self.clock.now()
        if len(self._times) == A_SECOND and now - self._times[0] < timedelta(seconds=1):
            return _error(429, "TOO_MANY_REQUESTS", "Too many requests")
        self._times.append(now)
        return None

    def _form(self, form: str) -> Response:
        fields = [{"id": q.id, "ref": q.ref, "type": q.type, "title": q.title} for q in self.forms[form]]
        return JSONResponse(self._shown(form, {"id": form, "title": "A form", "fields": fields}))

    def _shown(self, key: str, plain: Json) -> Any:
        odd = self.odd.get(key, {})
        return {**plain, **odd} if isinstance(odd, dict) else odd

    def _responses(self, form: str, query: Mapping[str, str]) -> Response:
        size = int(query.get("page_size", 25))
        if not 1 <= size <= MOST or ("sort" in query and {"after", "before"} & query.keys()):
            return _error(400, "VALIDATION_ERROR", "Error validating parameters")
        if {"since", "before"} <= query.keys() and self.together != "both":
            if self.together == "refused":
                return _error(400, "VALIDATION_ERROR", "The parameters since and before exclude each other")
            query = {name: query[name] for name in query if name in ("page_size", self.together)}
        found = [each for each in self._processed(form) if _is_asked_for(each, query)]
        page = list(itertools.takewhile(lambda each: each.token != query.get("before"), found))
        if "after" in query:
            page = page[1 + next((n for n, each in enumerate(page) if each.token == query["after"]), -1) :]
        listed = page if query.get("sort", "").endswith(",asc") else page[::-1]
        items = [self._shown(each.token, self._item(each)) for each in listed[:size]]
        return JSONResponse({"total_items": len(page), "page_count": -(-len(page) // size), "items": items})

    def _processed(self, form: str) -> list[Sent]:
        """What the database behind the API has, in the order it came there."""
        shown = [each for each in self.sent if each.form == form and each.at + self.delay <= self.clock.now()]
        return sorted(shown, key=lambda each: each.at)

    def _item(self, sent: Sent) -> Json:
        return {
            **_common(sent), "landing_id": sent.token, "response_id": sent.token, "response_type": "completed",
            "metadata": {"user_agent": "Mozilla/5.0", "platform": "other", "network_id": "4f2a", "browser": "default"},
            "answers": [*self._answers(sent, in_webhook=False)],
        }  # fmt: skip

    def _answers(self, sent: Sent, *, in_webhook: bool) -> Iterator[Json]:
        """A response contains only the questions that were answered."""
        for question in self.forms[sent.form]:
            if question.ref in sent.answers:
                about = {"id": question.id, "ref": question.ref, "type": question.type}
                yield {"field": about, **_value(question.type, sent.answers[question.ref], in_webhook=in_webhook)}


def _common(sent: Sent) -> Json:
    stamp = sent.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "token": sent.token, "landed_at": stamp, "submitted_at": stamp, "hidden": dict(sent.hidden),
        "calculated": {"score": 0},
    }  # fmt: skip


def _value(kind: str, given: Any, *, in_webhook: bool) -> Json:
    """Write an answer under the name of its kind; a dropdown's is a choice in a delivery and a text in the API."""
    match kind:
        case "email" | "phone_number" | "number" | "date" | "file_url" | "payment":
            return {"type": kind, kind: given}
        case "opinion_scale" | "rating" | "nps":
            return {"type": "number", "number": given}
        case "yes_no" | "legal":
            return {"type": "boolean", "boolean": given}
        case "website":
            return {"type": "url", "url": given}
        case "file_upload":
            return {"type": "file_url", "file_url": given}
        case "dropdown" if not in_webhook:
            return {"type": "text", "text": given}
        case "dropdown" | "multiple_choice" if isinstance(given, str):
            return {"type": "choice", "choice": {"id": "c1", "ref": "r1", "label": given}}
        case "multiple_choice" | "ranking" | "picture_choice":
            return {"type": "choices", "choices": {"ids": [], "refs": [], "labels": list(given)}}
    return {"type": "text", "text": given}


def _is_asked_for(sent: Sent, query: Mapping[str, str]) -> bool:
    """`since` and `until` are both inclusive."""
    since, until = query.get("since"), query.get("until")
    return (since is None or sent.at >= _moment(since)) and (until is None or sent.at <= _moment(until))


def _moment(text: str) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _error(status: int, code: str, what: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"code": code, "description": what}, status, headers=dict(headers or {}))
