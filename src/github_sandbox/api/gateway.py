"""The gateway: one request from its headers to its answer, through authentication, limits and faults.

Knows what an answer looks like on the wire. Knows nothing of sockets; `server` does.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from github_sandbox.api import error_replies as replies
from github_sandbox.api.limits import Limits, Rate, Resource
from github_sandbox.graph import execution as graph
from github_sandbox.graph.error_format import GraphRefused
from github_sandbox.http.faults import TIMEOUT, Fault, Faults
from github_sandbox.http.request import Request
from github_sandbox.hub import Hub
from github_sandbox.json_writer import JsonWriter
from github_sandbox.request_log import Entry, RequestLog
from github_sandbox.rest import routes
from github_sandbox.rest.call import Call, Reply
from github_sandbox.rules import accounts, apps
from github_sandbox.rules.access import Identity
from github_sandbox.rules.refusals import NOT_FOR_INTEGRATIONS, Refused

GRAPHQL_PATHS = ("/graphql", "/api/graphql")
ENTERPRISE = "/api/v3"


class Dropped(Exception):  # noqa: N818 - the client sees it as an error, the sandbox does not
    """The connection is to be cut without an answer."""


@dataclass(frozen=True)
class ParsedRequest:
    """A request that was understood: who asks, and what it is for GraphQL or REST."""

    request: Request
    who: Identity
    kind: str
    graphql: graph.GraphRequest | None = None
    body: Any = None

    @property
    def kinds(self) -> set[str]:
        """Name what a fault may be waiting for."""
        fields = self.graphql.fields if self.graphql else ()
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

    def __init__(self, hub: Hub, limits: Limits, faults: Faults, log: RequestLog, kill: Callable[[int], None]) -> None:
        self.hub = hub
        self.limits = limits
        self.faults = faults
        self.log = log
        self.dead: set[int] = set()
        self._kill = kill

    async def handle(self, request: Request) -> tuple[Reply, dict[str, str]]:
        """Answer a request, with the headers GitHub sends. Raise Dropped to cut the connection."""
        start = time.perf_counter()
        with self.hub.db.lock:
            self.hub.clock.run_due()
        entry = self.log.open(request.method, request.path, self.hub.clock.stamp())
        try:
            if self.faults.latency_ms:
                await asyncio.sleep(self.faults.latency_ms / 1000)
            reply = await self._answer(request, entry)
        finally:
            entry.milliseconds = (time.perf_counter() - start) * 1000
        entry.status = reply.status
        return reply, {"X-GitHub-Request-Id": f"C0DE:{entry.number:04X}"}

    async def _answer(self, request: Request, entry: Entry) -> Reply:
        try:
            parsed = self._read(request, entry)
        except Refused as refused:
            return routes.refusal(refused, False, self._api(request))
        if parsed.who.run in self.dead:
            raise Dropped
        faults = self.faults.matching(parsed.kinds)
        entry.fault = ", ".join(fault.what for fault in faults) or None
        for fault in faults:
            before = await self._before(fault, parsed)
            if before:
                return before
        reply = self._perform(parsed, faults, entry)
        for fault in faults:
            reply = self._after(fault, parsed, reply)
        return reply

    def _read(self, request: Request, entry: Entry) -> ParsedRequest:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        with self.hub.db.lock:
            if scheme.lower() not in ("token", "bearer") or not token:
                raise Refused("unauthorized", "Requires authentication")
            who = self._who(token.strip())
        entry.who, entry.run = who.login, who.run
        body = _json(request.body)
        if request.path not in GRAPHQL_PATHS:
            return ParsedRequest(request, who, "rest", body=body)
        graphql = graph.read(self.hub, body)
        entry.kind, entry.fields, entry.operation = graphql.kind, graphql.fields, graphql.operation_name
        return ParsedRequest(request, who, graphql.kind, graphql)

    def _who(self, token: str) -> Identity:
        """Two dots make a JSON web token: an App that signs in as itself."""
        if token.count(".") == 2:
            return apps.authenticate(self.hub.db, token)
        return accounts.authenticate(self.hub.db, token, self.hub.clock.stamp())

    async def _before(self, fault: Fault, parsed: ParsedRequest) -> Reply | None:
        match fault.what:
            case "fails":
                return replies.unavailable(fault.status)
            case "lands late":
                moment = self.hub.clock.now() + timedelta(seconds=fault.seconds)
                self.hub.clock.schedule(moment, lambda: self._late(parsed))
                return replies.unavailable(fault.status)
            case "resets" if not fault.after:
                raise Dropped
            case "kills" if not fault.after:
                self._end_run(parsed)
                raise Dropped
            case "hangs":
                await asyncio.sleep(fault.seconds)
            case "secondary":
                return replies.secondary(fault.status, fault.retry_after)
            case "primary":
                reset = self.hub.clock.now() + timedelta(seconds=fault.seconds)
                rate = self.limits.rate(parsed.who, parsed.resource, self.hub.clock.now())
                return replies.exhausted(parsed.who, parsed.resource, Rate(rate.limit, rate.limit, reset), fault.status)
            case "errors":
                error = {"type": fault.type, "message": fault.message} if fault.type else {"message": fault.message}
                return Reply({"data": None, "errors": [error]})
        return None

    def _after(self, fault: Fault, parsed: ParsedRequest, reply: Reply) -> Reply:
        match fault.what:
            case "loses answer" | "cuts":
                return replies.unavailable(fault.status)
            case "resets":
                raise Dropped
            case "kills":
                self._end_run(parsed)
                raise Dropped
            case "nulls":
                return replace(reply, json=_nulled(reply.json, str(fault.target), fault.message))
        return reply

    def _end_run(self, parsed: ParsedRequest) -> None:
        if parsed.who.run is not None:
            self.dead.add(parsed.who.run)
            self._kill(parsed.who.run)

    def _late(self, parsed: ParsedRequest) -> None:
        entry = self.log.open(parsed.request.method, parsed.request.path, self.hub.clock.stamp())
        entry.kind, entry.run, entry.fault, entry.who = parsed.kind, parsed.who.run, "landed late", parsed.who.login
        entry.status = self._perform(parsed, (), entry).status

    def _perform(self, parsed: ParsedRequest, faults: tuple[Fault, ...], entry: Entry) -> Reply:
        now, who = self.hub.clock.now(), parsed.who
        if parsed.request.path.removeprefix(ENTERPRISE) == "/rate_limit":
            return self._rates(who)
        wait = self.limits.create(who, now) if parsed.writes else None
        if wait is not None:
            return replies.secondary(403, wait)
        points = parsed.graphql.cost.points if parsed.graphql else 1
        if not self.limits.spend(who, parsed.resource, points, now):
            rate = self.limits.rate(who, parsed.resource, now)
            return replies.exhausted(who, parsed.resource, rate, 200 if parsed.graphql else 403)
        entry.points = points
        hub = self._as_of(faults) if not parsed.writes else self.hub
        with self.hub.db.lock:
            reply = self._graphql(hub, parsed, faults) if parsed.graphql else self._rest(hub, parsed)
        if reply.status == 304:
            self.limits.spend(who, parsed.resource, -points, now)  # what has not changed costs nothing
        rate = self.limits.rate(who, parsed.resource, now)
        return replace(reply, headers={**reply.headers, **replies.rate_headers(rate, parsed.resource)})

    def _as_of(self, faults: tuple[Fault, ...]) -> Hub:
        stale = [int(fault.target) for fault in faults if fault.what == "stale"]
        if not stale:
            return self.hub
        earlier = copy.copy(self.hub)
        earlier.db = self.hub.db.past(max(stale))
        return earlier

    def _graphql(self, hub: Hub, parsed: ParsedRequest, faults: tuple[Fault, ...]) -> Reply:
        rate = self.limits.rate(parsed.who, "graphql", self.hub.clock.now())

        def allow(position: int, name: str, alias: str) -> None:
            for fault in faults:
                if fault.what == "refuses" and fault.target in (position, name, alias):
                    raise GraphRefused(fault.type or "FORBIDDEN", fault.message if fault.type else NOT_FOR_INTEGRATIONS)
                if fault.what == "breaks" and fault.target in (position, name, alias):
                    raise GraphRefused(None, fault.message)
                if fault.what == "cuts" and position >= int(fault.target):
                    raise GraphRefused("CUT", TIMEOUT)

        graphql = parsed.graphql or graph.read(self.hub, None)
        return Reply(graph.answer(hub, parsed.who, graphql, dict(rate.as_graphql()), allow))

    def _rest(self, hub: Hub, parsed: ParsedRequest) -> Reply:
        request, api = parsed.request, self._api(parsed.request)
        path = request.path.removeprefix(ENTERPRISE)
        found = routes.find(request.method, path)
        if found is None:
            return routes.refusal(Refused("not found", "Not Found"), False, api)
        handler, place = found
        call = Call(hub, parsed.who, JsonWriter(hub.db, api, hub.server), path, place, dict(request.query), parsed.body)
        try:
            reply = handler(call)
        except Refused as refused:
            return routes.refusal(refused, parsed.who.is_integration, api)
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
