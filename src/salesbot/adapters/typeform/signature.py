"""The signature of a delivery: the header `Typeform-Signature`, made with a secret over the raw bytes of the body.

`sha256=` and the HMAC-SHA256 in base64: https://www.typeform.com/developers/webhooks/secure-your-webhooks/
"""

from __future__ import annotations

import base64
import hashlib
import hmac

HEADER = "Typeform-Signature"


def sign(body: bytes, secret: str) -> str:
    """Compute the signature of a body, as it is in the header."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Say whether a signature belongs to a body. The comparison takes the same time however many characters are right.

    False with an empty secret: then anybody could sign.
    """
    return bool(secret) and hmac.compare_digest(sign(body, secret).encode(), signature.encode())
