"""A configuration and templates of this machine, tried in the sandbox: in use as soon as they are saved and right."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from salesbot.adapters.github import RepositoryPaths
from salesbot.adapters.local_files import read_templates, read_text
from salesbot.core.errors import InputError
from salesbot.core.model.defaults import default_pipeline
from salesbot.tasks import template_check
from salesbot.tasks.load_pipeline import ConfigurationFiles, load

if TYPE_CHECKING:
    from github_sandbox import Repo

PERIOD = 1.0
"""Seconds between two looks at the files."""


class Trial:
    """The files that are tried. `pipeline` is the last one that was right, `problems` are those of the last look."""

    def __init__(self, config: Path | None = None, templates: Path | None = None) -> None:
        self.pipeline = default_pipeline()
        self.problems: Sequence[str] = ()
        self._config, self._templates = config, templates
        self._seen: ConfigurationFiles | None = None
        self._pushed: Mapping[str, str] = {}

    def follow(self, repo: Repo) -> None:
        """Look at the files again and again."""
        while True:
            self.look(repo)
            time.sleep(PERIOD)

    def look(self, repo: Repo) -> None:
        """Push what has changed, if everything is right; else keep what is in use, and the problems."""
        if self._config is None and self._templates is None:
            return
        try:
            files = self._read()
        except InputError as error:
            self._seen, self.problems = None, (str(error),)
            return
        if files == self._seen:
            return
        self._seen, configuration = files, load(files)
        found = [*configuration.problems, *template_check.problems(files, configuration)]
        self.problems = tuple(map(str, found))
        if not found:
            self.pipeline = configuration.require()
            self._push(repo, files)

    def _read(self) -> ConfigurationFiles:
        """Read the files. Raises InputError for one that cannot be read."""
        if self._config is None:
            return ConfigurationFiles("salesbot.yml", str(self._templates), None, _templates(self._templates))
        read_text(self._config)
        files = ConfigurationFiles.on_disk(self._config)
        if self._templates is None:
            return files
        return replace(files, folder=str(self._templates), templates=_templates(self._templates), other_files=())

    def _push(self, repo: Repo, files: ConfigurationFiles) -> None:
        wanted = {f"{RepositoryPaths.templates}/{name}": text for name, text in files.templates.items()}
        if files.text is not None:
            wanted[RepositoryPaths.config] = files.text
        for path in {**self._pushed, **wanted}:
            if self._pushed.get(path) != wanted.get(path):
                repo.push("kim", path, wanted.get(path))
        self._pushed = wanted


def _templates(folder: Path | None) -> dict[str, str]:
    if folder is not None and not folder.is_dir():
        raise InputError(f"{folder} is not a folder.", "Name the folder that holds your templates")
    return read_templates(folder) if folder is not None else {}
