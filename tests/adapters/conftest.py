"""What the tests of clients share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.adapters.answers import Answers


def write_certificate(file: Path, *, host: str = "127.0.0.1", days: tuple[int, int] = (-1, 1)) -> Path:
    """Write the certificate of a server on this machine, with its key, valid for these days from today."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a server")])
    now = datetime.now(UTC)
    of = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName([of]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the certificate of a server on this machine, with its key."""
    return write_certificate(tmp_path_factory.mktemp("tls") / "chat.pem")


@pytest.fixture
def server() -> Iterator[Answers]:
    """Serve answers over HTTP."""
    server = Answers()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def github(server: Answers) -> Answers:
    """Serve answers as GitHub."""
    return server
