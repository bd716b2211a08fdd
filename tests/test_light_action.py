"""The Action without a container: it is made from action.yml, and its script starts the same program."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from salesbot.adapters.actions import read_inputs

TOP = Path(__file__).parents[1]
SCRIPT = TOP / "light" / "salesbot"


def action(path: str) -> Any:
    return yaml.safe_load((TOP / path).read_text(encoding="utf-8"))


def run(command: str, **env: str) -> subprocess.CompletedProcess[str]:
    known = {name: os.environ[name] for name in ("HOME", "PATH")}
    return subprocess.run([SCRIPT, command], env={**known, **env}, capture_output=True, text=True, check=False)


def test_it_is_what_is_made_of_action_yml() -> None:
    made = runpy.run_path(str(TOP / ".ci" / "light.py"))["made"]()
    assert made == (TOP / "light" / "action.yml").read_text(encoding="utf-8")


def test_both_take_the_same_inputs_and_give_the_same_outputs() -> None:
    whole, light = action("action.yml"), action("light/action.yml")
    assert light["inputs"] == whole["inputs"]
    described = {name: {"description": about["description"]} for name, about in light["outputs"].items()}
    assert described == whole["outputs"]


def test_every_input_arrives_under_its_name() -> None:
    """A shell hands on no name with a hyphen."""
    (step,) = [step for step in action("light/action.yml")["runs"]["steps"] if step.get("id") == "salesbot"]
    names = {re.sub(r"^INPUT_", "", name): value for name, value in step["env"].items()}
    assert names == {
        name.upper().replace("-", "_"): f"${{{{ inputs.{name} }}}}" for name in action("action.yml")["inputs"]
    }
    given = {"INPUT_TOKEN": "t", "INPUT_DRY_RUN": "true", "INPUT_STREAK_KEY": "k", "INPUT_NOTIFY_URL": "https://x.test"}
    read = read_inputs({"GITHUB_REPOSITORY": "acme/sales", **given})
    assert (read.dry_run, read.streak_key, read.notify_url) == (True, "k", "https://x.test")


def test_the_key_of_the_cache_changes_with_the_program_and_its_python(tmp_path: Path) -> None:
    copy = tmp_path / "salesbot"
    for name in ("light", "locks", "src/salesbot/core", "templates"):
        shutil.copytree(TOP / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))

    def key() -> str:
        return subprocess.run([copy / "light/salesbot", "key"], capture_output=True, text=True, check=True).stdout

    first = key()
    assert key() == first
    (copy / "src/salesbot/core/errors.py").write_text("# changed\n", encoding="utf-8")
    assert key() != first


@pytest.mark.parametrize(
    ("python", "told"),
    [
        pytest.param("no-such-python", "The runner has no python3.", id="none"),
        pytest.param("old", "Python 3.9.2 is too old; salesbot needs Python 3.11.", id="too old"),
    ],
)
def test_a_python_that_will_not_do_is_named(python: str, told: str, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    done = run("key", SALESBOT_PYTHON=str(old) if python == "old" else python)
    assert done.returncode == 1
    assert done.stdout.startswith("::error::")
    assert told in done.stdout
