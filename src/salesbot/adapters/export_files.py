"""The files that describe the exports of other systems, as they come with salesbot."""

from __future__ import annotations

from importlib.resources import files

from salesbot.core.leads import exports
from salesbot.core.leads.exports import Export

_FOLDER = files("salesbot.core.leads.data") / "exports"
_SUFFIX = ".yml"


def names() -> list[str]:
    """List the systems whose exports are described."""
    return sorted(file.name.removesuffix(_SUFFIX) for file in _FOLDER.iterdir() if file.name.endswith(_SUFFIX))


def read(name: str) -> Export:
    """Read how one of them exports its deals."""
    return exports.parse((_FOLDER / f"{name}{_SUFFIX}").read_text(encoding="utf-8"))
