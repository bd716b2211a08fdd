"""Work in a process of its own: what it gives, what it fails with, and the limits of the machine it runs on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from salesbot.adapters import bounded
from salesbot.core.errors import InputError


def test_it_gives_what_the_work_gives() -> None:
    assert bounded.run(lambda: "done", "The work") == "done"


def test_an_error_with_a_listener_arrives_with_its_hint() -> None:
    def work() -> str:
        raise InputError("It is wrong.", "Repair it")

    with pytest.raises(InputError, match=r"It is wrong\. Repair it"):
        bounded.run(work, "The work")


def test_a_bug_arrives_with_its_traceback_and_not_as_a_limit() -> None:
    def work() -> str:
        raise KeyError("stage")

    with pytest.raises(RuntimeError, match=r"(?s)The work failed.*Traceback.*KeyError: 'stage'"):
        bounded.run(work, "The work")


@pytest.mark.parametrize("kind", ["RLIMIT_CPU", "RLIMIT_AS"])
def test_a_machine_with_lower_limits_of_its_own_is_no_error(kind: str) -> None:
    """A hard limit cannot be raised; one that is there counts."""
    most = {"RLIMIT_CPU": 2, "RLIMIT_AS": 2**30}[kind]
    script = (
        f"import resource; resource.setrlimit(resource.{kind}, ({most}, {most}))\n"
        "from salesbot.adapters import bounded\n"
        "print(bounded.run(lambda: 'done', 'The work'))\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_where_there_are_no_such_processes_it_works_without_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert bounded.run(lambda: "done", "The work") == "done"
