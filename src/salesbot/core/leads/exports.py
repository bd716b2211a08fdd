"""Tables as other systems export them: the names of their columns and stages, and which of their rows are over.

Knows how such a system is described; the descriptions are files in data/exports, each with the sources of its names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from salesbot.core.model.pipeline import Pipeline


@dataclass(frozen=True)
class Export:
    """How a system names things. Names are compared without case, and without the star of a required column."""

    keys: tuple[str, ...]
    """Columns that tell rows apart, best first."""
    fields: Mapping[str, tuple[str, ...]]
    """For each of our fields their columns, best first; for "" those that are known and not taken."""
    stages: Mapping[str, str]
    over: Mapping[str, frozenset[str]]
    """Columns, and what they say of deals that are won, lost or deleted."""

    def key(self, names: Sequence[str]) -> str:
        """Find the column that tells rows apart; "" if there is none."""
        there = {_folded(name): name for name in reversed(names)}
        return next((there[key] for key in self.keys if key in there), "")

    def wanted(self, names: Sequence[str], mapped: Mapping[str, str]) -> dict[str, str]:
        """Say for columns of a table which fields they are; "" for those that say again what a better one says.

        What somebody mapped is left to them: these columns, and these fields.
        """
        folded = [_folded(name) for name in names]
        ours = {place for place, name in enumerate(names) if name in mapped or str(place + 1) in mapped}
        free = {name: place for place, name in reversed([*enumerate(folded)]) if place not in ours}
        found: dict[str, str] = {}
        for our_field, theirs in self.fields.items():
            there = [free[name] for name in theirs if name in free]
            taken = our_field in {text.casefold() for text in mapped.values()}
            for rank, place in enumerate(there):
                named = names[place] if folded.count(folded[place]) == 1 else str(place + 1)
                found[named] = our_field if rank == 0 and not taken else ""
        return found

    def is_over(self, names: Sequence[str], cells: Sequence[str]) -> bool:
        """Say whether a row is a deal that has ended there."""
        return any(_folded(cell) in self.over.get(_folded(name), ()) for name, cell in zip(names, cells, strict=False))

    def ends(self, name: str) -> bool:
        """Say whether a column tells which deals have ended there."""
        return _folded(name) in self.over


@dataclass(frozen=True)
class Source:
    """Where a table comes from, and how somebody wants it read."""

    mapped: Mapping[str, str] = field(default_factory=dict)
    """For columns, by heading or place, the field that they are; "" for none."""
    key: str = ""
    """The column that tells rows apart."""
    stages: Mapping[str, str] = field(default_factory=dict)
    """Our stages by the names they have in the table."""
    export: Export | None = None

    def stage(self, theirs: str, pipeline: Pipeline) -> str:
        """Give our stage for theirs: as somebody said, else one of that name, else as the export's system is known."""
        said = {_folded(name): stage for name, stage in self.stages.items()}
        known = self.export.stages if self.export is not None else {}
        if pipeline.stage(theirs.casefold()) is None:
            said = {**known, **said}
        return said.get(_folded(theirs), theirs)


def parse(text: str) -> Export:
    """Read the description of a system's exports."""
    found = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes nothing but texts, lists and maps
    return Export(
        keys=tuple(map(_folded, found["key"])),
        fields={our_field: tuple(map(_folded, theirs)) for our_field, theirs in found["fields"].items()},
        stages={_folded(theirs): ours for theirs, ours in found["stages"].items()},
        over={_folded(name): frozenset(map(_folded, values)) for name, values in found["over"].items()},
    )


def _folded(name: str) -> str:
    return " ".join(name.removesuffix("*").split()).casefold()
