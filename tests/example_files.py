"""Examples that made a property test fail: kept in `tests/examples`, one a line, and played in every run of the tests.

A line is a Python literal: the arguments of the test, or the steps of a state machine.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

FOLDER = Path(__file__).parent / "examples"

Arguments = dict[str, Any]
Steps = list[tuple[str, Arguments]]

_attached: set[str] = set()
_last: list[tuple[str, object]] = []
"""The example that failed last: of one test that is the shortest."""


def read(name: str) -> list[Any]:
    """Read the examples of a test or a state machine."""
    file = FOLDER / f"{name}.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [ast.literal_eval(line) for line in lines if line and not line.startswith("#")]


def keep(name: str, found: object) -> str:
    """Keep an example, and say where."""
    line = repr(found)
    try:
        ast.literal_eval(line)
    except (ValueError, SyntaxError):
        return f"This is no Python literal; write a test with it yourself: {line}"
    file = FOLDER / f"{name}.txt"
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    if line not in before.splitlines():
        file.write_text(f"{before}{line}\n", encoding="utf-8")
    return f"Kept in {file.relative_to(FOLDER.parent.parent)}: {line}"


def keep_last() -> str:
    """Keep the example that failed last, and say where."""
    return keep(*_last[-1]) if _last else "It failed outside of an example."


def attach(item: pytest.Function) -> None:
    """Let a property test play its kept examples, and note the arguments that fail."""
    test: Any = item.function
    name = f"{Path(item.path).stem}.{test.__name__}"
    if name in _attached:
        return
    _attached.add(name)
    for arguments in read(name):
        example(**arguments)(test)
    test.hypothesis.inner_test = _noting(name, test.hypothesis.inner_test, set(item.fixturenames))


def _noting(name: str, test: Callable[..., None], fixtures: set[str]) -> Callable[..., None]:
    @functools.wraps(test)
    def noted(*args: Any, **arguments: Any) -> None:
        try:
            test(*args, **arguments)
        except Exception:  # noted, and raised again
            _last[:] = [(name, {key: _plain(value) for key, value in arguments.items() if key not in fixtures})]
            raise

    return noted


def _plain(value: Any) -> Any:
    """Named tuples as tuples, so that they can be written as literals."""
    if isinstance(value, tuple):
        return tuple(_plain(entry) for entry in value)
    return [_plain(entry) for entry in value] if isinstance(value, list) else value


class Machine(RuleBasedStateMachine):
    """A state machine that notes its steps, so that a history can be kept and played again."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: Steps = []


def first_step(**strategies: Any) -> Callable[[Callable[..., None]], Any]:
    """What every history begins with."""
    first: Callable[..., Any] = initialize(**strategies)
    return lambda function: first(_step(function))


def step(**strategies: Any) -> Callable[[Callable[..., None]], Any]:
    """What may happen next."""
    following: Callable[..., Any] = rule(**strategies)
    return lambda function: following(_step(function))


def _step(function: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(function)
    def noted(machine: Machine, **arguments: Any) -> None:
        machine.steps.append((function.__name__, arguments))
        try:
            function(machine, **arguments)
        except Exception:  # noted, and raised again
            _last[:] = [(type(machine).__name__, list(machine.steps))]
            raise

    return noted


def replay(kind: type[Machine], steps: Steps) -> None:
    """Play a kept history."""
    machine = kind()
    for name, arguments in steps:
        getattr(machine, name)(**arguments)
