"""The spool: a folder in which deliveries wait until they are forwarded. They survive a crash.

Knows files, and nothing of their content. That is personal data, so only the owner of the folder may read it.
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
    """A waiting delivery: its name, the raw body, the signature it came with."""

    name: str
    body: bytes = field(repr=False)
    signature: str = field(repr=False)


class Spool:
    """A folder of deliveries. Raises InputError if it cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / "probe").touch()
            (folder / "probe").unlink()
        except OSError as error:
            raise InputError(f"The folder {folder} cannot be written: {error.strerror}.") from error

    def put(self, body: bytes, signature: str) -> str:
        """Save a delivery and give its name. The same body gets the same name. When this returns, it is on the disk."""
        name = hashlib.sha256(body).hexdigest()[:32]
        path, draft = self.folder / f"{name}{SUFFIX}", self.folder / f"{name}.{os.getpid()}.part"
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"signature": signature, "body": body.decode("utf-8", "surrogateescape")}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o600)
        draft.replace(path)
        return name

    def waiting(self) -> Iterator[Delivery]:
        """List the waiting deliveries, the oldest first. Other files are ignored."""
        found = sorted(self.folder.glob(f"*{SUFFIX}"), key=lambda file: file.stat().st_mtime)
        for file in found:
            delivery = _read(file)
            if delivery is not None:
                yield delivery

    def remove(self, name: str) -> None:
        """Remove a delivery that was forwarded."""
        (self.folder / f"{name}{SUFFIX}").unlink(missing_ok=True)


def _read(file: Path) -> Delivery | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Delivery(file.stem, kept["body"].encode("utf-8", "surrogateescape"), str(kept["signature"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
