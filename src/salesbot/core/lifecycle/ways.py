"""Ways through the pipeline: the shortest one to a stage, and what a deal still lacks for it."""

from __future__ import annotations

from collections.abc import Iterator

from salesbot.core.lifecycle import guards
from salesbot.core.model.deal import Deal, Move
from salesbot.core.model.pipeline import Pipeline, Stage


def shortest(source: str, target: Stage, pipeline: Pipeline) -> tuple[Stage, ...]:
    """Find the fewest moves from one stage to another, in the pipeline's order where there are several; () for none."""
    ways: list[tuple[Stage, ...]] = [()]
    seen = {source}
    for way in ways:
        for stage in _next(way[-1].name if way else source, pipeline):
            if stage.name == target.name:
                return (*way, stage)
            if stage.name not in seen and stage.is_open:
                seen.add(stage.name)
                ways.append((*way, stage))
    return ()


def _next(name: str, pipeline: Pipeline) -> Iterator[Stage]:
    return (stage for stage in pipeline.stages if pipeline.allows(name, stage.name))


def stages_in_words(source: str, way: tuple[Stage, ...]) -> str:
    """Name the stages a way leads through, e.g. `lead -> qualified -> won`."""
    return " -> ".join([source, *(stage.name for stage in way)])


def needs_in_words(deal: Deal, way: tuple[Stage, ...], move: Move, pipeline: Pipeline) -> str:
    """Say what each stage of a way still needs of this deal; empty if nothing is missing."""
    needs = (f"{stage.name} needs {lacks}" for stage in way if (lacks := _lacks(deal, stage, move, pipeline)))
    return "; ".join(needs)


def _lacks(deal: Deal, stage: Stage, move: Move, pipeline: Pipeline) -> str:
    missing = guards.missing(deal, Move(stage.name, move.at), stage.requires, pipeline)
    return ", ".join(guards.short_name(refusal) for refusal in missing)
