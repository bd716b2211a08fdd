"""What the image does once when it is built (.ci/start) changes nothing but the time that starting takes."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from github_sandbox import Sandbox, Workflow

TOP = Path(__file__).parents[2]
TOOLS = TOP / ".ci/start"
NAMES = [
    ".".join(file.relative_to(TOP / "src").with_suffix("").parts).removesuffix(".__init__")
    for file in sorted((TOP / "src/salesbot").rglob("*.py"))
    if "dataclass" in file.read_text(encoding="utf-8")
]
CLASSES = '''
from __future__ import annotations
from dataclasses import dataclass, field
from collections.abc import Mapping

@dataclass(frozen=True)
class Deal:
    """A deal."""
    number: int
    title: str = "Acme"
    secret: str = field(default="s", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, compare=False, metadata={"name": "f"})

@dataclass(frozen=True)
class Won(Deal):
    by: str = "ann"

@dataclass(frozen=True)
class Move:
    number: int
    to: str = "won"

@dataclass(frozen=True)
class Forced(Move):
    reason: str = ""

@dataclass
class Count:
    size: int = field(init=False, default=1)
    seen: list[int] = field(default_factory=lambda: [1])
    twice: int = field(init=False)

    def __post_init__(self) -> None:
        self.twice = 2 * self.size

@dataclass(frozen=True)
class Empty:
    pass

@dataclass(frozen=True, order=True)
class Ordered:
    number: int
'''


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TOOLS))


def written_out(source: str, module: ModuleType) -> tuple[int, Any]:
    """The same module with its dataclasses written out."""
    expand = importlib.import_module("dataclasses_in_full").expand
    tree = ast.parse(source)
    count = expand(tree, module)
    full = ModuleType(module.__name__)
    full.__dict__.update({name: value for name, value in vars(module).items() if name.startswith("__")})
    exec(compile(tree, str(module.__file__), "exec", dont_inherit=True), vars(full))
    return count, full


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Any, Any]]:
    file = tmp_path / "sample_of_classes.py"
    file.write_text(CLASSES, encoding="utf-8")
    sys.path.insert(0, str(tmp_path))
    try:
        plain = importlib.import_module("sample_of_classes")
        count, full = written_out(CLASSES, plain)
        assert count == 5, "an ordered class, and one that inherits a factory, stay as they are"
        yield plain, full
    finally:
        sys.path.remove(str(tmp_path))
        del sys.modules["sample_of_classes"]


@pytest.mark.parametrize(
    "look",
    [
        lambda of: repr(of.Deal(7)),
        lambda of: repr(of.Won(7, "t", by="kim")),
        lambda of: (of.Deal(7) == of.Deal(7, fields={"a": "b"}), of.Deal(7) == of.Deal(8), of.Deal(7) == of.Won(7)),
        lambda of: hash(of.Deal(7)) == hash(of.Deal(7, fields={"a": "b"})),
        lambda of: hash(of.Deal(7, "x", "y")) == hash((7, "x", "y")),
        lambda of: repr(dataclasses.replace(of.Won(7), title="New", by="nora")),
        lambda of: [(each.name, each.type, each.metadata) for each in dataclasses.fields(of.Won)],
        lambda of: dataclasses.asdict(of.Won(7)),
        lambda of: (repr(of.Forced(7)), repr(of.Forced(7, "lost", reason="r")), of.Forced(7) == of.Move(7)),
        lambda of: [(each.name, each.type, each.default) for each in dataclasses.fields(of.Forced)],
        lambda of: (of.Deal.__match_args__, of.Won.__match_args__, of.Count.__match_args__),
        lambda of: (of.Deal.title, hasattr(of.Deal, "fields"), of.Deal.__doc__),
        lambda of: repr(of.Count()),
        lambda of: (of.Count().seen is of.Count().seen, of.Count.__hash__),
        lambda of: (of.Empty() == of.Empty(), repr(of.Empty()), hash(of.Empty()) == hash(())),
        lambda of: sorted([of.Ordered(2), of.Ordered(1)])[0].number,
        lambda of: list(inspect.signature(of.Won).parameters),
        lambda of: dataclasses.is_dataclass(of.Deal),
    ],
)
def test_a_dataclass_written_out_is_the_same(both: tuple[Any, Any], look: Any) -> None:
    plain, full = both
    assert look(full) == look(plain)


@pytest.mark.parametrize("name", ["number", "title", "unknown"])
def test_it_is_as_frozen(both: tuple[Any, Any], name: str) -> None:
    for deal in (both[1].Deal(7), both[1].Won(7)):
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            setattr(deal, name, 1)
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            delattr(deal, name)


def test_it_refuses_the_same_arguments(both: tuple[Any, Any]) -> None:
    for of in both:
        with pytest.raises(TypeError):
            of.Deal()
        with pytest.raises(TypeError):
            of.Count(size=2)


def described(of: Any) -> list[tuple[Any, ...]]:
    return [
        (each.name, each.type, each.init, each.repr, each.compare, each.hash, each.kw_only, dict(each.metadata))
        for each in dataclasses.fields(of)
    ]


def test_the_dataclasses_of_the_program_keep_their_fields() -> None:
    seen = left = 0
    for name in NAMES:
        module = importlib.import_module(name)
        own = [each for each in vars(module).values() if isinstance(each, type) and each.__module__ == name]
        classes: list[Any] = [each for each in own if "__dataclass_fields__" in vars(each)]
        count, full = written_out(Path(str(module.__file__)).read_text(encoding="utf-8"), module)
        for each in classes:
            other = getattr(full, each.__name__)
            assert described(other) == described(each), each
            assert other.__match_args__ == each.__match_args__
            arguments = [str(one).partition(":")[0] for one in inspect.signature(each).parameters.values()]
            assert list(inspect.signature(other).parameters) == arguments
        seen, left = seen + len(classes), left + len(classes) - count
    assert seen > 200
    assert left < 20, "few are unusual"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The program, packed as the image packs it."""
    home = tmp_path_factory.mktemp("packed")
    tools = {"PYTHONPATH": f"{TOP / 'src'}:{TOOLS}", "PYTHONDONTWRITEBYTECODE": "1"}
    line = [sys.executable, str(TOOLS / "pack.py"), str(home / "salesbot.pack"), "", str(TOP / "src"), str(home)]
    (home / "full_dataclass.py").write_bytes((TOOLS / "full_dataclass.py").read_bytes())
    done = subprocess.run(line, env=tools, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (home / "start.py").write_bytes((TOOLS / "start.py").read_bytes())
    return [sys.executable, "-IB", str(home / "start.py")]


def test_the_packed_program_says_who_it_is(program: list[str]) -> None:
    done = subprocess.run([*program, "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:8], done.stderr) == (0, "salesbot", "")


def test_the_packed_program_decides_as_the_other_does(program: list[str]) -> None:
    written = []
    for command in ([sys.executable, "-m", "salesbot", "run"], [*program, "run"]):
        workflow = Workflow(command, environment={"PYTHONPATH": str(TOP / "src")})
        with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1, workflow=workflow) as github:
            sales = github.repo("acme/sales", roles={"ann": "triage", "nora": "write"})
            sales.open_issue("ann", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
            sales.comment("nora", 1, "/value 12k EUR\n/next friday call them\n/prospect")
            runs = [github.run(delivery) for delivery in github.outbox]
            assert [(run.exit_code, run.stderr) for run in runs] == [(0, "")] * len(runs)
            issue = sales.issue(1)
            assert issue.labels == ("stage:prospect",)
            written.append((issue.body, [comment.body for comment in issue.comments], [run.summary for run in runs]))
    assert written[0] == written[1]
