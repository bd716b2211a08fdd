"""One pipeline of Streak during one run: its boxes, and its stages and columns once something differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from salesbot.adapters.streak import ObjectError, Streak
from salesbot.core.errors import ServiceError, warning
from salesbot.core.lifecycle import mirror_link
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model.mirror import Layout, Mirror, MirrorEffect, PutColumn, StageMap, describe
from salesbot.core.model.pipeline import Pipeline, StreakPipeline
from salesbot.tasks.outcome import Outcome

OURS = (mirror_link.ADDRESS, mirror_link.VALUE)
"""The columns a pipeline of deals must have."""


@dataclass
class RemotePipeline:
    """A pipeline of Streak, as one run knows it. The layout is only asked for when something differs."""

    streak: Streak
    configured: StreakPipeline
    mirrors: dict[str, Mirror]
    addressed: Mapping[str, tuple[Mirror, ...]]
    """Boxes by the address of the deal they name, the oldest first."""
    columns: tuple[str, ...] = OURS
    """The columns of ours that it must have."""
    problems: list[str] = field(default_factory=list)
    """What is odd about it, a sentence each."""
    _layout: Layout | None = None

    @classmethod
    def listing(cls, streak: Streak, configured: StreakPipeline, columns: tuple[str, ...] = OURS) -> RemotePipeline:
        """List the boxes, in one request; where the configuration names stages, a second one looks for them."""
        listed, odd = streak.mirrors(configured.key)
        addressed = mirror_link.mirrors_by_address(listed)
        remote = cls(streak, configured, {each.key: each for each in listed}, addressed, columns, odd)
        if configured.stages:
            remote.layout()
        return remote

    def layout(self) -> Layout:
        """Read the stages and columns once; columns of ours that are missing are added, those of another type left."""
        if self._layout is None:
            layout = self.streak.layout(self.configured.key)
            self.problems += [_no_stage(name, layout) for name in mirror_link.unknown_stages(self.configured, layout)]
            absent = [name for name in self.columns if layout.column(name) is None]
            missing = [name for name in absent if layout.other_type(name) is None]
            self.problems += [_other_type(name, layout) for name in absent if name not in missing]
            if missing and not self.streak.dry_run:
                layout, missing = self._with_columns(layout, missing), []
            untouchable = {name for name in self.columns if layout.column(name) is None and name not in missing}
            self._layout = replace(layout, untouchable=frozenset(untouchable))
        return self._layout

    def _with_columns(self, layout: Layout, names: Sequence[str]) -> Layout:
        """Add columns, and read the layout again; one that cannot be added is named."""
        for name in names:
            try:
                self.streak.add_column(layout, name)
            except ServiceError as error:
                what = f"The column {name} could not be added to {layout.name}: {error.what}"
                self.problems.append(warning(what, f"Add a column of text called {name} in Streak"))
        return self.streak.layout(self.configured.key)

    def stages(self, pipeline: Pipeline) -> StageMap:
        """Map the stages of Streak to ours."""
        return mirror_link.stage_map(pipeline, self.configured, self.layout())

    def mirror_of(self, state: DealState, url: str) -> Mirror | None:
        """Find the box of a deal: the one its journal names, else the oldest one that names the deal."""
        pair = state.journal.pair
        return self.mirrors.get(pair.key) if pair is not None else next(iter(self.addressed.get(url, ())), None)

    def key_of(self, state: DealState, url: str) -> str | None:
        """Name the box of a deal, listed or not: the one its journal names, else the oldest one that names the deal."""
        pair, listed = state.journal.pair, self.mirror_of(state, url)
        return pair.key if pair is not None else listed.key if listed is not None else None

    def read(self, key: str) -> Mirror | None:
        """Read a box again; None if it is gone. One that is in another pipeline by now is `away`."""
        return self.streak.mirror(self.configured.key, key)

    def first_of(self, created: Mirror, url: str) -> Mirror:
        """Give the oldest box that names a deal: if another sync was faster, the one just created is deleted."""
        latest = self.streak.latest(self.configured.key, created.key)
        first = mirror_link.mirrors_by_address(latest).get(url, (created,))[0]
        if first.key != created.key:
            self.streak.delete(created.key)
        return first


def _no_stage(name: str, layout: Layout) -> str:
    stages = ", ".join(layout.stages.values())
    return warning(f"{layout.name} in Streak has no stage {name}. It has {stages}.", "Correct `streak.pipelines`")


def _other_type(name: str, layout: Layout) -> str:
    kind = layout.other_type(name)
    what = f"The column {name} of {layout.name} in Streak is of the type {kind} and holds no text, so it is left alone."
    return warning(what, "Rename it, and the next sync adds one of text")


def write_box(streak: Streak, key: str, effects: Sequence[MirrorEffect], layout: Layout, number: int) -> Outcome:
    """Carry effects out on a box, unless nothing may be written. One that Streak refuses is named; the others go on."""
    notes, problems = [], []
    for effect in effects:
        if isinstance(effect, PutColumn) and effect.column in layout.untouchable:
            continue
        what = describe(effect, layout)
        try:
            if not streak.dry_run:
                streak.apply_changes(key, effect, layout)
            notes.append(f"In Streak, deal {number}: {what}.")
        except ObjectError as error:
            problems.append(
                warning(f"In Streak, deal {number} could not be updated ({what}): {error.what}", error.hint)
            )
    return Outcome(notes=tuple(notes), problems=tuple(problems))
