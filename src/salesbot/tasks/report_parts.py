"""The parts of a report on several repositories: written beside a report, read from files, and made one report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from salesbot.adapters.local_files import read_text, write_text
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.errors import InputError
from salesbot.core.model.facts import Repository
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.report import parts
from salesbot.core.report.compute import Report
from salesbot.core.report.parts import Part, ReadPart
from salesbot.core.report.view_report import report_values
from salesbot.tasks.load_pipeline import ConfigurationFiles, load_pipeline
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.report import TEMPLATES, Save

_Key = tuple[str | None, tuple[str, ...]]


def write(path: Path, report: Report, repository: Repository) -> str:
    """Write the part of a repository, and say so."""
    part = Part(
        repository=repository.name,
        id=repository.id,
        url=repository.url,
        week=report.scope.week,
        at=report.scope.at.isoformat(),
        config=repository.config,
        templates=tuple(sorted(repository.templates)),
        absent=tuple(sorted(report.scope.absent)),
        deals=report.deals,
        uncountable=report.uncountable,
    )
    write_text(path, parts.text(part), make_folders=True)
    return f"Wrote {path}."


def merge(paths: Sequence[Path], save: Save) -> Outcome:
    """Make one report of parts, and write its files. Raises InputError for files that are not parts of one report."""
    made = parts.merged(list(_read_all(paths)))
    values = report_values(made)
    renderer = TemplateRenderer({})
    page = "\n\n".join(renderer(name, values) for name in TEMPLATES)
    return Outcome(notes=tuple(save(made, True)), page=page)


def _read_all(paths: Sequence[Path]) -> Iterator[ReadPart]:
    """Read the parts, one after the other; a configuration that many repositories share is read once."""
    known: dict[_Key, Pipeline] = {}
    for path in _files(paths):
        part = parts.parse(read_text(path), str(path))
        key = part.config, part.templates
        if key not in known:
            known[key] = _pipeline(part)
        yield ReadPart(str(path), part, known[key])


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """List the files; those of a folder are all `.json` in it and below."""
    for path in paths:
        found = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not found:
            raise InputError(f"{path} holds no part of a report.", "Parts in a folder end in .json")
        yield from found


def _pipeline(part: Part) -> Pipeline:
    empty: Mapping[str, str] = dict.fromkeys(part.templates, "")
    return load_pipeline(ConfigurationFiles(f"{part.repository}: salesbot.yml", "", part.config, empty))
