"""The spool: a folder in which what was received waits until it is handed over. What is in it survives a crash.

Knows files. Knows nothing of what it keeps; that is personal data, so only its owner may read it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from salesbot.core.errors import InputError

SUFFIX = ".json"


@dataclass(frozen=True)
class Delivery:
    """Something that waits: its name, the raw body, the signature it came with."""

    name: str
    body: bytes = field(repr=False)
    signature: str = field(repr=False)


class Spool:
    """A folder of parcels. Raises InputError if it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / "probe").touch()
            (folder / "probe").unlink()
        except OSError as error:
            raise InputError(f"The folder {folder} cannot be written: {error.strerror}.") from error

    def put(self, body: bytes, signature: str) -> str:
        """Keep a parcel, and give its name: the same body is the same parcel. When this returns, it is on the disk."""
        name = hashlib.sha256(body).hexdigest()[:32]
        place, draft = self.folder / f"{name}{SUFFIX}", self.folder / f"{name}.{os.getpid()}.part"
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"signature": signature, "body": body.decode("utf-8", "surrogateescape")}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o600)
        draft.replace(place)
        return name

    def waiting(self) -> Iterator[Delivery]:
        """Give what waits, the oldest first. A file that is none of ours is left alone."""
        found = sorted(self.folder.glob(f"*{SUFFIX}"), key=lambda file: file.stat().st_mtime)
        for file in found:
            parcel = _read(file)
            if parcel is not None:
                yield parcel

    def remove(self, name: str) -> None:
        """Forget a parcel that was handed over."""
        (self.folder / f"{name}{SUFFIX}").unlink(missing_ok=True)


def _read(file: Path) -> Delivery | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Delivery(file.stem, kept["body"].encode("utf-8", "surrogateescape"), str(kept["signature"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
