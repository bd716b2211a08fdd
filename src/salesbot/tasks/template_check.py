"""What a run would meet in the templates of a repository: each is rendered with sample deals, before any deal needs it.

Compiling is part of loading (`load_pipeline`). This is for `check` and `doctor`: it takes time that no run has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from salesbot.adapters.templates import TemplateRenderer, builtin_names
from salesbot.core.config.problems import Problem
from salesbot.core.errors import InputError
from salesbot.core.lifecycle.guards import full_name
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import Pipeline, checklist_file
from salesbot.core.text import checklists
from salesbot.core.text.suggestions import did_you_mean, misspelled, nearest
from salesbot.tasks.load_pipeline import Configuration, ConfigurationFiles

FOLDER = "checklists/"
_FAILED = re.compile(r" fails(?: in line (\d+))?: (.*)", re.S)
"""How a renderer words a failure: its message is all that comes out of the process in which a template runs."""
_UNKNOWN_NAME = re.compile(r"'([^']*)' is undefined$|has no (?:attribute|element) '?([^']*)'?$")


def problems(files: ConfigurationFiles, configuration: Configuration) -> list[Problem]:
    """List what is wrong with templates that compile, and with files that take the place of none."""
    pipeline = configuration.pipeline or default_pipeline()
    broken = {problem.file for problem in configuration.problems}
    found = []
    for name in sorted(files.templates):
        file = f"{files.folder}/{name}"
        if file not in broken:
            told = _of_template(name, configuration.renderer, pipeline)
            found += [Problem(file, line, 1, name, what, hint) for line, what, hint in told]
    for name in files.other_files:
        guess = _guess(name)
        if guess is not None and misspelled(_stem(name), [_stem(guess)]):
            what = "is not read: the name of a template ends with .md.j2"
            found.append(Problem(f"{files.folder}/{name}", 1, 1, name, what, f"Did you mean {guess}?"))
    return found


Told = tuple[int, str, str]
"""The line, what is wrong, and what to do."""


def _of_template(name: str, renderer: TemplateRenderer, pipeline: Pipeline) -> Iterator[Told]:
    if _is_used(name, renderer, pipeline):
        yield from _rendered(name, renderer, pipeline)
    else:
        guess = _guess(name)
        hint = f"Did you mean {guess}?" if guess else "docs/templates.md lists the names there are."
        yield 1, "replaces no template, and no other uses it", hint


def _is_used(name: str, renderer: TemplateRenderer, pipeline: Pipeline) -> bool:
    """Whether a run may render it: by its own name, from another template, or as a checklist of the team's own."""
    if name in builtin_names() or name in renderer.used_by_others():
        return True
    if not name.startswith(FOLDER):
        return False
    return name in _named(pipeline) or misspelled(name, {*builtin_names(), *_named(pipeline)}) is None


def _named(pipeline: Pipeline) -> set[str]:
    """Give the checklists that stages name."""
    return {checklist_file(stage.checklist) for stage in pipeline.stages if stage.checklist}


def _guess(name: str) -> str | None:
    """Find the built-in template that a file was meant to be, wherever it is and however it ends."""
    by_stem = {_stem(each): each for each in sorted(builtin_names())}
    guess = nearest(_stem(name), by_stem)
    return by_stem[guess] if guess is not None else None


def _stem(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0].casefold()


def _rendered(name: str, renderer: TemplateRenderer, pipeline: Pipeline) -> Iterator[Told]:
    """Render with every sample; the first failure counts, since the others mostly have the same cause."""
    from salesbot.tasks.template_samples import samples  # an event pays for no report

    texts, tried = [], samples(name, pipeline)
    for number, values in enumerate(tried):
        try:
            texts.append(renderer(name, values))
        except InputError as error:
            failed = _FAILED.search(error.what)
            line, why = (int(failed[1] or 1), failed[2]) if failed else (1, error.what.rstrip("."))
            yield line, f"{why}{_where(number, tried)}", _meant(why, values)
            return
    if name.startswith(FOLDER):
        yield from _as_checklist(name, texts, pipeline)


def _where(number: int, tried: Sequence[Mapping[str, Any]]) -> str:
    """Say for which deals a template fails that does not fail for each."""
    if number and number == len(tried) - 1:
        return ", on a deal that has nothing but its stage"
    return f", in the stage {tried[number]['stage']}" if number and "stage" in tried[number] else ""


def _as_checklist(name: str, texts: Iterable[str], pipeline: Pipeline) -> Iterator[Told]:
    """Report a checklist that nobody can tick, or that a stage asks for in vain."""
    list_ = name.removeprefix(FOLDER).partition(".")[0]
    items = [item for text in texts for item in checklists.read(list_, text).items]
    asking = [stage.name for stage in pipeline.stages if full_name(list_) in stage.requires]
    if not items:
        yield 1, "has no item to tick", "An item is a line that begins with - [ ]."
    elif asking and not any(item.needed for item in items):
        what = f"has no needed item, so `requires` of {', '.join(asking)} asks for nothing"
        yield 1, what, "Put the items that count below a line **Needed**."


def _meant(why: str, values: Mapping[str, Any]) -> str:
    """Suggest the value that an unknown name was meant to be."""
    unknown = _UNKNOWN_NAME.search(why)
    return did_you_mean(unknown[1] or unknown[2], sorted(set(_names(values)))) if unknown else ""


def _names(value: Any) -> Iterator[str]:
    """Give the names of values and of their parts."""
    if isinstance(value, Mapping):
        yield from map(str, value)
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    for part in parts:
        yield from _names(part)
