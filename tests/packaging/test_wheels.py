"""Three packages come from this repository: salesbot, the sandbox and the demo. Each is built and installed here.

The wheels are installed into an empty environment from a folder, as from an index. Other people's packages are those of
this environment, so that the test needs no network.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
SANDBOX, DEMO = TOP / "src/github_sandbox", TOP / "src/salesbot_demo"
OURS = re.compile(r"_?(salesbot|github_sandbox|salesbot_demo)[-.]")
Install = Callable[[str | Path], Path]


def pip(*arguments: str | Path, python: Path | None = None) -> None:
    """Run pip, for another environment if need be."""
    at = ["--python", str(python)] if python else []
    line = [sys.executable, "-m", "pip", *at, *map(str, arguments), "--quiet", "--disable-pip-version-check"]
    subprocess.run(line, check=True, capture_output=True, text=True)


ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
"""What the installed programs find around them: no path into this clone."""


def run(*line: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program of an environment."""
    return subprocess.run(line, capture_output=True, text=True, cwd=folder, env=ENVIRONMENT, timeout=120)


@contextmanager
def first_line(*line: str | Path, folder: Path | None = None) -> Iterator[str]:
    """Run a server as long as the block, and give the first line that it prints."""
    server = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=folder, env=ENVIRONMENT)
    assert server.stdout is not None
    try:
        yield server.stdout.readline()
    finally:
        server.kill()
        server.communicate()


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the three wheels into a folder."""
    folder = tmp_path_factory.mktemp("wheels")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, TOP, SANDBOX, DEMO)
    return folder


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Install:
    """Install a requirement from the folder of wheels into an empty environment, and return its `bin`."""

    @cache
    def into_empty_environment(requirement: str | Path) -> Path:
        home = tmp_path_factory.mktemp("environment")
        venv.create(home, with_pip=False)
        others = home / "others"
        others.mkdir()
        for path in Path(sysconfig.get_path("purelib")).iterdir():
            if not OURS.match(path.name):
                (others / path.name).symlink_to(path)
        packages = next(home.glob("lib/python*/site-packages"))
        (packages / "others.pth").write_text(f"{others}\n", encoding="utf-8")
        options: list[str | Path] = ["--no-index", "--find-links", wheels, "--no-build-isolation"]
        pip("install", *options, requirement, python=home / "bin/python")
        return home / "bin"

    return into_empty_environment


def contents(wheels: Path, name: str) -> set[str]:
    """The folders and files at the top of a wheel."""
    [wheel] = wheels.glob(f"{name}-[0-9]*.whl")
    return {each.split("/")[0] for each in zipfile.ZipFile(wheel).namelist()}


@pytest.mark.parametrize("name", ["salesbot", "github_sandbox", "salesbot_demo"])
def test_a_wheel_carries_its_own_package_and_no_other(wheels: Path, name: str) -> None:
    assert {each for each in contents(wheels, name) if not each.endswith(".dist-info")} == {name}


def test_the_extra_brings_the_sandbox_and_the_demo(install: Install) -> None:
    there = install("salesbot[sandbox]")
    with first_line(there / "salesbot", "sandbox", "--port", "0") as printed:
        assert "/acme/sales/issues" in printed
    played = run(there / "python", "-c", FIRST_CHAPTER)
    assert played.returncode == 0, played.stderr
    assert "1. A lead comes in through the form" in played.stdout
    assert "Everything came out as expected." in played.stdout
    assert str(there.parent) in played.stdout.splitlines()[-1], "the demo that was installed, not the one of this clone"


FIRST_CHAPTER = """
import sys, dataclasses, salesbot_demo
from github_sandbox import Sandbox, Workflow

story = salesbot_demo.story()
with Sandbox(at=salesbot_demo.MONDAY, step=1, workflow=Workflow([sys.executable, "-m", "salesbot", "run"])) as github:
    salesbot_demo.Player(github, sys.stdout).play(dataclasses.replace(story, chapters=story.chapters[:1]))
print(salesbot_demo.__file__)
"""


@pytest.mark.parametrize("command", ["sandbox", "demo"])
def test_without_the_extra_the_command_names_what_to_type(install: Install, command: str) -> None:
    ran = run(install("salesbot") / "salesbot", command)
    assert (ran.returncode, ran.stdout) == (2, "")
    repository = "git+https://github.com/OWNER/salesbot#subdirectory=src"
    assert ran.stderr == (
        "salesbot: The sandbox needs github_sandbox, which is not installed. Install it with:"
        f" pip install '{repository}/github_sandbox' '{repository}/salesbot_demo'\n"
    )


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with what the packages are built from."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("src", "templates", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (TOP / name).is_dir() else shutil.copy
        copy(TOP / name, folder / name)
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for line in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "All of it"]):
        subprocess.run([*git, *line], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("origin", ["{clone}", "git+file://{clone}"], ids=["a folder", "a repository"])
def test_the_line_it_names_installs_what_belongs_to_the_salesbot_that_is_there(
    install: Install, clone: Path, origin: str
) -> None:
    there = install(origin.format(clone=clone))
    line = run(there / "salesbot", "demo").stderr.split("Install it with: ")[1]
    program, command, *sources = shlex.split(line)
    assert (program, command, len(sources)) == ("pip", "install", 2)
    pip("install", "--no-index", "--no-build-isolation", *sources, python=there / "python")
    with first_line(there / "salesbot", "sandbox", "--port", "0") as printed:
        assert "/acme/sales/issues" in printed


def test_the_sandbox_alone_serves_and_tests_an_action_of_somebody_else(install: Install, tmp_path: Path) -> None:
    """The example of its README is written to files and run, as whoever reads it would."""
    there = install(SANDBOX)
    action, test, board = re.findall(r"```python\n(.*?)```", (SANDBOX / "README.md").read_text(encoding="utf-8"), re.S)
    (tmp_path / "greet.py").write_text(action, encoding="utf-8")
    (tmp_path / "test_greet.py").write_text(test, encoding="utf-8")
    assert len(test.strip().splitlines()) <= 12
    line: list[str | Path] = [there / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_greet.py"]
    ran = run(*line, folder=tmp_path)
    assert "1 passed" in ran.stdout, ran.stdout
    (tmp_path / "greet.py").write_text(action.replace("Thank you", "Go away"), encoding="utf-8")
    assert run(*line, folder=tmp_path).returncode == 1
    assert run(there / "python", "-c", board, folder=tmp_path).stdout == "['created', 'edited']\n"


def test_the_sandbox_alone_starts_a_command_for_every_event(install: Install, tmp_path: Path) -> None:
    there = install(SANDBOX)
    (tmp_path / "note.py").write_text("import os; open(os.environ['NOTE'], 'a').write('ran')", encoding="utf-8")
    line: list[str | Path] = [
        there / "github-sandbox",
        "--port",
        "0",
        "--repo",
        "acme/shop",
        "--",
        "python3",
        "note.py",
    ]
    with first_line(*line, folder=tmp_path) as printed:
        ran = run(there / "python", "-c", OPEN_AN_ISSUE, printed.split("/acme/shop")[0])
    assert "KeyError: 'NOTE'" in ran.stdout


OPEN_AN_ISSUE = """
import json, sys, urllib.request

def send(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{sys.argv[1]}/_sandbox{path}", data, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["result"]

send("/act", {"repo": "acme/shop", "act": "open_issue", "args": ["reader", "The door is stuck"]})
print(send("/runs")[-1]["stderr"])
"""
