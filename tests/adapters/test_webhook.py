"""A text reaches the chat over real HTTPS, or nobody; nothing that goes wrong there stops a report."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from salesbot.adapters import webhook
from tests.adapters.answers import Answer, Answers


@pytest.fixture
def chat(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = Answers(certificate)
    yield server
    server.shutdown()
    server.server_close()


def post(url: str, text: str) -> str:
    return webhook.post(url, {"text": text}, lambda seconds: None)


def address(chat: Answers) -> str:
    return f"{chat.url}/services/SECRET"


def test_the_chat_gets_a_text(chat: Answers) -> None:
    chat.answers = [Answer(200)]
    assert post(address(chat), "12,000 EUR open") == ""
    assert [body for _, _, _, body in chat.asked] == [b'{"text": "12,000 EUR open"}']


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 500])
def test_no_redirect_is_followed_and_a_refusal_is_reported_without_the_address(chat: Answers, status: int) -> None:
    chat.answers = [Answer(status, headers={"Location": f"{chat.url}/elsewhere"})]
    wrong = post(address(chat), "hello")
    assert wrong == f"the chat answered {status}{', a redirect, which is not followed' if status < 400 else ''}"
    assert len(chat.asked) == 1


def test_a_web_page_is_no_answer_of_a_webhook(chat: Answers) -> None:
    chat.answers = [Answer(200, b"<html>Sign in</html>", {"Content-Type": "text/html; charset=utf-8"})]
    assert post(address(chat), "hello") == (
        "the chat answered 200 with a web page, so its address is not that of an incoming webhook"
    )


def test_a_slow_chat_is_given_up(chat: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.2)
    monkeypatch.setattr(chat.RequestHandlerClass, "do_POST", lambda handler: time.sleep(1))
    wrong = post(address(chat), "hello")
    assert wrong
    assert "SECRET" not in wrong


def test_a_chat_that_answers_a_byte_at_a_time_delays_nothing(chat: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    drip = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        drip.wait(5)

    monkeypatch.setattr(webhook, "TIMEOUT", 1)
    monkeypatch.setattr(chat.RequestHandlerClass, "do_POST", answer)
    assert post(address(chat), "hello") == ""
    drip.set()


def test_a_certificate_nobody_vouches_for_is_refused(chat: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert post(address(chat), "hello") == (
        "the chat cannot be reached (its certificate is not trusted: self-signed certificate)"
    )
    assert chat.asked == []


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "file:///etc/passwd", "ftp://x/y", "hooks.slack.com/x", "https://", "https:///x", "//x"],
)
def test_what_is_no_https_address_is_not_asked(url: str) -> None:
    assert post(url, "hello") == "the address does not begin with https://"


@pytest.mark.parametrize("url", ["https://u:p@e.vil/x", "https://chat.example\\@e.vil/x", "https://chat.example/\n"])
def test_an_address_with_a_user_or_a_backslash_is_posted_nothing(url: str) -> None:
    assert "must be an address without a user name, a backslash" in post(url, "hello")


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/SECRET", "https://[::1/SECRET", "https://x:notaport/SECRET"])
def test_where_nobody_answers_nothing_is_raised_and_no_secret_shown(url: str) -> None:
    wrong = post(url, "hello")
    assert wrong
    assert "SECRET" not in wrong
