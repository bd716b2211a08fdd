"""The ASGI application of GitHub's API, and the router that keeps the sandbox's own pages apart from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from email.utils import format_datetime

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from github_sandbox.api.gateway import Dropped, Gateway
from github_sandbox.http.own_page import refusal
from github_sandbox.http.request import read_request
from github_sandbox.http.server import cut

PAGES = re.compile(r"/|/[^/]+/[^/]+(/issues(/\d+|/new)?|/actions|/report)?/?")


class ApiApp:
    """The ASGI application that hands requests to the gateway."""

    def __init__(self, gateway: Gateway, after: Callable[[], None]) -> None:
        self.gateway = gateway
        self.after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or cut its connection."""
        try:
            reply, more = await self.gateway.handle(await read_request(scope, receive))
        except Dropped:
            await cut(scope["state"]["transport"])
            return
        empty = reply.json is None and reply.status in (204, 304)
        body = b"" if empty else json.dumps(reply.json).encode()
        date = format_datetime(self.gateway.hub.clock.now(), usegmt=True)
        headers = {"Content-Type": "application/json; charset=utf-8", "Date": date, "Server": "github.com"}
        if reply.status != 304:
            headers["Content-Length"] = str(len(body))
        pairs = [(k.lower().encode(), v.encode()) for k, v in {**headers, **reply.headers, **more}.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})
        self.after()


class Router:
    """Sends a browser's requests to the sandbox's own pages, and everything else to the API."""

    def __init__(self, api: ASGIApp, pages: ASGIApp) -> None:
        self.api = api
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless a page of another site sent it."""
        own = scope["path"].startswith("/_sandbox")
        refused = refusal(scope, only_json=own)
        if refused:
            await JSONResponse({"message": refused[1], "error": refused[1]}, refused[0])(scope, receive, send)
        elif own or (scope["method"] == "GET" and _is_browser(scope) and PAGES.fullmatch(scope["path"])):
            await self.pages(scope, receive, send)
        else:
            await self.api(scope, receive, send)


def _is_browser(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
