"""Draws a pipeline as a Mermaid diagram for GitHub.

Keeps thirty arrows readable: those that all open stages share are drawn once, from the box around the stages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from salesbot.core.model.pipeline import Pipeline, Stage

_BOX = "open"


def mermaid(pipeline: Pipeline) -> str:
    """Draw a pipeline as a Mermaid flowchart: stages with what they require, and what leads where.

    Stages get numbers for ids, since names may hold what Mermaid takes for syntax (`end`, dashes, spaces).
    """
    ids = {stage.name: f"s{number}" for number, stage in enumerate(pipeline.stages, start=1)}
    inside = [f"    {_node(stage, ids)}" for stage in pipeline.open_stages]
    outside = [f"  {_node(stage, ids)}" for stage in pipeline.stages if not stage.is_open]
    first = [f"  start(( )) --> {ids[pipeline.initial]}"] if pipeline.initial in ids else []
    arrows = [f"  {arrow}" for arrow in _arrows(pipeline, ids)]
    box = [f'  subgraph {_BOX} ["open deals"]', *inside, "  end"]
    return "\n".join(["flowchart LR", *box, *outside, *first, *arrows]) + "\n"


def _node(stage: Stage, ids: dict[str, str]) -> str:
    lines = [_text(stage.name), *(f"needs {_text(guard)}" for guard in stage.requires)]
    shape = ('("', '")') if stage.is_open else ('{{"', '"}}') if stage.paused else ('(["', '"])')
    return f"{ids[stage.name]}{shape[0]}{'<br>'.join(lines)}{shape[1]}"


def _text(words: str) -> str:
    """Write what could be Mermaid's syntax or HTML as character codes (Mermaid: entity codes, `#35;`)."""
    return re.sub(r"[^\w .:-]", lambda char: f"#{ord(char[0])};", words)


def _arrows(pipeline: Pipeline, ids: dict[str, str]) -> list[str]:
    shared = _shared(pipeline)
    pairs = {(stage.name, there) for stage in pipeline.stages for there in stage.next if there in ids}
    pairs -= {(stage.name, there) for stage in pipeline.open_stages for there in shared}
    pairs |= {(_BOX, there) for there in shared}
    for stage in pipeline.stages:
        if stage.paused and all((stage.name, each.name) in pairs for each in pipeline.open_stages):
            pairs -= {(stage.name, each.name) for each in pipeline.open_stages}
            pairs.add((stage.name, _BOX))
    return list(_drawn(pairs, {_BOX: _BOX, **ids}))


def _shared(pipeline: Pipeline) -> set[str]:
    """Find the stages outside the box to which every open stage leads."""
    everywhere = [set(stage.next) for stage in pipeline.open_stages]
    outside = {stage.name for stage in pipeline.stages if not stage.is_open}
    return outside.intersection(*everywhere) if everywhere else set()


def _drawn(pairs: set[tuple[str, str]], ids: dict[str, str]) -> Iterable[str]:
    order = list(ids)
    for here, there in sorted(pairs, key=lambda pair: (order.index(pair[0]), order.index(pair[1]))):
        if (there, here) not in pairs:
            yield f"{ids[here]} --> {ids[there]}"
        elif order.index(here) < order.index(there):
            yield f"{ids[here]} <--> {ids[there]}"
