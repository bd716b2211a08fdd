"""The server: HTTP in front of the gateway, in a thread of its own.

Knows sockets, and how to cut a connection. What a request means, `gateway` knows.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from email.utils import format_datetime
from urllib.parse import parse_qsl

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from github_sandbox.gateway import Dropped, Gateway, Request

PAGES = re.compile(r"/|/[^/]+/[^/]+(/issues(/\d+)?)?/?")


class _Protocol(H11Protocol):
    """HTTP/1.1 that lets the application reach its connection, to cut it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "a connection is read and written"
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


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


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read a whole request."""
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    return Request(scope["method"], scope["raw_path"].decode("latin-1"), query, headers, b"".join(chunks))


async def cut(transport: asyncio.Transport) -> None:
    """End a connection without an answer."""
    # Zero linger: the client sees a reset, not an orderly end.
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while not transport.is_closing():
        await asyncio.sleep(0)
    await asyncio.sleep(0.001)


class Sorter:
    """Sends what a browser asks to the sandbox's own pages, and everything else to the API."""

    def __init__(self, api: ASGIApp, pages: ASGIApp) -> None:
        self.api = api
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["path"].startswith("/_sandbox"):
            await self.pages(scope, receive, send)
        elif scope["method"] == "GET" and _is_browser(scope) and PAGES.fullmatch(scope["path"]):
            place = f"/_sandbox/#{scope['path'].strip('/')}".encode()
            await send({"type": "http.response.start", "status": 302, "headers": [(b"location", place)]})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self.api(scope, receive, send)


def _is_browser(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


class Server:
    """uvicorn in a thread, on a port of this machine that nobody else can reach."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        # Naming the protocol lets asyncio switch Nagle's algorithm off; without, each answer waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        self._uvicorn: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, app: ASGIApp) -> None:
        """Serve `app` until `stop`. Raise RuntimeError if the server does not come up."""
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            date_header=False,
            server_header=False,
            timeout_keep_alive=60,
        )
        self._uvicorn = uvicorn.Server(config)
        sockets = [self._socket]
        self._thread = threading.Thread(target=lambda: self._serve(sockets), name="sandbox", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._uvicorn.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"The sandbox's server did not start on {self.url}.")
            time.sleep(0.001)

    def stop(self) -> None:
        """Stop serving; connections still open are cut."""
        if self._uvicorn and self._thread:
            self._uvicorn.should_exit = self._uvicorn.force_exit = True
            self._thread.join(5)
        self._socket.close()

    def _serve(self, sockets: list[socket.socket]) -> None:
        if self._uvicorn:
            self._uvicorn.run(sockets=sockets)
