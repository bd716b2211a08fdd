"""Trust: the fields that count or act, and whose word each of them is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from salesbot.core.model.journal_codec import ADDED_LATER

LONGEST = 160
"""Characters of a text that the journal keeps; a longer one is kept by its beginning and its digest."""


@dataclass(frozen=True)
class Doubt:
    """The present text of a section that does not count, who wrote it, and since when it is there."""

    text: str
    by: str
    since: datetime


@dataclass(frozen=True)
class TrustedField:
    """A field as somebody gave it who may: the text that counts, and who that was; empty where nobody did.

    With a `doubt`, the section has another text now, by somebody without the role write.
    """

    heading: str
    text: str = ""
    by: str = ""
    doubt: Doubt | None = field(default=None, metadata={ADDED_LATER: True})


def kept(text: str) -> str:
    """Shorten a text for the journal, so that equal texts stay equal and others do not become so."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 30]}… {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"
