"""What `salesbot sandbox` shows in a browser beyond issues: the stages, the report, a configuration that is tried."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from salesbot.cli.sandbox_trial import Trial
from salesbot.core.model.pipeline import Pipeline
from salesbot.tasks.report_files import HTML
from salesbot.tasks.setup import init

if TYPE_CHECKING:
    from github_sandbox import Repo, Sandbox
    from github_sandbox.page.lens import Column, Page

MONDAYS = ({"task": "report"},)
"""What the workflow for the report runs on Mondays, beside the daily sweep."""


def page(github: Callable[[], Sandbox], trial: Trial) -> Page:
    """Describe the page of a sandbox that is about to start."""
    from github_sandbox.page.lens import Page
    from salesbot_demo import DealLens

    return Page(
        DealLens(lambda: columns(trial.pipeline)),
        report=lambda name: report(github(), name),
        problems=lambda: trial.problems,
        mondays=MONDAYS,
        one_label=True,
    )


def columns(pipeline: Pipeline) -> Sequence[Column]:
    """Make a column of each stage."""
    from github_sandbox.page.lens import Column

    return [
        Column(stage.label, stage.name, stage.color, stage.outcome is not None, stage.idle_days)
        for stage in pipeline.stages
    ]


def push_forms(repo: Repo) -> None:
    """Put salesbot's issue forms into a repository, as `salesbot init` does."""
    for path, text in init.kit().items():
        if path.startswith(".github/ISSUE_TEMPLATE/"):
            repo.push("kim", path, text)


def report(github: Sandbox, repository: str) -> str:
    """Make the page of the report, as `salesbot report --html` does."""
    env = {
        **os.environ,
        "GITHUB_API_URL": github.api_url,
        "GITHUB_GRAPHQL_URL": github.graphql_url,
        "GITHUB_TOKEN": github.token("kim"),
    }
    with tempfile.TemporaryDirectory() as folder:
        at = github.clock.stamp()
        line = [sys.executable, "-m", "salesbot", "report", "--repo", repository, "--html", folder, "--at", at]
        done = subprocess.run(line, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - this program
        if done.returncode:
            raise LookupError(f"The report failed: {done.stderr.strip()[-600:]}")
        return (Path(folder) / HTML).read_text(encoding="utf-8")
