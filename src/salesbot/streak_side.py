"""One pipeline of Streak's during one run: its boxes, and its stages and columns once something differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salesbot.adapters.streak import Streak
from salesbot.core import sync
from salesbot.core.errors import ServiceError
from salesbot.core.judge import Course
from salesbot.core.mirror import Layout, Mirror, MirrorEffect, StageMap
from salesbot.core.pipeline import Pipeline, StreakPipeline


@dataclass
class Side:
    """A pipeline of Streak's, as one run knows it. The layout is only asked for when something differs."""

    streak: Streak
    said: StreakPipeline
    mirrors: dict[str, Mirror]
    addressed: dict[str, Mirror]
    columns: tuple[str, ...] = (sync.ADDRESS, sync.VALUE)
    """The columns of ours that it must have."""
    _layout: Layout | None = None

    @classmethod
    def read(cls, streak: Streak, said: StreakPipeline, columns: tuple[str, ...] = (sync.ADDRESS, sync.VALUE)) -> Side:
        """List the boxes, in one request."""
        listed = streak.mirrors(said.key)
        return cls(streak, said, {each.key: each for each in listed}, dict(sync.mirrors_by_address(listed)), columns)

    def layout(self) -> Layout:
        """Know the stages and columns; columns of ours that are missing are added."""
        if self._layout is None:
            layout = self.streak.layout(self.said.key)
            missing = [name for name in self.columns if layout.column(name) is None]
            for name in missing if not self.streak.dry_run else ():
                self._add(layout, name)
            self._layout = self.streak.layout(self.said.key) if missing and not self.streak.dry_run else layout
        return self._layout

    def _add(self, layout: Layout, name: str) -> None:
        try:
            self.streak.add_column(layout, name)
        except ServiceError as error:
            what = f"A column could not be added to {layout.name}: {error.what}"
            raise ServiceError(what, f"Add a column of text called {name} in Streak") from error

    def stages(self, pipeline: Pipeline) -> StageMap:
        """Know which stage of theirs is which of ours."""
        return sync.stage_map(pipeline, self.said, self.layout())

    def mirror_of(self, course: Course, url: str) -> Mirror | None:
        """Find the box of a deal: the one its journal names, else the one that names the deal."""
        pair = course.journal.pair
        return self.mirrors.get(pair.key) if pair is not None else self.addressed.get(url)


def tell(streak: Streak, key: str, effects: Sequence[MirrorEffect], layout: Layout, number: int) -> list[str]:
    """Carry effects out on a box, unless nothing may be written; say each in words, and what could not be done."""
    said = []
    for effect in effects:
        problem = None if streak.dry_run else streak.perform(key, effect, layout)
        said.append(problem or f"In Streak, deal {number}: {sync.describe(effect, layout)}.")
    return said
