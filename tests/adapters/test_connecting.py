"""Why a connection cannot be made, over real sockets, TLS and a real proxy; and whom every client trusts."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from salesbot.adapters import webhook
from salesbot.adapters.connecting import CA_VARIABLES, trusted
from salesbot.adapters.github.app_login import installation_token
from salesbot.adapters.github.client import Client, UnclearError
from salesbot.adapters.http import BACKOFF
from salesbot.adapters.streak import Streak
from salesbot.adapters.typeform import Typeform
from salesbot.core.errors import InputError, ServiceError
from tests.adapters.answers import Answer, Answers
from tests.adapters.conftest import write_certificate
from tests.keys import key_pair

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
Ask = Callable[[str, list[float]], object]
"""Sends one request to an address, given where it waits."""


def ask_github(url: str, waited: list[float]) -> object:
    return Client("secret", url, f"{url}/graphql", sleep=waited.append).query("query { x }", {})


def ask_github_over_rest(url: str, waited: list[float]) -> object:
    return Client("secret", url, f"{url}/graphql", sleep=waited.append).get("/repos/acme/sales")


def ask_typeform(url: str, waited: list[float]) -> object:
    return Typeform("secret", url, sleep=waited.append).responses("u6", SINCE)


def ask_streak(url: str, waited: list[float]) -> object:
    return Streak("secret", url, sleep=waited.append).mirrors("agxz")


def tell_chat(url: str, waited: list[float]) -> object:
    wrong = webhook.post(f"{url}/SECRET", {"text": "hello"}, waited.append)
    if wrong:
        raise ServiceError(wrong)
    return wrong


def sign_in(url: str, waited: list[float]) -> object:
    return installation_token("12", key_pair()[0], "acme/sales", api_url=url)


ALL = {
    "GitHub": (ask_github, Answer(200, {"data": {}})),
    "GitHub over REST": (ask_github_over_rest, Answer(200, {})),
    "Typeform": (ask_typeform, Answer(200, {"items": []})),
    "Streak": (ask_streak, Answer(200, [])),
    "a chat": (tell_chat, Answer(200)),
}
EVERYBODY = pytest.mark.parametrize(
    "ask", [pytest.param(ask, id=name) for name, (ask, _) in ALL.items()] + [pytest.param(sign_in, id="an App")]
)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*CA_VARIABLES, "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


Serve = Callable[[Path | None], Answers]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Answers] = []

    def start(certificate: Path | None) -> Answers:
        servers.append(Answers(certificate))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


# Certificates


@pytest.mark.parametrize("variable", CA_VARIABLES)
@pytest.mark.parametrize(("ask", "success"), ALL.values(), ids=ALL)
def test_every_client_trusts_the_authority_that_the_environment_names(
    serve: Serve, certificate: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask, success: Answer, variable: str
) -> None:
    server = serve(certificate)
    server.answers = [success]
    monkeypatch.setenv(variable, str(certificate))
    ask(server.url, [])
    assert len(server.asked) == 1


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_an_app_signs_in_where_a_private_authority_vouches(
    serve: Serve, certificate: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    server = serve(certificate)
    server.answers = [Answer(200, {"id": 7}), Answer(201, {"token": "ghs_1", "expires_at": "2026-11-23T13:00:00Z"})]
    monkeypatch.setenv(variable, str(certificate))
    assert sign_in(server.url, []) == "ghs_1"


@EVERYBODY
@pytest.mark.parametrize(
    ("host", "days", "named", "why"),
    [
        pytest.param("127.0.0.1", (-1, 1), False, "is not trusted: self-signed certificate", id="not trusted"),
        pytest.param("127.0.0.1", (-9, -2), True, "has expired", id="expired"),
        pytest.param("127.0.0.1", (2, 9), True, "is not valid yet", id="not valid yet"),
        pytest.param("10.0.0.9", (-1, 1), True, "is for another host name", id="another address"),
        pytest.param("ghe.acme.example", (-1, 1), True, "is for another host name", id="another name"),
    ],
)
def test_a_certificate_that_does_not_hold_is_named_and_not_tried_again(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    ask: Ask, host: str, days: tuple[int, int], named: bool, why: str,
) -> None:  # fmt: skip
    file = write_certificate(tmp_path / "server.pem", host=host, days=days)
    if named:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    server, waited = serve(file), list[float]()
    with pytest.raises(ServiceError) as failed:
        ask(server.url, waited)
    assert f"cannot be reached (its certificate {why}" in str(failed.value)
    assert "next run" not in str(failed.value)
    assert [each for each in waited if each >= 1] == []


def test_how_to_name_the_authority_is_in_the_advice(serve: Serve, certificate: Path) -> None:
    with pytest.raises(ServiceError, match=r"REQUESTS_CA_BUNDLE or SSL_CERT_FILE, see docs/server\.md"):
        ask_github(serve(certificate).url, [])


def test_a_write_to_a_server_that_is_not_trusted_is_no_unclear_one(serve: Serve, certificate: Path) -> None:
    url = serve(certificate).url
    with pytest.raises(ServiceError, match="not trusted") as failed:
        Client("secret", url, f"{url}/graphql").mutate("mutation { x }", {})
    assert not isinstance(failed.value, UnclearError)


@pytest.mark.parametrize("variable", CA_VARIABLES)
def test_a_file_that_is_not_there_is_a_wrong_input(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "ca.pem"))
    with pytest.raises(InputError, match=rf"{variable} names a file that is not there: .*/ca\.pem"):
        ask_github("https://127.0.0.1:9", [])


def test_a_file_without_certificates_is_named(
    serve: Serve, certificate: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with pytest.raises(ServiceError, match=r"certificate authorities cannot be read\). .* must name a PEM file"):
        ask_github(serve(certificate).url, [])


def test_the_first_variable_that_is_set_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert trusted() is True
    for name in reversed(CA_VARIABLES):
        file = tmp_path / name
        file.touch()
        monkeypatch.setenv(name, str(file))
        assert trusted() == str(file)


# Where nobody answers

CLOSED = "http://127.0.0.1:9"


@pytest.mark.parametrize("ask", [ask_github, ask_github_over_rest, ask_typeform, ask_streak])
@pytest.mark.parametrize(
    ("url", "why", "advice"),
    [
        pytest.param(CLOSED, "the connection was refused", "Check the address and its port", id="refused"),
        pytest.param("https://ghe.invalid", "its host name has no address in DNS", "Check the name", id="DNS"),
    ],
)
def test_what_may_pass_is_tried_four_times_and_named(ask: Ask, url: str, why: str, advice: str) -> None:
    waited: list[float] = []
    if ask is ask_streak and url == CLOSED:
        url = "http://localhost:9"
    with pytest.raises(ServiceError) as failed:
        ask(url, waited)
    assert f"did not answer ({why}), 4 times in a row. {advice}" in str(failed.value)
    assert "the next run tries again" in str(failed.value)
    assert [each for each in waited if each >= 1] == list(BACKOFF)


@pytest.mark.parametrize("ask", [ask_github, ask_typeform, ask_streak])
def test_a_connection_that_is_cut_is_named(serve: Serve, ask: Ask) -> None:
    server = serve(None)
    server.answers = [Answer(0)] * 4
    with pytest.raises(ServiceError, match=r"did not answer \(the connection was cut\), 4 times in a row"):
        ask(server.url, [])


@pytest.fixture
def silent() -> Iterator[str]:
    """A port that takes connections and never answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


def test_a_server_that_says_nothing_is_given_up_in_time(silent: str) -> None:
    from salesbot.adapters.github.transport import open_transport

    client = Client(
        "secret", silent, f"{silent}/graphql", open_transport=lambda token, url: open_transport(token, url, timeout=1)
    )
    with pytest.raises(ServiceError, match=r"GitHub did not answer \(no answer in time\), 4 times in a row"):
        client.query("query { x }", {})


@pytest.mark.parametrize("ask", [ask_github, ask_typeform, ask_streak, tell_chat])
def test_a_port_without_tls_is_named_and_not_tried_again(serve: Serve, ask: Ask) -> None:
    server, waited = serve(None), list[float]()
    with pytest.raises(ServiceError, match=r"cannot be reached \(its port does not speak TLS\)"):
        ask(server.url.replace("http:", "https:"), waited)
    assert [each for each in waited if each >= 1] == []


# Proxies


@pytest.fixture
def proxy() -> Iterator[Callable[[int], str]]:
    """A proxy that answers every CONNECT with one status."""
    servers: list[HTTPServer] = []

    def start(status: int) -> str:
        class Refusing(BaseHTTPRequestHandler):
            def do_CONNECT(self) -> None:
                self.send_error(status)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
                """Keep the output of the tests clean."""

        servers.append(HTTPServer(("127.0.0.1", 0), Refusing))
        threading.Thread(target=servers[-1].serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("ask", [ask_github, ask_typeform, ask_streak])
@pytest.mark.parametrize(
    ("status", "said"),
    [
        pytest.param(
            407, "cannot be reached (the proxy asks for a user and a password). Put them into HTTPS_PROXY", id="407"
        ),
        pytest.param(403, "cannot be reached (the proxy forbids it). Ask its administrator", id="403"),
        pytest.param(502, "did not answer (the proxy did not connect), 4 times in a row. Check HTTPS_PROXY", id="502"),
    ],
)
def test_a_proxy_that_refuses_is_named(
    proxy: Callable[[int], str], monkeypatch: pytest.MonkeyPatch, ask: Ask, status: int, said: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy(status))
    with pytest.raises(ServiceError) as failed:
        ask("https://github.acme.example", [])
    assert said in str(failed.value)


def test_no_sentence_about_a_chat_names_its_address() -> None:
    for url in (CLOSED.replace("http:", "https:"), "https://hooks.invalid", "https://x:notaport"):
        with pytest.raises(ServiceError) as failed:
            tell_chat(url, [])
        assert not any(part in str(failed.value) for part in ("SECRET", "127.0.0.1", "hooks", "notaport"))
