"""The program's own source: which version of it computed something."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path


def program_digest() -> bytes:
    """Give a digest of the source; nothing where there is none to read."""
    folder = Path(__file__).parents[1]
    digest = blake2b(digest_size=16)
    found = sorted(folder.rglob("*.py"))
    for path in found:
        digest.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    return digest.digest() if found else b""
