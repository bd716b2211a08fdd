"""The chat is told over real HTTPS, or nobody is; nothing that goes wrong there reaches the report."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from salesbot.adapters import webhook


class Chat(HTTPServer):
    """A chat on this machine that answers as it is told."""

    status = 200
    heard: list[bytes]


class Handler(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        self.server.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.status)
        self.send_header("Location", "https://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a chat")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "chat.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def chat(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    server = Chat(("127.0.0.1", 0), Handler)
    server.heard = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    yield server
    server.shutdown()
    server.server_close()


def address(chat: Chat) -> str:
    return f"https://127.0.0.1:{chat.server_port}/services/SECRET"


def test_the_chat_hears_a_text(chat: Chat) -> None:
    assert webhook.post(address(chat), "12,000 EUR open") == ""
    assert chat.heard == [b'{"text": "12,000 EUR open"}']


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 500])
def test_no_redirect_is_followed_and_a_refusal_is_said_without_the_address(chat: Chat, status: int) -> None:
    chat.status = status
    said = webhook.post(address(chat), "hello")
    assert said == f"it answered {status}"
    assert len(chat.heard) == 1


def test_a_certificate_nobody_vouches_for_is_refused(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert webhook.post(address(chat), "hello") == "nobody answered (SSLError)"
    assert chat.heard == []


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "file:///etc/passwd", "ftp://x/y", "hooks.slack.com/x", "https://", "https:///x", "//x"],
)
def test_what_is_no_https_address_is_not_asked(url: str) -> None:
    assert webhook.post(url, "hello") == "the address is none that begins with https://"


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/SECRET", "https://[::1/SECRET", "https://x:notaport/SECRET"])
def test_where_nobody_answers_nothing_is_raised_and_no_secret_said(url: str) -> None:
    said = webhook.post(url, "hello")
    assert said
    assert "SECRET" not in said
