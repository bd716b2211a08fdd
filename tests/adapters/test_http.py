"""What every client does alike, over real HTTP: wait as long as `Retry-After` asks, and never count a redirect."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path

import pytest

from salesbot.adapters import webhook
from salesbot.adapters.github.client import NO_RETRY_AFTER, Client
from salesbot.adapters.http import BACKOFF, retry_after
from salesbot.adapters.streak import Streak
from salesbot.adapters.typeform import Typeform
from salesbot.core.errors import ServiceError
from salesbot.core.model.mirror import Layout
from tests.adapters.answers import Answer, Answers

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
IN_TIME = 3
"""Seconds a test may take between writing a date and its being read."""


def in_seconds(seconds: float) -> str:
    """Write a moment as HTTP does."""
    return formatdate(time.time() + seconds, usegmt=True)


@dataclass
class Service:
    """A client and the server it talks to. `call` sends one request that changes nothing twice."""

    server: Answers
    call: Callable[[], object]
    success: Answer
    waited: list[float] = field(default_factory=list)
    without: float = BACKOFF[0]
    """Seconds it waits where the service does not say how long."""

    def waits_after(self, status: int, headers: Mapping[str, str]) -> float:
        """Answer once with a failure, then with a success, and give how long the client waited between them."""
        self.server.answers = [Answer(status, {}, headers), self.success]
        self.call()
        assert len(self.server.asked) == 2
        return sum(self.waited) - self._spacing

    _spacing: float = 0.0


def a_typeform(server: Answers, waited: list[float]) -> Service:
    client = Typeform("secret", server.url, sleep=waited.append)
    service = Service(server, lambda: client.responses("u6", SINCE), Answer(200, {"items": []}), waited)
    service._spacing = 0.5
    return service


def a_streak(server: Answers, waited: list[float]) -> Service:
    client = Streak("secret", server.url, sleep=waited.append)
    return Service(server, lambda: client.mirrors("agxz"), Answer(200, []), waited)


def a_github(server: Answers, waited: list[float]) -> Service:
    client = Client("secret", server.url, f"{server.url}/graphql", sleep=waited.append)
    return Service(server, lambda: client.get("/repos/acme/sales"), Answer(200, {}), waited, NO_RETRY_AFTER)


@pytest.fixture
def chat(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = Answers(certificate)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["Typeform", "Streak", "GitHub", "a chat"])
def service(request: pytest.FixtureRequest, server: Answers, chat: Answers) -> Service:
    waited: list[float] = []
    if request.param == "a chat":
        return Service(
            chat, lambda: webhook.post(f"{chat.url}/SECRET", {"text": "hello"}, waited.append), Answer(200), waited
        )
    return {"Typeform": a_typeform, "Streak": a_streak, "GitHub": a_github}[request.param](server, waited)


def test_seconds_are_waited(service: Service) -> None:
    assert service.waits_after(429, {"Retry-After": "7"}) == 7


def test_a_date_is_waited_for(service: Service) -> None:
    assert 15 - IN_TIME <= service.waits_after(429, {"Retry-After": in_seconds(15)}) <= 15


@pytest.mark.parametrize("text", ["0", "a second ago", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_moment_that_has_passed_is_waited_for_no_longer_than_the_first_pause(service: Service, text: str) -> None:
    text = in_seconds(-1) if text == "a second ago" else text
    assert service.waits_after(429, {"Retry-After": text}) == BACKOFF[0]


@pytest.mark.parametrize("text", ["soon", "", "-5", "1.5", "²", "9" * 5000, "Mon, 31 Foo 2026 12:00:00 GMT", "\x00"])
def test_what_cannot_be_read_is_as_if_it_were_not_there(service: Service, text: str) -> None:
    assert retry_after({"retry-after": text}) is None
    if text.isprintable() and text.isascii():
        assert service.waits_after(429, {"Retry-After": text}) == service.without


def test_without_it_the_first_pause_is_waited(service: Service) -> None:
    assert service.waits_after(429, {}) == service.without


@pytest.mark.parametrize("text", ["3600", "in an hour", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_waits_longer_than_a_run_may(service: Service, text: str) -> None:
    text = in_seconds(3600) if text == "in an hour" else text
    service.server.answers = [Answer(429, {}, {"Retry-After": text})]
    try:
        outcome = service.call()
    except ServiceError as error:
        outcome = str(error)
    assert re.search(r"wait(ing)? (359\d|3600|21600) s", str(outcome))
    assert (len(service.server.asked), service.waited) == (1, [])


@pytest.mark.parametrize("make", [a_typeform, a_streak, a_github])
def test_a_service_that_is_down_says_how_long_as_well(
    server: Answers, make: Callable[[Answers, list[float]], Service]
) -> None:
    assert make(server, []).waits_after(503, {"Retry-After": "9"}) == 9


# A redirect is no success


REDIRECTS = pytest.mark.parametrize("status", [300, 302, 303, 304, 307, 308])


@REDIRECTS
@pytest.mark.parametrize("make", [a_typeform, a_streak, a_github])
def test_a_redirect_is_no_answer_to_a_read(
    server: Answers, status: int, make: Callable[[Answers, list[float]], Service]
) -> None:
    service = make(server, [])
    server.answers = [Answer(status, service.success.body, {"Location": f"{server.url}/elsewhere"})]
    with pytest.raises(ServiceError, match=f"{status}, a redirect"):
        service.call()
    assert len(server.asked) == 1


@REDIRECTS
@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda url: Streak("k", url).create("agxz", "Acme", "5001", ""), id="a box"),
        pytest.param(lambda url: Streak("k", url).add_column(Layout("agxz", "Sales", {}, {}), "GitHub"), id="a column"),
        pytest.param(lambda url: Streak("k", url).delete("agxz"), id="a box to be deleted"),
        pytest.param(lambda url: Client("t", url, url).mutate("mutation { x }", {}), id="a mutation"),
        pytest.param(lambda url: Client("t", url, url).dispatch("acme/sales", "typeform", {}), id="an event"),
    ],
)
def test_a_redirect_never_counts_as_written(server: Answers, status: int, write: Callable[[str], object]) -> None:
    server.answers = [Answer(status, {"key": "agxz", "data": {}}, {"Location": f"{server.url}/elsewhere"})]
    with pytest.raises(ServiceError, match=str(status)):
        write(server.url)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [301, *REDIRECTS.args[1]])
@pytest.mark.parametrize("location", ["/elsewhere", "{}/elsewhere", "https://elsewhere.example/", "\\\\e.vil", None])
def test_an_event_that_is_redirected_was_not_taken(server: Answers, status: int, location: str | None) -> None:
    to = {"Location": location.format(server.url)} if location else {}
    server.answers = [Answer(status, {}, to), Answer(200, {})]
    with pytest.raises(ServiceError, match=f"GitHub answered {status}, a redirect"):
        Client("t", server.url, server.url).dispatch("acme/sales", "typeform", {})
    assert len(server.asked) == 1


def test_an_event_is_sent_with_the_token(server: Answers) -> None:
    server.answers = [Answer(204, {})]
    Client("t0ken", f"{server.url}/api/v3/", server.url).dispatch("acme/sales", "typeform", {"poll": True})
    ((verb, path, headers, body),) = server.asked
    assert (verb, path) == ("POST", "/api/v3/repos/acme/sales/dispatches")
    assert (headers["Authorization"], headers["User-Agent"]) == ("Bearer t0ken", "salesbot")
    assert json.loads(body) == {"event_type": "typeform", "client_payload": {"poll": True}}


def test_github_moving_to_another_host_is_one_sentence(server: Answers) -> None:
    server.answers = [Answer(301, {}, {"Location": "https://elsewhere.example/graphql"})]
    with pytest.raises(ServiceError, match="GITHUB_API_URL"):
        Client("t", server.url, server.url).mutate("mutation { x }", {})


def test_a_chat_that_may_have_the_text_gets_it_once(chat: Answers) -> None:
    chat.answers = [Answer(503, {}, {"Retry-After": "1"})]
    assert webhook.post(f"{chat.url}/SECRET", {"text": "hello"}, lambda seconds: None) == "the chat answered 503"
    assert len(chat.asked) == 1
