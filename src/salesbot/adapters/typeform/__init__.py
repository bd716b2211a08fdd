"""Typeform: the responses of a form, read from its API or from what it delivered. The only place that knows its API."""

from salesbot.adapters.typeform.client import DEFAULT_URL, Typeform
from salesbot.adapters.typeform.reading import SOURCE, key_of, read_delivery, read_response
from salesbot.adapters.typeform.signature import HEADER, is_signed, sign

__all__ = [
    "DEFAULT_URL",
    "HEADER",
    "SOURCE",
    "Typeform",
    "is_signed",
    "key_of",
    "read_delivery",
    "read_response",
    "sign",
]
