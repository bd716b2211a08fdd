"""The configuration and the templates of a repository, read and checked: the only way to a pipeline.

Whatever is wrong is a problem of the whole: a file that GitHub gives and salesbot does not read (too large, not text),
a template that does not compile, a line of the configuration. So no command works with a part of what a team wrote, or
with the default pipeline in its place, and nothing is written before everything was checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from salesbot.adapters.github import RepositoryPaths
from salesbot.adapters.local_files import files_below, read_if_present, read_templates
from salesbot.adapters.templates import TemplateRenderer
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core.config import parse
from salesbot.core.config.problems import ConfigError, Problem
from salesbot.core.model.facts import Repository
from salesbot.core.model.pipeline import Pipeline


@dataclass(frozen=True)
class ConfigurationFiles:
    """The files as they are. `text` is None where there is no configuration, `unreadable` names files by path."""

    file: str
    folder: str
    text: str | None
    templates: Mapping[str, str] = field(default_factory=dict)
    unreadable: Mapping[str, str] = field(default_factory=dict)
    other_files: tuple[str, ...] = ()
    """Files in the folder of templates that are none; only known of a checkout."""

    @classmethod
    def of_repository(cls, repository: Repository, paths: RepositoryPaths) -> ConfigurationFiles:
        """Take the files that were read from GitHub."""
        return cls(paths.config, paths.templates, repository.config, repository.templates, repository.unreadable)

    @classmethod
    def on_disk(cls, path: Path) -> ConfigurationFiles:
        """Read the files of a checkout. Raises InputError for one that cannot be read."""
        folder = path.with_suffix("")
        templates = read_templates(folder)
        others = tuple(name for name in files_below(folder) if name not in templates)
        return cls(str(path), str(folder), read_if_present(path), templates, other_files=others)


@dataclass(frozen=True)
class Configuration:
    """What was read, and everything that is wrong with it. The pipeline is None where the file itself is wrong."""

    renderer: TemplateRenderer
    pipeline: Pipeline | None
    problems: tuple[Problem, ...] = ()

    def require(self) -> Pipeline:
        """Give the pipeline. Raises ConfigError with every problem, also of a template alone."""
        if self.problems or self.pipeline is None:
            raise ConfigError(self.problems)
        return self.pipeline


def load(files: ConfigurationFiles) -> Configuration:
    """Read and check the configuration and every template."""
    renderer = TemplateRenderer(files.templates)
    problems = [Problem(file, 1, 1, "", what) for file, what in files.unreadable.items()]
    problems += renderer.problems(files.folder)
    if files.file in files.unreadable:
        return Configuration(renderer, None, tuple(problems))
    try:
        pipeline = parse(files.text, files.file, templates=renderer.names(), zones=SystemTimeZones())
    except ConfigError as error:
        return Configuration(renderer, None, (*error.problems, *problems))
    return Configuration(renderer, pipeline, tuple(problems))


def load_pipeline(files: ConfigurationFiles) -> Pipeline:
    """Read the pipeline. Raises ConfigError with every problem of the configuration and of the templates."""
    return load(files).require()
