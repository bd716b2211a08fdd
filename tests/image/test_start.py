"""What a run is made of, by the kind of event: modules, patterns, classes, requests. Nothing here takes the time.

Each number is a limit a little above what it was when it was written. Who goes over one has made every run slower.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks import start_profile
from github_sandbox import Repo, Sandbox, Workflow
from tests.image import container as runner

PROBE = Path(__file__).with_name("probe.py")
HEAVY = {"argparse", "asyncio", "pickle", "random", "subprocess", "sqlite3", "tempfile", "typing_extensions"}
"""Of the standard library and beside it: what costs milliseconds, and no event needs."""
MOST_ANEW = 1
"""markdown-it makes one pattern from its rules when it is set up."""
FOR_REQUESTS = {"certifi", "charset_normalizer", "github", "requests", "urllib3"}


@dataclass(frozen=True)
class Budget:
    """What a kind of event may use."""

    requests: int
    modules: int
    patterns: int
    classes: int
    libraries: frozenset[str] = frozenset()


NOTHING = Budget(requests=0, modules=80, patterns=50, classes=560)
BY_LABEL = Budget(2, 350, 210, 1300, frozenset({*FOR_REQUESTS, "jinja2", "markdown_it", "markupsafe"}))
BY_COMMAND = replace(BY_LABEL, modules=357, patterns=220)
"""Seven modules more than a label: what a command is, in a comment that may have come by mail, or was edited since."""
KINDS = [
    pytest.param(lambda sales: sales.comment("nora", 1, "Thanks!"), NOTHING, id="talk: nothing is imported for it"),
    pytest.param(lambda sales: sales.edit_issue("ann", 1, title="Acme"), NOTHING, id="a new title: nothing either"),
    pytest.param(lambda sales: sales.label("ann", 1, "stage:prospect"), BY_LABEL, id="a move by label"),
    pytest.param(lambda sales: sales.comment("nora", 1, "/prospect"), BY_COMMAND, id="a move by command"),
    pytest.param(lambda sales: sales.label("ann", 1, "stage:won"), BY_LABEL, id="a refused move"),
]


@pytest.fixture(scope="module")
def container() -> Iterator[str]:
    """Make a container of the image, which nothing changes."""
    name = _buildah("from", "--pull-never", os.environ["SALESBOT_IMAGE"])
    yield name
    _buildah("rm", name)


def _buildah(*words: str) -> str:
    return subprocess.run(["buildah", *words], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def github(container: str) -> Iterator[Sandbox]:
    """A sandbox whose runner starts the probe in the image."""
    flags = "-IBSuXlazy_imports=all"
    program = ["/opt/salesbot/bin/python", flags, "-c", PROBE.read_text(encoding="utf-8")]
    command = [sys.executable, str(Path(runner.__file__)), container, *program]
    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1, workflow=Workflow(command)) as sandbox:
        sales = sandbox.repo("acme/sales", roles={"ann": "triage", "nora": "write"})
        sales.collaborators_readable(True)
        sales.open_issue("ann", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
        for delivery in sandbox.outbox:
            sandbox.run(delivery)
        yield sandbox


@pytest.mark.parametrize(("act", "budget"), KINDS)
def test_a_run_keeps_its_budget(github: Sandbox, act: Callable[[Repo], object], budget: Budget) -> None:
    state = github.snapshot()
    act(github.repo("acme/sales"))
    [delivery] = github.outbox
    run = github.run(delivery)
    github.restore(state)
    assert run.exit_code == 0, run.stderr
    used: dict[str, Any] = json.loads(run.stderr.splitlines()[-1])
    assert used["unpacked"] == [], "every module comes from the pack"
    assert HEAVY & set(used["loaded"]) == set()
    assert set(used["libraries"]) <= budget.libraries
    assert used["anew"] <= MOST_ANEW, "regular expressions come from the pack"
    assert len(run.requests) == budget.requests
    assert len(used["loaded"]) <= budget.modules, len(used["loaded"])
    assert used["patterns"] <= budget.patterns
    assert used["classes"] <= budget.classes


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot needs root")
def test_the_profile_finds_every_part_of_a_start(container: str) -> None:
    found = start_profile.profile(start_profile.in_image(Path(_buildah("mount", container))), runs=1)
    assert tuple(name for name, _ in found.parts) == start_profile.PARTS
    never = {"import PyYAML", "import cryptography"}
    assert {name for name, value in found.parts if value == 0} == never, "no move needs these"
