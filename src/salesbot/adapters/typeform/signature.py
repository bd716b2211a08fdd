"""The signature of a delivery: the header `Typeform-Signature`, made with a secret over the raw bytes of the body.

`sha256=` and the HMAC-SHA256 in base64: https://www.typeform.com/developers/webhooks/secure-your-webhooks/
"""

from __future__ import annotations

import base64
import hashlib
import hmac

HEADER = "Typeform-Signature"


def sign(body: bytes, secret: str) -> str:
    """Make the signature of a body, as the header carries it."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Say whether a body carries its signature, in a time that does not tell how much of it is right.

    Never with an empty secret: then anybody could sign.
    """
    return bool(secret) and hmac.compare_digest(sign(body, secret).encode(), signature.encode())
