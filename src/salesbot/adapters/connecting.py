"""What every connection has in common: whom it trusts, and why it could not be made.

Knows no service. Messages name no address: that of a chat is a secret.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests
from urllib3.exceptions import NameResolutionError, ReadTimeoutError

from salesbot.core.errors import InputError

CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
"""Each names a file of certificate authorities, the first one set counts. requests knows the first two by itself."""
EXPIRED, NOT_YET_VALID, OTHER_HOST, OTHER_ADDRESS = 10, 9, 62, 64
"""OpenSSL's codes: https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/"""


@dataclass(frozen=True)
class ConnectionFailure:
    """Why no answer came. `lasts` says that trying again at once, or in the next run, brings the same."""

    why: str
    advice: str = ""
    lasts: bool = False

    @property
    def outcome(self) -> str:
        """What a service did, to go behind its name."""
        return f"{'cannot be reached' if self.lasts else 'did not answer'} ({self.why})"


TIMED_OUT = ConnectionFailure("no answer in time")
CUT = ConnectionFailure("the connection was cut")
REFUSED = ConnectionFailure(
    "the connection was refused", "Check the address and its port; if both are right, the next run tries again"
)
NO_ADDRESS = ConnectionFailure(
    "its host name has no address in DNS", "Check the name; if it is right, the next run tries again"
)
NO_ROUTE = ConnectionFailure(
    "there is no route to it",
    "Check the network and the proxy of the runner; if both are right, the next run tries again",
)
EXPIRED_CERTIFICATE = ConnectionFailure(
    "its certificate has expired, or the clock of this machine is wrong",
    "Ask the server's administrator to renew the certificate",
    lasts=True,
)
FUTURE_CERTIFICATE = ConnectionFailure(
    "its certificate is not valid yet, or the clock of this machine is wrong",
    "Correct the clock, or the certificate on the server",
    lasts=True,
)
OTHER_CERTIFICATE = ConnectionFailure(
    "its certificate is for another host name", "Use the host name that the certificate has", lasts=True
)
NO_TLS = ConnectionFailure(
    "its port does not speak TLS", "Check the port, and whether the address begins with http:// instead", lasts=True
)
NO_CERTIFICATES = ConnectionFailure(
    "the file of certificate authorities cannot be read",
    "REQUESTS_CA_BUNDLE or SSL_CERT_FILE must name a PEM file",
    lasts=True,
)
PROXY_SIGN_IN = ConnectionFailure(
    "the proxy asks for a user and a password", "Put them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT", lasts=True
)
PROXY_FORBIDS = ConnectionFailure("the proxy forbids it", "Ask its administrator to allow the address", lasts=True)
PROXY_FAILED = ConnectionFailure(
    "the proxy did not connect", "Check HTTPS_PROXY; if it is right, the next run tries again"
)
WRONG_ADDRESS = ConnectionFailure("its address, or that of the proxy, is not an address", "Correct it", lasts=True)
_CODES = {
    EXPIRED: EXPIRED_CERTIFICATE,
    NOT_YET_VALID: FUTURE_CERTIFICATE,
    OTHER_HOST: OTHER_CERTIFICATE,
    OTHER_ADDRESS: OTHER_CERTIFICATE,
}
_TLS_SIGNS = {
    "WRONG_VERSION_NUMBER": NO_TLS,
    "RECORD_LAYER_FAILURE": NO_TLS,
    "HTTP_REQUEST": NO_TLS,
    "UNKNOWN_PROTOCOL": NO_TLS,
    "NO_CERTIFICATE_OR_CRL_FOUND": NO_CERTIFICATES,
    "PEM": NO_CERTIFICATES,
}


def trusted() -> str | bool:
    """Give what `verify` takes: the file of certificate authorities that the environment names, else True (certifi's).

    Read from the environment itself, as requests does. Raises InputError if the file is not there.
    """
    for name in CA_VARIABLES:
        path = os.environ.get(name)
        if path:
            if not Path(path).exists():
                hint = "In a container, the file must be in a folder that is mounted there, see docs/server.md"
                raise InputError(f"{name} names a file that is not there: {path}.", hint)
            return path
    return True


def read_failure(error: Exception) -> ConnectionFailure:
    """Say why a request got no answer, by what lies behind the error of requests."""
    causes = list(_causes(error))
    if any(isinstance(cause, requests.exceptions.ProxyError) for cause in causes):
        return _of_proxy(" ".join(map(str, causes)))
    for cause in causes:
        found = _of_tls(cause) or _of_socket(cause)
        if found is not None:
            return found
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return WRONG_ADDRESS
    broken = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    return CUT if isinstance(error, broken) else ConnectionFailure(type(error).__name__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and those behind it: requests and urllib3 keep them in different places."""
    found, seen = [error], set[int]()
    while found:
        cause = found.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        behind = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        found += [each for each in behind if isinstance(each, BaseException)]


def _of_tls(cause: BaseException) -> ConnectionFailure | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _CODES.get(cause.verify_code) or _not_trusted(cause.verify_message)
    if isinstance(cause, ssl.SSLEOFError) or not isinstance(cause, ssl.SSLError):
        return None
    reason = str(cause.reason or cause)
    known = (failure for sign, failure in _TLS_SIGNS.items() if sign in reason)
    return next(known, None) or ConnectionFailure(f"TLS failed: {reason}")


def _of_socket(cause: BaseException) -> ConnectionFailure | None:
    match cause:
        case requests.Timeout() | TimeoutError() | ReadTimeoutError():
            return TIMED_OUT
        case socket.gaierror() | NameResolutionError():
            return NO_ADDRESS
        case ConnectionRefusedError():
            return REFUSED
        case ConnectionError() | ssl.SSLEOFError():
            return CUT
        case OSError(errno=int()) if not isinstance(cause, requests.RequestException):
            return NO_ROUTE
        case _:
            return None


def _of_proxy(text: str) -> ConnectionFailure:
    if "407" in text:
        return PROXY_SIGN_IN
    return PROXY_FORBIDS if "403" in text else PROXY_FAILED


def _not_trusted(reason: str) -> ConnectionFailure:
    return ConnectionFailure(
        f"its certificate is not trusted: {reason}",
        "Name a file with the certificate authority in REQUESTS_CA_BUNDLE or SSL_CERT_FILE, see docs/server.md",
        lasts=True,
    )
