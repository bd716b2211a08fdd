"""The step that starts a private image, played by bash in the sandbox; a small `docker` stands in for the real one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import yaml

from github_sandbox import Workflow
from salesbot.core.installation.image_step import read_image, with_image
from tests.e2e.play import Play

TOP = Path(__file__).parents[2]
DOCKER = """\
#!{python}
import os, pathlib, sys
words = sys.argv[1:]
record = pathlib.Path({record!r})
record.open("a").write(" ".join(words) + "\\n")
if words[0] == "login":
    assert sys.stdin.read() == os.environ["PULL_TOKEN"]
    sys.exit()
names = [word.removeprefix("--env=") for word in words if word.startswith("--env=")]
folders = [words[at + 1] for at, word in enumerate(words) if word == "--volume"]
assert all(folder.split(":")[0] == folder.split(":")[1] for folder in folders)
os.chdir(words[words.index("--workdir") + 1])
python = {{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}}
inside = {{name: os.environ[name] for name in names}} | python
os.execve(sys.executable, [sys.executable, "-m", "salesbot", "run"], inside)
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "docker.log"


@pytest.fixture
def workflow(tmp_path: Path, record: Path) -> Workflow:
    """Write the step that init writes as a script, with its variables, and a `docker` to start."""
    docker, script = tmp_path / "bin" / "docker", tmp_path / "step.sh"
    docker.parent.mkdir()
    docker.write_text(DOCKER.format(python=sys.executable, record=str(record)), encoding="utf-8")
    docker.chmod(0o755)
    image = read_image("ghcr.io/acme/salesbot:1.0.0")
    assert image is not None
    shipped = (TOP / "templates/github/workflows/sales.yml").read_text(encoding="utf-8")
    (step,) = yaml.safe_load(with_image(shipped, image))["jobs"]["salesbot"]["steps"]
    script.write_text(step["run"], encoding="utf-8")
    environment = {
        "PATH": f"{docker.parent}:{os.environ['PATH']}",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "IMAGE": step["env"]["IMAGE"],
        "PULL_TOKEN": "of the job",
        "GITHUB_ACTOR": "ann",
        "RUNNER_TEMP": str(tmp_path),
        "INPUT_TYPEFORM_SECRET": "several\nlines",
    }
    return Workflow(["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], environment=environment)


def test_a_lead_becomes_a_deal_and_no_secret_is_in_a_command(play: Play, workflow: Workflow, record: Path) -> None:
    play.github.runner.workflow = workflow
    number = play.sales.open_issue("ann", "Acme GmbH: new shop")
    (run,) = [play.github.run(delivery) for delivery in play.github.outbox]
    assert run.exit_code == 0, run.stderr
    assert play.sales.issue(number).labels == ("stage:lead",)
    login, start = record.read_text(encoding="utf-8").splitlines()
    assert login == "login ghcr.io --username ann --password-stdin"
    assert start.endswith(" ghcr.io/acme/salesbot:1.0.0")
    assert "--env=INPUT_TYPEFORM_SECRET " in start
    assert "--env=GITHUB_EVENT_PATH " in start
    assert not any(secret in login + start for secret in ("PULL_TOKEN", "of the job", "several", "ghs_"))
