"""A web server in a thread of its own. It knows sockets and how to cut a connection, and nothing of the application."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol


class _Protocol(H11Protocol):
    """HTTP/1.1 that lets the application reach its connection, to cut it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "a connection is read and written"
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


async def cut(transport: asyncio.Transport) -> None:
    """End a connection without an answer."""
    # Zero linger: the client sees a reset, not an orderly end.
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while not transport.is_closing():
        await asyncio.sleep(0)
    await asyncio.sleep(0.001)


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
