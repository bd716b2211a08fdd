"""Imports go one way, by the contracts in pyproject.toml; the core reaches nothing; an event pays for no report."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.api import read_configuration
from importlinter.application import use_cases

TOP = Path(__file__).parents[2]
CORE = TOP / "src/salesbot/core"

# The standard library has modules that reach out. The core reaches nothing.
REACHING = {"os", "subprocess", "socket", "urllib", "http", "pathlib", "tempfile", "shutil", "sqlite3", "random",
            "secrets", "threading", "asyncio", "logging", "zoneinfo"}  # fmt: skip
PURE = {"yaml", "markdown_it", "voluptuous", "dateutil", "idna", "msgspec"}
"""What the core imports besides the standard library: it computes, and reaches nothing."""


def test_imports_go_one_way() -> None:
    assert use_cases.lint_imports(config_filename=str(TOP / "pyproject.toml"), verbose=False)


def test_the_contracts_are_those_of_the_layers() -> None:
    contracts = read_configuration(config_filename=str(TOP / "pyproject.toml"))["contracts_options"]
    assert [contract["type"] for contract in contracts] == [
        "layers",
        "layers",
        "forbidden",
        "layers",
        "acyclic_siblings",
    ]


def test_every_folder_of_the_core_is_in_a_layer() -> None:
    contracts = read_configuration(config_filename=str(TOP / "pyproject.toml"))["contracts_options"]
    layered = {name.strip() for layer in contracts[1]["layers"] for name in layer.split("|")}
    found = {path.stem for path in CORE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert layered == found - {"__init__", "__pycache__"}


def imported(file: Path) -> set[str]:
    """The top-level names that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(aliases):
                names |= {alias.name.partition(".")[0] for alias in aliases}
            case ast.ImportFrom(module=str(module)):
                names.add(module.partition(".")[0])
    return names


@pytest.mark.parametrize("file", sorted(CORE.rglob("*.py")), ids=lambda file: str(file.relative_to(CORE)))
def test_the_core_reaches_nothing(file: Path) -> None:
    names = imported(file)
    assert names & REACHING == set()
    assert names - sys.stdlib_module_names - PURE <= {"salesbot"}


def test_a_forbidden_import_would_be_found(tmp_path: Path) -> None:
    file = tmp_path / "deal.py"
    file.write_text("import github.Issue\ndef f():\n    from os import path\n")
    assert imported(file) == {"github", "os"}


def test_an_event_pays_for_no_report() -> None:
    line = "import sys, salesbot.cli.main; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True).stdout.split()
    assert not {
        "salesbot.core.report.compute",
        "salesbot.tasks.report",
        "sqlite3",
        "icalendar",
        "statistics",
    } & set(loaded)
