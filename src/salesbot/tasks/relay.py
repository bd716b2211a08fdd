"""The relay: sends what Typeform's webhook, and GitHub's of a project, delivers to GitHub as an event.

So leads come in, and dragged cards are moves, at once.

An ASGI application without a framework, and a forwarder. A delivery is on the disk before it is answered, so nothing is
lost when a process is killed; while GitHub is down the forwarder waits, not the webhook. What a lead is, is not known
here.
"""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from salesbot.adapters.github import Client, EventRefusedError, project_webhook
from salesbot.adapters.github.project_webhook import BoardFilter
from salesbot.adapters.github.projects import issue_of
from salesbot.adapters.spool import Delivery, Spool
from salesbot.adapters.typeform import HEADER, is_signed
from salesbot.core.errors import ServiceError

EVENT, BOARD_EVENT = "typeform", "board"
LARGEST = 5 * 1024 * 1024
"""Bytes of a delivery; real ones have some thousands."""
LARGEST_EVENT = 60_000
"""Bytes of an event as it travels, all escaped; GitHub takes about 64 KB. A larger one only starts a poll."""
START_A_POLL: Mapping[str, Any] = {"poll": True}
PAUSES = (5.0, 15.0, 60.0, 300.0)
"""Seconds until the forwarder tries again; the last one from then on."""
REMEMBERED = 1000

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Log = Callable[[str], None]


@dataclass
class Relay:
    """The application. `on_delivery` is called when a new delivery was stored."""

    spool: Spool
    secret: str = field(repr=False)
    on_delivery: Callable[[], None] = field(default=lambda: None)
    board_secret: str = field(default="", repr=False)
    board: BoardFilter | None = None
    """What is passed on of what happens on the board; None where there is none."""
    _signatures: dict[str, None] = field(default_factory=dict)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request. Never 404 or 410 to a POST: Typeform would switch the webhook off at once."""
        if scope["type"] != "http":
            return
        status, text = await self._answer(scope, receive)
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})

    async def _answer(self, scope: Mapping[str, Any], receive: Receive) -> tuple[int, str]:
        if scope["method"] in ("GET", "HEAD"):
            return 200, "salesbot relay\n"
        if scope["method"] != "POST":
            return 405, "POST, please\n"
        given = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _read(receive)
        if body is None:
            return 413, "too large\n"
        if project_webhook.EVENT_HEADER.lower() in given:
            return self._answer_github(given, body)
        if not is_signed(body, given.get(HEADER.lower(), ""), self.secret):
            return 401, "not signed with our secret\n"
        self._keep(body, given[HEADER.lower()])
        return 200, "taken\n"

    def _answer_github(self, given: Mapping[str, str], body: bytes) -> tuple[int, str]:
        """Keep what matters of a change on the board. Other events, and GitHub's ping, are only answered."""
        signature = given.get(project_webhook.SIGNATURE_HEADER.lower(), "")
        if not project_webhook.is_signed(body, signature, self.board_secret):
            return 401, "not signed with our secret\n"
        if self.board is None or given[project_webhook.EVENT_HEADER.lower()] != project_webhook.EVENT:
            return 200, "not for us\n"
        try:
            passed_on = self.board.passed_on(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError):
            return 400, "not a delivery of projects_v2_item\n"
        if passed_on is None:
            return 200, "not for us\n"
        self.spool.put(json.dumps(passed_on).encode(), BOARD_EVENT)
        self.on_delivery()
        return 200, "taken\n"

    def _keep(self, body: bytes, signature: str) -> None:
        """Keep a delivery, unless it came a moment ago: Typeform delivers at least once."""
        name = self.spool.put(body, signature) if signature not in self._signatures else ""
        if name:
            self._signatures[signature] = None
            for old in list(self._signatures)[:-REMEMBERED]:
                del self._signatures[old]
            self.on_delivery()


async def _read(receive: Receive) -> bytes | None:
    """Read a body; None if it is too large, whatever length its header names."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        size += len(message.get("body", b""))
        if size > LARGEST:
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


@dataclass
class DeliveryForwarder:
    """Sends the deliveries of the spool to GitHub, and tries again what could not be sent."""

    spool: Spool
    client: Client
    repository: str
    log: Log
    _foreign: dict[str, bool] = field(default_factory=dict)
    """Whether an issue on the board, by node id, is of another repository."""
    _notified: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)

    def notify(self) -> None:
        """Have `run` look into the spool at once."""
        self._notified.set()

    def stop(self) -> None:
        """End `run` after the current delivery."""
        self._stop.set()
        self._notified.set()

    def run(self) -> None:
        """Send what is in the spool, now and whenever notified, until stopped."""
        failures = 0
        while not self._stop.is_set():
            self._notified.clear()
            failures = 0 if self.deliver() else failures + 1
            self._notified.wait(PAUSES[min(failures, len(PAUSES)) - 1] if failures else None)

    def deliver(self) -> bool:
        """Send all deliveries, oldest first; give whether all were sent.

        While GitHub cannot be reached, the others wait. One that fails in any other way, a bug, keeps no other waiting.
        """
        failed = False
        try:
            for delivery in self.spool.waiting():
                failed |= not self._sent(delivery)
        except (ServiceError, OSError) as error:
            self.log(f"Kept in the spool: {error}")
            return False
        return not failed

    def _sent(self, delivery: Delivery) -> bool:
        try:
            self._send(delivery)
        except (ServiceError, OSError):
            raise
        except Exception:  # a bug in sending one delivery: logged whole; it stays in the spool, the others are sent
            self.log(f"Kept in the spool: sending {delivery.name} failed, which is a bug in salesbot.")
            self.log(traceback.format_exc())
            return False
        self.spool.remove(delivery.name)
        self.log(f"Sent {delivery.name}.")
        return True

    def _send(self, delivery: Delivery) -> None:
        """Send one. If GitHub refuses it for what it is, it must not keep the others waiting: then a poll brings it."""
        if delivery.signature == BOARD_EVENT:
            self._send_change(json.loads(delivery.body))
            return
        try:
            self.client.dispatch(self.repository, EVENT, _payload(delivery))
        except EventRefusedError:
            self.client.dispatch(self.repository, EVENT, START_A_POLL)

    def _send_change(self, change: Mapping[str, Any]) -> None:
        """Send a change on the board, if it is about an issue of this repository; each issue is asked about once."""
        content = str(change["content_node_id"])
        if content not in self._foreign:
            found = issue_of(self.client, content)
            self._foreign[content] = found is None or found[0].casefold() != self.repository.casefold()
        if self._foreign[content]:
            self.log("A change on the board is not about an issue of this repository.")
            return
        try:
            self.client.dispatch(self.repository, BOARD_EVENT, change)
        except EventRefusedError as error:
            self.log(f"Dropped; the next sweep checks: {error}")


def _payload(delivery: Delivery) -> Mapping[str, Any]:
    """Give the payload: the body to the byte, since the signature is checked again where the secret is."""
    carried = {"body": delivery.body.decode("utf-8", "replace"), "signature": delivery.signature}
    return carried if len(json.dumps(carried)) <= LARGEST_EVENT else START_A_POLL
