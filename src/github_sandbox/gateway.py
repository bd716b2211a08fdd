"""The gateway: one request from its headers to its answer, through authentication, limits and faults.

Knows what an answer looks like on the wire. Knows nothing of sockets; `server` does.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from github_sandbox import accounts, apps, replies
from github_sandbox.access import Identity
from github_sandbox.faults import TIMEOUT, Fault, Weather
from github_sandbox.graph import answer as graph
from github_sandbox.graph.errors import GraphRefused
from github_sandbox.hub import Hub
from github_sandbox.journal import Entry, Log
from github_sandbox.limits import Limits, Rate, Resource
from github_sandbox.refusals import NOT_FOR_INTEGRATIONS, Refused
from github_sandbox.rest import routes
from github_sandbox.rest.call import Call, Reply
from github_sandbox.wire import Wire

GRAPHQL_PATHS = ("/graphql", "/api/graphql")
ENTERPRISE = "/api/v3"


class Dropped(Exception):  # noqa: N818 - the client sees it as an error, the sandbox does not
    """The connection is to be cut without an answer."""


@dataclass(frozen=True)
class Request:
    """An HTTP request, its path still quoted."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Asked:
    """A request that was understood: who asks, and what it is for GraphQL or REST."""

    request: Request
    who: Identity
    kind: str
    question: graph.Question | None = None
    body: Any = None

    @property
    def kinds(self) -> set[str]:
        """Name what a fault may be waiting for."""
        fields = self.question.fields if self.question else ()
        return {self.kind, *(name.rpartition(":")[2] for name in fields)}

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.kind == "mutation" or (self.kind == "rest" and self.request.method not in ("GET", "HEAD"))

    @property
    def resource(self) -> Resource:
        """Which hourly allowance it draws on."""
        return "core" if self.kind == "rest" else "graphql"


class Gateway:
    """Takes requests to the hub and brings the answers back. `kill` ends a run's process."""

    def __init__(self, hub: Hub, limits: Limits, weather: Weather, log: Log, kill: Callable[[int], None]) -> None:
        self.hub = hub
        self.limits = limits
        self.weather = weather
        self.log = log
        self.dead: set[int] = set()
        self._kill = kill

    async def handle(self, request: Request) -> tuple[Reply, dict[str, str]]:
        """Answer a request, with the headers GitHub sends. Raise Dropped to cut the connection."""
        start = time.perf_counter()
        with self.hub.db.lock:
            self.hub.clock.ring()
        entry = self.log.open(request.method, request.path, self.hub.clock.stamp())
        try:
            if self.weather.latency_ms:
                await asyncio.sleep(self.weather.latency_ms / 1000)
            reply = await self._answer(request, entry)
        finally:
            entry.milliseconds = (time.perf_counter() - start) * 1000
        entry.status = reply.status
        return reply, {"X-GitHub-Request-Id": f"C0DE:{entry.number:04X}"}

    async def _answer(self, request: Request, entry: Entry) -> Reply:
        try:
            asked = self._read(request, entry)
        except Refused as refused:
            return routes.refusal(refused, False, self._api(request))
        if asked.who.run in self.dead:
            raise Dropped
        faults = self.weather.meet(asked.kinds)
        entry.fault = ", ".join(fault.what for fault in faults) or None
        for fault in faults:
            before = await self._before(fault, asked)
            if before:
                return before
        reply = self._perform(asked, faults, entry)
        for fault in faults:
            reply = self._after(fault, asked, reply)
        return reply

    def _read(self, request: Request, entry: Entry) -> Asked:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        with self.hub.db.lock:
            if scheme.lower() not in ("token", "bearer") or not token:
                raise Refused("unauthorized", "Requires authentication")
            who = self._who(token.strip())
        entry.who, entry.run = who.login, who.run
        body = _json(request.body)
        if request.path not in GRAPHQL_PATHS:
            return Asked(request, who, "rest", body=body)
        question = graph.read(body)
        entry.kind, entry.fields, entry.operation = question.kind, question.fields, question.operation_name
        return Asked(request, who, question.kind, question)

    def _who(self, token: str) -> Identity:
        """Two dots make a JSON web token: an App that signs in as itself."""
        if token.count(".") == 2:
            return apps.authenticate(self.hub.db, token)
        return accounts.authenticate(self.hub.db, token, self.hub.clock.stamp())

    async def _before(self, fault: Fault, asked: Asked) -> Reply | None:
        match fault.what:
            case "fails":
                return replies.unavailable(fault.status)
            case "lands late":
                moment = self.hub.clock.now() + timedelta(seconds=fault.seconds)
                self.hub.clock.at(moment, lambda: self._late(asked))
                return replies.unavailable(fault.status)
            case "resets" if not fault.after:
                raise Dropped
            case "kills" if not fault.after:
                self._end_run(asked)
                raise Dropped
            case "hangs":
                await asyncio.sleep(fault.seconds)
            case "secondary":
                return replies.secondary(fault.status, fault.retry_after)
            case "primary":
                reset = self.hub.clock.now() + timedelta(seconds=fault.seconds)
                rate = self.limits.rate(asked.who, asked.resource, self.hub.clock.now())
                return replies.exhausted(asked.who, asked.resource, Rate(rate.limit, rate.limit, reset), fault.status)
            case "errors":
                error = {"type": fault.type, "message": fault.message} if fault.type else {"message": fault.message}
                return Reply({"data": None, "errors": [error]})
        return None

    def _after(self, fault: Fault, asked: Asked, reply: Reply) -> Reply:
        match fault.what:
            case "loses answer" | "cuts":
                return replies.unavailable(fault.status)
            case "resets":
                raise Dropped
            case "kills":
                self._end_run(asked)
                raise Dropped
            case "nulls":
                return replace(reply, json=_nulled(reply.json, str(fault.target), fault.message))
        return reply

    def _end_run(self, asked: Asked) -> None:
        if asked.who.run is not None:
            self.dead.add(asked.who.run)
            self._kill(asked.who.run)

    def _late(self, asked: Asked) -> None:
        entry = self.log.open(asked.request.method, asked.request.path, self.hub.clock.stamp())
        entry.kind, entry.run, entry.fault, entry.who = asked.kind, asked.who.run, "landed late", asked.who.login
        entry.status = self._perform(asked, (), entry).status

    def _perform(self, asked: Asked, faults: tuple[Fault, ...], entry: Entry) -> Reply:
        now, who = self.hub.clock.now(), asked.who
        if asked.request.path.removeprefix(ENTERPRISE) == "/rate_limit":
            return self._rates(who)
        wait = self.limits.create(who, now) if asked.writes else None
        if wait is not None:
            return replies.secondary(403, wait)
        points = asked.question.price.points if asked.question else 1
        if not self.limits.spend(who, asked.resource, points, now):
            rate = self.limits.rate(who, asked.resource, now)
            return replies.exhausted(who, asked.resource, rate, 200 if asked.question else 403)
        entry.points = points
        hub = self._as_of(faults) if not asked.writes else self.hub
        with self.hub.db.lock:
            reply = self._graphql(hub, asked, faults) if asked.question else self._rest(hub, asked)
        if reply.status == 304:
            self.limits.spend(who, asked.resource, -points, now)  # what has not changed costs nothing
        rate = self.limits.rate(who, asked.resource, now)
        return replace(reply, headers={**reply.headers, **replies.rate_headers(rate, asked.resource)})

    def _as_of(self, faults: tuple[Fault, ...]) -> Hub:
        stale = [int(fault.target) for fault in faults if fault.what == "stale"]
        if not stale:
            return self.hub
        earlier = copy.copy(self.hub)
        earlier.db = self.hub.db.past(max(stale))
        return earlier

    def _graphql(self, hub: Hub, asked: Asked, faults: tuple[Fault, ...]) -> Reply:
        rate = self.limits.rate(asked.who, "graphql", self.hub.clock.now())

        def allow(position: int, name: str, alias: str) -> None:
            for fault in faults:
                if fault.what == "refuses" and fault.target in (position, name, alias):
                    raise GraphRefused("FORBIDDEN", NOT_FOR_INTEGRATIONS)
                if fault.what == "breaks" and fault.target in (position, name, alias):
                    raise GraphRefused(None, fault.message)
                if fault.what == "cuts" and position >= int(fault.target):
                    raise GraphRefused("CUT", TIMEOUT)

        question = asked.question or graph.read(None)
        return Reply(graph.answer(hub, asked.who, question, dict(rate.as_graphql()), allow))

    def _rest(self, hub: Hub, asked: Asked) -> Reply:
        request, api = asked.request, self._api(asked.request)
        path = request.path.removeprefix(ENTERPRISE)
        found = routes.find(request.method, path)
        if found is None:
            return routes.refusal(Refused("not found", "Not Found"), False, api)
        handler, place = found
        call = Call(hub, asked.who, Wire(hub.db, api, hub.server), path, place, dict(request.query), asked.body)
        try:
            reply = handler(call)
        except Refused as refused:
            return routes.refusal(refused, asked.who.is_integration, api)
        return _conditional(reply, request)

    def _api(self, request: Request) -> str:
        return self.hub.server + (ENTERPRISE if request.path.startswith(ENTERPRISE) else "")

    def _rates(self, who: Identity) -> Reply:
        now = self.hub.clock.now()
        resources: tuple[Resource, ...] = ("core", "graphql")
        rates = {name: replies.rate_json(self.limits.rate(who, name, now)) for name in resources}
        return Reply({"resources": rates, "rate": rates["core"]})


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def _conditional(reply: Reply, request: Request) -> Reply:
    if request.method != "GET" or reply.status != 200:
        return reply
    digest = hashlib.sha256(json.dumps(reply.json).encode()).hexdigest()
    etag = f'W/"{digest}"'
    headers = {**reply.headers, "ETag": etag}
    known = request.headers.get("if-none-match", "")
    return Reply(None, 304, headers) if etag in known or f'"{digest}"' in known else replace(reply, headers=headers)


def _nulled(body: Any, path: str, message: str) -> Any:
    *parents, last = path.split(".")
    place = body.get("data") if isinstance(body, dict) else None
    for name in parents:
        place = place.get(name) if isinstance(place, dict) else None
    if isinstance(place, dict) and last in place:
        place[last] = None
        error = {"path": path.split("."), "locations": [], "message": message}
        body.setdefault("errors", []).append(error)
    return body
