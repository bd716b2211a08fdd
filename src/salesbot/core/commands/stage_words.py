"""Words that move to a stage: its command, and its own name however many words it has."""

from __future__ import annotations

import re
from dataclasses import replace

from salesbot.core.commands.registry import COMMANDS
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.command_syntax import CommandLine


def stage_of(word: str, pipeline: Pipeline) -> Stage | None:
    """Find the stage that `/word` moves to: by its command, else by its name where no other command has it."""
    stage = pipeline.stage_of_command(word)
    if stage is not None or word in COMMANDS:
        return stage
    return pipeline.stage(word) or next((each for each in pipeline.stages if spelled(each.name) == spelled(word)), None)


def spelled(name: str) -> str:
    """Write the name of a stage as one word: `/in-talks` moves to *in talks*."""
    return re.sub(r"[\s_-]+", "-", name).casefold()


def by_name(line: CommandLine, pipeline: Pipeline) -> CommandLine:
    """Read `/in talks ...` as one word, where that is the name of a stage; other lines stay as they are."""
    if line.word in COMMANDS or stage_of(line.word, pipeline) is not None:
        return line
    words = [line.word, *line.rest.split()]
    for count in range(min(len(words), 8), 1, -1):
        if stage_of("-".join(words[:count]), pipeline) is not None:
            return replace(line, word="-".join(words[:count]).casefold(), rest=" ".join(words[count:]))
    return line
