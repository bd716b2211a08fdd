"""Mirror links: which mirror belongs to which deal, and which stage of theirs is which of ours. Decides nothing.

A pair is known on both sides: the journal names the mirror, and the mirror the issue's address, in a column or a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from salesbot.core.model.mirror import Layout, Mirror, StageMap
from salesbot.core.model.pipeline import Pipeline, StreakPipeline

ADDRESS, VALUE = "GitHub", "Value"
"""The columns of a mirror that salesbot writes."""
NOTE = "github: "
"""What the note of a mirror begins with that salesbot made; the issue's address follows."""


def stage_map(pipeline: Pipeline, configured: StreakPipeline, layout: Layout) -> StageMap:
    """Map the stages: as the configuration says, by key or name, and the others by their equal names."""
    keys: dict[str, str] = {}
    for key, name in layout.stages.items():
        keys.setdefault(name.casefold(), key)
    found = {
        ours: wanted if wanted in layout.stages else keys.get(wanted.casefold())
        for ours, wanted in configured.stages.items()
    }
    theirs = {ours: key for ours, key in found.items() if key is not None}
    for stage in pipeline.stages:
        same = keys.get(stage.name.casefold())
        if stage.name not in configured.stages and same is not None and same not in theirs.values():
            theirs[stage.name] = same
    return StageMap(theirs, {key: stage for stage, key in theirs.items()})


def unknown_stages(configured: StreakPipeline, layout: Layout) -> tuple[str, ...]:
    """Name the stages of the configuration that the layout does not have."""
    known = {*layout.stages, *(name.casefold() for name in layout.stages.values())}
    return tuple(
        wanted for wanted in configured.stages.values() if wanted not in known and wanted.casefold() not in known
    )


def mirrors_by_address(mirrors: Iterable[Mirror]) -> Mapping[str, tuple[Mirror, ...]]:
    """Find mirrors by the issue's address in a column or in the note; the oldest first, and that one counts."""
    found: dict[str, tuple[Mirror, ...]] = {}
    for mirror in sorted(mirrors, key=lambda each: (each.made_at, each.key)):
        first, _, _ = mirror.note.partition("\n")
        noted = first.removeprefix(NOTE).strip() if first.startswith(NOTE) else ""
        named = {address.rstrip("/") for address in (noted, *mirror.columns.values())}
        for address in named:
            if address.startswith(("https://", "http://")):
                found[address] = (*found.get(address, ()), mirror)
    return found


def names_an_issue(mirror: Mirror, repository: str) -> bool:
    """Say whether a column of a mirror holds the address of an issue in a repository, given by its own address."""
    return any(text.startswith(f"{repository}/issues/") for text in mirror.columns.values())
