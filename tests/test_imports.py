"""Imports go one way: `__main__ -> cli -> setting_up, tasks -> app -> adapters -> core`."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"

# What each part may import besides the standard library and itself. The longest name that fits a module counts.
MAY: dict[str, set[str]] = {
    "salesbot.__main__": {"salesbot.cli"},
    "salesbot.cli": {"salesbot.setting_up", "salesbot.tools", "salesbot.reporting", "salesbot.exchange",
                     "salesbot.streak_tools", "salesbot.tasks", "salesbot.summary", "salesbot.app", "salesbot.adapters",
                     "salesbot.core", "salesbot.sandbox", "salesbot.demo"},
    "salesbot.setting_up": {"salesbot.tools", "salesbot.app", "salesbot.adapters", "salesbot.core"},
    "salesbot.tools": {"salesbot.sweep", "salesbot.app", "salesbot.adapters", "salesbot.core"},
    "salesbot.relay": {"salesbot.adapters.github", "salesbot.adapters.spool", "salesbot.adapters.typeform",
                       "salesbot.core"},
    "salesbot.tables": {"salesbot.opening", "salesbot.sweep", "salesbot.app", "salesbot.adapters.github",
                        "salesbot.core"},
    "salesbot.exchange": {"uvicorn", "salesbot.relay", "salesbot.tables", "salesbot.tools",
                          "salesbot.tasks", "salesbot.intake",
                          "salesbot.opening", "salesbot.app",
                          "salesbot.adapters", "salesbot.core"},
    "salesbot.tasks": {"salesbot.reporting", "salesbot.intake", "salesbot.opening", "salesbot.streak_sync",
                       "salesbot.sweep", "salesbot.app", "salesbot.adapters", "salesbot.core"},
    "salesbot.intake": {"salesbot.opening", "salesbot.app", "salesbot.adapters.typeform", "salesbot.core"},
    "salesbot.opening": {"salesbot.sweep", "salesbot.app", "salesbot.adapters.github", "salesbot.adapters.templates",
                         "salesbot.core"},
    "salesbot.reporting": {"salesbot.tools", "salesbot.report", "salesbot.sweep", "salesbot.app", "salesbot.adapters",
                           "salesbot.core"},
    "salesbot.report": {"salesbot.app", "salesbot.adapters.github", "salesbot.adapters.templates", "salesbot.core"},
    "salesbot.sweep": {"salesbot.app", "salesbot.adapters.github", "salesbot.core"},
    "salesbot.summary": {"salesbot.app", "salesbot.adapters.actions", "salesbot.core"},
    "salesbot.app": {"salesbot.adapters.github", "salesbot.adapters.templates", "salesbot.core"},
    "salesbot.adapters": set(),
    "salesbot.adapters.actions": {"salesbot.core"},
    "salesbot.adapters.charts": {"salesbot.core", "pygal"},
    "salesbot.adapters.github": {"salesbot.core", "github", "requests", "jwt"},
    "salesbot.adapters.spool": {"salesbot.core"},
    "salesbot.adapters.typeform": {"salesbot.core", "requests"},
    "salesbot.adapters.templates": {"salesbot.core", "jinja2", "markupsafe"},
    "salesbot.adapters.streak": {"salesbot.core", "requests"},
    "salesbot.streak_tools": {"salesbot.tools", "salesbot.streak_check", "salesbot.streak_sync",
                              "salesbot.app", "salesbot.adapters", "salesbot.core"},
    "salesbot.streak_check": {"salesbot.adapters.streak", "salesbot.core"},
    "salesbot.streak_sync": {"salesbot.connections", "salesbot.streak_side", "salesbot.sweep", "salesbot.app",
                             "salesbot.adapters.github", "salesbot.adapters.streak", "salesbot.adapters.templates",
                             "salesbot.core"},
    "salesbot.connections": {"salesbot.opening", "salesbot.streak_side", "salesbot.app", "salesbot.core"},
    "salesbot.streak_side": {"salesbot.adapters.streak", "salesbot.core"},
    "salesbot.adapters.webhook": {"requests"},
    "salesbot.core": {"yaml", "markdown_it", "voluptuous", "dateutil"},
    "salesbot.demo": {"salesbot.sandbox"},
    "salesbot.sandbox": {"graphql", "starlette", "uvicorn", "markdown_it", "jwt"},
    "salesbot": set(),
}  # fmt: skip

# The standard library has modules that reach out. The core reaches nothing.
REACHING = {"os", "subprocess", "socket", "urllib", "http", "pathlib", "tempfile", "shutil", "sqlite3", "random",
            "secrets", "threading", "asyncio", "logging"}  # fmt: skip


def modules() -> list[str]:
    found = (path.relative_to(SOURCE).with_suffix("").parts for path in SOURCE.rglob("*.py"))
    return sorted(".".join(part for part in parts if part != "__init__") for parts in found)


def imports(module: str) -> Iterator[str]:
    """Every module that a module imports, anywhere in it; `from a import b` also as `a.b`, if that is a module."""
    path = SOURCE / Path(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    known = set(modules())
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names):
                yield from (name.name for name in names)
            case ast.ImportFrom(level=0, module=str(parent), names=names):
                below = [f"{parent}.{name.name}" for name in names]
                yield from [name if name in known else parent for name in below]
            case ast.ImportFrom():
                yield "a relative import"


def part(module: str) -> str:
    """The part of the house a module belongs to."""
    return max((name for name in MAY if is_below(module, name)), key=len)


def is_below(module: str, name: str) -> bool:
    return module == name or module.startswith(f"{name}.")


def offending(module: str) -> list[str]:
    own = part(module)
    allowed = {*MAY[own], *([own] if own != "salesbot" else [])}
    return [
        imported
        for imported in imports(module)
        if imported.partition(".")[0] not in sys.stdlib_module_names
        and not any(is_below(imported, name) for name in allowed)
    ]


@pytest.mark.parametrize("module", modules())
def test_imports_go_one_way(module: str) -> None:
    assert offending(module) == [], f"{part(module)} may import {sorted(MAY[part(module)])}"


@pytest.mark.parametrize("module", [module for module in modules() if part(module) == "salesbot.core"])
def test_the_core_reaches_nothing(module: str) -> None:
    assert [name for name in imports(module) if name.partition(".")[0] in REACHING] == []


def test_every_part_of_the_house_is_there() -> None:
    assert {part(module) for module in modules()} == set(MAY)


def test_a_wrong_import_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("salesbot/core", "salesbot/adapters/github"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "salesbot/app.py").touch()
    (tmp_path / "salesbot/core/deal.py").write_text(
        "import github.Issue\nfrom salesbot import app\nfrom salesbot.core import x\n"
    )
    monkeypatch.setattr(f"{__name__}.SOURCE", tmp_path)
    assert offending("salesbot.core.deal") == ["github.Issue", "salesbot.app"]


def test_an_event_pays_for_no_report() -> None:
    line = "import sys, salesbot.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True).stdout.split()
    assert not {"salesbot.core.report", "salesbot.report", "sqlite3", "pygal", "statistics"} & set(loaded)
