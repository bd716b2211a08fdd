"""The relay over HTTP: what the webhook delivers is a lead at once; what cannot be handed over waits on the disk."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import requests

from github_sandbox import Fault
from github_sandbox.http.server import Server
from salesbot.adapters.github import Client
from salesbot.adapters.spool import Spool
from salesbot.tasks import relay
from salesbot.tasks.relay import DeliveryForwarder, Relay
from tests.adapters.answers import Answer, Answers
from tests.e2e.forms import JANE, Forms
from tests.e2e.play import Play


class Post:
    """A relay that listens, and its forwarder, whose rounds a test makes."""

    def __init__(self, forms: Forms, folder: Path) -> None:
        self.forms = forms
        self.spool = Spool(folder)
        self.said: list[str] = []
        self.deliveries = 0
        play = forms.play
        client = Client(
            play.github.token("kim"),
            play.github.api_url,
            play.github.graphql_url,
            open_transport=play.door.open,
        )
        self.forwarder = DeliveryForwarder(self.spool, client, "acme/sales", self.said.append)
        self.server = Server()
        self.server.start(Relay(self.spool, forms.typeform.secret, self._delivered))

    def _delivered(self) -> None:
        self.deliveries += 1

    def deliver(self, body: bytes, signature: str | None) -> requests.Response:
        headers = {"Typeform-Signature": signature} if signature is not None else {}
        return requests.post(f"{self.server.url}/typeform", data=body, headers=headers, timeout=10)

    def waiting(self) -> int:
        return len(list(self.spool.waiting()))


@pytest.fixture
def post(forms: Forms, tmp_path: Path) -> Iterator[Post]:
    post = Post(forms, tmp_path / "spool")
    yield post
    post.server.stop()


def test_what_the_webhook_delivers_is_a_lead_at_once(play: Play, forms: Forms, post: Post) -> None:
    token = forms.send({**JANE, "lead_name": "Jöhn “Doe” 😀"})
    assert post.deliver(*forms.typeform.delivery(token)).status_code == 200
    assert (post.deliveries, post.waiting()) == (1, 1)
    assert post.forwarder.deliver()
    assert (post.waiting(), [delivery.name for delivery in play.github.outbox]) == (0, ["repository_dispatch.typeform"])
    assert play.run().exit_code == 0
    assert len(forms.of(token)) == 1
    forms.poll()
    assert len(forms.leads()) == 1


def test_a_delivery_that_comes_twice_is_handed_over_once(play: Play, forms: Forms, post: Post) -> None:
    delivery = forms.typeform.delivery(forms.send())
    for _ in range(3):
        assert post.deliver(*delivery).status_code == 200
        post.forwarder.deliver()
    assert len(play.github.outbox) == 1


@pytest.mark.parametrize(
    "signature", [None, "", "sha256=AAAA", "sha256=" + "A" * 1000], ids=["none", "empty", "wrong", "long"]
)
def test_what_is_not_signed_is_not_taken(forms: Forms, post: Post, signature: str | None) -> None:
    body, _ = forms.typeform.delivery(forms.send())
    assert post.deliver(body, signature).status_code == 401
    assert (post.deliveries, post.waiting()) == (0, 0)


def test_thirty_megabytes_are_refused(post: Post) -> None:
    try:
        status = post.deliver(b"x" * 30_000_000, "sha256=AAAA").status_code
    except requests.ConnectionError:
        status = 413  # cut off while it still sends
    assert (status, post.waiting()) == (413, 0)


@pytest.mark.parametrize(
    "brief",
    [
        pytest.param("word " * 14_000, id="of 70,000 letters"),
        pytest.param("ö" * 15_000, id="of 15,000 umlauts, which travel as six bytes each"),
        pytest.param('"' * 25_000, id="of 25,000 quotation marks, escaped twice"),
    ],
)
def test_a_response_too_large_for_an_event_wakes_a_poll(play: Play, forms: Forms, post: Post, brief: str) -> None:
    token = forms.send({**JANE, "lead_brief": brief})
    post.deliver(*forms.typeform.delivery(token))
    assert post.forwarder.deliver(), post.said
    assert play.github.outbox[0].payload["client_payload"] == {"poll": True}
    play.run()
    assert len(forms.of(token)) == 1


@pytest.mark.parametrize(
    "fault",
    [Fault.fails(502), Fault.resets(), Fault.secondary(403), Fault.loses_answer()],
    ids=["502", "cut off", "limit", "the answer is lost"],
)
def test_what_github_did_not_take_waits_and_goes_later(play: Play, forms: Forms, post: Post, fault: Fault) -> None:
    token = forms.send()
    post.deliver(*forms.typeform.delivery(token))
    play.github.arm(fault)
    assert not post.forwarder.deliver()
    assert post.waiting() == 1
    assert post.forwarder.deliver()
    assert post.waiting() == 0
    play.reconcile()
    assert len(forms.of(token)) == 1


def test_what_github_will_never_take_keeps_no_other_waiting(
    play: Play, forms: Forms, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LARGEST_EVENT", 10**6)
    tokens = [forms.send({**JANE, "lead_brief": "word " * 14_000}), forms.send()]
    for token in tokens:
        post.deliver(*forms.typeform.delivery(token))
    assert post.forwarder.deliver(), post.said
    play.reconcile()
    assert ([len(forms.of(token)) for token in tokens], post.waiting()) == ([1, 1], 0)


def test_a_token_that_may_not_is_named_and_nothing_is_lost(forms: Forms, post: Post) -> None:
    post.deliver(*forms.typeform.delivery(forms.send()))
    post.forwarder.client = Client(
        forms.play.github.token("eve"), forms.play.github.api_url, forms.play.github.graphql_url
    )
    assert not post.forwarder.deliver()
    assert (post.waiting(), "`contents: write`" in post.said[-1]) == (1, True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_no_delivery_and_is_named(forms: Forms, post: Post, status: int) -> None:
    post.deliver(*forms.typeform.delivery(forms.send()))
    moved = Answers()
    moved.answers = [Answer(status, {}, {"Location": f"{moved.url}/repositories/7/dispatches"}), Answer(200, {})]
    post.forwarder.client = Client("t", moved.url, moved.url)
    assert not post.forwarder.deliver()
    assert (post.waiting(), len(moved.asked)) == (1, 1)
    assert f"Kept in the spool: GitHub answered {status}, a redirect, which is not followed." in post.said[-1]
    moved.server_close()


class Failing:
    """A client that fails with one delivery, in a way that nobody expects."""

    def __init__(self, client: Client, signature: str, error: Exception) -> None:
        self.client, self.signature, self.error = client, signature, error

    def dispatch(self, repository: str, event: str, payload: Mapping[str, Any]) -> None:
        if payload.get("signature") == self.signature:
            raise self.error
        self.client.dispatch(repository, event, payload)


@pytest.mark.parametrize("error", [RuntimeError("odd"), KeyError("odd"), RecursionError("odd"), UnicodeError("odd")])
def test_any_failure_of_the_client_keeps_its_delivery_and_no_other(
    play: Play, forms: Forms, post: Post, error: Exception
) -> None:
    deliveries = [forms.typeform.delivery(forms.send()) for _ in range(3)]
    for delivery in deliveries:
        post.deliver(*delivery)
    client = post.forwarder.client
    post.forwarder.client = cast("Client", Failing(client, deliveries[1][1], error))
    assert not post.forwarder.deliver()
    assert (post.waiting(), len(play.github.outbox)) == (1, 2)
    assert any("odd" in line for line in post.said)
    post.forwarder.client = client
    assert post.forwarder.deliver()
    assert (post.waiting(), len(play.github.outbox)) == (0, 3)


def test_what_waits_survives_a_restart_and_is_nobodys_to_read(forms: Forms, post: Post) -> None:
    for _ in range(2):
        post.deliver(*forms.typeform.delivery(forms.send()))
    (post.spool.folder / "note.json").write_text("{}")
    (post.spool.folder / "half.json").write_text('{"body": "x')
    again = Spool(post.spool.folder)
    assert len(list(again.waiting())) == 2
    modes = {stat.S_IMODE(file.stat().st_mode) for file in post.spool.folder.glob("*.json") if len(file.stem) == 32}
    assert modes == {0o600}


def test_it_answers_within_a_second_while_github_hangs(play: Play, forms: Forms, post: Post) -> None:
    play.github.arm(Fault.hangs(3))
    begun = time.monotonic()
    assert post.deliver(*forms.typeform.delivery(forms.send())).status_code == 200
    assert time.monotonic() - begun < 1
    play.github.faults.clear()


def test_a_look_at_it_says_that_it_is_there(post: Post) -> None:
    assert requests.get(post.server.url, timeout=5).text == "salesbot relay\n"
    assert requests.put(post.server.url, timeout=5).status_code == 405


def test_the_program_serves_and_hands_over(play: Play, forms: Forms, tmp_path: Path) -> None:
    """The true process: `salesbot relay`, killed and started again with something in its folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env: dict[str, Any] = {
        **os.environ, "GITHUB_TOKEN": play.github.token("kim"), "GITHUB_API_URL": play.github.api_url,
        "GITHUB_GRAPHQL_URL": play.github.graphql_url, "TYPEFORM_WEBHOOK_SECRET": forms.typeform.secret,
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "salesbot",
        "relay",
        "--repo",
        "acme/sales",
        "--port",
        str(port),
        "--spool",
        "spool",
    ]
    tokens = [forms.send(), forms.send()]
    body, signature = forms.typeform.delivery(tokens[0])
    Spool(tmp_path / "spool").put(body, signature)
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _until(lambda: _is_up(port))
        body, signature = forms.typeform.delivery(tokens[1])
        headers = {"Typeform-Signature": signature}
        requests.post(f"http://127.0.0.1:{port}/", data=body, headers=headers, timeout=10).raise_for_status()
        _until(lambda: len(play.github.outbox) == 2)
    finally:
        process.kill()
        process.wait(10)
    play.reconcile()
    assert [len(forms.of(token)) for token in tokens] == [1, 1]


def _is_up(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=1).ok
    except requests.ConnectionError:
        return False


def _until(true: Any) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_forwarder_sends_one_request_for_each(play: Play, forms: Forms, post: Post) -> None:
    for _ in range(3):
        post.deliver(*forms.typeform.delivery(forms.send()))
    before = len(play.github.requests)
    post.forwarder.deliver()
    assert [entry.path for entry in play.github.requests[before:]] == ["/repos/acme/sales/dispatches"] * 3
